"""What the bot remembers about itself, by key."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlmodel import Session, col, select

from storage.tables import Setting


def get(session: Session, key: str) -> str | None:
    """The value of `key`, or None."""
    row = session.get(Setting, key)
    return row.value if row else None


def put(session: Session, key: str, value: str) -> None:
    """Sets `key`."""
    row = session.get(Setting, key)
    if row is None:
        session.add(Setting(key=key, value=value))
    else:
        row.value = value
        session.add(row)


def under(session: Session, prefix: str) -> list[tuple[str, str]]:
    """Every key that begins with `prefix`, with its value, in the order of the keys."""
    statement = select(Setting.key, Setting.value).where(col(Setting.key).startswith(prefix, autoescape=True))
    return list(session.exec(statement.order_by(col(Setting.key))))


def moment(session: Session, key: str) -> datetime | None:
    """The aware moment kept under `key`, or None."""
    value = get(session, key)
    return datetime.fromisoformat(value) if value else None


def bump(session: Session, key: str) -> str:
    """Sets `key` to a value it has never had, one that a transaction undone meanwhile did not have either."""
    value = uuid.uuid4().hex
    put(session, key, value)
    return value
