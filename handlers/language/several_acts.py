"""Several acts in one message, each with a record of its own: 完成 1 延期 2 周五, 1完成，2取消."""

from __future__ import annotations

import re

from handlers.language.intent import is_measured
from handlers.language.text import fold

_LONGEST = 200
_VERB = r"完成|搞定|办好|做完|延期|推迟|顺延|取消|转交|移交|改|静音"
_ACT = re.compile(
    rf"(?:^|(?<=[\s,、;。]))(?:(?P<verb>{_VERB})(?:了|掉)?\s*:?\s*#?(?P<number>\d{{1,9}})(?![\d.:/-])"
    rf"|#?(?P<before>\d{{1,9}})\s*(?:号|已经?|都)?\s*(?P<behind>{_VERB}))"
)
# 完成 12；完成 13 is one act on two records.
_DONE_ALL = re.compile(r"(?:[\s,、;。]*(?:完成|搞定)了?\s*:?\s*#?\d{1,9})+[\s。.!]*")


def acts(text: str) -> list[tuple[str, int]]:
    """The verbs and record numbers of the acts in a message that begins with one; fewer than two are none."""
    folded = fold(text[:_LONGEST]).strip()
    if _DONE_ALL.fullmatch(folded):
        return []
    found = [
        match for match in _ACT.finditer(folded) if match["verb"] is None or not is_measured(folded[match.end() :])
    ]
    told = [(match["verb"] or match["behind"], int(match["number"] or match["before"])) for match in found]
    return told if len({number for _, number in told}) > 1 and found[0].start() == 0 else []
