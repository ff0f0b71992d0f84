"""Which client a whole message speaks of: its stretches that may be a name, likeliest first, each looked up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from handlers.language.names_brief import is_called, is_university, may_be_university
from handlers.language.names_chat import is_chat
from handlers.language.names_decide import MOST_ASKED, Match
from handlers.language.names_everyday import is_make, is_saying, said
from handlers.language.names_index import in_order
from handlers.language.names_look import lookalikes
from handlers.language.names_register import Register
from handlers.language.names_resolve import Resolver
from handlers.language.names_sound import sounds
from handlers.language.names_spot import Span, read, talk_ends
from handlers.language.names_text import Canonical, canonical, number_of
from handlers.language.names_words import (
    GENERIC,
    KINDS,
    LEGAL_FORMS,
    PLACES,
    core,
    is_of_place,
    split_words,
)
from handlers.language.text import fold

_SPANS_TRIED = 10
_MARGIN = 4.0
_FAR_FETCHED = 14.0
_CUT = 3.0
# So much dearer than talk may a name be.
_LIKE_TALK = 0.5
_DEARER = 0.06
_LONGER = 0.02
# How sure a name must be that ends where no talk begins, and how long.
_SURE = 0.87
_TELLING = 4
_LONG = 8
# How long a name that is told as a whole is at least, and how many ranks of places it may go without.
_WHOLE_NAME = 5
_RANKS = 2
# A brand of so many characters is hardly the beginning of a longer one.
_BRAND = 3
_SHORT = 3
_LOOKED_AHEAD = 12
_LIKELY = 40
_LEADING = frozenset("省市县区旗")
_LONGEST_PLACE = 12
_PLACE_SIZES = sorted(set(map(len, PLACES)))
_TOWARDS = frozenset("给去到跟约催]】")
_OF_THEM = frozenset("的那要催欠")


class Finder:
    """The clients of a register in the messages of one team. To be asked under the register's lock."""

    def __init__(self, register: Register, scope: int | None) -> None:
        self._register = register
        self._scope = scope
        self._resolver = Resolver(register, scope)

    def find(self, text: str) -> Match:
        """The client a message speaks of, the first or main one; an empty match when it speaks of none."""
        folded = fold(text)
        found = self._likeliest(folded)
        return found if found.candidates else self._everyday(folded)

    def _likeliest(self, text: str) -> Match:
        """The client whose name is the likeliest stretch of a folded message."""
        form = canonical(text)
        at = [""] * len(text)
        for char, start in zip(form.text, form.starts, strict=True):
            at[start] += char
        named = self._spot(form)
        reading = read(text, self._resolver.has_pair, tuple(at), named)
        if not named and (not reading.spans or reading.spans[0].cost >= reading.talk):
            return Match(())
        search = _Search(self._register, self._scope, self._resolver, text, named)
        for span in reading.spans:
            if search.is_over(span):
                break
            if search.passes_over(span):
                continue
            if (span.start, span.end) not in named and span.cost > reading.talk + _LIKE_TALK:
                break
            search.look_at(span)
        return search.best

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


