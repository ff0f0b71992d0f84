"""【承诺】: what is stored, how it is echoed, what is asked, and who hears of it."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import PROMISES_ONLY, Store, check, hold

WEDNESDAY = "11月25日 周三 18:00"
THURSDAY = "11月26日 周四 18:00"
FRIDAY = "11月27日 周五 18:00"


async def test_a_line_in_a_group_is_echoed_there_with_client_number_and_date(store: Store) -> None:
    told = await hold(store, "10:00 王磊#华东群：【承诺】给协和医院寄样 周三")
    check(told.answer(1), "#华东群", "reply", "#1", "寄样", "北京协和医院", WEDNESDAY, "改 1", about=[1])
    assert told.pairs == []


async def test_in_private_the_same_line_needs_no_mention(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：【承诺】给协和医院寄样 周三")
    check(told.answer(1), "王磊", "reply", "#1", "北京协和医院", WEDNESDAY, about=[1])
    assert told.pairs == []


async def test_no_client_named_is_stored_without_one(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：【承诺】整理报价单 周四")
    check(told.answer(1), "王磊", "reply", "#1", "整理报价单", THURSDAY, about=[1], without=["客户"])


@pytest.mark.parametrize(
    "text",
    [
        "【承诺】给协和医院寄样 周三\n【承诺】给仁济医院发报价 周四",
        "【承诺】\n给协和医院寄样 周三\n给仁济医院发报价 周四",
        "【承诺】1. 给协和医院寄样 周三 2. 给仁济医院发报价 周四",
        "【承诺】给协和医院寄样 周三；给仁济医院发报价 周四",
    ],
)
async def test_several_items_get_a_number_and_a_date_each(quick: Store, text: str) -> None:
    told = await hold(quick, f"10:00 王磊：{text}")
    words = ["#1 给协和医院寄样", WEDNESDAY, "北京协和医院", "#2 给仁济医院发报价", THURSDAY]
    check(told.answer(1), "王磊", "reply", *words, about=[1, 2])


@pytest.mark.parametrize(
    "prefix",
    ["【承诺】", "[承诺]", "（承诺）", "承诺：", "承诺:", "承诺 ", "  【 承诺 】 ", "【承諾】", "＃承诺 ", "「承诺】"],
)
async def test_the_keyword_in_every_writing(quick: Store, prefix: str) -> None:
    told = await hold(quick, f"10:00 王磊：{prefix}给协和医院寄样 周三")
    check(told.answer(1), "王磊", "reply", "#1 ", "给协和医院寄样", WEDNESDAY, about=[1])


async def test_for_somebody_else_in_a_group_is_a_mention_and_no_extra_line(store: Store) -> None:
    told = await hold(store, "10:00 王磊#华东群：【承诺】给仁济医院送资料 周三 @李娜")
    check(told.answer(1), "#华东群", "reply", "#1", "李娜", WEDNESDAY, about=[1], mention=["李娜"], without=["改 1"])
    assert told.pairs == []


async def test_for_somebody_else_in_private_is_told_to_the_owner_at_once(store: Store) -> None:
    told = await hold(store, "10:00 王磊：【承诺】给仁济医院送资料 周三 @李娜", "10:01 李娜：我的承诺")
    check(told.answer(1), "王磊", "reply", "#1", "负责人：李娜", WEDNESDAY, about=[1])
    (notice,) = told.others
    check(notice, "李娜", "notice", "王磊", "#1", "给仁济医院送资料", "仁济医院", WEDNESDAY, about=[1])
    assert notice.at == "2026-11-23 10:00"
    check(told.answer(2), "李娜", "reply", "共 1 条", "#1", about=[1])


async def test_for_two_people_each_gets_a_record(quick: Store) -> None:
    told = await hold(quick, "10:00 陈静：【承诺】给仁济医院送资料 周三 @李娜 @张伟")
    check(told.answer(1), "陈静", "reply", "#1", "李娜", "#2", "张伟", about=[1, 2])
    check(told.others[0], "李娜", "notice", "#1", about=[1])
    check(told.others[1], "张伟", "notice", "#2", about=[2])
    assert len(told.others) == 2


async def test_a_name_nobody_bears_is_said_and_nothing_stored(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：【承诺】给仁济医院送资料 周三 @刘能", "10:01 王磊：我的承诺")
    check(told.answer(1), "王磊", "reply", "刘能")
    check(told.answer(2), "王磊", "reply", "共 0 条")


async def test_a_missing_date_is_asked_and_a_bare_weekday_answers(store: Store) -> None:
    told = await hold(store, "10:00 王磊#华东群：【承诺】给协和医院寄样", "10:05 王磊#华东群：周三")
    check(told.answer(1), "#华东群", "question", "#1", "什么时候", about=[1])
    check(told.answer(2), "#华东群", "reply", "#1", "北京协和医院", WEDNESDAY, about=[1])
    assert told.pairs == []


@pytest.mark.parametrize(
    ("when", "said"),
    [("尽快", "「尽快」"), ("11月20日", "已经过了"), ("12月4日（周四）", "对不上"), ("2月30日", "没有这一天")],
)
async def test_a_date_that_is_none_is_asked_with_its_reason(quick: Store, when: str, said: str) -> None:
    told = await hold(quick, f"10:00 王磊：【承诺】给协和医院寄样 {when}", "10:01 王磊：周四吧", "10:02 王磊：我的承诺")
    check(told.answer(1), "王磊", "question", "#1", said, about=[1], without=["18:00"])
    check(told.answer(2), "王磊", "reply", "#1", THURSDAY, about=[1])
    check(told.answer(3), "王磊", "reply", "共 1 条", THURSDAY, about=[1])


async def test_nothing_reminds_of_a_promise_without_a_date(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：【承诺】给协和医院寄样 11月20日", until="11-30 20:00", policies=PROMISES_ONLY)
    assert told.pairs == []


async def test_two_clients_are_asked_with_numbers_and_one_number_answers(store: Store) -> None:
    told = await hold(store, "10:00 王磊：【承诺】给星海送彩页 周三", "10:01 王磊：1", "10:02 王磊：星海轴承 承诺")
    check(told.answer(1), "王磊", "question", "#1", WEDNESDAY, "1 星海轴承有限公司", "2 星海机电有限公司", about=[1])
    check(told.answer(2), "王磊", "reply", "#1", "星海轴承有限公司", about=[1])
    check(told.answer(3), "王磊", "reply", "共 1 条", "#1", about=[1])


async def test_date_and_client_are_asked_one_after_the_other(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：【承诺】给星海送彩页", "10:01 王磊：周五", "10:02 王磊：2")
    check(told.answer(1), "王磊", "question", "什么时候", about=[1], without=["星海轴承"])
    check(told.answer(2), "王磊", "question", FRIDAY, "1 星海轴承有限公司", "2 星海机电有限公司", about=[1])
    check(told.answer(3), "王磊", "reply", "#1", "星海机电有限公司", FRIDAY, about=[1])


async def test_a_date_for_somebody_else_reaches_the_owner_too(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：【承诺】给仁济医院送资料 @李娜", "10:01 王磊：周四")
    check(told.answer(2), "王磊", "reply", "#1", THURSDAY, about=[1])
    check(told.others[1], "李娜", "notice", "#1", THURSDAY, about=[1])
    assert told.pairs == [("李娜", "notice"), ("李娜", "notice")]


async def test_sent_again_with_its_date_it_is_completed_not_doubled(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：【承诺】给协和医院寄样", "13:00 王磊：【承诺】给协和医院寄样 周三")
    check(told.answer(2), "王磊", "reply", "#1", WEDNESDAY, about=[1])


@pytest.mark.parametrize("text", ["【承诺】", "【承诺】周三", "【承诺】 @李娜"])
async def test_a_promise_of_nothing_is_asked_what(quick: Store, text: str) -> None:
    told = await hold(quick, f"10:00 王磊：{text}", "10:01 王磊：我的承诺")
    check(told.answer(1), "王磊", "question", "要做什么" if "周三" in text else "【承诺】")
    check(told.answer(2), "王磊", "reply", "共 0 条")


async def test_made_in_a_group_it_is_nudged_there_with_the_owner_mentioned(quick: Store) -> None:
    told = await hold(
        quick, "10:00 王磊#华东群：【承诺】给协和医院寄样 周三", until="11-25 18:30", policies=PROMISES_ONLY
    )
    check(told.others[0], "#华东群", "reminder", "#1", WEDNESDAY, about=[1], mention=["王磊"])
    check(told.others[1], "#华东群", "overdue", "#1", WEDNESDAY, about=[1], mention=["王磊"])
    assert [(item.at, item.clock) for item in told.others] == [
        ("2026-11-25 16:00", "commitment"),
        ("2026-11-25 18:10", "commitment"),
    ]


async def test_made_for_somebody_in_private_it_is_nudged_in_the_owners_chat(quick: Store) -> None:
    told = await hold(
        quick, "10:00 王磊：【承诺】给协和医院寄样 周三 @李娜", until="11-25 18:30", policies=PROMISES_ONLY
    )
    assert told.pairs == [("李娜", "notice"), ("李娜", "reminder"), ("李娜", "overdue")]
