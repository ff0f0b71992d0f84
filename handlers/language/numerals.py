"""Numbers as people write them in a sentence: digits, Chinese numerals, and the two run together (三五天)."""

from __future__ import annotations

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "俩": 2,
    "仨": 3,
    "几": 0,
}
_TENS = {"廿": 20, "卅": 30}
NUMERALS = "零〇一二两俩三仨四五六七八九十廿卅百"

# A small number, up to some hundreds; always used with `value`.
NUMBER = rf"(?:\d{{1,4}}|[{NUMERALS}]{{1,5}})"
# The numbers of days of a month, hours of a day and months of a year. Digits come before numerals nowhere else.
DAY = r"(?:\d{1,2}|(?:[廿卅]|[二三]?十)[一二三四五六七八九]?|[一二三四五六七八九])"
HOUR = r"(?:\d{1,2}|二?十[一二三四五六七八九]?|[零〇一二两三四五六七八九])"
MONTH = r"(?:\d{1,2}|十[一二]?|[一二三四五六七八九])"
MINUTE = r"(?:[零〇0]?\d{2}|[零〇]\d|[零〇][一二三四五六七八九]|[二三四五]?十[一二三四五六七八九]?)"


def value(written: str) -> int:
    """The value of a number that one of the patterns above matched; of 三五 and 两三 the larger one."""
    if written.isascii():
        return int(written)
    if len(written) > 1 and all(char in _DIGITS or char.isdigit() for char in written):
        if written[0] in "零〇":
            return value(written[1:])
        if len(written) == 4:  # a year: 二〇二六
            return int("".join(str(_DIGITS.get(char, char)) for char in written))
        return max(_DIGITS[char] if char in _DIGITS else int(char) for char in written)
    total = pending = 0
    for char in written:
        if char == "百":
            total, pending = total + 100 * (pending or 1), 0
        elif char == "十":
            total, pending = total + 10 * (pending or 1), 0
        elif char in _TENS:
            total, pending = total + _TENS[char], 0
        elif char.isdigit() and char.isascii():
            pending = pending * 10 + int(char)
        else:
            pending = _DIGITS[char]
    return total + pending


def is_approximate(written: str) -> bool:
    """Whether a number names two neighbours at once: 两三, 三五."""
    return len(written) == 2 and all(char in _DIGITS and char not in "零〇" for char in written)
