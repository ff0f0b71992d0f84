"""撤销: each kind of record and change, within ten minutes, one's own only, clocks and notices included."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import PROMISES_ONLY, Store, check, hold
from tests.support import POLICIES

SAMPLE = "10:00 王磊#华东群：【承诺】给协和医院寄样 周三"
PRIVATE = "10:00 王磊：【承诺】给协和医院寄样 周三"
WEDNESDAY = "11月25日 周三 18:00"
REMINDED = [("王磊", "reminder"), ("王磊", "overdue")]


async def test_a_record_taken_back_is_gone_and_never_nudged(store: Store) -> None:
    told = await hold(
        store, SAMPLE, "10:09 王磊#华东群：撤销", "10:10 王磊：我的承诺", until="11-25 19:00", policies=PROMISES_ONLY
    )
    check(told.answer(2), "#华东群", "reply", "#1", "撤回", about=[1])
    check(told.answer(3), "王磊", "reply", "共 0 条")
    assert told.pairs == []


async def test_several_records_of_one_message_go_together(quick: Store) -> None:
    told = await hold(
        quick, "10:00 王磊：【承诺】寄样 周三\n【承诺】发报价 周四", "10:01 王磊：撤销", "10:02 王磊：我的承诺"
    )
    check(told.answer(2), "王磊", "reply", "#1", "#2", about=[1, 2])
    check(told.answer(3), "王磊", "reply", "共 0 条")


@pytest.mark.parametrize("writing", ["撤销", "【撤销】", "撤銷", " 撤回"])
async def test_a_completion_taken_back_sets_the_clock_going_again(store: Store, writing: str) -> None:
    told = await hold(
        store, PRIVATE, "10:01 王磊：完成 1", f"10:02 王磊：{writing}", until="11-25 19:00", policies=PROMISES_ONLY
    )
    check(told.answer(3), "王磊", "reply", "#1", "未完成", about=[1])
    assert told.pairs == REMINDED


@pytest.mark.parametrize("change", ["延期 1 周五", "取消 1 不做了", "改 1 周五", "静音 1", "转交 1 @李娜"])
async def test_a_change_taken_back_leaves_date_owner_and_clock_as_before(quick: Store, change: str) -> None:
    told = await hold(
        quick,
        PRIVATE,
        f"10:01 王磊：{change}",
        "10:02 王磊：撤销",
        "10:03 王磊：我的承诺",
        until="11-25 19:00",
        policies=PROMISES_ONLY,
    )
    check(told.answer(3), "王磊", "reply", "#1", about=[1])
    check(told.answer(4), "王磊", "reply", "共 1 条", WEDNESDAY, about=[1], without=["延过", "静音"])
    assert [pair for pair in told.pairs if pair[0] == "王磊"] == REMINDED


async def test_whoever_was_told_of_a_change_is_told_of_this_too(store: Store) -> None:
    told = await hold(store, PRIVATE, "10:01 王磊：转交 1 @李娜", "10:02 王磊：撤销")
    check(told.others[1], "李娜", "notice", "王磊", "#1", "作废", about=[1])
    assert told.pairs == [("李娜", "notice"), ("李娜", "notice")]


async def test_a_second_postponement_taken_back_is_told_to_the_supervisor(quick: Store) -> None:
    told = await hold(quick, PRIVATE, "10:01 王磊：延期 1 周五", "10:02 王磊：延期 1 下周一", "10:03 王磊：撤销")
    assert told.pairs == [("陈静", "notice"), ("陈静", "notice")]


async def test_for_somebody_else_in_the_group_the_mention_is_taken_back_there(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊#华东群：【承诺】寄样 周三 @李娜", "10:01 王磊#华东群：撤销")
    check(told.answer(2), "#华东群", "reply", "#1", about=[1], mention=["李娜"])
    assert told.pairs == []


async def test_for_somebody_else_in_the_group_taken_back_in_private_they_are_told(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊#华东群：【承诺】寄样 周三 @李娜", "10:01 王磊：撤销")
    check(told.others[0], "李娜", "notice", "#1", about=[1])
    assert len(told.others) == 1


async def test_a_contact(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：电话 协和 王主任 问交期", "10:01 王磊：撤销", "10:02 王磊：上次联系 协和")
    check(told.answer(2), "王磊", "reply", "#1", about=[1])
    check(told.answer(3), "王磊", "reply", "还没有联系记录")


async def test_a_report_is_taken_back_from_the_supervisor(store: Store) -> None:
    told = await hold(store, "17:00 王磊：日报 今日拜访协和", "17:01 王磊：撤销", "17:02 陈静：谁没交日报")
    check(told.answer(2), "王磊", "reply", "#1", about=[1])
    assert told.pairs == [("陈静", "report"), ("陈静", "notice")]
    check(told.answer(3), "陈静", "reply", "王磊")


async def test_a_second_version_gives_way_to_the_first(quick: Store) -> None:
    told = await hold(
        quick,
        "17:00 王磊：日报 今日拜访协和",
        "17:01 王磊：日报 今日拜访仁济",
        "17:02 王磊：撤销",
        "17:03 陈静：日报 王磊",
    )
    check(told.answer(4), "陈静", "reply", "拜访协和", about=[1], without=["仁济"])


async def test_a_report_taken_back_is_owed_again(quick: Store) -> None:
    told = await hold(
        quick,
        "17:00 王磊：日报 今日拜访协和",
        "17:01 王磊：撤销",
        until="18:00",
        policies={"daily_report": POLICIES["daily_report"]},
    )
    assert ("王磊", "reminder") in told.pairs


async def test_leave(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：请假 今天", "10:01 王磊：撤销", "17:00 陈静：谁没交日报")
    check(told.answer(2), "王磊", "reply", "#1", about=[1])
    check(told.answer(3), "陈静", "reply", "王磊", "李娜", "张伟")


async def test_a_lead_its_clocks_and_its_new_client(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【线索】曙光医院 张主任 13800138111 @李娜",
        "10:01 王磊：撤销",
        "10:02 王磊：【线索】曙光医院 张主任 13800138111 @张伟",
        until="11-25 11:00",
        policies={"lead_first_touch": POLICIES["lead_first_touch"]},
    )
    check(told.answer(2), "王磊", "reply", "#1", about=[1])
    check(told.answer(3), "王磊", "reply", "#2", "张伟", about=[2])
    assert told.pairs == [("李娜", "notice"), ("李娜", "notice"), ("张伟", "notice"), ("张伟", "overdue")]


async def test_an_answered_question_is_taken_back_step_by_step(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【承诺】给协和医院寄样",
        "10:01 王磊：周三",
        "10:02 王磊：撤销",
        "10:03 王磊：我的承诺",
        "10:04 王磊：撤销",
        "10:05 王磊：我的承诺",
    )
    check(told.answer(4), "王磊", "reply", "未定日期", about=[1])
    check(told.answer(6), "王磊", "reply", "共 0 条")


async def test_after_ten_minutes_it_is_refused(store: Store) -> None:
    told = await hold(store, SAMPLE, "10:11 王磊：撤销", "10:12 王磊：我的承诺")
    check(told.answer(2), "王磊", "reply", "10 分钟")
    check(told.answer(3), "王磊", "reply", "共 1 条", about=[1])


@pytest.mark.parametrize("who", ["李娜", "陈静"])
async def test_never_somebody_elses(quick: Store, who: str) -> None:
    told = await hold(quick, SAMPLE, f"10:01 {who}：撤销", "10:02 王磊：我的承诺")
    check(told.answer(2), who, "reply", "没有能撤回的")
    check(told.answer(3), "王磊", "reply", "共 1 条", about=[1])


async def test_not_over_what_somebody_else_did_since(quick: Store) -> None:
    told = await hold(
        quick, PRIVATE, "10:01 陈静：延期 1 周五", "10:02 王磊：撤销", "10:03 陈静：撤销", "10:04 王磊：撤销"
    )
    check(told.answer(3), "王磊", "reply", "#1", "陈静", about=[1])
    check(told.answer(4), "陈静", "reply", "#1", about=[1])
    check(told.answer(5), "王磊", "reply", "#1", "撤回了", about=[1])


async def test_nothing_to_take_back(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：撤销")
    check(told.answer(1), "王磊", "reply", "没有能撤回的")
