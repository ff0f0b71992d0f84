"""The day expressions of the grammar: weekdays, dates, stretches of weeks, months, quarters and years, and feasts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from handlers.language.days import (
    DateRange,
    Days,
    Feast,
    HalfYear,
    MonthDay,
    MonthNumber,
    Offset,
    PartOfMonth,
    Quarter,
    RoundFeast,
    Week,
    Weekday,
    Weekend,
    Year,
)
from handlers.language.numerals import DAY, MONTH, value
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


@dataclass(frozen=True, slots=True)
class Day:
    """A day expression found at `plain[start:end]`.

    `never`: past or otherwise no deadline. `plain_weekday`: it is a weekday, this one. `checkable`: a weekday beside it
    must fit. `dated`: a date. `weekday`: the weekday written beside it. `closed`: no part of a day may follow.
    `needs_time`: only with a part of the day is it one (明 in 明早).
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
    closed: bool = False
    needs_time: bool = False
    open_end: bool = False


_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "七": 6} | {
    str(n): n - 1 for n in range(1, 8)
}
# 本 这 当, 下, 下下, 上, 上上 before a week, month or quarter.
_SHIFT = r"(?P<shift>本|这_(?:一_)?个?|当|下_下_(?:一_)?个?|下_(?:一_)?个?|上_上_(?:一_)?个?|上_(?:一_)?个?)"
_WEEK = r"(?:周|星_?期|礼_?拜)"
_WEEKDAY_NUMBER = (
    r"(?P<d>[一二三四五六](?![个次期天套份]|_?[十两](?!点))|日(?!均|常|志)|天(?!猫)|七"
    r"|[1-7](?!\d|_?[点时个天号月日%]|:\d\d|[./-]\d))"
)
_YEAR = r"(?P<y>20\d\d|(?<!\d)2\d|二[零〇][零〇一二三四五六七八九]{2}|今|本|当|明|后|去|前)_年"
_NOT_MIDDLE = r"(?!旬|秋|午|国|心|标|央|间|小|高|期|途|等|文|药|西|东|铁|建|海|石|粮|信|通|联|介|转|层|置|山|奖|型|继)"


def _shift(written: str | None) -> int | None:
    if not written:
        return None
    if written[0] in "本这当":
        return 0
    return written.count("下") - written.count("上")


def _year(match: re.Match[str]) -> tuple[int | None, int | None]:
    """(year, shift from the present one) of a match that may hold a year."""
    written = match.groupdict().get("y")
    if not written:
        return None, None
    shifts = {"今": 0, "本": 0, "当": 0, "明": 1, "后": 2, "去": -1, "前": -2}
    if written in shifts:
        return None, shifts[written]
    year = value(written)
    return (2000 + year if year < 100 else year), None


Reader = Callable[[str, re.Match[str]], Day | None]
_RULES: list[tuple[str, Pattern, Reader]] = []


def _rule(starts: str, pattern: str) -> Callable[[Reader], Reader]:
    """Registers a reader for `pattern`, tried where the text has one of the characters `starts`."""

    def register(reader: Reader) -> Reader:
        _RULES.append((starts, rx(pattern), reader))
        return reader

    return register


def _day(match: re.Match[str], days: Days, shape: Shape, **marks: object) -> Day:
    return Day(match.start(), match.end(), days, shape, **marks)  # type: ignore[arg-type]


# -- relative days

_OFFSETS: list[tuple[str, int, int | None]] = [
    (r"大_后_[天日]", 3, None), (r"今_明_(?:两_|2_)?[天日]", 1, 0), (r"明_后_(?:两_|2_)?[天日]", 2, 1),
    (r"这_两_三_[天日]", 3, 0), (r"这_(?:一_)?[两二2]_[天日]", 2, 0), (r"这_[几三3]_[天日]", 3, 0),
    (r"今_(?:[天日]|儿_个|儿)", 0, None), (r"当_[天日]", 0, None), (r"明_(?:[天日]|儿_个|儿)", 1, None),
    (r"后_[天日](?!天)", 2, None),
]  # fmt: skip
_OFFSET_RULES = [(rx(pattern), days, begin) for pattern, days, begin in _OFFSETS]


@_rule("大今明这当后", "")
def _relative_day(plain: str, match: re.Match[str]) -> Day | None:
    for pattern, days, begin in _OFFSET_RULES:
        found = pattern.match(plain, match.start())
        if found:
            return _day(found, Offset(days, begin), "weekday", checkable=begin is None)
    return None


