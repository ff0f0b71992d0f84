"""Names written with an @: where they stand and where they end."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from handlers.language import lexicon
from handlers.language.patterns import Pattern
from handlers.language.phrases import scan
from handlers.language.text import fold
from handlers.language.writing import Writing

_AT = Pattern(
    r"[@＠]\s?(?P<name>[^\s@＠,，。.;；:：、!！?？()（）\[\]［］【】〔〕「」『』《》<>〖〗#＃+＋/|\"“”'‘’~～]+)"
)
# A run of this length without a blank is cut where a deadline or an act begins, but only within its beginning.
_LONGEST_NAME = 4
_LONGEST_RUN = 16
_LATEST_ACT = 9
# More people are not mentioned in one message; those after them are cut at blanks and known names alone.
MOST_CUT = 12

Names = Mapping[str, int]


class Mentioned(NamedTuple):
    """The mentions of a text: `names` as written, without the @, and where each stands, the @ included."""

    names: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


_NOBODY = Mentioned((), ())


def known_names(people: Collection[str]) -> Names:
    """`people` made ready for `find_mentions`: each name in comparable writing, with its length."""
    return {fold(person): len(person) for person in people if person}


def find_mentions(text: str, known: Names, most: int = MOST_CUT) -> Mentioned:
    """The mentions of `text`. One that begins with a `known` name ends there, even without a blank after it.

    The first `most` others end where a deadline or an act begins.
    """
    if "@" not in text and "＠" not in text:
        return _NOBODY
    names: list[str] = []
    spans: list[tuple[int, int]] = []
    longest = max(known.values(), default=0)
    for match in _AT.finditer(text):
        start, written = match.start("name"), match["name"]
        length = _known_length(written[:longest], known) or (_length(written) if len(names) < most else len(written))
        if length:
            names.append(written[:length])
            spans.append((match.start(), start + length))
    return Mentioned(tuple(names), tuple(spans))


def _known_length(written: str, known: Names) -> int:
    """The length of the longest known name with which `written` begins; 0 when there is none."""
    folded = fold(written)
    return next((length for length in range(len(folded), 0, -1) if folded[:length] in known), 0)


def _length(written: str) -> int:
    begin = Writing.of(written[:_LONGEST_RUN])
    length = len(written)
    # 2 characters at least are a name; after them a deadline or an act may follow without a blank.
    for phrase in scan(begin.plain):
        start = begin.origin[phrase.start]
        if start >= 2 and phrase.when is not None:
            length = start
            break
    folded = fold(written[: min(length, _LONGEST_RUN)])
    if length >= _LONGEST_NAME and not folded.endswith(("部", "组", "机器人", "助手", "团队", "中心")):
        for index in range(2, min(len(folded) - 1, _LATEST_ACT)):
            if lexicon.begins_act(folded[index:]) is True and not lexicon.begins_nouny(folded[index:]):
                return index
    return length
