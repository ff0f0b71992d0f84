"""One command for several records: each by itself, one answer, one notice to each person, taken back together."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import NO_CLOCKS, PROMISES_ONLY, Store, check, hold

TWO = ("09:00 王磊：【承诺】给仁济寄样 周三", "09:01 王磊：【承诺】发报价 周四")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("延期 1 2 周五 客户没空", ("2 条延到 11月27日 周五", "原定 11月25日", "原因：客户没空")),
        ("延期 1、2 到周五", ("2 条延到 11月27日 周五",)),
        ("延期 1 2周五", ("2 条延到 11月27日 周五",)),
        ("1 2 延期到周五", ("2 条延到 11月27日 周五",)),
        ("改 1 和 2 周五", ("2 条改到 11月27日 周五",)),
        ("取消 1、2 客户不要了", ("取消了 2 条", "原因：客户不要了")),
        ("转交 1 2 @李娜", ("2 条转给李娜了",)),
        ("静音 #1 #2", ("2 条不再提醒",)),
        ("完成 1、2", ("完成 2 条", "手上的承诺都结了")),
    ],
)
async def test_each_is_changed_and_all_are_told_in_one_message(quick: Store, words: str, said: tuple[str, ...]) -> None:
    told = await hold(quick, *TWO, f"09:05 王磊：{words}", policies=PROMISES_ONLY)
    check(told.answer(3), "王磊", "reply", *said, "#1 给仁济寄样", "#2 发报价", "「撤销」", about=[1, 2])


@pytest.mark.parametrize("words", ["延期 1 2 周五", "取消 1 2 客户不要了", "转交 1 2 @李娜", "完成 1 2"])
async def test_they_are_taken_back_together(quick: Store, words: str) -> None:
    told = await hold(
        quick, *TWO, f"09:05 王磊：{words}", "09:06 王磊：撤销", "09:07 王磊：我的承诺", policies=PROMISES_ONLY
    )
    check(told.answer(4), "王磊", "reply", "#1", "#2", about=[1, 2])
    check(told.answer(5), "王磊", "reply", "共 2 条", "11月25日 周三", "11月26日 周四", about=[1, 2])


async def test_what_may_not_be_changed_is_told_with_its_reason_and_does_not_hold_up_the_rest(quick: Store) -> None:
    told = await hold(
        quick,
        *TWO,
        "09:02 李娜：【承诺】给南城送图纸 周三",
        "09:03 王磊：完成 2",
        "09:05 王磊：取消 1、2、3、9 客户不要了",
        "09:06 王磊：我的承诺",
        policies=PROMISES_ONLY,
    )
    check(
        told.answer(5),
        "王磊",
        "reply",
        "取消了 1 条",
        "另外 3 条没动",
        "#2 之前已完成",
        "#3 由李娜负责",
        "没有 #9",
        about=[1, 2, 3, 9],
        without=["南城"],
    )
    check(told.answer(6), "王磊", "reply", "共 0 条")


async def test_a_number_nobody_has_is_named_however_it_stands(quick: Store) -> None:
    told = await hold(
        quick,
        *TWO,
        "09:05 王磊：静音 1 99",
        "09:06 王磊：取消 1 99 客户不要了",
        "09:07 王磊：完成 2 98已寄",
        policies=PROMISES_ONLY,
    )
    check(told.answer(3), "王磊", "reply", "1 条不再提醒", "没有 #99", about=[1, 99])
    check(told.answer(4), "王磊", "reply", "原因：客户不要了", "没有 #99", about=[1, 99])
    check(told.answer(5), "王磊", "reply", "完成 #2", "备注：98已寄", about=[2])


async def test_words_may_be_glued_to_the_last_number(quick: Store) -> None:
    told = await hold(quick, *TWO, "09:05 王磊：完成 1 2已寄", policies=PROMISES_ONLY)
    check(told.answer(3), "王磊", "reply", "完成 2 条", "备注：已寄", about=[1, 2])


async def test_none_of_them_is_changed_when_none_may_be(quick: Store) -> None:
    told = await hold(quick, *TWO, "09:05 李娜：延期 1 2 周五", "09:06 李娜：转交 1 2", policies=PROMISES_ONLY)
    for line in (3, 4):
        check(told.answer(line), "李娜", "reply", "2 条都没动", "#1 由王磊负责", about=[1, 2], without=["撤销"])
    assert told.others == []


@pytest.mark.parametrize(
    ("words", "asked", "answer", "said"),
    [
        ("延期 1 2", "#1 #2 延到哪天", "周五", "2 条延到 11月27日 周五"),
        ("延期 1 2 尽快", "「尽快」我记不住", "周五", "2 条延到 11月27日 周五"),
        ("改 1、2", "#1 #2 定在哪天", "周五", "2 条改到 11月27日 周五"),
        ("取消 1 2", "取消 #1 #2 要写一句原因", "客户不要了", "取消了 2 条"),
        ("转交 1 2", "#1 #2 转交给谁", "李娜", "2 条转给李娜了"),
        ("转交 1 2 @里娜", "没认出「里娜」", "李娜", "2 条转给李娜了"),
        ("延期 周五", "要延期哪一条", "1 2", "2 条延到 11月27日 周五"),
    ],
)
async def test_what_is_missing_is_asked_once_for_all(
    quick: Store, words: str, asked: str, answer: str, said: str
) -> None:
    told = await hold(quick, *TWO, f"09:05 王磊：{words}", f"09:06 王磊：{answer}", policies=PROMISES_ONLY)
    assert (told.answer(3).kind, asked in told.answer(3).text) == ("question", True)
    check(told.answer(4), "王磊", "reply", said, about=[1, 2])


async def test_the_new_owner_and_the_supervisor_read_one_message_each(quick: Store) -> None:
    told = await hold(
        quick,
        *TWO,
        "09:05 王磊：延期 1 2 周五",
        "09:06 王磊：延期 1 2 周六",
        "09:07 王磊：转交 1 2 @李娜",
        policies=PROMISES_ONLY,
    )
    supervisor, heir = told.others
    check(supervisor, "陈静", "notice", "王磊又延期了 2 条", "#1 给仁济寄样", "第 2 次", about=[1, 2])
    check(heir, "李娜", "notice", "王磊把 2 条转给你了", "#2 发报价", "11月28日 周六", about=[1, 2])


async def test_owners_hear_of_what_a_supervisor_changes(quick: Store) -> None:
    told = await hold(
        quick,
        *TWO,
        "09:05 陈静：取消 1 2 展会取消了",
        "09:06 陈静：撤销",
        "09:07 陈静：静音 1 2",
        policies=PROMISES_ONLY,
    )
    check(told.answer(3), "陈静", "reply", "取消了 2 条", "王磊负责，已告知", about=[1, 2])
    check(told.others[0], "王磊", "notice", "陈静取消了你的 2 条", "原因：展会取消了", about=[1, 2])
    check(told.others[-1], "王磊", "notice", "陈静把你的 2 条静音了", about=[1, 2])


async def test_a_lead_and_a_promise_may_go_together_and_the_lead_keeps_its_own_notice(quick: Store) -> None:
    told = await hold(
        quick,
        "09:00 王磊：【线索】长桥印务 施经理 展会",
        "09:01 王磊：【承诺】发报价 周四",
        "09:02 王磊#华东群：转交 1 2 @李娜",
        policies=NO_CLOCKS,
    )
    check(told.answer(3), "#华东群", "reply", "2 条转给李娜了", "线索 #1", about=[1, 2], mention=["李娜"])
    assert sorted(item.about for item in told.others) == [("#1",), ("#2",)]


async def test_leaves_and_promises_are_cancelled_together(quick: Store) -> None:
    told = await hold(
        quick,
        TWO[0],
        "09:01 王磊：请假 周四",
        "09:02 王磊：取消 1 2",
        "09:03 王磊：行程变了",
        policies=PROMISES_ONLY,
    )
    check(told.answer(3), "王磊", "question", "要写一句原因", about=[1, 2])
    check(told.answer(4), "王磊", "reply", "取消了 2 条", "#2 请假", about=[1, 2])


async def test_other_words_or_another_client_are_for_one_at_a_time(quick: Store) -> None:
    told = await hold(
        quick,
        *TWO,
        "09:05 王磊：改 1 2 寄合同",
        "09:06 王磊：改 1 2 客户 仁济",
        "09:07 王磊：我的承诺",
        policies=PROMISES_ONLY,
    )
    for line in (3, 4):
        check(told.answer(line), "王磊", "question", "都还没动")
    check(told.answer(5), "王磊", "reply", "给仁济寄样", "发报价", about=[1, 2])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("取消 1 100 块的单子不做了", "原因：100 块的单子不做了"),
        ("延期 1 2 号", "#1 延到 12月2日"),
        ("延期 1 12.1", "#1 延到 12月1日"),
        ("完成 1 2 台样机寄了", "备注：2 台样机寄了"),
        ("完成 1 30已收", "备注：30已收"),
    ],
)
async def test_a_number_that_measures_or_dates_is_no_record(quick: Store, words: str, said: str) -> None:
    told = await hold(quick, *TWO, f"09:05 王磊：{words}", policies=PROMISES_ONLY)
    check(told.answer(3), "王磊", "reply", said, about=[1])


async def test_acts_on_records_of_their_own_are_not_run_together(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【承诺】寄样 周三\n【承诺】发报价 周四",
        "10:01 王磊：1完成 2延期到周五",
        "10:02 王磊：取消 1 客户不要，取消 2 重复",
        "10:03 王磊：完成 1\n延期 2 周五",
        "10:04 王磊：延期 2 周五，完成 9",
        "10:05 王磊：改 2 客户 协和",
        "10:06 王磊：取消 1 停产，改 3月5日再说",
        "10:07 王磊：改 1 客户 协和",
        policies=PROMISES_ONLY,
    )
    for line in (2, 3, 4):
        check(told.answer(line), "王磊", "question", "2 件事", "都还没动", about=[1, 2])
    check(told.answer(5), "王磊", "reply", "#2 延到 11月27日 周五", about=[2])
    check(told.answer(7), "王磊", "reply", "#1 取消了", about=[1])
    check(told.answer(8), "王磊", "reply", "已取消", about=[1], without=["撤回"])
