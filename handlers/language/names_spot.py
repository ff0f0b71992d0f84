"""Where in a message a client's name may stand: the stretch that is least like talk and most like a name.

Every reading of a message is talk, one name, talk. Talk is paid by the word, a name by the character, less for pairs of
characters that stand together in the directory's names; the cheapest readings win, within a margin of the best.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from handlers.language.names_chat import chat_pieces
from handlers.language.names_words import GENERIC, PLACES

_UNKNOWN = 2.2
_FOREIGN = 0.9
_ENTER = 1.0
_PAIR = 0.5
_STRANGE = 1.2
_WORD = 0.35
_FILLER = 0.5
_LETTER = 0.2
_STOPS = frozenset("，。？！；：、,.?!;:\n\r\t…~")
_FILLERS = ("那边的", "那家", "那个", "那边", "这家", "的")
_LONGEST_NAME = 42


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a message that may be a name, and what the reading of the whole message with it costs."""

    start: int
    end: int
    cost: float


@dataclass(frozen=True, slots=True)
class Reading:
    """The likeliest names of a message, cheapest first, and what reading it all as talk costs."""

    spans: tuple[Span, ...]
    talk: float


def read(text: str, has_pair: Callable[[str], bool], canonical_at: tuple[str, ...]) -> Reading:
    """The readings of a folded message.

    `canonical_at` is the canonical character at each offset, empty where there is none; `has_pair` says whether two
    canonical characters stand together in some name.
    """
    size = len(text)
    pieces = chat_pieces(text)
    head = [0.0] + [1e9] * size
    for at in range(size):
        _extend(head, at, text, pieces)
    tail = [1e9] * size + [0.0]
    for at in range(size - 1, -1, -1):
        best = tail[at + 1] + _char_cost(text[at])
        for end, cost in pieces[at]:
            best = min(best, tail[end] + cost)
        tail[at] = best
    spans: list[Span] = []
    for start in range(size):
        if not canonical_at[start] or (start and _letter(text[start - 1]) and _letter(text[start])):
            continue
        for end, cost in _names_from(text, start, has_pair, canonical_at):
            spans.append(Span(start, end, head[start] + cost + tail[end]))
    spans.sort(key=lambda span: (span.cost, span.start, -span.end))
    return Reading(tuple(spans), head[size])


def _extend(head: list[float], at: int, text: str, pieces: tuple[tuple[tuple[int, float], ...], ...]) -> None:
    here = head[at]
    head[at + 1] = min(head[at + 1], here + _char_cost(text[at]))
    for end, cost in pieces[at]:
        head[end] = min(head[end], here + cost)


def _char_cost(char: str) -> float:
    if char in _STOPS or char.isspace():
        return 0.0
    return _FOREIGN if char.isascii() or not char.isalnum() else _UNKNOWN


def _names_from(
    text: str, start: int, has_pair: Callable[[str], bool], canonical_at: tuple[str, ...]
) -> list[tuple[int, float]]:
    """The ends and costs of the names that begin at `start`, by the cheapest way through their characters."""
    limit = min(len(text), start + _LONGEST_NAME)
    costs = {start: _ENTER}
    found: list[tuple[int, float]] = []
    for at in range(start, limit):
        here = costs.get(at)
        if here is None:
            continue
        char = text[at]
        if char in _STOPS:
            continue
        step = _step(at, start, has_pair, canonical_at)
        _lower(costs, at + 1, here + step)
        for width in range(2, 7):
            word = "".join(canonical_at[at : at + width])
            if at + width <= limit and (word in GENERIC or word in PLACES):
                _lower(costs, at + width, here + _WORD * width)
        if at > start:
            for filler in _FILLERS:
                if text.startswith(filler, at) and at + len(filler) < limit:
                    _lower(costs, at + len(filler), here + _FILLER)
    for end, cost in costs.items():
        if (
            end > start + 1
            and canonical_at[end - 1]
            and not (_letter(text[end - 1 : end]) and _letter(text[end : end + 1]))
        ):
            found.append((end, cost))
    return found


def _letter(char: str) -> bool:
    return "a" <= char <= "z"


def _lower(costs: dict[int, float], at: int, cost: float) -> None:
    if cost < costs.get(at, 1e9):
        costs[at] = cost


def _step(at: int, start: int, has_pair: Callable[[str], bool], canonical_at: tuple[str, ...]) -> float:
    char = canonical_at[at]
    if not char:
        return 0.2
    if _letter(char):
        return _LETTER
    previous = canonical_at[at - 1] if at > start else ""
    following = canonical_at[at + 1] if at + 1 < len(canonical_at) else ""
    if (previous and has_pair(previous[-1] + char[0])) or (
        at == start and following and has_pair(char[-1] + following[0])
    ):
        return _PAIR
    return _STRANGE