class _Search:
    """The stretches of a folded message looked at so far, the cheapest first, and the best match among them."""

    def __init__(
        self, register: Register, scope: int | None, resolver: Resolver, text: str, named: set[tuple[int, int]]
    ) -> None:
        self.best = Match(())
        self._register = register
        self._scope = scope
        self._begun: list[str] | None = None
        self._resolver = resolver
        self._text = text
        self._named = named
        self._value = float("-inf")
        self._cheapest: float | None = None
        self._unknown: Span | None = None
        self._tried = 0

    def is_over(self, span: Span) -> bool:
        """Whether neither this stretch nor any dearer one can be meant any more."""
        return self._cheapest is not None and (span.cost > self._cheapest + _FAR_FETCHED or self._tried >= _SPANS_TRIED)

    def passes_over(self, span: Span) -> bool:
        """Whether a stretch is cut out of a name nobody has, or too dear for one so loose or short."""
        unknown, short = self._unknown, span.end - span.start <= _SHORT
        ended = span.whole or span.held or self._is_told(span)
        if unknown is not None and _cut_from(span, unknown) and not (ended and span.start == unknown.start):
            return True
        near_fetched = (span.loose and not ended) or (short and not self._is_told(span))
        return near_fetched and self._cheapest is not None and span.cost > self._cheapest + _MARGIN

    def _is_told(self, span: Span) -> bool:
        """Whether a stretch at the start of what nobody is called ends as a name does that the text may begin with."""
        if not span.free or self._unknown is None or span.start != self._unknown.start:
            return False
        if self._begun is None:
            ahead = canonical(self._text[span.start : span.start + _LOOKED_AHEAD]).text
            self._begun = [
                posted.text
                for posted in self._register.candidates(ahead, _LIKELY)
                if posted.scope in (None, self._scope)
            ]
        form = canonical(self._text[span.start : span.end]).text
        return any(
            _tells_all(form, name) or _is_short(form, name) or (not span.loose and in_order(form, name))
            for name in self._begun
        )

    def look_at(self, span: Span) -> None:
        """Takes the client of a stretch for the best match, when it is one and better than those before."""
        words = self._text[span.start : span.end]
        telling = (span.start, span.end) in self._named or _tells(words)
        if not telling and not _is_of_town(words):
            return
        if telling and self._cheapest is None:
            self._cheapest = span.cost
        value = 1.0 - _DEARER * (span.cost - (self._cheapest or span.cost)) + _LONGER * len(words)
        wider = self._is_wider(span)
        if value <= self._value and not wider:
            return
        self._tried += 1
        # Reading a few characters more of a message is cheap; looking for their client is not.
        if value <= self._value and not self._settles(span, self.best.candidates):
            return
        match = self._resolver.resolve(
            words, in_talk=True, addressed=_addressed(self._text, span) or _stands_apart(self._text, span)
        )
        if not self._is_meant(span, match) or (not telling and (match.ask or match.sure < _SURE)):
            return
        if match.candidates and not match.exact and self._is_of_another_kind(words, match.candidates[0]):
            return
        if not match.candidates:
            if self._tried == 1 and not span.loose:
                self._unknown = span
            return
        if span.loose and not self._stands(span, match):
            return
        value += match.sure - 1.0
        settled = wider and not match.ask and self._settles(span, match.candidates[:1])
        if value > self._value or settled:
            self.best, self._value = replace(match, span=(span.start, span.end)), value

    def _is_of_another_kind(self, words: str, key: int) -> bool:
        """Whether a stretch is how a university is called, and a client is none."""
        form = canonical(words).text
        return may_be_university(form) and not is_university(form, canonical(self._register.name(key)).text)

    def _is_wider(self, span: Span) -> bool:
        """Whether a stretch goes beyond the best one, that leaves open which of several clients is meant."""
        asked = self.best
        if len(asked.candidates) < 2 or asked.exact or asked.span is None:
            return False
        return span.start <= asked.span[0] and asked.span[1] <= span.end

    def _is_meant(self, span: Span, match: Match) -> bool:
        """Whether a stretch is more than what everybody says or who made a thing; an exact name always is."""
        if match.exact:
            return True
        said_so = not _addressed(self._text, span) and _is_said(self._text, span)
        return not said_so and not is_make(self._text, span.start, span.end)

    def _settles(self, span: Span, keys: Iterable[int]) -> bool:
        """Whether what a longer stretch says more stands in the name of one of `keys`, that a part of it left open."""
        asked, text = self.best, self._text
        if asked.span is None:
            return False
        more = canonical(text[span.start : asked.span[0]] + text[asked.span[1] : span.end]).text
        if len(more) < 2:
            return False
        # There may be more in question than could be named.
        if len(asked.candidates) == MOST_ASKED and span.start < asked.span[0] and span.end == asked.span[1]:
            return keys is asked.candidates or any(more in canonical(self._register.name(key)).text for key in keys)
        return any(more in canonical(self._register.name(key)).text for key in keys if key in asked.candidates)

    def _stands(self, span: Span, match: Match) -> bool:
        """Whether a stretch that no talk follows is surely a name by itself."""
        text = self._text
        form = canonical(text[span.start : span.end]).text
        names = [canonical(self._register.name(key)).text for key in match.candidates]
        name, sure = names[0], match.sure >= _SURE
        ahead = canonical(text[span.end : span.end + 2]).text
        told_apart = not any(ahead in other for other in names[1:])
        if span.free and told_apart and not match.ask and (_tells_all(form, name) or (sure and _is_short(form, name))):
            return True
        ended = span.whole or (span.held and (form in name or name.endswith(form[-2:])))
        if ended and sure and len(form) >= _TELLING and _is_done(name, form):
            return match.ask or told_apart
        return self._to_the_letter(text[span.start : span.end], match)

    def _to_the_letter(self, text: str, match: Match) -> bool:
        """Whether a stretch of at least four characters is a name, or the beginning or end of the name it matched."""
        form = canonical(text).text
        name = canonical(self._register.name(match.candidates[0])).text
        return match.exact or (len(form) >= 4 and form in name and (name.endswith(form) or core(name).endswith(form)))


