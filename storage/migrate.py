"""Brings a database to the newest shape; safe to run again, from several instances, and after a crash."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url

from storage.store import PostgresStore, SqliteStore, StoreUnavailable, open_store

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATION_LOCK = 0x59494E00
_MIGRATIONS = Path(__file__).parent / "migrations"


def newest() -> str:
    """The revision this program wants: the files of the revisions begin with their numbers."""
    return max(path.stem.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def _config(connection: Connection | None = None) -> Config:
    # Alembic is imported when there is something to migrate, which most starts have not.
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    from alembic import command

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    command.upgrade(_config(connection), "head")


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


async def upgrade(store: SqliteStore | PostgresStore) -> None:
    """Applies what is missing, all of it or nothing."""
    if await current(store) == newest():
        return
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
    except StoreUnavailable as error:
        raise ValueError(f"the database does not answer: {error}") from error
    except Exception as error:
        # What a driver says may hold what people wrote: its kind is enough for an operator.
        raise ValueError(f"the database does not answer ({type(error).__name__})") from error
    finally:
        await store.close()
