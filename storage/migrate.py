"""Brings a database to the newest shape; safe to run again, from several instances, and after a crash."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

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
