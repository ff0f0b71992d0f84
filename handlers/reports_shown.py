"""What a daily report says to its reader: its lines, its counts, and the facts of its PDF."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from handlers.talk import Talk
from prompts import CHANNELS
from storage import events, facts, people
from storage.tables import Commitment, DailyReport, Person, ReportVersion

_MORNING = time(10)
_NUMBER = re.compile(r"(?<!\w)#(\d{1,9})(?!\d)")
_SECTIONS = ("done", "plan", "problems", "help")


def report_day(talk: Talk) -> date:
    """The working day a report belongs to: before 10:00 the one before, on a day off the last one."""
    today = talk.today
    if not talk.calendar.is_workday(today):
        return talk.calendar.workday_on_or_before(today)
    if talk.calendar.local(talk.now).time() < _MORNING:
        return talk.calendar.previous_workday(today)
    return today


def bounds(talk: Talk, day: date) -> tuple[datetime, datetime]:
    """The first moment of a day in the team's zone, and the first of the next."""
    return talk.calendar.at(day, time(0)), talk.calendar.at(day + timedelta(days=1), time(0))


def named(talk: Talk, words: ReportVersion) -> list[int]:
    """The commitments that the lines of a report speak of by number."""
    numbers = (int(found) for line in (*words.done, *words.plan) for found in _NUMBER.findall(line))
    return [number for number in numbers if events.kind_of(talk.session, number) == "commitment"]


def commitment(talk: Talk, row: Commitment) -> dict[str, Any]:
    """A commitment as the person who speaks may read it, its due time in the team's zone."""
    due = talk.local(row.due_at)
    return {
        "number": row.number,
        "matter": talk.safe(row.matter, row.owner_id),
        "client": talk.client_name(row.client_id),
        "due": due,
        "overdue": due is not None and due < talk.now,
    }


def counts(talk: Talk, person_id: int, day: date) -> dict[str, int]:
    """How many visits, other contacts and kept commitments a person's day had, and how many are open now."""
    since, until = bounds(talk, day)
    rows = facts.contacts_of(talk.session, person_id, since, until)
    visits = sum(row.channel == "visit" for row in rows)
    return {
        "visits": visits,
        "contacts": len(rows) - visits,
        "kept": len(facts.closed_between(talk.session, since, until, owner_id=person_id)),
        "open": len(facts.commitments(talk.session, [person_id])),
    }


def unrecorded(talk: Talk, day: date) -> list[dict[str, str]]:
    """The day's contacts of the person who speaks that were not recorded, since nobody said which client they were.

    Those sent again and recorded since are left out.
    """
    since, until = bounds(talk, day)
    recorded = {row.text for row in facts.contacts_of(talk.session, talk.my_id, since, until)}
    asked = (
        question.payload["contact"] for question in facts.unanswered(talk.session, talk.my_id, "contact", since, until)
    )
    left = {contact["body"]: contact["channel"] for contact in asked if contact["body"] not in recorded}
    return [{"channel": CHANNELS[channel], "text": talk.safe(body, talk.my_id)} for body, channel in left.items()]


def told(
    talk: Talk, person: Person, row: DailyReport, words: ReportVersion, *, for_other: bool = False
) -> dict[str, Any]:
    """A version of a report as its author may read it here, or with phone numbers masked `for_other`."""
    viewer = None if for_other else person.id
    sections = {name: [talk.safe(line, viewer) for line in getattr(words, name)] for name in _SECTIONS}
    return {
        **sections,
        "number": row.number,
        "person": person.name,
        "day": row.day,
        "version": row.version,
        "today": talk.today,
        "counts": counts(talk, row.person_id, row.day),
        "clients": [name for key in words.client_ids if (name := talk.client_name(key))],
        "now": talk.now,
    }


def document(talk: Talk, row: DailyReport, words: ReportVersion) -> dict[str, Any]:
    """The facts of the PDF, as JSON; it goes to somebody else, so phone numbers are masked."""
    since, until = bounds(talk, row.day)
    counted = counts(talk, row.person_id, row.day)
    superior = next(iter(people.above(talk.session, talk.me)), None)
    weekday = "一二三四五六日"[row.day.weekday()]
    local = talk.calendar.local(talk.now)
    open_rows = facts.commitments(talk.session, [row.person_id])[:12]
    kept = facts.closed_between(talk.session, since, until, owner_id=row.person_id)

    def shown(item: Commitment, state: str) -> dict[str, Any]:
        due = talk.local(item.due_at)
        written = f"{due.month}月{due.day}日 周{'一二三四五六日'[due.weekday()]} {due:%H:%M}" if due else "未定日期"
        return {
            "number": item.number,
            "client": talk.client_name(item.client_id) or "",
            "matter": talk.safe(item.matter, None),
            "due": written,
            "state": state,
        }

    return {
        "person": talk.me.name,
        "department": talk.me.department,
        "region": talk.me.region,
        "supervisor": superior.name if superior else "",
        "day": row.day.isoformat(),
        "weekday": f"周{weekday}",
        "version": row.version,
        "submitted": f"{local.month}月{local.day}日 周{'一二三四五六日'[local.weekday()]} {local:%H:%M}",
        "counts": [
            {"label": "拜访", "value": counted["visits"]},
            {"label": "联系", "value": counted["contacts"]},
            {"label": "兑现承诺", "value": counted["kept"]},
            {"label": "未结承诺", "value": counted["open"]},
        ],
        **{name: [talk.safe(line, None) for line in getattr(words, name)] for name in _SECTIONS},
        "commitments": [shown(item, "done") for item in kept]
        + [shown(item, "overdue" if item.due_at and item.due_at < talk.now else "open") for item in open_rows],
        "contacts": [
            {
                "number": item.number,
                "client": talk.client_name(item.client_id) or "",
                "channel": CHANNELS[item.channel],
                "text": talk.safe(item.text, None),
                "time": f"{talk.calendar.local(item.at):%H:%M}",
            }
            for item in facts.contacts_of(talk.session, row.person_id, since, until)
        ],
    }
