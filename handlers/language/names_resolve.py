"""Which client a name means that was already cut out of its sentence.

A link is only ever made in silence when one name explains the mention and no other comes near; two that do are asked
about; a mention that no name explains is nobody's, however much it resembles one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from handlers.language.names_brief import is_brief, is_called, may_be_called
from handlers.language.names_decide import FOUND, MOST_ASKED, Match, Scored, decide
from handlers.language.names_index import Posted, in_order, rarity
from handlers.language.names_judge import agrees, doubtful, forgiven, is_coincidence, one_too_many, untold
from handlers.language.names_rank import align, could_reach, is_beyond, query
from handlers.language.names_register import Register
from handlers.language.names_sound import typed_pinyin, word_for_number
from handlers.language.names_text import canonical
from handlers.language.names_words import (
    GENERIC,
    KINDS,
    PLACES,
    common_chars,
    core,
    is_of_place,
    spelled_out,
    split_words,
)

_CANDIDATES = 120
_ALIGNED = 24
_HOPELESS = 0.08
# So many names hold most places there are.
_MANY = 10_000
_FORGIVEN = 0.06
_COINCIDENCE = 0.05
_FILLERS = re.compile(r"那边儿?的?|那家|那个|这家|这个|(?<=.)的(?=.)")
# A brand in letters is as often said before its town as after it.
_TURNED = re.compile(r"^([a-z]+)([^a-z]{2,3})$")
# 二附院 is the 附属第二医院.
_ATTACHED = re.compile("([\ue000-\uefff])附(?=院|属|$)")
_NUMBERED = re.compile("附([\ue000-\uefff])(?=院)")
_LETTERS = re.compile(r"[a-z]+")


class Resolver:
    """The names of a register as one team knows them. To be asked under the register's lock."""

    def __init__(self, register: Register, scope: int | None) -> None:
        self._register = register
        self._scope = scope

    def has_pair(self, pair: str) -> bool:
        """Whether two canonical characters stand side by side in any name."""
        return self._register.count_pair(pair) > 0

    def resolve(self, text: str, *, in_talk: bool = False, addressed: bool = True) -> Match:
        """The client meant by a name that was already cut out of its sentence.

        A stretch `in_talk` may be no name at all, least of all one that is not `addressed` as somebody is.
        """
        found = self._at_once(canonical(text).text)
        if found is not None:
            return found
        plain = canonical(_FILLERS.sub(" ", text)).text
        best = Match(())
        for variant in self._variants(plain):
            match = self._at_once(variant) or self._fuzzy(variant, in_talk, addressed)
            if match.exact:
                match = replace(match, sure=0.99, exact=False)
            if match.candidates and (not best.candidates or match.sure > best.sure):
                best = match
        for other in (spelled_out(plain), _place_first(plain)):
            if other and not best.candidates:
                best = self._fuzzy(other, in_talk, addressed)
        return best

    def _at_once(self, text: str) -> Match | None:
        keys = self._register.called(text, self._scope)
        if keys:
            return Match(keys[:MOST_ASKED], len(keys) > 1, None, 1.0, True)
        return None

    def _variants(self, text: str) -> list[str]:
        """The canonical mention with letters that are no name's own read as pinyin, in every way they can be."""
        variants = [text]
        for found in reversed(list(_LETTERS.finditer(text))):
            letters = found.group()
            if len(letters) < 3 or all(self.has_pair(letters[at : at + 2]) for at in range(len(letters) - 1)):
                continue
            readings = typed_pinyin(letters)
            if readings:
                variants = [
                    each[: found.start()] + reading + each[found.end() :] for each in variants for reading in readings
                ]
        doubled = [each for each in variants if self._holds_doubles(each)]
        variants = list(dict.fromkeys([*doubled, *map(self._undoubled, variants)]))
        turned = [_ATTACHED.sub(r"附\1", _TURNED.sub(r"\2\1", each)) for each in variants]
        counted = [_NUMBERED.sub(r"\1附", each) for each in variants]
        heard = [meant for each in variants if (meant := word_for_number(each))]
        return list(dict.fromkeys(variants + turned + counted + heard))[:8]

    def _holds_doubles(self, text: str) -> bool:
        """Whether names hold all that is doubled in a canonical mention, as 五建建设 does."""
        doubled = [text[at - 1 : at + 1] for at in range(1, len(text)) if text[at] == text[at - 1]]
        return bool(doubled) and all(map(self.has_pair, doubled))

    def _undoubled(self, text: str) -> str:
        """The canonical mention without characters typed twice, unless names really double them."""
        at = 1
        while at < len(text):
            if text[at] == text[at - 1]:
                less = text[:at] + text[at + 1 :]
                stray = common_chars(less)[at - 1] and not all(common_chars(text)[at - 1 : at + 1])
                if stray or not self.has_pair(text[at] * 2):
                    text = less
                    continue
            at += 1
        return text

    def _weights(self, text: str, held: Sequence[int], pairs: Sequence[int]) -> list[float]:
        """How telling each character of a canonical mention is in this directory, from 0 to 1.

        `held` says how many names hold each character of the mention, `pairs` how many each two neighbours.
        """
        total = self._register.posted()
        beside = [rarity(count, total) for count in pairs]
        weights: list[float] = []
        for at, count in enumerate(held):
            around = beside[max(at - 1, 0) : at + 1]
            weights.append(0.35 * rarity(count, total) + 0.65 * min(around, default=1.0))
        for start, end in split_words(text):
            word = text[start:end]
            factor = 0.45 if word in KINDS else 0.75 if word in GENERIC else 1.0
            for at in range(start, end):
                weights[at] = max(0.05, weights[at] * factor)
        return weights

    def _fuzzy(self, text: str, in_talk: bool, addressed: bool, *, once: bool = False) -> Match:
        words = {text[start:end] for start, end in split_words(text)}
        if len(text) < 2 or words <= KINDS or words <= PLACES:
            return Match(())
        candidates = self._register.candidates(text, _CANDIDATES)
        if not candidates:
            return Match(())
        pairs = [self._register.count_pair(text[at : at + 2]) for at in range(len(text) - 1)]
        held = [self._register.count_char(char) for char in text]
        many = self._register.posted() >= _MANY
        unheld = {char for char, count in zip(text, held, strict=True) if many and not count}
        asked = query(text, self._weights(text, held, pairs), pairs, unheld)
        reach: list[tuple[float, int, Posted]] = []
        for rank, posted in enumerate(candidates):
            bound = could_reach(asked, posted.text, posted.sounds, FOUND - 0.15)
            if bound >= FOUND - 0.15 and posted.scope in (None, self._scope):
                reach.append((-round(bound, 2), rank, posted))
        reach.sort()
        scored: dict[int, Scored] = {}
        best = 0.0
        brief = is_brief(text)
        for bound, _, posted in reach[:_ALIGNED]:
            if -bound < best - _HOPELESS:
                break
            name = posted.text
            if is_beyond(asked, name, posted.sounds, FOUND - _FORGIVEN):
                continue
            alignment = align(asked, name, posted.sounds)
            score = alignment.score + forgiven(asked, alignment, name)
            if score < FOUND - _FORGIVEN or not agrees(asked, alignment, name):
                continue
            known = Scored(
                posted.key,
                name,
                score,
                score - untold(asked, alignment, name) - _COINCIDENCE * is_coincidence(alignment, name),
                doubtful(asked, alignment, name, many) or (brief and not is_called(text, name, addressed=addressed)),
                len(text) > 2 or text not in name or core(name).endswith(text) or core(name) != name,
                text in name or _holds_in_turn(asked.words, text, name),
                name.endswith(text) and core(text) != text,
                _told(text, name, alignment.places),
            )
            best = max(best, known.order)
            other = scored.get(known.key)
            if other is None or known.order > other.order:
                scored[known.key] = known
        found = decide(list(scored.values()))
        if in_talk and brief and not any(may_be_called(text, scored[key].name) for key in found.candidates):
            return Match(())
        if found.candidates or once:
            return found
        less, stray = next((rest for _, _, posted in reach if (rest := one_too_many(text, posted.text))[0]), ("", True))
        if less:
            found = self._at_once(less) or self._fuzzy(less, in_talk, addressed, once=True)
        return found if stray or not found.candidates else replace(found, ask=True)


def _place_first(text: str) -> str:
    """A canonical mention that ends in its place, turned round: 青岚远槐 for 远槐青岚; empty for any other."""
    size = next((size for size in (2, 3) if text[-size:] in PLACES and len(text) >= size + 2), 0)
    return text[-size:] + text[:-size] if size and text[:-size] not in PLACES else ""


def _holds_in_turn(words: Sequence[tuple[int, int]], text: str, name: str) -> bool:
    """Whether a name has the brand of a mention for a word, and its trade with others between."""
    brand, trade = text[slice(*words[0])], text[slice(*words[-1])]
    if len(words) < 2 or len(brand) < 2 or is_of_place(brand) or brand in GENERIC:
        return False
    if trade not in GENERIC or trade in KINDS:
        return False
    return in_order(text, name) and any(name[slice(*word)] == brand for word in split_words(name))


def _told(text: str, name: str, places: Sequence[int]) -> int:
    """How much of a name a mention tells at least: 附二院 ends in the hospital, not in the 院区 behind it."""
    at = 0
    for char in text:
        at = name.find(char, at) + 1
        if not at:
            return max(places) + 1
    return at
