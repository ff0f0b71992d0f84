"""What an alignment of a mention with a name is worth: what must never differ, and what the mention left untold."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from handlers.language.names_rank import Alignment, Query
from handlers.language.names_sound import is_typed, near_keys
from handlers.language.names_text import number_of
from handlers.language.names_words import (
    BRANCH_WORDS,
    GENERIC,
    KINDS,
    KNOWN,
    PLACES,
    SCRIPT_ENDS,
    common_chars,
    core,
    entry_costs,
    known_chars,
    split_words,
)

_LONG = 6
_LETTERS = re.compile(r"[a-z]+")
# Typed by the way, and in hardly any name.
_STRAY = frozenset("的了是在有着过吗呢啊不也就和这那我你")
# Typed by the way, too, but how a brand may begin or end.
_FREQUENT = frozenset("新大小中上人来到个们好")
_ABBREVIATED_UNIVERSITY = re.compile(r"^.{1,3}大(?:$|附)")


def agrees(asked: Query, alignment: Alignment, name: str) -> bool:
    """Whether nothing differs that tells two organisations apart.

    Institution numbers and words in letters must be the same, and every word of the mention that is nobody's common
    word, a place or a brand, must be found, save for one slip in a long one.
    """
    return (
        _begins_well(asked, alignment, name)
        and _numbers_agree(asked, alignment)
        and _letters_agree(asked, alignment, name)
        and _kinds_agree(asked, alignment, name)
        and _proper_agree(asked, alignment, name)
    )


def _begins_well(asked: Query, alignment: Alignment, name: str) -> bool:
    """Whether a short mention begins where a word of the name may, and two characters apart are at least the same.

    A university may go by the last character of its place.
    """
    places = alignment.places
    if len(places) in (3, 4) and places[-1] - places[0] >= len(places) and not _to_the_letter(asked, alignment, name):
        return False
    if len(places) == 2 and places[1] != places[0] + 1:
        return _to_the_letter(asked, alignment, name)
    if asked.text[1] == "大" and places[0] == places[1] - 1 and name.startswith("大学", places[1]):
        return name[: places[1]] in PLACES
    return len(places) > 4 or places[0] < 0 or min(places) < places[0] or entry_costs(name)[places[0]] < 0.6


def _numbers_agree(asked: Query, alignment: Alignment) -> bool:
    text = asked.text
    for at, char in enumerate(text):
        if number_of(char) is None or (at and text[at - 1] == char):
            continue
        if alignment.places[at] < 0:
            return False
    return True


def _letters_agree(asked: Query, alignment: Alignment, name: str) -> bool:
    for found in _LETTERS.finditer(asked.text):
        places = alignment.places[found.start() : found.end()]
        first = places[0]
        if first < 0 or places != tuple(range(first, first + len(places))):
            return False
        if name[max(first - 1, 0) : first].isalpha() and name[first - 1].isascii():
            return False
        if name[places[-1] + 1 : places[-1] + 2].isalpha() and name[places[-1] + 1].isascii():
            return False
    return True


def _kinds_agree(asked: Query, alignment: Alignment, name: str) -> bool:
    """Whether what kind of organisation the mention says is what the name says: a school is no petrol station."""
    enter = entry_costs(name)
    for start, end in asked.words:
        if asked.text[start:end] not in KINDS:
            continue
        for at in range(start, end):
            place = alignment.places[at]
            if place < 0 or alignment.slips[at]:
                return False
            if at > start and place != alignment.places[at - 1] + 1:
                parts = alignment.places[start:end]
                same = all(
                    part >= 0 and name[part] == char for part, char in zip(parts, asked.text[start:end], strict=True)
                )
                if enter[place] > 0.3 or not same:
                    return False
    return True


def _proper_agree(asked: Query, alignment: Alignment, name: str) -> bool:
    known = common_chars(name)
    text = asked.text
    inserted = _inserted(asked, alignment)
    for start, end in asked.words:
        if text[start:end] in GENERIC or inserted in range(start, end):
            continue
        slipped = sum(alignment.slips[start:end])
        missed = slipped if slipped > 1 else 0
        for at in range(start, end):
            place = alignment.places[at]
            if place < 0:
                missed += not (at and text[at] == text[at - 1])
            elif slipped == 1 and alignment.slips[at] and not _is_mistyped(asked, at, name, place):
                missed += asked.attested[at] or not known[place] or start == 0 or end - start == 1
        telling = _telling(text, start, end)
        if (
            missed
            and (alignment.places[start] < 0 or alignment.slips[start])
            and _scattered(alignment.places[start:end])
        ):
            return False
        if (
            text[start:end] in PLACES
            and _famous(name, alignment.places[start:end])
            and missed + slipped + _other(asked, alignment, name, start, end)
        ):
            return False
        if missed > (0 if telling <= 2 else telling // 3):
            return False
    return True


def _is_mistyped(asked: Query, at: int, name: str, place: int) -> bool:
    """Whether a character of a long mention may be a slip of the finger: beside no neighbour in any name."""
    if len(asked.text) < _LONG or asked.met[at] or known_chars(name)[place]:
        return False
    return asked.strange[at] or near_keys(asked.text[at], name[place])


def _to_the_letter(asked: Query, alignment: Alignment, name: str) -> bool:
    """Whether every character of the mention stands in the name as it is written."""
    return all(place >= 0 and name[place] == char for char, place in zip(asked.text, alignment.places, strict=True))


def _scattered(places: Sequence[int]) -> bool:
    """Whether a word of the mention jumps in the name: its characters are all there is to tell what was shortened."""
    found = [place for place in places if place >= 0]
    return any(after - before > 1 for before, after in itertools.pairwise(found))


def _other(asked: Query, alignment: Alignment, name: str, start: int, end: int) -> int:
    """How many characters of a word stand otherwise in the name."""
    places = alignment.places[start:end]
    return sum(place < 0 or name[place] != char for char, place in zip(asked.text[start:end], places, strict=True))


def _telling(text: str, start: int, end: int) -> int:
    """How many characters of a word tell it from others: all but the rank of a place."""
    return end - start - (end - start > 2 and text[end - 1] in SCRIPT_ENDS)


def doubtful(asked: Query, alignment: Alignment, name: str, many: bool) -> bool:
    """Whether a mention may well be another organisation's name, as 溪县三中 is for 熙县三中, 柏草堂 for 松草堂.

    The only word it has of its own is written otherwise.

    A place then is another place, however alike it sounds, unless in `many` names there is none that is written so, or
    the one of the name is known to everybody; a brand is another one when it neither sounds nor looks the same.
    """
    text, known, odd = asked.text, known_chars(name), False
    if _is_inexplicable(asked, alignment, name) or _adds_to_brand(asked, alignment, name):
        return True
    for start, end in asked.words:
        if text[start:end] in GENERIC or (end - start == 1 and number_of(text[start]) is not None):
            continue
        places = alignment.places[start:end]
        if all(place >= 0 and name[place] == char for char, place in zip(text[start:end], places, strict=True)):
            return False
        slipped = any(alignment.slips[at] and not known[alignment.places[at]] for at in range(start, end))
        sure = many or _famous(name, places[:-1])
        heard = text[end - 1] in SCRIPT_ENDS and any(
            place >= 0 and name[place] != text[at] and not is_typed(text[at]) and (asked.met[at] or not sure)
            for at, place in zip(range(start, end - 1), places, strict=False)
        )
        odd = odd or heard or slipped or _is_another_brand(asked, alignment, name, start, end)
    return odd


def _is_another_brand(asked: Query, alignment: Alignment, name: str, start: int, end: int) -> bool:
    """Whether a brand of one or two characters is heard otherwise, and may be meant as it is written.

    It may where some name holds it so, or where no character of it is the name's: 中意 for 中怡, 天俊 for 田军.
    """
    places = alignment.places[start:end]
    if end - start > 2 or min(places) < 0 or any(map(is_typed, asked.text[start:end])):
        return False
    other = _other(asked, alignment, name, start, end)
    return other == end - start or (other > 0 and asked.met[start])


def _is_inexplicable(asked: Query, alignment: Alignment, name: str) -> bool:
    """Whether a brand differs in a character that nobody mistakes for the name's, by sound, look or key.

    One that stands in no name at all is most likely a slip, whatever it is for.
    """
    known, text = known_chars(name), asked.text
    return any(
        slip and place >= 0 and not known[place] and not asked.strange[at] and not near_keys(text[at], name[place])
        for at, (slip, place) in enumerate(zip(alignment.slips, alignment.places, strict=True))
    )


def _adds_to_brand(asked: Query, alignment: Alignment, name: str) -> bool:
    """Whether a mention has a character more than the name, before, behind or in a brand, that may be meant."""
    text, places = asked.text, alignment.places
    for at in range(1, len(text) - 1):
        if places[at] >= 0 or places[at - 1] < 0 or places[at + 1] != places[at - 1] + 1:
            continue
        doubled = text[at] in (text[at - 1 : at], text[at + 1])
        if not doubled and number_of(text[at]) is None and not _is_stray(text, at, name, places[at + 1]):
            return True
    return False


def _is_stray(text: str, at: int, name: str, place: int) -> bool:
    """Whether a character of a mention that stands before a place of the name is typed by the way."""
    within = [name[start:end] for start, end in split_words(name) if start < place < end]
    frequent = text[at] in _FREQUENT and (within or text[at + 1 : at + 2] == "第")
    return text[at] in _STRAY or bool(frequent) or any(word in KNOWN for word in within)


def _famous(name: str, places: Sequence[int]) -> bool:
    """Whether characters of a name are a place everybody knows."""
    return bool(places) and min(places) >= 0 and name[places[0] : places[-1] + 1] in PLACES


def is_coincidence(alignment: Alignment, name: str) -> bool:
    """Whether two characters stand apart in a name that is no university's: nobody is shortened like that."""
    return len(alignment.places) == 2 and alignment.places[1] != alignment.places[0] + 1 and "大学" not in name


