"""请假 and 出差: the days in every writing, no nudges on them, nobody missing, the next one up for escalations."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import NO_CLOCKS, PROMISES_ONLY, Store, check, hold
from tests.support import POLICIES

PROMISE = "10:00 王磊：【承诺】给协和医院寄样 周三"
REPORTS_ONLY = {"daily_report": POLICIES["daily_report"]}


@pytest.mark.parametrize(
    ("text", "kind", "days"),
    [
        ("请假 周三", "请假", ["11月25日 周三"]),
        ("请假周三", "请假", ["11月25日 周三"]),
        ("【请假】11月25日", "请假", ["11月25日 周三"]),
        ("請假：週三", "请假", ["11月25日 周三"]),
        ("请假 11月25日-27日", "请假", ["11月25日 周三", "11月27日 周五"]),
        ("请假 周三到周五 家里有事", "请假", ["11月25日 周三", "11月27日 周五"]),
        ("请假 明天", "请假", ["11月24日 周二"]),
        ("请假三天", "请假", ["11月23日 周一", "11月25日 周三"]),
        ("休假 下周一", "请假", ["11月30日 周一"]),
        ("出差 周一至周三", "出差", ["11月23日 周一", "11月25日 周三"]),
        ("出差 11.25-11.27 去上海", "出差", ["11月25日 周三", "11月27日 周五"]),
    ],
)
async def test_the_days_are_said_back(quick: Store, text: str, kind: str, days: list[str]) -> None:
    told = await hold(quick, f"10:00 王磊：{text}")
    check(told.answer(1), "王磊", "reply", kind, "#1", *days, about=[1])
    assert told.pairs == []


async def test_no_nudges_on_those_days_but_the_supervisor_hears(store: Store) -> None:
    told = await hold(store, PROMISE, "10:01 王磊：请假 周三", until="11-26 14:00", policies=PROMISES_ONLY)
    assert told.pairs == [("陈静", "escalation")]


async def test_an_absent_supervisor_is_replaced_by_the_next_one_up(quick: Store) -> None:
    told = await hold(quick, PROMISE, "10:01 陈静：请假 11月25日-27日", until="11-26 14:00", policies=PROMISES_ONLY)
    assert told.pairs == [("王磊", "reminder"), ("王磊", "overdue"), ("何经理", "escalation")]


async def test_with_everybody_above_absent_the_nearest_hears_all_the_same(quick: Store) -> None:
    away = [f"10:0{place} {name}：请假 11月25日-27日" for place, name in enumerate(["陈静", "何经理", "周岚"], 1)]
    told = await hold(quick, PROMISE, *away, until="11-26 14:00", policies=PROMISES_ONLY)
    assert told.pairs == [("王磊", "reminder"), ("王磊", "overdue"), ("陈静", "escalation")]


async def test_no_report_is_asked_for_and_nobody_is_missing(quick: Store) -> None:
    told = await hold(
        quick, "10:00 王磊：出差 周一至周三", "17:00 陈静：谁没交日报", until="18:30", policies=REPORTS_ONLY
    )
    check(told.answer(2), "陈静", "reply", "李娜", "张伟", "差 2 份", without=["王磊"])
    assert ("王磊", "reminder") not in told.pairs
    assert ("李娜", "reminder") in told.pairs


async def test_leave_taken_before_the_day_keeps_the_supervisors_list_clean(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：请假 明天", until="11-24 18:50", policies=REPORTS_ONLY)
    tuesday = [item for item in told.others if item.at.startswith("2026-11-24")]
    assert ("陈静", "escalation") in [(item.to, item.kind) for item in tuesday]
    assert all("王磊" not in item.text and item.to != "王磊" for item in tuesday)


async def test_leave_taken_on_the_day_keeps_the_supervisors_list_clean_too(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：请假 今天", until="18:50", policies=REPORTS_ONLY)
    assert all("王磊" not in item.text for item in told.others)


@pytest.mark.parametrize(("text", "reply"), [("请假", "周三"), ("请假 昨天", "周三"), ("请假", "11月25日")])
async def test_without_days_ahead_they_are_asked(quick: Store, text: str, reply: str) -> None:
    told = await hold(quick, f"10:00 王磊：{text}", f"10:01 王磊：{reply}")
    check(told.answer(1), "王磊", "question", "请假")
    check(told.answer(2), "王磊", "reply", "请假", "#1", "11月25日 周三", about=[1])


async def test_an_answer_behind_today_is_asked_again(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：出差", "10:01 王磊：昨天", "10:02 王磊：明天")
    check(told.answer(2), "王磊", "question", "出差", "过了")
    check(told.answer(3), "王磊", "reply", "出差", "11月24日 周二", about=[1])


async def test_cancelled_by_number_nudges_come_again(quick: Store) -> None:
    told = await hold(
        quick, PROMISE, "10:01 王磊：请假 周三", "10:02 王磊：取消 2", until="11-25 19:00", policies=PROMISES_ONLY
    )
    check(told.answer(3), "王磊", "reply", "#2", "11月25日 周三", about=[2])
    assert told.pairs == [("王磊", "reminder"), ("王磊", "overdue")]


async def test_a_peer_cannot_cancel_it_the_supervisor_can(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：请假 周三", "10:01 李娜：取消 1", "10:02 陈静：取消 1")
    check(told.answer(2), "李娜", "reply", "#1", "王磊", about=[1])
    check(told.answer(3), "陈静", "reply", "#1", about=[1])
    check(told.others[0], "王磊", "notice", "#1", about=[1])
    assert len(told.others) == 1


@pytest.mark.parametrize("text", ["请假单怎么填", "出差费用怎么报"])
async def test_talk_about_it_is_no_leave(quick: Store, text: str) -> None:
    told = await hold(quick, f"10:00 王磊：{text}")
    check(told.answer(1), "王磊", "reply", "没听懂")


async def test_who_is_away_and_when_they_come_back(store: Store) -> None:
    told = await hold(
        store,
        "10:00 王磊：请假 周三",
        "10:01 王磊：出差 下周一至下周三",
        "10:02 陈静：周三谁请假",
        "10:03 陈静：明天有谁不在",
        "10:04 陈静：王磊什么时候回来",
        "10:05 李娜：王磊去哪了",
        "10:06 李娜：谁请假了",
        "10:07 陈静：协和什么时候回来",
        policies=NO_CLOCKS,
    )
    check(told.answer(3), "陈静", "reply", "王磊 请假 11月25日 周三", without=["出差"])
    check(told.answer(4), "陈静", "reply", "11月24日 周二 没有记着的")
    check(told.answer(5), "陈静", "reply", "王磊 今天起不在的日子", "11月25日 周三", "11月30日 周一 到 12月2日 周三")
    check(told.answer(6), "李娜", "reply", "王磊", without=["11月25日"])
    check(told.answer(7), "李娜", "reply", "你 今天起 没有记着的")
    assert "不在的日子" not in told.answer(8).text
