"""Which names of a directory may be meant by a mention: grams of characters and of sounds, rarest first.

Postings are compact arrays of slots. A removed name keeps its slot, marked dead, until the index is rebuilt; a new
name always takes a fresh one, so postings only ever grow at their end.
"""

from __future__ import annotations

import functools
import heapq
import math
from array import array
from collections.abc import Iterable
from typing import NamedTuple

from handlers.language.names_sound import sounds

_POSTINGS_READ = 12_000
_FLOOR = 0.4
_ENOUGH = 400
_PRIOR_NAMES = 400.0


class Posted(NamedTuple):
    """A canonical name or alias of a client, with its sounds and the team that alone knows it."""

    key: int
    scope: int | None
    text: str
    sounds: str


@functools.lru_cache(maxsize=4096)
def rarity(count: float, names: int) -> float:
    """How telling a gram found in `count` of `names` is: 1 for one never seen, 0 for one in every name."""
    total = names + _PRIOR_NAMES
    return math.log(total / (count + 1.0)) / math.log(total)


class GramIndex:
    """An inverted index over canonical names, addressed by slot."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.sounds: list[str] = []
        self.alive: list[bool] = []
        self._dead = 0
        self._chars: dict[str, array[int]] = {}
        self._pairs: dict[str, array[int]] = {}
        self._sound_pairs: dict[str, array[int]] = {}

    def __len__(self) -> int:
        return len(self.names) - self._dead

    def add(self, name: str) -> int:
        """Index a canonical name; returns its slot."""
        slot = len(self.names)
        sound = sounds(name)
        self.names.append(name)
        self.sounds.append(sound)
        self.alive.append(True)
        _post(self._chars, set(name), slot)
        _post(self._pairs, set(map(str.__add__, name, name[1:])), slot)
        _post(self._sound_pairs, set(map(str.__add__, sound, sound[1:])), slot)
        return slot

    def drop(self, slot: int) -> None:
        """Forget a name; its slot is never used again."""
        if self.alive[slot]:
            self.alive[slot] = False
            self._dead += 1

    @property
    def wasteful(self) -> bool:
        """Whether more slots are dead than alive, so that rebuilding pays."""
        return self._dead > 64 and self._dead * 2 > len(self.names)

    def count_pair(self, pair: str) -> int:
        """How many names hold two characters side by side."""
        return len(self._pairs.get(pair, ()))

    def count_char(self, char: str) -> int:
        """How many names hold a character."""
        return len(self._chars.get(char, ()))

    def candidates(self, text: str, limit: int) -> list[int]:
        """At most `limit` slots of living names that share most with a canonical mention, best first."""
        votes: dict[int, float] = {}
        self._vote(votes, self._pairs, self.names, set(map(str.__add__, text, text[1:])), 1.0)
        sound = sounds(text)
        self._vote(votes, self._sound_pairs, self.sounds, set(map(str.__add__, sound, sound[1:])), 0.8)
        if len(text) <= 8:
            self._scan(votes, text)
        if not votes:
            return []
        alive = self.alive
        floor = _FLOOR * max(votes.values())
        best = heapq.nlargest(limit + 16, [(vote, -slot) for slot, vote in votes.items() if vote >= floor])
        return [-slot for _, slot in best if alive[-slot]][:limit]

    def _vote(
        self,
        votes: dict[int, float],
        postings: dict[str, array[int]],
        texts: list[str],
        grams: Iterable[str],
        weight: float,
    ) -> None:
        """Let the names that hold the grams gain votes, rarest grams first.

        Once rare grams have brought enough names, a common gram only tells these apart: looking it up in them is
        cheaper than reading its postings.
        """
        left = _POSTINGS_READ
        get = votes.get
        for count, gram in sorted((len(slots), gram) for gram in grams if (slots := postings.get(gram))):
            value = weight * rarity(count, len(self.names))
            if len(votes) >= _ENOUGH and count > len(votes):
                for slot in votes:
                    if gram in texts[slot]:
                        votes[slot] += value
                continue
            left -= count
            if left < 0 and count > _ENOUGH:
                break
            for slot in postings[gram]:
                votes[slot] = get(slot, 0.0) + value

    def _scan(self, votes: dict[int, float], text: str) -> None:
        """Vote for names that hold the characters of a short mention anywhere: abbreviations share no pairs."""
        rarest = sorted({char for char in text if char in self._chars}, key=self.count_char)
        if not rarest:
            return
        values = [(char, 0.9 * rarity(self.count_char(char), len(self.names))) for char in rarest]
        most = sum(value for _, value in values)
        enough = most * 0.6
        everywhere = all(char in self._chars for char in text)
        names = self.names
        for slot in self._holding_two(rarest[:3]):
            name = names[slot]
            value = 0.0
            for char, worth in values:
                if char in name:
                    value += worth
            if value >= enough:
                if everywhere and value >= most - 1e-9 and in_order(text, name):
                    value += 0.3
                if name[0] == text[0]:
                    value += 0.3
                votes[slot] = votes.get(slot, 0.0) + value

    def _holding_two(self, chars: list[str]) -> set[int]:
        """The slots of names with at least two of up to three characters, or with the only one."""
        rarest, *others = (self._chars[char] for char in chars)
        first = set(rarest)
        if not others:
            return first
        found = first.intersection(others[0])
        if len(others) == 2:
            found |= first.intersection(others[1])
            found |= set(others[0]).intersection(others[1])
        return found


def in_order(text: str, name: str) -> bool:
    """Whether a name holds all characters of a text in their order."""
    at = -1
    for char in text:
        at = name.find(char, at + 1)
        if at < 0:
            return False
    return True


def _post(postings: dict[str, array[int]], grams: set[str], slot: int) -> None:
    for gram in grams:
        slots = postings.get(gram)
        if slots is None:
            postings[gram] = array("I", (slot,))
        else:
            slots.append(slot)
