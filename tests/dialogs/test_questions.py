"""What the bot asked: answered only by the person asked, in the chat it was asked in, within twelve hours."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import NO_CLOCKS, Store, check, hold

UNDATED = "08:00 王磊#华东群：【承诺】给协和医院寄样"


async def test_only_the_person_asked_answers(store: Store) -> None:
    told = await hold(store, UNDATED, "08:01 陈静#华东群：周三", "08:02 王磊#华东群：周三")
    check(told.answer(2), "#华东群", "reply", "没听懂")
    check(told.answer(3), "#华东群", "reply", "#1", "11月25日 周三 18:00", about=[1])


async def test_only_in_the_chat_it_was_asked_in(quick: Store) -> None:
    told = await hold(quick, UNDATED, "08:01 王磊：周三", "08:02 王磊#华东群：周三")
    check(told.answer(2), "王磊", "reply", "没听懂")
    check(told.answer(3), "#华东群", "reply", "#1", about=[1])


@pytest.mark.parametrize(("moment", "understood"), [("19:59", True), ("20:01", False)])
async def test_for_twelve_hours(quick: Store, moment: str, understood: bool) -> None:
    told = await hold(quick, UNDATED, f"{moment} 王磊#华东群：周三", policies=NO_CLOCKS)
    assert ("11月25日 周三 18:00" in told.answer(2).text) is understood


async def test_once(quick: Store) -> None:
    told = await hold(quick, UNDATED, "08:01 王磊#华东群：周三", "08:02 王磊#华东群：周四")
    check(told.answer(3), "#华东群", "reply", "没听懂")


async def test_a_newer_question_takes_its_place(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【承诺】给协和医院寄样",
        "10:01 王磊：【承诺】给仁济医院寄图",
        "10:02 王磊：周三",
        "10:03 王磊：我的承诺",
    )
    check(told.answer(3), "王磊", "reply", "#2", about=[2])
    check(told.answer(4), "王磊", "reply", "未定日期", "11月25日 周三 18:00", about=[2, 1])


async def test_a_command_is_a_command_whatever_was_asked(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【承诺】给协和医院寄样",
        "10:01 王磊：取消 1",
        "10:02 王磊：我的承诺",
        "10:03 王磊：客户不要了",
    )
    check(told.answer(3), "王磊", "reply", "共 1 条", about=[1])
    check(told.answer(4), "王磊", "reply", "取消了", about=[1])


async def test_a_number_out_of_range_is_no_answer(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：【承诺】给星海寄样 周三", "10:01 王磊：7", "10:02 王磊：2")
    check(told.answer(2), "王磊", "reply", "没听懂")
    check(told.answer(3), "王磊", "reply", "星海机电有限公司", about=[1])


async def test_one_date_answers_for_all_that_lack_one(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：【承诺】1. 给协和寄样 2. 给仁济寄图纸", "10:01 王磊：周三")
    check(told.answer(1), "王磊", "question", "#1", "#2", about=[1, 2])
    check(told.answer(2), "王磊", "reply", "#1", "#2", "11月25日 周三 18:00", about=[1, 2])


@pytest.mark.parametrize(
    "reply", ["周三", "周三吧", "那就周三", "改到周三", "11月25日", "25号", "11/25", "后天下午6点"]
)
async def test_a_date_in_small_words(quick: Store, reply: str) -> None:
    told = await hold(quick, "10:00 王磊：【承诺】给协和医院寄样", f"10:01 王磊：{reply}")
    check(told.answer(2), "王磊", "reply", "#1", "11月25日 周三 18:00", about=[1])


async def test_the_answer_to_nothing(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：1", "10:01 王磊：周三", "10:02 王磊：是")
    for line in (1, 2, 3):
        check(told.answer(line), "王磊", "reply", "没听懂")
