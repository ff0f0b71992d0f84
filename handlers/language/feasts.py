"""Feasts and the working days round their days off as values: 国庆, 春节前, 节后; the contract's Round the holidays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from bot.calendar import Calendar
from handlers.language.days import Stretch


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
