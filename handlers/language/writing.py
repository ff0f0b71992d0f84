"""A message made ready for the grammar: folded, blanks collapsed, with the way back to the original."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from handlers.language.text import fold

# One dash, one tilde and one comma for the grammar; the matter keeps what was written.
_SAME = str.maketrans("–—−‐‑―﹣⁓∼〜﹐【】〔〕［］｛｝〖〗", "------" + "-~~~,[][][][][]")


@dataclass(frozen=True, slots=True)
class Writing:
    """`text` is the original; `plain` its comparable form; `origin[i]` the place of `plain[i]` in `text`.

    `origin` has one entry more than `plain`: the length of the original.
    """

    text: str
    plain: str
    origin: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Writing:
        chars: list[str] = []
        origin: list[int] = []
        for index, char in enumerate(fold(text).translate(_SAME)):
            if char.isspace():
                if chars and chars[-1] == " ":
                    continue
                char = " "
            elif unicodedata.category(char) in ("Cf", "Mn"):  # zero-width marks that editors and phones leave behind
                continue
            chars.append(char)
            origin.append(index)
        return cls(text, "".join(chars), (*origin, len(text)))

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of `text` that `plain[start:end]` stands for."""
        if start >= end:
            return self.origin[start], self.origin[start]
        return self.origin[start], self.origin[end - 1] + 1
