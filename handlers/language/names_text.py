"""The canonical form of a client's name: what is left when writing habits are taken out of it.

Spaces, brackets and punctuation go; letters are lower case and half width; traditional characters are simplified;
every numeral, Arabic or Chinese, is one character of a private range, so that 第1医院 and 第一医院 are the same text
and 第12 does not resemble 第2.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from handlers.language.text import fold

_NUMBER_BASE = 0xE000
_NUMBER_LIMIT = 0x1000
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0}
_SIGNIFICANT = re.compile(
    r"[0-9]+|[零〇一二三四五六七八九十][零〇一二三四五六七八九十百]*|[a-z]|[㐀-鿿\U00020000-\U0003ffff]"
)


_CANONICAL = re.compile(r"[a-z㐀-鿿\U00020000-\U0003ffff]*")
_NUMERALS = re.compile(r"[零〇一二三四五六七八九十][零〇一二三四五六七八九十百]*")


@dataclass(frozen=True, slots=True)
class Canonical:
    """A canonical text and, for each of its characters, where it began and ended in the original."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def _chinese_number(numeral: str) -> str:
    """The decimal digits of a Chinese numeral, read by place value (四十七) or figure by figure (五〇六)."""
    if not any(char in "十百" for char in numeral):
        return "".join(str(_DIGITS[char]) for char in numeral)
    total, figure = 0, -1
    for char in numeral:
        if char == "百":
            total, figure = total + 100 * max(figure, 1), -1
        elif char == "十":
            total, figure = total + 10 * (figure if figure > 0 else 1), -1
        else:
            figure = _DIGITS[char]
    return str(total + max(figure, 0))


def _number_token(digits: str) -> str:
    value = int(digits[:9])
    return chr(_NUMBER_BASE + value) if len(digits) <= 4 and value < _NUMBER_LIMIT else digits


def with_numbers(text: str) -> str:
    """A simplified lower-case word in canonical form: only its numerals are changed. For word lists, which are many."""
    return _NUMERALS.sub(lambda found: _number_token(_chinese_number(found.group())), text)


def number_of(char: str) -> int | None:
    """The number a canonical character stands for; None for any other character."""
    value = ord(char) - _NUMBER_BASE
    return value if 0 <= value < _NUMBER_LIMIT else None


def canonical_text(text: str) -> str:
    """`canonical(text).text`, sooner: most names are in that form but for their numerals and brackets."""
    folded = fold(text)
    if _CANONICAL.fullmatch(folded):
        return with_numbers(folded) if _NUMERALS.search(folded) else folded
    return "".join(map(_token, _SIGNIFICANT.findall(folded)))


def _token(piece: str) -> str:
    """A significant piece of a folded text in canonical form."""
    if piece[0].isascii() and piece[0].isdigit():
        return _number_token(piece)
    return _number_token(_chinese_number(piece)) if piece[0] in "零〇一二三四五六七八九十" else piece


@functools.lru_cache(maxsize=1024)
def canonical(text: str) -> Canonical:
    """`text` in canonical form, with offsets into `text`."""
    folded = fold(text)
    if _CANONICAL.fullmatch(folded) and not _NUMERALS.search(folded):
        return Canonical(folded, tuple(range(len(folded))), tuple(range(1, len(folded) + 1)))
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for found in _SIGNIFICANT.finditer(folded):
        for char in _token(found.group()):
            chars.append(char)
            starts.append(found.start())
            ends.append(found.end())
    return Canonical("".join(chars), tuple(starts), tuple(ends))
