"""Text as the platforms count it: bytes of UTF-8, in numbered parts, broken where a reader would break it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from bot.types import Refused

Cost = Callable[[str], int]

_JOINER = "\u200d"
_UNFIT = re.compile("[\0\ud800-\udfff]")
_BREAKS = "。！？；!?;，, 、"


def byte_length(text: str) -> int:
    """Return the length of `text` in bytes of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def json_length(text: str) -> int:
    """Return the bytes `text` takes inside a JSON string, without the quotes: a line break counts as two."""
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass")) - 2


def clean(text: str) -> str:
    """Return `text` without what no database and no platform can store: NUL and halves of surrogate pairs."""
    return _UNFIT.sub("", text)


def parse(body: bytes | str) -> Mapping[str, Any]:
    """Return the JSON object in a body. Raises Refused with 400 for anything else."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("the body is not JSON", 400) from None
    if not isinstance(data, dict):
        raise Refused("the body is not an object", 400)
    return data


def dump(data: Any) -> str:
    """Return parsed JSON as text again. Raises Refused with 400 for what was just shallow enough to be read."""
    try:
        return json.dumps(data, sort_keys=True)
    except RecursionError:
        raise Refused("the body is nested too deep", 400) from None


def fingerprint(data: Any) -> str:
    """Return a name for parsed JSON that its repetition has too. Raises Refused as `dump` does."""
    return sha256(dump(data).encode()).hexdigest()


def split_text(text: str, limit: int, cost: Cost = byte_length) -> list[str]:
    """Cut `text` into parts of at most `limit` units of `cost`, numbered `（1/3）` when there are several.

    Cuts are made after a line, else after a sentence or a word, else between two characters, never inside a character
    and its combining marks. Blank lines and spaces at a cut are dropped, nothing else is. An empty text gives no
    part. Raises ValueError when `limit` leaves no room for a number and one character.
    """
    text = text.strip()
    if not text:
        return []
    if cost(text) <= limit:
        return [text]
    digits = 1
    while True:
        mark = f"（{'9' * digits}/{'9' * digits}）\n"
        room = limit - cost(mark)
        if room < 16:
            raise ValueError("the limit leaves no room for text")
        parts = _cut(text, room, cost)
        if len(str(len(parts))) <= digits:
            return [f"（{number}/{len(parts)}）\n{part}" for number, part in enumerate(parts, 1)]
        digits += 1


def _cut(text: str, room: int, cost: Cost) -> list[str]:
    parts: list[str] = []
    rest = text
    while rest:
        if cost(rest) <= room:
            parts.append(rest)
            break
        end = _cut_at(rest, _longest(rest, room, cost))
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return parts


def _longest(text: str, room: int, cost: Cost) -> int:
    """The number of leading characters of `text` that fit into `room`."""
    low, high = 1, min(len(text), room)
    while low < high:
        middle = (low + high + 1) // 2
        if cost(text[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def _cut_at(text: str, fits: int) -> int:
    line = text.rfind("\n", 0, fits + 1)
    if line > 0 and text[:line].strip():
        return line
    # A cut in the first half would leave a short part: then rather break the word.
    for end in range(fits, fits // 2, -1):
        if text[end - 1] in _BREAKS:
            return end
    end = fits
    while end > 1 and _belongs_to_previous(text, end):
        end -= 1
    return end if end > 1 else fits


def _belongs_to_previous(text: str, index: int) -> bool:
    if index >= len(text):
        return False
    char = text[index]
    return (
        unicodedata.combining(char) != 0
        or char == _JOINER
        or "\ufe00" <= char <= "\ufe0f"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or text[index - 1] == _JOINER
    )
