"""The machine's clock is set back, or leaps forward and back: nothing is said twice or forgotten, nobody waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select, update

from bot.errors import Throttled
from bot.platforms.budget import MINUTE, Budget
from scheduler.jobs import TICK_SECONDS
from storage import inbox, lanes, quota, settings
from storage.tables import Inbox, Outbox
from tests.acceptance.world import World, world
from tests.fakes.server import NOON, Fault

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# By five minutes while much falls due, by half hours until the last step of a promise.
MINUTES = [*range(0, 10 * 60, 5), *range(10 * 60, 56 * 60, 30)]


@pytest.fixture
async def alone(database_url: str) -> AsyncIterator[World]:
    """With no second platform that a message could turn to."""
    async with world(database_url, platforms=["wecom"]) as opened:
        yield opened


async def is_answered_at_once(here: World, message_id: str) -> None:
    before, now = len(here.wecom.sent), here.clock.now()
    assert (await here.wecom_says("lisi", "我的承诺", message_id))[0] == 200
    await here.settle()
    assert len(here.wecom.sent) == before + 1
    assert here.clock.now() < now + timedelta(minutes=3)


async def commitment_steps(here: World) -> Counter[str]:
    rows = await here.said()
    assert {row.state for row in rows} == {"sent"}
    return Counter(row.kind for row in rows if row.clock == "commitment")


async def test_what_falls_due_is_said_once_and_answers_come_at_once(here: World) -> None:
    await here.wecom_says("lisi", "【承诺】寄样 今天17:00", "7001")
    await here.settle()
    start = here.clock.now()
    for minutes in MINUTES:
        here.set(start + timedelta(minutes=minutes))
        await here.tick()
        if minutes in {3 * 60 + 5, 5 * 60 + 15}:
            # Just after the reminder at 15:00, and just after the overdue notice at 17:10.
            start -= HOUR
            here.set(start + timedelta(minutes=minutes))
            await is_answered_at_once(here, f"80{minutes}")

    assert await commitment_steps(here) == {"reminder": 1, "overdue": 1, "escalation": 2}


async def test_a_leap_of_a_day_and_back_repeats_and_forgets_nothing(here: World) -> None:
    await here.wecom_says("lisi", "【承诺】寄样 今天17:00", "7001")
    await here.wecom_says("lisi", "【承诺】报价 周四17:00", "7002")
    await here.settle()
    start = here.clock.now()
    here.set(start + DAY)
    await here.tick()
    await is_answered_at_once(here, "7003")
    here.set(start)
    await is_answered_at_once(here, "7004")
    early = await commitment_steps(here)
    for minutes in range(0, 108 * 60, 30):
        here.set(start + timedelta(minutes=minutes))
        await here.tick()

    # The first promise was escalated a day early and is not told of again; the second has all of its own.
    assert early == {"escalation": 1}
    steps = await commitment_steps(here)
    assert steps == {"reminder": 1, "overdue": 1, "escalation": 1 + early["escalation"] + 1}
    rows = await here.said()
    assert len({row.key for row in rows}) == len(rows)


async def test_what_was_queued_before_is_said_at_once_and_in_order(here: World) -> None:
    await here.wecom_says("lisi", "【承诺】寄样 今天17:00", "7001")
    await here.app.worker.drain()
    here.shift(-HOUR)
    await here.wecom_says("lisi", "【承诺】报价 今天18:00", "7002")
    await here.settle()

    read = "\n".join(sent.text for sent in here.wecom.sent)
    assert 0 < read.index("寄样") < read.index("报价")
    assert {row.state for row in await here.said()} == {"sent"}


async def test_a_wait_for_a_platform_that_was_away_does_not_grow(here: World) -> None:
    here.wecom.fail("/cgi-bin/message/send", Fault(status=502), times=4)
    await here.wecom_says("lisi", "我的承诺", "7001")
    await here.app.worker.drain()
    await here.app.delivery.drain()
    here.shift(-DAY)
    await here.settle()
    assert len(here.wecom.sent) == 1


async def test_a_message_that_failed_or_is_leased_is_taken_up_at_once(here: World) -> None:
    soon = here.clock.now() + timedelta(minutes=2)
    put_off: list[Mapping[str, Any]] = [{"retry_at": soon}, {"state": "working", "leased_until": soon}]
    for number, values in enumerate(put_off):
        await here.wecom_says("lisi", "我的承诺", f"700{number}")

        statement = update(Inbox).where(col(Inbox.message_id) == f"700{number}").values(attempts=1, **values)
        await here.app.store.write(lambda session, change=statement: session.connection().execute(change).rowcount)  # type: ignore[misc]
    now = here.clock.now() - HOUR
    assert await here.app.store.read(lambda session: inbox.next_at(session, now)) == now
    here.set(now)
    assert await here.app.worker.drain() == 2


async def test_a_lease_of_one_that_died_does_not_grow_and_one_that_lives_keeps_it(here: World) -> None:
    await here.wecom_says("lisi", "我的承诺", "7001")
    await here.app.worker.drain()
    now = here.clock.now()
    (bundle,) = await here.app.store.write(lambda session: lanes.claim(session, now))

    def coming(session: Session) -> datetime | None:
        lanes.set_back(session, now - HOUR)
        lanes.set_back(session, now - HOUR)
        return lanes.next_at(session, now - HOUR)

    assert await here.app.store.write(coming) == now - HOUR + lanes.LEASE
    said = lanes.Said(bundle, now, "r")
    assert await here.app.store.write(lambda session: lanes.sent(session, [said])) == {bundle.rows[0].id}


async def test_what_is_held_for_a_time_of_day_goes_on_waiting(here: World) -> None:
    await here.wecom_says("lisi", "我的承诺", "7001")
    await here.settle()
    now = here.clock.now()
    morning = now + timedelta(hours=20)

    def hold(session: Session) -> None:
        row = session.exec(select(Outbox)).one()
        row.state, row.not_before = "queued", morning
        session.add(row)
        session.flush()
        lanes.refresh(session, [row.lane])

    await here.app.store.write(hold)
    here.set(now - HOUR)
    await here.settle()
    (row,) = await here.said()
    assert (row.state, row.not_before) == ("queued", morning)


async def test_a_restart_notices_that_the_clock_was_set_back_meanwhile(here: World) -> None:
    await here.wecom_says("lisi", "我的承诺", "7001")
    await here.app.worker.drain()
    await here.tick()
    later = here.clock.now()
    await here.wecom_says("lisi", "我的承诺", "7002")
    await here.app.worker.drain()
    here.app.delivery._latest = None
    here.set(later - HOUR)
    await here.settle()
    assert {row.state for row in await here.said()} == {"sent"}
    assert await here.app.store.read(lambda session: settings.moment(session, "clock.tick")) == later


async def test_the_metronome_does_not_wait_for_the_old_time(here: World) -> None:
    await here.app.delivery.drain()
    metronome = here.app._metronome
    metronome.start()
    try:
        job = metronome.get_job("tick")
        usual = job.next_run_time
        # What an hour's step back leaves behind.
        job.modify(next_run_time=usual + HOUR)
        here.shift(-HOUR)
        await here.app.delivery.drain()
        assert metronome.get_job("tick").next_run_time < usual + timedelta(seconds=2 * TICK_SECONDS + 60)
    finally:
        metronome.shutdown(wait=False)


def test_a_target_that_was_written_to_is_not_kept_silent() -> None:
    budget, now = Budget((2, MINUTE)), NOON
    for _ in range(2):
        budget.take("lisi", now)
    with pytest.raises(Throttled) as full:
        budget.take("lisi", now - HOUR)
    assert full.value.retry_after == 60.0
    budget.take("lisi", now - HOUR + MINUTE)


async def test_a_refused_secret_and_a_ban_do_not_grow(alone: World) -> None:
    here = alone
    here.wecom.fail("/cgi-bin/gettoken", Fault(body={"errcode": 40001, "errmsg": "invalid credential"}))
    await here.wecom_says("lisi", "我的承诺", "7001")
    await here.settle()
    assert [row.state for row in await here.said()] == ["dead"]
    here.shift(-HOUR)
    await here.wecom_says("lisi", "我的承诺", "7002")
    await here.settle()
    assert [row.state for row in await here.said()] == ["dead", "sent"]

    here.shift(timedelta(seconds=3))
    here.wecom.fail("/cgi-bin/message/send", Fault(status=403, body="<html>"))
    await here.wecom_says("lisi", "我的承诺", "7003")
    await here.app.worker.drain()
    await here.app.delivery.drain()
    assert [row.attempts for row in await here.said()] == [1, 1, 1]
    here.shift(-HOUR)
    await here.settle()
    assert [row.state for row in await here.said()] == ["dead", "sent", "sent"]


async def test_a_right_used_up_in_a_leap_is_asked_for_again(here: World) -> None:
    limits = {("dingtalk", "calls"): 0}
    now = here.clock.now()

    def leap(session: Session) -> tuple[str | None, str | None]:
        quota.refused(session, now + 2 * DAY, "dingtalk", "calls", limits)
        return quota.used_up(session, now + 2 * DAY, "dingtalk"), quota.used_up(session, now, "dingtalk")

    assert await here.app.store.write(leap) == ("calls", None)


async def test_a_captured_message_is_no_news_when_its_hour_comes_again(here: World) -> None:
    made = here.wecom.text_callback("lisi", "【承诺】寄样 周五", "7001")
    headers, body = here.dingtalk.headers(), here.dingtalk.text_body("0101", "【承诺】报价 周五", "d1")

    async def both() -> list[int]:
        async with here.http.post(here.base_url + "/dingtalk/robot", json=body, headers=headers) as answer:
            return [(await here.post("/wecom/app", made.body, query=made.query))[0], answer.status]

    assert await both() == [200, 200]
    await here.settle()
    start = here.clock.now()
    here.set(start + HOUR)
    assert await both() == [403, 403]
    here.set(start)
    assert await both() == [200, 200]
    await here.settle()
    assert len(await here.stored()) == len(await here.said()) == 2
