"""What the works that are committed together have in common: the driver's connection, and what one has read for all."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from sqlalchemy import Connection
from sqlmodel import Session

T = TypeVar("T")
_KEY = "batch"


class Batch:
    """The works under one savepoint. `connection` must not change as long as it lives."""

    __slots__ = ("connection", "dialect", "driver", "known")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        # Asking a session for its connection takes longer than many a statement.
        self.dialect = connection.dialect
        self.driver = connection.connection
        self.known: dict[Hashable, Any] = {}

    def session(self) -> Session:
        """A session for one work."""
        return Session(
            self.connection, join_transaction_mode="rollback_only", expire_on_commit=False, info={_KEY: self}
        )


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
