"""The day expressions of the grammar: relative days and weeks here, with dates and feasts; `day_at` finds them all."""

from __future__ import annotations

import re

from handlers.language.date_phrases import DATES
from handlers.language.day_rules import NOT_MIDDLE, SHIFT, Day, Reader, Rules, day_of, shift_of
from handlers.language.days import FOLLOWING_DAY, DateRange, Offset, Weekday
from handlers.language.english_phrases import ENGLISH
from handlers.language.feast_phrases import FEASTS
from handlers.language.patterns import Pattern, rx
from handlers.language.spans import Week, Weekend

_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "七": 6} | {
    str(n): n - 1 for n in range(1, 8)
}
_WEEK = r"(?:周|星_?期|礼_?拜)"
_WEEKDAY_NUMBER = (
    r"(?P<d>[一二三四五六](?![个次期天套份]|_?十(?![一二三四五六七八九]?_?[点时])|两(?!点|_天|[箱台套件家袋盒瓶桶份批张条块支只吨车名组次款册场]))|日(?!均|常|志)|天(?!猫)(?:儿(?!童|科))?|七"
    r"|[1-7](?!\d|_?(?:点(?!心|赞|评)|[时个天号月日%])|:\d\d|[./-]\d))"
)

_RULES = Rules()

# -- relative days

_OFFSETS: list[tuple[str, int, int | None]] = [
    (r"大_后_(?:[天日]|儿_个|个_儿|儿)", 3, None), (r"今_明_(?:两_|2_)?[天日]", 1, 0),
    (r"明_后_(?:两_|2_)?[天日]", 2, 1),
    (r"这_两_三_[天日]", 3, 0), (r"这_(?:一_)?[两二2]_[天日]", 2, 0), (r"这_[几三3]_[天日]", 3, 0),
    (r"今_(?:[天日]|儿_个|个_儿|个(?!月|年|季|星|周)|儿)", 0, None), (r"当_[天日](?!达)", 0, None),
    (r"(?:明_(?:[天日]|儿_个|个_儿|(?<![说证表声阐]明)个(?![别人性体案])|儿)"
     r"|(?<!打)听_日(?![期程常本语后子]))", 1, None),
    (r"后_(?:[天日](?!天)|儿_个|个_儿|儿(?![女童孙子]))", 2, None),
]  # fmt: skip


@_RULES.on("|".join(f"({pattern})" for pattern, _, _ in _OFFSETS), starts="大今明这当后听")
def _relative_day(plain: str, match: re.Match[str]) -> Day | None:
    """Days: 今天 to 大后天, 今明两天, 这两天, 这几天; Durations: 明后天."""
    _, days, begin = _OFFSETS[(match.lastindex or 1) - 1]
    return day_of(match, Offset(days, begin), "weekday", checkable=begin is None and match[0][0] != "当")


@_RULES.on(r"第_二_天", starts="第")
def _following_day(plain: str, match: re.Match[str]) -> Day | None:
    """第二天 follows a day that only the writer knows: no deadline, nor is the part of the day beside it."""
    return day_of(match, FOLLOWING_DAY, "weekday", never=True)


@_RULES.on(r"(?P<w>[今明当后])(?=_?(?:晚|早|夜|晨|午|上_?午|下_?午|中_?午|傍|凌))", starts="今明当后")
def _half_day_word(plain: str, match: re.Match[str]) -> Day | None:
    """Parts of a day: the 今, 明 and 后 of 今晚, 明早, 后晚."""
    before = plain[max(0, match.start() - 1) : match.start()]
    after = plain[match.end() : match.end() + 2]
    # 说明|上午, 证明|晚上; but before a lone 早 or 晚 the word is 明早 and 明晚, except in 透明 and the like.
    lone = after[:1] in tuple("早晚夜晨") and after[1:] not in tuple("上晨里间")
    words = "透聪黎昆" if lone else "说证声表发文透聪注申光英黎昆标阐"
    if (match["w"] == "明" and before in tuple(words)) or (match["w"] == "后" and before):
        return None
    if match["w"] == "后" and plain[match.end() : match.end() + 1] not in "晚早":
        return None
    return day_of(match, Offset({"明": 1, "后": 2}.get(match["w"], 0)), "weekday", needs_time=True)


@_RULES.on(r"大?_前_[天日]|昨_(?:[天日晚夜早]|儿_?个?)", starts="大前昨")
def _past_day(plain: str, match: re.Match[str]) -> Day | None:
    """Days: 昨天 and 前天 are never a deadline, they belong to the matter."""
    days = -3 if match[0].startswith("大") else -2 if "前" in match[0] else -1
    end = match.end() - (match[0][-1] in "晚夜早")
    return Day(match.start(), end, Offset(days), "weekday", never=True)


