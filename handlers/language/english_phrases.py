"""English words for days, as a team that mixes languages writes them: tomorrow, by Friday, next Mon, EOM."""

from __future__ import annotations

import re

from handlers.language.day_rules import Day, Rules, day_of
from handlers.language.days import Offset, Weekday
from handlers.language.spans import PartOfMonth, Week

ENGLISH = Rules()
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL = r"(?P<full>monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_SHORT = r"(?P<short>mon|tues?|wed|thur?s?|fri|sat|sun)"
# A short name is a day only where something says so: Sun and Sat are names of firms, too.
_TELLS = r"(?:(?<=by )|(?<=before )|(?<=on )|(?<=due )|(?<=ddl )|(?<=until )|(?<=ddl:)|(?<=due:))"


@ENGLISH.on(r"(?:today|tomorrow|tmrw?)(?![a-z])", starts="t")
def _relative(plain: str, match: re.Match[str]) -> Day | None:
    """Days: today and tomorrow are 今天 and 明天."""
    return day_of(match, Offset(0 if match[0] == "today" else 1), "weekday", checkable=True)


@ENGLISH.on(
    rf"(?:(?P<which>this|next) (?:{_FULL}|{_SHORT})"
    rf"|{_FULL.replace('full', 'alone')}|{_TELLS}{_SHORT.replace('short', 'told')})(?![a-z])",
    starts="tnmwfs",
)
def _weekday(plain: str, match: re.Match[str]) -> Day | None:
    """Days: Friday is 周五, this Friday 本周五, next Friday 下周五."""
    name = match["full"] or match["short"] or match["alone"] or match["told"]
    number = _DAYS.index(name[:3])
    shift = None if match["which"] is None else 1 if match["which"] == "next" else 0
    return day_of(match, Weekday(number, shift), "weekday", plain_weekday=number)


@ENGLISH.on(r"(?:eow|(?P<next>next|this) week|eom|end of (?:the |this )?month)(?![a-z])", starts="etn")
def _span(plain: str, match: re.Match[str]) -> Day | None:
    """Spans: EOW is 本周, next week 下周, EOM 月底."""
    if "month" in match[0] or match[0] == "eom":
        return day_of(match, PartOfMonth(25, 31), "number")
    return day_of(match, Week(1 if match["next"] == "next" else 0), "week")
