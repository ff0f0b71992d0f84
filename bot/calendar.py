"""Working days, working hours and quiet hours of one team: pure arithmetic, the clock is an argument.

Official days off (调休 included) come from `chinese_calendar`. Years it does not know use Monday to Friday less the
statutory feast days, whose lunar dates `holidays` computes. Both packages are imported on first use: the second one
takes 0.1 s, and most messages never leave the known years.
"""

from __future__ import annotations

import bisect
import functools
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_ZERO = timedelta(0)
# The statutory holidays, by the English names of `holidays`; the first day of each is the feast itself.
_FEAST_NAMES = {
    "New Year's Day": "元旦",
    "Chinese New Year (Spring Festival)": "春节",
    "Tomb-Sweeping Day": "清明",
    "Labor Day": "五一",
    "Dragon Boat Festival": "端午",
    "Mid-Autumn Festival": "中秋",
    "National Day": "国庆",
}
# How many days of each feast are days off by law where no official calendar says more.
_FEAST_LENGTH = {"元旦": 1, "春节": 3, "清明": 1, "五一": 2, "端午": 1, "中秋": 1, "国庆": 3}


@functools.cache
def _official_years() -> range:
    from chinese_calendar.constants import holidays, workdays

    years = {day.year for table in (holidays, workdays) for day in table}
    return range(min(years), max(years) + 1)


@functools.cache
def _official_exceptions() -> tuple[frozenset[date], frozenset[date]]:
    """Days off and working days that the official calendars name."""
    from chinese_calendar.constants import holidays, workdays

    return frozenset(holidays), frozenset(workdays)


@functools.cache
def _feasts(year: int) -> Mapping[str, date]:
    from holidays import country_holidays

    found: dict[str, date] = {}
    named = country_holidays("CN", years=year, observed=False, language="en_US")
    for day in sorted(named):
        for name in named[day].split("; "):
            feast = _FEAST_NAMES.get(name)
            if feast and day.year == year:
                found.setdefault(feast, day)
    if "春节" in found:
        found["除夕"] = found["春节"] - _DAY
    return MappingProxyType(found)


@functools.cache
def _statutory_days_off(year: int) -> frozenset[date]:
    feasts = _feasts(year)
    days = {
        feasts[name] + timedelta(days=offset)
        for name, length in _FEAST_LENGTH.items()
        if name in feasts
        for offset in range(length)
    }
    if "除夕" in feasts:
        days.add(feasts["除夕"])
    return frozenset(days)


@functools.cache
def _workdays(year: int) -> tuple[date, ...]:
    """The working days of a year in order, so that the nth after a day is looked up, not walked to."""
    first = date(year, 1, 1)
    days = (first + timedelta(days=offset) for offset in range(date(year, 12, 31).timetuple().tm_yday))
    return tuple(filter(_is_workday, days))


@functools.cache
def _is_workday(day: date) -> bool:
    if day.year in _official_years():
        days_off, workdays = _official_exceptions()
        return day in workdays or (day.weekday() < 5 and day not in days_off)
    return day.weekday() < 5 and day not in _statutory_days_off(day.year)


@functools.cache
def _holidays(year: int) -> Mapping[str, tuple[date, date]]:
    found = {}
    for name, day in _feasts(year).items():
        if not _is_workday(day):
            first = last = day
            while not _is_workday(first - _DAY):
                first -= _DAY
            while not _is_workday(last + _DAY):
                last += _DAY
            found[name] = (first, last)
    return MappingProxyType(found)


class _Hours(NamedTuple):
    zone: ZoneInfo
    work_hours: tuple[time, time]
    quiet_hours: tuple[time, time]


