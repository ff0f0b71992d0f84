"""Databases ready for use, at little cost: migrated once for the run and copied, their statements compiled once."""

from __future__ import annotations

import asyncio
import atexit
import functools
import shutil
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage import migrate, postgres, sqlite
from storage.store import PostgresStore, SqliteStore, open_store


async def upgrade(url: str) -> None:
    """Brings the database of this address to the newest shape."""
    store = open_store(url, durable=False)
    await migrate.upgrade(store)
    await store.close()


@functools.cache
def _migrated() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="yinuo-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "migrated.db"
    # In a thread, for the caller may have a loop of its own running.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, upgrade(f"sqlite:///{path}")).result()
    return path


def lay(url: str) -> str:
    """The address itself; where it names a SQLite file that is not there yet, an empty, migrated one is."""
    place = make_url(url)
    if place.get_backend_name() == "sqlite":
        path = Path(place.database or "")
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(_migrated(), path)
    return url


@dataclass
class _Kept:
    """An engine that outlives its stores, and the database it connects to now.

    What SQLAlchemy has compiled stays with an engine, and is a third of a dialog. It serves one store at a time and has
    no connection when the next one gets it.
    """

    engine: Engine | AsyncEngine
    database: str

    def direct(self) -> None:
        """Has every new connection go to `database`."""
        below = self.engine if isinstance(self.engine, Engine) else self.engine.sync_engine

        @event.listens_for(below, "do_connect")
        def _direct(_dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
            if arguments:
                arguments[0] = self.database
            else:
                options["database"] = self.database


_FREE: defaultdict[tuple[object, ...], list[_Kept]] = defaultdict(list)


def open_kept(url: str) -> SqliteStore | PostgresStore:
    """A store on this database, without syncs, on engines that closed stores have left; it leaves its own in turn."""
    lent: list[tuple[tuple[object, ...], _Kept]] = []

    def lend(kind: tuple[object, ...], database: str, make: Callable[[], Engine | AsyncEngine]) -> Any:
        if _FREE[kind]:
            kept = _FREE[kind].pop()
            kept.database = database
        else:
            kept = _Kept(make(), database)
            kept.direct()
        lent.append((kind, kept))
        return kept.engine

    def lend_sqlite(path: str, **how: bool) -> Any:
        return lend(("sqlite", *sorted(how.items())), path, lambda: make_sqlite(path, **how))

    def lend_postgres(address: URL, **how: Any) -> Any:
        return lend(("postgresql",), address.database or "", lambda: make_postgres(address, **how))

    make_sqlite, make_postgres = sqlite._sqlite_engine, create_async_engine
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "_sqlite_engine", lend_sqlite)
        patch.setattr(postgres, "create_async_engine", lend_postgres)
        store = open_store(url, durable=False)
    close = store.close

    async def close_and_leave() -> None:
        await close()
        while lent:
            kind, kept = lent.pop()
            _FREE[kind].append(kept)

    setattr(store, "close", close_and_leave)  # noqa: B010
    return store


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[SqliteStore | PostgresStore]:
    """A store as `open_kept` has it, closed at the end."""
    store = open_kept(url)
    try:
        yield store
    finally:
        await store.close()
