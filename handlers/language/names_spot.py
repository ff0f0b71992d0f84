"""Where in a message a client's name may stand: the stretch that is least like talk and most like a name.

Every reading of a message is talk, one name, talk. Talk is paid by the word, a name by the character, less for pairs of
characters that stand together in the directory's names. A name begins and ends only where talk meets it: cutting the
unknown half off an unknown organisation must not make a client of the other half.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from handlers.language.names_chat import Piece, chat_pieces
from handlers.language.names_text import number_of
from handlers.language.names_words import COUNTED, GENERIC, KINDS, PLACES

_UNKNOWN = 2.2
_FOREIGN = 0.9
_ENTER = 1.0
_PAIR = 0.5
_STRANGE = 1.2
_WORD = 0.35
_FILLER = 0.8
_LETTER = 0.2
_SILENT = 0.2
_APART = 1.5
_KIND_ENDS = -0.4
_STOPS = frozenset("，。？！；：、,.?!;:\n\r\t…~—")
# What one does after 给 and somebody's name: 给…寄样.
_HANDED = frozenset("寄发送开报打补退换做回装配留带拿汇")
_TALK_WITHIN = 0.4
_DIVIDER_WITHIN = 1.2
_DIVIDERS = frozenset("的给把说要那是")
_NUMERALS = frozenset("0123456789零〇一二三四五六七八九十百")
_FILLERS = ("那边的", "那家", "那个", "那边", "这家", "的")
_LONGEST_NAME = 42
_FAR = 1e9
_AHEAD = 8
_HELD = 4
# 三院, 16中, 附一院, 职院 as people say them.
_SHORT_KIND = re.compile(
    "[\ue000-\uefff][中小院高厂店]$|附[\ue000-\uefff]?[院中小]$|附[\ue000-\uefff]$|[职技]院$|[师医理工科农]大$|.厂$"
)
# A part of the same organisation somewhere else: 西区, 南院, 老校区, 东部.
_SITE = re.compile("[东西南北新老本](?:[校院厂]?区|院|部|郊)")
_SHORT_UNIVERSITY = re.compile("[㐀-鿿]{2}大$|[㐀-鿿]理工$")
# Not 科技学院 or 医学院附属医院: these are somebody else.
_FACULTY = re.compile("((?!附|科技|信息|独立|继续)[㐀-鿿]{1,4})学院(?!附)")
# 中心 alone is how 中心小学 begins.
_CLOSED_KINDS = frozenset(
    word for word in KINDS if not any(other != word and other.startswith(word) for other in KINDS)
)
# How a word of names begins, after a blank, too.
_OPENINGS = frozenset({"", *(word[0] for word in GENERIC | PLACES)})
_KIND_CLOSINGS = frozenset(word[-1] for word in KINDS)
_CLAUSE_END = re.compile(r"[，。；;,!！?？、\n]")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a message that may be a name, and what the reading of the whole message with it costs.

    A `loose` one ends where no known talk begins: only a name that is there to the letter can be meant, or any at all
    when the stretch is `whole`: it ends as an organisation does, and no other one's name goes on behind it. None goes
    on behind a `free` one either, nor behind a `held` one, that is four characters at least, each beside its neighbour
    in some name.
    """

    start: int
    end: int
    cost: float
    loose: bool = False
    whole: bool = False
    held: bool = False
    free: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The possible names of a message, likeliest first, and what reading it all as talk costs."""

    spans: tuple[Span, ...]
    talk: float


def read(
    text: str,
    has_pair: Callable[[str], bool],
    canonical_at: tuple[str, ...],
    named: Iterable[tuple[int, int]] = (),
) -> Reading:
    """The readings of a folded message.

    `canonical_at` is the canonical character at each offset, empty where there is none; `has_pair` says whether two
    canonical characters stand together in some name; `named` are the stretches that are a full name, which may begin
    where no known talk ends.
    """
    size = len(text)
    pieces = chat_pieces(text)
    head = _talk_before(text, pieces)
    tail = _talk_after(text, pieces)
    met = [
        bool(at and canonical_at[at - 1] and char) and has_pair(canonical_at[at - 1][-1] + char[0])
        for at, char in enumerate(canonical_at)
    ]
    edges_of_talk = _talk_edges(text, pieces)
    kinds = [_ends_in_kind(end, canonical_at) for end in range(size + 1)]
    starts, ends = _cuts(text, pieces, edges_of_talk, kinds, met, canonical_at)
    done = _followed_by_work(text, pieces, edges_of_talk[1])
    whole = [_is_whole(end, edges_of_talk[1], canonical_at) for end in range(size + 1)]
    schooled = [_is_before_a_faculty(end, canonical_at) for end in range(size + 1)]
    goes_on = [
        not schooled[end] and _goes_on(end, whole[end], edges_of_talk[1], canonical_at) for end in range(size + 1)
    ]
    closes = [
        (ends[end] or done[end] or whole[end] or schooled[end] or _may_part(end, met, canonical_at))
        and text[end - 1 : end] != "的"
        and not _within_count(text, end, pieces, canonical_at)
        for end in range(size + 1)
    ]
    edges = _edges(text, pieces, met, canonical_at)
    anchors = set(named)
    begun = {start for start, _ in anchors}
    spans: list[Span] = []
    for start in range(size):
        if not canonical_at[start] or not (starts[start] or start in begun):
            continue
        for end, cost in _names_from(start, edges, kinds, met, canonical_at):
            if not starts[start] and (start, end) not in anchors:
                continue
            free = not goes_on[end]
            anchored = free and (start, end) in anchors
            if closes[end] or anchored:
                held = free and end - start >= _HELD and all(met[start + 1 : end])
                cost = head[start] + (_ENTER if anchored else cost) + tail[end]
                spans.append(Span(start, end, cost, not ends[end], whole[end], held, free))
    spans.sort(key=lambda span: (span.cost, span.start, -span.end))
    return Reading(tuple(spans), head[size])


def talk_ends(text: str) -> list[bool]:
    """For each offset of a folded message whether talk, or nothing, ends there."""
    return _talk_edges(text, chat_pieces(text))[0]


def _char_cost(char: str) -> float:
    if char in _STOPS or char.isspace():
        return 0.0
    return _FOREIGN if char.isascii() or not char.isalnum() else _UNKNOWN


def _talk_before(text: str, pieces: tuple[tuple[Piece, ...], ...]) -> list[float]:
    head = [0.0] + [_FAR] * len(text)
    for at, char in enumerate(text):
        here = head[at]
        head[at + 1] = min(head[at + 1], here + _char_cost(char))
        for piece in pieces[at]:
            head[piece.end] = min(head[piece.end], here + piece.cost)
    return head


def _talk_after(text: str, pieces: tuple[tuple[Piece, ...], ...]) -> list[float]:
    tail = [_FAR] * len(text) + [0.0]
    for at in range(len(text) - 1, -1, -1):
        best = tail[at + 1] + _char_cost(text[at])
        for piece in pieces[at]:
            best = min(best, tail[piece.end] + piece.cost)
        tail[at] = best
    return tail


def _cuts(
    text: str,
    pieces: tuple[tuple[Piece, ...], ...],
    edges_of_talk: tuple[list[bool], list[bool]],
    kinds: list[bool],
    met: list[bool],
    canonical_at: tuple[str, ...],
) -> tuple[list[bool], list[bool]]:
    """For each offset whether a name may begin, and whether one may end there."""
    size = len(text)
    starts = [False] * (size + 1)
    ends = [False] * (size + 1)
    starts[0] = ends[size] = True
    talk_ends, talk_begins = edges_of_talk
    given = False
    for at, char in enumerate(text):
        given = char == "给" or (given and char not in _STOPS)
        if given and char in _HANDED:
            ends[at] = True
        if not canonical_at[at] and not char.isdigit():
            starts[at + 1] = ends[at] = True
        for piece in pieces[at]:
            if piece.opens and (not piece.weak or talk_ends[at]):
                starts[piece.end] = True
            if piece.closes and (not piece.weak or talk_begins[piece.end]):
                ends[at] = True
    for end in range(2, size):
        if ends[end] or not canonical_at[end] or not canonical_at[end - 1]:
            continue
        if kinds[end] and canonical_at[end] != "第" and not met[end]:
            ends[end] = True
    for at in range(1, size):
        if (_letter(text[at - 1]) and _letter(text[at])) or _within_ordinal(text, at):
            starts[at] = ends[at] = False
    return starts, ends


def _within_ordinal(text: str, at: int) -> bool:
    """Whether an offset is between 第 and the end of its number."""
    while at and text[at - 1] in _NUMERALS:
        at -= 1
    return at > 0 and text[at - 1] == "第"


def _may_part(end: int, met: list[bool], canonical_at: tuple[str, ...]) -> bool:
    """Whether what follows an offset is at least no part of a name that is known: no trade, kind, place or number."""
    if not 2 <= end < len(canonical_at) or not canonical_at[end - 1] or not canonical_at[end]:
        return False
    if met[end] or not "㐀" <= canonical_at[end][0] < "\ue000":
        return False
    ahead = ["".join(canonical_at[end : end + width]) for width in (2, 3, 4)]
    return canonical_at[end - 1] != "第" and not any(word in GENERIC or word in PLACES for word in ahead)


def _within_count(text: str, end: int, pieces: tuple[tuple[Piece, ...], ...], canonical_at: tuple[str, ...]) -> bool:
    """Whether an offset parts a name from its number, or the number from what it counts: 松果|17小, 松果17|小."""
    if not 0 < end < len(text):
        return False
    if text[end - 1] in _NUMERALS and text[end] in _NUMERALS:
        return True
    if not canonical_at[end]:
        return False
    after = "".join(canonical_at[end : end + 6])
    if number_of("".join(canonical_at[max(end - 4, 0) : end])[-1:] or " ") is not None:
        return text[end - 1] in _NUMERALS and after[0] in COUNTED
    if number_of(after[0]) is None or after[1:2] not in COUNTED:
        return False
    counted = next(at for at in range(end + 1, len(text)) if canonical_at[at])
    return all(piece.end <= counted for piece in pieces[end])


def _is_whole(end: int, begins: list[bool], canonical_at: tuple[str, ...]) -> bool:
    """Whether an organisation may end at an offset, by its kind or trade, and no longer name of another goes on."""
    before = "".join(canonical_at[max(end - 6, 0) : end])
    if not before or not canonical_at[end - 1]:
        return False
    kind = any(before[-width:] in _CLOSED_KINDS for width in (2, 3, 4)) or _SHORT_KIND.search(before) is not None
    if not kind and not any(before[-width:] in GENERIC for width in (2, 3)):
        return False
    return not _goes_on(end, kind, begins, canonical_at)


def _is_before_a_faculty(end: int, canonical_at: tuple[str, ...]) -> bool:
    """Whether a university's short form ends at an offset and its faculty follows, that has no name of its own."""
    if not end or not _SHORT_UNIVERSITY.search("".join(canonical_at[max(end - 4, 0) : end])):
        return False
    faculty = _FACULTY.match("".join(canonical_at[end : end + _AHEAD]))
    return faculty is not None and faculty[1] not in PLACES


