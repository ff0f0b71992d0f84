"""Whole days: how long somebody is away, and which day a query is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from bot.calendar import Calendar
from handlers.language.days import (
    DateRange,
    Days,
    Impossible,
    MonthDay,
    MonthNumber,
    Offset,
    Stretch,
    Weekday,
    add_months,
)
from handlers.language.matter import without
from handlers.language.numerals import NUMBER, value
from handlers.language.patterns import rx
from handlers.language.phrase import Phrase
from handlers.language.phrases import scan
from handlers.language.writing import Writing

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Whole days of an absence, both ends included; `rest` is the text without their words.

    With an `issue` (no day named, or all of them behind) both ends are the day of `now`. `hours` are the words that
    told less than whole days (`周三下午`), empty where none did.
    """

    first: date
    last: date
    issue: Literal["none", "past"] | None
    rest: str
    hours: str = ""


_LENGTH = rx(
    rf"_(?:起|开_始)?_[,，]?_(?:请_?假?|休_?假?|共|一_共|连_续|出_差)?_(?P<n>{NUMBER})_(?:个_)?(?:工_作_日|天|日)_(?:假(?!期))?"
)
_FROM = rx(r"_(?:起|开_始)")
_LIST = rx(r"_(?:、|,|，|和|及|到|至|-|~)_")


def read_days(text: str, now: datetime, calendar: Calendar) -> DaySpan:
    """The days of an absence: `周一至周三`, `明天起3天`, `25号到27号 去上海`, `今天下午` (that whole day).

    A bare weekday is the first from today on. Days of which some are still ahead are no issue. Never raises.
    """
    today = calendar.today(now)
    writing = Writing.of(text)
    phrases = [phrase for phrase in scan(writing.plain) if phrase.when is not None or phrase.shape == "weekday"]
    dated = [p for p in phrases if p.when is not None and p.when.days is not None]
    timed = [p for p in phrases if p.when is not None and p.when.days is None]
    hours = " ".join(text[slice(*writing.original(p.start, p.end))].strip() for p in phrases if _is_shorter(p))
    if not dated:
        if timed:  # 下午, 半天: today's
            first = last = today
            return DaySpan(first, last, None, without(text, [writing.original(timed[0].start, timed[0].end)]), hours)
        past = bool(phrases)
        return DaySpan(today, today, "past" if past else "none", text.strip())
    start = dated[0]
    end = start.end
    assert start.when is not None
    assert start.when.days is not None
    days = start.when.days
    stretch = _stretch(days, today, calendar)
    if isinstance(days, Offset) and start.shape in ("duration", "approx") and stretch is not None:
        # 请假3天 begins today; 3天后 is that day.
        later = "后" in writing.plain[start.start : start.end]
        span = stretch.last if later else today + (days.days - 1) * _DAY
        stretch = Stretch(span if later else today, max(span, today))
    length = _LENGTH.match(writing.plain, end)
    if stretch is not None and length and 0 < value(length["n"]) <= 366:
        end = length.end()
        stretch = stretch._replace(last=stretch.first + (value(length["n"]) - 1) * _DAY)
    elif from_here := _FROM.match(writing.plain, end):
        end = from_here.end()
    for other in dated[1:]:
        link = _LIST.fullmatch(writing.plain, end, other.start)
        assert other.when is not None
        more = _stretch(other.when.days, today, calendar) if link and other.when.days is not None else None
        if more is None or stretch is None or more.last < stretch.first:
            break
        stretch, end = stretch._replace(last=max(stretch.last, more.last)), other.end
    rest = without(text, [writing.original(start.start, end)])
    if stretch is None or stretch.last < today:
        return DaySpan(today, today, "past", rest)
    return DaySpan(stretch.first, stretch.last, None, rest, hours)


def _is_shorter(phrase: Phrase) -> bool:
    """Does a phrase tell hours or a part of a day?"""
    when = phrase.when
    return when is not None and (when.part is not None or when.clock is not None or when.minutes is not None)


def _stretch(days: Days, today: date, calendar: Calendar) -> Stretch | None:
    match days:
        case DateRange(begin=Weekday(weekday=begin, shift=None), end=Weekday(weekday=end, shift=None)):
            # Nobody asks for leave from a day behind: 周一至周三 begins on the first Monday from today on.
            first = today + timedelta(days=(begin - today.weekday()) % 7)
            return Stretch(first, first + timedelta(days=(end - begin) % 7))
    try:
        options = list(days.options(today, calendar))
    except (Impossible, OverflowError, ValueError):
        return None
    ahead = [option for option in options if option.last >= today]
    return ahead[0] if ahead else (options[0] if options else None)


def read_day(text: str, now: datetime, calendar: Calendar) -> date | None:
    """The day a query names, which may be behind: `昨天`, `上周五`, `11月20日`; `周三` is the latest up to today.

    A year-less date is the nearest one that is not more than six months ahead. None when no day is named.
    """
    today = calendar.today(now)
    for phrase in scan(Writing.of(text).plain):
        days = _days_of(phrase)
        if days is None:
            continue
        try:
            return _latest(days, today, calendar)
        except (Impossible, OverflowError, ValueError):
            return None
    return None


def _days_of(phrase: Phrase) -> Days | None:
    if phrase.when is not None:
        return phrase.when.days
    return phrase.past


def _latest(days: Days, today: date, calendar: Calendar) -> date | None:
    match days:
        case Weekday(weekday=weekday, shift=None):
            return today - timedelta(days=(today.weekday() - weekday) % 7)
        case MonthNumber(day=number, shift=None):
            for months in range(3):
                first = add_months(today.replace(day=1), -months)
                day = first + timedelta(days=number - 1)
                if day.month == first.month and day <= today:
                    return day
            return None
        case MonthDay(month=month, day=number, year=None, year_shift=None):
            for year in (today.year, today.year - 1):
                try:
                    day = date(year, month, number)
                except ValueError:
                    continue
                if day <= add_months(today, 6):
                    return day
            return None
        case DateRange(end=end):
            return _latest(end, today, calendar)
    options = list(days.options(today, calendar))
    return options[0].last if options else None