@_rule("今明当后", r"(?P<w>[今明当后])(?=_?(?:晚|早|夜|晨|午|上_?午|下_?午|中_?午|傍|凌))")
def _half_day_word(plain: str, match: re.Match[str]) -> Day | None:
    before = plain[max(0, match.start() - 1) : match.start()]
    after = plain[match.end() : match.end() + 2]
    # 说明|上午, 证明|晚上; but before a lone 早 or 晚 the word is 明早 and 明晚, except in 透明 and the like.
    lone = after[:1] in tuple("早晚夜晨") and after[1:] not in tuple("上晨里间")
    words = "透聪黎昆" if lone else "说证声表发文透聪注申光英黎昆标阐"
    if (match["w"] == "明" and before in tuple(words)) or (match["w"] == "后" and before):
        return None
    if match["w"] == "后" and plain[match.end() : match.end() + 1] not in "晚早":
        return None
    return _day(match, Offset({"明": 1, "后": 2}.get(match["w"], 0)), "weekday", needs_time=True)


@_rule("大前昨", r"大?_前_[天日]|昨_(?:[天日晚夜早]|儿_?个?)")
def _past_day(plain: str, match: re.Match[str]) -> Day | None:
    days = -3 if match[0].startswith("大") else -2 if "前" in match[0] else -1
    end = match.end() - (match[0][-1] in "晚夜早")
    return Day(match.start(), end, Offset(days), "weekday", never=True)


# -- weeks


@_rule("本这当下上", rf"{_SHIFT}_{_WEEK}_(?:的_?)?(?:{_WEEK}_)?{_WEEKDAY_NUMBER}")
@_rule("周星礼", rf"(?:周|星_?期|礼_?拜)_{_WEEKDAY_NUMBER}")
def _weekday(plain: str, match: re.Match[str]) -> Day | None:
    shift = _shift(match.groupdict().get("shift"))
    number = _WEEKDAYS[match["d"]]
    never = shift is not None and shift < 0
    return _day(match, Weekday(number, shift), "weekday", never=never, plain_weekday=number)


@_rule("本这当下上周", rf"(?:{_SHIFT}_)?周_末")
def _weekend(plain: str, match: re.Match[str]) -> Day | None:
    shift = _shift(match["shift"])
    return _day(match, Weekend(shift or 0), "weekday", never=(shift or 0) < 0)


@_rule("本这当下上", rf"{_SHIFT}_{_WEEK}(?!期|年|转|边|刊)(?:_(?:初|(?P<mid>中){_NOT_MIDDLE}))?")
def _week(plain: str, match: re.Match[str]) -> Day | None:
    shift = _shift(match["shift"]) or 0
    if match[0].endswith("初") or match["mid"]:
        return _day(match, Weekday(2 if match["mid"] else 0, shift), "weekday", never=shift < 0)
    return _day(match, Week(shift), "week", never=shift < 0)


@_rule("周", rf"周_(?:初|(?P<mid>中){_NOT_MIDDLE}|(?P<within>内(?!部(?!署))))")
def _part_of_week(plain: str, match: re.Match[str]) -> Day | None:
    if match.start() and plain[match.start() - 1] in "一二两三四五六七八九十每上0123456789":
        return None
    if match["within"]:
        return Day(match.start(), match.end() - 1, Week(0), "week")
    return _day(match, Weekday(2 if match["mid"] else 0), "weekday")


# -- dates