def _goes_on(end: int, kind: bool, begins: list[bool], canonical_at: tuple[str, ...]) -> bool:
    """Whether a name, ended by a `kind` or not, may go on behind an offset as a longer one, or the text ends there."""
    after = "".join(canonical_at[end : end + _AHEAD])
    if not after or after[0] == "第" or number_of(after[0]) is not None or _SITE.match(after):
        return True
    ahead = next((at for at in range(1, _AHEAD) if end + at >= len(begins) or begins[end + at]), _AHEAD)
    after = "".join(canonical_at[end : end + ahead + 2])
    return (
        any(after[at : at + width] in KINDS for at in range(ahead) for width in (2, 3, 4))
        or "厂" in after[:ahead]
        or any(after[:width] in PLACES or (not kind and after[:width] in GENERIC) for width in (2, 3, 4))
    )


def _followed_by_work(text: str, pieces: tuple[tuple[Piece, ...], ...], begins: list[bool]) -> list[bool]:
    """For each offset whether a word of talk that is also a trade follows, and then talk or nothing: 培训 周三."""
    found = [False] * (len(text) + 1)
    for at in range(2, len(text)):
        found[at] = any(
            piece.end - at > 1 and text[at : piece.end] in GENERIC and begins[piece.end] for piece in pieces[at]
        )
    return found


