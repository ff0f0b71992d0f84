"""What the store keeps, on both databases: all or nothing, committed together, honest when it cannot."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from storage import migrate, settings
from storage import sqlite as sqlite_store
from storage import work as store_work
from storage.store import PostgresStore, SqliteStore, Statement, StoreUnavailable, open_store
from storage.tables import Setting

AnyStore = SqliteStore | PostgresStore


def put(key: str, value: str = "1") -> Callable[[Session], None]:
    return lambda session: settings.put(session, key, value)


async def keys(store: AnyStore) -> set[str]:
    return set(await store.read(lambda session: session.exec(select(Setting.key)).all()))


async def test_many_writers_at_once_are_all_committed(store: AnyStore) -> None:
    await asyncio.gather(*(store.write(put(f"k{number}")) for number in range(600)))

    assert await keys(store) == {f"k{number}" for number in range(600)}


async def test_a_write_returns_what_the_work_returned(store: AnyStore) -> None:
    await store.write(put("colour", "blue"))

    assert await store.write(lambda session: settings.get(session, "colour")) == "blue"


async def test_work_that_fails_is_undone_alone(store: AnyStore) -> None:
    def broken(session: Session) -> None:
        settings.put(session, "half", "1")
        session.flush()
        raise LookupError("mine")

    def refused(session: Session) -> None:
        settings.put(session, "other half", "1")
        session.flush()
        session.connection().execute(text("INSERT INTO setting (key, value) VALUES ('before', '2')"))

    def nonsense(session: Session) -> None:
        session.connection().execute(text("SELECT * FROM no_such_table"))

    await store.write(put("before"))
    outcomes = await asyncio.gather(
        store.write(put("left")),
        store.write(broken),
        store.write(refused),
        store.write(nonsense),
        store.write(put("right")),
        return_exceptions=True,
    )

    assert [type(outcome).__name__ for outcome in outcomes] == [
        "NoneType",
        "LookupError",
        "IntegrityError",
        "OperationalError" if store.dialect == "sqlite" else "ProgrammingError",
        "NoneType",
    ]
    assert await keys(store) == {"before", "left", "right"}


async def test_work_that_fails_alone_is_not_run_again(store: AnyStore) -> None:
    runs: list[int] = []

    def broken(session: Session) -> None:
        runs.append(len(runs))
        settings.put(session, "half", "1")
        raise LookupError("mine")

    with pytest.raises(LookupError):
        await store.write(broken)

    assert runs == [0]
    await store.write(put("after"))
    assert await keys(store) == {"after"}


async def test_one_failure_in_a_crowd_costs_nobody_else(store: AnyStore) -> None:
    def work(number: int) -> Callable[[Session], None]:
        def run(session: Session) -> None:
            settings.put(session, f"k{number}", "1")
            if number % 7 == 0:
                session.flush()
                raise LookupError(str(number))

        return run

    outcomes = await asyncio.gather(*(store.write(work(number)) for number in range(200)), return_exceptions=True)

    failed = {number for number, outcome in enumerate(outcomes) if isinstance(outcome, LookupError)}
    assert failed == set(range(0, 200, 7))
    assert await keys(store) == {f"k{number}" for number in range(200) if number % 7}


async def test_a_read_sees_only_what_is_committed(store: AnyStore) -> None:
    began, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(session: Session) -> None:
        settings.put(session, "late", "1")
        session.flush()
        # Both databases run this where it may wait for the loop: a thread, or a greenlet's own connection.
        loop.call_soon_threadsafe(began.set)
        if store.dialect == "sqlite":
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)
        else:
            session.connection().execute(text("SELECT pg_advisory_xact_lock(77)"))

    if isinstance(store, PostgresStore):
        async with store.engine.begin() as other:
            await other.execute(text("SELECT pg_advisory_xact_lock(77)"))
            writing = asyncio.create_task(store.write(slow))
            await began.wait()
            assert await keys(store) == set()
    else:
        writing = asyncio.create_task(store.write(slow))
        await began.wait()
        assert await keys(store) == set()
        go_on.set()
    await writing

    assert await keys(store) == {"late"}


async def test_what_a_read_changes_is_not_kept(store: AnyStore) -> None:
    def meddle(session: Session) -> None:
        settings.put(session, "sneaked", "1")
        session.flush()

    await asyncio.gather(store.read(meddle), return_exceptions=True)

    assert await keys(store) == set()


async def test_what_was_read_stays_readable(store: AnyStore) -> None:
    await store.write(put("colour", "blue"))

    rows = await store.read(lambda session: list(session.exec(select(Setting))))

    assert [(row.key, row.value) for row in rows] == [("colour", "blue")]


@pytest.mark.postgres
async def test_an_acknowledgement_does_not_wait_for_a_handler(postgres_url: str) -> None:
    store = PostgresStore(postgres_url)
    await migrate.upgrade(store)
    async with store.engine.begin() as other:
        await other.execute(text("SELECT pg_advisory_xact_lock(77)"))

        def blocked(session: Session) -> None:
            session.connection().execute(text("SELECT pg_advisory_xact_lock(77)"))

        handling = asyncio.create_task(store.write(blocked))
        await store.write(put("acknowledged"), "inbox")
        assert not handling.done()
    await handling
    await store.close()


async def test_an_acknowledgement_goes_before_the_work_that_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_work, "LETTER_SECONDS", 0.0)
    store = SqliteStore(tmp_path / "yinuo.db", durable=False)
    await migrate.upgrade(store)
    loop, held, go_on = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    order: list[str] = []

    def hold(session: Session) -> None:
        loop.call_soon_threadsafe(held.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)

    def note(name: str) -> Callable[[Session], None]:
        return lambda session: order.append(name)

    first = asyncio.create_task(store.write(hold))
    await held.wait()
    rest = [asyncio.create_task(store.write(note("work"))) for _ in range(20)]
    await asyncio.sleep(0)
    rest.append(asyncio.create_task(store.write(note("letter"), "inbox")))
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(first, *rest)

    assert order == ["letter"] + ["work"] * 20
    await store.close()


async def test_a_lone_statement_is_committed_or_fails_alone(store: AnyStore) -> None:
    mark = "?" if store.dialect == "sqlite" else "$1"
    good = Statement(f"INSERT INTO setting (key, value) VALUES ({mark}, 'x') ON CONFLICT DO NOTHING", ("a",))
    bad = Statement(f"INSERT INTO setting (key, value) VALUES ({mark}, NULL)", ("b",))

    assert [await store.write(good, "inbox"), await store.write(good, "inbox")] == [1, 0]
    with pytest.raises(Exception, match=r"(?i)null"):
        await store.write(bad, "inbox")
    together = await asyncio.gather(store.write(good, "inbox"), store.write(bad, "inbox"), return_exceptions=True)
    assert together[0] == 0
    assert not isinstance(together[1], int | StoreUnavailable)
    await store.write(put("after"))
    assert await keys(store) == {"a", "after"}


async def test_a_closed_store_takes_nothing_and_can_be_closed_again(store: AnyStore) -> None:
    waiting = [asyncio.create_task(store.write(put(f"k{number}"))) for number in range(20)]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*waiting)

    with pytest.raises(StoreUnavailable):
        await store.write(put("late"))
    with pytest.raises(StoreUnavailable):
        await store.read(lambda session: None)
    await store.close()


async def test_what_was_waiting_when_it_closed_is_committed(database_url: str) -> None:
    first = open_store(database_url, durable=False)
    await migrate.upgrade(first)
    waiting = [asyncio.create_task(first.write(put(f"k{number}"))) for number in range(20)]
    await asyncio.sleep(0)
    await first.close()
    await asyncio.gather(*waiting)

    second = open_store(database_url, durable=False)
    assert len(await keys(second)) == 20
    await second.close()


async def test_a_cancelled_caller_stops_nobody(store: AnyStore) -> None:
    tasks = [asyncio.create_task(store.write(put(f"k{number}"))) for number in range(50)]
    await asyncio.sleep(0)
    for task in tasks[::5]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert all(outcome is None for number, outcome in enumerate(outcomes) if number % 5)
    await store.write(put("after"))
    assert {f"k{number}" for number in range(50) if number % 5} | {"after"} <= await keys(store)


async def test_an_outcome_does_not_wait_for_the_work_before_it(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "team.db", durable=False)
    began, go_on, order = threading.Event(), threading.Event(), list[str]()

    def hold(session: Session) -> None:
        began.set()
        go_on.wait(30)

    def note(name: str) -> Callable[[Session], None]:
        return lambda session: order.append(name)

    waiting = [asyncio.create_task(store.write(hold))]
    await asyncio.to_thread(began.wait, 30)
    for name, lane in (("handler 1", "work"), ("handler 2", "work"), ("sent", "outcome")):
        waiting.append(asyncio.create_task(store.write(note(name), lane)))  # type: ignore[arg-type]
        await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(*waiting)
    await store.close()
    assert order == ["sent", "handler 1", "handler 2"]


async def test_an_outcome_does_not_wait_for_a_gap_between_letters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if letters came without end: the work waits, longer than any test.
    monkeypatch.setattr(store_work, "STREAM_SECONDS", 600.0)
    monkeypatch.setattr(store_work, "STREAM_SHARE", 1e9)
    store = SqliteStore(tmp_path / "team.db", durable=False)
    await migrate.upgrade(store)
    await store.write(put("handled before"))
    await store.write(put("letter"), "inbox")
    handler = asyncio.create_task(store.write(put("handler")))
    await asyncio.sleep(0)
    await store.write(put("sent"), "outcome")
    assert not handler.done()
    assert await keys(store) == {"handled before", "letter", "sent"}
    # At the end nothing waits any more.
    await store.close()
    await handler


async def test_a_locked_file_is_told_and_recovers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_store, "BUSY_SECONDS", 0.05)
    store = SqliteStore(tmp_path / "yinuo.db", durable=False)
    await migrate.upgrade(store)
    other = sqlite3.connect(tmp_path / "yinuo.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    outcomes = await asyncio.gather(*(store.write(put(f"k{number}")) for number in range(3)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 3
    assert await keys(store) == set()

    other.execute("ROLLBACK")
    other.close()
    await store.write(put("after"))
    assert await keys(store) == {"after"}
    await store.close()


async def test_a_file_locked_at_the_start_is_told_and_recovers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_store, "BUSY_SECONDS", 0.05)
    first = sqlite3.connect(tmp_path / "yinuo.db", isolation_level=None)
    first.execute("PRAGMA locking_mode=EXCLUSIVE")
    first.execute("BEGIN EXCLUSIVE")
    store = SqliteStore(tmp_path / "yinuo.db", durable=False)

    with pytest.raises(StoreUnavailable):
        await store.write(lambda session: None)
    with pytest.raises(StoreUnavailable):
        await store.read(lambda session: session.connection().execute(text("SELECT * FROM sqlite_master")).all())

    first.execute("ROLLBACK")
    first.close()
    await migrate.upgrade(store)
    await store.write(put("after"))
    assert await keys(store) == {"after"}
    await store.close()


async def test_a_full_disk_is_told_and_recovers(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "yinuo.db", durable=False)
    await migrate.upgrade(store)

    def limit(session: Session) -> None:
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
        session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    await store.write(limit)
    outcomes = await asyncio.gather(
        store.write(put("big", "x" * 200_000)), store.write(put("small")), return_exceptions=True
    )
    assert StoreUnavailable in {type(outcome) for outcome in outcomes}
    stored = {key for key, outcome in zip(("big", "small"), outcomes, strict=True) if outcome is None}
    assert await keys(store) == stored

    await store.write(put("after"))
    assert "after" in await keys(store)
    await store.close()


@pytest.mark.postgres
async def test_a_broken_connection_is_told_and_replaced(postgres_url: str) -> None:
    store = PostgresStore(postgres_url)
    await migrate.upgrade(store)

    def cut(session: Session) -> None:
        settings.put(session, "half", "1")
        session.flush()
        session.connection().execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    outcomes = await asyncio.gather(store.write(put("mate")), store.write(cut), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}

    with pytest.raises(StoreUnavailable):
        await store.read(
            lambda session: session.connection().execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        )
    await store.write(put("after"))
    assert await keys(store) == {"after"}
    await store.close()


@pytest.mark.postgres
async def test_a_server_that_is_away_is_told(unused_tcp_port: int) -> None:
    store = PostgresStore(f"postgresql://nobody@127.0.0.1:{unused_tcp_port}/none")

    with pytest.raises(StoreUnavailable):
        await store.write(put("k"))
    with pytest.raises(StoreUnavailable):
        await store.read(lambda session: None)
    await store.close()


@pytest.mark.postgres
async def test_two_instances_with_crossing_locks_wait_and_do_not_fail(postgres_url: str) -> None:
    first, second = PostgresStore(postgres_url), PostgresStore(postgres_url)
    await migrate.upgrade(first)
    for key in ("a", "b"):
        await first.write(put(key, "0"))

    await asyncio.gather(
        *(first.write(count("a", "b")) for _ in range(30)), *(second.write(count("b", "a")) for _ in range(30))
    )

    assert await first.read(lambda session: settings.get(session, "a")) == "60"
    await first.close()
    await second.close()


@pytest.mark.postgres
async def test_a_batch_that_was_undone_to_let_another_through_goes_again(postgres_url: str) -> None:
    first, second = PostgresStore(postgres_url), PostgresStore(postgres_url)
    await migrate.upgrade(first)
    for key in ("a", "b", "gate"):
        await first.write(put(key, "0"))

    async with first.engine.connect() as gate:
        await gate.execute(text("SELECT * FROM setting WHERE key = 'gate' FOR UPDATE"))
        # Each takes its first lock and waits at the gate; behind it, each wants the other's.
        one = asyncio.create_task(first.write(count("a", "gate", "b"), "inbox"))
        other = asyncio.create_task(second.write(count("b", "gate", "a"), "inbox"))
        async with second.engine.connect() as looking:
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while (await looking.execute(waiting)).scalar() != 2:
                await looking.rollback()
        await gate.rollback()
    await asyncio.gather(one, other)

    assert await first.read(lambda session: [settings.get(session, key) for key in ("a", "b")]) == ["2", "2"]
    await first.close()
    await second.close()


def count(*order: str) -> Callable[[Session], None]:
    """Counts up each of these in their order; waits at the gate without keeping it."""

    def run(session: Session) -> None:
        for key in order:
            locked = select(Setting).where(Setting.key == key).with_for_update(read=key == "gate")
            row = session.exec(locked).one()
            if key != "gate":
                row.value = str(int(row.value) + 1)
                session.add(row)
                session.flush()

    return run


def test_addresses_are_told_apart() -> None:
    for wrong in ("mysql://host/db", "sqlite://", "sqlite:///:memory:", "nonsense", ""):
        with pytest.raises(ValueError, match=r"DATABASE_URL|SQLite"):
            open_store(wrong)
