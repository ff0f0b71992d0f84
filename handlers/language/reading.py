"""A text with its deadline chosen: the phrase, what is left without it, and the instant it means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from bot.calendar import Calendar
from handlers.language.choice import Choice, choose
from handlers.language.days import Days
from handlers.language.matter import without
from handlers.language.moments import Resolved, When, resolve
from handlers.language.phrases import MOST_TRIES
from handlers.language.writing import Writing


class Reading(NamedTuple):
    """A text with its chosen deadline: what every reader of this package starts from.

    `spans` tell where the deadline, or without one the vague words, stand in the original text; `rest` is the text
    without the deadline, the vague words and what was blanked out before reading. `starts` are the places in the
    original text of all phrases that may be deadlines.
    """

    text: str
    choice: Choice
    spans: tuple[tuple[int, int], ...]
    rest: str
    starts: tuple[int, ...]

    @property
    def when(self) -> When | None:
        return self.choice.phrase.when if self.choice.phrase else None

    @property
    def phrase(self) -> str:
        """The words of the deadline as written."""
        return " ".join(self.text[start:end].strip() for start, end in self.spans)

    def on(self, days: Days) -> Reading:
        """The same reading with its time on `days`."""
        phrase = self.choice.phrase
        if phrase is None or phrase.when is None:
            return self
        dated = phrase._replace(when=phrase.when._replace(days=days))
        return self._replace(choice=self.choice._replace(phrase=dated))

    def resolve(self, now: datetime, calendar: Calendar) -> Resolved:
        """The instant meant, or the issue in the way."""
        if self.when is not None:
            return resolve(self.when, now, calendar)
        return Resolved(None, "vague" if self.choice.vague else "none")


def read(text: str, blanked: Sequence[tuple[int, int]] = (), most: int = MOST_TRIES) -> Reading:
    """`text` with its deadline chosen; the stretches `blanked` (mentions, in order) are read as blanks.

    `most` bounds the time taken, as told at `Scan`.
    """
    writing = Writing.of(_with_blanks(text, blanked) if blanked else text)
    choice = choose(writing.plain, most)
    vague = [writing.original(*span) for span in choice.vague]
    chosen = [writing.original(one.start, one.end) for one in (choice.phrase, choice.time) if one] or vague
    chosen.sort()
    dropped = [writing.original(*span) for span in choice.dropped]
    starts = tuple(writing.origin[start] for start in choice.starts)
    return Reading(text, choice, tuple(chosen), without(text, [*chosen, *vague, *dropped, *blanked]), starts)


def _with_blanks(text: str, spans: Sequence[tuple[int, int]]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end in spans:
        pieces += (text[position:start], " " * (end - start))
        position = end
    return "".join((*pieces, text[position:]))
