"""A message made ready for the grammar: folded, blanks collapsed, with the way back to the original."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from handlers.language.patterns import Pattern
from handlers.language.text import fold

# One dash, one tilde and one comma for the grammar; the matter keeps what was written.
_SAME = str.maketrans("–—−‐‑―﹣⁓∼〜﹐【】〔〕［］｛｝〖〗", "------" + "-~~~,[][][][][]")
# Stands for a character to be left out; itself one that no text may hold.
_NOTHING = "\ufdd0"


class _Table(dict[int, str]):
    """For `str.translate`: the form in which the grammar sees a character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        char = fold(chr(code)).translate(_SAME)
        bracketed = unicodedata.normalize("NFKC", char)
        if len(bracketed) == 3 and bracketed[0] == "(" and bracketed[2] == ")":  # ⑴ and ㈠ read as 1 and 一
            char = bracketed[1]
        if char.isspace():
            char = " "
        elif unicodedata.category(char) in ("Cf", "Mn"):  # zero-width marks that editors and phones leave behind
            char = _NOTHING
        self[code] = char
        return char


_TABLE = _Table()


# Days written with a character of the same sound (contract: typos of the input methods), each as long as what is meant.
_MISSPELT = Pattern(
    r"(?<=[月年度季])低(?= ?(?:(?:之|以)?前|把|给|[ ,，。;、)]|$))"
    r"|名(?=天(?:[上下中晚早]|(?:之|以)?前|把|给|去|到|[ ,，。;、)]|$))"
    r"|(?<=星)[其奇](?=[一二三四五六日天1-7](?!个))|(?<=[本这下])[洲州](?=[一二三四五六日天1-7](?!个))"
)
_MEANT = {"低": "底", "名": "明", "其": "期", "奇": "期", "洲": "周", "州": "周"}


class Writing(NamedTuple):
    """`text` is the original; `plain` its comparable form; `origin[i]` the place of `plain[i]` in `text`.

    `origin` has one entry more than `plain`: the length of the original.
    """

    text: str
    plain: str
    origin: Sequence[int]

    @classmethod
    def of(cls, text: str) -> Writing:
        seen = text.translate(_TABLE)
        if any(char in seen for char in _MEANT):
            seen = _MISSPELT.sub(lambda match: _MEANT[match[0]], seen)
        if _NOTHING not in seen and "  " not in seen:
            return cls(text, seen, range(len(text) + 1))
        chars: list[str] = []
        origin: list[int] = []
        for index, char in enumerate(seen):
            if char == _NOTHING or (char == " " and chars and chars[-1] == " "):
                continue
            chars.append(char)
            origin.append(index)
        origin.append(len(text))
        return cls(text, "".join(chars), origin)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of `text` that `plain[start:end]` stands for."""
        if start >= end:
            return self.origin[start], self.origin[start]
        return self.origin[start], self.origin[end - 1] + 1
