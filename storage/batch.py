"""What the works that are committed together have in common.

That is the driver's connection, what one has read for all, and what is written at once for all in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import Connection, Engine, event
from sqlmodel import Session

T = TypeVar("T")
_KEY = "batch"


class Later(Protocol):
    """A statement of which more than one row is written at once."""

    def write(self, batch: Batch, rows: Sequence[tuple[Any, ...]]) -> None: ...


class Batch:
    """The works that are kept or undone together. `connection` must not change as long as it lives."""

    __slots__ = ("connection", "dialect", "driver", "known", "later")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        # Asking a session for its connection takes longer than many a statement.
        self.dialect = connection.dialect
        self.driver = connection.connection
        self.known: dict[Hashable, Any] = {}
        # By the tables that they write to.
        self.later: dict[tuple[str, Later], list[tuple[Any, ...]]] = {}
        # For whatever comes by another way than a prepared statement: see `watch`.
        connection.info[_KEY] = self

    def session(self) -> Session:
        """A session for one work."""
        return Session(
            self.connection, join_transaction_mode="rollback_only", expire_on_commit=False, info={_KEY: self}
        )

    def write(self, tables: Collection[str] | None = None) -> None:
        """Writes what was put off, or what of it goes to these tables, each statement's rows at once."""
        for table, statement in list(self.later):
            if tables is None or table in tables:
                statement.write(self, self.later.pop((table, statement)))

    def end(self) -> None:
        """Forgets what is not written yet."""
        self.later.clear()
        self.connection.info.pop(_KEY, None)


def watch(engine: Engine) -> None:
    """Has what was put off written before anything is asked of this engine past the prepared statements."""

    @event.listens_for(engine, "before_cursor_execute")
    def _before(connection: Connection, *_: Any) -> None:
        batch: Batch | None = connection.info.get(_KEY)
        if batch is not None and batch.later:
            batch.write()


def of(session: Session) -> Batch | None:
    """The batch a session's work belongs to; None for one that is alone, such as one that only reads."""
    return session.info.get(_KEY)


def known(session: Session, key: Hashable, read: Callable[[], T]) -> T:
    """What `read` returned when it was first asked for under this key in this batch.

    Only for what none but this transaction can change meanwhile; whoever changes it says so by `learn` or `forget`.
    """
    batch = of(session)
    if batch is None:
        return read()
    if key not in batch.known:
        batch.known[key] = read()
    return cast(T, batch.known[key])


def learn(session: Session, key: Hashable, value: Any) -> None:
    """What is known under a key from here on."""
    batch = of(session)
    if batch is not None:
        batch.known[key] = value


def forget(session: Session, key: Hashable) -> None:
    """What was known under a key has changed, and is read again when it is wanted."""
    batch = of(session)
    if batch is not None:
        batch.known.pop(key, None)
