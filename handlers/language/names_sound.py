"""How a name sounds: homophones and neighbouring sounds made equal, and pinyin typed with letters read back.

A sound is one character of a private range, so that a text and its sounds have the same length and every string
algorithm works on both. Sounds that input methods and accents confuse (zh/z, ch/c, sh/s, -ng/-n, n/l, f/h) are one.
The pronunciation tables of pypinyin are loaded at the first character asked for, not at import.
"""

from __future__ import annotations

import functools
import os
import re
import zlib

from handlers.language.names_text import number_of, with_numbers
from handlers.language.names_words import COUNTED, GENERIC

_SOUND_BASE = 0xF0000
_TYPED_BASE = 0xF4000
_INITIALS = ("", *"bcdghjklmpqrstwxyz")
_FINALS = tuple("a ai an ao e ei en er i ia ian iao ie in ion iu o on ou u ua uai uan ue ui un uo".split())  # noqa: SIM905
_OTHERS = 0x2000

# Where names read a character otherwise than the tables' first reading, or in two ways.
_UNUSUAL = """
长:chang 厦:xia 都:du 行:hang/xing 重:zhong/chong 曾:zeng 朝:chao/zhao 乐:le/yue 会:hui 单:shan/dan 番:pan/fan 六:liu/lu
堡:bao/pu 尉:wei/yu 蔚:wei/yu 莘:shen/xin 绿:lv/lu 大:da 晟:sheng
"""
_USUAL = {entry[0]: tuple(entry[2:].split("/")) for entry in _UNUSUAL.split()}
_SYLLABLE = re.compile(
    r"(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])"
    r"(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|an|en|in|un|ai|ei|ao|ou|ia|ie|iu|ua|uo|ui|ue|ve|a|o|e|i|u|v)"
    r"|ang|ai|an|ao|en|er|ou|[aoe]"
)


@functools.cache
def readings(char: str) -> tuple[str, ...]:
    """The toneless pinyin readings a canonical character has in names, the usual one first; empty for a letter."""
    # The tables of phrases are for whole sentences; they take longer to load than everything else here together.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    import pypinyin

    number = number_of(char)
    if number is not None:
        if number > 10:
            return ()
        char = "零一二三四五六七八九十"[number]
    elif char < "㐀":
        return ()
    if char in _USUAL:
        return _USUAL[char]
    found = pypinyin.pinyin(char, style=pypinyin.Style.NORMAL, errors="ignore")
    return (found[0][0].replace("ü", "v"),) if found else ()


def _confusable(syllable: str) -> str:
    """The class of syllables that are taken for each other."""
    syllable = re.sub(r"^([zcs])h", r"\1", syllable)
    syllable = re.sub(r"^n", "l", syllable)
    syllable = re.sub(r"^f(?!o$)", "h", syllable)
    syllable = re.sub(r"ng$", "n", syllable)
    return syllable.replace("v", "u")


def _sound(syllable: str) -> str:
    """A character for each class of syllables, the same in every process: indexes on disk hold them."""
    heard = _confusable(syllable)
    initial = heard[0] if heard[0] in _INITIALS else ""
    final = heard[len(initial) :]
    if final in _FINALS:
        return chr(_SOUND_BASE + _INITIALS.index(initial) * len(_FINALS) + _FINALS.index(final))
    return chr(_SOUND_BASE + _OTHERS + zlib.crc32(heard.encode()) % _OTHERS)


class _Sounds(dict[int, str]):
    def __missing__(self, code: int) -> str:
        char = chr(code)
        syllables = readings(char)
        sound = _sound(syllables[0]) if syllables else char
        if _TYPED_BASE <= code < _SOUND_BASE + 0x8000:
            sound = chr(code - _TYPED_BASE + _SOUND_BASE)
        self[code] = sound
        return sound


_SOUNDS = _Sounds()


def sounds(text: str) -> str:
    """The sounds of a canonical text, one character each; letters and large numbers stand for themselves."""
    return text.translate(_SOUNDS)


@functools.cache
def all_sounds(char: str) -> frozenset[str]:
    """Every sound a canonical character can have."""
    return frozenset(map(_sound, readings(char)))


@functools.cache
def same_syllable(one: str, other: str) -> bool:
    """Whether two characters share a reading exactly, tones aside."""
    return not set(readings(one)).isdisjoint(readings(other))


_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_AT = {key: (row + 0.5 * line, line) for line, keys in enumerate(_KEYS) for row, key in enumerate(keys)}


@functools.cache
def near_keys(one: str, other: str) -> bool:
    """Whether a character is typed as another is but for one key beside the right one: 银发 for 银达."""
    return any(_one_key_off(written, meant) for written in readings(one) for meant in readings(other))


def _one_key_off(written: str, meant: str) -> bool:
    apart = [(key, right) for key, right in zip(written, meant, strict=False) if key != right]
    if len(written) != len(meant) or len(apart) != 1:
        return False
    (along, line), (right_along, right_line) = (_AT[key] for key in apart[0])
    return abs(along - right_along) <= 1.0 and abs(line - right_line) <= 1


@functools.lru_cache(maxsize=4096)
def typed_pinyin(letters: str) -> tuple[str, ...]:
    """Every way to read `letters` as pinyin, as characters that stand for one typed syllable each, fewest first.

    Empty when they are no pinyin; at most four readings (dengan is deng-an and den-gan).
    """
    best: list[list[tuple[str, ...]]] = [[()], *([] for _ in letters)]
    for end in range(1, len(letters) + 1):
        ways = [
            (*head, letters[start:end])
            for start in range(max(0, end - 6), end)
            if _SYLLABLE.fullmatch(letters, start, end)
            for head in best[start]
        ]
        best[end] = sorted(ways, key=len)[:4]
    return tuple(
        "".join(chr(_TYPED_BASE + ord(_sound(syllable)) - _SOUND_BASE) for syllable in way) for way in best[-1] if way
    )


@functools.cache
def _taken_for_numbers() -> dict[str, str]:
    """Words of names by how they look when one character is written as the numeral it sounds like: 中一院, 四验."""
    found: dict[str, str] = {}
    numbers = {sounds(number): number for number in map(with_numbers, "十二三四五六七八九一")}
    for word in sorted(GENERIC):
        for at, sound in enumerate(sounds(word)):
            number = numbers.get(sound)
            alone = len(word) == 2 and word[1 - at] in COUNTED
            if number is not None and not alone and number_of(word[at]) is None:
                found[word[:at] + number + word[at + 1 :]] = word
    return found


def word_for_number(text: str) -> str:
    """A canonical mention with a numeral read as the syllable it was heard for; empty when it makes no common word."""
    words = _taken_for_numbers()
    for at, char in enumerate(text):
        number = number_of(char)
        if number is None:
            continue
        if number > 10 and number % 10 == 1 and text[at + 1 : at + 2] == "院":
            return text[:at] + with_numbers(str(number // 10)) + "医" + text[at + 1 :]
        for size in (5, 4, 3, 2):
            for start in range(max(at - size + 1, 0), at + 1):
                if word := words.get(text[start : start + size]):
                    return text[:start] + word + text[start + size :]
    return ""


def is_typed(char: str) -> bool:
    """Whether a character stands for a syllable typed as letters."""
    return _TYPED_BASE <= ord(char) < _TYPED_BASE + 0x4000
