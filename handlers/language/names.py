"""Which client is meant: names as people shorten, mishear and misspell them, against the team's own directory.

A link is only ever made in silence when one name explains the mention and no other comes near; two that do are asked
about; a mention that no name explains is nobody's, however much it resembles one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from handlers.language.names_chat import is_chat
from handlers.language.names_index import GramIndex
from handlers.language.names_judge import agrees, doubtful, forgiven, untold
from handlers.language.names_rank import align, could_reach, query
from handlers.language.names_sound import typed_pinyin
from handlers.language.names_spot import read
from handlers.language.names_text import Canonical, canonical
from handlers.language.names_words import GENERIC, KINDS, PLACES, common_chars, core, split_words
from handlers.language.text import fold

_CANDIDATES = 120
_ALIGNED = 24
_HOPELESS = 0.08
_FOUND = 0.84
_NEAR = 0.035
_MOST_ASKED = 5
_SPANS_TRIED = 10
_MARGIN = 4.0
_FAR_FETCHED = 14.0
_CLAUSE_END = re.compile(r"[，。；;,!！?？、\n]")
_FILLERS = re.compile(r"那边儿?的?|那家|那个|这家|这个|(?<=.)的(?=.)")
# A brand in letters is as often said before its town as after it.
_TURNED = re.compile(r"^([a-z]+)([^a-z]{2,3})$")
_LETTERS = re.compile(r"[a-z]+")


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
class _Scored:
    key: int
    name: str
    score: float
    order: float
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of a client. One with a `scope`, the id of the team that taught it, is known to that team only."""

    text: str
    scope: int | None = None


class Directory:
    """The clients of a team by name, kept in memory; keys are the caller's.

    Asked itself, it knows the names everybody knows; `seen_by` a team, also the names that team has taught.
    """

    def __init__(self, entries: Iterable[tuple[int, str, Sequence[str | Alias]]] = ()) -> None:
        self._names: dict[int, str] = {}
        self._slots: dict[int, list[int]] = {}
        self._keys: list[int] = []
        self._scopes: list[int | None] = []
        self._exact: dict[str, dict[tuple[int, int | None], bool]] = {}
        self._cores: dict[str, dict[tuple[int, int | None], bool]] = {}
        self._texts: dict[int, list[tuple[str, int | None]]] = {}
        self.longest = 0
        self.index = GramIndex()
        for key, name, aliases in entries:
            self.put(key, name, aliases)

    def __len__(self) -> int:
        return len(self._names)

    def name(self, key: int) -> str:
        """The name a client was put under; KeyError for a key not in the directory."""
        return self._names[key]

    def put(self, key: int, name: str, aliases: Sequence[str | Alias] = ()) -> None:
        """Add a client, or replace the one with this key, under its full name and any other names it goes by."""
        self.remove(key)
        self._names[key] = name
        scoped: dict[tuple[str, int | None], None] = {}
        for each in (name, *aliases):
            alias = each if isinstance(each, Alias) else Alias(each)
            if text := canonical(alias.text).text:
                scoped[(text, alias.scope)] = None
        texts = self._texts[key] = list(scoped)
        slots = self._slots[key] = []
        for text, scope in texts:
            self._exact.setdefault(text, {})[(key, scope)] = True
            self.longest = max(self.longest, len(text))
            self._cores.setdefault(core(text), {})[(key, scope)] = True
            slots.append(self._post(key, text, scope))

    def _post(self, key: int, text: str, scope: int | None) -> int:
        self._keys.append(key)
        self._scopes.append(scope)
        return self.index.add(text)

    def remove(self, key: int) -> None:
        """Forget a client; nothing happens when the key is not in the directory."""
        if key not in self._names:
            return
        del self._names[key]
        for text, scope in self._texts.pop(key):
            _forget(self._exact, text, (key, scope))
            _forget(self._cores, core(text), (key, scope))
        for slot in self._slots.pop(key):
            self.index.drop(slot)
        if self.index.wasteful:
            self._rebuild()

    def _rebuild(self) -> None:
        self.index = GramIndex()
        self._keys = []
        self._scopes = []
        for key, texts in self._texts.items():
            self._slots[key] = [self._post(key, text, scope) for text, scope in texts]

    def seen_by(self, scope: int | None) -> View:
        """The directory as a team sees it, with the names that team has taught; None: as everybody sees it."""
        return View(self, scope)

    def called(self, text: str, scope: int | None) -> tuple[int, ...]:
        """The clients of exactly this canonical name; what the team has taught goes before what everybody knows."""
        found = self._exact.get(text, {})
        taught = tuple(key for key, whose in found if whose is not None and whose == scope)
        return taught or tuple(key for key, whose in found if whose is None)

    def is_name(self, text: str, scope: int | None) -> bool:
        """Whether a canonical text is a name or an alias."""
        return any(whose is None or whose == scope for _, whose in self._exact.get(text, ()))

    def is_core(self, text: str, scope: int | None) -> bool:
        """Whether a canonical text is a name or an alias but for its legal form."""
        return any(whose is None or whose == scope for _, whose in self._cores.get(text, ()))

    def key_of(self, slot: int, scope: int | None) -> int | None:
        """The client of a slot of the index; None for another team's alias."""
        whose = self._scopes[slot]
        return self._keys[slot] if whose is None or whose == scope else None

    def mention(self, text: str) -> Match:
        """`View.mention` as everybody sees the directory."""
        return View(self, None).mention(text)

    def message(self, text: str) -> Match:
        """`View.message` as everybody sees the directory."""
        return View(self, None).message(text)

    def mentions(self, text: str) -> tuple[Match, ...]:
        """`View.mentions` as everybody sees the directory."""
        return View(self, None).mentions(text)


