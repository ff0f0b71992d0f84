"""The clocks, as people hear them: who is told what, when, and what is never said."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, col, select

from bot.calendar import Calendar
from scheduler.engine import Engine
from storage.tables import Obligation, Outbox, Step
from tests.dialogs.helpers import Store
from tests.support import POLICIES, Heard, at, line, play


def pushes(heard: list[Heard], *clocks: str) -> list[tuple[str, str, str]]:
    """(when, to whom, kind) of what the named clocks said."""
    return [(item.at, item.to, item.kind) for item in heard if item.clock in clocks]


async def test_the_ladder_of_a_promise_made_in_a_group(store: Store) -> None:
    heard = await play(
        store, [line("2026-11-23 10:00", "王磊#华东群", "【承诺】给协和寄样 周三", "a")], "2026-11-30 12:00"
    )
    assert pushes(heard, "commitment") == [
        ("2026-11-25 16:00", "#华东群", "reminder"),
        ("2026-11-25 18:10", "#华东群", "overdue"),
        ("2026-11-26 13:00", "陈静", "escalation"),
        ("2026-11-27 16:00", "何经理", "escalation"),
    ]
    nudges = [item for item in heard if item.clock == "commitment"]
    assert [item.mention for item in nudges] == [("王磊",), ("王磊",), (), ()]
    assert all(item.about == ("#1",) for item in nudges)
    assert "王磊" in nudges[2].text
    assert "北京协和医院" in nudges[2].text


async def test_a_promise_made_in_private_stays_private(quick: Store) -> None:
    heard = await play(quick, [line("2026-11-23 10:00", "王磊", "【承诺】寄样 周三", "a")], "2026-11-26 12:00")
    assert pushes(heard, "commitment") == [
        ("2026-11-25 16:00", "王磊", "reminder"),
        ("2026-11-25 18:10", "王磊", "overdue"),
    ]


async def test_no_reminder_when_the_date_was_given_under_four_hours_before(quick: Store) -> None:
    heard = await play(
        quick,
        [
            line("2026-11-23 14:30", "王磊", "【承诺】寄样 今天", "a"),
            line("2026-11-23 10:00", "李娜", "【承诺】寄样 今天", "b"),
        ],
        "2026-11-23 18:30",
    )
    assert sorted(pushes(heard, "commitment")) == [
        ("2026-11-23 16:00", "李娜", "reminder"),
        ("2026-11-23 18:10", "李娜", "overdue"),
        ("2026-11-23 18:10", "王磊", "overdue"),
    ]


async def test_what_is_done_is_not_nudged(quick: Store) -> None:
    heard = await play(
        quick,
        [
            line("2026-11-23 10:00", "王磊", "【承诺】寄样 周三", "a"),
            line("2026-11-25 16:00", "王磊", "完成 {a}", "b"),
        ],
        "2026-11-30 12:00",
    )
    assert pushes(heard, "commitment") == []


async def test_a_new_date_starts_the_ladder_anew(quick: Store) -> None:
    heard = await play(
        quick,
        [
            line("2026-11-23 10:00", "王磊", "【承诺】寄样 周三", "a"),
            line("2026-11-25 17:00", "王磊", "延期 {a} 周五", "b"),
        ],
        "2026-11-27 19:00",
    )
    assert pushes(heard, "commitment") == [
        ("2026-11-25 16:00", "王磊", "reminder"),
        ("2026-11-27 16:00", "王磊", "reminder"),
        ("2026-11-27 18:10", "王磊", "overdue"),
    ]


async def test_nudges_of_one_minute_are_one_message_that_mentions_every_owner(quick: Store) -> None:
    heard = await play(
        quick,
        [
            line("2026-11-23 10:00", "王磊#华东群", "【承诺】给协和寄样 周三", "a"),
            line("2026-11-23 10:01", "李娜#华东群", "【承诺】给仁济报价 周三", "b"),
            line("2026-11-23 10:02", "李娜", "【承诺】送合同 周三", "c"),
        ],
        "2026-11-25 16:05",
    )
    nudges = [item for item in heard if item.clock == "commitment"]
    assert [(item.to, item.mention, item.about) for item in nudges] == [
        ("#华东群", ("王磊", "李娜"), ("#1", "#2")),
        ("李娜", (), ("#3",)),
    ]


async def test_quiet_hours_hold_until_the_morning(quick: Store) -> None:
    heard = await play(quick, [line("2026-11-23 10:00", "王磊", "【承诺】寄样 周三晚上10点", "a")], "2026-11-27 18:00")
    said = pushes(heard, "commitment")
    assert said[0] == ("2026-11-25 20:00", "王磊", "reminder")
    assert said[1][1:] == ("王磊", "overdue")
    assert "2026-11-26 08:30" <= said[1][0] <= "2026-11-26 08:50"
    assert said[2] == ("2026-11-26 13:00", "陈静", "escalation")


async def test_a_reminder_held_past_its_date_is_not_said(quick: Store) -> None:
    heard = await play(quick, [line("2026-11-23 10:00", "王磊", "【承诺】寄样 周三早上8点半", "a")], "2026-11-25 09:00")
    assert [item[2] for item in pushes(heard, "commitment")] == ["overdue"]


async def test_days_off_hold_all_but_the_owner_of_what_is_due_that_day(quick: Store) -> None:
    heard = await play(quick, [line("2026-11-27 10:00", "王磊", "【承诺】寄样 周六下午3点", "a")], "2026-11-30 18:00")
    assert pushes(heard, "commitment") == [
        ("2026-11-28 13:00", "王磊", "reminder"),
        ("2026-11-28 15:10", "王磊", "overdue"),
        ("2026-11-30 13:00", "陈静", "escalation"),
    ]


async def test_somebody_on_leave_is_not_nudged_but_escalations_go_on(quick: Store) -> None:
    heard = await play(
        quick,
        [
            line("2026-11-23 10:00", "王磊", "【承诺】寄样 周三", "a"),
            line("2026-11-23 10:01", "王磊", "请假 周三", "b"),
        ],
        "2026-11-26 14:00",
    )
    assert pushes(heard, "commitment") == [("2026-11-26 13:00", "陈静", "escalation")]


async def test_an_absent_superior_is_replaced_by_the_next_one_up(quick: Store) -> None:
    heard = await play(
        quick,
        [
            line("2026-11-23 10:00", "王磊", "【承诺】寄样 周三", "a"),
            line("2026-11-23 10:01", "陈静", "出差 周四", "b"),
        ],
        "2026-11-26 14:00",
    )
    assert pushes(heard, "commitment")[-1] == ("2026-11-26 13:00", "何经理", "escalation")


async def test_muted_stops_the_owners_nudges_only(quick: Store) -> None:
    heard = await play(
        quick,
        [
            line("2026-11-23 10:00", "王磊", "【承诺】寄样 周三", "a"),
            line("2026-11-23 10:01", "王磊", "静音 {a}", "b"),
        ],
        "2026-11-26 14:00",
    )
    assert pushes(heard, "commitment") == [("2026-11-26 13:00", "陈静", "escalation")]


async def test_the_new_owner_is_nudged_after_a_transfer(quick: Store) -> None:
    heard = await play(
        quick,
        [
            line("2026-11-23 10:00", "王磊", "【承诺】寄样 周三", "a"),
            line("2026-11-23 10:01", "王磊", "转交 {a} @李娜", "b"),
        ],
        "2026-11-25 19:00",
    )
    assert pushes(heard, "commitment") == [
        ("2026-11-25 16:00", "李娜", "reminder"),
        ("2026-11-25 18:10", "李娜", "overdue"),
    ]


async def test_taking_back_a_completion_sets_the_clock_going_again(quick: Store) -> None:
    heard = await play(
        quick,
        [
            line("2026-11-23 10:00", "王磊", "【承诺】寄样 周三", "a"),
            line("2026-11-25 16:30", "王磊", "完成 {a}", "b"),
            line("2026-11-25 16:35", "王磊", "撤销", "c"),
        ],
        "2026-11-25 19:00",
    )
    assert pushes(heard, "commitment") == [
        ("2026-11-25 16:00", "王磊", "reminder"),
        ("2026-11-25 18:10", "王磊", "overdue"),
    ]


async def test_after_a_stop_several_late_steps_become_the_highest(store: Store) -> None:
    await play(store, [line("2026-11-23 10:00", "王磊", "【承诺】寄样 周三", "a")], "2026-11-25 12:00")
    heard = await play(store, [line("2026-11-27 10:00", "王磊", "我的承诺", "b")], "2026-11-27 10:05")
    assert pushes(heard, "commitment") == [("2026-11-27 10:00", "陈静", "escalation")]

    def outcomes(session: Session) -> list[str]:
        rows = session.exec(
            select(Step).join(Obligation).where(Obligation.policy == "commitment").order_by(col(Step.step))
        )
        return [row.outcome for row in rows]

    assert await store.read(outcomes) == ["overtaken", "overtaken", "said"]


async def test_a_repeated_tick_or_a_clock_set_back_says_nothing_twice(store: Store) -> None:
    await play(store, [line("2026-11-23 10:00", "王磊", "【承诺】寄样 周三", "a")], "2026-11-25 18:15")
    engine = Engine(POLICIES, Calendar())

    def count(session: Session) -> int:
        return len(session.exec(select(Outbox.id)).all())

    before = await store.read(count)
    for moment in ("2026-11-25 18:15", "2026-11-25 17:10", "2026-11-25 16:00", "2026-11-25 18:16"):
        now = at(moment)
        await store.write(lambda session, now=now: engine.tick(session, now))  # type: ignore[misc]
    assert await store.read(count) == before


async def test_the_day_of_a_report(quick: Store) -> None:
    heard = await play(
        quick,
        [
            line("2026-11-23 09:00", "李娜", "请假 今天", "leave"),
            line("2026-11-23 17:00", "王磊", "日报 今日拜访协和，明日寄样", "a"),
        ],
        "2026-11-23 18:50",
    )
    assert sorted(pushes(heard, "daily_report")) == sorted(
        [
            ("2026-11-23 17:50", "张伟", "reminder"),
            ("2026-11-23 17:50", "赵强", "reminder"),
            ("2026-11-23 18:45", "#华东群", "alert"),
            ("2026-11-23 18:45", "#华南群", "alert"),
            ("2026-11-23 18:45", "陈静", "escalation"),
            ("2026-11-23 18:45", "林芳", "escalation"),
        ]
    )
    group = next(item for item in heard if item.to == "#华东群")
    assert "张伟" not in group.text
    assert "1" in group.text
    assert "张伟" in next(item for item in heard if item.to == "陈静" and item.kind == "escalation").text


async def test_pushes_before_the_first_line_of_a_day_are_not_sent(quick: Store) -> None:
    heard = await play(quick, [line("2026-11-23 18:00", "王磊", "我的承诺", "a")], "2026-11-23 18:50")
    assert {item.at for item in heard if item.clock == "daily_report"} == {"2026-11-23 18:45"}


async def test_no_report_is_owed_on_a_day_off(quick: Store) -> None:
    heard = await play(quick, [line("2026-11-28 10:00", "王磊", "我的承诺", "a")], "2026-11-29 23:00")
    assert [item.clock for item in heard if item.clock] == []


async def test_digests(quick: Store) -> None:
    heard = await play(
        quick,
        [
            line("2026-11-23 10:00", "王磊#华东群", "【承诺】给协和寄样 周二", "a"),
            line("2026-11-23 10:01", "李娜", "【承诺】给仁济报价 周二", "b"),
            line("2026-11-23 10:02", "张伟", "【承诺】送样 周四", "c"),
            line("2026-11-24 11:00", "李娜", "完成 {b}", "d"),
        ],
        "2026-11-24 19:10",
    )
    assert sorted(pushes(heard, "digest_morning")) == [
        ("2026-11-24 08:50", "#华东群", "digest"),
        ("2026-11-24 08:50", "李娜", "digest"),
        ("2026-11-24 08:50", "王磊", "digest"),
    ]
    evening = [item for item in heard if item.clock == "digest_evening" and item.at.startswith("2026-11-24")]
    assert {item.to for item in evening} == {"#华东群", "#华南群", "陈静", "林芳"}
    group = next(item for item in evening if item.to == "#华东群")
    assert group.about == ("#1",)
    assert "王磊" not in group.text
    assert "王磊" in next(item for item in evening if item.to == "陈静").text


async def test_the_clocks_of_a_lead(quick: Store) -> None:
    heard = await play(
        quick,
        [line("2026-11-23 10:00", "陈静", "【线索】瑞光医院 张主任 官网 预算30万 @李娜", "a")],
        "2026-11-26 09:00",
    )
    assert pushes(heard, "lead_first_touch") == [("2026-11-23 14:00", "李娜", "overdue")]
    assert [item[1:] for item in pushes(heard, "lead_golden_48h")] == [
        ("李娜", "reminder"),
        ("李娜", "overdue"),
        ("陈静", "escalation"),
    ]
    assert [item[0] for item in pushes(heard, "lead_golden_48h")][1:] == ["2026-11-25 10:00"] * 2


async def test_both_halves_keep_the_golden_rule(quick: Store) -> None:
    heard = await play(
        quick,
        [
            line("2026-11-23 10:00", "李娜", "【线索】瑞光医院 张主任 官网", "a"),
            line("2026-11-23 11:00", "李娜", "电话 瑞光医院 已通", "b"),
            line("2026-11-24 11:00", "李娜", "微信 瑞光医院 已加", "c"),
        ],
        "2026-11-26 09:00",
    )
    assert pushes(heard, "lead_first_touch", "lead_golden_48h") == []


async def test_half_of_the_golden_rule_is_not_enough(quick: Store) -> None:
    heard = await play(
        quick,
        [
            line("2026-11-23 10:00", "李娜", "【线索】瑞光医院 张主任 官网", "a"),
            line("2026-11-23 11:00", "李娜", "电话 瑞光医院 已通", "b"),
        ],
        "2026-11-25 11:00",
    )
    reminder = next(item for item in heard if item.clock == "lead_golden_48h")
    assert "微信" in reminder.text


async def test_a_transferred_lead_starts_its_48_hours_anew_but_not_its_4(quick: Store) -> None:
    heard = await play(
        quick,
        [
            line("2026-11-23 10:00", "陈静", "【线索】瑞光医院 张主任 官网 @李娜", "a"),
            line("2026-11-23 13:00", "陈静", "转交 {a} @张伟", "b"),
        ],
        "2026-11-25 14:00",
    )
    assert pushes(heard, "lead_first_touch") == [("2026-11-23 14:00", "张伟", "overdue")]
    assert [item for item in pushes(heard, "lead_golden_48h") if item[2] != "reminder"] == [
        ("2026-11-25 13:00", "张伟", "overdue"),
        ("2026-11-25 13:00", "陈静", "escalation"),
    ]


async def test_intervention_time_runs_from_the_first_alert_to_the_end(quick: Store) -> None:
    await play(
        quick,
        [
            line("2026-11-23 10:00", "王磊", "【承诺】寄样 周三", "a"),
            line("2026-11-25 19:10", "王磊", "完成 {a}", "b"),
        ],
        "2026-11-25 20:00",
    )

    def row(session: Session) -> Obligation:
        return session.exec(select(Obligation).where(Obligation.policy == "commitment")).one()

    done = await quick.read(row)
    assert done.state == "met"
    assert done.alerted_at == at("2026-11-25 18:10")
    assert done.intervention == timedelta(hours=1).total_seconds()


async def test_a_reminder_carries_buttons_that_work(store: Store) -> None:
    lines = [
        line("2026-11-23 10:00", "王磊", "【承诺】给协和医院寄样 今天下午5点", "a"),
        line("2026-11-23 16:30", "王磊", "延期 {a} 明天", "b"),
    ]
    heard = await play(store, lines)
    rows = await store.read(lambda session: list(session.exec(select(Outbox).where(Outbox.kind == "reminder"))))
    assert [(row.title, row.tones[0], row.actions) for row in rows] == [
        ("承诺", "warn", [["完成", "完成 1"], ["延到明天", "延期 1 明天"]])
    ]
    (moved,) = [item for item in heard if item.reply_to == "b"]
    assert "11月24日" in moved.text
