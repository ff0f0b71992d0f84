"""Messages over many people's obligations: morning list, evening summary, the count of reports.

A group hears counts and matters, never who is late. Each composer returns its messages; nothing is said when there
is nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session

from bot.calendar import Calendar
from scheduler import context
from scheduler.policy import Policy
from storage import facts, obligations, people
from storage.tables import Commitment, Obligation, Person


@dataclass(frozen=True, slots=True)
class Digest:
    """One composed message: to a person or to a group, by a template with its facts."""

    kind: str
    template: str
    facts: dict[str, Any]
    person_id: int | None = None
    chat_id: int | None = None
    about: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a composer works on: a day in the team's zone, and the policies known."""

    session: Session
    calendar: Calendar
    policies: dict[str, Policy]
    policy: Policy
    day: date
    now: datetime

    @property
    def opening(self) -> datetime:
        """The first moment of the day."""
        return self.calendar.at(self.day, time(0))

    @property
    def ending(self) -> datetime:
        """The first moment of the next day."""
        return self.calendar.at(self.day + timedelta(days=1), time(0))


def _numbers(rows: list[Any]) -> list[int]:
    return [row["number"] for row in rows if row["number"] is not None]


def _reports(scope: Scope, person_ids: list[int]) -> tuple[int, list[Person]]:
    """How many of these people's reports of the day are in, and whose are missing."""
    submitted = facts.reports_in(scope.session, scope.day)
    owing = [person for person in people.reps(scope.session, scope.day) if person.id in person_ids]
    missing = [person for person in owing if person.id not in submitted]
    return len(owing) - len(missing), missing


def _matter(scope: Scope, row: Commitment) -> dict[str, Any]:
    owner = scope.session.get(Person, row.owner_id)
    return {
        "number": row.number,
        "matter": row.matter,
        "owner": owner.name if owner else "",
        "due": scope.calendar.local(row.due_at) if row.due_at else None,
    }


def _open_today(scope: Scope) -> list[tuple[Obligation, dict[str, Any]]]:
    daily = [policy.name for policy in scope.policies.values() if policy.daily]
    found: list[tuple[Obligation, dict[str, Any]]] = []
    for row in obligations.dated_until(scope.session, scope.ending, daily):
        policy = scope.policies.get(row.policy)
        described = policy and context.describe(scope.session, row, policy, scope.calendar, scope.now)
        if described:
            found.append((row, described | {"overdue": row.due_at <= scope.now}))
    return found


def morning_people(scope: Scope) -> list[Digest]:
    """To each person present with something dated today or earlier: one private list."""
    away = people.away_on(scope.session, scope.day)
    lists: dict[int, list[dict[str, Any]]] = {}
    for row, item in _open_today(scope):
        if row.owner_id is not None and row.owner_id not in away:
            lists.setdefault(row.owner_id, []).append(item)
    return [
        Digest(
            "digest",
            "digest_morning_person",
            {"day": scope.day, "items": items},
            person_id=owner_id,
            about=list(dict.fromkeys(_numbers(items))),
        )
        for owner_id, items in lists.items()
    ]


def morning_groups(scope: Scope) -> list[Digest]:
    """To each group with commitments made in it and dated today or earlier: one summary, no names."""
    lists: dict[int, list[dict[str, Any]]] = {}
    for row, item in _open_today(scope):
        listed = lists.setdefault(row.chat_id, []) if row.chat_id is not None and item["kind"] == "commitment" else None
        # Several clocks may run on one promise.
        if listed is not None and all(item["number"] != other["number"] for other in listed):
            listed.append(item)
    return [
        Digest(
            "digest",
            "digest_morning_group",
            {"day": scope.day, "items": items},
            chat_id=chat_id,
            about=_numbers(items),
        )
        for chat_id, items in lists.items()
    ]


def evening_groups(scope: Scope) -> list[Digest]:
    """To each group: what was kept, missed and promised today, and how many reports are in."""
    digests: list[Digest] = []
    for chat in people.chats(scope.session):
        assert chat.id is not None
        kept = facts.closed_between(scope.session, scope.opening, scope.ending, chat_id=chat.id)
        due_by = min(scope.ending, scope.now)
        missed = facts.due_between(scope.session, scope.opening, due_by, chat_id=chat.id)
        new = facts.made_between(scope.session, scope.opening, scope.ending, chat.id)
        submitted, missing = _reports(scope, people.members(scope.session, chat.id))
        if not (kept or missed or new or submitted or missing):
            continue
        listed = {
            "kept": [_matter(scope, row) for row in kept],
            "missed": [_matter(scope, row) for row in missed],
            "new": [_matter(scope, row) for row in new],
        }
        digests.append(
            Digest(
                "digest",
                "digest_evening_group",
                listed | {"day": scope.day, "submitted": submitted, "owing": submitted + len(missing)},
                chat_id=chat.id,
                about=list(dict.fromkeys(number for rows in listed.values() for number in _numbers(rows))),
            )
        )
    return digests


def evening_supervisors(scope: Scope) -> list[Digest]:
    """To each supervisor present with any: what their people missed today, and whose report is missing."""
    away = people.away_on(scope.session, scope.day)
    teams: dict[int, list[int]] = {}
    for person in people.everybody(scope.session):
        if person.supervisor_id is not None and person.id is not None:
            teams.setdefault(person.supervisor_id, []).append(person.id)
    digests: list[Digest] = []
    for supervisor_id, team in sorted(teams.items()):
        due_by = min(scope.ending, scope.now)
        missed = facts.due_between(scope.session, scope.opening, due_by, owner_ids=team)
        _, missing = _reports(scope, team)
        if supervisor_id in away or not (missed or missing):
            continue
        items = [_matter(scope, row) for row in missed]
        digests.append(
            Digest(
                "digest",
                "digest_evening_supervisor",
                {"day": scope.day, "missed": items, "missing": [person.name for person in missing]},
                person_id=supervisor_id,
                about=_numbers(items),
            )
        )
    return digests


def report_groups(scope: Scope) -> list[Digest]:
    """To each group with reps who owe a report: how many are in and how many missing, never who."""
    digests: list[Digest] = []
    for chat in people.chats(scope.session):
        assert chat.id is not None
        submitted, missing = _reports(scope, people.members(scope.session, chat.id))
        if submitted or missing:
            counts = {"day": scope.day, "submitted": submitted, "missing": len(missing)}
            digests.append(Digest("alert", "report_count_group", counts, chat_id=chat.id))
    return digests


COMPOSERS: dict[tuple[str, str], Callable[[Scope], list[Digest]]] = {
    ("daily_report", "groups"): report_groups,
    ("digest_morning", "people"): morning_people,
    ("digest_morning", "groups"): morning_groups,
    ("digest_evening", "groups"): evening_groups,
    ("digest_evening", "supervisors"): evening_supervisors,
}