class View:
    """A directory as one team sees it: cheap to make, and always up to date with the directory."""

    def __init__(self, directory: Directory, scope: int | None) -> None:
        self._directory = directory
        self._scope = scope

    @property
    def _index(self) -> GramIndex:
        return self._directory.index

    def name(self, key: int) -> str:
        """The name a client was put under; KeyError for a key not in the directory."""
        return self._directory.name(key)

    def mention(self, text: str) -> Match:
        """The client meant by a name that was already cut out of its sentence."""
        return self._resolve(text)

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
        keys = self._directory.called(text, self._scope)
        if keys:
            return Match(keys[:_MOST_ASKED], len(keys) > 1, None, 1.0, True)
        return None

    def _variants(self, text: str) -> list[str]:
        """The canonical mention with letters that are no name's own read as pinyin, in every way they can be."""
        variants = [text]
        for found in reversed(list(_LETTERS.finditer(text))):
            letters = found.group()
            if len(letters) < 3 or all(self._index.has_pair(letters[at : at + 2]) for at in range(len(letters) - 1)):
                continue
            readings = typed_pinyin(letters)
            if readings:
                variants = [
                    each[: found.start()] + reading + each[found.end() :] for each in variants for reading in readings
                ]
        once = [self._undoubled(each) for each in variants]
        variants = list(dict.fromkeys(once))
        turned = [_TURNED.sub(r"\2\1", each) for each in variants]
        return list(dict.fromkeys(variants + turned))[:8]

    def _undoubled(self, text: str) -> str:
        """The canonical mention without characters typed twice, unless names really double them."""
        at = 1
        while at < len(text):
            if text[at] == text[at - 1]:
                less = text[:at] + text[at + 1 :]
                stray = common_chars(less)[at - 1] and not all(common_chars(text)[at - 1 : at + 1])
                if stray or not self._index.has_pair(text[at] * 2):
                    text = less
                    continue
            at += 1
        return text

    def weights(self, text: str) -> list[float]:
        """How telling each character of a canonical mention is in this directory, from 0 to 1."""
        index = self._index
        pairs = [index.rarity(index.count_pair(text[at : at + 2])) for at in range(len(text) - 1)]
        weights: list[float] = []
        for at, char in enumerate(text):
            around = pairs[max(at - 1, 0) : at + 1]
            weights.append(0.35 * index.rarity(index.count_char(char)) + 0.65 * min(around, default=1.0))
        for start, end in split_words(text):
            word = text[start:end]
            factor = 0.45 if word in KINDS else 0.75 if word in GENERIC else 1.0
            for at in range(start, end):
                weights[at] = max(0.05, weights[at] * factor)
        return weights

    def _fuzzy(self, text: str) -> Match:
        words = {text[start:end] for start, end in split_words(text)}
        if len(text) < 2 or words <= KINDS or words <= PLACES:
            return Match(())
        index = self._index
        pairs = [index.count_pair(text[at : at + 2]) for at in range(len(text) - 1)]
        asked = query(text, self.weights(text), pairs)
        reach: list[tuple[float, int, int]] = []
        for rank, slot in enumerate(index.candidates(text, _CANDIDATES)):
            bound = could_reach(asked, index.names[slot], index.sounds[slot])
            if bound >= _FOUND - 0.15:
                reach.append((-round(bound, 2), rank, slot))
        reach.sort()
        scored: dict[int, _Scored] = {}
        best = 0.0
        for bound, _, slot in reach[:_ALIGNED]:
            if -bound < best - _HOPELESS:
                break
            key = self._directory.key_of(slot, self._scope)
            if key is None:
                continue
            name = index.names[slot]
            alignment = align(asked, name, index.sounds[slot])
            score = alignment.score + forgiven(asked, alignment, name)
            if score < _FOUND - 0.06 or not agrees(asked, alignment, name):
                continue
            found = _Scored(key, name, score, score - untold(asked, alignment, name), doubtful(asked, alignment, name))
            best = max(best, found.order)
            other = scored.get(found.key)
            if other is None or found.order > other.order:
                scored[found.key] = found
        return _decide(list(scored.values()))

    def message(self, text: str) -> Match:
        """The client a whole message speaks of, the first or main one; an empty match when it speaks of none."""
        folded = fold(text)
        form = canonical(folded)
        at = [""] * len(folded)
        for char, start in zip(form.text, form.starts, strict=True):
            at[start] += char
        named = self._spot(form)
        reading = read(folded, self._index.has_pair, tuple(at), named)
        if not named and (not reading.spans or reading.spans[0].cost >= reading.talk):
            return Match(())
        best, best_value = Match(()), -1e9
        cheapest: float | None = None
        tried = 0
        for span in reading.spans:
            if cheapest is not None and (span.cost > cheapest + _FAR_FETCHED or tried >= _SPANS_TRIED):
                break
            near_fetched = span.loose or span.end - span.start <= 3
            if near_fetched and cheapest is not None and span.cost > cheapest + _MARGIN:
                continue
            if (span.start, span.end) not in named:
                if span.cost > reading.talk + 0.5:
                    break
                if not _tells(folded[span.start : span.end]):
                    continue
            cheapest = span.cost if cheapest is None else cheapest
            value = 1.0 - 0.06 * (span.cost - cheapest) + 0.02 * (span.end - span.start)
            if best_value >= value:
                continue
            tried += 1
            match = self._resolve(folded[span.start : span.end])
            if not match.candidates or (span.loose and not self._to_the_letter(folded[span.start : span.end], match)):
                continue
            value += match.sure - 1.0
            if value > best_value:
                best, best_value = replace(match, span=(span.start, span.end)), value
        return best

    def _to_the_letter(self, text: str, match: Match) -> bool:
        """Whether a stretch of at least four characters is a name, or the beginning or end of the name it matched."""
        form = canonical(text).text
        name = canonical(self.name(match.candidates[0])).text
        return match.exact or (len(form) >= 4 and form in name and (name.endswith(form) or core(name).endswith(form)))

    def _spot(self, form: Canonical) -> set[tuple[int, int]]:
        """Where full names and aliases stand in a message as they are, with or without their legal form.

        Only those that lead with their own place: any other may be the end of somebody else's name.
        """
        text = form.text
        found: set[tuple[int, int]] = set()
        taken = [False] * len(text)
        for size in range(min(len(text), self._directory.longest), 1, -1):
            for start in range(len(text) - size + 1):
                piece = text[start : start + size]
                if not self._directory.is_name(piece, self._scope) and (
                    size < 4 or not self._directory.is_core(piece, self._scope)
                ):
                    continue
                if any(taken[start : start + size]):
                    continue
                first = split_words(piece)[0]
                led = first[1] >= 2 and (piece[: first[1]] in PLACES or piece[first[1] - 1] in "省市县区旗")
                if not led or size < 4:
                    continue
                taken[start : start + size] = [True] * size
                found.add((form.starts[start], form.ends[start + size - 1]))
        return found

    def mentions(self, text: str) -> tuple[Match, ...]:
        """The clients of a line that names several, in the order of the text; only sure ones and questions."""
        found: list[Match] = []
        pending = [(start, end) for start, end in reversed(_clauses(text))]
        while pending:
            start, end = pending.pop()
            match = self.message(text[start:end])
            if match.span is None:
                continue
            first, last = match.span[0] + start, match.span[1] + start
            found.append(replace(match, span=(first, last)))
            pending += [(at, to) for at, to in ((last, end), (start, first)) if to - at > 1]
        return tuple(sorted(found, key=lambda match: match.span or (0, 0)))


