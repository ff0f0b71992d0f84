"""Monthly rights on both databases: what is counted, when a month begins, and what stops at the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from scheduler import quotas
from storage import outbox, people, quota
from storage.store import PostgresStore, SqliteStore
from storage.tables import Outbox, Person, QuotaUse

AnyStore = SqliteStore | PostgresStore
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LIMITS = {("dingtalk", "calls"): 10, ("dingtalk", "messages"): 0}


async def spend(store: AnyStore, count: int, right: str = "calls", now: datetime = NOW) -> None:
    await store.write(lambda session: quota.spend(session, now, "dingtalk", {right: count}, LIMITS))


async def rows(store: AnyStore, now: datetime = NOW) -> list[QuotaUse]:
    return await store.read(lambda session: quota.of_month(session, now))


async def counted(store: AnyStore, now: datetime = NOW) -> dict[str, int]:
    return {row.right: row.used for row in await rows(store, now)}


async def used_up(store: AnyStore, now: datetime = NOW) -> str | None:
    return await store.read(lambda session: quota.used_up(session, now, "dingtalk"))


async def warn(store: AnyStore, now: datetime = NOW) -> int:
    return await store.write(lambda session: quotas.warn(session, now))


async def test_what_was_used_adds_up(store: AnyStore) -> None:
    for count in (1, 3, 0):
        await spend(store, count)
    await spend(store, 2, "messages")
    assert await counted(store) == {"calls": 4, "messages": 2}
    assert [(row.allowed, quota.share(row, NOW)) for row in await rows(store)] == [(10, 40), (0, 0)]


async def test_what_has_no_limits_is_not_counted(store: AnyStore) -> None:
    await store.write(lambda session: quota.spend(session, NOW, "wecom", {"calls": 5}, LIMITS))
    await store.write(lambda session: quota.refused(session, NOW, "wecom", "calls", LIMITS))
    assert await rows(store) == []


async def test_a_month_begins_at_midnight_in_china(store: AnyStore) -> None:
    before = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    await spend(store, 10, now=before)
    assert await used_up(store, before) == "calls"
    assert await used_up(store, before + timedelta(minutes=1)) is None
    await spend(store, 1, now=before + timedelta(minutes=1))
    assert await counted(store, before + timedelta(minutes=1)) == {"calls": 1}
    assert await counted(store, before) == {"calls": 10}


async def test_the_count_is_undone_with_what_it_counts(store: AnyStore) -> None:
    def fail(session: Session) -> None:
        quota.spend(session, NOW, "dingtalk", {"calls": 3}, LIMITS)
        raise LookupError

    await spend(store, 1)
    with pytest.raises(LookupError):
        await store.write(fail)
    assert await counted(store) == {"calls": 1}


async def test_what_the_platform_says_counts_for_a_day(store: AnyStore) -> None:
    await store.write(lambda session: quota.refused(session, NOW, "dingtalk", "messages", LIMITS, withheld=1))
    await store.write(lambda session: quota.refused(session, NOW, "dingtalk", "messages", LIMITS, withheld=1))
    assert [(row.used, row.withheld) for row in await rows(store)] == [(0, 2)]
    assert await used_up(store) == "messages"
    assert await used_up(store, NOW + timedelta(hours=23, minutes=59)) == "messages"
    assert await used_up(store, NOW + timedelta(days=1)) is None


def someone(session: Session, name: str, role: str, **platforms: str) -> int:
    row = Person(name=name, role=role, made_at=NOW)
    session.add(row)
    session.flush()
    assert row.id is not None
    for platform, user_id in platforms.items():
        people.bind(session, row.id, platform, user_id)
    return row.id


async def test_operators_are_told_once_a_level_and_elsewhere_where_they_can(store: AnyStore) -> None:
    def team(session: Session) -> None:
        someone(session, "甲", "admin", dingtalk="d1", wecom="w1")
        someone(session, "乙", "admin", dingtalk="d2")
        someone(session, "丙", "director", dingtalk="d3")

    await store.write(team)
    await spend(store, 6)
    assert await warn(store) == 0
    await spend(store, 1)
    assert [await warn(store), await warn(store)] == [2, 0]
    await spend(store, 3)
    assert [await warn(store), await warn(store)] == [2, 0]
    await spend(store, 5)
    assert await warn(store) == 0

    def told(session: Session) -> list[tuple[str, str, str]]:
        return [(row.platform, row.target_id, row.kind) for row in session.exec(select(Outbox).order_by(Outbox.id))]  # type: ignore[arg-type]

    assert await store.read(told) == [("wecom", "w1", "notice"), ("dingtalk", "d2", "notice")] * 2


async def test_nobody_to_tell_is_no_fault(store: AnyStore) -> None:
    await spend(store, 9)
    assert await warn(store) == 0
    assert [row.warned for row in await rows(store)] == [90]


@pytest.mark.parametrize(
    ("kind", "platform", "state"),
    [
        ("digest", "dingtalk", "dead"),
        ("digest", "wecom", "queued"),
        ("reminder", "dingtalk", "queued"),
        ("reply", "dingtalk", "queued"),
        ("overdue", "dingtalk", "queued"),
        ("escalation", "dingtalk", "queued"),
        ("alert", "dingtalk", "queued"),
        ("notice", "dingtalk", "queued"),
    ],
)
async def test_at_the_end_digests_stop_and_the_dead_letter_says_why(
    store: AnyStore, kind: str, platform: str, state: str
) -> None:
    def queue(session: Session, key: str) -> dict[str, Any]:
        row = outbox.queue(session, NOW, key=key, kind=kind, words="早", address=(platform, "person", "x"))
        assert row is not None
        return {"state": row.state, "error": row.error}

    assert (await store.write(lambda session: queue(session, "before")))["state"] == "queued"
    await spend(store, 10)
    after = await store.write(lambda session: queue(session, "after"))
    assert after["state"] == state
    assert after["error"] == ("the month's calls are used up: digests are not sent" if state == "dead" else "")
