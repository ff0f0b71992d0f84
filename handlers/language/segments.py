"""How a message falls into items: prefixes, lines, semicolons, numbering, comma lists."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from handlers.language.patterns import Pattern

_OPEN = r"\[【［〔「『《<〈〖({（｛“\"＜﹝"
_CLOSE = r"\]】］〕」』》>〉〗)}）｝”\"＞﹞"
_WORD = r"承\s*[诺諾]"
_MARK = (
    rf"(?:[{_OPEN}]\s*{_WORD}\s*[{_CLOSE}]\s*[:：]?|[#＃]\s*{_WORD}\s*[#＃]?\s*[:：]?"
    rf"|{_WORD}\s*(?:[:：|｜]|——)|{_WORD}(?=[ \t\u3000]+\S|\s*$))"
)
# What follows a name begins with a character no name has, or the ways to read many names would double with each.
_AT_NAME = rf"[@＠][^\s@＠{_OPEN}#＃:：]*(?:[\s:：][\s,，:：]*)?"
# What people put before the prefix that is none of the commitment: a picture, a greeting.
_ORNAMENT = r"(?:[\s\u200b\ufeff]|[\u2600-\u27bf\u2b05-\u2b55\U0001f300-\U0001faff]\ufe0f?)*+"
_GREETING = rf"(?:(?:[您你]好|大家好|各位好?|领导好|早上?好?|收到|好的|ok|OK|嗯+)[\s，,。！!~～、]+(?=[{_OPEN}#＃]))?"
_PREFIX = Pattern(rf"{_ORNAMENT}(?P<at>(?:{_AT_NAME})*){_GREETING}{_ORNAMENT}{_MARK}")
_INNER_PREFIX = Pattern(rf"[【［〖〔\[]\s*{_WORD}\s*[】］〗〕\]]\s*[:：]?")


class Block(NamedTuple):
    """One commitment: what stood before its prefix on the line (mentions), and its text."""

    leading: str
    body: str


class Segment(NamedTuple):
    """One item's text; `first` when it stands on the line of the prefix."""

    text: str
    first: bool = False


# Every writing of the prefix holds this; a line without it need not be looked at closely.
_FIRST_CHARACTER = "承"


def _prefix(line: str) -> re.Match[str] | None:
    return _PREFIX.match(line) if _FIRST_CHARACTER in line else None


def has_prefix(text: str) -> bool:
    """Whether a line of `text` starts with the prefix."""
    return _FIRST_CHARACTER in text and any(_prefix(line) for line in text.splitlines())


def blocks(text: str) -> list[Block]:
    """The commitments of a message: one per prefix; without any prefix the whole text is one."""
    if _FIRST_CHARACTER not in text:
        return [Block("", text)]
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        match = _prefix(line)
        if match:
            first, *others = _INNER_PREFIX.split(line[match.end() :])
            found.append((match["at"], [first]))
            found.extend(("", [part]) for part in others)
        elif found:
            found[-1][1].append(line)
    return [Block(leading, "\n".join(lines)) for leading, lines in found] or [Block("", text)]


_SEMICOLON = Pattern(r"[;；]")
# A digit behind a letter or another digit is no item's, nor one that opens with a bracket and another word.
_NUMBERED = Pattern(
    r"(?P<a>[①-⑳⑴-⒛❶-❿➀-➉㈠-㈩㊀-㊉])|[(（]\s*(?P<b>\d{1,2}|[一二三四五六七八九十])\s*[)）]"
    r"|(?<![A-Za-z\d周拜月第.．(（])(?<!星期)(?:(?P<k>\d)\ufe0f?\u20e3"
    r"|(?P<d>[0-9０-９]{1,2})\s?(?:[.．](?:(?![0-9０-９])|(?=[0-9０-９]{1,2}(?:\s?[月點点]|[:：/][0-9０-９])|20\d\d\s?[-年/]))|、|[)）](?:(?<=[\s；;，,。、：:！!+＋]..)|(?<=^..)|(?![0-9０-９])))"
    r"|(?P<c>[一二三四五六七八九十])\s?(?:、|[.．]|[)）])|第(?P<o>[一二三四五六七八九十])[,，、:：]"
    r"|(?P<l>[A-Za-z])\s?[、.．)）](?=\s?[\u4e00-\u9fff\d]|\s?[A-Za-z][A-Za-z\d]))"
)
_BULLET = Pattern(
    r"^\s*(?:[-–—•·●○■□◆◇▪▫*✓√✔✅☐☑▶▷➡➢➤→»※◎△▲❖★☆]|[👉📌📍🔸🔹🔶🔷🔺🔴🟠🟡🟢🔵⚪⚫⭐🌟📝])\ufe0f?\s*(?=\S)"
)
_LETTERS = 1000
_CHINESE = {char: number for number, char in enumerate("一二三四五六七八九十", 1)}


# 25、26号: a day, no item's number.
_NEXT_DAY = Pattern(r"(?<=、)\d\d ?(?:[号號日]|[两兩2] ?天)")


