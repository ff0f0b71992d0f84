"""Deadlines in short texts: one phrase with a reason, an answer that is only a date, days of absence or of a query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.calendar import Calendar
from handlers.language.absence import DaySpan, read_day, read_days
from handlers.language.days import InMonths, InWorkdays, Offset
from handlers.language.moments import Issue
from handlers.language.patterns import Pattern
from handlers.language.reading import read

__all__ = ["DaySpan", "Due", "is_due_only", "prolonged", "read_day", "read_days", "read_due"]


@dataclass(frozen=True, slots=True)
class Due:
    """One deadline read from a text.

    `due` is in the team's zone, to the minute, or None with an `issue`. `phrase` is the deadline as written, `rest` the
    text without it. `uncertain`: it rests on days off that are not announced yet.
    """

    due: datetime | None
    issue: Issue | None
    phrase: str
    rest: str
    uncertain: bool


def read_due(text: str, now: datetime, calendar: Calendar) -> Due:
    """The one deadline in a short text such as `周五 客户出差`; never raises."""
    reading = read(text)
    answer = reading.resolve(now, calendar)
    return Due(answer.due, answer.issue, reading.phrase, reading.rest, answer.uncertain)


_LENGTHS = frozenset({"duration", "workdays", "approx"})


def prolonged(phrase: str, due: datetime, calendar: Calendar) -> datetime | None:
    """The date that a bare length of time (两天, 一周, 3个工作日) makes of an old one; None for any other phrase.

    `due` is aware and in the team's zone; whole days keep its time of day. 两天后 and 两天内 count from now.
    """
    reading = read(phrase)
    found = reading.choice.phrase
    if found is None or found.when is None or found.strong or found.shape not in _LENGTHS:
        return None
    if found.when.minutes is None and not isinstance(found.when.days, Offset | InMonths | InWorkdays):
        return None
    later = reading.resolve(due, calendar).due
    if later is None or found.when.minutes is not None:
        return later
    return later.replace(hour=due.hour, minute=due.minute)


_FILLER = Pattern(
    r"(?:那|就|还是|改|改成|改到|改为|换成|换到|延|延到|延期|延期到|推|推到|推迟|推迟到|顺延到|放到|定|定在|定到|应该|大概|预计|争取|可以|行|好|好的|嗯|是|要|要到|我|吧|呢|哦|啊|了|"
    r"嘛|哈|呀|可以吗|行吗|行不行|给|完成|搞定|交|发|做完|弄完|之前|左右|的|[\s,，。.!！?？~～、:：])*"
)


def is_due_only(text: str, now: datetime, calendar: Calendar) -> bool:
    """Whether `text` is nothing but a deadline phrase and small words: `周三吧`, `改到下周三上午`."""
    reading = read(text)
    if reading.choice.phrase is None:
        return False
    return _FILLER.fullmatch(reading.rest) is not None
