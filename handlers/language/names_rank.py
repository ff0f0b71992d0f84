"""How well a name explains a mention: an alignment that knows how people shorten, misspell and mishear names."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from handlers.language.names_look import lookalikes
from handlers.language.names_sound import all_sounds, is_typed, same_syllable, sounds
from handlers.language.names_text import number_of
from handlers.language.names_words import COUNTED, SCRIPT_ENDS, entry_costs, known_chars, leave_costs, split_words

_ATTESTED = 3
_NEVER = -1e9
_JUMP = 0.06
_ENTRY = 0.42
_LEAVE = 0.2
_BROKEN = 1.0
_START = 0.25
_SKIPPED = 0.35
_MEANT = 0.75
# What a character is worth that looks like the name's.
_SEEN = 0.78
# The most one is worth that sounds like the name's, one that is another altogether, and one that is typed twice.
_HEARD = 0.86
_SLIPPED = 0.5
_TWICE = 0.75
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Query:
    """A canonical mention made ready for many alignments.

    `weights` says how telling each character is (0 to 1); `known` which belong to a word everybody uses, so that a
    different character there is another word and no slip; `inside` which continue such a word; `ordinal` which are the
    number of an institution, that nothing else sounds like; `attested` which stand beside their neighbour in many
    names, so that they are most likely meant; `met` which do in any name at all; `strange` which stand in none, so that
    they are hardly anybody's.
    """

    text: str
    sounds: str
    weights: tuple[float, ...]
    words: tuple[tuple[int, int], ...]
    known: tuple[bool, ...]
    inside: tuple[bool, ...]
    ordinal: tuple[bool, ...]
    attested: tuple[bool, ...]
    met: tuple[bool, ...]
    strange: tuple[bool, ...]


def query(text: str, weights: Sequence[float], pairs: Sequence[int], unheld: Container[str] = ()) -> Query:
    """Prepare a canonical mention whose characters weigh `weights`.

    `pairs` says how many names hold each two neighbours of the mention, `unheld` which characters no name holds though
    names are many.
    """
    words = split_words(text)
    known = known_chars(text)
    inside = [False] * len(text)
    for start, end in words:
        for at in range(start + 1, end):
            inside[at] = known[at]
    ordinal = tuple(
        number_of(char) is not None and (text[at - 1 : at] in ("第", "附") or text[at + 1 : at + 2] in COUNTED)
        for at, char in enumerate(text)
    )
    attested, met = [False] * len(text), [False] * len(text)
    for start, end in words:
        for at in range(start, end - 1):
            if pairs[at] >= _ATTESTED:
                attested[at] = attested[at + 1] = True
            rank = end - start > 2 and at == end - 2 and text[end - 1] in SCRIPT_ENDS
            if pairs[at] and not rank:
                met[at] = met[at + 1] = True
    strange = tuple(char in unheld and "㐀" <= char < "\ue000" for char in text)
    return Query(
        text, sounds(text), tuple(weights), words, known, tuple(inside), ordinal, tuple(attested), tuple(met), strange
    )


def could_reach(asked: Query, name: str, name_sounds: str, least: float = 0.0) -> float:
    """How well a name could explain a mention, at a fraction of the cost of an alignment; 0 for less than `least`."""
    total = sum(asked.weights)
    slack = (1.0 - least) * total + _ROUNDING
    lost = 0.0
    for char, sound, weight in zip(asked.text, asked.sounds, asked.weights, strict=True):
        if char in name:
            continue
        if sound in name_sounds:
            lost += (1.0 - _HEARD) * weight
        elif not lookalikes(char).isdisjoint(name):
            lost += (1.0 - _SEEN) * weight
        else:
            lost += (1.0 - _SLIPPED) * weight
        if lost > slack:
            return 0.0
    return 1.0 - lost / total if total else 0.0


def is_beyond(asked: Query, name: str, name_sounds: str, least: float) -> bool:
    """Whether at least two characters differ and no alignment can score `least`, so that none need be made."""
    total = sum(asked.weights)
    slack = (1.0 - least) * total + _ROUNDING
    lost, differ = 0.0, 0
    for at, (char, sound, weight) in enumerate(zip(asked.text, asked.sounds, asked.weights, strict=True)):
        if char in name:
            continue
        differ += 1
        meant = _MEANT if asked.attested[at] else 1.0
        if is_typed(char):
            worth = 1.0
        elif asked.ordinal[at]:
            worth = -_SKIPPED
        elif sound in name_sounds:
            worth = _HEARD * meant
        elif not lookalikes(char).isdisjoint(name):
            worth = _SEEN * meant
        else:
            worth = -_SKIPPED if asked.known[at] or asked.attested[at] else _SLIPPED
        if at and asked.text[at - 1] == char:
            worth = max(worth, _TWICE)
        lost += (1.0 - worth) * weight
        if differ > 1 and lost > slack:
            return True
    return False


@dataclass(frozen=True, slots=True)
class Alignment:
    """How a name explains a mention.

    `score` is the share of the mention's weight that is explained, less the costs of jumps and misspellings;
    `places` gives for each character of the mention the index in the name that explains it, or -1; `slips` says which
    are explained as misspellings only.
    """

    score: float
    places: tuple[int, ...]
    slips: tuple[bool, ...]


def align(asked: Query, name: str, name_sounds: str) -> Alignment:
    """The best in-order alignment of a mention with a canonical name and its sounds."""
    mention, mention_sounds, weights = asked.text, asked.sounds, asked.weights
    ordinal = asked.ordinal
    rows, columns = len(mention), len(name)
    enter, leave, known = entry_costs(name), leave_costs(name), known_chars(name)
    # reach[i][j]: best value with mention[:i] dealt with and name[j-1] the last character used; column 0: none used.
    reach: list[list[float]] = [[0.0] + [_NEVER] * columns]
    back: list[list[tuple[int, int, bool]]] = []
    for row in range(rows):
        char, sound, weight = mention[row], mention_sounds[row], weights[row]
        before = reach[row]
        line = [_NEVER] * (columns + 1)
        trace: list[tuple[int, int, bool]] = [(row, 0, False)] * (columns + 1)
        repeated = row > 0 and mention[row - 1] == char
        skip = (0.05 if repeated else _SKIPPED) * weight
        gain_repeated = _TWICE * weight if repeated else 0.0
        line[0] = before[0] - skip
        jump, jump_from = _NEVER, 0
        previous = reach[row - 1] if row else None
        typed, ordinal_here, firm = is_typed(char), ordinal[row], asked.known[row] or asked.attested[row]
        slippery = "㐀" <= char < "\ue000"
        alike = lookalikes(char)
        for column in range(1, columns + 1):
            other = name[column - 1]
            # Skipping this character of the mention.
            best = before[column] - skip + gain_repeated
            best_from = (row, column, False)
            if column >= 3:
                # The jump itself is paid on arrival; keep the best place to have left from.
                left = before[column - 2] - _LEAVE * leave[column - 3] * weight
                if left > jump:
                    jump, jump_from = left, column - 2
            credit: float | None
            if char == other:
                credit = weight
            elif ordinal_here:
                credit = None
            elif typed or sound == name_sounds[column - 1] or other in alike:
                credit = _credit(char, sound, other, name_sounds[column - 1], weight)
                if credit is not None and asked.attested[row]:
                    credit *= _MEANT
            else:
                credit = None
            misspelt = credit is None
            if misspelt and slippery and "㐀" <= other < "\ue000":
                credit = (_SLIPPED if known[column - 1] else -0.05) * weight if not firm else -0.6 * weight
            if credit is not None:
                start = before[0] - _START * enter[column - 1] * weight
                value, origin = start, 0
                if column >= 2:
                    if before[column - 1] > value:
                        value, origin = before[column - 1], column - 1
                    hop = jump - (_BROKEN if asked.inside[row] else _ENTRY) * enter[column - 1] * weight - _JUMP
                    if hop > value and not misspelt:
                        value, origin = hop, jump_from
                value += credit
                if value > best:
                    best, best_from = value, (row, origin, True)
            if (
                previous is not None
                and column >= 2
                and char == name[column - 2]
                and mention[row - 1] == other
                and char != other
            ):
                base = max(previous[column - 2], previous[0])
                swapped = base + 0.86 * (weight + weights[row - 1])
                if swapped > best:
                    best, best_from = swapped, (-1, column - 2 if previous[column - 2] >= previous[0] else 0, True)
            line[column] = best
            trace[column] = best_from
        reach.append(line)
        back.append(trace)
    last = reach[rows]
    end = max(range(columns + 1), key=lambda column: last[column] - (0.04 * leave[column - 1] if column else 0.0))
    total = sum(weights) or 1.0
    return _trace(asked, name, name_sounds, back, end, last[end] / total)


def _credit(char: str, sound: str, other: str, other_sound: str, weight: float) -> float | None:
    """What a character of the mention is worth when this one of the name is meant; None when that is a slip."""
    if char == other:
        return weight
    if is_typed(char):
        return 0.97 * weight if sound == other_sound or sound in all_sounds(other) else None
    if sound != other_sound or char < "㐀" or other < "㐀":
        return _SEEN * weight if other in lookalikes(char) else None
    first, second = number_of(char), number_of(other)
    same = same_syllable(char, other)
    if first is not None or second is not None:
        return (0.8 if same else 0.7) * weight - 0.05 if first is None or second is None else None
    return (_HEARD if same else 0.78) * weight


def _trace(
    asked: Query, name: str, name_sounds: str, back: list[list[tuple[int, int, bool]]], column: int, score: float
) -> Alignment:
    mention = asked.text
    places = [-1] * len(mention)
    slips = [False] * len(mention)
    row = len(mention) - 1
    while row >= 0:
        at, origin, used = back[row][column]
        if at == -1:
            places[row], places[row - 1] = column - 2, column - 1
            row -= 1
        elif used:
            other = column - 1
            places[row] = other
            slips[row] = _credit(mention[row], asked.sounds[row], name[other], name_sounds[other], 1.0) is None
        column = origin if used else column
        row -= 1
    return Alignment(score, tuple(places), tuple(slips))
