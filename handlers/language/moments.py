"""What a whole deadline phrase means: a day, a part of it and a clock time, resolved to one instant.

Of the options of a day the first whose due instant is still ahead is the answer; when none is, the phrase is `past`.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple

from bot.calendar import Calendar
from handlers.language.days import Days, Impossible

Issue = Literal["none", "vague", "past", "conflict"]
_DAY = timedelta(days=1)
_LAST_MINUTE = time(23, 59)


class Clock(NamedTuple):
    """A clock time as written; `bare` when it may be of either half of the day (3点, 9:30)."""

    hour: int
    minute: int
    bare: bool


Part = Literal["凌晨", "早上", "上午", "中午", "下午", "傍晚", "晚上", "夜里", "下班", "上班"]
_PART_ENDS: dict[Part, time] = {
    "凌晨": time(6), "早上": time(10), "上午": time(12), "中午": time(13), "下午": time(18), "傍晚": time(19),
    "晚上": time(22), "夜里": _LAST_MINUTE,
}  # fmt: skip


def _hour(part: Part | None, clock: Clock) -> int:
    """The hour on the 24-hour clock of the named day; 24 and more is the next day."""
    hour = clock.hour
    if part in ("晚上", "夜里"):
        if hour == 0 or hour == 12:
            return 24
        return hour + 24 if 1 <= hour <= 4 and clock.bare else hour + 12 if hour < 12 and clock.bare else hour
    if part in ("下午", "傍晚"):
        return hour + 12 if hour < 12 and clock.bare else hour
    if part == "中午":
        return hour + 12 if 1 <= hour <= 4 else hour
    if part == "凌晨":
        return 0 if hour == 12 else hour
    if part in ("早上", "上午"):
        return hour
    return hour + 12 if clock.bare and 1 <= hour <= 7 else hour


def _instants(day: date, part: Part | None, clock: Clock | None, calendar: Calendar, either: bool) -> list[datetime]:
    """The instants of `day` that the words may mean, earliest first."""
    if clock is not None:
        hours = [_hour(part, clock)]
        if either and clock.bare and part in (None, "下班", "上班") and 8 <= clock.hour <= 12:
            hours.append(clock.hour + 12)
        return [calendar.at(day + (hour // 24) * _DAY, time(hour % 24, clock.minute)) for hour in hours]
    if part == "上班":
        return [calendar.at(day, calendar.work_hours[0])]
    if part is None or part == "下班":
        return [calendar.at(day, calendar.work_hours[1])]
    return [calendar.at(day, _PART_ENDS[part])]


class When(NamedTuple):
    """A whole deadline: a day, a part of the day and a clock time, any of them missing, or a span of minutes.

    `weekday` is a weekday written beside a date, which must fit it.
    """

    days: Days | None = None
    part: Part | None = None
    clock: Clock | None = None
    minutes: int | None = None
    weekday: int | None = None


class Resolved(NamedTuple):
    """`due` in the team's zone, to the minute; with an `issue` there is none."""

    due: datetime | None
    issue: Issue | None = None
    uncertain: bool = False


_PAST = Resolved(None, "past")
_CONFLICT = Resolved(None, "conflict")


def resolve(when: When, now: datetime, calendar: Calendar) -> Resolved:
    """The instant that `when` means, said at `now`; never raises."""
    now = calendar.local(now)
    try:
        if when.minutes is not None:
            return Resolved(calendar.local(now.replace(second=0, microsecond=0) + timedelta(minutes=when.minutes)))
        if when.days is None:
            return _without_day(when, now, calendar)
        return _on_day(when, when.days, now, calendar)
    except Impossible:
        return _CONFLICT
    except (OverflowError, ValueError):  # beyond the calendar's last year
        return _PAST


def _on_day(when: When, days: Days, now: datetime, calendar: Calendar) -> Resolved:
    today = now.date()
    for option in days.options(today, calendar):
        day = option.last
        if when.weekday is not None and day.weekday() != when.weekday:
            return _CONFLICT
        named_today = day == today and days.evening and not option.closed
        for due in _instants(day, when.part, when.clock, calendar, named_today):
            if due > now:
                return Resolved(due, None, option.uncertain)
        if named_today and when.clock is None and when.part in (None, "晚上"):
            due = calendar.at(today, _LAST_MINUTE)
            if due > now:
                return Resolved(due, None, option.uncertain)
    return _PAST


def _without_day(when: When, now: datetime, calendar: Calendar) -> Resolved:
    today = now.date()
    if when.clock is None and when.part in ("下班", "上班"):
        due = _instants(today, when.part, None, calendar, False)[0]
        if due > now:
            return Resolved(due)
        day = calendar.next_workday(today)
        return Resolved(_instants(day, when.part, None, calendar, False)[0], None, not calendar.is_certain(day))
    ahead = [
        due
        for offset in (-1, 0, 1, 2)
        for due in _instants(today + offset * _DAY, when.part, when.clock, calendar, True)
        if due > now
    ]
    return Resolved(min(ahead)) if ahead else _PAST
