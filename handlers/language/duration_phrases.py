"""Durations counted from now: 3天内, 两个半小时, 3-5个工作日, 半个月; the contract's table Durations."""

from __future__ import annotations

import re

from handlers.language.clock_phrases import TO, time_at
from handlers.language.day_rules import Shape
from handlers.language.days import Days, InMonths, InWorkdays, Offset
from handlers.language.moments import When
from handlers.language.numerals import NUMBER, NUMERALS, is_approximate, value
from handlers.language.patterns import Pattern, rx
from handlers.language.phrase import Phrase

_SUFFIX = r"_(?P<s>(?:之_|以_)?内|(?:之_|以_)?后(?!天|台|期|端|面|勤|来|轮|段|续(?!签|费|约|保|订))|左_右|上_下)"
_RANGE_NUMBER = rf"(?:(?:{NUMBER})_(?:-|~|到|至|或)_)?(?P<n>{NUMBER})"
_HOURS = r"(?:小_时|钟_头|钟(?!头|点|表)|(?:hours?|hrs?|h)(?![a-z\d]))"
DURATION_STARTS = frozenset(f"0123456789半{NUMERALS}")
_ONE_WEEKDAY = "[一二三四五六日天]"
# What is counted, the characters that may follow the number (半: or begin it), and the whole.
_DURATIONS = [
    ("half-hour", "半", rx(rf"半_个?_{_HOURS}")),
    ("hours", "小钟h", rx(rf"(?P<n>\d{{1,3}}\.\d)_(?:个_)?{_HOURS}")),
    ("hours", "小钟h半", rx(
        rf"{_RANGE_NUMBER}_(?:个_)?(?P<half>半_)?(?:个_)?{_HOURS}(?P<half2>_半(?!天|个|月))?"
        rf"(?:_零?(?P<m>{NUMBER})_分_钟?)?"
    )),
    ("minutes", "分m", rx(rf"{_RANGE_NUMBER}_(?:个_)?(?:分_钟|mins?(?![a-z])|minutes?(?![a-z]))")),
    ("minutes", "分", rx(rf"{_RANGE_NUMBER}_分(?=_(?:之|以)?_?[内后])")),
    ("quarters", "刻", rx(rf"(?P<n>{NUMBER})_刻_钟")),
    ("half-day", "半", rx(r"半_[天日]")),
    ("workdays", "工", rx(rf"{_RANGE_NUMBER}_个?_工_作_[日天]")),
    ("half-month", "天", rx(r"十_天_半_个?_月")),
    ("days", "天自整", rx(rf"{_RANGE_NUMBER}_(?:个_)?(?:自_然_[日天]|天时_?间(?!_[:是])|天|(?:整_)天)")),
    ("days", "日", rx(rf"{_RANGE_NUMBER}_日(?=_(?:之|以)?_?[内后])")),
    ("half-month", "半", rx(r"半_个?_月")),
    ("months-half", "月", rx(r"(?P<n>\d{1,2})\.5_个_月")),
    ("months-half", "半", rx(rf"(?P<n>{NUMBER})_个_半_月")),
    ("months", "月多", rx(rf"{_RANGE_NUMBER}_个_多?月")),
    ("months", "月", rx(r"(?P<n>[两俩])_月")),
    ("half-year", "半", rx(r"半_年")),
    ("years-half", "年", rx(rf"(?P<n>{NUMBER})_年_半")),
    ("years", "年周", rx(rf"(?P<n>1?\d|[{NUMERALS}]{{1,2}})_(?:周_?)?年(?!_?\d|_?底|_?末|_?初|_?前|_?月|_?度)")),
    ("quarter-years", "季", rx(rf"(?P<n>{NUMBER})_个_季_度")),
    ("weeks", "周星礼", rx(
        rf"{_RANGE_NUMBER}_(?:周(?!年|期|岁|刊|转|报|末|{_ONE_WEEKDAY})|个_?(?:星_期|礼_拜)"
        rf"|(?:星_期|礼_拜)(?!{_ONE_WEEKDAY}))"
    )),
]  # fmt: skip
_BY_UNIT: dict[str, list[tuple[str, Pattern]]] = {}
for _kind, _units, _pattern in _DURATIONS:
    for _char in _units:
        _BY_UNIT.setdefault(_char, []).append((_kind, _pattern))