def _month_day(match: re.Match[str], shape: Shape = "date") -> Day | None:
    year, year_shift = _year(match)
    month, day = value(match["m"]), value(match["d"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    past = year_shift is not None and year_shift < 0
    return _day(match, MonthDay(month, day, year, year_shift), shape, never=past, checkable=not past, dated=True)


_DATE_END = r"(?:_[日号](?!楼|线|店|仓)|(?![\d]|_?[个台箱套件家吨米元万千百款人天年%:.]|_?点|[十一二三四五六七八九]))"


@_rule(
    "0123456789一二三四五六七八九十今本当明后去前",
    rf"(?:{_YEAR}_(?:的_)?)?(?P<m>{MONTH})_月_(?:份_)?(?P<d>{DAY}){_DATE_END}",
)
def _written_date(plain: str, match: re.Match[str]) -> Day | None:
    return _month_day(match)


@_rule(
    "0123456789一二三四五六七八九十",
    rf"(?P<m>{MONTH})_月_(?:份_)?(?P<b>{DAY})_(?:[日号]_)?(?:-+|~+|到|至|、|和|或)_(?P<d>{DAY})_[日号]",
)
def _written_range(plain: str, match: re.Match[str]) -> Day | None:
    found = _month_day(match)
    begin = value(match["b"])
    if found is None or not 1 <= begin <= 31:
        return None
    return _ranged(found, MonthDay(value(match["m"]), begin), value(match["m"]), begin, value(match["d"]))


def _ranged(found: Day, begin: MonthDay, month: int, first: int, last: int) -> Day:
    end = MonthDay(month if last >= first else month % 12 + 1, last)
    return Day(found.start, found.end, DateRange(begin, end), "date", dated=True)


# 3号楼, 12号店: things that bear numbers. The inner exceptions are things a day is told before (25号店里盘点).
_NUMBERED_DAY = (
    r"号(?!楼|栋|仓(?!储)|线(?!上|下|索)|店(?!里|长|员|面|庆|铺|内)|门(?!店|诊|头|禁)|机(?!器|票|械|构|房|床|柜|场|型)|柜(?!台|面)"
    r"|厅|院(?!长|线|里|区|办|感)|库(?!存|房)|厂(?!家|里|商|房|长)|馆|桌|床|车(?!间|险|队|辆|程)|井|站(?!店|会|长)"
    r"|样(?!品|板|机|柜|车|册|衣|本|稿|张)|平台|电池|会议室|色(?!卡)|码|段|口(?!头)|位|桥|球|板(?!材)|孔|公馆|炉|罐|泵|标段|地块"
    r"|梁|柱|岗|令|窗(?!口|帘)|刀|牌(?!匾|照)|舱|瓶|针|料(?!单|号)|粉|室(?!内|外)|棚|塔|墙|架(?!子)|闸|组(?!织|装|建|团)|选手|链"
    r"|问题|议题|文件|通知(?!客|各|他|所有|门|全|供)|路(?!演))"
)


@_rule("2", r"(?P<y>20\d\d)(?P<sep>[-/.])_(?P<m>\d{1,2})_(?P=sep)_(?P<d>\d{1,2})(?!\d)(?:_[日号])?")
def _numeric_date(plain: str, match: re.Match[str]) -> Day | None:
    return _month_day(match)


@_rule(
    "0123456789",
    r"(?P<m>\d{1,2})(?P<sep>[-/.])(?P<d>\d{1,2})(?:_[日号](?!楼|线|店|仓))?(?!\d|:\d\d(?!\d)|[/%a-z]|-(?!-|\d{1,2}[-/.]\d)|\.\d|_?(?:点|时(?!间)|个|天|周(?![一二三四五六日天末1-7])|小时|分钟|年|月|刻))",
)
def _slash_date(plain: str, match: re.Match[str]) -> Day | None:
    if match.start() and re.search(r"(?:[a-z\d./*×x#¥$]|[a-z]-)$", plain[: match.start()][-2:]):
        return None
    return _month_day(match, "date" if match[0][-1] in "日号" else "slash")


@_rule(
    "0123456789一二三四五六七八九十廿卅",
    rf"(?P<d>{DAY})_(?:{_NUMBERED_DAY}|日(?!内|元|均|期|用|常|程|游|达|志|历))",
)
def _month_number(plain: str, match: re.Match[str]) -> Day | None:
    day = value(match["d"])
    previous = plain[match.start() - 1] if match.start() else ""
    if not 1 <= day <= 31 or previous in tuple("第零〇一二三四五六七八九十廿卅周."):
        return None
    return _day(match, MonthNumber(day), "number", checkable=True, dated=True)


@_rule(
    "0123456789一二三四五六七八九十廿卅",
    rf"(?P<b>{DAY})_(?:[日号]_)?(?:-+|~+|到|至|、|和|或)_(?P<d>{DAY})_[日号](?!楼|线|店|仓|机|门|内|_?之?内)",
)
def _number_range(plain: str, match: re.Match[str]) -> Day | None:
    begin, end = value(match["b"]), value(match["d"])
    previous = plain[match.start() - 1] if match.start() else ""
    if not (1 <= begin <= 31 and 1 <= end <= 31) or previous in tuple("第零〇一二三四五六七八九十廿卅周."):
        return None
    return _day(match, DateRange(MonthNumber(begin), MonthNumber(end)), "number", dated=True)


# -- months

_MONTH_PARTS = {
    "初": (1, 5),
    "中": (15, 15),
    "底": (25, 31),
    "末": (25, 31),
    "上旬": (1, 10),
    "中旬": (11, 20),
    "下旬": (21, 31),
}
_MONTH_PART = rf"(?:(?P<p>上_旬|中_旬|下_旬|初|底|末(?!端)|中{_NOT_MIDDLE}))"


def _part_of_month(match: re.Match[str], month: int | None, shift: int | None) -> Day:
    written = (match["p"] or "").replace(" ", "")
    begin, end = _MONTH_PARTS.get(written, (1, 31))
    year, year_shift = _year(match)
    never = (shift or 0) < 0 or (year_shift or 0) < 0
    long = not written or "旬" in written
    days = PartOfMonth(begin, end, month, shift, year, year_shift, long)
    shape: Shape = "month" if shift is None and not written else "week" if long else "number"
    return _day(match, days, shape, never=never)


@_rule(
    "0123456789一二三四五六七八九十今本当明后去前",
    rf"(?:{_YEAR}_(?:的_)?)?(?P<m>{MONTH})_月(?:_份)?(?:_{_MONTH_PART}|(?!_?\d|饼|子|薪|租|报|供))",
)
def _month(plain: str, match: re.Match[str]) -> Day | None:
    month = value(match["m"])
    if not 1 <= month <= 12:
        return None
    return _part_of_month(match, month, None)


@_rule("本这当下上", rf"{_SHIFT}_月(?!饼|嫂)(?:_份)?(?:_{_MONTH_PART})?")
def _this_month(plain: str, match: re.Match[str]) -> Day | None:
    return _part_of_month(match, None, _shift(match["shift"]))


@_rule(
    "本这当下上",
    rf"{_SHIFT}_月_(?:份_)?(?:的_)?(?P<d>{DAY})(?:_[日号](?!楼|线|店)|(?=_?(?:之|以)?_?前|$|[ ,，。;；)]))",
)
def _this_month_day(plain: str, match: re.Match[str]) -> Day | None:
    day, shift = value(match["d"]), _shift(match["shift"]) or 0
    if not 1 <= day <= 31:
        return None
    return _day(match, MonthNumber(day, shift), "date", never=shift < 0, checkable=True, dated=True)


@_rule(
    "月上中下",
    rf"月_(?P<q>初|底|末(?!端)|(?P<mid>中){_NOT_MIDDLE}|(?P<within>内(?!部(?!署))))|(?P<p>上_旬|中_旬|下_旬)",
)
def _bare_month_part(plain: str, match: re.Match[str]) -> Day | None:
    if match["q"] and match.start() and plain[match.start() - 1] in "个每岁正腊":
        return None
    if match["within"]:
        return Day(match.start(), match.end() - 1, PartOfMonth(1, 31, None, 0, None, None, True), "week")
    written = (match["p"] or match["q"]).replace(" ", "")
    begin, end = _MONTH_PARTS[written]
    return _day(match, PartOfMonth(begin, end, long="旬" in written), "week" if "旬" in written else "number")


# -- quarters, halves, years


@_rule(
    "今本当明后去前2第q一二三四1234",
    rf"(?:{_YEAR}_(?:的_)?)?(?:第_)?(?:q_?(?P<q>[1-4])(?!\d)|(?P<c>[一二三四1-4])_季(?:_度|(?=_?[末底内初])))(?:_(?P<end>[末底]))?",
)
def _named_quarter(plain: str, match: re.Match[str]) -> Day | None:
    if match["q"] and match.start() and re.match(r"[a-z\d]", plain[match.start() - 1]):
        return None
    year, shift = _year(match)
    number = value(match["q"] or match["c"])
    past = (shift or 0) < 0
    return _day(
        match,
        Quarter(number, None, year, shift, match["end"] is not None),
        "week" if match["end"] else "month",
        never=past,
    )


@_rule("本这当下上季", rf"(?:{_SHIFT}_)季_度?(?:_(?P<end>[末底]))?|季_度?_(?P<bare>[末底]|(?=内(?!部(?!署))))")
def _this_quarter(plain: str, match: re.Match[str]) -> Day | None:
    if match["bare"] == "":
        return _day(match, Quarter(None, 0), "week")
    if match["bare"] is not None:
        return _day(match, Quarter(None, None, end_only=True), "number")
    shift = _shift(match["shift"]) or 0
    return _day(match, Quarter(None, shift, end_only=match["end"] is not None), "week", never=shift < 0)


@_rule("今本当明后去前2上下", rf"(?:{_YEAR}_(?:的_)?)?(?P<h>上|下)_半_年(?!度)(?:_(?P<end>[末底]))?")
def _half(plain: str, match: re.Match[str]) -> Day | None:
    year, shift = _year(match)
    days = HalfYear(1 if match["h"] == "上" else 2, year, shift, match["end"] is not None)
    return _day(match, days, "month", never=(shift or 0) < 0)


@_rule("今本当明后去前2二", rf"{_YEAR}(?:_度)?(?:_年)?(?:_(?P<end>[末底终])(?!端|奖))?(?!_?初|_?中{_NOT_MIDDLE}|\d|级)")
def _year_span(plain: str, match: re.Match[str]) -> Day | None:
    year, shift = _year(match)
    never = (shift or 0) < 0
    if match["end"] is None and match["y"].isdigit() and not rx(r"_(?:之_|以_)?[内前]").match(plain, match.end()):
        never = True  # 2026年框架合同: a year by its number is no deadline
    shape: Shape = "number" if match["end"] else "week" if year is None else "month"
    return _day(match, Year(shift or 0, year, match["end"] is not None), shape, never=never)


@_rule("今本当明后去前2年", rf"(?:{_YEAR}(?:_年)?|年)_(?:初|中{_NOT_MIDDLE})")
def _vague_year_part(plain: str, match: re.Match[str]) -> Day | None:
    return _day(match, Year(0), "month", never=True)


@_rule("年", r"年_(?:[底末](?!端)|(?P<within>内(?!部(?!署))))")
def _bare_year_end(plain: str, match: re.Match[str]) -> Day | None:
    if match.start() and plain[match.start() - 1] in "一二两三四五六七八九十半几多0123456789":
        return None
    if match["within"]:
        return Day(match.start(), match.end() - 1, Year(0), "week")
    return _day(match, Year(0, end_only=True), "number")


# -- feasts

_FEASTS = [
    ("元旦", r"元_旦(?:_节)?"), ("春节", r"春_节"), ("除夕", r"除_夕(?:夜)?|大?_年_三_十"), ("清明", r"清_明(?:_节)?"),
    ("五一", r"五_一(?![一二三四五六七八九十]|路|广场|店)(?:_国际)?(?:_劳_动)?(?:_节)?|劳_动_节"),
    ("端午", r"端_午(?:_节)?"),
    ("中秋", r"中_秋(?:_节)?"), ("国庆", r"国_庆(?:_节)?(?!路)"),
]  # fmt: skip
_FEAST = "|".join(f"(?P<f{index}>{pattern})" for index, (_, pattern) in enumerate(_FEASTS))
_OFF = r"(?:_?(?:放_?假|假_?期|长_?假|小_?长_?假|黄_?金_?周))?"
_NEAR = r"(?:之_|以_)?前(?!后|期|夕|台|往|_?(?:\d|[一两二三四五六七])_?个?[天日周])"
_FAR = (
    r"(?:之_|以_)?后(?!天|期|台|来|勤|续(?!签|费|约|保|订))"
    r"(?:_(?:的_)?第_一_(?:天|个_工_作_日))?"
)
_EDGE = rf"_(?:(?P<near>{_NEAR})|(?P<far>{_FAR}))"


@_rule("元春除大年清五劳端中国今明后", rf"(?:(?P<y>今|明|后)_年_)?(?:{_FEAST})(?:{_OFF}{_EDGE}|_(?:当_[天日]|那_天))?")
def _feast(plain: str, match: re.Match[str]) -> Day | None:
    name = next(name for index, (name, _) in enumerate(_FEASTS) if match[f"f{index}"])
    if (
        name == "五一"
        and match.start()
        and re.search(r"(?:[一二三四五六七八九十周]|星期|礼拜)$", plain[: match.start()][-2:])
    ):
        return None
    return _round(match, name)


def _round(match: re.Match[str], name: str | None) -> Day | None:
    _, shift = _year(match)
    if match["near"] or match["far"]:
        return _day(match, RoundFeast(name, match["far"] is not None, shift), "around")
    return None if name is None else _day(match, Feast(name, shift), "feast", checkable=True)


@_rule("十", rf"十_一(?:_节)?{_OFF}{_EDGE}")
def _october_first(plain: str, match: re.Match[str]) -> Day | None:
    if match.start() and plain[match.start() - 1] in "双一二三四五六七八九十周期拜第":
        return None
    return _round(match, "国庆")


@_rule("年过", rf"(?:过_)?年{_EDGE}")
def _new_year(plain: str, match: re.Match[str]) -> Day | None:
    if match.start() and plain[match.start() - 1] in "一二两三四五六七八九十半几多今明去后前本当新每周百0123456789":
        return None
    return _round(match, "春节")


# Feasts that are no days off: 情人节前 is none of ours, and the bot asks.
_OTHER_FEAST = Pattern(
    r"(?:情人|圣诞|母亲|父亲|儿童|妇女|女神|教师|元宵|七夕|光棍|购物|年货|电商|感恩|万圣|腊八|重阳|护士|医师|店庆|女人|女王|啤酒|音乐|美食|双十一|环|(?<!明)细|季|(?<!空)调)$"
)


@_rule("节双放假长小", rf"(?:双_节|节_?(?:假_?日|日)|节|(?:小_?)?长_?假|放_?假|假_?期){_OFF}{_EDGE}")
def _any_feast(plain: str, match: re.Match[str]) -> Day | None:
    if _OTHER_FEAST.search(plain[max(0, match.start() - 3) : match.start()]):
        return None
    return _round(match, None)


_BY_START: dict[str, list[tuple[Pattern, Reader]]] = {}
for _starts, _pattern, _reader in _RULES:
    for _char in _starts:
        _BY_START.setdefault(_char, []).append((_pattern, _reader))

# What every date that begins with a number begins with.
_NUMBER_STARTS = frozenset("0123456789零〇一二两三四五六七八九十廿卅")
_NUMBER_HINT = rx(r"(?:\d{1,4}|[零〇一二两三四五六七八九十廿卅]{1,4})_[年月日号/.~到至、和或季-]|五_一|十_一")
# Names of firms and places that begin like a day.
BRANDS = rx(r"周六福|[七7]天_?(?:连锁)?_?酒店|365天|今日头条|明日之星|7-11|7-eleven|五一(?:路|广场|大道|商圈)|十一届")
BRAND_STARTS = frozenset("周七73今明五十")
# 版本周五, 补上周五前: the 本 or 上 before a week is not always that of 本周 or 上周.
_OTHER_THIS = tuple("版剧脚")
_WENT = tuple("出回过进送带拿寄拉搬运")
_COMPLETED = tuple("补搭装挂跟追赶交传贴换接配盖关印带连穿写填填加送用")
_ENDS_ITEM = Pattern(r" ?(?:(?:之 ?|以 ?)?[前内]|$|[,，。;；!、)）到至或~-]|[上下中]午|早|晚|凌晨|傍晚|半?夜|\d)")
_REDUCED_WEEKDAY = rx(r"(?P<d>[一二三四五六日天])(?![个次期天套份点时月年号一二三四五六七八九十])")


def _is_complement(plain: str, day: Day) -> bool:
    """Whether the 上 of 上周 rather ends the verb before it: 补上 周五, 补上周五前."""
    if plain[day.start] != "上" or not day.start or plain[day.start - 1] not in _COMPLETED:
        return False
    return plain[day.start + 1] == " " or _ENDS_ITEM.match(plain, day.end) is not None


def day_at(plain: str, index: int, within: Day | None = None) -> Day | None:
    """The longest day expression at `index`, or None.

    `within` is the day at the other end of a range, after which a shorter form will do (周三到五).
    """
    if index >= len(plain):
        return None
    if (plain[index] in BRAND_STARTS and BRANDS.match(plain, index)) or (
        plain[index] == "本" and plain[index - 1 : index] in _OTHER_THIS
    ):
        return None
    if plain[index] == "去" and plain[index - 1 : index] in _WENT:
        return None  # 发出去|年底前
    if plain[index : index + 2] == "明年" and plain[index - 1 : index] in tuple("说证声"):
        return None  # 升级说明|年底发
    if plain[index] in _NUMBER_STARTS and not _NUMBER_HINT.match(plain, index):
        return _reduced(plain, index, within)
    best: Day | None = None
    for pattern, reader in _BY_START.get(plain[index], ()):
        match = pattern.match(plain, index)
        day = reader(plain, match) if match else None
        if day is not None and day.never and _is_complement(plain, day):
            return None
        if day is not None and (best is None or day.end > best.end):
            best = day
    return best or _reduced(plain, index, within)


def _reduced(plain: str, index: int, within: Day | None) -> Day | None:
    """The 五 of 周三到五."""
    match = _REDUCED_WEEKDAY.match(plain, index) if within is not None and within.plain_weekday is not None else None
    if match is None or within is None:
        return None
    shift = within.days.shift if isinstance(within.days, Weekday) else None
    return Day(index, match.end(), Weekday(_WEEKDAYS[match["d"]], shift), "weekday")
