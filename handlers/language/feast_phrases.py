"""Feasts, and the days before and after the days off round them: 国庆, 春节前, 节后, 年前."""

from __future__ import annotations

import re

from handlers.language.day_rules import Day, Rules, day_of, year_of
from handlers.language.feasts import Feast, RoundFeast
from handlers.language.patterns import Pattern

FEASTS = Rules()
_NAMES = [
    ("元旦", r"元_旦(?:_节)?"), ("春节", r"春_节"), ("除夕", r"除_夕(?:夜)?|大?_年_三_十"), ("清明", r"清_明(?:_节)?"),
    ("五一", r"五_一(?![一二三四五六七八九十]|路|广场|店)(?:_国际)?(?:_劳_动)?(?:_节)?|劳_动_节"),
    ("端午", r"端_午(?:_节)?"),
    ("中秋", r"中_秋(?:_节)?"), ("国庆", r"国_庆(?:_节)?(?!路)"),
]  # fmt: skip
_FEAST = "|".join(f"(?P<f{index}>{pattern})" for index, (_, pattern) in enumerate(_NAMES))
_OFF = r"(?:_?(?:放_?假|假_?期|长_?假|小_?长_?假|黄_?金_?周))?"
_NEAR = r"(?:之_|以_)?前(?!后|期|夕|台|往|_?(?:\d|[一两二三四五六七])_?个?[天日周])"
_FAR = (
    r"(?:之_|以_)?后(?!天|期|台|来|勤|续(?!签|费|约|保|订))"
    r"(?:_(?:的_)?第_一_(?:天|个_工_作_日))?"
)
_EDGE = rf"_(?:(?P<near>{_NEAR})|(?P<far>{_FAR}))"


@FEASTS.on(
    rf"(?:(?P<y>今|明|后)_年_)?(?:{_FEAST})(?:{_OFF}{_EDGE}|_(?:当_[天日]|那_天))?",
    starts="元春除大年清五劳端中国",
    years=True,
)
def _feast(plain: str, match: re.Match[str]) -> Day | None:
    """Round the holidays: 国庆前, 春节后, 中秋, 除夕, 国庆当天."""
    name = next(name for index, (name, _) in enumerate(_NAMES) if match[f"f{index}"])
    if (
        name == "五一"
        and match.start()
        and re.search(r"(?:[一二三四五六七八九十周]|星期|礼拜)$", plain[: match.start()][-2:])
    ):
        return None
    return _round(match, name)


def _round(match: re.Match[str], name: str | None) -> Day | None:
    _, shift = year_of(match)
    if match["near"] or match["far"]:
        return day_of(match, RoundFeast(name, match["far"] is not None, shift), "around")
    return None if name is None else day_of(match, Feast(name, shift), "feast", checkable=True)


@FEASTS.on(rf"十_一(?:_节)?{_OFF}{_EDGE}", starts="十")
def _october_first(plain: str, match: re.Match[str]) -> Day | None:
    """Round the holidays: 十一前 is 国庆前; 十一 alone is a number."""
    if match.start() and plain[match.start() - 1] in "双一二三四五六七八九十周期拜第":
        return None
    return _round(match, "国庆")


# 三年前, 去年前, 跨年前: another year than the lunar one.
_OTHER_YEAR = "一二两三四五六七八九十半几多今明去后前本当新每周百跨同学财成青少童0123456789"


@FEASTS.on(rf"(?:过_)?年{_EDGE}", starts="年过")
def _new_year(plain: str, match: re.Match[str]) -> Day | None:
    """Round the holidays: 年前 and 年后 are those of Spring Festival."""
    if match.start() and plain[match.start() - 1] in _OTHER_YEAR:
        return None
    return _round(match, "春节")


# Feasts that are no days off: 情人节前 is none of ours, and the bot asks.
_OTHER_FEAST = Pattern(
    r"(?:情人|圣诞|母亲|父亲|儿童|妇女|女神|教师|元宵|七夕|光棍|购物|年货|电商|感恩|万圣|腊八|重阳|护士|医师|店庆|女人|女王|啤酒|音乐|美食|双十一|环|建军|建党|青年|植树|记者|消费者|泼水|火把|(?<!明)细|季|(?<!空)调)$"
)


@FEASTS.on(rf"(?:双_节|节_?(?:假_?日|日)|节|(?:小_?)?长_?假|放_?假|假_?期){_OFF}{_EDGE}", starts="节双放假长小")
def _any_feast(plain: str, match: re.Match[str]) -> Day | None:
    """Round the holidays: 节前 and 节后, the next statutory holiday."""
    if _OTHER_FEAST.search(plain[max(0, match.start() - 3) : match.start()]):
        return None
    return _round(match, None)
