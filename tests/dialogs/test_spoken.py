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


async def test_what_no_rule_reads_is_led_by_likeness_and_asked_where_it_changes_something(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：开会前给我补补课 协和走到哪步了",
        "10:01 王磊：下周三坐高铁奔青岛见客户 得出差两天",
        "10:02 王磊：是",
        "10:03 王磊：这周四我就不来了哈 家里有事请一天",
        "10:04 王磊：周五",
    )
    check(told.answer(1), "王磊", "reply", "北京协和医院")
    check(told.answer(2), "王磊", "question", "像出差", "12月2日 周三", "还没记", "是")
    check(told.answer(3), "王磊", "reply", "出差记下了", "12月2日 周三", about=[1])
    check(told.answer(4), "王磊", "question", "像请假", "11月26日 周四")
    check(told.answer(5), "王磊", "reply", "请假记下了", "11月27日 周五", about=[2])


@pytest.mark.parametrize("text", ["今天辛苦了", "日报真烦", "出差好累", "协和最近联系得勤", "谁说不是呢"])
async def test_talk_is_told_what_would_be_understood(quick: Store, text: str) -> None:
    told = await hold(quick, f"10:00 王磊：{text}")
    check(told.answer(1), "王磊", "reply", "没听懂")
    assert "\n" not in told.answer(1).text
