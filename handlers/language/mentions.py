"""Names written with an @: where they stand and where they end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from handlers.language import lexicon
from handlers.language.patterns import Pattern
from handlers.language.phrases import scan
from handlers.language.text import fold
from handlers.language.writing import Writing

_AT = Pattern(
    r"[@＠]\s?(?P<name>[^\s@＠,，。.;；:：、!！?？()（）\[\]［］【】〔〕「」『』《》<>〖〗#＃+＋/|\"“”'‘’~～]+)"
)
_LONGEST_NAME = 4


@dataclass(frozen=True, slots=True)
class Mentioned:
    """The mentions of a text: `names` as written, without the @, and where each stands, the @ included."""

    names: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


def find_mentions(text: str, people: Collection[str] = ()) -> Mentioned:
    """The mentions of `text`. One that begins with a name of `people` ends there, even without a blank after it."""
    names: list[str] = []
    spans: list[tuple[int, int]] = []
    known = {fold(person): len(person) for person in people if person}
    for match in _AT.finditer(text):
        start, written = match.start("name"), match["name"]
        length = _length(written, known)
        if length:
            names.append(written[:length])
            spans.append((match.start(), start + length))
    return Mentioned(tuple(names), tuple(spans))


def _length(written: str, known: dict[str, int]) -> int:
    folded = fold(written)
    fitting = [length for name, length in known.items() if folded.startswith(name)]
    if fitting:
        return max(fitting)
    writing = Writing.of(written)
    # 2 characters at least are a name; after them a deadline or an act may follow without a blank.
    for phrase in scan(writing.plain):
        start = writing.origin[phrase.start]
        if start >= 2 and phrase.when is not None:
            written = written[:start]
            folded = folded[:start]
            break
    if len(written) >= _LONGEST_NAME and not folded.endswith(("部", "组", "机器人", "助手", "团队", "中心")):
        for index in range(2, len(written) - 1):
            if lexicon.begins_act(folded[index:]) is True and not lexicon.begins_nouny(folded[index:]):
                return index
    return len(written)
