"""The keyword a message opens with, in any writing: bare, bracketed, with a colon, full-width or traditional."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from handlers.language.text import fold

_LEAD_IN = r"[\s\u200b\ufeff]*(?:[\u2600-\u27bf\U0001f300-\U0001faff\ufe0f]+[\s\u200b]*)?"
_SUFFIX = r"(?:记录|情况|纪要|小结|登记|录入|汇报|客户)?"


@dataclass(frozen=True, slots=True)
class Opening:
    """The keyword found, in its folded form, and the offset at which the rest of the message starts."""

    keyword: str
    rest: int


def find_opening(text: str, keywords: Iterable[str]) -> Opening | None:
    """The one of `keywords` (folded forms) that opens `text`; None when it opens with none of them.

    The keyword stands in brackets, there with spaces in it too, or before a colon, a bracket, white space, the end,
    or dashes that part all that follows: 电话会议 is not 电话.
    """
    listed = sorted(keywords, key=len, reverse=True)
    words = "|".join(map(re.escape, listed))
    spaced = "|".join(r"\s*".join(map(re.escape, word)) for word in listed)
    folded = fold(text)
    bracketed = re.match(rf"{_LEAD_IN}[【\[(「『〔《<{{]\s*({spaced}){_SUFFIX}\s*[】\])」』〕》>}}]\s*:?\s*", folded)
    bare = re.match(
        rf"{_LEAD_IN}({words})(?:{_SUFFIX}\s*:\s*|\s*[-–—]+\s*(?=[\u4e00-\u9fff][^\n]*[-–—])|\s+|$|(?=[【\[(「『〔《<{{|]))",
        folded,
    )
    found = bracketed or bare
    return Opening("".join(found[1].split()), found.end()) if found else None
