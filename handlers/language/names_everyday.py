"""Names made of words everybody says all day, 明天广告 or 大客户咨询: in a message they look like talk.

Such a name is only taken for one when its brand is followed by its trade, to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from handlers.language.names_chat import OPENINGS, is_chat
from handlers.language.names_text import Canonical
from handlers.language.names_words import GENERIC, LEGAL_FORMS, PLACES, SCRIPT_ENDS, split_words

LONGEST = 12
_BRAND = range(2, 7)
# A place of two or three characters that no list knows may stand before the brand.
_OFFSETS = (0, 2, 3)
# 明天广告部开会 speaks of a department, 今日装饰材料涨价 of goods.
_GOES_ON = re.compile(r"[部科处组室员费商]")


def sayings(name: str) -> tuple[str, ...]:
    """The stretches, in canonical form, by which a canonical name made of everyday words may be meant; mostly none."""
    if not any(name[at : at + 2] in OPENINGS for at in range(min(len(name) - 3, 9))):
        return ()
    words = [name[start:end] for start, end in split_words(name)]
    while words and (words[0] in PLACES or words[0][-1] in SCRIPT_ENDS):
        words = words[1:]
    if len(words) < 2:
        return ()
    brand = next((words[0][at:] for at in _OFFSETS if _is_talk(words[0][at:])), "")
    trades = [word for word in words[1:] if word in GENERIC and word not in LEGAL_FORMS]
    return tuple(dict.fromkeys(brand + trade for trade in trades if len(trade) > 1)) if brand else ()


def _is_talk(text: str) -> bool:
    """Whether a text is one to three words of talk, and no trade: 电视 before 大学 is nobody's brand."""
    if len(text) not in _BRAND or text in GENERIC:
        return False
    ends = {0}
    for _ in range(3):
        ends |= {to for at in ends for to in range(at + 1, len(text) + 1) if is_chat(text[at:to])}
    return len(text) in ends


def said(form: Canonical) -> Iterator[tuple[str, int, int]]:
    """The stretches of a message that may be such a name, with their places in the canonical text."""
    text = form.text
    for start in range(len(text) - 3):
        if text[start : start + 2] in OPENINGS:
            for end in range(start + 4, min(start + LONGEST, len(text)) + 1):
                if not _GOES_ON.match(text, end) and text[end : end + 2] not in GENERIC:
                    yield text[start:end], start, end
