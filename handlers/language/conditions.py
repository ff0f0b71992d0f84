"""Clauses that promise nothing: what must come first (如果周五前到货, 客户确认后), what was said (王姐说周四要货).

Their times belong to the matter.
"""

from __future__ import annotations

import bisect
import functools

from handlers.language.patterns import Pattern

_OPENS = Pattern(
    r" ?(?:那|那么|但|但是)?(?:我|我们|咱|咱们)?(?:如果|要是|若是|若|假如|假使|只要|只有|一旦|万一|倘若|除非"
    r"|不管|无论|不论|即使|就算|等到?(?!于|级|额|候区))"
    r"|[^ ,，。;；!！]{1,10}?(?:如果|要是|若是|假如|一旦|万一)"
    r"|[^ ,，。;；!！]{0,4}(?:不[了到上及完成出行](?:来|去)?|没(?:能|法|办法)[^ ,，。;；!！]{0,4})(?:的话就?|了?就)"
)
# 春节后, 三天后: a deadline's own 后, no clause's.
_OWN_AFTER = (
    "(?<![最然今此往随先售节年天周月])(?<!小时)(?<!分钟)(?<!钟头)(?<!刻钟)(?<!星期)(?<!礼拜)(?<!作日)"
    "(?<!国庆)(?<!中秋)(?<!清明)(?<!端午)(?<!元旦)(?<!五一)(?<!长假)(?<!放假)"
)
_CLOSES = Pattern(rf"(?:的话|{_OWN_AFTER}后|以前?来|再说|(?<!不)过了|^ ?从.{{1,8}}(?:开始|起)) ?$")
# What somebody else said: 王姐说周四要货, “下周三前装好”.
_REPORTED = Pattern(
    r"(?<!我)(?<!你)说(?![明好定法服清完])|[“「『][^”」』]*[”」』]|原话|反馈[:说]|(?<=\w\w)(?<![按的点])(?:要求|希望)(?![的整])"
)
# What every clause of these kinds holds.
_MAY_TELL = Pattern(
    r"如果|要是|若|假[如使]|只[要有]|一旦|万一|除非|不管|无论|不论|即使|就算|等|后|的话|来|再说|不|没|过了|从|说|[“「『]|原话|反馈|要求|希望"
)
_STOP = Pattern("[,，。;；!！?？]")
_QUOTED, _QUOTE_END = Pattern("[“「『][^“”「」『』]*$"), Pattern("[”」』]")
# No clause that is looked at is longer.
_LONGEST = 60


def is_condition(clause: str) -> bool:
    """Whether `clause` only tells on what another depends, or what somebody said."""
    return any((_OPENS.match(clause), _CLOSES.search(clause), _REPORTED.search(clause)))


class Conditions:
    """The clauses of one item in prepared writing, looked at when first asked for."""

    def __init__(self, plain: str) -> None:
        self._plain = plain
        self._tells = _MAY_TELL.search(plain) is not None

    @functools.cached_property
    def _stops(self) -> list[int]:
        return [match.start() for match in _STOP.finditer(self._plain)]

    def quote(self, start: int, end: int) -> bool:
        """Whether `plain[start:end]` stands with other words in quotation marks, and not all is quoted."""
        if not self._tells:
            return False
        found = _quotation(self._plain, max(0, start - _LONGEST), start, end)
        return found is not None and bool((self._plain[: found[0]] + self._plain[found[1] :]).strip(" ,，。.;；:：!！"))

    def hold(self, start: int, end: int) -> bool:
        """Whether `plain[start:end]` stands in a clause that is a condition, or tells what somebody said."""
        if not self._tells:
            return False
        before = bisect.bisect_left(self._stops, start)
        opening = max(start - _LONGEST, self._stops[before - 1] + 1 if before else 0)
        after = bisect.bisect_left(self._stops, end)
        closing = self._stops[after] if after < len(self._stops) else -1
        if closing < 0 or closing > end + _LONGEST:
            return _OPENS.match(self._plain, opening) is not None  # without a comma: 等周四老板批了周五发
        return is_condition(self._plain[opening:closing])


def _quotation(plain: str, low: int, start: int, end: int) -> tuple[int, int] | None:
    """Where the quotation round `plain[start:end]` and other words begins and ends."""
    inside = _QUOTED.search(plain, low, start)
    closing = _QUOTE_END.search(plain, end, end + _LONGEST) if inside else None
    if inside is None or closing is None:
        return None
    others = inside[0][1:].strip() + plain[end : closing.start()].strip()
    return (inside.start(), closing.end()) if others else None
