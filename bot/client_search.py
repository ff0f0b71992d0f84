"""Which names of a large directory may be meant by a mention, found in a full-text table without reading much of it.

Rare pairs of characters and of sounds are read whole; what is common is only looked up in the names these have brought.
A short mention is also looked for by characters that a name holds together anywhere, for abbreviations share no pairs.
"""

from __future__ import annotations

import heapq
import json
import math
from collections.abc import Callable, Sequence
from operator import add
from typing import Any

from handlers.language.names_index import Posted, in_order, rarity
from handlers.language.names_sound import sounds

_POSTINGS_READ = 5_000
_TOGETHER = 1_200
_ENOUGH = 400
_WEIGHED = 400
_EFFORT = 400_000
_PRIVATE = "\U000f0000"
_FLOOR = 0.4
_SHORT = 8
_REMEMBERED = 100


class GramSearch:
    """A search among `names` names: `rows` asks the tables of the file, `held` tells how many names hold a gram.

    Remembers what it has read, for the stretches of one message share their grams: to be made anew after every change.
    """

    def __init__(self, rows: Callable[..., list[tuple[Any, ...]]], held: Callable[[str], int], names: int) -> None:
        self._rows = rows
        self._held = held
        self._names = names
        self._postings: dict[tuple[str, ...], list[int]] = {}

    def candidates(self, text: str, limit: int) -> list[Posted]:
        """At most `limit` names that share most with a canonical mention, best first."""
        votes, unread = self._vote(text)
        chars = sorted({char for char in text if self._held(char)}, key=self._held) if len(text) <= _SHORT else []
        likely = dict(votes)
        for together in self._conjunctions(chars):
            value = sum(rarity(self._held(char), self._names) for char in together)
            for slot in self._holding(together, _TOGETHER):
                likely[slot] = max(likely.get(slot, 0.0), votes.get(slot, 0.0) + value)
        if len(likely) < _ENOUGH and unread:
            for slot in self._holding([gram for gram, _ in unread[:2]], _POSTINGS_READ):
                likely.setdefault(slot, 0.0)
        best = heapq.nlargest(_WEIGHED, ((vote, -slot) for slot, vote in likely.items()))
        weighed = self._weigh(text, chars, unread, {-slot: votes.get(-slot, 0.0) for _, slot in best})
        if not weighed:
            return []
        floor = _FLOOR * max(weighed)[0]
        shortlist = heapq.nlargest(limit, (each for each in weighed if each[0] >= floor))
        return [Posted(key, scope, name, sounds(name)) for _, _, (key, scope, name) in shortlist]

    def _vote(self, text: str) -> tuple[dict[int, float], list[tuple[str, float]]]:
        """The votes of the names that hold the rarest pairs, and the pairs too common to be read, rarest first."""
        sound = sounds(text)
        weights = dict.fromkeys(map(add, sound, sound[1:]), 0.8)
        for pair in set(map(add, text, text[1:])):
            weights[pair] = weights.get(pair, 0.0) + 1.0
        votes: dict[int, float] = {}
        unread: list[tuple[str, float]] = []
        left = _POSTINGS_READ
        for count, gram in sorted((count, gram) for gram in weights if (count := self._held(gram))):
            value = weights[gram] * rarity(count, self._names)
            if count > left or (len(votes) >= _ENOUGH and count > len(votes)):
                unread.append((gram, value))
                continue
            left -= count
            for slot in self._holding([gram], count):
                votes[slot] = votes.get(slot, 0.0) + value
        return votes, unread

    def _conjunctions(self, chars: list[str]) -> list[list[str]]:
        """What characters of a short mention a name may hold together, rarest first: an abbreviation has no pairs.

        Two of the rarest three, and more of the others where these two are together in too many names.
        """
        if len(chars) < 2:
            return [chars] if chars else []
        found: dict[tuple[str, ...], None] = {}
        effort = 0
        for first, second in ((0, 1), (0, 2), (1, 2))[: 1 if len(chars) == 2 else 3]:
            together = [chars[first], chars[second]]
            others = (char for char in chars if char not in together)
            while self._expected(together) > _TOGETHER / 4 and (other := next(others, None)):
                together.append(other)
            effort += sum(map(self._held, together))
            if not found or effort < _EFFORT:
                found[tuple(sorted(together))] = None
        return [list(each) for each in found]

    def _expected(self, chars: list[str]) -> float:
        """In how many names characters would be together by chance."""
        return self._names * math.prod(self._held(char) / self._names for char in chars)

    def _weigh(
        self, text: str, chars: list[str], unread: list[tuple[str, float]], votes: dict[int, float]
    ) -> list[tuple[float, int, tuple[int, int | None, str]]]:
        """The final votes of the likeliest names, by what their texts hold."""
        values = [(char, 0.9 * rarity(self._held(char), self._names)) for char in chars]
        enough = 0.6 * sum(value for _, value in values)
        spoken = {gram: value for gram, value in unread if gram[0] >= _PRIVATE}
        written = [(gram, value) for gram, value in unread if gram not in spoken]
        weighed = []
        for slot, key, scope, name in self._rows(
            "SELECT slot, key, scope, text FROM name WHERE slot IN (SELECT value FROM json_each(?))",
            json.dumps(list(votes)),
        ):
            vote = votes[slot]
            for gram, value in written:
                if gram in name:
                    vote += value
            if spoken:
                sound = sounds(name)
                vote += sum([value for gram, value in spoken.items() if gram in sound])
            held = sum([value for char, value in values if char in name])
            if held and held >= enough:
                vote += held + 0.3 * (name[0] == text[0]) + 0.3 * in_order(text, name)
            weighed.append((vote, -slot, (key, scope, name)))
        return weighed

    def _holding(self, grams: Sequence[str], limit: int) -> list[int]:
        """At most `limit` slots of names that hold all grams."""
        wanted = (*grams, str(limit))
        slots = self._postings.get(wanted)
        if slots is None:
            match = " AND ".join(f'"{gram}"' for gram in grams)
            rows = self._rows("SELECT rowid FROM grams WHERE grams MATCH ? LIMIT ?", match, limit)
            if len(self._postings) >= _REMEMBERED:
                self._postings.clear()
            slots = self._postings[wanted] = [slot for (slot,) in rows]
        return slots