class Calendar(_Hours):
    """The calendar of one team: its zone, its working hours, its quiet hours and the days off of China.

    All datetimes given must be aware (ValueError otherwise); those returned are in the team's zone. `work_hours` is
    (begin, end) within one day. `quiet_hours` is (begin, end) and may wrap midnight; equal ends mean none.
    """

    __slots__ = ()

    def __new__(
        cls,
        zone: ZoneInfo | str = "Asia/Shanghai",
        work_hours: tuple[time, time] = (time(9), time(18)),
        quiet_hours: tuple[time, time] = (time(21), time(8, 30)),
    ) -> Self:
        if not work_hours[0] < work_hours[1]:
            raise ValueError("working hours must begin before they end")
        return super().__new__(cls, ZoneInfo(zone) if isinstance(zone, str) else zone, work_hours, quiet_hours)

    def local(self, moment: datetime) -> datetime:
        """The same instant in the team's zone."""
        if moment.tzinfo is None:
            raise ValueError("an aware datetime is needed")
        return moment.astimezone(self.zone)

    def at(self, day: date, clock: time) -> datetime:
        """The instant when the team's clocks show `clock` on `day`."""
        return datetime.combine(day, clock, self.zone)

    def today(self, now: datetime) -> date:
        """The team's date at `now`."""
        return self.local(now).date()

    # -- days

    def is_workday(self, day: date) -> bool:
        """Whether people work on `day`, moved working days (调休) included."""
        return _is_workday(day)

    def is_certain(self, day: date) -> bool:
        """False when the official calendar of that year is not known (以国务院通知为准)."""
        return day.year in _official_years()

    def next_workday(self, day: date) -> date:
        """The first working day strictly after `day`."""
        return self.workday_on_or_after(day + _DAY)

    def previous_workday(self, day: date) -> date:
        """The last working day strictly before `day`."""
        return self.workday_on_or_before(day - _DAY)

    def workday_on_or_before(self, day: date) -> date:
        """`day` itself if it is a working day, else the last one before it."""
        while not _is_workday(day):
            day -= _DAY
        return day

    def workday_on_or_after(self, day: date) -> date:
        """`day` itself if it is a working day, else the first one after it."""
        while not _is_workday(day):
            day += _DAY
        return day

    def add_workdays(self, day: date, n: int) -> date:
        """The nth working day after `day`; for a negative `n`, before it; `day` itself for 0."""
        if not n:
            return day
        year, here = day.year, _workdays(day.year)
        index = bisect.bisect_right(here, day) - 1 + n if n > 0 else bisect.bisect_left(here, day) + n
        while index >= len(here):
            index -= len(here)
            year += 1
            here = _workdays(year)
        while index < 0:
            year -= 1
            here = _workdays(year)
            index += len(here)
        return here[index]

    def feasts(self, year: int) -> Mapping[str, date]:
        """The feast days of `year` by name: 元旦 除夕 春节 清明 五一 端午 中秋 国庆, as far as the law knew them."""
        return _feasts(year)

    def holidays(self, year: int) -> Mapping[str, tuple[date, date]]:
        """First and last day of the days off round each feast of `year` that is a day off, by the feast's name."""
        return _holidays(year)

    # -- hours

    def add_work(self, start: datetime, span: timedelta) -> datetime:
        """The instant by which `span` of working hours of working days has passed since `start`.

        A negative span goes back. Hours outside work do not count; a zero span returns `start` itself.
        """
        return self._add(start, span, self._work_windows)

    def add_push(self, start: datetime, span: timedelta) -> datetime:
        """As `add_work`, but counting the hours outside the quiet hours of every day."""
        return self._add(start, span, self._push_windows)

    def is_quiet(self, moment: datetime) -> bool:
        """Whether `moment` lies inside the quiet hours; their first instant does, their last does not."""
        begin, end = self.quiet_hours
        clock = self.local(moment).time()
        if begin <= end:
            return begin <= clock < end
        return clock >= begin or clock < end

    def next_loud(self, moment: datetime) -> datetime:
        """`moment` itself if it is not quiet, else the end of the quiet hours it lies in."""
        here = self.local(moment)
        if not self.is_quiet(here):
            return here
        end = self.quiet_hours[1]
        return self.at(here.date() if here.time() < end else here.date() + _DAY, end)

    def _work_windows(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if _is_workday(day):
            yield self.at(day, self.work_hours[0]), self.at(day, self.work_hours[1])

    def _push_windows(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        begin, end = self.quiet_hours
        midnight, next_midnight = self.at(day, time()), self.at(day + _DAY, time())
        if begin > end:
            yield self.at(day, end), self.at(day, begin)
        elif begin == end:
            yield midnight, next_midnight
        else:
            if begin > time():
                yield midnight, self.at(day, begin)
            yield self.at(day, end), next_midnight

    def _add(
        self, start: datetime, span: timedelta, windows: Callable[[date], Iterator[tuple[datetime, datetime]]]
    ) -> datetime:
        # In UTC, because datetimes of one zone are compared by their clock faces, not by the time between them.
        here = start.astimezone(UTC) if start.tzinfo else self.local(start)
        day, left = self.today(here), abs(span)
        if not left:
            return self.local(here)
        back = span < _ZERO
        while True:
            spans = [(a.astimezone(UTC), b.astimezone(UTC)) for a, b in windows(day)]
            for begin, end in reversed(spans) if back else spans:
                room = (min(here, end) - begin) if back else (end - max(here, begin))
                if room <= _ZERO:
                    continue
                if left <= room:
                    return self.local(min(here, end) - left if back else max(here, begin) + left)
                left -= room
            day += -_DAY if back else _DAY
