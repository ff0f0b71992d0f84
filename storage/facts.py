"""Questions asked of the facts: commitments, contacts, leads, reports and what is being asked of whom.

Facts are written by the handlers as rows of storage.tables; here is how they are found again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import bindparam, func, insert
from sqlmodel import Session, SQLModel, col, select

from storage.columns import Moment
from storage.prepared import Prepared, adopt
from storage.tables import Absence, Client, Commitment, Contact, DailyReport, Lead, Question, ReportVersion

_UNDATED_LIKE = Prepared(
    select(col(Commitment.number))
    .where(
        Commitment.owner_id == bindparam("owner_id"),
        Commitment.state == "open",
        col(Commitment.due_at).is_(None),
        Commitment.matter == bindparam("matter"),
    )
    .order_by(col(Commitment.number).desc())
)
_OWED_BETWEEN = Prepared(
    select(col(Commitment.number), col(Commitment.matter), col(Commitment.due_at))
    .where(
        Commitment.owner_id == bindparam("owner_id"),
        Commitment.state == "open",
        col(Commitment.due_at).between(bindparam("first", type_=Moment), bindparam("last", type_=Moment)),
    )
    .order_by(col(Commitment.due_at), col(Commitment.number))
)


def _adding(row: type[SQLModel]) -> tuple[Prepared, Sequence[str]]:
    # Their numbers are drawn beforehand.
    statement = insert(row)
    return Prepared(statement), [column.name for column in statement.table.c]


_ADD = {row: _adding(row) for row in (Commitment, Contact, Lead, DailyReport, Absence)}


def add(session: Session, row: Commitment | Contact | Lead | DailyReport | Absence) -> None:
    """Stores a new fact; the row is the session's from then on, like one that was read."""
    # The session's own way to the same statement takes a multiple of the time.
    statement, names = _ADD[type(row)]
    statement.change(session, {name: getattr(row, name) for name in names})
    adopt(session, row)


def commitments(
    session: Session,
    owner_ids: Collection[int],
    *,
    client_id: int | None = None,
    due_before: datetime | None = None,
) -> list[Commitment]:
    """Open commitments of these owners, the earliest due first, undated ones last."""
    statement = select(Commitment).where(Commitment.state == "open", col(Commitment.owner_id).in_(owner_ids))
    if client_id is not None:
        statement = statement.where(Commitment.client_id == client_id)
    if due_before is not None:
        statement = statement.where(col(Commitment.due_at) < due_before)
    order = (col(Commitment.due_at).is_(None), col(Commitment.due_at), col(Commitment.number))
    return list(session.exec(statement.order_by(*order)))


def open_of_client(session: Session, client_id: int) -> list[Commitment]:
    """All open commitments to a client, the earliest due first."""
    statement = select(Commitment).where(Commitment.state == "open", Commitment.client_id == client_id)
    order = (col(Commitment.due_at).is_(None), col(Commitment.due_at), col(Commitment.number))
    return list(session.exec(statement.order_by(*order)))


def all_of_client(session: Session, client_id: int, owner_ids: Collection[int]) -> list[Commitment]:
    """All commitments of these owners to a client, those taken back left out."""
    statement = select(Commitment).where(
        Commitment.client_id == client_id,
        Commitment.state != "withdrawn",
        col(Commitment.owner_id).in_(owner_ids),
    )
    return list(session.exec(statement.order_by(col(Commitment.number))))


def closed_between(
    session: Session,
    since: datetime,
    until: datetime,
    *,
    owner_id: int | None = None,
    chat_id: int | None = None,
) -> list[Commitment]:
    """Commitments kept in [since, until)."""
    statement = select(Commitment).where(
        Commitment.state == "done", col(Commitment.closed_at) >= since, col(Commitment.closed_at) < until
    )
    if owner_id is not None:
        statement = statement.where(Commitment.owner_id == owner_id)
    if chat_id is not None:
        statement = statement.where(Commitment.chat_id == chat_id)
    return list(session.exec(statement.order_by(col(Commitment.number))))


