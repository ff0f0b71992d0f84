"""What a replay says of the lines themselves: ids, references, lines without an id, the end of the log."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.dialogs.helpers import PROMISES_ONLY, Store, check, hold
from tests.support import line, play


@pytest.mark.parametrize("question", ["【拜访】新康医院 谈了价格", "请假", "【线索】星海 王总 官网"])
async def test_a_line_that_was_asked_about_has_made_the_record_of_the_answer(quick: Store, question: str) -> None:
    answers = {"请假": "周三"}
    told = await hold(
        quick,
        f"10:00 王磊：{question}",
        f"10:01 王磊：{answers.get(question, '1')}",
        "10:02 王磊：完成 {1}",
        policies=PROMISES_ONLY,
    )
    assert told.answer(1).kind == "question"
    check(told.answer(2), "王磊", "reply", "#1", about=[1])
    check(told.answer(3), "王磊", "reply", "#1", about=[1])


async def test_a_question_that_was_dropped_made_nothing(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【拜访】新康医院 谈了价格",
        "10:01 王磊：【承诺】送样",
        "10:02 王磊：完成 {1}",
        "10:03 王磊：完成 {2}",
        policies=PROMISES_ONLY,
    )
    assert told.answer(3).about == ()
    check(told.answer(4), "王磊", "reply", "#1", about=[1])


async def test_the_answer_to_a_line_without_an_id_answers_no_id(quick: Store) -> None:
    first, second = (
        line("2026-11-23 10:00", "王磊", "【承诺】寄样 周三", "a"),
        line("2026-11-23 10:00", "李娜", "我的承诺", "b"),
    )
    heard = await play(quick, [first, replace(second, key=None), replace(first, key=None)], policies=PROMISES_ONLY)
    assert [(item.to, item.kind, item.reply_to) for item in heard] == [
        ("王磊", "reply", "a"),
        ("李娜", "reply", None),
        ("王磊", "reply", None),
    ]
