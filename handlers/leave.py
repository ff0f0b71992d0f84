"""Days on which somebody is not to be nudged: `请假 周三`, `出差 周一至周三`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.language.deadline import DaySpan, read_days
from handlers.talk import Answer, Talk
from storage import facts, people
from storage.tables import Absence, Person

_MOST = 20


def leave(talk: Talk, rest: str, kind: str) -> Answer:
    """Stores leave or travel for the days named; asks when none is."""
    span = read_days(rest, talk.now, talk.calendar) if rest else None
    if span is None or span.issue is not None:
        talk.ask("leave", {"kind": kind})
        return Answer("leave_which_days", {"kind": kind, "issue": span.issue if span else "none"}, kind="question")
    return store(talk, span, kind)


def offer(talk: Talk, words: str, kind: str) -> Answer:
    """Asks whether leave or travel is to be stored for the days that free words name; for which days, if for none."""
    span = read_days(words, talk.now, talk.calendar)
    if span.issue is not None:
        return leave(talk, words, kind)
    talk.ask("leave", {"kind": kind, "words": words})
    told = {"kind": kind, "first": span.first, "last": span.last, "now": talk.now}
    return Answer("leave_offered", told, kind="question")


def away(talk: Talk, words: str) -> Answer:
    """`明天谁请假`: who of those one may see is away on the days named, or from today on."""
    seen = people.visible(talk.session, talk.me)
    span = read_days(words, talk.now, talk.calendar)
    named = span.issue is None
    rows = facts.away(talk.session, seen, span.first, span.last if named else None)
    days = {"first": span.first, "last": span.last} if named else {"first": None, "last": None}
    return Answer(
        "absence_list", {"whose": "", "items": _items(talk, rows), "own": len(seen) == 1, "now": talk.now} | days
    )


def of_person(talk: Talk, name: str) -> Answer | None:
    """`马骏什么时候回来`: when oneself or somebody below is away from today on; None when nobody is called so."""
    person = talk.person_seen(name)
    if not isinstance(person, Person):
        return person
    assert person.id is not None
    rows = facts.away(talk.session, [person.id], talk.today, None)
    told = {"whose": person.name, "items": _items(talk, rows), "own": False, "first": None, "last": None}
    return Answer("absence_list", told | {"now": talk.now})


def _items(talk: Talk, rows: Sequence[Absence]) -> list[dict[str, Any]]:
    return [
        {"who": talk.name_of(row.person_id), "kind": row.kind, "first": row.first_day, "last": row.last_day}
        for row in rows[:_MOST]
    ]


def store(talk: Talk, span: DaySpan, kind: str) -> Answer:
    """Stores an absence and says until when nobody nudges; the same days again are the same record.

    Only whole days are kept: hours that were named stand in the note, and the answer says so.
    """
    known = facts.absences(talk.session, talk.my_id, span.first)
    same = [row for row in known if (row.kind, row.first_day, row.last_day) == (kind, span.first, span.last)]
    row = same[0] if same else _add(talk, span, kind)
    told = {"number": row.number, "kind": kind, "first": row.first_day, "last": row.last_day, "now": talk.now}
    return Answer("leave_recorded", told | {"known": bool(same), "hours": span.hours}, about=[row.number])


def _add(talk: Talk, span: DaySpan, kind: str) -> Absence:
    return talk.add(
        Absence(
            number=talk.number("absence"),
            person_id=talk.my_id,
            kind=kind,
            first_day=span.first,
            last_day=span.last,
            note=f"{span.hours} {span.rest}".strip(),
            made_at=talk.now,
        ),
        "absence.made",
    )
