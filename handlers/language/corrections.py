"""Deadlines taken back in the same breath: 周三，不对，周四; 原定周三，改到周五; 不是周三是周四.

Words that belong to a phrase leave with it (the contract's "What is not a deadline"): so do those that take it back.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import NamedTuple

from handlers.language.moments import When
from handlers.language.patterns import Pattern
from handlers.language.phrase import Phrase

_SIGH = "[啊哦噢喔呃额嗯哎唉诶]"
_PAUSE = r"[ ,，。.;:、(]"
# What stands between the deadline taken back and the new one, at the start of a clause or right behind the old one.
_TAKEN_BACK = (
    rf"{_SIGH}?{_PAUSE}*{_SIGH}*{_PAUSE}*"
    r"(?:不对不?对?|不不+对?|(?:我?(?:刚才?|上面))?(?:说|写|打|记|看|讲|念|搞|弄)错了?|错了|更正|纠正|算了|"
    rf"{_SIGH}不(?:是)?|不(?={_PAUSE})|(?<=[,，。;( ])不是)"
    rf"{_SIGH}*{_PAUSE}*(?:应该|还)?(?:是|改成|改到|改为)?{_PAUSE}*"
)
# What moves a deadline that was set.
_MOVED = (
    r"(?:[ ,，。;(]*(?:我们|咱们|我)?(?:现在?|临时|又|先|统一|可能|已经?)?要?"
    r"(?:改(?:期|约|签)?(?:成|到|为|在|至)|换(?:成|到)|调(?:整)?(?:成|到|为|至)|变(?:更)?(?:成|为|到)|(?:推迟?|延(?:期|后|迟)?|顺延|提前?|挪|拖)(?:到|至))"
    r"|改|→|=>|->) ?(?:了 ?)?"
)
# Behind 不是周三 a lone 是 or 而是 is enough.
_NOT_BUT = r"[ ,，]*(?:而?是|要)"
_LINK = Pattern(rf"(?:{_TAKEN_BACK}|{_MOVED})$")
_LINK_OF_NOT = Pattern(rf"(?:{_NOT_BUT}|{_TAKEN_BACK}|{_MOVED})$")
# The later of two promises for one thing: 周二，最迟周三; it holds, the earlier one is a hope.
_AT_THE_LATEST = Pattern(
    r"[ ,，。、;/]*(?:或者?)?(?:最 ?[迟晚]|至 ?迟|不 ?晚 ?于|(?:实在|再)?不行(?:的话)?就?|要不(?:然|就)?|来不及就)"
    r"(?:是|到|于|在)? ?"
)
# 周五不行，得下周一: the first is none, though its words stay.
_REFUSED = Pattern(
    r"[ ,，]*(?:不行|不方便|来不及|赶不上|够呛|没空|没时间)(?:了|的话)?[ ,，]*(?:那|就|得|只能|要|改|我)*(?:到|在)? ?"
)
# What stands between a deadline and the same said once more, as people do when they speak.
_AGAIN = Pattern(r"[ ,，、。嗯呃额啊吧呢哈哦那就是对]{0,6}")
_HOPE = Pattern(r"(?:最早|最快|争取|尽量|尽可能|力争|预计|计划|大概|理想) ?(?:是|在)? ?$")
# What every link holds: most pairs of phrases need no closer look.
_MAY_LINK = Pattern(r"不|错|改|更正|纠正|算了|[换调变推延顺提挪拖→>是最至要再]")
# What tells, before the old deadline, that it was one.
_ONCE = Pattern(
    r"(?:(?:原定|原计划|原先|原来|原本|本来|之前|起初)(?:是|说|定|约|想)?(?:好|的)?(?:在|是)?"
    r"|(?:时间|日期|交期)?[从由]|不是|时间) ?$"
)
# 把交期从8月10号改到15号: what is moved is a thing, not the promise.
_OF_A_THING = Pattern(r"把[^ ,，。;]{0,7}$")
_NOT = Pattern(r"不是 ?$")
_LONGEST_LINK = 16
_BOUNDARY = " ,，。.;:、("


Stretch = tuple[int, int]


class Corrected(NamedTuple):
    """The phrases that hold, and the stretches taken back, which leave the matter too."""

    phrases: list[Phrase]
    dropped: tuple[Stretch, ...]


def corrected(plain: str, phrases: Sequence[Phrase], of_matter: Container[int]) -> Corrected:
    """`phrases`, in order, each that takes back the one before in its place.

    `of_matter` are the cores of those that belong to the matter, which nothing takes back (把周三的会改到周四).
    """
    held: list[Phrase] = []
    dropped: list[Stretch] = []
    for phrase in phrases:
        taken = _taken_back(plain, held[-1], phrase, of_matter) if held else None
        if taken is None:
            held.append(phrase)
        else:
            held[-1], gone = taken
            dropped.extend(gone)
    return Corrected(held, tuple(dropped))


def _taken_back(
    plain: str, old: Phrase, phrase: Phrase, of_matter: Container[int]
) -> tuple[Phrase, list[Stretch]] | None:
    """`phrase` as it holds instead of `old`, and what leaves the matter; None when both stand for themselves."""
    before = plain[max(0, old.start - 8) : old.start]
    if _is_same(old, phrase) and _AGAIN.fullmatch(plain, old.end, phrase.core):
        return phrase, [(old.start, old.end)]
    if _REFUSED.fullmatch(plain, old.end, phrase.core):
        return phrase, []
    if old.core not in of_matter and _AT_THE_LATEST.fullmatch(plain, old.end, phrase.core):
        hoped = _HOPE.search(before) is not None
        return _completed(plain, old, phrase, phrase.start), [] if hoped else [(old.start, phrase.start)]
    once = _ONCE.search(before)
    if old.core in of_matter if once is None else _OF_A_THING.search(before, 0, once.start()):
        return None
    if phrase.shape in ("duration", "slash") and phrase.core in of_matter:
        return None  # 周五改1/3预付条款
    start = _link(plain, old, phrase, _NOT.search(before) is not None)
    if start is None:
        return None
    begin = old.start - (len(once[0]) if once else 0)
    return _completed(plain, old, phrase, start), [(begin, old.end)]


def _is_same(old: Phrase, phrase: Phrase) -> bool:
    """Whether `phrase` says `old` once more, or more exactly (周五，周五早上)."""
    if old.when is None or phrase.when is None or old.when.days is None:
        return old.when == phrase.when
    return old.when in (phrase.when, When(phrase.when.days))


def _link(plain: str, old: Phrase, phrase: Phrase, denied: bool) -> int | None:
    """Where the words begin that take `old` back in favour of `phrase`; None where there are none."""
    low = max(old.end, phrase.core - _LONGEST_LINK)
    between = plain[low : phrase.core]
    if not between or not _MAY_LINK.search(between):
        return None
    match = (_LINK_OF_NOT if denied else _LINK).search(between)
    if match is None or match.start() == match.end():
        return None
    start = low + match.start()
    if start == old.end or between[match.start()] in _BOUNDARY or plain[start - 1] in _BOUNDARY:
        return start
    return None


def _completed(plain: str, old: Phrase, phrase: Phrase, start: int) -> Phrase:
    """`phrase` from its link on, with the day and the part of it only the old one told (明天下午三点，不，四点)."""
    assert phrase.when is not None
    assert old.when is not None
    when = phrase.when
    if when.days is None and when.minutes is None and old.when.days is not None:
        part = when.part or (old.when.part if when.clock is not None and when.clock.bare else None)
        when = when._replace(days=old.when.days, part=part, weekday=old.when.weekday)
    closes = "(" in plain[start : phrase.core] and plain[phrase.end : phrase.end + 1] == ")"
    return phrase._replace(start=start, end=phrase.end + closes, when=when)
