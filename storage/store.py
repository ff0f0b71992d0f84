"""The unit of work: plain functions over one session, run where the database wants them.

`Store.write(work)` runs `work(session)` in a transaction and returns when it is committed; an exception undoes that
work alone. Whatever waits is committed together (group commit); when one of them fails, all are undone and done again,
each under a savepoint of its own. Work may thus run a second time, so it changes nothing but the database.

SQLite: one writer thread with one connection (WAL, synchronous=FULL), reads on connections that cannot write.
PostgreSQL: asyncpg through `run_sync`, two writer lanes. On both an acknowledgement (the lane "inbox") does not wait
for more than a moment of a handler's work. Of the instances that share one PostgreSQL, a single one at a time works in
the lane "work": no two can lock each other out.
"""

from __future__ import annotations

from typing import Protocol

from sqlalchemy.engine import make_url

from storage.postgres import PostgresStore
from storage.sqlite import SqliteStore
from storage.work import Lane, Statement, StoreUnavailable, T, Work

__all__ = [
    "Lane",
    "PostgresStore",
    "SqliteStore",
    "Statement",
    "Store",
    "StoreUnavailable",
    "Work",
    "open_store",
]


class Store(Protocol):
    """Runs plain functions over a session, each all or nothing."""

    dialect: str

    async def write(self, work: Work[T], lane: Lane = "work") -> T: ...

    async def read(self, work: Work[T]) -> T: ...

    async def close(self) -> None: ...


def open_store(url: str, *, durable: bool = True) -> SqliteStore | PostgresStore:
    """The store of a `sqlite:///…` or `postgresql://…` address; a driver part is accepted and ignored.

    Raises ValueError for any other address.
    """
    try:
        parsed = make_url(url)
    except Exception as error:
        raise ValueError("DATABASE_URL is not a database address") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ValueError("SQLite needs a file: sqlite:///data/yinuo.db")
        return SqliteStore(parsed.database, durable=durable)
    if backend in {"postgresql", "postgres"}:
        return PostgresStore(url)
    raise ValueError(f"DATABASE_URL must begin with sqlite:/// or postgresql://, not {backend}://")
