"""One person who was recorded twice becomes one: an unknown sender turns out to be somebody of the roster."""

from __future__ import annotations

from sqlalchemy import Column, delete, select, update
from sqlmodel import Session, SQLModel, col

from storage import people
from storage.tables import DailyReport, Member, Obligation, Person

# Identities are bound anew, memberships and reports may meet their own kind, and history is never edited.
_APART = {"identity", "member", "dailyreport", "event"}


def _columns() -> list[Column[int]]:
    """Every column that names a person, but for those that need care."""
    return [
        column
        for table in SQLModel.metadata.sorted_tables
        if table.name not in _APART
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys)
    ]


def join_people(session: Session, stranger: Person, person: Person) -> None:
    """Gives all that `stranger` made, owes or is called to `person`, and takes the stranger off the roster.

    A daily report of a day for which `person` has one already stays with the stranger.
    """
    old, new = stranger.id, person.id
    assert old is not None
    assert new is not None
    connection = session.connection()
    for identity in people.identities(session, old):
        identity.person_id = new
        session.add(identity)
    for column in _columns():
        connection.execute(update(column.table).where(column == old).values({column.name: new}))
    groups = select(col(Member.chat_id)).where(col(Member.person_id) == new)
    connection.execute(delete(Member).where(col(Member.person_id) == old, col(Member.chat_id).in_(groups)))
    connection.execute(update(Member).where(col(Member.person_id) == old).values(person_id=new))
    days = select(col(DailyReport.day)).where(col(DailyReport.person_id) == new)
    connection.execute(
        update(DailyReport)
        .where(col(DailyReport.person_id) == old, col(DailyReport.day).not_in(days))
        .values(person_id=new)
    )
    _owed_reports(session, old, new)
    stranger.active = False
    stranger.supervisor_id = None
    session.add(stranger)
    session.flush()
    session.expire_all()


def _owed_reports(session: Session, old: int, new: int) -> None:
    """The clocks of a daily report are kept by person and day: they go over, or end where the day has one."""
    statement = select(Obligation).where(
        col(Obligation.subject).like(f"report:{old}:%"), col(Obligation.owner_id).in_((old, new))
    )
    for row in session.execute(statement).scalars():
        subject = f"report:{new}:{row.subject.rpartition(':')[2]}"
        taken = select(col(Obligation.id)).where(
            col(Obligation.policy) == row.policy,
            col(Obligation.subject) == subject,
            col(Obligation.epoch) == row.epoch,
        )
        if session.execute(taken).first() is None:
            row.subject = subject
        else:
            row.state, row.next_at = "void", None
        session.add(row)