def _clauses(text: str) -> list[tuple[int, int]]:
    """The clauses of a line, as offsets."""
    bounds = [0]
    for stop in _CLAUSE_END.finditer(text):
        bounds += [stop.start(), stop.end()]
    bounds.append(len(text))
    return [(start, end) for start, end in zip(bounds[::2], bounds[1::2], strict=True) if end - start > 1]


def _tells(text: str) -> bool:
    """Whether a stretch says more than what kind of organisation or goods is meant: not 医院, 我们公司, 中心机房.

    Nor may it run on from an organisation to what it owns: 云汐三中的课桌, against 云汐的第三中学.
    """
    form = canonical(text)
    words = split_words(form.text)
    if "的" in text[1:-1] and (not words or form.text[slice(*words[-1])] not in KINDS):
        return False
    if any(
        form.text[start:end] not in GENERIC and not is_chat(text[form.starts[start] : form.ends[end - 1]])
        for start, end in words
    ):
        return True
    start, end = words[-1] if words else (0, 0)
    return len(words) > 1 and form.text[start:end] in KINDS


def _decide(scored: list[_Scored]) -> Match:
    if not scored:
        return Match(())
    scored.sort(key=lambda each: (-each.order, each.key))
    best = scored[0]
    if best.score < _FOUND:
        return Match(())
    near = [
        each
        for each in scored
        if each.order >= best.order - _NEAR and (each is best or not each.name.startswith(best.name))
    ]
    keys = tuple(each.key for each in scored[:_MOST_ASKED])
    return Match(keys, len(near) > 1 or best.doubtful, None, round(min(0.99, best.score), 3), False)


def _forget(table: dict[str, dict[tuple[int, int | None], bool]], text: str, key: tuple[int, int | None]) -> None:
    keys = table.get(text)
    if keys is not None:
        keys.pop(key, None)
        if not keys:
            del table[text]
