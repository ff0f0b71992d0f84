"""From a message to its commitments: prefix, items, mentions, matter and deadline.

How people write it is told in the contract under that heading; what a deadline phrase means is `moments`.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from bot.calendar import Calendar
from handlers.language import lexicon
from handlers.language.conditions import is_condition
from handlers.language.mentions import MOST_CUT, Mentioned, Names, find_mentions, known_names
from handlers.language.moments import Issue
from handlers.language.patterns import Pattern
from handlers.language.phrases import MOST_TRIES
from handlers.language.reading import Reading, read
from handlers.language.segments import Segment, blocks, has_prefix, list_parts, segments


class Item(NamedTuple):
    """One commitment of a message.

    `matter` is the text without prefix, deadline, mentions and joining punctuation. `due` is in the team's zone, to
    the minute, or None with an `issue`. `phrase` is the deadline as written, empty if there is none. `mentions` are
    the names written with @, without it. `uncertain`: the date rests on days off not announced yet
    (以国务院通知为准).
    """

    matter: str
    due: datetime | None
    issue: Issue | None
    phrase: str
    mentions: tuple[str, ...]
    uncertain: bool


def is_commitment(text: str) -> bool:
    """Whether any line of `text` starts with the prefix 承诺, in any of its writings."""
    return has_prefix(text)


def plain_item(text: str, now: datetime, calendar: Calendar, people: Collection[str] = ()) -> Item:
    """`text` as one item, never split; `people` are the names at which a mention without a blank after it is cut."""
    return _Reader(known_names(people)).draft(text).item(now, calendar)


# More than one message holds; a person who writes more is asked to send it in parts.
MOST_ITEMS = 30
# So much work is done for one message: a text read costs one, and so does each place where a phrase might begin.
_MOST_WORK = 80


class Understood(NamedTuple):
    """The commitments of a message, in its order; `whole` is False when it holds more than is read of one message."""

    items: tuple[Item, ...]
    whole: bool


def commitments(text: str, now: datetime, calendar: Calendar, people: Collection[str] = ()) -> tuple[Item, ...]:
    """The items of a message, in its order; of a text without the prefix, those of one commitment. Never raises.

    `people` are the names at which a mention without a blank after it is cut (`@李娜周三前寄样`). No more than
    `MOST_ITEMS` are read; `understand` tells whether these are all.
    """
    return understand(text, now, calendar, people).items


def understand(text: str, now: datetime, calendar: Calendar, people: Collection[str] = ()) -> Understood:
    """As `commitments`, with word of whether the whole message was read."""
    reader = _Reader(known_names(people) if "@" in text or "＠" in text else {})
    found: list[Item] = []
    for block in blocks(text):
        if len(found) >= MOST_ITEMS or not reader.left:
            reader.whole = False
            break
        pieces = segments(block.body)
        room = MOST_ITEMS - len(found)
        reader.whole = reader.whole and len(pieces) <= room
        found.extend(_items(block.leading, pieces[:room], now, calendar, reader))
    return Understood(tuple(found), reader.whole and reader.left > 0)


class _Reader:
    """Reads the parts of one message, each as far as the work allowed for the whole message lets it.

    A line is read in several ways, as one item and as a list; a part that was read before is not read again.
    """

    __slots__ = ("_cuts", "_known", "_read", "left", "whole")

    def __init__(self, known: Names) -> None:
        self._known = known
        self._cuts = MOST_CUT
        self._read: dict[str, _Draft] = {}
        self.left = _MOST_WORK
        self.whole = True

    def mentions(self, text: str) -> Mentioned:
        found = find_mentions(text, self._known, self._cuts)
        self._cuts = max(0, self._cuts - len(found.names))
        return found

    def draft(self, text: str) -> _Draft:
        known = self._read.get(text)
        if known is None:
            known = self._read[text] = self._drafted(text)
        return known

    def _drafted(self, text: str) -> _Draft:
        mentioned = self.mentions(text)
        reading = read(text, mentioned.spans, min(self.left, MOST_TRIES))
        self.left = max(0, self.left - reading.choice.tried - 1)
        return _Draft(text, reading, mentioned.names)


class _Draft(NamedTuple):
    """One item before its deadline is known for sure."""

    text: str
    reading: Reading
    mentions: tuple[str, ...]

    @property
    def dated(self) -> bool:
        return self.reading.choice.phrase is not None

    @property
    def vague(self) -> bool:
        return not self.dated and bool(self.reading.choice.vague)

    @property
    def matter(self) -> str:
        return self.reading.rest

    @property
    def only_due(self) -> bool:
        """Whether nothing but a deadline is said, so that it is meant for the other items."""
        return (self.dated or self.vague) and _is_filler(self.matter)

    def under(self, heading: Reading | None) -> _Draft:
        """The same item on the day of the heading it stands below, if it names a time alone."""
        when, above = self.reading.when, heading.when if heading is not None else None
        if when is None or above is None or above.days is None or when.days is not None or when.minutes is not None:
            return self
        return self._replace(reading=self.reading.on(above.days))

    def item(
        self, now: datetime, calendar: Calendar, shared: Reading | None = None, for_all: tuple[str, ...] = ()
    ) -> Item:
        reading = shared if shared is not None and not self.dated and not self.vague else self.reading
        answer = reading.resolve(now, calendar)
        # Whoever an item names itself is meant alone; the others are those of the whole message.
        mentions = tuple(dict.fromkeys(self.mentions)) or for_all
        return Item(self.matter, answer.due, answer.issue, reading.phrase, mentions, answer.uncertain)


# No tail that says when all is due is longer.
_LONGEST_TAIL = 40
_PAUSES = "，,。；; 、"
_THINGS = "的?(?:事项|事情|工作|任务|内容|事儿?)?"
_SHARED = (
    "全部|全都|一律|统一|都|均|全"
    rf"|(?:以上|上述|上面|以下|下列|下面|这些|各项|这?[几两三四五六七八九十2-9][件项条]){_THINGS}"
)
_DONE = (
    "完成|搞定|做完|办完|弄完|办好|做好|弄好|处理[完好掉]|完毕|落实|到位|结束|交|完|给|好|ok|掉"
    "|要|在|得|需|须|会|能|是|为"
)
_IS_SHARED = Pattern(_SHARED)
# Possessive, since 全 and 部 may be one word or two: no other way to read the same words is tried.
_FILLER = Pattern(rf"(?:{_SHARED}|{_DONE}|[ ,，。.;；:：、!！~～])*+")


def _is_filler(rest: str) -> bool:
    """Whether `rest` only says that something is due: 都, 以上均, 全部完成."""
    return _FILLER.fullmatch(rest) is not None


def _items(
    leading: str, pieces: Sequence[Segment], now: datetime, calendar: Calendar, reader: _Reader
) -> Iterable[Item]:
    for_all = list(reader.mentions(leading).names)
    drafts: list[_Draft] = []
    alone: list[_Draft] = []
    heading: Reading | None = None
    headings: list[Reading | None] = []  # of each of the drafts
    day = _day_of_line(pieces, reader)
    for piece in pieces:
        if not reader.left:
            break
        draft = reader.draft(piece.text)
        if not draft.matter and not draft.dated and not draft.vague:
            for_all.extend(draft.mentions)
        elif draft.only_due:
            alone.append(draft)
            for_all.extend(draft.mentions)
            heading = draft.reading if heading is not None or not drafts else None
        else:
            drafts.append(draft)
            headings.append(heading)
    if not drafts:
        # Nothing but a date: an item without a matter, which the bot asks about.
        return [draft.item(now, calendar, None, tuple(for_all)) for draft in alone[:1]]
    if len(drafts) == 1 and alone:
        drafts = [reader.draft(" ".join(piece.text for piece in pieces))]
    shared = alone[-1].reading if len(alone) == 1 else None
    if shared is None:
        tail = _shared_tail(drafts[-1], reader)
        if tail is not None and (len(drafts) > 1 or not tail[0].dated):
            drafts[-1], shared = tail
    done = [
        (part.under(above or day), shared or above)
        for draft, above in zip(drafts, headings, strict=False)
        for part in _split(draft, reader)
    ]
    if len(pieces) > 1 or len(done) > 1:
        for_all.extend(_leading_mentions(pieces[0].text, reader) if pieces[0].first else ())
    mentioned = tuple(dict.fromkeys(for_all))
    return [draft.item(now, calendar, of_all, mentioned) for draft, of_all in done]


# No heading is longer.
_LONGEST_HEADING = 16
_HEADED = Pattern(rf"[^:：\n]{{2,{_LONGEST_HEADING}}}[:：](?!\d)")


def _day_of_line(pieces: Sequence[Segment], reader: _Reader) -> Reading | None:
    """The day that stands with a colon before several items (明天：上午寄样；下午对账); None when there is none.

    It dates their clock times only: no item without a deadline takes one that does not stand on its own line.
    """
    match = _HEADED.match(pieces[0].text) if len(pieces) > 1 else None
    if match is None:
        return None
    draft = reader.draft(match[0])
    return draft.reading if draft.only_due and draft.dated else None


def _leading_mentions(text: str, reader: _Reader) -> tuple[str, ...]:
    """The mentions that stand before everything else in the first line: they are meant for all items."""
    mentioned = reader.mentions(text)
    names = []
    position = 0
    for (start, end), name in zip(mentioned.spans, mentioned.names, strict=True):
        if text[position:start].strip(" ,，、:：+＋"):
            break
        names.append(name)
        position = end
    return tuple(names)


def _shared_tail(draft: _Draft, reader: _Reader) -> tuple[_Draft, Reading] | None:
    """Parts `换海报，都周三前` into the last item and the deadline of all."""
    text, starts = draft.text, draft.reading.starts
    low = max(0, len(text) - _LONGEST_TAIL)
    if not starts or not _IS_SHARED.search(text, low):
        return None
    for index in range(min(len(text) - 2, starts[-1] - 1), low, -1):
        if not reader.left:
            break
        if text[index] in _PAUSES and text[index + 1] not in _PAUSES and _IS_SHARED.search(text, index):
            tail = reader.draft(text[index + 1 :])
            if tail.dated and _is_filler(tail.matter) and _IS_SHARED.search(tail.matter):
                head = reader.draft(text[:index])
                return (head._replace(mentions=draft.mentions), tail.reading) if head.matter else None
    return None


def _split(draft: _Draft, reader: _Reader) -> Sequence[_Draft]:
    """The items of one segment: several when every part of a comma list has its own deadline and a verb.

    A condition is no item.
    """
    for parts in list_parts(draft.text, draft.reading.starts):
        if not all(map(lexicon.holds_act, parts)) or any(map(is_condition, parts)):
            continue
        drafts: list[_Draft] = []
        for part in parts:
            drafts.append(reader.draft(part))
            if not drafts[-1].dated or not lexicon.holds_act(drafts[-1].matter):
                break
        else:
            if not _continued(drafts):
                return _with_day_of_before(drafts)
    return [draft]


def _continued(drafts: Sequence[_Draft]) -> bool:
    """Whether a later part only adds a clock time to the day of an earlier one (周三寄样，下午3点前送到)."""
    for before, after in itertools.pairwise(drafts):
        first, second = before.reading.when, after.reading.when
        if first is None or second is None:
            return True
        timed = first.part is not None or first.clock is not None
        halves = first.days is not None and not timed and second.days is None and second.minutes is None
        if halves and not _OWN_OBJECT.match(after.matter):
            return True
    return False


# 下午3点给蓝桥对账 tells of another thing than 周三给海棠寄样 before it does; 下午3点前给到 does not.
_OWN_OBJECT = Pattern(r"(?:给|把|将|跟|和|同|与|向|帮|请|约|找|陪|去|到|在)[^ ,，。它他她过到出去来]\S{2,}")


def _with_day_of_before(drafts: Sequence[_Draft]) -> list[_Draft]:
    """The parts of a list, a time without a day given the day of the part before (明天上午寄样，下午发报价)."""
    done: list[_Draft] = []
    for draft in drafts:
        done.append(draft.under(done[-1].reading if done else None))
    return done
