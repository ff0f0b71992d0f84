"""The inbox on both databases: stored once, leased, in order, fenced, set aside."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from storage import inbox, migrate
from storage.inbox import LEASE, SUSPECT, Letter
from storage.intake import Intake
from storage.store import PostgresStore, SqliteStore, StoreUnavailable, open_store
from storage.tables import Inbox

AnyStore = SqliteStore | PostgresStore
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def letter(message_id: str, lane: str = "p:chat:a", platform: str = "p") -> Letter:
    return Letter(platform, message_id, lane, {"text": f"第 {message_id} 条", "n": None}, NOW)


async def add(store: AnyStore, *letters: Letter) -> int:
    return await store.write(lambda session: inbox.add(session, letters, NOW), "inbox")


async def claim(store: AnyStore, now: datetime = NOW, limit: int = 50) -> list[Inbox]:
    return await store.write(lambda session: inbox.claim(session, now, limit))


async def finish(store: AnyStore, row: Inbox, now: datetime = NOW) -> bool:
    assert row.id is not None
    row_id, attempt = row.id, row.attempts
    return await store.write(lambda session: inbox.finish(session, row_id, attempt, now))


async def fail(store: AnyStore, row: Inbox, retry_at: datetime | None) -> None:
    assert row.id is not None
    row_id, attempt = row.id, row.attempts
    await store.write(lambda session: inbox.fail(session, row_id, attempt, "ValueError", retry_at))


async def found(store: AnyStore, message_id: str) -> Inbox:
    row = await store.read(lambda session: inbox.find(session, "p", message_id))
    assert row is not None
    return row


def ids(rows: list[Inbox]) -> list[str]:
    return [row.message_id for row in rows]


async def test_a_message_comes_back_as_it_was_stored(store: AnyStore) -> None:
    sent = datetime(2026, 11, 23, 9, 59, 59, 123456, tzinfo=UTC)
    await add(store, Letter("p", "1", "p:x", {"text": "青禾 & <寄样> 😀", "mentions": [["u", None]]}, sent))

    row = await found(store, "1")
    assert (row.lane, row.sent_at, row.received_at, row.state, row.attempts) == ("p:x", sent, NOW, "queued", 0)
    assert row.payload == {"text": "青禾 & <寄样> 😀", "mentions": [["u", None]]}


async def test_a_redelivery_changes_nothing(store: AnyStore) -> None:
    assert await add(store, letter("1"), letter("2")) == 2
    assert await add(store, letter("2"), letter("1"), letter("3"), letter("3")) == 1
    assert await add(store, letter("1", platform="q")) == 1
    assert await add(store) == 0

    (row, *_) = await claim(store)
    await finish(store, row)
    assert await add(store, letter("1")) == 0
    assert (await found(store, "1")).state == "done"


async def test_redelivery_at_the_same_moment_stores_one(database_url: str) -> None:
    stores = [open_store(database_url, durable=False) for _ in range(1 if database_url.startswith("sqlite") else 3)]
    await migrate.upgrade(stores[0])

    new = await asyncio.gather(
        *(add(stores[n % len(stores)], *[letter(str(k)) for k in range(n % 5, n % 5 + 8)]) for n in range(30))
    )

    assert sum(new) == 12
    assert await stores[0].read(inbox.waiting) == 12
    for store in stores:
        await store.close()


async def test_messages_are_claimed_oldest_first_and_once(store: AnyStore) -> None:
    await add(store, *[letter(str(number), lane=f"p:{number % 3}") for number in range(9)])

    assert ids(await claim(store, limit=5)) == ["0", "1", "2", "3", "4"]
    # Their chats are being worked on now, whatever else waits in them.
    assert await claim(store) == []


async def test_a_chat_is_never_worked_on_twice_at_once(store: AnyStore) -> None:
    await add(store, letter("1"), letter("2"), letter("3", lane="p:chat:b"))
    (first,) = await claim(store, limit=1)
    assert first.message_id == "1"

    assert ids(await claim(store)) == ["3"]

    await finish(store, first)
    assert ids(await claim(store)) == ["2"]


async def test_claims_at_the_same_moment_share_nothing(database_url: str) -> None:
    stores = [open_store(database_url, durable=False) for _ in range(1 if database_url.startswith("sqlite") else 3)]
    await migrate.upgrade(stores[0])
    await add(stores[0], *[letter(f"{number:03}", lane=f"p:{number % 40}") for number in range(120)])

    claimed = await asyncio.gather(*(claim(stores[n % len(stores)], limit=10) for n in range(15)))

    rows = [row for rows in claimed for row in rows]
    assert len(ids(rows)) == len(set(ids(rows)))
    holders: dict[str, set[int]] = {}
    for index, mine in enumerate(claimed):
        for row in mine:
            holders.setdefault(row.lane, set()).add(index)
    assert all(len(holder) == 1 for holder in holders.values())
    for store in stores:
        await store.close()


async def test_what_outlives_its_workers_is_claimed_alone(store: AnyStore) -> None:
    """However often a worker dies, only the message that is claimed alone can be what it died of."""
    await add(store, *[letter(str(number), lane=f"p:{number}") for number in range(4)])
    for _ in range(SUSPECT - 1):
        assert len(await claim(store)) == 4
        await store.write(inbox.release_all)
    assert ids(await claim(store, limit=2)) == ["0", "1"]
    await store.write(inbox.release_all)
    for _ in range(10):
        assert ids(await claim(store)) == ["0"]
        await store.write(inbox.release_all)
    tries = [(await found(store, str(number))).attempts for number in range(4)]
    assert tries == [SUSPECT + 10, SUSPECT, SUSPECT - 1, SUSPECT - 1]

    (first,) = await claim(store)
    await finish(store, first)
    (second,) = await claim(store)
    await finish(store, second)
    assert ids(await claim(store)) == ["2", "3"]


async def test_a_lease_that_ran_out_is_taken_over_in_order(store: AnyStore) -> None:
    await add(store, letter("1"), letter("2"))
    await claim(store)

    assert await claim(store, NOW + LEASE - timedelta(seconds=1)) == []
    again = await claim(store, NOW + LEASE)
    assert ids(again) == ["1", "2"]
    assert [row.attempts for row in again] == [2, 2]


async def test_a_late_attempt_is_refused(store: AnyStore) -> None:
    await add(store, letter("1"))
    (zombie,) = await claim(store)
    (heir,) = await claim(store, NOW + LEASE)

    assert not await finish(store, zombie)
    await fail(store, zombie, None)
    assert (await found(store, "1")).state == "working"

    assert await finish(store, heir)
    assert not await finish(store, heir)
    assert (await found(store, "1")).done_at == NOW


async def test_a_failure_waits_for_its_retry_and_holds_nobody_up(store: AnyStore) -> None:
    await add(store, letter("1"), letter("2"))
    first, second = await claim(store)
    await fail(store, first, NOW + timedelta(seconds=5))
    await finish(store, second)
    await add(store, letter("3"))

    assert ids(await claim(store, NOW)) == ["3"]
    assert await claim(store, NOW + timedelta(seconds=5)) == []
    await finish(store, await found(store, "3"))
    assert ids(await claim(store, NOW + timedelta(seconds=5))) == ["1"]


async def test_a_message_set_aside_stays_there(store: AnyStore) -> None:
    await add(store, letter("1"))
    (row,) = await claim(store)
    await fail(store, row, None)

    dead = await found(store, "1")
    assert (dead.state, dead.error, dead.leased_until) == ("dead", "ValueError", None)
    assert await claim(store, NOW + timedelta(days=30)) == []
    assert await store.read(inbox.waiting) == 0


async def test_leases_can_be_given_back_at_once(store: AnyStore) -> None:
    await add(store, letter("1"), letter("2", lane="p:b"), letter("3", lane="p:c"))
    first, second, third = await claim(store)
    await finish(store, third)
    assert first.id is not None
    first_id, attempt = first.id, first.attempts

    await store.write(lambda session: inbox.release(session, first_id, attempt + 1))
    assert await claim(store) == []
    await store.write(lambda session: inbox.release(session, first_id, attempt))
    assert ids(await claim(store)) == ["1"]

    assert await store.write(inbox.release_all) == 2
    assert ids(await claim(store)) == ["1", "2"]
    assert not await finish(store, second)


async def test_when_the_next_one_can_be_worked_on(store: AnyStore) -> None:
    async def next_at() -> datetime | None:
        return await store.read(lambda session: inbox.next_at(session, NOW))

    assert await next_at() is None
    await add(store, letter("1"))
    assert await next_at() == NOW
    (row,) = await claim(store)
    await add(store, letter("behind it"))
    assert await next_at() == NOW + LEASE
    await finish(store, row)
    (row,) = await claim(store)
    await fail(store, row, NOW + timedelta(minutes=2))
    assert await next_at() == NOW + timedelta(minutes=2)


async def test_a_naive_moment_is_refused(store: AnyStore) -> None:
    with pytest.raises(ValueError, match="aware"):
        await add(store, Letter("p", "1", "p:x", {}, NOW.replace(tzinfo=None)))
    assert await store.read(inbox.waiting) == 0


# --- many at once -----------------------------------------------------------------------------------------------------


class Counted:
    """A store that counts its transactions and can be made to refuse."""

    def __init__(self, store: AnyStore) -> None:
        self.store = store
        self.dialect = store.dialect
        self.writes = 0
        self.away = False
        self.answer = asyncio.Event()
        self.answer.set()

    async def write(self, work, lane="work"):  # type: ignore[no-untyped-def]
        self.writes += 1
        await self.answer.wait()
        if self.away:
            raise StoreUnavailable("away")
        return await self.store.write(work, lane)

    async def read(self, work):  # type: ignore[no-untyped-def]
        return await self.store.read(work)

    async def close(self) -> None:
        return


async def test_letters_that_come_together_are_committed_together(store: AnyStore) -> None:
    counted = Counted(store)
    intake = Intake(counted)

    await asyncio.gather(*(intake.add([letter(str(number % 60))], NOW) for number in range(100)))

    assert await store.read(inbox.waiting) == 60
    assert counted.writes <= 3


async def test_a_letter_that_comes_alone_is_stored_alone(store: AnyStore) -> None:
    intake = Intake(store)
    for number in range(3):
        await intake.add([letter(str(number))], NOW)
        assert await store.read(inbox.waiting) == number + 1


async def test_a_letter_the_database_refuses_spoils_no_other(store: AnyStore) -> None:
    intake = Intake(store)
    bad = Letter("p", "bad", "p:x", {}, NOW.replace(tzinfo=None))

    outcomes = await asyncio.gather(
        *(intake.add([item], NOW) for item in (letter("1"), bad, letter("2"))), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes] == [type(None), ValueError, type(None)]
    assert ids(await claim(store)) == ["1", "2"]


async def test_an_intake_without_its_database_says_so_and_recovers(store: AnyStore) -> None:
    counted = Counted(store)
    intake = Intake(counted)
    counted.away = True
    outcomes = await asyncio.gather(*(intake.add([letter(k)], NOW) for k in "ab"), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 2

    counted.away = False
    await intake.add([letter("c")], NOW)
    assert ids(await claim(store)) == ["c"]


async def test_nobody_waits_for_a_database_that_does_not_answer(store: AnyStore) -> None:
    counted = Counted(store)
    counted.answer.clear()
    intake = Intake(counted, seconds=0.4)
    stuck = intake.add([letter("a")], NOW)
    await asyncio.sleep(0)
    behind = intake.add([letter("b")], NOW)
    for future in (stuck, behind):
        with pytest.raises(StoreUnavailable):
            await future
    later = intake.add([letter("c")], NOW)
    with pytest.raises(StoreUnavailable):
        await later

    counted.answer.set()
    await intake.add([letter("d")], NOW)
    # What was given up may have been stored all the same; nothing acknowledged is missing.
    waiting = await store.read(inbox.waiting)
    assert (await found(store, "d")).state == "queued"
    assert (await found(store, "a")).state == "queued"
    assert waiting == 2