def made_between(session: Session, since: datetime, until: datetime, chat_id: int) -> list[Commitment]:
    """Commitments made in a group in [since, until), those taken back left out."""
    statement = select(Commitment).where(
        Commitment.chat_id == chat_id,
        Commitment.state != "withdrawn",
        col(Commitment.made_at) >= since,
        col(Commitment.made_at) < until,
    )
    return list(session.exec(statement.order_by(col(Commitment.number))))


def due_between(
    session: Session,
    since: datetime,
    until: datetime,
    *,
    chat_id: int | None = None,
    owner_ids: Collection[int] | None = None,
) -> list[Commitment]:
    """Commitments still open whose date lies in [since, until)."""
    statement = select(Commitment).where(
        Commitment.state == "open", col(Commitment.due_at) >= since, col(Commitment.due_at) < until
    )
    if chat_id is not None:
        statement = statement.where(Commitment.chat_id == chat_id)
    if owner_ids is not None:
        statement = statement.where(col(Commitment.owner_id).in_(owner_ids))
    return list(session.exec(statement.order_by(col(Commitment.due_at), col(Commitment.number))))


def undated_like(session: Session, owner_id: int, matter: str) -> Commitment | None:
    """The owner's promise of the same words that still waits for a date: sent again, it is completed, not doubled."""
    number = _UNDATED_LIKE.value(session, {"owner_id": owner_id, "matter": matter})
    return session.get(Commitment, number) if number is not None else None


def owed_between(session: Session, owner_id: int, first: datetime, last: datetime) -> list[tuple[int, str, datetime]]:
    """The owner's open commitments due from `first` to `last`, both included: number, matter and date, by date."""
    rows = _OWED_BETWEEN.rows(session, {"owner_id": owner_id, "first": first, "last": last})
    return [(number, matter, due_at) for number, matter, due_at in rows]


def contacts(
    session: Session,
    client_id: int,
    *,
    person_ids: Collection[int] | None = None,
    limit: int = 50,
) -> list[Contact]:
    """Contacts with a client, the newest first."""
    statement = select(Contact).where(Contact.client_id == client_id, Contact.state == "ok")
    if person_ids is not None:
        statement = statement.where(col(Contact.person_id).in_(person_ids))
    return list(session.exec(statement.order_by(col(Contact.at).desc(), col(Contact.number).desc()).limit(limit)))


def clients_of(session: Session, owner_id: int, limit: int) -> list[tuple[str, datetime | None]]:
    """The clients of one owner and when each was last contacted by anybody, those silent for the longest first."""
    last = (
        select(func.max(Contact.at))
        .where(Contact.client_id == Client.id, Contact.state == "ok")
        .correlate(Client)
        .scalar_subquery()
    )
    statement = (
        select(Client.name, last)
        .where(Client.owner_id == owner_id, col(Client.merged_into).is_(None))
        .order_by(last.is_not(None), last, col(Client.id))
        .limit(limit)
    )
    return [(name, at) for name, at in session.exec(statement)]


def count_clients(session: Session, owner_id: int) -> int:
    """How many clients somebody owns."""
    statement = select(func.count()).where(Client.owner_id == owner_id, col(Client.merged_into).is_(None))
    return session.exec(statement).one()


def contacts_of(session: Session, person_id: int, since: datetime, until: datetime) -> list[Contact]:
    """One person's contacts in [since, until), the oldest first."""
    statement = select(Contact).where(
        Contact.person_id == person_id,
        Contact.state == "ok",
        col(Contact.at) >= since,
        col(Contact.at) < until,
    )
    return list(session.exec(statement.order_by(col(Contact.at), col(Contact.number))))


def contacts_with(session: Session, client_ids: Collection[int], since: datetime) -> list[Contact]:
    """Contacts with any of these clients since a moment, the oldest first."""
    statement = select(Contact).where(
        col(Contact.client_id).in_(client_ids), Contact.state == "ok", col(Contact.at) >= since
    )
    return list(session.exec(statement.order_by(col(Contact.at), col(Contact.number))))


def leads_of_client(session: Session, client_id: int) -> list[Lead]:
    """Open leads of a client, the newest first."""
    statement = select(Lead).where(Lead.client_id == client_id, Lead.state == "open")
    return list(session.exec(statement.order_by(col(Lead.number).desc())))


