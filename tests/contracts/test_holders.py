"""One of several instances holds what there is one of: on PostgreSQL by a lock, on SQLite always."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.holders import PostgresHolder, holder
from storage.store import PostgresStore, SqliteStore, open_store
from tests.patience import PATIENCE


@pytest.fixture
async def shared(postgres_url: str) -> AsyncIterator[PostgresStore]:
    store = open_store(postgres_url)
    assert isinstance(store, PostgresStore)
    yield store
    await store.close()


async def end_sessions(store: PostgresStore) -> None:
    """What a restart of the server does to every other connection."""
    async with store.engine.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        )


@pytest.mark.postgres
async def test_one_holds_it_until_it_lets_go(shared: PostgresStore) -> None:
    first, second, other = holder(shared, "line"), holder(shared, "line"), holder(shared, "another line")

    assert [await first.take(), await second.take(), await first.take(), await other.take()] == [
        True,
        False,
        True,
        True,
    ]
    await first.release()
    assert [await second.take(), await first.take()] == [True, False]
    for each in (first, second, other):
        await each.release()


@pytest.mark.postgres
async def test_a_lost_connection_is_noticed_and_the_lock_is_free(shared: PostgresStore) -> None:
    first, second = holder(shared, "line"), holder(shared, "line")
    assert await first.take()

    await end_sessions(shared)

    assert not await first.take()
    assert await second.take()
    await second.release()


@pytest.mark.postgres
async def test_the_server_frees_what_a_hanging_process_holds(shared: PostgresStore) -> None:
    hanging, heir = PostgresHolder(shared, "line", idle_seconds=0.2), holder(shared, "line")
    assert await hanging.take()
    async with asyncio.timeout(PATIENCE):
        while not await heir.take():
            pass
    assert not await hanging.take()
    await heir.release()


@pytest.mark.postgres
async def test_a_server_that_is_away_gives_nothing_and_breaks_nothing() -> None:
    away = open_store("postgresql://nobody@127.0.0.1:1/none")
    assert isinstance(away, PostgresStore)
    assert not await PostgresHolder(away, "line").take()
    await away.close()


async def test_the_only_process_holds_everything(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "a.db")
    alone = holder(store, "line")
    assert await alone.take()
    await alone.release()
    assert await alone.take()
    await store.close()
