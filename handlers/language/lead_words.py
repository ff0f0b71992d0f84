"""The words of a lead, as blanks, stops and brackets part them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handlers.language.lead_regions import Regions
from handlers.language.text import fold

# A colon parts words, too, but for the time of day and an address.
SEPARATOR = re.compile(r"(?:[\s,;。、/|!?]|:(?!\d|//))+")
_LEGAL_FORM = re.compile(r"(?:有限|股份|集团|分?公司)")
_PART_OF_A_NAME = re.compile(r"(?:合伙|集团|中国|公司|分院|院区|店|部)$")
_BRACKET = re.compile(r"\(([^()]*)\)")


def words_of(text: str, regions: Regions) -> Iterator[str]:
    """The words of `text`; a bracket is a word of its own unless it belongs to a company's name."""
    at = 0
    for match in SEPARATOR.finditer(fold(text)):
        yield from _unbracket(text[at : match.start()], regions)
        at = match.end()
    yield from _unbracket(text[at:], regions)


def _unbracket(piece: str, regions: Regions) -> list[str]:
    folded = fold(piece)
    match = _BRACKET.search(folded)
    if match is None or _LEGAL_FORM.match(folded, match.end()):
        return [piece]
    inside = piece[match.start(1) : match.end(1)]
    if match.start() and (regions.of(inside) or _PART_OF_A_NAME.search(inside)):
        return [piece[: match.end()], piece[match.end() :]]
    return [piece[: match.start()], inside, piece[match.end() :]]
