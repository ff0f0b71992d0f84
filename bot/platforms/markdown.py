"""Plain text that goes out as markdown must look as it was written: no list, link or heading of anybody's words."""

from __future__ import annotations

import re

# Look-alikes and not backslashes: not every client takes an escape for one.
_INSIDE = str.maketrans({"*": "＊", "`": "'"})
_TAG = re.compile(r"<(?=[A-Za-z/!?@])")
_LINK = re.compile(r"\](?=[(:\[])")
_RULE = re.compile(r"^[ \t]*([-=_][ \t]*){2,}$", re.MULTILINE)
_BLOCK = re.compile(r"^([ \t]*)([#>])(?=[#> \t]|$)", re.MULTILINE)
_WIDE = {"#": "＃", ">": "＞"}


def as_markdown(text: str) -> str:
    """Return `text` so that markdown shows it unchanged, the same number of lines included."""
    text = text.translate(_INSIDE).replace("~~", "～～")
    text = _LINK.sub("］", _TAG.sub("＜", text))
    text = _RULE.sub("———", text)
    return _BLOCK.sub(lambda found: found[1] + _WIDE[found[2]], text)


def hard_breaks(text: str) -> str:
    """Return markdown whose single line ends stay line ends."""
    return re.sub(r"(?<=[^\n ])\n(?=[^\n])", "  \n", text)
