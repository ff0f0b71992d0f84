"""A text with its deadline chosen: the phrase, what is left without it, and the instant it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.calendar import Calendar
from handlers.language.choice import Choice, choose
from handlers.language.days import Days
from handlers.language.matter import without
from handlers.language.moments import Resolved, When, resolve
from handlers.language.writing import Writing


@dataclass(frozen=True, slots=True)
class Reading:
    """A text with its chosen deadline: what every reader of this package starts from."""

    writing: Writing
    choice: Choice
    blanked: tuple[tuple[int, int], ...] = ()

    @property
    def when(self) -> When | None:
        return self.choice.phrase.when if self.choice.phrase else None

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Where the deadline, or without one the vague words, stand in the original text."""
        found = [(one.start, one.end) for one in (self.choice.phrase, self.choice.time) if one]
        return sorted(self.writing.original(*span) for span in found or self.choice.vague)

    @property
    def phrase(self) -> str:
        """The words of the deadline as written."""
        return " ".join(self.writing.text[start:end].strip() for start, end in self.spans)

    @property
    def rest(self) -> str:
        """The text without the deadline and without what was blanked out before reading."""
        vague = [self.writing.original(*span) for span in self.choice.vague]
        return without(self.writing.text, [*self.spans, *vague, *self.blanked])

    def on(self, days: Days) -> Reading:
        """The same reading with its time on `days`."""
        phrase = self.choice.phrase
        if phrase is None or phrase.when is None:
            return self
        return replace(self, choice=replace(self.choice, phrase=replace(phrase, when=replace(phrase.when, days=days))))

    def resolve(self, now: datetime, calendar: Calendar) -> Resolved:
        """The instant meant, or the issue in the way."""
        if self.when is not None:
            return resolve(self.when, now, calendar)
        return Resolved(None, "vague" if self.choice.vague else "none")


def read(text: str, blanked: Sequence[tuple[int, int]] = ()) -> Reading:
    """`text` with its deadline chosen; the stretches `blanked` (mentions) are read as blanks."""
    seen = text
    for start, end in blanked:
        seen = seen[:start] + " " * (end - start) + seen[end:]
    writing = Writing.of(seen)
    return Reading(replace(writing, text=text), choose(writing.plain), tuple(blanked))