class _Marker(NamedTuple):
    """A number and where it stands; a letter's is beyond `_LETTERS`, so that the two are not counted on together."""

    start: int
    end: int
    number: int


def _markers(line: str) -> Iterator[_Marker]:
    """Everything in `line` that looks like the number of an item."""
    for match in _NUMBERED.finditer(line):
        start, end = match.span()
        if match["d"] and _NEXT_DAY.match(line, end) and int(match["d"]) + 1 == int(line[end : end + 2]) > 10:
            continue
        if match["a"]:
            yield _Marker(start, end, int(unicodedata.numeric(match["a"])))
        elif end < len(line):
            before = line[start - 1] if start else " "
            own_place = before.isspace() or before in "；;，,。.、：:！!+＋"
            if match["l"]:
                if own_place:
                    yield _Marker(start, end, _LETTERS + ord(match["l"].lower()) - ord("a") + 1)
            elif match["c"] is None or own_place:
                written = match["b"] or match["k"] or match["d"] or match["c"] or match["o"]
                yield _Marker(start, end, _CHINESE[written] if written in _CHINESE else int(written))


# No line that is a list holds more that looks like a number.
_MOST_MARKERS = 200


def _numbered(line: str) -> list[str] | None:
    """The parts of a line split at its numbering, what stands before it first; None when it has none."""
    found: list[_Marker] = []
    begin = len(line) - len(line.lstrip())
    for marker in itertools.islice(_markers(line), _MOST_MARKERS):
        if not found:
            if marker.number in (1, _LETTERS + 1) or (marker.start <= begin and marker.number <= 30):
                found.append(marker)
        elif marker.number == found[-1].number + 1:
            found.append(marker)
    if not found:
        return None
    head = line[: found[0].start]
    if len(found) < 2 and (head.strip() or found[0].number > _LETTERS):
        return None
    ends = [marker.start for marker in found[1:]] + [len(line)]
    parts = [line[marker.end : end] for marker, end in zip(found, ends, strict=True)]
    return [head, *parts]


# What only a list of such lines tells to be numbers: `1 寄样`, `2：报价`, `a. 寄样`. Behind a number no unit follows.
_LINE_MARK = Pattern(
    r"\s*(?:(?P<n>\d{1,2})(?:[,，]\s*|[:：](?!\d)\s*|\s+(?![个台箱套件家盒瓶份张袋条吨米元万月号號日天周週年点點时時分小-]))"
    r"|(?P<l>[A-Za-z])\s?[、.．)）:：])(?=\s*\S)"
)


def _unmarked(lines: list[str]) -> list[str]:
    """`lines` without the numbers or letters that open them, when these count on from the first one."""
    found = [(index, match) for index, line in enumerate(lines) if (match := _LINE_MARK.match(line))]
    numbers = [int(match["n"]) if match["n"] else ord(match["l"].lower()) - ord("a") + 1 for _, match in found]
    if len(found) < 2 or numbers != list(range(1, len(found) + 1)) or len({match.lastgroup for _, match in found}) > 1:
        return lines
    ends = {index: match.end() for index, match in found}
    return [line[ends.get(index, 0) :] for index, line in enumerate(lines)]


def segments(body: str) -> list[Segment]:
    """The items of one commitment as written: by lines, numbering and semicolons; empty ones left out."""
    found: list[Segment] = []
    for number, line in enumerate(_unmarked(body.splitlines())):
        if not line or line.isspace():
            continue
        line = _BULLET.sub("", line)
        for part in _numbered(line) or [line]:
            found.extend(Segment(piece.strip(), number == 0) for piece in _SEMICOLON.split(part))
    return [segment for segment in found if segment.text.strip(" ,，。.;；:：、+＋-—")]


# Longer lists are not written in one line; reading them part by part would only cost time.
_MOST_PARTS = 12
_LONGEST_LIST = 300
_LISTS = (
    Pattern(r"[，,。！!]"),
    Pattern(r"[，,。！!、]"),
    Pattern(r"\s*(?:[，,。！!、]|(?<!\d)[/／|｜](?!\d)|(?<=\s)[/／|｜](?=\s))\s*"),
    Pattern(r"[\s，,。！!、]+"),
)


def list_parts(text: str, starts: Sequence[int]) -> Iterator[Sequence[str]]:
    """The ways in which `text` may be a list: by commas, by 、 too, by strokes too, by blanks too.

    A list of items holds in each part one of `starts`, the places where a deadline may begin.
    """
    if len(text) > _LONGEST_LIST or len(starts) < 2:
        return
    tried: set[tuple[str, ...]] = set()
    for pattern in _LISTS:
        parts: list[str] = []
        begin = 0
        for end, following in ((match.start(), match.end()) for match in pattern.finditer(text + "，")):
            part = text[begin:end].strip()
            if part:
                if not any(begin <= start < end for start in starts):
                    parts = []
                    break
                parts.append(part)
            begin = following
        key = tuple(parts)
        if 2 <= len(parts) <= _MOST_PARTS and key not in tried:
            tried.add(key)
            yield parts
