"""Which client is meant: names as people shorten, mishear and misspell them, against the team's own directory.

A link is only ever made in silence when one name explains the mention and no other comes near; two that do are asked
about; a mention that no name explains is nobody's, however much it resembles one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Protocol

from handlers.language.names_decide import FOUND, MOST_ASKED, Match, Scored, decide
from handlers.language.names_everyday import is_make, is_saying, said
from handlers.language.names_index import Posted, rarity
from handlers.language.names_judge import agrees, doubtful, forgiven, is_coincidence, one_too_many, untold
from handlers.language.names_rank import align, could_reach, is_beyond, query
from handlers.language.names_sound import typed_pinyin, word_for_number
from handlers.language.names_spot import Span, clauses, is_of_town, read, talk_ends, tells
from handlers.language.names_text import Canonical, canonical
from handlers.language.names_words import GENERIC, KINDS, LEGAL_FORMS, PLACES, common_chars, core, split_words
from handlers.language.text import fold

_CANDIDATES = 120
_ALIGNED = 24
_HOPELESS = 0.08
# So many names hold most places there are.
_MANY = 10_000
_FORGIVEN = 0.06
_COINCIDENCE = 0.05
_SPANS_TRIED = 10
_MARGIN = 4.0
_FAR_FETCHED = 14.0
_CUT = 3.0
# How sure a name must be that ends where no talk begins, and how long.
_SURE = 0.88
_TELLING = 4
_LONG = 8
_FILLERS = re.compile(r"那边儿?的?|那家|那个|这家|这个|(?<=.)的(?=.)")
# A brand in letters is as often said before its town as after it.
_TURNED = re.compile(r"^([a-z]+)([^a-z]{2,3})$")
# 二附院 is the 附属第二医院.
_ATTACHED = re.compile("([\ue000-\uefff])附(?=院|属|$)")
_NUMBERED = re.compile("附([\ue000-\uefff])(?=院)")
_LEADING = frozenset("省市县区旗")
_LONGEST_PLACE = 12
_PLACE_SIZES = sorted(set(map(len, PLACES)))
_TOWARDS = frozenset("给去到跟约催]】")
_OF_THEM = frozenset("的那要催欠")
_LETTERS = re.compile(r"[a-z]+")


class Register(Protocol):
    """Where the names of a directory are kept, in memory or in a file. Asked under its `lock` only."""

    @property
    def lock(self) -> AbstractContextManager[Any]: ...

    def name(self, key: int) -> str:
        """The name a client was put under; KeyError for an unknown key."""
        ...

    def called(self, text: str, scope: int | None) -> tuple[int, ...]:
        """The clients of exactly this canonical name; what the team has taught goes before what everybody knows."""
        ...

    def names_at(self, text: str, start: int, scope: int | None) -> list[int]:
        """The lengths, from four on, of the names that stand in a canonical text at `start`, or do but for a form."""
        ...

    def sayings(self, texts: Sequence[str], scope: int | None) -> dict[str, tuple[int, ...]]:
        """The clients with a name of everyday words that each canonical text stands for."""
        ...

    def posted(self) -> int:
        """How many names and aliases there are."""
        ...

    def count_char(self, char: str) -> int:
        """How many names hold a character."""
        ...

    def count_pair(self, pair: str) -> int:
        """How many names hold two characters side by side."""
        ...

    def candidates(self, text: str, limit: int) -> list[Posted]:
        """At most `limit` names that share most with a canonical mention, best first."""
        ...


class View:
    """A directory as one team sees it: cheap to make, and always up to date with the directory."""

    def __init__(self, register: Register, scope: int | None) -> None:
        self._register = register
        self._scope = scope

    def name(self, key: int) -> str:
        """The name a client was put under; KeyError for a key not in the directory."""
        with self._register.lock:
            return self._register.name(key)

    def mention(self, text: str) -> Match:
        """The client meant by a name that was already cut out of its sentence."""
        with self._register.lock:
            return self._resolve(text) if self._register.posted() else Match(())

    def _resolve(self, text: str) -> Match:
        found = self._at_once(canonical(text).text)
        if found is not None:
            return found
        plain = canonical(_FILLERS.sub(" ", text)).text
        best = Match(())
        for variant in self._variants(plain):
            match = self._at_once(variant) or self._fuzzy(variant)
            if match.exact:
                match = replace(match, sure=0.99, exact=False)
            if match.candidates and (not best.candidates or match.sure > best.sure):
                best = match
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
            if len(letters) < 3 or all(self._has_pair(letters[at : at + 2]) for at in range(len(letters) - 1)):
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
        return bool(doubled) and all(map(self._has_pair, doubled))

    def _undoubled(self, text: str) -> str:
        """The canonical mention without characters typed twice, unless names really double them."""
        at = 1
        while at < len(text):
            if text[at] == text[at - 1]:
                less = text[:at] + text[at + 1 :]
                stray = common_chars(less)[at - 1] and not all(common_chars(text)[at - 1 : at + 1])
                if stray or not self._has_pair(text[at] * 2):
                    text = less
                    continue
            at += 1
        return text

    def _weights(self, text: str, held: Sequence[int]) -> list[float]:
        """How telling each character of a canonical mention is in this directory, from 0 to 1.

        `held` says how many names hold each two neighbours of the mention.
        """
        register, total = self._register, self._register.posted()
        pairs = [rarity(count, total) for count in held]
        weights: list[float] = []
        for at, char in enumerate(text):
            around = pairs[max(at - 1, 0) : at + 1]
            weights.append(0.35 * rarity(register.count_char(char), total) + 0.65 * min(around, default=1.0))
        for start, end in split_words(text):
            word = text[start:end]
            factor = 0.45 if word in KINDS else 0.75 if word in GENERIC else 1.0
            for at in range(start, end):
                weights[at] = max(0.05, weights[at] * factor)
        return weights

    def _fuzzy(self, text: str, *, once: bool = False) -> Match:
        words = {text[start:end] for start, end in split_words(text)}
        if len(text) < 2 or words <= KINDS or words <= PLACES:
            return Match(())
        candidates = self._register.candidates(text, _CANDIDATES)
        if not candidates:
            return Match(())
        pairs = [self._register.count_pair(text[at : at + 2]) for at in range(len(text) - 1)]
        asked = query(text, self._weights(text, pairs), pairs)
        reach: list[tuple[float, int, Posted]] = []
        for rank, posted in enumerate(candidates):
            bound = could_reach(asked, posted.text, posted.sounds, FOUND - 0.15)
            if bound >= FOUND - 0.15 and posted.scope in (None, self._scope):
                reach.append((-round(bound, 2), rank, posted))
        reach.sort()
        scored: dict[int, Scored] = {}
        best = 0.0
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
                doubtful(asked, alignment, name, self._register.posted() >= _MANY),
                len(text) > 2 or text not in name or core(name).endswith(text) or core(name) != name,
                text in name,
                name.endswith(text) and core(text) != text,
                max(alignment.places) + 1,
            )
            best = max(best, known.order)
            other = scored.get(known.key)
            if other is None or known.order > other.order:
                scored[known.key] = known
        found = decide(list(scored.values()))
        if found.candidates or once:
            return found
        less = next((rest for _, _, posted in reach if (rest := one_too_many(text, posted.text))), "")
        return self._at_once(less) or self._fuzzy(less, once=True) if less else found

    def message(self, text: str) -> Match:
        """The client a whole message speaks of, the first or main one; an empty match when it speaks of none."""
        with self._register.lock:
            if not self._register.posted():
                return Match(())
            found = self._find(text)
            return found if found.candidates else self._everyday(fold(text))

    def _everyday(self, text: str) -> Match:
        """The client whose name of everyday words stands in a message after talk or a place, the longest name first."""
        form, begins = canonical(text), talk_ends(text)
        places = [
            (said_so, start, end)
            for said_so, start, end in said(form)
            if begins[form.starts[start]] or any(form.text[max(start - size, 0) : start] in PLACES for size in (2, 3))
        ]
        known = self._register.sayings([said_so for said_so, _, _ in places], self._scope) if places else {}
        for said_so, start, end in sorted(places, key=lambda place: (-len(place[0]), place[1])):
            if keys := known.get(said_so):
                return Match(keys[:MOST_ASKED], len(keys) > 1, (form.starts[start], form.ends[end - 1]), 0.9)
        return Match(())

    def _find(self, text: str) -> Match:
        folded = fold(text)
        form = canonical(folded)
        at = [""] * len(folded)
        for char, start in zip(form.text, form.starts, strict=True):
            at[start] += char
        named = self._spot(form)
        reading = read(folded, self._has_pair, tuple(at), named)
        if not named and (not reading.spans or reading.spans[0].cost >= reading.talk):
            return Match(())
        best, best_value = Match(()), -1e9
        cheapest: float | None = None
        unknown: Span | None = None
        tried = 0
        for span in reading.spans:
            if unknown is not None and _cut_from(span, unknown) and not (span.whole and span.start == unknown.start):
                continue
            if cheapest is not None and (span.cost > cheapest + _FAR_FETCHED or tried >= _SPANS_TRIED):
                break
            near_fetched = (span.loose and not span.whole) or span.end - span.start <= 3
            if near_fetched and cheapest is not None and span.cost > cheapest + _MARGIN:
                continue
            of_town = False
            if (span.start, span.end) not in named:
                if span.cost > reading.talk + 0.5:
                    break
                if not tells(folded[span.start : span.end]):
                    of_town = is_of_town(folded[span.start : span.end])
                    if not of_town:
                        continue
            if cheapest is None and not of_town:
                cheapest = span.cost
            value = 1.0 - 0.06 * (span.cost - (cheapest or span.cost)) + 0.02 * (span.end - span.start)
            open_still = len(best.candidates) > 1 and not best.exact
            wider = open_still and best.span is not None and span.start <= best.span[0] and best.span[1] <= span.end
            settling = best_value >= value
            if settling and not wider:
                continue
            tried += 1
            if settling and not self._settles(folded, span, best, best.candidates):
                continue
            match = self._resolve(folded[span.start : span.end])
            said_so = not _addressed(folded, span) and _is_said(folded, span)
            if not match.exact and (said_so or is_make(folded, span.start, span.end)):
                continue
            if of_town and (match.ask or match.sure < _SURE):
                continue
            if not match.candidates and tried == 1 and not span.loose:
                unknown = span
            if not match.candidates or (span.loose and not self._stands(folded, span, match)):
                continue
            value += match.sure - 1.0
            settled = wider and not match.ask and self._settles(folded, span, best, match.candidates[:1])
            if value > best_value or settled:
                best, best_value = replace(match, span=(span.start, span.end)), value
        return best

    def _settles(self, text: str, span: Span, asked: Match, keys: Iterable[int]) -> bool:
        """Whether what a longer stretch says more stands in the name of one of `keys`, that a part of it left open."""
        if asked.span is None:
            return False
        more = canonical(text[span.start : asked.span[0]] + text[asked.span[1] : span.end]).text
        return len(more) > 1 and any(
            more in canonical(self._register.name(key)).text for key in keys if key in asked.candidates
        )

    def _stands(self, text: str, span: Span, match: Match) -> bool:
        """Whether a stretch that no talk follows is surely a name by itself."""
        form = canonical(text[span.start : span.end]).text
        if span.whole and not match.ask and match.sure >= _SURE and len(form) >= _TELLING:
            names = [canonical(self._register.name(key)).text for key in match.candidates]
            ahead = canonical(text[span.end : span.end + 2]).text
            if _is_done(names[0], form) and not any(ahead in name for name in names[1:]):
                return True
        return self._to_the_letter(text[span.start : span.end], match)

    def _to_the_letter(self, text: str, match: Match) -> bool:
        """Whether a stretch of at least four characters is a name, or the beginning or end of the name it matched."""
        form = canonical(text).text
        name = canonical(self._register.name(match.candidates[0])).text
        return match.exact or (len(form) >= 4 and form in name and (name.endswith(form) or core(name).endswith(form)))

    def _spot(self, form: Canonical) -> set[tuple[int, int]]:
        """Where full names and aliases stand in a message as they are, with or without their legal form.

        Only those that lead with their own place: any other may be the end of somebody else's name.
        """
        text = form.text
        found: set[tuple[int, int]] = set()
        taken = [False] * len(text)
        leading = [at for at, char in enumerate(text) if char in _LEADING]
        named = [
            (size, start)
            for start in range(len(text) - 3)
            if _may_lead(text, start, leading)
            for size in self._register.names_at(text, start, self._scope)
        ]
        for size, start in sorted(named, key=lambda each: (-each[0], each[1])):
            if any(taken[start : start + size]):
                continue
            piece = text[start : start + size]
            first = split_words(piece)[0]
            if first[1] < 2 or (piece[: first[1]] not in PLACES and piece[first[1] - 1] not in _LEADING):
                continue
            taken[start : start + size] = [True] * size
            found.add((form.starts[start], form.ends[start + size - 1]))
        return found

    def _has_pair(self, pair: str) -> bool:
        return self._register.count_pair(pair) > 0

    def mentions(self, text: str) -> tuple[Match, ...]:
        """The clients of a line that names several, in the order of the text; only sure ones and questions."""
        found: list[Match] = []
        pending = [(start, end) for start, end in reversed(clauses(text))]
        while pending:
            start, end = pending.pop()
            match = self.message(text[start:end])
            if match.span is None:
                continue
            first, last = match.span[0] + start, match.span[1] + start
            found.append(replace(match, span=(first, last)))
            pending += [(at, to) for at, to in ((last, end), (start, first)) if to - at > 1]
        return tuple(sorted(found, key=lambda match: match.span or (0, 0)))


def _is_said(text: str, span: Span) -> bool:
    """Whether a stretch is what everybody says, or the end of it: 门红 of 开门红."""
    return any(is_saying(text[max(span.start - more, 0) : span.end]) for more in range(3))


def _is_done(name: str, form: str) -> bool:
    """Whether a name has nothing of its own behind the word a mention ends in: its legal form, or what a trade is."""
    at = name.rfind(form[-2:]) + 1 or name.rfind(form[-1])
    behind = [name[start:end] for start, end in split_words(name) if start > at]
    if at < 0 or not all(word in (LEGAL_FORMS if form[-2:] in KINDS else GENERIC) for word in behind):
        return False
    return not behind or core(name) != name or len(form) >= _LONG


def _addressed(text: str, span: Span) -> bool:
    """Whether a stretch is spoken of as somebody is: after 给 or a heading, before 的 or 要."""
    return text[max(span.start - 1, 0) : span.start] in _TOWARDS or text[span.end : span.end + 1] in _OF_THEM


def _cut_from(span: Span, unknown: Span) -> bool:
    """Whether a stretch is only a part of the likeliest one, that nobody is called: then it is nobody's name either."""
    return unknown.start <= span.start and span.end <= unknown.end and span.cost > unknown.cost + _CUT


def _may_lead(text: str, start: int, leading: Sequence[int]) -> bool:
    """Whether a name that leads with its own place may begin here; `leading` are the ranks of places in the text."""
    return any(start < at < start + _LONGEST_PLACE for at in leading) or any(
        text[start : start + size] in PLACES for size in _PLACE_SIZES
    )
