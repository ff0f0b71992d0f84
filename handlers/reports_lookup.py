"""Daily reports looked up: who is missing, one person's, the team's."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from handlers import reports
from handlers import reports_shown as shown
from handlers.language.deadline import read_day
from handlers.language.text import fold
from handlers.language.titles import is_name
from handlers.talk import Answer, Talk
from storage import facts, people
from storage.tables import Person

_DAY = re.compile(
    r"(?:昨[天日]|前[天日]|今[天日]|上?个?(?:周|星期|礼拜)[一二三四五六日天]|(?:\d{4}[-/.年])?\d{1,2}[-/.月]\d{1,2}[日号]?|\d{1,2}[日号])?"
)
_WEEK = re.compile(r"(?<!上)([本这上])个?(?:周|星期|礼拜)(?![一二三四五六日天末])")
# Nobody looks for a name in a longer list.
_MOST_NAMES = 12


def missing(talk: Talk, words: str = "") -> Answer:
    """`谁没交日报`: a rep hears of the own one, a supervisor of everybody below; a group gets counts, no names.

    Of `本周` and `上周` it tells each working day so far.
    """
    week = _week_named(talk, words)
    seen = people.visible(talk.session, talk.me)
    told = {"alone": seen == [talk.my_id], "now": talk.now}
    if len(week) > 1:
        return Answer("report_missing_week", told | {"days": [_missing_on(talk, day, seen) for day in week]})
    day = (week[0] if week else _day_named(talk, words)) or shown.report_day(talk)
    return Answer("report_missing", told | _missing_on(talk, day, seen))


def _missing_on(talk: Talk, day: date, seen: Collection[int]) -> dict[str, Any]:
    """How many reports of a day by those who are `seen` are in and missing, and whose; in a group no names."""
    submitted = facts.reports_in(talk.session, day)
    owing = [person for person in people.reps(talk.session, day) if person.id in seen]
    late = [person.name for person in owing if person.id not in submitted]
    return {
        "day": day,
        "names": [] if talk.in_group and talk.me.role != "rep" else late,
        "missing": len(late),
        "submitted": len(owing) - len(late),
    }


def _week_named(talk: Talk, words: str) -> list[date]:
    """The working days of `本周` or `上周` whose reports may be asked for by now; none where no week is named."""
    found = _WEEK.search(fold(words))
    if found is None:
        return []
    monday = talk.today - timedelta(days=talk.today.weekday() + (7 if found[1] == "上" else 0))
    last = shown.report_day(talk)
    days = (monday + timedelta(days=number) for number in range(7))
    # On Monday morning none of this week's is due yet: the last one asked for.
    return [day for day in days if day <= last and talk.calendar.is_workday(day)] or [last]


def is_day(words: str) -> bool:
    """Are these words nothing, or nothing but a day?"""
    return _DAY.fullmatch(fold(words).strip(" 的。")) is not None


def _day_named(talk: Talk, words: str) -> date | None:
    """The working day that `昨天` and the like ask for: of a day off, the last one, to which its reports belong."""
    day = read_day(words, talk.now, talk.calendar)
    return talk.calendar.workday_on_or_before(day) if day is not None else None


def show(talk: Talk, rest: str) -> Answer | None:
    """`日报 张伟 昨天`: one person's report, one's own without a name; None when `rest` is neither name nor day."""
    words = rest.lstrip("@＠ ")
    names = sorted((name for name in talk.roster() if words.startswith(name)), key=len, reverse=True)
    if not names and words and is_day(words):
        return (
            reports.draft(talk)
            if _day_named(talk, words) == shown.report_day(talk)
            else show(talk, f"{talk.me.name} {words}")
        )
    person = talk.person(names[0]) if names else None
    if person is None or person.id is None:
        return None
    named_day = words[len(person.name) :].strip(" 的")
    day = _day_named(talk, named_day) if named_day else shown.report_day(talk)
    if day is None:
        return None
    return show_day(talk, person, day)


def of_nobody(talk: Talk, rest: str) -> Answer | None:
    """`日报 王五` by somebody who leads people, a name nobody has: whom one may ask about; None for any other words."""
    name, *behind = rest.lstrip("@＠ ").split(maxsplit=1)
    if not is_name(name) or not is_day("".join(behind)) or talk.person(name) is not None:
        return None
    below = people.below(talk.session, talk.my_id)
    if not below:
        return None
    told = {"name": name, "names": [talk.name_of(person_id) for person_id in below[:_MOST_NAMES]], "total": len(below)}
    return Answer("report_of_whom", told, kind="question")


def show_day(talk: Talk, person: Person, day: date) -> Answer:
    """One person's report of a day, to whoever may see it."""
    assert person.id is not None
    if not talk.sees(person.id):
        return Answer("not_below_you", {"name": person.name})
    row = facts.report(talk.session, person.id, day)
    version = facts.report_words(talk.session, row) if row is not None and row.state == "in" else None
    if row is None or version is None:
        return Answer("report_not_in", {"person": person.name, "day": day, "now": talk.now})
    told = shown.told(talk, person, row, version, for_other=person.id != talk.my_id)
    return Answer("report_shown", told, about=[row.number, *shown.named(talk, version)])


def summary(talk: Talk, rest: str) -> Answer:
    """`日报汇总`: the reports of a day of everybody the asker may see."""
    day = (_day_named(talk, rest) if rest else None) or shown.report_day(talk)
    submitted = facts.reports_in(talk.session, day)
    seen = people.visible(talk.session, talk.me)
    owing = [person for person in people.reps(talk.session, day) if person.id in seen]
    handed_in = []
    for person in owing:
        row = submitted.get(person.id or 0)
        words = facts.report_words(talk.session, row) if row is not None else None
        if row is not None and words is not None:
            handed_in.append(shown.told(talk, person, row, words, for_other=person.id != talk.my_id))
    told = {"day": day, "reports": handed_in, "missing": len(owing) - len(handed_in), "now": talk.now}
    return Answer("report_summary", told, about=[item["number"] for item in handed_in])
