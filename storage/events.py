"""The history: one row per change, chained by hash, and the short numbers of records.

hash = SHA-256 over previous hash, sequence, moment, actor, kind, subject, message and the payload's digest. The
payload itself is outside the chain, so that a person's words can be erased while the chain stays verifiable.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from storage import batch
from storage.prepared import Prepared
from storage.tables import Event, Record, Setting

_GENESIS = "0" * 64
_HEAD = "event.head"


_HELD_HEAD = Prepared(select(Setting.value).where(Setting.key == _HEAD).with_for_update())
_MOVE_HEAD = Prepared(update(Setting).where(col(Setting.key) == _HEAD).values(value=bindparam("head")))
_APPEND = Prepared(insert(Event))
_NUMBER = Prepared(insert(Record).returning(col(Record.number)))


@dataclass(frozen=True, slots=True)
class Appended:
    """An event that was added to the history."""

    seq: int
    kind: str
    subject: str
    at: datetime


Happened = Event | Appended


def plain(value: Any) -> Any:
    """`value` as JSON can hold it: moments and days as ISO text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def _digest(payload: Mapping[str, Any]) -> str:
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _link(event: Mapping[str, Any]) -> str:
    parts = (
        event["previous"],
        event["seq"],
        # Read back from a database it is in UTC, whatever zone it was written in.
        event["at"].astimezone(UTC).isoformat(),
        event["actor_id"],
        event["kind"],
        event["subject"],
        event["inbox_id"],
        event["digest"],
    )
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


def hold(session: Session) -> str:
    """Locks the head of the chain until the transaction ends, and returns it as `sequence:hash`.

    Whoever must write in the order of the commits takes this lock first: one lock cannot cross itself.
    """
    return batch.known(session, _HEAD, lambda: _hold(session))


def _hold(session: Session) -> str:
    head: str | None = _HELD_HEAD.value(session, {})
    if head is None:
        # Two instances may begin the chain at once: one of them finds the other's beginning.
        insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        begin = insert(Setting).values(key=_HEAD, value=f"0:{_GENESIS}").on_conflict_do_nothing()
        session.connection().execute(begin)
        head = _HELD_HEAD.value(session, {})
    assert head is not None
    return head


def append(
    session: Session,
    now: datetime,
    kind: str,
    subject: str,
    payload: Mapping[str, Any] | None = None,
    *,
    actor_id: int | None = None,
    inbox_id: int | None = None,
) -> Appended:
    """Adds one event to the end of the chain and tells which it is.

    The head of the chain is locked until the transaction ends, so that two instances cannot fork it.
    """
    last, previous = hold(session).split(":")
    content = plain(payload or {})
    event = {
        "seq": int(last) + 1,
        "at": now,
        "actor_id": actor_id,
        "kind": kind,
        "subject": subject,
        "inbox_id": inbox_id,
        "payload": content,
        "digest": _digest(content),
        "previous": previous,
    }
    event["hash"] = _link(event)
    _APPEND.later(session, event)
    head = f"{event['seq']}:{event['hash']}"
    _MOVE_HEAD.later(session, {"head": head}, last=True)
    batch.learn(session, _HEAD, head)
    return Appended(int(last) + 1, kind, subject, now)


def verify(session: Session) -> int | None:
    """The sequence of the first event that is missing or does not fit the chain, or None when all is whole.

    An erased payload (None) is no break.
    """
    previous, expected = _GENESIS, 1
    for event in session.exec(select(Event).order_by(col(Event.seq)).execution_options(yield_per=1000)):
        whole = event.payload is None or _digest(event.payload) == event.digest
        if event.seq != expected or event.previous != previous or _link(event.model_dump()) != event.hash or not whole:
            return event.seq
        previous, expected = event.hash, expected + 1
    head = session.get(Setting, _HEAD)
    if head is not None and head.value != f"{expected - 1}:{previous}":
        return expected
    return None


def number(session: Session, now: datetime, kind: str, *, made_by: int | None, inbox_id: int | None) -> int:
    """Draws the next short number for a record of `kind`."""
    values = {"kind": kind, "inbox_id": inbox_id, "made_by": made_by, "made_at": now}
    return int(_NUMBER.value(session, values))


def kind_of(session: Session, record_number: int) -> str | None:
    """What kind of record bears this number, or None."""
    record = session.get(Record, record_number)
    return record.kind if record else None


def made_by_message(session: Session, inbox_id: int) -> list[int]:
    """The numbers of the records one message made, in the order it made them."""
    rows = session.exec(select(Record).where(Record.inbox_id == inbox_id).order_by(col(Record.number)))
    return [row.number for row in rows if row.number is not None]


def latest(session: Session, subject: str, kind: str) -> Event | None:
    """The newest event of a kind on a subject that was not undone, or None."""
    statement = (
        select(Event)
        .where(Event.subject == subject, Event.kind == kind, col(Event.undone_by).is_(None))
        .order_by(col(Event.seq).desc())
        .limit(1)
    )
    return session.exec(statement).first()


def last_by(session: Session, actor_id: int, since: datetime) -> list[Event]:
    """The events of this person's latest message since `since` that changed something and were not undone.

    Newest first; empty when there is nothing to take back.
    """
    statement = (
        select(Event)
        .where(
            Event.actor_id == actor_id,
            col(Event.at) >= since,
            col(Event.undone_by).is_(None),
            col(Event.inbox_id).is_not(None),
            Event.kind != "undone",
        )
        .order_by(col(Event.seq).desc())
    )
    events = list(session.exec(statement))
    if not events:
        return []
    return [event for event in events if event.inbox_id == events[0].inbox_id]
