"""Whether a name goes by two or three characters of it.

So short a word stands by coincidence in some name of a large directory, or sounds like a part of one: 框架 of a frame
factory is no client, and neither is 甲方. A client goes by its brand, where a brand may begin, or by the first
characters of its words when it is a university or a hospital.
"""

from __future__ import annotations

import functools

from handlers.language.names_text import number_of
from handlers.language.names_words import GENERIC, KINDS, entry_costs, is_of_place, split_words

_LONGEST = 3
_SCHOOLED = ("大学", "学院")
_CURED = ("医院", "卫生院", "保健院")
_HEADS = frozenset(word for word in KINDS if word.endswith(("大学", "学院", "医院"))) | {"附属"}
# A place no list knows, before the brand: 怀宁, 都江堰.
_UNLISTED = (2, 3)
_WORD_BEGINS = 0.25


def is_brief(text: str) -> bool:
    """Whether a canonical text is so short, and of nothing but characters, that it says little."""
    return len(text) <= _LONGEST and all("㐀" <= char < "\ue000" and number_of(char) is None for char in text)


def may_be_called(text: str, name: str) -> bool:
    """Whether a brief canonical text may be what people call the client of a canonical name, were it with doubt."""
    return (
        is_called(text, name, addressed=True)
        or (text not in name and any(_is_of_initials(text, name[at:]) for at in _openings(name)))
        or any(name.startswith(text, at) for at in _sites(name))
    )


def is_called(text: str, name: str, *, addressed: bool) -> bool:
    """Whether a brief canonical text is surely how the client of a canonical name may be called.

    Unless `addressed` as somebody is, it must not only follow what may be a place: talk is more often of goods.
    """
    if text not in name:
        kinds = _SCHOOLED if len(text) < _LONGEST else _SCHOOLED + _CURED
        return any(kind in name for kind in kinds) and _is_of_initials(text, name)
    leads = any(name.startswith(text, at) and not _is_place(name, at, at + len(text)) for at in _openings(name))
    return leads or (addressed and _follows_a_place(text, name))


def may_be_university(text: str) -> bool:
    """Whether a canonical text is as short as people call a university, and ends so: 柏理工, 柏林大."""
    return len(text) == _LONGEST and text.endswith(("大", "理工"))


def is_university(text: str, name: str) -> bool:
    """Whether a canonical text is how people shorten the canonical name of a university."""
    return may_be_university(text) and "大学" in name and _is_of_initials(text, name)


@functools.lru_cache(maxsize=4096)
def _openings(name: str) -> tuple[int, ...]:
    """Where a brand may begin in a canonical name: at its start, after its place, after whose hospital it is."""
    found, leading = [0], True
    for start, end in split_words(name):
        word = name[start:end]
        leading = (leading and is_of_place(word)) or word in _HEADS
        if leading:
            found.append(end)
    return tuple(found)


@functools.lru_cache(maxsize=4096)
def _sites(name: str) -> tuple[int, ...]:
    """Where the part of an organisation begins, behind what the organisation is called."""
    words = split_words(name)
    return tuple(end for start, end in words if name[start:end] in KINDS)


def _is_place(name: str, start: int, end: int) -> bool:
    """Whether a stretch of a canonical name is nothing but its place: 海陵 of 海陵区."""
    return any(at <= start and end <= to and is_of_place(name[at:to]) for at, to in split_words(name))


def _follows_a_place(text: str, name: str) -> bool:
    """Whether a text stands in the first word of a name behind two or three characters that may be a place."""
    at = name.find(text)
    return any(
        start in _openings(name) and at - start in _UNLISTED and at + len(text) <= end
        for start, end in split_words(name)
        if name[start:end] not in GENERIC
    )


def _is_of_initials(text: str, name: str) -> bool:
    """Whether a text is the first character of a name and those, or their neighbours, of words that follow."""
    enter = entry_costs(name)
    at = -1
    for char in text:
        following = name.find(char, at + 1)
        while following >= 0 and following != at + 1 and enter[following] > _WORD_BEGINS:
            following = name.find(char, following + 1)
        if following < 0:
            return False
        at = following
    return text[0] == name[:1]
