"""Messages as they came: stored once, worked on in order, never lost.

queued → working (leased) → done | queued again later | dead. A lease that ran out belongs to a worker that died.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, case, func, literal_column, or_, update
from sqlmodel import Session, col, select

from storage.columns import Moment, sqlite_text, utc
from storage.prepared import Prepared, PreparedRows
from storage.tables import Inbox
from storage.work import Statement

LEASE = timedelta(seconds=30)
# No lease and no retry is set further off: one that is was set by a clock that has been set back since, and is over.
LONGEST_WAIT = timedelta(minutes=5)
# A message that was claimed this often may be what ends its workers: it is claimed alone, so that no other is blamed.
SUSPECT = 3

# Built once: putting a statement together costs more than running it.
_NOW = bindparam("now", type_=Moment)
_FAR = bindparam("far", type_=Moment)


def _ahead(moment: Any) -> ColumnElement[bool]:
    return and_(moment > _NOW, moment <= _FAR)


_BUSY = select(Inbox.lane).where(Inbox.state == "working", _ahead(col(Inbox.leased_until)))
_WAITING = PreparedRows(
    Inbox,
    select(Inbox)
    .where(
        col(Inbox.state).in_([literal_column("'queued'"), literal_column("'working'")]),
        or_(col(Inbox.state) == "queued", ~_ahead(col(Inbox.leased_until))),
        or_(col(Inbox.retry_at).is_(None), ~_ahead(col(Inbox.retry_at))),
        col(Inbox.lane).not_in(_BUSY),
    )
    .order_by(col(Inbox.id))
    .limit(bindparam("limit", type_=Integer)),
)
_LEASE = Prepared(
    update(Inbox)
    .where(col(Inbox.id) == bindparam("row_id"))
    .values(state="working", attempts=bindparam("attempt"), leased_until=bindparam("until", type_=Moment))
)
_FIRST = select(func.min(case((_ahead(col(Inbox.retry_at)), col(Inbox.retry_at)), else_=_NOW))).where(
    col(Inbox.state) == "queued", col(Inbox.lane).not_in(_BUSY)
)
_FIRST_LEASE = select(func.min(case((_ahead(col(Inbox.leased_until)), col(Inbox.leased_until)), else_=_NOW))).where(
    col(Inbox.state) == "working"
)
_FINISH = Prepared(
    update(Inbox)
    .where(
        col(Inbox.id) == bindparam("row_id"),
        col(Inbox.attempts) == bindparam("attempt"),
        col(Inbox.state) == "working",
    )
    .values(state="done", done_at=_NOW, leased_until=None, error="")
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to store: `lane` orders it among the messages of its chat; `payload` is the message as JSON."""

    platform: str
    message_id: str
    lane: str
    payload: dict[str, Any]
    sent_at: datetime


_ADD = (
    "INSERT INTO inbox (platform, message_id, lane, payload, sent_at, received_at, state, attempts, error) {rows} "
    "ON CONFLICT (platform, message_id) DO NOTHING"
)
_ROW_SQLITE = "(?,?,?,?,?,?,'queued',0,'')"
_ADD_POSTGRES = _ADD.format(
    # Text and not json[]: that is a type the driver first has to ask the server about.
    rows="SELECT platform, message_id, lane, payload::json, sent_at, $6::timestamptz, 'queued', 0, '' "
    "FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[]) "
    "AS letter (platform, message_id, lane, payload, sent_at)"
)


def adding(dialect: str, letters: Sequence[Letter], now: datetime) -> Statement:
    """The statement that stores what is not stored yet; redelivery is a no-op. Raises ValueError for a naive moment.

    One statement for all of them: this stands between a platform and its acknowledgement.
    """
    moment: Callable[[datetime], Any] = utc if dialect == "postgresql" else sqlite_text
    # In one order everywhere, so that two instances with the same letters cannot block each other.
    rows = sorted(
        (letter.platform, letter.message_id, letter.lane, json.dumps(letter.payload), moment(letter.sent_at))
        for letter in letters
    )
    received = moment(now)
    if dialect == "postgresql":
        return Statement(_ADD_POSTGRES, (*map(list, zip(*rows, strict=True)), received))
    # One step of the statement and not one a row: the driver gives up the interpreter at every step, and getting it
    # back from a busy loop takes longer than the insert.
    values = [value for row in rows for value in (*row, received)]
    return Statement(_ADD.format(rows="VALUES " + ",".join([_ROW_SQLITE] * len(rows))), values)


def add(session: Session, letters: Sequence[Letter], now: datetime) -> int:
    """Stores what is not stored yet and returns how many were new; see `adding`."""
    if not letters:
        return 0
    return adding(session.get_bind().dialect.name, letters, now)(session)


def claim(session: Session, now: datetime, limit: int = 50) -> list[Inbox]:
    """Leases the oldest waiting messages, never one of a chat that another worker holds, oldest first.

    A message that failed waits for its retry without holding up those behind it; one that was claimed before, again and
    again, comes alone. Two instances never claim at once: see the lane "work" of the store.
    """
    rows = _WAITING.copies(session, {**_moments(now), "limit": limit})
    suspect = next((place for place, row in enumerate(rows) if row.attempts >= SUSPECT), len(rows))
    rows = rows[: max(1, suspect)]
    for row in rows:
        row.state, row.attempts, row.leased_until = "working", row.attempts + 1, now + LEASE
        _LEASE.later(session, {"row_id": row.id, "attempt": row.attempts, "until": row.leased_until})
    return rows


def _moments(now: datetime) -> dict[str, datetime]:
    return {"now": now, "far": now + LONGEST_WAIT}


def release_all(session: Session) -> int:
    """Gives back every lease at once: for a database that only this process uses, after a restart."""
    statement = update(Inbox).where(col(Inbox.state) == "working").values(state="queued", leased_until=None)
    return session.connection().execute(statement).rowcount


def release(session: Session, inbox_id: int, attempt: int) -> None:
    """Gives back one lease unused; nothing happens when this attempt no longer holds it."""
    statement = (
        update(Inbox)
        .where(col(Inbox.id) == inbox_id, col(Inbox.attempts) == attempt, col(Inbox.state) == "working")
        .values(state="queued", leased_until=None)
    )
    session.connection().execute(statement)


def finish(session: Session, inbox_id: int, attempt: int, now: datetime) -> bool:
    """Marks a message done; False when this attempt no longer holds it."""
    values = {"row_id": inbox_id, "attempt": attempt, "now": now}
    return _FINISH.change(session, values) == 1


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
    first = session.connection().execute(_FIRST, _moments(now)).scalar()
    lease = session.connection().execute(_FIRST_LEASE, _moments(now)).scalar()
    moments = [moment for moment in (first, lease) if moment is not None]
    return max(now, min(moments)) if moments else None


def waiting(session: Session) -> int:
    """How many messages wait to be worked on."""
    return session.exec(select(func.count()).where(col(Inbox.state).in_(("queued", "working")))).one()


def find(session: Session, platform: str, message_id: str) -> Inbox | None:
    """The stored message of this id."""
    return session.exec(select(Inbox).where(Inbox.platform == platform, Inbox.message_id == message_id)).first()