def forgiven(asked: Query, alignment: Alignment, name: str) -> float:
    """What to give back of the cost of a single slip in a long mention that is otherwise the name letter by letter."""
    text, places = asked.text, alignment.places
    odd = [at for at, place in enumerate(places) if place < 0 or alignment.slips[at]]
    if len(odd) != 1 or len(text) < 6 or asked.attested[odd[0]]:
        return 0.0
    at = odd[0]
    if any(place >= 0 and name[place] != text[here] for here, place in enumerate(places) if here != at):
        return 0.0
    weight = asked.weights[at] / (sum(asked.weights) or 1.0)
    if places[at] >= 0:
        return 0.5 * weight
    return 0.9 * weight if _inserted(asked, alignment) == at else 0.0


def _inserted(asked: Query, alignment: Alignment) -> int:
    """The one character of a long mention that stands between two neighbours of the name; -1 when there is none."""
    places = alignment.places
    missing = [at for at, place in enumerate(places) if place < 0]
    if len(missing) != 1 or len(places) < 6 or any(alignment.slips) or asked.attested[missing[0]]:
        return -1
    at = missing[0]
    return at if 0 < at < len(places) - 1 and places[at + 1] == places[at - 1] + 1 else -1


def one_too_many(text: str, name: str) -> tuple[str, bool]:
    """A long canonical mention without the one character that keeps it from standing in a name; empty when not so.

    Only a character that may not be meant: one hardly any name holds, one that parts a word everybody uses, any where
    all the rest is a company's own name. 青垭岭中学 is no slip for 青岭中学. And whether it is surely not meant: at the
    edge of a brand it may be part of another one, 远槐达 beside 远槐.
    """
    if len(text) < _LONG:
        return "", True
    found = _without_one(text, name)
    return found if found[0] else _without_one(text, _without_ranks(name))