def _talk_edges(text: str, pieces: tuple[tuple[Piece, ...], ...]) -> tuple[list[bool], list[bool]]:
    """For each offset whether surely talk, or nothing, ends there, and whether it begins there."""
    size = len(text)
    before = [False] * (size + 1)
    after = [False] * (size + 1)
    before[0] = after[size] = True
    for at, char in enumerate(text):
        if not char.isalnum():
            before[at + 1] = after[at] = True
        for piece in pieces[at]:
            if piece.opens or piece.closes:
                before[piece.end] = after[at] = True
    return before, after


def _edges(
    text: str,
    pieces: tuple[tuple[Piece, ...], ...],
    met: list[bool],
    canonical_at: tuple[str, ...],
) -> list[list[tuple[int, float]]]:
    """For each offset the steps a name that goes through it can take from there: where to, at what cost."""
    size = len(text)
    extra = [0.0] * size
    for at in range(size):
        for piece in pieces[at]:
            if piece.opens and piece.closes and piece.end - at > 1:
                for inner in range(at, piece.end):
                    extra[inner] = max(extra[inner], _TALK_WITHIN)
        if text[at] in _DIVIDERS:
            extra[at] = _DIVIDER_WITHIN
    edges: list[list[tuple[int, float]]] = []
    for at, char in enumerate(text):
        steps: list[tuple[int, float]] = []
        if char not in _STOPS:
            steps.append((at + 1, _step(at, char.isspace(), met, canonical_at) + extra[at]))
            if canonical_at[at][:1] in _OPENINGS:
                for width in range(2, min(7, size - at + 1)):
                    word = "".join(canonical_at[at : at + width])
                    if word in GENERIC or word in PLACES:
                        steps.append((at + width, _WORD * width))
            steps.extend(
                (at + len(filler), _FILLER)
                for filler in _FILLERS
                if text.startswith(filler, at) and at + len(filler) < size
            )
        edges.append(steps)
    return edges


