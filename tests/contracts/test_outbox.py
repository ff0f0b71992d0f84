"""The outbox on both databases: queued once, head of its lane, paced, leased, set aside, said again on request."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import lanes, migrate, outbox, people
from storage.lanes import LEASE, Bundle, Said, Way
from storage.store import PostgresStore, SqliteStore, open_store
from storage.tables import Person

AnyStore = SqliteStore | PostgresStore
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ALONE = Way()
TOGETHER = Way(merge_bytes=2000)


async def queue(store: AnyStore, key: str, target: str = "ann", **more: Any) -> outbox.Queued | None:
    values = {"kind": "reply", "words": f"words of {key}", "address": ("p", "person", target)} | more
    return await store.write(lambda session: outbox.queue(session, NOW, key=key, **values))


async def claim(
    store: AnyStore, now: datetime = NOW, limit: int = 50, way: Way = ALONE, without: Sequence[str] = ()
) -> list[Bundle]:
    return await store.write(lambda session: lanes.claim(session, now, limit, {"p": way}, without))


async def sent(store: AnyStore, bundle: Bundle, now: datetime = NOW) -> bool:
    said = [Said(bundle, now, "r-1", "app")]
    return bool(await store.write(lambda session: lanes.sent(session, said)))


async def fail(store: AnyStore, bundle: Bundle, retry_at: datetime | None, **more: bool) -> None:
    await store.write(lambda session: lanes.fail(session, bundle, "Temporary: busy", retry_at, **more))


async def rest(store: AnyStore, target: str, until: datetime) -> None:
    await store.write(lambda session: lanes.rest(session, f"p:person:{target}", until))


async def next_at(store: AnyStore, now: datetime = NOW) -> datetime | None:
    return await store.read(lambda session: lanes.next_at(session, now))


def keys(bundles: Sequence[Bundle]) -> list[str]:
    return [bundle.key for bundle in bundles]


def told(bundles: Sequence[Bundle]) -> list[list[str]]:
    return [[row.key for row in bundle.rows] for bundle in bundles]


async def test_a_key_is_queued_once(store: AnyStore) -> None:
    assert await queue(store, "k") is not None
    assert await queue(store, "k", "bob", words="other words") is None

    (bundle,) = await claim(store)
    (row,) = bundle.rows
    assert (row.target_id, row.text) == ("ann", "words of k")


async def test_a_key_is_queued_once_by_two_instances(postgres_url: str) -> None:
    first, second = open_store(postgres_url), open_store(postgres_url)
    await migrate.upgrade(first)

    made = await asyncio.gather(*(queue(store, f"k{n % 5}") for n in range(20) for store in (first, second)))

    assert sum(row is not None for row in made) == 5
    await first.close()
    await second.close()


async def test_only_the_head_of_a_lane_is_claimed(store: AnyStore) -> None:
    for key, target in (("a1", "ann"), ("a2", "ann"), ("b1", "bob"), ("a3", "ann"), ("b2", "bob")):
        await queue(store, key, target)

    heads = await claim(store)
    assert keys(heads) == ["a1", "b1"]
    assert await claim(store) == []

    assert await sent(store, heads[0])
    assert keys(await claim(store)) == ["a2"]


async def test_a_limit_takes_the_oldest_lanes(store: AnyStore) -> None:
    for number in range(5):
        await queue(store, f"k{number}", f"t{number}")

    assert keys(await claim(store, limit=2)) == ["k0", "k1"]


async def test_what_is_not_yet_to_be_said_holds_nothing_up(store: AnyStore) -> None:
    later = NOW + timedelta(hours=1)
    await queue(store, "later", not_before=later)
    await queue(store, "now")

    (row,) = await claim(store)
    assert row.key == "now"
    await sent(store, row)
    assert await next_at(store) == later
    assert keys(await claim(store, later)) == ["later"]


async def test_a_resting_lane_is_silent_and_never_woken_early(store: AnyStore) -> None:
    await queue(store, "a")
    await queue(store, "b", "bob")
    await rest(store, "ann", NOW + timedelta(seconds=30))
    await rest(store, "ann", NOW + timedelta(seconds=3))

    assert keys(await claim(store)) == ["b"]
    assert await next_at(store) == NOW + timedelta(seconds=30)
    assert await claim(store, NOW + timedelta(seconds=29)) == []
    assert keys(await claim(store, NOW + timedelta(seconds=30))) == ["a"]


async def test_a_lease_that_ran_out_is_taken_over(store: AnyStore) -> None:
    await queue(store, "k")
    await queue(store, "behind it")
    (zombie,) = await claim(store)

    assert await next_at(store) == NOW + LEASE
    assert await claim(store, NOW + LEASE - timedelta(seconds=1)) == []
    (heir,) = await claim(store, NOW + LEASE)

    assert heir.rows[0].attempts == 2
    assert not await sent(store, zombie)
    await fail(store, zombie, None)
    assert await sent(store, heir)
    assert not await sent(store, heir)
    assert keys(await claim(store, NOW + LEASE)) == ["behind it"]


async def test_a_lease_can_be_kept_alive_by_its_holder_only(store: AnyStore) -> None:
    await queue(store, "k")
    (bundle,) = await claim(store)
    later = NOW + LEASE / 2

    await store.write(lambda session: lanes.keep(session, [bundle], later))
    assert await claim(store, NOW + LEASE) == []
    (heir,) = await claim(store, later + LEASE)
    await store.write(lambda session: lanes.keep(session, [bundle], later + LEASE * 3))
    assert keys(await claim(store, later + LEASE * 2)) == ["k"]
    assert heir.key == "k"


async def test_leases_can_be_given_back_at_once(store: AnyStore) -> None:
    await queue(store, "a")
    await queue(store, "b", "bob")
    first, second = await claim(store)
    await sent(store, second)

    assert await store.write(lanes.release_all) == 1
    (again,) = await claim(store)
    assert (again.key, again.rows[0].attempts) == ("a", 2)
    assert not await sent(store, first)


async def test_a_failure_is_tried_again_and_in_the_end_set_aside(store: AnyStore) -> None:
    await queue(store, "k")
    (row,) = await claim(store)
    await fail(store, row, NOW + timedelta(seconds=5))

    assert await claim(store, NOW + timedelta(seconds=4)) == []
    (again,) = await claim(store, NOW + timedelta(seconds=5))
    await fail(store, again, None)

    assert await claim(store, NOW + timedelta(days=1)) == []
    (dead,) = await store.read(outbox.dead)
    assert (dead.key, dead.error, dead.attempts) == ("k", "Temporary: busy", 2)
    assert await store.read(outbox.dead_count) == 1
    assert await store.read(outbox.waiting) == 0


async def test_what_was_set_aside_can_be_said_again_once(store: AnyStore) -> None:
    await queue(store, "k")
    (row,) = await claim(store)
    row_id = row.rows[0].id or 0
    assert not await store.write(lambda session: outbox.replay(session, row_id, NOW))
    await fail(store, row, None)

    assert await store.write(lambda session: outbox.replay(session, row_id, NOW))
    assert not await store.write(lambda session: outbox.replay(session, row_id, NOW))
    (again,) = await claim(store)
    assert (again.key, again.rows[0].error) == ("k", "")
    assert await sent(store, again)
    assert not await store.write(lambda session: outbox.replay(session, row_id, NOW))


async def test_an_attempt_from_before_the_replay_is_refused(store: AnyStore) -> None:
    await queue(store, "k")
    (zombie,) = await claim(store)
    (second,) = await claim(store, NOW + LEASE)
    await fail(store, second, None)
    row_id = zombie.rows[0].id or 0
    await store.write(lambda session: outbox.replay(session, row_id, NOW))
    (third,) = await claim(store, NOW + LEASE)

    assert not await sent(store, zombie)
    assert await sent(store, third)


async def test_a_person_is_spoken_to_where_last_heard_from(store: AnyStore) -> None:
    def roster(session: Any) -> int:
        person = Person(name="钱途", made_at=NOW)
        session.add(person)
        session.flush()
        assert person.id is not None
        for platform, minutes in (("p", 0), ("q", 5), ("r", 1)):
            people.bind(session, person.id, platform, f"{platform}-7")
            session.flush()
            people.seen(session, person.id, platform, f"{platform}-7", NOW + timedelta(minutes=minutes))
        return person.id

    person_id = await store.write(roster)
    await queue(store, "a", address=None, person_id=person_id)
    await queue(store, "b", address=None, person_id=person_id, prefer="r")
    await queue(store, "c", address=None, person_id=person_id, prefer="none of these")

    claimed = [row for bundle in await claim(store) for row in bundle.rows]
    assert sorted((row.key, row.platform, row.target_id) for row in claimed) == [
        ("a", "q", "q-7"),
        ("b", "r", "r-7"),
    ]
    assert await store.read(outbox.waiting) == 3


async def test_a_person_nobody_can_reach_shows(store: AnyStore) -> None:
    def lonely(session: Any) -> int:
        person = Person(name="钱途", made_at=NOW)
        session.add(person)
        session.flush()
        assert person.id is not None
        return person.id

    person_id = await store.write(lonely)
    row = await queue(store, "k", address=None, person_id=person_id)

    assert row is not None
    assert await claim(store) == []
    assert [dead.key for dead in await store.read(outbox.dead)] == ["k"]
    row_id = row.id or 0
    assert not await store.write(lambda session: outbox.replay(session, row_id, NOW))
    with pytest.raises(ValueError, match="needed"):
        await queue(store, "nowhere", address=None)