def _without_ranks(name: str) -> str:
    """A name as people say it: 青岚 for 青岚市."""
    words = (name[start:end] for start, end in split_words(name))
    return "".join(word[:-1] if len(word) > 2 and word[-1] in SCRIPT_ENDS else word for word in words)


def _without_one(text: str, name: str) -> tuple[str, bool]:
    half = len(text) // 2
    if text[:half] not in name and text[half:] not in name:
        return "", True
    for at in range(1, len(text) - 1):
        rest = text[:at] + text[at + 1 :]
        begins = name.find(rest)
        if begins < 0 or number_of(text[at]) is not None or _makes_a_kind(text, at):
            continue
        parted = any(start < begins + at < end and name[start:end] in KNOWN for start, end in split_words(name))
        company = core(name) != name and len(rest) >= _LONG and text[at + 1] not in SCRIPT_ENDS
        if text[at] in _STRAY or parted or company:
            return rest, _is_stray(text, at, name, begins + at)
    return "", True


def _makes_a_kind(text: str, at: int) -> bool:
    """Whether a character of a mention is what makes another kind of an organisation: 中医院, not 医院."""
    return text[at] not in (text[at - 1], text[at + 1]) and any(
        start <= at < end and text[start:end] in KINDS for start, end in split_words(text)
    )


def untold(asked: Query, alignment: Alignment, name: str) -> float:
    """What a name holds that the mention did not say, as a cost: the less is left over, the likelier it is meant.

    Negative for a name that is told completely.
    """
    used = {place for place in alignment.places if place >= 0}
    if not used:
        return 1.0
    first, last = min(used), max(used)
    cost = 0.0
    places = trades = proper = 0
    for start, end in split_words(name):
        if any(at in used for at in range(start, end)):
            continue
        word = name[start:end]
        within = first < start < last
        if end - start == 1 and number_of(word) is not None:
            cost += 0.06 if within else 0.015
        elif word in PLACES:
            places += 1
        elif word in KINDS:
            cost += 0.005
        elif word in GENERIC:
            trades += 1
            cost += 0.02 if within else 0.0
        elif end - start > 1:
            proper += 1
    cost += 0.01 * min(places, 1) + 0.015 * min(trades, 3) + 0.015 * min(proper, 2)
    if any(word in name and word not in asked.text for word in BRANCH_WORDS):
        cost += 0.01
    if any(
        place >= 0 and asked.text[at] != name[place] and not is_typed(asked.text[at])
        for at, place in enumerate(alignment.places)
    ):
        cost += 0.03
    if len(used) >= len(core(name)):
        cost -= 0.03
    if _ABBREVIATED_UNIVERSITY.search(asked.text):
        at = asked.text.index("大")
        place = alignment.places[at]
        if at and place >= 0 and name.startswith("大学", place):
            cost -= 0.09
    return cost