def _step(at: int, blank: bool, met: list[bool], canonical_at: tuple[str, ...]) -> float:
    char = canonical_at[at]
    if not char:
        around = canonical_at[at - 1][-1:] + (canonical_at[at + 1][:1] if at + 1 < len(canonical_at) else "")
        return _APART if blank and not any(map(_letter, around)) else _SILENT
    if _letter(char):
        return _LETTER
    return _PAIR if met[at] else _STRANGE


def _names_from(
    start: int,
    edges: list[list[tuple[int, float]]],
    kinds: list[bool],
    met: list[bool],
    canonical_at: tuple[str, ...],
) -> list[tuple[int, float]]:
    """The ends and costs of the names that begin at `start`, by the cheapest way through their characters."""
    limit = min(len(edges), start + _LONGEST_NAME)
    costs = [_FAR] * (limit + 1)
    costs[start] = _ENTER
    first = _LETTER if _letter(canonical_at[start]) else _STRANGE
    if start + 1 < limit and met[start + 1]:
        first = min(first, _PAIR)
    found: list[tuple[int, float]] = []
    for at in range(start, limit):
        here = costs[at]
        if here >= _FAR:
            continue
        for end, cost in edges[at]:
            if end > limit:
                continue
            if at == start and end == start + 1:
                cost = first
            if here + cost < costs[end]:
                costs[end] = here + cost
        if at >= start + 2 and canonical_at[at - 1]:
            found.append((at, here + _KIND_ENDS * kinds[at]))
    if limit >= start + 2 and costs[limit] < _FAR and canonical_at[limit - 1]:
        found.append((limit, costs[limit] + _KIND_ENDS * kinds[limit]))
    return found


def _ends_in_kind(end: int, canonical_at: tuple[str, ...]) -> bool:
    """Whether a word for a kind of organisation ends at an offset."""
    if not end or canonical_at[end - 1][-1:] not in _KIND_CLOSINGS:
        return False
    return any("".join(canonical_at[max(end - width, 0) : end]) in KINDS for width in (2, 3, 4))


def _letter(char: str) -> bool:
    return "a" <= char <= "z"


def clauses(text: str) -> list[tuple[int, int]]:
    """The clauses of a line, as offsets."""
    bounds = [0]
    for stop in _CLAUSE_END.finditer(text):
        bounds += [stop.start(), stop.end()]
    bounds.append(len(text))
    return [(start, end) for start, end in zip(bounds[::2], bounds[1::2], strict=True) if end - start > 1]