def lead_with_phone(session: Session, phone: str) -> Lead | None:
    """An open lead with this phone number."""
    if not phone:
        return None
    return session.exec(select(Lead).where(Lead.phone == phone, Lead.state == "open")).first()


def report(session: Session, person_id: int, day: date) -> DailyReport | None:
    """One person's report of a day, draft or sent."""
    return session.exec(select(DailyReport).where(DailyReport.person_id == person_id, DailyReport.day == day)).first()


def report_words(session: Session, row: DailyReport, version: int | None = None) -> ReportVersion | None:
    """What a report says: its present version, or the one asked for (0 is the draft)."""
    wanted = row.version if version is None else version
    statement = select(ReportVersion).where(ReportVersion.number == row.number, ReportVersion.version == wanted)
    return session.exec(statement).first()


def reports_in(session: Session, day: date) -> dict[int, DailyReport]:
    """The reports of a day that were sent, by person."""
    rows = session.exec(select(DailyReport).where(DailyReport.day == day, DailyReport.state == "in"))
    return {row.person_id: row for row in rows}


def reports_of(session: Session, person_ids: Collection[int], since: date) -> list[tuple[DailyReport, ReportVersion]]:
    """Sent reports since a day with their present words, the newest first."""
    statement = (
        select(DailyReport, ReportVersion)
        .where(
            DailyReport.number == ReportVersion.number,
            DailyReport.version == ReportVersion.version,
            DailyReport.state == "in",
            col(DailyReport.day) >= since,
            col(DailyReport.person_id).in_(person_ids),
        )
        .order_by(col(DailyReport.day).desc(), col(DailyReport.number).desc())
    )
    return list(session.exec(statement))


def absences(session: Session, person_id: int, from_day: date) -> list[Absence]:
    """Leave and travel that ends on or after a day."""
    statement = select(Absence).where(
        Absence.person_id == person_id, Absence.state == "ok", col(Absence.last_day) >= from_day
    )
    return list(session.exec(statement.order_by(col(Absence.first_day))))


def away(session: Session, person_ids: Collection[int], first: date, last: date | None) -> list[Absence]:
    """Absences of these people that touch the days from `first` to `last` (None: whenever), the earliest first."""
    statement = select(Absence).where(
        col(Absence.person_id).in_(person_ids), Absence.state == "ok", col(Absence.last_day) >= first
    )
    if last is not None:
        statement = statement.where(col(Absence.first_day) <= last)
    return list(session.exec(statement.order_by(col(Absence.first_day), col(Absence.number))))


def ask(
    session: Session,
    *,
    person_id: int,
    lane: str,
    kind: str,
    payload: dict[str, object],
    now: datetime,
    expires_at: datetime,
    inbox_id: int | None,
) -> None:
    """Puts a question to one person in one chat; an older one there can no longer be answered by a bare word."""
    session.add(
        Question(
            person_id=person_id,
            lane=lane,
            kind=kind,
            payload=payload,
            asked_at=now,
            expires_at=expires_at,
            inbox_id=inbox_id,
        )
    )


def asked(session: Session, person_id: int, lane: str, now: datetime) -> Question | None:
    """What this person was last asked in this chat, if that is still open."""
    statement = select(Question).where(Question.person_id == person_id, Question.lane == lane)
    last = session.exec(statement.order_by(col(Question.id).desc()).limit(1)).first()
    return last if last is not None and last.answered_at is None and last.expires_at > now else None


def unanswered(session: Session, person_id: int, kind: str, since: datetime, until: datetime) -> list[Question]:
    """The questions of a kind asked of a person in [since, until) that were passed over, the oldest first."""
    statement = select(Question).where(
        Question.person_id == person_id,
        Question.kind == kind,
        col(Question.answered_at).is_(None),
        col(Question.asked_at) >= since,
        col(Question.asked_at) < until,
    )
    return list(session.exec(statement.order_by(col(Question.id))))


def count_contacts(session: Session, client_id: int) -> int:
    """How often a client was contacted."""
    statement = select(func.count()).where(Contact.client_id == client_id, Contact.state == "ok")
    return session.exec(statement).one()
