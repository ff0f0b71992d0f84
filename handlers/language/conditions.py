"""Clauses that promise nothing: what must come first (如果周五前到货, 客户确认后), what was said (王姐说周四要货).

Their times belong to the matter.
"""

from __future__ import annotations

from handlers.language.patterns import Pattern

_OPENS = Pattern(
    r" ?(?:那|那么|但|但是)?(?:我|我们|咱|咱们)?(?:如果|要是|若是|若|假如|假使|只要|只有|一旦|万一|倘若|除非"
    r"|不管|无论|不论|即使|就算|等到?(?!于|级|额|候区))"
)
_CLOSES = Pattern(r"(?:的话|(?<!最|然|今|此|往|随|先|售)后|以前?来|再说|^ ?从.{1,8}(?:开始|起)) ?$")
# What somebody else said: 王姐说周四要货, “下周三前装好”.
_REPORTED = Pattern(r"(?<!我)(?<!你)说(?![明好定法服清完])|[“「『][^”」』]*[”」』]|原话|反馈[:说]")
# What every clause of these kinds holds.
_MAY_TELL = Pattern(r"如果|要是|若|假[如使]|只[要有]|一旦|万一|除非|不管|无论|不论|即使|就算|等|后|的话|来|再说|从|说|[“「『]|原话|反馈")
_STOPS = ",，。;；!！?？"
# No clause that is looked at is longer.
_LONGEST = 60


def tells(plain: str) -> bool:
    """Whether a clause of `plain` may be a condition or a report, so that a closer look is worth its time."""
    return _MAY_TELL.search(plain) is not None


def is_condition(clause: str) -> bool:
    """Whether `clause` only tells on what another depends, or what somebody said."""
    return any((_OPENS.match(clause), _CLOSES.search(clause), _REPORTED.search(clause)))


def _in_quotes(plain: str, low: int, start: int, end: int) -> bool:
    """Whether `plain[start:end]` stands in quotation marks with other words."""
    opening = max(plain.rfind(mark, low, start) for mark in "“「『")
    if opening < 0 or any(mark in plain[opening:start] for mark in "”」』"):
        return False
    closing = max(plain.find(mark, end, end + _LONGEST) for mark in "”」』")
    return closing >= 0 and plain[opening + 1 : start].strip() + plain[end:closing].strip() != ""


def in_condition(plain: str, start: int, end: int) -> bool:
    """Whether `plain[start:end]` stands in a clause that is a condition, with another clause behind it."""
    low = max(0, start - _LONGEST)
    opening = 1 + max(plain.rfind(stop, low, start) for stop in _STOPS)
    opening = max(opening, low)
    closing = min((at for stop in _STOPS if (at := plain.find(stop, end, end + _LONGEST)) >= 0), default=-1)
    if _in_quotes(plain, low, start, end):
        return True
    if closing < 0:
        return _OPENS.match(plain, opening) is not None
    return is_condition(plain[opening:closing])
