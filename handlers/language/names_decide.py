"""Which of the names that explain a mention is meant: one in silence, several as a question, none at all."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.language.names_words import split_words

FOUND = 0.84
_NEAR = 0.035
_SAME = 0.005
MOST_ASKED = 5


@dataclass(frozen=True, slots=True)
class Match:
    """What a mention or a message was matched with.

    `candidates` are directory keys, best first, at most five, empty when no client is meant. `ask` says that several
    are equally likely. `span` is where the mention stands in the message, None for a bare mention. `sure` is 1.0 for
    an exact name or alias and lower for a name that had to be guessed; `exact` says which of the two it was.
    """

    candidates: tuple[int, ...]
    ask: bool = False
    span: tuple[int, int] | None = None
    sure: float = 0.0
    exact: bool = False

    @property
    def key(self) -> int | None:
        """The client to link without a question; None when there is none or several are likely."""
        return self.candidates[0] if self.candidates and not self.ask else None


@dataclass(frozen=True, slots=True)
class Scored:
    """A name that explains a mention, the first `told` characters of it at most; `complete` with its legal form."""

    key: int
    name: str
    score: float
    order: float
    doubtful: bool
    whole: bool
    literal: bool
    complete: bool
    told: int


def decide(scored: list[Scored]) -> Match:
    """The match of a mention with the names that explain it."""
    if not scored:
        return Match(())
    scored.sort(key=lambda each: (-each.order, each.key))
    best = scored[0]
    if best.score < FOUND:
        return Match(())
    near = [each for each in scored if each is best or _as_likely(each, best)]
    keys = tuple(each.key for each in scored[:MOST_ASKED])
    return Match(keys, len(near) > 1 or best.doubtful, None, round(min(0.99, best.score), 3), False)


def _as_likely(each: Scored, best: Scored) -> bool:
    """Whether another name may as well be meant: a branch only of an institution, by their brand alone."""
    if each.name.startswith(best.name):
        return not best.whole and each.score >= best.score - _SAME
    if each.order >= best.order - _NEAR or (each.literal and best.literal and not best.complete):
        return True
    return each.score >= FOUND and _alike_until(best.name, each.name, min(best.told, each.told))


def _alike_until(one: str, other: str, end: int) -> bool:
    """Whether two names are the same, by whole words, as far as a mention tells them: sites of one organisation."""
    apart = (at for at, (char, against) in enumerate(zip(one, other, strict=False)) if char != against)
    same = next(apart, min(len(one), len(other)))
    return same >= end and all(any(to == same for _, to in split_words(name)) for name in (one, other))
