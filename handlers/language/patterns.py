"""Regular expressions in which `_` is an optional blank: 11 月 25 日 reads like 11月25日.

They are compiled when first used: most messages need few of them, and compiling all would slow every start.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator

_Match = re.Match[str] | None


class Pattern:
    """A regular expression compiled at its first use; texts must have their blanks collapsed before.

    The methods are those of `re.Pattern`, put in place by the first access, so that later ones cost nothing more.
    """

    __slots__ = ("finditer", "fullmatch", "match", "search", "source", "split", "sub")

    match: Callable[..., _Match]
    search: Callable[..., _Match]
    fullmatch: Callable[..., _Match]
    finditer: Callable[..., Iterator[re.Match[str]]]
    split: Callable[..., list[str]]
    sub: Callable[..., str]

    def __init__(self, source: str) -> None:
        self.source = source.replace("_", " ?")

    def __getattr__(self, name: str) -> object:
        if name not in self.__slots__:
            raise AttributeError(name)
        compiled = re.compile(self.source)
        self.match, self.search = compiled.match, compiled.search
        self.fullmatch, self.finditer = compiled.fullmatch, compiled.finditer
        self.split, self.sub = compiled.split, compiled.sub
        return getattr(compiled, name)


@functools.cache
def rx(source: str) -> Pattern:
    """The pattern `source`, each `_` an optional single blank."""
    return Pattern(source)