# -- weeks


@_RULES.on(rf"{SHIFT}_(?:{_WEEK}|拜)_(?:的_?)?(?:{_WEEK}_)?{_WEEKDAY_NUMBER}", starts="本这当下上")
@_RULES.on(rf"(?:周|星_?期|礼_?拜)_{_WEEKDAY_NUMBER}", starts="周星礼")
def _weekday(plain: str, match: re.Match[str]) -> Day | None:
    """Days: 周三, 本周三, 下周三, 下下周三; 上周三 is never a deadline."""
    shift = shift_of(match.groupdict().get("shift"))
    number = _WEEKDAYS[match["d"][0]]
    never = shift is not None and shift < 0
    return day_of(match, Weekday(number, shift), "weekday", never=never, plain_weekday=number)


# 每次周会, 上次周三: there 次 ends the word before it.
@_RULES.on(
    rf"(?<![每各一二三四五六七八九十两几多首上这那本下此头末再初历屡依其\d])次_{_WEEK}_(?:的_?)?(?:{_WEEK}_)?{_WEEKDAY_NUMBER}",
    starts="次",
)
def _weekday_of_the_following_week(plain: str, match: re.Match[str]) -> Day | None:
    """次周三, 次周周三: as 下周三."""
    number = _WEEKDAYS[match["d"][0]]
    return day_of(match, Weekday(number, 1), "weekday", plain_weekday=number)


_NEIGHBOURS = ["一二", "二三", "三四", "四五", "五六", "六日", "六天"]
_WHO_OR_WHEN = r"(?= ?(?:$|[ ,，。;、()]|(?:之|以)?前|把|给|去|到|都|两 ?天|我|上午|下午|晚))"


@_RULES.on(rf"(?:{SHIFT}_)?{_WEEK}_(?P<both>{'|'.join(_NEIGHBOURS)}){_WHO_OR_WHEN}", starts="本这当下上周星礼")
def _two_weekdays(plain: str, match: re.Match[str]) -> Day | None:
    """周六日, 本周四五: due on the later one, as 周四或周五 is."""
    shift = shift_of(match["shift"])
    first, last = (Weekday(_WEEKDAYS[char], shift) for char in match["both"])
    return day_of(match, DateRange(first, last, True), "weekday", never=(shift or 0) < 0)


@_RULES.on(rf"(?:{SHIFT}_)?周_末", starts="本这当下上周")
def _weekend(plain: str, match: re.Match[str]) -> Day | None:
    """Days: 周末, 本周末, 下周末."""
    shift = shift_of(match["shift"])
    return day_of(match, Weekend(shift or 0), "weekday", never=(shift or 0) < 0)


@_RULES.on(rf"{SHIFT}_{_WEEK}(?!期|年|转|边|刊)(?:_(?:初|(?P<mid>中){NOT_MIDDLE}))?", starts="本这当下上")
def _week(plain: str, match: re.Match[str]) -> Day | None:
    """Spans: 本周, 下周; 下周初 and 下周中."""
    shift = shift_of(match["shift"]) or 0
    if match[0].endswith("初") or match["mid"]:
        return day_of(match, Weekday(2 if match["mid"] else 0, shift), "weekday", never=shift < 0)
    return day_of(match, Week(shift), "week", never=shift < 0)


@_RULES.on(rf"周_(?:初|(?P<mid>中){NOT_MIDDLE}|(?P<within>内(?!部(?!署))))", starts="周")
def _part_of_week(plain: str, match: re.Match[str]) -> Day | None:
    """Spans: 周初, 周中, and 周内 as 本周内."""
    if match.start() and plain[match.start() - 1] in "一二两三四五六七八九十每上0123456789":
        return None
    if match["within"]:
        return Day(match.start(), match.end() - 1, Week(0), "week")
    return day_of(match, Weekday(2 if match["mid"] else 0), "weekday")


_Tried = list[tuple[Pattern, Reader]]
_BY_START: dict[str, _Tried] = {}
_BY_UNIT: dict[str, _Tried] = {}
_BY_YEAR: _Tried = []
for _rule in (*_RULES.rules, *DATES.rules, *FEASTS.rules, *ENGLISH.rules):
    for _char in _rule.starts:
        _BY_START.setdefault(_char, []).append((_rule.pattern, _rule.reader))
    for _char in _rule.units:
        _BY_UNIT.setdefault(_char, []).append((_rule.pattern, _rule.reader))
    if _rule.years:
        _BY_YEAR.append((_rule.pattern, _rule.reader))

