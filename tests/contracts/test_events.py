"""The history on both databases: a chain that shows an edit, bears an erasure, and never forks."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import null, update
from sqlmodel import Session, col, select

from storage import events, migrate
from storage.store import PostgresStore, SqliteStore, open_store
from storage.tables import Event

AnyStore = SqliteStore | PostgresStore
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


async def append(store: AnyStore, number: int, **payload: Any) -> events.Appended:
    now = NOW + timedelta(seconds=number)
    return await store.write(
        lambda session: events.append(session, now, "commitment.made", f"commitment:{number}", payload)
    )


async def verify(store: AnyStore) -> int | None:
    return await store.read(events.verify)


async def edit(store: AnyStore, number: int, values: dict[str, Any]) -> None:
    await store.write(
        lambda session: session.connection().execute(update(Event).where(col(Event.seq) == number).values(**values))
    )


@pytest.fixture
async def history(store: AnyStore) -> AnyStore:
    """A store with six events."""
    for number in range(6):
        await append(store, number, matter=f"第 {number} 件", due=NOW, day=date(2026, 11, 27), nested={"a": [1, None]})
    return store


async def test_an_empty_history_is_whole(store: AnyStore) -> None:
    assert await verify(store) is None


async def test_the_zone_an_event_was_written_in_does_not_matter(store: AnyStore) -> None:
    local = NOW.astimezone(timezone(timedelta(hours=8)))
    await store.write(lambda session: events.append(session, local, "commitment.made", "commitment:1"))
    assert await verify(store) is None


async def test_a_history_is_whole_and_numbered(history: AnyStore) -> None:
    assert await verify(history) is None
    assert await history.read(lambda session: session.exec(select(Event.seq).order_by(col(Event.seq))).all()) == [
        *range(1, 7)
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"payload": {"matter": "另一件"}},
        {"kind": "commitment.done"},
        {"subject": "commitment:9"},
        {"at": NOW + timedelta(days=1)},
        {"digest": "0" * 64},
        {"previous": "0" * 64},
        {"hash": "0" * 64},
        {"seq": 40},
    ],
    ids=lambda values: next(iter(values)),
)
async def test_an_edit_shows(history: AnyStore, values: dict[str, Any]) -> None:
    await edit(history, 3, values)

    assert await verify(history) in (3, 4)


async def test_a_payload_and_its_digest_edited_together_show(history: AnyStore) -> None:
    forged = {"matter": "另一件"}
    await edit(history, 3, {"payload": forged, "digest": events._digest(forged)})

    assert await verify(history) == 3


@pytest.mark.parametrize("seq", [1, 3, 6])
async def test_a_missing_event_shows(history: AnyStore, seq: int) -> None:
    def remove(session: Session) -> None:
        session.delete(session.get_one(Event, seq))

    await history.write(remove)

    assert await verify(history) in (seq, seq + 1)


async def test_erased_words_are_no_break(history: AnyStore) -> None:
    await edit(history, 3, {"payload": null()})

    assert await verify(history) is None
    await append(history, 9)
    assert await verify(history) is None


async def test_an_undone_append_leaves_no_gap(history: AnyStore) -> None:
    def broken(session: Session) -> None:
        events.append(session, NOW, "commitment.made", "commitment:99")
        raise LookupError

    await asyncio.gather(history.write(broken), append(history, 7), return_exceptions=True)

    assert await verify(history) is None
    assert await history.read(lambda session: len(session.exec(select(Event.seq)).all())) == 7


async def test_appends_at_the_same_moment_make_one_chain(database_url: str) -> None:
    stores = [open_store(database_url, durable=False) for _ in range(1 if database_url.startswith("sqlite") else 3)]
    await migrate.upgrade(stores[0])

    await asyncio.gather(*(append(stores[number % len(stores)], number) for number in range(90)))

    assert await verify(stores[0]) is None
    assert await stores[0].read(lambda session: len(session.exec(select(Event.seq)).all())) == 90
    for store in stores:
        await store.close()


@pytest.mark.postgres
async def test_two_connections_outside_the_writer_cannot_fork_it(postgres_url: str) -> None:
    store = PostgresStore(postgres_url)
    await migrate.upgrade(store)

    async def directly(number: int) -> None:
        # As another program would, without the lock of the lane "work".
        async with store.engine.begin() as connection:

            def run(sync: Any) -> None:
                with Session(sync, expire_on_commit=False) as session:
                    events.append(session, NOW, "commitment.made", f"commitment:{number}")

            await connection.run_sync(run)

    await asyncio.gather(*(directly(number) for number in range(12)))

    assert await verify(store) is None
    assert await store.read(lambda session: len(session.exec(select(Event.seq)).all())) == 12
    await store.close()


async def test_short_numbers_are_one_sequence(store: AnyStore) -> None:
    async def draw(kind: str) -> int:
        return await store.write(lambda session: events.number(session, NOW, kind, made_by=None, inbox_id=None))

    drawn = await asyncio.gather(*(draw(kind) for kind in ("commitment", "report", "lead") * 5))

    assert sorted(drawn) == list(range(1, 16))
    assert await store.read(lambda session: events.kind_of(session, drawn[1])) == "report"
    assert await store.read(lambda session: events.kind_of(session, 99)) is None
