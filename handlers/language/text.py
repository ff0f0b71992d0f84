"""Writing, made comparable: full-width to half, traditional to simplified, lower case, one character for one.

`fold` keeps the length, so an offset found in the folded text is an offset in the original.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable


@functools.cache
def _simplified() -> Callable[[str], str]:
    """The way from traditional to simplified; its tables are read when the first Chinese character is met."""
    import opencc

    convert: Callable[[str], str] = opencc.OpenCC("t2s").convert
    return convert


@functools.cache
def _fold_char(char: str) -> str:
    """The comparable form of one character; itself where that form would be longer than one."""
    wide = unicodedata.normalize("NFKC", char)
    if len(wide) == 1:
        char = wide
    lower = char.lower()
    if len(lower) == 1:
        char = lower
    if char >= "㐀" and not "\ud800" <= char <= "\udfff":
        simple = _simplified()(char)
        if len(simple) == 1:
            return simple
    return char


def fold(text: str) -> str:
    """`text` in its comparable form, of the same length."""
    return "".join(map(_fold_char, text))