_NUMBER_STARTS = frozenset("0123456789零〇一二两三四五六七八九十廿卅")
# What every date that begins with a number begins with; its last character is the unit.
_NUMBER_HINT = rx(r"(?:\d{1,4}|[零〇一二两三四五六七八九十廿卅]{1,4})_[年月日号/.~到至、和或季-]|五_一|十_一")
_YEAR_STARTS = frozenset("今本当明后去前")
_YEAR_HINT = rx(r"._年")
# Names of firms and places that begin like a day.
BRANDS = rx(r"周六福|[七7]天_?(?:连锁)?_?酒店|365天|今日头条|明日之星|7-11|7-eleven|五一(?:路|广场|大道|商圈)|十一届")
BRAND_STARTS = frozenset("周七73今明五十")
# 版本周五, 补上周五前: the 本 or 上 before a week is not always that of 本周 or 上周.
_OTHER_THIS = tuple("版剧脚")
_WENT = tuple("出回过进送带拿寄拉搬运")
_TOLD = tuple("说证声")
_COMPLETED = tuple("补搭装挂跟追赶交传贴换接配盖关印带连穿写填填加送用")
# 以上|周五前, 以下|周五前, 剩下|周五发: the 上 or 下 of another word.
_OTHER_WORD = Pattern(r"(?:[以如](?=[上下])|[剩私](?=下)|(?<![产专热路管干支号一二三])线(?=[上下]))")
_ENDS_ITEM = Pattern(r" ?(?:(?:之 ?|以 ?)?[前内]|$|[,，。;；!、)）到至或~-]|[上下中]午|早|晚|凌晨|傍晚|半?夜|\d)")
_REDUCED_WEEKDAY = rx(r"(?P<d>[一二三四五六日天])(?![个次期天套份点时月年号一二三四五六七八九十])")


def _is_complement(plain: str, day: Day) -> bool:
    """Whether the 上 of 上周 rather ends the word before it: 补上 周五, 补上周五前, 以上周五前."""
    if day.start and plain[day.start] in "上下" and _OTHER_WORD.match(plain, day.start - 1):
        return True
    if plain[day.start] != "上" or not day.start or plain[day.start - 1] not in _COMPLETED:
        return False
    return plain[day.start + 1] == " " or _ENDS_ITEM.match(plain, day.end) is not None


def day_at(plain: str, index: int, within: Day | None = None) -> Day | None:
    """The longest day expression at `index`, or None.

    `within` is the day at the other end of a range, after which a shorter form will do (周三到五).
    """
    if index >= len(plain):
        return None
    best: Day | None = None
    for pattern, reader in _tried(plain, index):
        match = pattern.match(plain, index)
        day = reader(plain, match) if match else None
        if day is not None and plain[index] in "上下" and _is_complement(plain, day):
            return None
        if day is not None and (best is None or day.end > best.end):
            best = day
    return best if best is not None or within is None else _reduced(plain, index, within)


def _tried(plain: str, index: int) -> _Tried:
    """The rules that may find a day at `index`."""
    char = plain[index]
    if char in BRAND_STARTS and BRANDS.match(plain, index):
        return []
    found = _BY_START.get(char, [])
    if char in _NUMBER_STARTS:
        number = _NUMBER_HINT.match(plain, index)
        return found + _BY_UNIT.get(number[0][-1], []) if number else []
    if char in _YEAR_STARTS:
        before = plain[index - 1 : index]
        year = _YEAR_HINT.match(plain, index) is not None
        if (
            (char == "本" and before in _OTHER_THIS)
            or (char == "本" and before.strip() and plain[index + 1 : index + 2] == " ")  # 寄样本 周三: a word ends
            or (char == "去" and before in _WENT)  # 发出去|年底前
            or (char == "明" and year and before in _TOLD)  # 升级说明|年底发
        ):
            return []
        return found + _BY_YEAR if year else found
    return found


def _reduced(plain: str, index: int, within: Day) -> Day | None:
    """The 五 of 周三到五."""
    match = _REDUCED_WEEKDAY.match(plain, index) if within.plain_weekday is not None else None
    if match is None:
        return None
    shift = within.days.shift if isinstance(within.days, Weekday) else None
    return Day(index, match.end(), Weekday(_WEEKDAYS[match["d"]], shift), "weekday")
