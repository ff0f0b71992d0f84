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


def _week(today: date, shift: int) -> date:
    """The Monday of the week `shift` weeks on."""
    return monday(today) + timedelta(days=7 * shift)


def _years(today: date, year: int | None, year_shift: int | None) -> list[int]:
    """The years that a part of a year may lie in: the one it names, or the present one and the next."""
    if year is not None:
        return [year]
    return [today.year, today.year + 1] if year_shift is None else [today.year + year_shift]


def _ahead(firsts: list[date], months: int, today: date) -> Iterator[Stretch]:
    """The stretches of so many `months` from each of `firsts` that are not behind `today`."""
    for first in firsts:
        last = month_end(add_months(first, months - 1))
        if last >= today:
            yield Stretch(first, last)


class Weekend(NamedTuple):
    """周末: Saturday and Sunday of the present week, or of one `shift` weeks on."""

    shift: int = 0
    evening: bool = True
    long: bool = True

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        sunday = _week(today, self.shift) + 6 * _DAY
        yield Stretch(sunday - _DAY, sunday)


class BeforeWeekend(NamedTuple):
    """周末前: Friday; said on a Saturday or Sunday, or when that Friday is over, the next one."""

    shift: int = 0
    evening: bool = False
    long: bool = False

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        friday = _week(today, self.shift) + 4 * _DAY
        yield Stretch(friday, friday)
        if self.shift == 0:
            yield Stretch(friday + 7 * _DAY, friday + 7 * _DAY)


class Week(NamedTuple):
    """本周: Friday, and once that is behind, Sunday; 下周: its Friday."""

    shift: int = 0
    evening: bool = True
    long: bool = True

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        first = _week(today, self.shift)
        yield Stretch(first, first + 4 * _DAY, closed=self.shift == 0)
        if self.shift == 0:
            yield Stretch(first, first + 6 * _DAY)


class BeforeWeek(NamedTuple):
    """下周前: the last working day before that week."""

    shift: int
    evening: bool = True
    long: bool = False

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        day = calendar.previous_workday(_week(today, self.shift))
        yield Stretch(day, day, not calendar.is_certain(day))


def _months(today: date, month: int | None, shift: int | None, year: int | None, year_shift: int | None) -> list[date]:
    """The first days of the months that a month expression may mean, in order."""
    first = today.replace(day=1)
    if month is None:
        return [first, add_months(first, 1)] if shift is None else [add_months(first, shift)]
    return [date(found, month, 1) for found in _years(today, year, year_shift)]


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
            firsts = [add_months(present, 3 * n) for n in ((self.shift,) if self.shift is not None else (0, 1))]
        else:
            firsts = [date(year, 3 * self.number - 2, 1) for year in _years(today, self.year, self.year_shift)]
        yield from _ahead(firsts, 3, today)


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
        firsts = [date(year, 6 * self.number - 5, 1) for year in _years(today, self.year, self.year_shift)]
        yield from _ahead(firsts, 6, today)


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
        for year in _years(today, self.year, self.shift):
            yield Stretch(date(year, 1, 1), date(year, 12, 31))


class LastDay(NamedTuple):
    """今年最后一天: the last day of a stretch, which 前 does not end before."""

    stretch: Days
    evening: bool = True
    long: bool = False

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        for option in self.stretch.options(today, calendar):
            yield option._replace(first=option.last)


class BeforeDays(NamedTuple):
    """前 after a named stretch longer than a day: the last day before it."""

    stretch: Days
    evening: bool = True
    long: bool = False

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        for option in self.stretch.options(today, calendar):
            day = option.first - _DAY
            yield Stretch(day, day)
