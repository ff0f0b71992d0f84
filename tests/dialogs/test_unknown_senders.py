"""Somebody the roster does not name: handled at once, told what is missing and whom to ask, once."""

from __future__ import annotations

from tests.dialogs.helpers import NO_CLOCKS, Store, check, hold


async def test_the_first_message_is_handled_and_what_is_missing_is_said(store: Store) -> None:
    told = await hold(store, "10:00 刘能：【承诺】给协和医院寄样 周三", "10:01 刘能：我的承诺")
    check(told.answer(1), "刘能", "reply", "#1", "11月25日 周三 18:00", "名册", "刘能", "周岚", about=[1])
    check(told.answer(2), "刘能", "reply", "共 1 条", about=[1], without=["名册"])
    assert told.pairs == []


async def test_in_a_group_too(quick: Store) -> None:
    told = await hold(quick, "10:00 刘能#华东群：帮助")
    check(told.answer(1), "#华东群", "reply", "【承诺】", "名册", "周岚")


async def test_a_report_without_a_supervisor_is_kept_and_said(quick: Store) -> None:
    told = await hold(quick, "17:00 刘能：日报 今日拜访仁济", policies=NO_CLOCKS)
    check(told.answer(1), "刘能", "reply", "#1", "主管", about=[1])
    assert told.pairs == []


async def test_nothing_of_anybody_else_is_seen_or_changed(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【承诺】给协和医院寄样 周三",
        "10:01 刘能：团队承诺",
        "10:02 刘能：延期 1 周五",
        "10:03 刘能：上次联系 协和",
        "10:04 刘能：@王磊 的承诺",
        "10:05 刘能#华东群：绑定 新群",
    )
    check(told.answer(2), "刘能", "reply", "共 0 条")
    check(told.answer(3), "刘能", "reply", "王磊", about=[1])
    for line in (4, 5):
        check(told.answer(line), "刘能", "reply", without=["寄样"])
    check(told.answer(6), "#华东群", "reply", without=["记住了"])
    assert told.pairs == []


async def test_they_keep_the_clocks_running_without_anybody_above(quick: Store) -> None:
    told = await hold(quick, "10:00 刘能：【承诺】给协和医院寄样 今天15点", until="11-24 18:00")
    own = [item for item in told.others if item.clock == "commitment"]
    assert [(item.to, item.kind) for item in own] == [("刘能", "reminder"), ("刘能", "overdue")]
