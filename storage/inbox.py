"""Messages as they came: stored once, worked on in order, never lost.

queued → working (leased) → done | queued again later | dead. A lease that ran out belongs to a worker that died.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from storage.tables import Inbox

LEASE = timedelta(seconds=30)
_CLAIM_LOCK = 0x59494E01


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to store: `lane` orders it among the messages of its chat; `payload` is the message as JSON."""

    platform: str
    message_id: str
    lane: str
    payload: dict[str, Any]
    sent_at: datetime


def add(session: Session, letters: Sequence[Letter], now: datetime) -> int:
    """Stores what is not stored yet and returns how many were new; redelivery is a no-op."""
    if not letters:
        return 0
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    rows = [
        {
            "platform": letter.platform,
            "message_id": letter.message_id,
            "lane": letter.lane,
            "payload": letter.payload,
            "sent_at": letter.sent_at,
            "received_at": now,
            "state": "queued",
            "attempts": 0,
            "error": "",
        }
        for letter in letters
    ]
    new = 0
    for row in rows:
        statement = insert(Inbox).values(row).on_conflict_do_nothing(index_elements=["platform", "message_id"])
        new += session.connection().execute(statement).rowcount
    return new


def claim(session: Session, now: datetime, limit: int = 50) -> list[Inbox]:
    """Leases the oldest waiting messages, never one of a chat that another worker holds, oldest first."""
    if session.get_bind().dialect.name == "postgresql":
        # Two claimers at once could each see the other's chat as free.
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CLAIM_LOCK})
    busy = select(Inbox.lane).where(Inbox.state == "working", col(Inbox.leased_until) > now)
    statement = (
        select(Inbox)
        .where(
            or_(
                col(Inbox.state) == "queued",
                (col(Inbox.state) == "working") & (col(Inbox.leased_until) <= now),
            ),
            or_(col(Inbox.retry_at).is_(None), col(Inbox.retry_at) <= now),
            col(Inbox.lane).not_in(busy),
        )
        .order_by(col(Inbox.id))
        .limit(limit)
    )
    rows = list(session.exec(statement))
    for row in rows:
        row.state = "working"
        row.attempts += 1
        row.leased_until = now + LEASE
        session.add(row)
    return rows


def release_all(session: Session) -> int:
    """Gives back every lease at once: for a database that only this process uses, after a restart."""
    statement = update(Inbox).where(col(Inbox.state) == "working").values(state="queued", leased_until=None)
    return session.connection().execute(statement).rowcount


def finish(session: Session, inbox_id: int, attempt: int, now: datetime) -> bool:
    """Marks a message done; False when this attempt no longer holds it."""
    statement = (
        update(Inbox)
        .where(col(Inbox.id) == inbox_id, col(Inbox.attempts) == attempt, col(Inbox.state) == "working")
        .values(state="done", done_at=now, leased_until=None, error="")
    )
    return session.connection().execute(statement).rowcount == 1


def fail(session: Session, inbox_id: int, attempt: int, error: str, retry_at: datetime | None) -> None:
    """Records why an attempt failed: to be tried again at `retry_at`, or dead when that is None."""
    statement = (
        update(Inbox)
        .where(col(Inbox.id) == inbox_id, col(Inbox.attempts) == attempt, col(Inbox.state) == "working")
        .values(
            state="dead" if retry_at is None else "queued",
            retry_at=retry_at,
            leased_until=None,
            error=error[:500],
        )
    )
    session.connection().execute(statement)


def next_at(session: Session, now: datetime) -> datetime | None:
    """When the next message can be worked on: now, a retry's or a lease's moment, or None."""
    first = session.exec(select(func.min(func.coalesce(Inbox.retry_at, now))).where(col(Inbox.state) == "queued")).one()
    lease = session.exec(select(func.min(Inbox.leased_until)).where(col(Inbox.state) == "working")).one()
    moments = [moment for moment in (first, lease) if moment is not None]
    return max(now, min(moments)) if moments else None


def waiting(session: Session) -> int:
    """How many messages wait to be worked on."""
    return session.exec(select(func.count()).where(col(Inbox.state).in_(("queued", "working")))).one()


def find(session: Session, platform: str, message_id: str) -> Inbox | None:
    """The stored message of this id."""
    return session.exec(select(Inbox).where(Inbox.platform == platform, Inbox.message_id == message_id)).first()