# What every duration begins with; its last character tells which of the patterns above may fit.
_DURATION_HINT = rx(rf"半|{_RANGE_NUMBER}(?:\.\d)?_(?:个_?)?[小钟h分m刻天日工周星礼月年季半自整多]")
_DURATION_SUFFIX = rx(_SUFFIX)
# 3天前 was three days ago; 第3天, 近30天, 每2小时 measure or repeat.
_AGO = rx(r"_(?:之_|以_)?前(?![天年])")
_MEASURED = Pattern(r"(?:第|每隔?|近|过去|前|历时|为期|长达|累计|最后) ?$")
_MEASURED_BARE = Pattern(r"(?:满|(?<!不)超过?|逾|共)$")


def duration_at(plain: str, index: int) -> Phrase | None:
    """The duration that stands at `index`; of two, 一周到十天, the larger."""
    first = _single_at(plain, index)
    later = TO.match(plain, first.end) if first is not None and first.when is not None else None
    other = _single_at(plain, later.end()) if later else None
    if first is None or first.when is None or other is None or other.when is None:
        return first
    if (first.when.minutes is None) != (other.when.minutes is None):
        return first
    return other._replace(start=index, core=index, shape="approx")


def _single_at(plain: str, index: int) -> Phrase | None:
    hint = _DURATION_HINT.match(plain, index)
    if not hint:
        return None
    for kind, pattern in _BY_UNIT[hint[0][-1]]:
        match = pattern.match(plain, index)
        if match and (phrase := _duration(plain, index, kind, match)) is not None:
            return phrase
    return None


# Nobody promises for a day further off, and its days off are unknown.
_MOST_WORKDAYS = 999


def _duration(plain: str, index: int, kind: str, match: re.Match[str]) -> Phrase | None:
    groups = match.groupdict()
    written = groups.get("n") or "1"
    if kind == "hours" and "." in written:
        amount, written = 0, "1"
    else:
        amount = value(written)
    if "几" in written:
        return None
    ranged = match[0].find(written) > 0 if groups.get("n") else False
    shape: Shape = "approx" if ranged or is_approximate(written) else "duration"
    days: Days | None = None
    minutes: int | None = None
    match kind:
        case "half-hour":
            minutes = 30
        case "hours":
            minutes = round(float(groups["n"]) * 60) if "." in groups["n"] else amount * 60
            minutes += 30 if groups.get("half") or groups.get("half2") else 0
            minutes += value(groups["m"]) if groups.get("m") else 0
        case "minutes":
            minutes = amount
        case "quarters":
            minutes = 15 * amount
        case "half-day":
            minutes = 240
        case "workdays":
            if amount > _MOST_WORKDAYS:
                return Phrase(index, match.end(), index, None, "workdays")
            days, shape = InWorkdays(amount), "workdays"
        case "days":
            days = Offset(amount, begin=0)
        case "weeks":
            days = Offset(7 * amount, begin=0)
        case "half-month":
            days = Offset(15, begin=0)
        case "months":
            days = InMonths(amount)
        case "months-half":
            days = InMonths(amount, 15)
        case "half-year":
            days = InMonths(6)
        case "years":
            days = InMonths(12 * amount)
        case "years-half":
            days = InMonths(12 * amount + 6)
        case "quarter-years":
            days = InMonths(3 * amount)
    end = match.end()
    measured = _MEASURED.search(plain[max(0, index - 4) : index])
    ago = _AGO.match(plain, end)
    if measured or ago:
        return Phrase(index, ago.end() if ago else end, index, None, "duration")
    suffix = _DURATION_SUFFIX.match(plain, end)
    if suffix is None and _MEASURED_BARE.search(plain[max(0, index - 4) : index]):
        return Phrase(index, end, index, None, "duration")
    strong = False
    if suffix:
        end = suffix.end()
        strong = "左" not in suffix["s"] and "上" not in suffix["s"]
    when = When(days, None, None, minutes)
    if days is not None and strong:
        part, clock, end = time_at(plain, end, after_day=True)
        when = When(days, part, clock)
    return Phrase(index, end, index, when, shape, strong)
