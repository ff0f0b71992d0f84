"""What is kept of one person, and taking it away: the business facts stay, whose they were does not show any more.

Erased: names and ids of the platforms, the phone number, everything the person wrote or was told, word for word, what
they sent with it, and what the history holds of their acts. Kept under a stand-in: contacts, promises, leads and
reports as facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, null, or_, update
from sqlmodel import Session, col, select

from storage import events, media
from storage.tables import (
    Absence,
    Alias,
    Commitment,
    Contact,
    DailyReport,
    Event,
    Identity,
    Inbox,
    Lane,
    Lead,
    Member,
    Outbox,
    Person,
    Question,
    ReportVersion,
)

_OVER = ("done", "sent", "dead")
_BATCH = 500


class StillInUse(Exception):
    """Something open hangs on this person; `waiting` says what, and how many of each."""

    def __init__(self, waiting: dict[str, int]) -> None:
        super().__init__("something open hangs on this person")
        self.waiting = waiting


def held(session: Session, person_id: int) -> dict[str, int]:
    """How many rows of each kind the database keeps of a person; only kinds with any."""
    counted = {
        "identity": _count(session, Identity, Identity.person_id == person_id),
        "message": _count(session, Inbox, _sent_by(session, person_id)),
        "told": _count(session, Outbox, Outbox.person_id == person_id),
        "event": _count(session, Event, Event.actor_id == person_id, col(Event.payload).is_not(None)),
        "contact": _count(session, Contact, Contact.person_id == person_id),
        "commitment": _count(session, Commitment, _promised(person_id)),
        "lead": _count(session, Lead, or_(col(Lead.owner_id) == person_id, col(Lead.giver_id) == person_id)),
        "report": _count(session, DailyReport, DailyReport.person_id == person_id),
        "absence": _count(session, Absence, Absence.person_id == person_id),
        "alias": _count(session, Alias, Alias.taught_by == person_id),
        "media": media.count_of(session, person_id),
    }
    return {kind: count for kind, count in counted.items() if count}


def erase(session: Session, person_id: int, now: datetime) -> str:
    """Takes away what is kept of a person and returns the stand-in for the name; running it twice changes nothing.

    The chain of the history stays verifiable. Raises NoResultFound for nobody and StillInUse while the person owns
    open promises or leads, or messages of theirs are still under way.
    """
    person = session.get_one(Person, person_id)
    waiting = _waiting(session, person_id)
    if waiting:
        raise StillInUse(waiting)
    stand_in = f"已删除的成员{person_id}"
    if person.name == stand_in:
        return stand_in
    connection = session.connection()
    run = connection.execute
    name = person.name
    ids = {row.user_id for row in session.exec(select(Identity).where(Identity.person_id == person_id))}
    run(update(Inbox).where(_sent_by(session, person_id)).values(payload={}, error=""))
    mine = col(Outbox.person_id) == person_id
    run(delete(Lane).where(col(Lane.lane).in_(select(Outbox.lane).where(mine))))
    gone = f"erased:{person_id}"
    run(
        update(Outbox)
        .where(mine)
        .values(text="", tones=[], actions=[], files=[], reply_url=None, target_id=gone, lane=gone)
    )
    run(update(Event).where(col(Event.actor_id) == person_id).values(payload=null()))
    run(update(Commitment).where(_promised(person_id)).values(text=""))
    run(update(Lead).where(or_(col(Lead.owner_id) == person_id, col(Lead.giver_id) == person_id)).values(text=""))
    run(update(Absence).where(col(Absence.person_id) == person_id).values(note=""))
    media.erase(session, person_id)
    for contact in session.exec(select(Contact).where(Contact.person_id == person_id)):
        contact.attachments = _bare(contact.attachments)
    for promise in session.exec(select(Commitment).where(Commitment.owner_id == person_id)):
        promise.proof = _bare(promise.proof)
    session.flush()
    reports = select(DailyReport.number).where(DailyReport.person_id == person_id)
    run(update(ReportVersion).where(col(ReportVersion.number).in_(reports)).values(text=""))
    run(delete(Question).where(col(Question.person_id) == person_id))
    run(delete(Member).where(col(Member.person_id) == person_id))
    run(delete(Identity).where(col(Identity.person_id) == person_id))
    session.expire_all()
    _take_out(session, _Swap(name, stand_in, frozenset(ids)))
    person.name, person.phone = stand_in, ""
    person.joined = None
    person.active = person.known = False
    session.add(person)
    events.append(session, now, "person.erased", f"person:{person_id}")
    return stand_in


def _bare(attachments: list[dict[str, str]]) -> list[dict[str, str]]:
    """That there were attachments of these kinds, and nothing else of them."""
    return [{"kind": item["kind"]} for item in attachments]


@dataclass(frozen=True, slots=True)
class _Swap:
    """Takes a person out of a value as JSON has it: the name wherever it stands, an id where it is a whole value."""

    name: str
    stand_in: str
    ids: frozenset[str]

    def of(self, value: Any) -> Any:
        if isinstance(value, str):
            if value in self.ids:
                return ""
            # A single character would change other words.
            return value.replace(self.name, self.stand_in) if len(self.name) > 1 else value
        if isinstance(value, list):
            return [self.of(item) for item in value]
        if isinstance(value, dict):
            return {key: self.of(item) for key, item in value.items()}
        return value


def _take_out(session: Session, swap: _Swap) -> None:
    """Takes a person out of what others wrote and were told, and of the history of what others did."""
    over = col(Inbox.state).in_(_OVER)
    for letter in session.exec(select(Inbox).where(over).execution_options(yield_per=_BATCH)):
        letter.payload = swap.of(letter.payload)
        if letter.lane.rpartition(":")[2] in swap.ids:
            letter.lane = f"{letter.platform}:erased"
    session.flush()
    for row in session.exec(select(Outbox).execution_options(yield_per=_BATCH)):
        row.text, row.actions, row.files = swap.of(row.text), swap.of(row.actions), swap.of(row.files)
    session.flush()
    kept = col(Event.payload).is_not(None)
    for event in session.exec(select(Event).where(kept).execution_options(yield_per=_BATCH)):
        # A changed payload would not fit its digest: it goes as a whole.
        if swap.of(event.payload) != event.payload:
            session.connection().execute(update(Event).where(col(Event.seq) == event.seq).values(payload=null()))


def _count(session: Session, table: Any, *conditions: Any) -> int:
    return session.exec(select(func.count()).select_from(table).where(*conditions)).one()


def _promised(person_id: int) -> Any:
    return or_(col(Commitment.owner_id) == person_id, col(Commitment.giver_id) == person_id)


def _sent_by(session: Session, person_id: int) -> Any:
    """The messages under one of a person's platform ids."""
    identities = session.exec(select(Identity).where(Identity.person_id == person_id)).all()
    sender = col(Inbox.payload)["user_id"].as_string()
    theirs = [(col(Inbox.platform) == row.platform) & (sender == row.user_id) for row in identities]
    return or_(*theirs) if theirs else col(Inbox.id).is_(None)


def _waiting(session: Session, person_id: int) -> dict[str, int]:
    open_promises = (Commitment.owner_id == person_id, Commitment.state == "open")
    counted = {
        "commitment": _count(session, Commitment, *open_promises),
        "lead": _count(session, Lead, Lead.owner_id == person_id, Lead.state == "open"),
        "message": _count(session, Inbox, _sent_by(session, person_id), col(Inbox.state).not_in(_OVER))
        + _count(session, Outbox, Outbox.person_id == person_id, col(Outbox.state).not_in(_OVER)),
    }
    return {kind: count for kind, count in counted.items() if count}
