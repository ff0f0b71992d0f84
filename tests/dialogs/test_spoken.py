"""Sentences without a keyword find their handler; talk finds none and changes nothing."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import Store, check, hold


@pytest.mark.parametrize(
    ("speaker", "text", "words"),
    [
        ("王磊", "我还有啥没做完", "共 1 条"),
        ("陈静", "协和那边最近谁在跟？", "王磊"),
        ("陈静", "多久没联系协和了", "北京协和医院"),
        ("陈静", "今天日报谁还没写", "日报"),
        ("王磊", "帮我写下日报", "草稿"),
        ("王磊", "你都会干啥", "帮助"),
    ],
)
async def test_a_sentence_finds_its_handler(quick: Store, speaker: str, text: str, words: str) -> None:
    told = await hold(quick, "10:00 王磊：【承诺】给协和寄样 周五", f"10:05 {speaker}：{text}")
    assert words in told.answer(2).text


async def test_a_statement_that_something_is_done_is_asked_never_closed_in_silence(quick: Store) -> None:
    told = await hold(
        quick, "10:00 王磊：【承诺】给协和寄样 周五", "10:05 王磊：样品已经寄出去了", "10:06 王磊：我的承诺"
    )
    assert told.answer(2).kind in {"question", "reply"}
    assert "共 1 条" in told.answer(3).text


@pytest.mark.parametrize("text", ["今天辛苦了", "日报真烦", "出差好累", "协和最近联系得勤", "谁说不是呢"])
async def test_talk_is_told_what_would_be_understood(quick: Store, text: str) -> None:
    told = await hold(quick, f"10:00 王磊：{text}")
    check(told.answer(1), "王磊", "reply", "没听懂")
    assert "\n" not in told.answer(1).text
