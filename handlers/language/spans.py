"""Spans of days as values, due at their end: 周末, 下周, 月底, Q1, 年底; the contract's table Spans.

What stands before 前 ends before it begins, if it is a stretch longer than a day: the contract's 前, 内, 之前, 以前.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from bot.calendar import Calendar
from handlers.language.days import Days, Stretch, add_months, monday, month_end

_DAY = timedelta(days=1)


class Weekend(NamedTuple):
    """周末: Saturday and Sunday of the present week, or of one `shift` weeks on."""

    shift: int = 0
    evening: bool = True
    long: bool = True

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        sunday = monday(today) + timedelta(days=7 * self.shift + 6)
        yield Stretch(sunday - _DAY, sunday)


class BeforeWeekend(NamedTuple):
    """周末前: Friday; said on a Saturday or Sunday, or when that Friday is over, the next one."""

    shift: int = 0
    evening: bool = False
    long: bool = False

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        friday = monday(today) + timedelta(days=7 * self.shift + 4)
        yield Stretch(friday, friday)
        if self.shift == 0:
            yield Stretch(friday + 7 * _DAY, friday + 7 * _DAY)


class Week(NamedTuple):
    """本周: Friday, and once that is behind, Sunday; 下周: its Friday."""

    shift: int = 0
    evening: bool = True
    long: bool = True

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        first = monday(today) + timedelta(days=7 * self.shift)
        yield Stretch(first, first + 4 * _DAY, closed=self.shift == 0)
        if self.shift == 0:
            yield Stretch(first, first + 6 * _DAY)


class BeforeWeek(NamedTuple):
    """下周前: the last working day before that week."""

    shift: int
    evening: bool = True
    long: bool = False

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        day = calendar.previous_workday(monday(today) + timedelta(days=7 * self.shift))
        yield Stretch(day, day, not calendar.is_certain(day))


def _months(today: date, month: int | None, shift: int | None, year: int | None, year_shift: int | None) -> list[date]:
    """The first days of the months that a month expression may mean, in order."""
    first = today.replace(day=1)
    if month is None:
        return [first, add_months(first, 1)] if shift is None else [add_months(first, shift)]
    if year is None and year_shift is not None:
        year = today.year + year_shift
    if year is not None:
        return [date(year, month, 1)]
    return [date(today.year, month, 1), date(today.year + 1, month, 1)]


class PartOfMonth(NamedTuple):
    """月初 月中 月底 上旬 中旬 下旬: a stretch of a month from day `begin` to day `end` (31: its last).

    The bare ones go to the next month when behind; one with a named month to next year's as a date does.
    """

    begin: int
    end: int
    month: int | None = None
    shift: int | None = None
    year: int | None = None
    year_shift: int | None = None
    long: bool = False

    @property
    def evening(self) -> bool:
        return self.month is not None or self.shift is not None

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        horizon = add_months(today, 6)
        for index, first in enumerate(_months(today, self.month, self.shift, self.year, self.year_shift)):
            last = month_end(first)
            stretch = Stretch(first.replace(day=self.begin), first.replace(day=min(self.end, last.day)))
            if index and self.month is not None and stretch.last > horizon:
                return
            if stretch.last >= today:
                yield stretch


class Quarter(NamedTuple):
    """Q1, 本季度 (shift 0), 季末 (bare: neither number nor shift)."""

    number: int | None = None
    shift: int | None = None
    year: int | None = None
    year_shift: int | None = None
    end_only: bool = False

    @property
    def evening(self) -> bool:
        return self.number is not None or self.shift is not None

    @property
    def long(self) -> bool:
        return not self.end_only

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        present = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
        if self.number is None:
            starts = [add_months(present, 3 * n) for n in ((self.shift,) if self.shift is not None else (0, 1))]
        else:
            year = self.year if self.year is not None else today.year + (self.year_shift or 0)
            starts = [date(year, 3 * self.number - 2, 1)]
            if self.year is None and self.year_shift is None:
                starts.append(date(year + 1, 3 * self.number - 2, 1))
        for first in starts:
            last = month_end(add_months(first, 2))
            if last >= today:
                yield Stretch(first, last)


class HalfYear(NamedTuple):
    """上半年, 下半年; one already behind is next year's."""

    number: int
    year: int | None = None
    year_shift: int | None = None
    end_only: bool = False
    evening: bool = True

    @property
    def long(self) -> bool:
        return not self.end_only

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        year = self.year if self.year is not None else today.year + (self.year_shift or 0)
        for candidate in (year,) if self.year is not None or self.year_shift is not None else (year, year + 1):
            first = date(candidate, 6 * self.number - 5, 1)
            last = month_end(add_months(first, 5))
            if last >= today:
                yield Stretch(first, last)


class Year(NamedTuple):
    """今年 年底 (shift 0), 明年 (1), 2027年底."""

    shift: int = 0
    year: int | None = None
    end_only: bool = False
    evening: bool = True

    @property
    def long(self) -> bool:
        return not self.end_only

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        year = self.year if self.year is not None else today.year + self.shift
        yield Stretch(date(year, 1, 1), date(year, 12, 31))


class BeforeDays(NamedTuple):
    """前 after a named stretch longer than a day: the last day before it."""

    stretch: Days
    evening: bool = True
    long: bool = False

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        for option in self.stretch.options(today, calendar):
            day = option.first - _DAY
            yield Stretch(day, day)
