"""How a message falls into items: prefixes, lines, semicolons, numbering, comma lists."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handlers.language.patterns import Pattern

_OPEN = r"\[【［〔「『《<〈〖({（｛“\"＜﹝"
_CLOSE = r"\]】］〕」』》>〉〗)}）｝”\"＞﹞"
_WORD = r"承\s*[诺諾]"
_MARK = (
    rf"(?:[{_OPEN}]\s*{_WORD}\s*[{_CLOSE}]\s*[:：]?|[#＃]\s*{_WORD}\s*[#＃]?\s*[:：]?"
    rf"|{_WORD}\s*[:：]|{_WORD}(?=[ \t\u3000]+\S|\s*$))"
)
# What follows a name begins with a character no name has, or the ways to read many names would double with each.
_AT_NAME = rf"[@＠][^\s@＠{_OPEN}#＃:：]*(?:[\s:：][\s,，:：]*)?"
_PREFIX = Pattern(rf"[\s\u200b\ufeff]*(?P<at>(?:{_AT_NAME})*){_MARK}")
_INNER_PREFIX = re.compile(rf"[【［〖〔\[]\s*{_WORD}\s*[】］〗〕\]]\s*[:：]?")


@dataclass(frozen=True, slots=True)
class Block:
    """One commitment: what stood before its prefix on the line (mentions), and its text."""

    leading: str
    body: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One item's text; `first` when it stands on the line of the prefix."""

    text: str
    first: bool = False


def _prefix(line: str) -> re.Match[str] | None:
    return _PREFIX.match(line)


def has_prefix(text: str) -> bool:
    """Whether a line of `text` starts with the prefix."""
    return any(_prefix(line) for line in text.splitlines())


def blocks(text: str) -> list[Block]:
    """The commitments of a message: one per prefix; without any prefix the whole text is one."""
    found: list[Block] = []
    for line in text.splitlines():
        match = _prefix(line)
        if match:
            leading, rest = match["at"], line[match.end() :]
            parts = _INNER_PREFIX.split(rest)
            found.append(Block(leading, parts[0]))
            found.extend(Block("", part) for part in parts[1:])
        elif found:
            found[-1] = Block(found[-1].leading, found[-1].body + "\n" + line)
    return found or [Block("", text)]


_SEMICOLON = re.compile(r"[;；]")
_CIRCLED = Pattern(r"[①-⑳⑴-⒛❶-❿➀-➉㈠-㈩㊀-㊉]")
_NUMBERED = Pattern(
    r"(?:[(（]\s*(?P<b>\d{1,2}|[一二三四五六七八九十])\s*[)）]|(?P<k>\d)\ufe0f?\u20e3|"
    r"(?P<d>[0-9０-９]{1,2})\s?(?:[.．](?![0-9０-９])|、|[)）](?![0-9０-９])|(?=$))|(?P<c>[一二三四五六七八九十])\s?(?:、|[.．]|[)）])|第(?P<o>[一二三四五六七八九十])[,，、:：])"
)
_BULLET = re.compile(r"^\s*(?:[-–—•·●○■□◆◇▪*✓✔☐▶➢➤]|[👉📌])\s*(?=\S)")
_CHINESE = {char: number for number, char in enumerate("一二三四五六七八九十", 1)}


@dataclass(frozen=True, slots=True)
class _Marker:
    start: int
    end: int
    number: int


def _markers(line: str) -> Iterator[_Marker]:
    """Everything in `line` that looks like the number of an item."""
    position = 0
    while position < len(line):
        circled = _CIRCLED.match(line, position)
        if circled:
            yield _Marker(position, position + 1, int(unicodedata.numeric(line[position])))
            position += 1
            continue
        match = _NUMBERED.match(line, position)
        before = line[position - 1] if position else " "
        if (
            match
            and match.end() > position
            and not (before.isdigit() or (before.isascii() and before.isalpha()) or before in "周期拜月第.．")
        ):
            groups = match.groupdict()
            written = groups["b"] or groups["k"] or groups["d"] or groups["c"] or groups["o"]
            own_place = before.isspace() or before in "；;，,。.、：:！!+＋"
            if match.end() < len(line) and (groups["c"] is None or own_place):
                yield _Marker(position, match.end(), _CHINESE[written] if written in _CHINESE else int(written))
                position = match.end()
                continue
        position += 1


def _numbered(line: str) -> list[str] | None:
    """The parts of a line split at its numbering, what stands before it first; None when it has none."""
    found: list[_Marker] = []
    for marker in _markers(line):
        at_start = not line[: marker.start].strip()
        if not found:
            if marker.number == 1 or (at_start and marker.number <= 30):
                found.append(marker)
        elif marker.number == found[-1].number + 1:
            found.append(marker)
    if not found:
        return None
    head = line[: found[0].start]
    if head.strip() and len(found) < 2:
        return None
    ends = [marker.start for marker in found[1:]] + [len(line)]
    parts = [line[marker.end : end] for marker, end in zip(found, ends, strict=True)]
    return [head, *parts]


def segments(body: str) -> list[Segment]:
    """The items of one commitment as written: by lines, numbering and semicolons; empty ones left out."""
    found: list[Segment] = []
    for number, line in enumerate(body.splitlines()):
        line = _BULLET.sub("", line)
        for part in _numbered(line) or [line]:
            found.extend(Segment(piece.strip(), number == 0) for piece in _SEMICOLON.split(part))
    return [segment for segment in found if segment.text.strip(" ,，。.;；:：、+＋-—")]


# Longer lists are not written in one line; reading them part by part would only cost time.
_MOST_PARTS = 12
_LONGEST_LIST = 300
_LISTS = (re.compile(r"[，,。！!]"), re.compile(r"[，,。！!、]"), re.compile(r"[\s，,。！!、]+"))


def list_parts(text: str) -> Iterator[Sequence[str]]:
    """The ways in which `text` may be a list: by commas, by 、 too, by blanks too."""
    if len(text) > _LONGEST_LIST:
        return
    tried: set[tuple[str, ...]] = set()
    for pattern in _LISTS:
        parts = tuple(part.strip() for part in pattern.split(text) if part.strip())
        if 2 <= len(parts) <= _MOST_PARTS and parts not in tried:
            tried.add(parts)
            yield parts