def _is_said(text: str, span: Span) -> bool:
    """Whether a stretch is what everybody says, or the end of it: 门红 of 开门红."""
    return any(is_saying(text[max(span.start - more, 0) : span.end]) for more in range(3))


def _is_short(form: str, name: str) -> bool:
    """Whether a canonical stretch is what people call a university, or a brand too long to begin another one."""
    if is_university(form, name):
        return True
    brand = (
        len(form) == _BRAND and form[:2] not in PLACES and any(name[slice(*word)] == form for word in split_words(name))
    )
    return brand and is_called(form, name, addressed=False)


def _tells_all(form: str, name: str) -> bool:
    """Whether a canonical stretch is as long as a name without its legal form and ends as that does, or sounds so."""
    told = core(name)
    if len(form) < _WHOLE_NAME or not 0 <= len(told) - len(form) <= _RANKS:
        return False
    return form[-1] == told[-1] or sounds(form[-1]) == sounds(told[-1]) or form[-1] in lookalikes(told[-1])


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


def _stands_apart(text: str, span: Span) -> bool:
    """Whether a stretch stands by itself between blanks or marks, as in a form."""
    return not text[max(span.start - 1, 0) : span.start].isalnum() and not text[span.end : span.end + 1].isalnum()


def _cut_from(span: Span, unknown: Span) -> bool:
    """Whether a stretch is only a part of the likeliest one, that nobody is called: then it is nobody's name either."""
    return unknown.start <= span.start and span.end <= unknown.end and span.cost > unknown.cost + _CUT


def _may_lead(text: str, start: int, leading: Sequence[int]) -> bool:
    """Whether a name that leads with its own place may begin here; `leading` are the ranks of places in the text."""
    return any(start < at < start + _LONGEST_PLACE for at in leading) or any(
        text[start : start + size] in PLACES for size in _PLACE_SIZES
    )


def _of_a_place(text: str) -> bool:
    """Whether what stands before 的 in a canonical text is nothing but a place."""
    before, _, after = text.partition("的")
    return len(after) > 1 and len(before) > 1 and is_of_place(before)


def _is_of_town(text: str) -> bool:
    """Whether a stretch may be a town and the brand of a firm there, 汐阳的金桐, or the thing of a client."""
    before, _, after = text.partition("的")
    return (
        len(before) in (2, 3)
        and len(after) in (2, 3, 4)
        and not any(map(is_chat, (before, after)))
        and GENERIC.isdisjoint((before, after))
    )


def _tells(text: str) -> bool:
    """Whether a stretch says more than what kind of organisation or goods is meant: not 医院, 我们公司, 中心机房.

    Nor may it run on from an organisation to what it owns: 云汐三中的课桌, against 云汐的第三中学.
    """
    form = canonical(text)
    words = split_words(form.text)
    kind = bool(words) and (form.text[slice(*words[-1])] in KINDS or form.text[-1] == "厂")
    if "的" in text[1:-1] and not kind and not _of_a_place(form.text):
        return False
    if all(char == "第" or number_of(char) is not None for char in form.text):
        return False
    if any(
        form.text[start:end] not in GENERIC and not is_chat(text[form.starts[start] : form.ends[end - 1]])
        for start, end in words
    ):
        return True
    start, end = words[-1] if words else (0, 0)
    return len(words) > 1 and form.text[start:end] in KINDS
