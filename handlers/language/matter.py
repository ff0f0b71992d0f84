"""What is left of a text when its deadline and mentions are taken out."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.language.patterns import Pattern

_EDGE = " \t\r\n\u3000,，。.;；:：、!！~～+＋-—–―·•|｜/／…>→=＝?？"
_EMPTY_BRACKETS = Pattern(r"[(（\[［【〔「『《<][\s,，、]*[)）\]］】〕」』》>]|[“\"][\s,，、]*[”\"]")
_PAUSES = Pattern(r"([,，、;；。:：+＋])[\s,，、;；。:：+＋]+")
_SIGNS = Pattern("^(?:[➡⮕]\ufe0f?)+|(?:[➡⮕‼❗❕⁉❓]\ufe0f?)+$")
_BLANKS = Pattern(r"\s+")
_OPEN_CLOSE = dict(zip("(（[［【〔「『《", ")）]］】〕」』》", strict=True))
_CLOSE_OPEN = {closed: opened for opened, closed in _OPEN_CLOSE.items()}


def _is_chinese(char: str) -> bool:
    return char >= "\u2e80"


def without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """`text` without the given stretches: edges trimmed, empty brackets dropped, gaps in Chinese closed."""
    kept = ""
    position = 0
    for start, end in sorted(spans):
        if end <= position:
            continue
        kept = _join(kept, text[position : max(position, start)])
        position = end
    kept = _join(kept, text[position:])
    return tidy(kept)


def _join(left: str, right: str) -> str:
    """Both with the gap between them closed: one blank is kept beside a Latin letter or a digit."""
    if not left or not right:
        return left + right
    a, b = left.rstrip(), right.lstrip()
    if not a or not b:
        return a + b
    blank = len(a) < len(left) or len(b) < len(right)
    if _is_chinese(a[-1]) and _is_chinese(b[0]):
        return a + b
    latin = a[-1].isalnum() and b[0].isalnum() and not (_is_chinese(a[-1]) or _is_chinese(b[0]))
    return a + (" " if latin or blank else "") + b


def tidy(text: str) -> str:
    """`text` with edge punctuation trimmed, empty brackets dropped and doubled pauses made one."""
    text = _EMPTY_BRACKETS.sub("", text)
    text = _PAUSES.sub(lambda match: match[1], _BLANKS.sub(" ", text))
    trimmed = _SIGNS.sub("", text.strip(_EDGE)).strip(_EDGE)
    # A bracket round the whole, or one whose other half left with the deadline.
    if trimmed and trimmed[0] in _OPEN_CLOSE:
        lone = "".join(opened for opened, closed in _OPEN_CLOSE.items() if closed not in trimmed)
        trimmed = trimmed.lstrip(_EDGE + lone)
    if trimmed and trimmed[-1] in _CLOSE_OPEN:
        lone = "".join(closed for closed, opened in _CLOSE_OPEN.items() if opened not in trimmed)
        trimmed = trimmed.rstrip(_EDGE + lone)
    return trimmed
