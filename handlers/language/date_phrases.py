"""Dates, months, quarters, halves and years: 11月25日, 11/25, 25号, 下月初, Q1, 年底."""

from __future__ import annotations

import re

from handlers.language.day_rules import (
    NOT_MIDDLE,
    SHIFT,
    YEAR,
    Day,
    Rules,
    Shape,
    day_of,
    shift_of,
    year_of,
)
from handlers.language.days import DateRange, MonthDay, MonthNumber
from handlers.language.numerals import DAY, MONTH, value
from handlers.language.patterns import Pattern, rx
from handlers.language.spans import HalfYear, PartOfMonth, Quarter, Year

DATES = Rules()


def _month_day(match: re.Match[str], shape: Shape = "date") -> Day | None:
    year, year_shift = year_of(match)
    month, day = value(match["m"]), value(match["d"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    past = year_shift is not None and year_shift < 0
    return day_of(match, MonthDay(month, day, year, year_shift), shape, never=past, checkable=not past, dated=True)


_DATE_END = r"(?:_[日号](?!楼|线|店|仓)|(?![\d]|_?[个台箱套件家吨米元万千百款人天年%:.]|_?点|[十一二三四五六七八九]))"


@DATES.on(
    rf"(?:{YEAR}_(?:的_)?)?(?P<m>{MONTH})_月_(?:份_)?(?:的_(?={DAY}_[日号]))?(?P<d>{DAY}){_DATE_END}",
    units="月年",
    years=True,
)
def _written_date(plain: str, match: re.Match[str]) -> Day | None:
    """Days: 11月25日, 11月25号, 2026年11月25日."""
    return _month_day(match)


@DATES.on(
    rf"(?P<m>{MONTH})_月_(?:份_)?(?P<b>{DAY})_(?:[日号]_)?(?:(?:-+|~+|/|到|至|、|和|或)_(?P<d>{DAY})_[日号]|(?:-+|~+)_(?P<e>{DAY})(?!_[月/.:-]){_DATE_END})",
    units="月",
)
def _written_range(plain: str, match: re.Match[str]) -> Day | None:
    """Days: a range is due at its end, 11月25日到27日."""
    month, begin, end = value(match["m"]), value(match["b"]), value(match["d"] or match["e"])
    if not (1 <= month <= 12 and 1 <= begin <= 31 and 1 <= end <= 31) or (match["e"] and end <= begin):
        return None
    return _ranged(match, month, begin, end, "date")


def _ranged(match: re.Match[str], month: int, first: int, last: int, shape: Shape) -> Day:
    end = MonthDay(month if last >= first else month % 12 + 1, last)
    return day_of(match, DateRange(MonthDay(month, first), end), shape, dated=True)


# 3号楼, 12号店: things that bear numbers. The inner exceptions are things a day is told before (25号店里盘点).
_NUMBERED_DAY = (
    r"号(?!楼|栋|仓(?!储)|线(?!上|下|索)|店(?!里|长|员|面|庆|铺|内)|门(?!店|诊|头|禁)|机(?!器|票|械|构|房|床|柜|场|型)|柜(?!台|面)"
    r"|厅|院(?!长|线|里|区|办|感)|库(?!存|房)|厂(?!家|里|商|房|长)|馆|桌|床|车(?!间|险|队|辆|程)|井|站(?!店|会|长)"
    r"|样(?!品|板|机|柜|车|册|衣|本|稿|张)|平台|电池|会议室|色(?!卡)|码|段|口(?!头)|位|桥|球|板(?!材)|孔|公馆|炉|罐|泵|标段|地块"
    r"|梁|柱|岗|令|窗(?!口|帘)|刀|牌(?!匾|照)|舱|瓶|针|料(?!单|号)|粉|室(?!内|外)|棚|塔|墙|架(?!子)|闸|组(?!织|装|建|团)|选手|链"
    r"|问题|议题|文件|通知(?!客|各|他|所有|门|全|供)|路(?!演))"
)


@DATES.on(r"(?P<y>20\d\d)(?P<sep>[-/.])_(?P<m>\d{1,2})_(?P=sep)_(?P<d>\d{1,2})(?!\d)(?:_[日号])?", units="-/.")
def _numeric_date(plain: str, match: re.Match[str]) -> Day | None:
    """Days: 2026-11-25."""
    return _month_day(match)


# A figure before a date that makes it none: V2.3, 3x4-5, ¥12.5.
_IN_A_NUMBER = Pattern(r"(?:[a-z\d./*×x#¥$]|[a-z]-)$")


@DATES.on(
    r"(?P<m>\d{1,2})(?P<sep>[-/.])(?P<d>\d{1,2})(?:_[日号](?!楼|线|店|仓))?(?!\d|:\d\d(?!\d)|[/%a-z]|-(?!-|\d{1,2}[-/.]\d)|\.\d|_?(?:点|时(?!间)|个|天|周(?![一二三四五六日天末1-7])|小时|分钟|年|月|刻))",
    units="-/.",
)
def _slash_date(plain: str, match: re.Match[str]) -> Day | None:
    """Days: 11/25, 11-25, 11.25."""
    if _IN_A_NUMBER.search(plain[max(0, match.start() - 2) : match.start()]):
        return None
    return _month_day(match, "date" if match[0][-1] in "日号" else "slash")


@DATES.on(
    r"(?P<m>\d{1,2})(?:[/.](?P<b>\d{1,2})_(?:-+|~+|[到至](?=_\d{1,2}_(?:[前,，。;、)给把]|之前|以前|$)))"
    r"|-(?P<c>\d{1,2})_~+)_(?P<d>\d{1,2})(?![\d:/.%a-z-]|_?(?:点|时(?!间)|[个天年月刻分周日号]|小时|[两三四]天))",
    units="-/.",
)
def _slash_range(plain: str, match: re.Match[str]) -> Day | None:
    """Days: a range is due at its end, 11/25-27."""
    month, begin, end = int(match["m"]), int(match["b"] or match["c"]), int(match["d"])
    in_order = 1 <= month <= 12 and 1 <= begin < end <= 31
    if not in_order or _IN_A_NUMBER.search(plain[max(0, match.start() - 2) : match.start()]):
        return None
    return _ranged(match, month, begin, end, "slash")


# What makes a number part of a longer one: 第5日, 三十|五号, 周|五号; but 周五|27号, 下周|5号.
_IN_A_COUNT = Pattern(r"(?:[第.]|(?<![下本这])周|(?<!周)(?<!期)(?<!拜)[零〇一二三四五六七八九十廿卅])$")


def _in_a_count(plain: str, start: int) -> bool:
    before = plain[max(0, start - 3) : start]
    return _IN_A_COUNT.search(before) is not None or (before[-1:] == "周" and not plain[start].isdigit())


# 送到7号收费站: where something is brought to is no day when more follows at once.
_BROUGHT = Pattern(r"[送发运寄搬拉开停装摆放移][到至进在去] ?$")
_MORE = Pattern("(?![前之以内早上下晚中凌傍夜左的了吧])[一-鿿]")


@DATES.on(rf"(?P<d>{DAY})_(?:{_NUMBERED_DAY}|日(?!内|元|均|期|用|常|程|游|达|志|历))", units="日号")
def _month_number(plain: str, match: re.Match[str]) -> Day | None:
    """Days: 25号, 25日, 二十五号."""
    day = value(match["d"])
    if not 1 <= day <= 31 or _in_a_count(plain, match.start()):
        return None
    if _BROUGHT.search(plain[max(0, match.start() - 3) : match.start()]) and _MORE.match(plain, match.end()):
        return None
    return day_of(match, MonthNumber(day), "number", checkable=True, dated=True)


@DATES.on(
    rf"(?P<b>{DAY})_(?:[日号]_)?(?:-+|~+|到|至|、|和|或)_(?P<d>{DAY})_(?:[日号](?!楼|线|店|仓|机|门|内|_?之?内)|(?=(?:这_)?[两2]_天(?!后)))",
    units="日号-~到至、和或",
)
def _number_range(plain: str, match: re.Match[str]) -> Day | None:
    """Days: a range is due at its end, 25号-27号."""
    begin, end = value(match["b"]), value(match["d"])
    if not (1 <= begin <= 31 and 1 <= end <= 31) or _in_a_count(plain, match.start()):
        return None
    return day_of(match, DateRange(MonthNumber(begin), MonthNumber(end)), "number", dated=True)


# -- months

_MONTH_PARTS = {
    "初": (1, 5),
    "中": (15, 15),
    "底": (25, 31),
    "末": (25, 31),
    "头": (1, 5),
    "尾": (25, 31),
    "上旬": (1, 10),
    "中旬": (11, 20),
    "下旬": (21, 31),
}
# 月头 and 月尾 are 月初 and 月底 in the south; 头批, 尾款 are things.
_HEAD, _TAIL = r"头(?![版批一条像部等号发次])", r"尾(?![款数单货号盘差])"
_MONTH_PART = rf"(?:(?P<p>上_旬|中_旬|下_旬|初|底|末(?!端)|{_HEAD}|{_TAIL}|中{NOT_MIDDLE}))"


def _part_of_month(match: re.Match[str], month: int | None, shift: int | None) -> Day:
    written = (match["p"] or "").replace(" ", "")
    begin, end = _MONTH_PARTS.get(written, (1, 31))
    year, year_shift = year_of(match)
    never = (shift or 0) < 0 or (year_shift or 0) < 0
    long = not written or "旬" in written
    days = PartOfMonth(begin, end, month, shift, year, year_shift, long)
    shape: Shape = "month" if shift is None and not written else "week" if long else "number"
    return day_of(match, days, shape, never=never)


# 3月 20, but 3月 20台样机.
_A_DAY = r" \d{1,2}(?!\d|_?[个台箱套件家盒瓶袋份吨米元万千百款人])"


@DATES.on(
    rf"(?:{YEAR}_(?:的_)?)?(?P<m>{MONTH})_月(?:_份)?(?:_{_MONTH_PART}|(?!\d|{_A_DAY}|饼|子|薪|租|报|供))",
    units="月年",
    years=True,
)
def _month(plain: str, match: re.Match[str]) -> Day | None:
    """Spans: 3月, 3月份, 3月底, 12月上旬."""
    month = value(match["m"])
    if not 1 <= month <= 12:
        return None
    return _part_of_month(match, month, None)


@DATES.on(rf"{SHIFT}_月(?!饼|嫂)(?:_份)?(?:_{_MONTH_PART})?", starts="本这当下上")
def _this_month(plain: str, match: re.Match[str]) -> Day | None:
    """Spans: 本月, 下个月, 下月初."""
    return _part_of_month(match, None, shift_of(match["shift"]))


@DATES.on(
    rf"{SHIFT}_月_(?:份_)?(?:的_)?(?P<d>{DAY})(?:_[日号](?!楼|线|店)|(?=_?(?:之|以)?_?前|$|[ ,，。;；)]))",
    starts="本这当下上",
)
def _this_month_day(plain: str, match: re.Match[str]) -> Day | None:
    """Days: a day of a month named by 本 or 下, 下月15号."""
    day, shift = value(match["d"]), shift_of(match["shift"]) or 0
    if not 1 <= day <= 31:
        return None
    return day_of(match, MonthNumber(day, shift), "date", never=shift < 0, checkable=True, dated=True)


@DATES.on(
    rf"月_(?P<q>初|底|末(?!端)|{_HEAD}|{_TAIL}|(?P<mid>中){NOT_MIDDLE}|(?P<within>内(?!部(?!署))))|(?P<p>上_旬|中_旬|下_旬)",
    starts="月上中下",
)
def _bare_month_part(plain: str, match: re.Match[str]) -> Day | None:
    """Spans: 月初, 月底, 月内, 上旬, without a month."""
    if match["q"] and match.start() and plain[match.start() - 1] in "个每岁正腊":
        return None
    if match["within"]:
        return Day(match.start(), match.end() - 1, PartOfMonth(1, 31, None, 0, None, None, True), "week")
    written = (match["p"] or match["q"]).replace(" ", "")
    begin, end = _MONTH_PARTS[written]
    return day_of(match, PartOfMonth(begin, end, long="旬" in written), "week" if "旬" in written else "number")


# -- quarters, halves, years


@DATES.on(
    rf"(?:{YEAR}_(?:的_)?)?(?:第_)?(?:q_?(?P<q>[1-4])(?!\d)|(?P<c>[一二三四1-4])_季(?:_度|(?=_?[末底内初])))(?:_(?P<end>[末底]))?",
    starts="第q",
    units="季年",
    years=True,
)
def _named_quarter(plain: str, match: re.Match[str]) -> Day | None:
    """Spans: Q1, 一季度, and their ends."""
    if match["q"] and match.start() and re.match(r"[a-z\d]", plain[match.start() - 1]):
        return None
    year, shift = year_of(match)
    number = value(match["q"] or match["c"])
    past = (shift or 0) < 0
    return day_of(
        match,
        Quarter(number, None, year, shift, match["end"] is not None),
        "week" if match["end"] else "month",
        never=past,
    )


@DATES.on(rf"(?:{SHIFT}_)季_度?(?:_(?P<end>[末底]))?|季_度?_(?P<bare>[末底]|(?=内(?!部(?!署))))", starts="本这当下上季")
def _this_quarter(plain: str, match: re.Match[str]) -> Day | None:
    """Spans: 本季度, 季度末, 季末."""
    if match["bare"] == "":
        return day_of(match, Quarter(None, 0), "week")
    if match["bare"] is not None:
        return day_of(match, Quarter(None, None, end_only=True), "number")
    shift = shift_of(match["shift"]) or 0
    return day_of(match, Quarter(None, shift, end_only=match["end"] is not None), "week", never=shift < 0)


@DATES.on(rf"(?:{YEAR}_(?:的_)?)?(?P<h>上|下)_半_年(?!度)(?:_(?P<end>[末底]))?", starts="上下", units="年", years=True)
def _half(plain: str, match: re.Match[str]) -> Day | None:
    """Spans: 上半年, 下半年."""
    year, shift = year_of(match)
    days = HalfYear(1 if match["h"] == "上" else 2, year, shift, match["end"] is not None)
    return day_of(match, days, "month", never=(shift or 0) < 0)


# 明年元宵节前: a feast of that year, which is none of ours.
_OF_THAT_YEAR = (
    r"(?!_?的?_?(?:元_?宵|情_?人|圣_?诞|双_?[十1]|618|七_?夕|儿_?童|妇_?女|母_?亲|父_?亲|重_?阳|腊_?八|平_?安|万_?圣))"
)


@DATES.on(
    rf"{YEAR}(?:_度)?(?:_年)?(?:_(?P<end>[末底终]|{_TAIL})(?!端|奖))?(?!_?初|_?中{NOT_MIDDLE}|\d|级){_OF_THAT_YEAR}",
    units="年",
    years=True,
)
def _year_span(plain: str, match: re.Match[str]) -> Day | None:
    """Spans: 今年, 本年, 明年, 今年底; a year by its number belongs to the matter (2026年框架合同)."""
    year, shift = year_of(match)
    never = (shift or 0) < 0
    if match["end"] is None and match["y"].isdigit() and not rx(r"_(?:之_|以_)?[内前]").match(plain, match.end()):
        never = True  # 2026年框架合同: a year by its number is no deadline
    shape: Shape = "number" if match["end"] else "week" if year is None else "month"
    return day_of(match, Year(shift or 0, year, match["end"] is not None), shape, never=never)


@DATES.on(rf"(?:{YEAR}(?:_年)?|年)_(?:初|中{NOT_MIDDLE})", starts="年", units="年", years=True)
def _vague_year_part(plain: str, match: re.Match[str]) -> Day | None:
    """Spans name no day for 年初 and 年中, so they are never a deadline."""
    return day_of(match, Year(0), "month", never=True)


@DATES.on(rf"年_(?:[底末](?!端)|{_TAIL}|(?P<within>内(?!部(?!署))))", starts="年")
def _bare_year_end(plain: str, match: re.Match[str]) -> Day | None:
    """Spans: 年底, 年末, 年内."""
    if match.start() and plain[match.start() - 1] in "一二两三四五六七八九十半几多0123456789":
        return None
    if match["within"]:
        return Day(match.start(), match.end() - 1, Year(0), "week")
    return day_of(match, Year(0, end_only=True), "number")
