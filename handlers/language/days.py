"""Day expressions as values: 周三, 月底, 国庆前, 3个工作日内.

Each knows its *options*, the days it may mean seen from today, in the order in which people mean them; `moments` takes
the first whose due instant is still ahead. The tables are those of the contract, under Days, Spans and Round the
holidays.
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


class Feast(NamedTuple):
    """国庆: the feast day itself, the next one, or that of 今年 (0) and 明年 (1)."""

    name: str
    year_shift: int | None = None
    evening: bool = True
    long: bool = False

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        for year in (today.year, today.year + 1):
            day = calendar.feasts(year).get(self.name)
            if day is not None and (day >= today if self.year_shift is None else year == today.year + self.year_shift):
                yield Stretch(day, day)


class RoundFeast(NamedTuple):
    """国庆前, 节后: the working day on the near or the far side of the days off. No name: the next holiday.

    Said inside the days off, 后 means that holiday and 前 the next one.
    """

    name: str | None
    after: bool
    year_shift: int | None = None
    evening: bool = True
    long: bool = False

    def options(self, today: date, calendar: Calendar) -> Iterator[Stretch]:
        blocks = sorted(
            {
                block
                for year in (today.year - 1, today.year, today.year + 1, today.year + 2)
                if self.year_shift in (None, year - today.year)
                for name, block in calendar.holidays(year).items()
                if name == self.name or (self.name is None and name != "除夕")
            }
        )
        for first, last in blocks:
            if self.year_shift is None and (last < today or (not self.after and first <= today)):
                continue
            day = calendar.next_workday(last) if self.after else calendar.previous_workday(first)
            yield Stretch(day, day, not (calendar.is_certain(first) and calendar.is_certain(day)))


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
