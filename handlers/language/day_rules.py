"""What the rules for day expressions are made of: a day as found in a text, and how a rule is registered.

Each rule names in its docstring the table of the contract whose rows it reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

from handlers.language.days import Days
from handlers.language.numerals import value
from handlers.language.patterns import Pattern, rx

# What kind of words a phrase is made of, which tells how easily it belongs to the matter instead.
Shape = Literal[
    "day",
    "around",
    "week",
    "weekday",
    "date",
    "slash",
    "number",
    "month",
    "feast",
    "clock",
    "part",
    "duration",
    "approx",
    "workdays",
]


class Day(NamedTuple):
    """A day expression found at `plain[start:end]`.

    `never`: past or otherwise no deadline. `plain_weekday`: it is a weekday, this one. `checkable`: a weekday beside it
    must fit. `dated`: a date. `weekday`: the weekday written beside it. `needs_time`: only with a part of the day is it
    one (明 in 明早).
    """

    start: int
    end: int
    days: Days
    shape: Shape
    never: bool = False
    plain_weekday: int | None = None
    checkable: bool = False
    dated: bool = False
    weekday: int | None = None
    needs_time: bool = False


# 本 这 当, 下, 下下, 上, 上上 before a week, month or quarter.
SHIFT = r"(?P<shift>本|这_(?:一_)?个?|当|下_下_(?:一_)?个?|下_(?:一_)?个?|上_上_(?:一_)?个?|上_(?:一_)?个?)"
YEAR = r"(?P<y>20\d\d|(?<!\d)2\d|二[零〇][零〇一二三四五六七八九]{2}|今|本|当|明|后|去|前)_年"
NOT_MIDDLE = r"(?!旬|秋|午|国|心|标|央|间|小|高|期|途|等|文|药|西|东|铁|建|海|石|粮|信|通|联|介|转|层|置|山|奖|型|继)"
Reader = Callable[[str, re.Match[str]], Day | None]


class Rule(NamedTuple):
    """A pattern with the reader that makes a day of what it matches, and where it may be tried.

    `starts` are characters it begins with. `units` are those that end a number it begins with, 月 in 11月25日. With
    `years` it may also begin with a year's word: 今年, 明年.
    """

    pattern: Pattern
    reader: Reader
    starts: str
    units: str
    years: bool


class Rules:
    """The rules of one subject, in the order in which they were registered: of equally long days the first wins."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def on(self, pattern: str, starts: str = "", units: str = "", years: bool = False) -> Callable[[Reader], Reader]:
        """Registers a reader for `pattern`, tried where `starts`, `units` and `years` let it (see `Rule`)."""

        def register(reader: Reader) -> Reader:
            self.rules.append(Rule(rx(pattern), reader, starts, units, years))
            return reader

        return register


def shift_of(written: str | None) -> int | None:
    if not written:
        return None
    if written[0] in "本这当":
        return 0
    return written.count("下") - written.count("上")


def year_of(match: re.Match[str]) -> tuple[int | None, int | None]:
    """(year, shift from the present one) of a match that may hold a year."""
    written = match.groupdict().get("y")
    if not written:
        return None, None
    shifts = {"今": 0, "本": 0, "当": 0, "明": 1, "后": 2, "去": -1, "前": -2}
    if written in shifts:
        return None, shifts[written]
    year = value(written)
    return (2000 + year if year < 100 else year), None


def day_of(
    match: re.Match[str],
    days: Days,
    shape: Shape,
    never: bool = False,
    plain_weekday: int | None = None,
    checkable: bool = False,
    dated: bool = False,
    needs_time: bool = False,
) -> Day:
    """The whole of `match` as a day."""
    return Day(match.start(), match.end(), days, shape, never, plain_weekday, checkable, dated, None, needs_time)
