"""Day expressions as values: 周三, 11月25日, 3个工作日内, 周三到周五; spans are in `spans`, holidays in `feasts`.

Each knows its *options*, the days it may mean seen from today, in the order in which people mean them; `moments` takes
the first whose due instant is still ahead. The tables are those of the contract, under Days and Durations.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple, Protocol

from bot.calendar import Calendar

_DAY = timedelta(days=1)


def month_length(year: int, month: int) -> int:
    """How many days a month has. The `calendar` of the library would load the locales for it."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def month_end(day: date) -> date:
    return day.replace(day=month_length(day.year, day.month))


def add_months(day: date, months: int) -> date:
    """The same day `months` later, clamped to the end of the month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, month_length(year, month + 1)))


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


class Stretch(NamedTuple):
    """One reading of a day expression: the days it covers, and whether it rests on days off not announced yet.

    `closed`: at its own close of work it is over, whatever the expression's `evening` says.
    """

    first: date
    last: date
    uncertain: bool = False
    closed: bool = False


class Impossible(Exception):
    """The words name a day that does not exist (2月29日 in a year without one)."""


class Days(Protocol):
    """A day expression. `evening`: said after close of work on its very day, 23:59 is meant; else the next option.

    `long`: 前 ends before it. `names`: it is a day by name, so that a bare clock time beside it may mean the evening.
    """

    @property
    def evening(self) -> bool: ...

    @property
    def long(self) -> bool: ...

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]: ...


class Offset(NamedTuple):
    """今天, 明天, 三天内: so many days from today; `begin` when the days from there on are meant (明后天: 1)."""

    days: int
    begin: int | None = None
    evening: bool = True
    long: bool = False

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        last = today + timedelta(days=self.days)
        yield Stretch(last if self.begin is None else today + timedelta(days=self.begin), last)


FOLLOWING_DAY = Offset(1)


class Weekday(NamedTuple):
    """周三 (shift None: the first from today on), 本周三 (0), 下周三 (1), 上周三 (-1)."""

    weekday: int
    shift: int | None = None
    evening: bool = False
    long: bool = False

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        if self.shift is None:
            day = today + timedelta(days=(self.weekday - today.weekday()) % 7)
            yield Stretch(day, day)
            yield Stretch(day + 7 * _DAY, day + 7 * _DAY)
        else:
            day = monday(today) + timedelta(days=7 * self.shift + self.weekday)
            yield Stretch(day, day)


class MonthDay(NamedTuple):
    """11月25日; with `year`, or `year_shift` for 今年 and 明年, no other year is thought of.

    A year-less date already behind is next year's if that is at most six months ahead.
    """

    month: int
    day: int
    year: int | None = None
    year_shift: int | None = None
    evening: bool = True
    long: bool = False

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        fixed = self.year if self.year_shift is None else today.year + self.year_shift
        if fixed is not None:
            day = self._in(fixed)
            if day is None:
                raise Impossible
            yield Stretch(day, day)
            return
        this, following = self._in(today.year), self._in(today.year + 1)
        if (self.month, self.day) >= (today.month, today.day):
            if this is None:
                raise Impossible
            yield Stretch(this, this)
            return
        horizon = add_months(today, 6)
        if following is not None and following <= horizon:
            yield Stretch(following, following)
        elif this is None or (following is None and date(today.year + 1, self.month, 28) <= horizon):
            raise Impossible

    def _in(self, year: int) -> date | None:
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return None


class MonthNumber(NamedTuple):
    """25号: this month's, or the same day of the next month that has it. 下月15号 has a `shift`."""

    day: int
    shift: int | None = None
    evening: bool = True
    long: bool = False

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        first = today.replace(day=1)
        for months in range(4) if self.shift is None else (self.shift,):
            month = add_months(first, months)
            if self.day > month_end(month).day:
                if self.shift is not None:
                    raise Impossible
                continue
            day = month.replace(day=self.day)
            if self.shift is None and day < today:
                continue
            yield Stretch(day, day)
            if self.shift is None:
                return


class InWorkdays(NamedTuple):
    """3个工作日内: the nth working day after today."""

    workdays: int
    evening: bool = True
    long: bool = False

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        day = calendar.add_workdays(today, self.workdays)
        yield Stretch(today, day, not calendar.is_certain(day))


class InMonths(NamedTuple):
    """一个月内, 一个半月, 半年内, 一年后: calendar months, clamped, and days on top."""

    months: int
    days: int = 0
    evening: bool = True
    long: bool = False

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        yield Stretch(today, add_months(today, self.months) + timedelta(days=self.days))


class Agreed(NamedTuple):
    """明天（25号）: one day said in two ways, which must mean the same."""

    days: Days
    other: Days
    long: bool = False

    @property
    def evening(self) -> bool:
        return self.days.evening

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        others = {other.last for other in self.other.options(today, calendar)}
        for option in self.days.options(today, calendar):
            if option.last not in others:
                raise Impossible
            yield option


class DateRange(NamedTuple):
    """周三到周五: due at its end. `either`: 周三或周四, due on the later one."""

    begin: Days
    end: Days
    either: bool = False
    long: bool = False

    @property
    def evening(self) -> bool:
        return self.end.evening

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        begins = list(self.begin.options(today, calendar))
        if self.either:
            ends = list(self.end.options(today, calendar))
            for b, e in zip(begins, ends, strict=False):
                yield Stretch(min(b.first, e.first), max(b.last, e.last))
            return
        for end in self.end.options(today, calendar):
            wraps = (
                isinstance(self.begin, Weekday)
                and isinstance(self.end, Weekday)
                and self.end.shift is None
                and (self.begin.shift is not None or self.begin.weekday > self.end.weekday)
            )
            if begins and wraps and begins[0].first > end.last:
                # 周五到周一 and 下周五到周一: the Monday after that Friday.
                day = begins[0].first
                assert isinstance(self.end, Weekday)
                last = day + timedelta(days=(self.end.weekday - day.weekday()) % 7)
                yield Stretch(day, last)
                continue
            yield Stretch(self._begin(begins, end), end.last, end.uncertain)

    def _begin(self, begins: list[Stretch], end: Stretch) -> date:
        fitting = [b.first for b in begins if b.first <= end.last]
        if fitting:
            return fitting[-1]
        # The range has begun already: the same words, looked at from its end.
        match self.begin:
            case Weekday(weekday=weekday):
                return end.last - timedelta(days=(end.last.weekday() - weekday) % 7)
            case MonthNumber(day=number):
                month = end.last if number <= end.last.day else add_months(end.last.replace(day=1), -1)
                return month.replace(day=min(number, month_end(month).day))
            case MonthDay(month=month_number, day=number):
                year = end.last.year - ((month_number, number) > (end.last.month, end.last.day))
                return date(year, month_number, min(number, month_length(year, month_number)))
        return end.first
