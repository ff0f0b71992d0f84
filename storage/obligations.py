"""Obligations and their claimed steps: the rows the clock engine lives on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, text
from sqlmodel import Session, col, select

from storage.prepared import Prepared
from storage.tables import Obligation, Step

_TICK_LOCK = 0x59494E03

_THERE = Prepared(
    select(Obligation.id).where(
        Obligation.policy == bindparam("policy"),
        Obligation.subject == bindparam("subject"),
        Obligation.epoch == bindparam("epoch"),
    )
)
_SOME_ON = Prepared(select(Obligation.id).where(Obligation.subject == bindparam("subject")))
# Built once: putting a statement together costs more than running it.
_ON = select(Obligation).where(Obligation.subject == bindparam("subject")).order_by(col(Obligation.id))
_STEPS = select(col(Step.step), col(Step.outcome)).where(Step.obligation_id == bindparam("obligation_id"))


_BEGIN = Prepared(insert(Obligation).inline())


@dataclass(frozen=True, slots=True)
class Opening:
    """An obligation that begins: nobody has been told of it yet."""

    policy: str
    subject: str
    epoch: int
    number: int | None
    owner_id: int | None
    chat_id: int | None
    client_id: int | None
    opened_at: datetime
    opened_by: int
    given_at: datetime
    due_at: datetime


def lock(session: Session) -> bool:
    """Takes the tick for this transaction; False when another instance has it."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    taken = session.connection().execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _TICK_LOCK})
    return bool(taken.scalar())


def add(session: Session, row: Obligation) -> Obligation | None:
    """Adds an obligation; None when this policy, subject and epoch is there already."""
    key = {"policy": row.policy, "subject": row.subject, "epoch": row.epoch}
    if _THERE.rows(session, key):
        return None
    session.add(row)
    session.flush()
    return row


def begin(session: Session, opening: Opening, next_at: datetime | None) -> None:
    """Adds an obligation that the engine looks at by `next_at`; its policy, subject and epoch must be new."""
    values = {name: getattr(opening, name) for name in Opening.__slots__}
    _BEGIN.later(session, values | {"state": "open", "next_at": next_at, "data": {}})


def on(session: Session, subject: str) -> list[Obligation]:
    """What is owed on a subject and what was, the oldest first."""
    # Most subjects are new, and objects are not made of nothing.
    if not _SOME_ON.rows(session, {"subject": subject}):
        return []
    return list(session.execute(_ON, {"subject": subject}).scalars())


def open_for_client(session: Session, client_id: int, policies: Collection[str]) -> list[Obligation]:
    """What is still owed on a client under these policies."""
    statement = select(Obligation).where(
        Obligation.client_id == client_id, Obligation.state == "open", col(Obligation.policy).in_(policies)
    )
    return list(session.exec(statement.order_by(col(Obligation.id))))


def earliest_for_clients(session: Session, client_ids: Collection[int]) -> datetime | None:
    """When the oldest of what is still owed on these clients was opened; None when nothing is."""
    statement = select(func.min(Obligation.opened_at)).where(
        Obligation.state == "open", col(Obligation.client_id).in_(client_ids)
    )
    return session.exec(statement).one()


def touched_by(session: Session, seq: int) -> tuple[list[Obligation], list[Obligation]]:
    """What one event opened, and what it stopped."""
    opened = list(session.exec(select(Obligation).where(Obligation.opened_by == seq)))
    stopped = list(session.exec(select(Obligation).where(Obligation.stopped_by == seq)))
    return opened, stopped


def due(session: Session, now: datetime, limit: int) -> list[Obligation]:
    """What the engine must look at by `now`, the earliest first. Reads only what is due."""
    statement = (
        select(Obligation)
        .where(col(Obligation.next_at) <= now)
        .order_by(col(Obligation.next_at), col(Obligation.id))
        .limit(limit)
    )
    return list(session.exec(statement))


def next_at(session: Session) -> datetime | None:
    """The earliest moment at which any obligation must be looked at."""
    return session.exec(select(func.min(Obligation.next_at)).where(col(Obligation.next_at).is_not(None))).one()


def steps(session: Session, obligation_id: int) -> dict[int, str]:
    """The claimed steps of an obligation and what became of each."""
    session.flush()
    rows = session.connection().execute(_STEPS, {"obligation_id": obligation_id})
    return {row.step: row.outcome for row in rows}


def claim(session: Session, obligation_id: int, step: int, now: datetime, outcome: str, outbox_key: str = "") -> None:
    """Claims a step for good; a second claim fails the transaction by the primary key."""
    session.add(Step(obligation_id=obligation_id, step=step, at=now, outcome=outcome, outbox_key=outbox_key))


def dated_until(session: Session, until: datetime, without: Collection[str]) -> list[Obligation]:
    """Open obligations due before `until`, leaving some policies out, the earliest first."""
    statement = (
        select(Obligation)
        .where(
            Obligation.state == "open",
            col(Obligation.due_at) < until,
            col(Obligation.policy).not_in(without),
            col(Obligation.owner_id).is_not(None),
        )
        .order_by(col(Obligation.due_at), col(Obligation.id))
    )
    return list(session.exec(statement))


def interventions(session: Session, owner_ids: Collection[int], since: datetime) -> list[tuple[Obligation, int]]:
    """Obligations alerted since a moment and stopped, with the seconds it took."""
    statement = select(Obligation).where(
        col(Obligation.alerted_at) >= since,
        col(Obligation.intervention).is_not(None),
        col(Obligation.owner_id).in_(owner_ids),
    )
    return [(row, row.intervention) for row in session.exec(statement) if row.intervention is not None]
