"""What is said when the bot comes back after a stop: nothing forgotten, no burst, nobody woken."""

from __future__ import annotations

import pytest

from bot import team
from tests.dialogs.helpers import Store
from tests.support import POLICIES, Heard, line, play

PROMISE = line("2026-11-23 10:00", "王磊", "【承诺】寄样 周三", "a")
ALONE = team.Team(people=[{"name": "何平", "role": "rep", "region": "西南", "department": "销售部"}])
PROMISES = {"commitment": POLICIES["commitment"]}
REPORTS = {"daily_report": POLICIES["daily_report"]}


def pushes(heard: list[Heard]) -> list[tuple[str, str, str]]:
    return [(item.at[5:], item.to, item.kind) for item in heard if item.clock is not None]


@pytest.mark.parametrize(
    ("back", "morning", "who"), [("2026-11-26 22:00", "11-27", "陈静"), ("2026-11-28 10:00", "11-30", "何经理")]
)
async def test_what_is_late_waits_for_the_next_morning_it_may_be_said(
    quick: Store, back: str, morning: str, who: str
) -> None:
    await play(quick, [PROMISE], "2026-11-25 12:00", policies=PROMISES)
    heard = await play(quick, [line(back, "李娜", "我的承诺", "b")], "2026-12-01 12:00", policies=PROMISES)
    said = pushes(heard)[0]
    assert said[1:] == (who, "escalation")
    assert f"{morning} 08:30" < said[0] < f"{morning} 08:50"


async def test_the_owner_still_hears_what_was_due_that_day_on_a_day_off(quick: Store) -> None:
    promise = line("2026-11-27 10:00", "王磊", "【承诺】寄样 周六下午3点", "a")
    await play(quick, [promise], "2026-11-27 12:00", policies=PROMISES)
    heard = await play(
        quick, [line("2026-11-28 16:00", "李娜", "我的承诺", "b")], "2026-11-29 12:00", policies=PROMISES
    )
    assert pushes(heard) == [("11-28 16:00", "王磊", "overdue")]


async def test_a_step_with_nobody_above_does_not_swallow_the_one_below_it(quick: Store) -> None:
    promise = line("2026-11-23 10:00", "何平", "【承诺】寄样 周三", "a")
    await play(quick, [promise], "2026-11-25 12:00", known=ALONE, policies=PROMISES)
    back = line("2026-11-30 10:00", "何平", "帮助", "b")
    heard = await play(quick, [back], "2026-12-01 12:00", known=ALONE, policies=PROMISES)
    assert pushes(heard) == [("11-30 10:00", "何平", "overdue")]


async def test_reports_of_days_slept_through_are_one_message(store: Store) -> None:
    await play(store, [PROMISE], "2026-11-23 12:00", policies=REPORTS)
    back = line("2026-11-26 09:30", "赵强", "帮助", "b")
    heard = await play(store, [back], "2026-11-26 12:00", policies=REPORTS)
    told = [(item.to, item.kind) for item in heard if item.clock is not None]
    assert sorted(told) == [("#华东群", "alert"), ("#华南群", "alert"), ("林芳", "escalation"), ("陈静", "escalation")]
    for item in heard:
        if item.clock is not None:
            assert [day for day in ("11月23日", "11月24日", "11月25日") if day not in item.text] == []
            assert "11月26日" not in item.text


async def test_of_a_long_stop_only_the_last_days_are_told(quick: Store) -> None:
    await play(quick, [PROMISE], "2026-11-23 12:00", policies=REPORTS)
    back = line("2027-03-26 09:30", "赵强", "帮助", "b")
    heard = await play(quick, [back], "2027-03-26 12:00", policies=REPORTS)
    text = next(item.text for item in heard if item.to == "林芳")
    assert "11月23日" in text
    assert text.count("日报还差") == 6


async def test_nothing_is_said_twice_by_a_third_start(quick: Store) -> None:
    await play(quick, [PROMISE], "2026-11-23 12:00")
    await play(quick, [line("2026-11-26 09:30", "赵强", "帮助", "b")], "2026-11-26 09:40")
    heard = await play(quick, [line("2026-11-26 09:45", "赵强", "帮助", "c")], "2026-11-26 10:00")
    assert pushes(heard) == []


async def test_leave_taken_back_in_the_course_of_the_day_makes_the_report_owed_again(quick: Store) -> None:
    heard = await play(
        quick,
        [
            line("2026-11-23 09:00", "赵强", "请假 周二", "a"),
            line("2026-11-24 11:00", "赵强", "取消 {a} 不请了", "b"),
        ],
        "2026-11-24 18:50",
        policies=REPORTS,
    )
    told = [item for item in pushes(heard) if item[0].startswith("11-24") and item[1] in {"赵强", "林芳"}]
    assert told == [("11-24 17:50", "赵强", "reminder"), ("11-24 18:45", "林芳", "escalation")]


async def test_leave_taken_before_and_kept_owes_nothing(quick: Store) -> None:
    heard = await play(
        quick, [line("2026-11-23 09:00", "赵强", "请假 周二", "a")], "2026-11-24 18:50", policies=REPORTS
    )
    told = [item for item in pushes(heard) if item[0].startswith("11-24") and item[1] in {"赵强", "林芳", "#华南群"}]
    assert told == []
