"""Brings a database to the newest shape; safe to run again, from several instances, and after a crash."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from storage.store import PostgresStore, SqliteStore, open_store

_MIGRATION_LOCK = 0x59494E00


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision this program wants."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    command.upgrade(_config(connection), "head")


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def upgrade(store: SqliteStore | PostgresStore) -> None:
    """Applies what is missing, all of it or nothing."""
    if isinstance(store, PostgresStore):
        async with store.engine.begin() as connection:
            await connection.run_sync(_upgrade)
    else:
        # Through the writer: a second writing connection is what SQLite must not have.
        await store.write(lambda session: _upgrade(session.connection()))


async def current(store: SqliteStore | PostgresStore) -> str | None:
    """The revision a database has, None when it is empty."""
    return await store.read(lambda session: _current(session.connection()))


async def examine(url: str, *, upgrade_first: bool) -> tuple[str | None, str]:
    """The revision the database of this address has (after upgrading it, if asked) and the newest one."""
    store = open_store(url)
    try:
        if upgrade_first:
            await upgrade(store)
        return await current(store), newest()
    finally:
        await store.close()


def _must_exist(url: str) -> None:
    """Opening a SQLite file would make it."""
    address = make_url(url) if url.startswith("sqlite") else None
    if address is not None and address.database and not Path(address.database).exists():
        raise ValueError(f"there is no database at {address.database} yet")


@asynccontextmanager
async def existing(url: str) -> AsyncIterator[SqliteStore | PostgresStore]:
    """The database of this address for one command, which neither makes nor upgrades it.

    Raises ValueError, in words for an operator, when it is not there, has another shape or does not answer; what the
    command itself raises as ValueError, LookupError or OSError passes.
    """
    _must_exist(url)
    store = open_store(url)
    try:
        if await current(store) != newest():
            raise ValueError("the database has another shape: run `python main.py db upgrade` first")
        yield store
    except (ValueError, LookupError, OSError):
        raise
    except Exception as error:
        # What a driver says may hold what people wrote: its kind is enough for an operator.
        raise ValueError(f"the database does not answer ({type(error).__name__})") from error
    finally:
        await store.close()
