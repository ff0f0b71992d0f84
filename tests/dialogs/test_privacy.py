"""Telephone numbers: masked in groups even to the owner, in private to everybody but the owner, in files too."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import NO_CLOCKS, PROMISES_ONLY, Store, check, hold

NUMBER = "13912345678"
MASKED = "139****5678"
PROMISE = f"09:00 王磊：【承诺】给协和医院寄样 打{NUMBER} 周三"
CALL = f"09:01 王磊：电话 协和 王主任 {NUMBER} 问交期"


@pytest.mark.parametrize("words", ["我的承诺", "协和 承诺", "上次联系 协和", "全程 协和", "客户 协和", "完成 1"])
async def test_the_owner_reads_it_in_private_and_not_in_a_group(quick: Store, words: str) -> None:
    told = await hold(quick, PROMISE, CALL, f"10:00 王磊#华东群：{words}", policies=NO_CLOCKS)
    assert NUMBER not in told.answer(3).text
    again = await hold(quick, "10:01 王磊：我的承诺", "10:02 王磊：上次联系 协和", policies=NO_CLOCKS)
    assert NUMBER in again.answer(2).text


@pytest.mark.parametrize("words", ["团队承诺", "@王磊 的承诺", "协和 承诺", "上次联系 协和", "全程 协和", "客户 协和"])
async def test_nobody_above_reads_it(store: Store, words: str) -> None:
    told = await hold(store, PROMISE, CALL, f"10:00 陈静：{words}", policies=NO_CLOCKS)
    check(told.answer(3), "陈静", "reply", MASKED, about=[int(number[1:]) for number in told.answer(3).about])
    assert NUMBER not in told.answer(3).text


async def test_what_is_said_in_a_group_is_echoed_masked(quick: Store) -> None:
    told = await hold(
        quick, f"10:00 王磊#华东群：【承诺】给协和寄样 打{NUMBER} 周三", f"10:01 王磊#华东群：完成 1 打了{NUMBER}"
    )
    for line in (1, 2):
        assert NUMBER not in told.answer(line).text
        assert MASKED in told.answer(line).text


async def test_the_supervisor_told_of_a_postponement_reads_neither_matter_nor_reason_unmasked(quick: Store) -> None:
    told = await hold(
        quick, PROMISE, f"10:00 王磊：延期 1 周四 打{NUMBER}", f"10:01 王磊：延期 1 周五 打{NUMBER}", policies=NO_CLOCKS
    )
    (notice,) = told.others
    check(notice, "陈静", "notice", MASKED, about=[1], without=[NUMBER])
    assert NUMBER in told.answer(3).text


async def test_the_owner_reads_it_in_every_notice(quick: Store) -> None:
    told = await hold(
        quick,
        f"10:00 王磊：【承诺】给协和医院寄样 打{NUMBER} 周三 @李娜",
        "10:01 陈静：延期 1 周五",
        "10:02 陈静：转交 1 @张伟",
        policies=NO_CLOCKS,
    )
    assert [(item.to, NUMBER in item.text) for item in told.others] == [
        ("李娜", True),
        ("李娜", True),
        ("张伟", True),
        ("李娜", False),
    ]
    assert all(NUMBER not in told.answer(line).text for line in (1, 2, 3))


async def test_a_report_is_handed_on_masked(quick: Store) -> None:
    told = await hold(quick, f"17:00 王磊：日报 今日电话{NUMBER}聊交期", "17:01 陈静：日报 王磊", policies=NO_CLOCKS)
    check(told.others[0], "陈静", "report", MASKED, about=[1], files=["日报-王磊-2026-11-23.pdf"], without=[NUMBER])
    check(told.answer(2), "陈静", "reply", MASKED, about=[1], without=[NUMBER])


async def test_nudges_in_a_group_and_escalations_are_masked(quick: Store) -> None:
    told = await hold(
        quick,
        f"09:00 王磊#华东群：【承诺】给协和医院寄样 打{NUMBER} 周三",
        until="11-26 14:00",
        policies=PROMISES_ONLY,
    )
    assert told.pairs == [("#华东群", "reminder"), ("#华东群", "overdue"), ("陈静", "escalation")]
    assert all(NUMBER not in item.text for item in told.others)
