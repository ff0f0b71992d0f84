"""A message made ready for the grammar: folded, blanks collapsed, with the way back to the original."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from handlers.language.patterns import Pattern
from handlers.language.text import fold

# One dash, one tilde and one comma for the grammar; the matter keeps what was written.
_SAME = str.maketrans("–—−‐‑―﹣⁓∼〜﹐【】〔〕［］｛｝〖〗", "------" + "-~~~,[][][][][]")
# Stands for a character to be left out; itself one that no text may hold.
_NOTHING = "\ufdd0"
# Of several blanks the first stays.
_DROPPED = Pattern(f"(?<= )[ {_NOTHING}]+|{_NOTHING}+")


class _Table(dict[int, str]):
    """For `str.translate`: the form in which the grammar sees a character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        char = fold(chr(code)).translate(_SAME)
        bracketed = unicodedata.normalize("NFKC", char)
        if len(bracketed) == 3 and bracketed[0] == "(" and bracketed[2] == ")":  # ⑴ and ㈠ read as 1 and 一
            char = bracketed[1]
        if char.isspace():
            char = " "
        elif unicodedata.category(char) in ("Cf", "Mn"):  # zero-width marks that editors and phones leave behind
            char = _NOTHING
        self[code] = char
        return char


_TABLE = _Table()


# Days written with a character of the same sound or shape (contract: typos of the input methods), each as long as what
# is meant. The character itself comes first, so that of most texts nothing else is looked at.
_ENDS = r"(?= ?(?:(?:之|以)?前|[ ,，。;、)]|$))"
_GOES_ON = r"(?= ?(?:[上下中晚早]|(?:之|以)?前|把|给|跟|去(?!年)|到|[ ,，。;、)]|$))"
_WEEKDAY_NEXT = r"(?=[一二三四五六日天1-7](?!个))"
_DAY_NEXT = r"(?= ?[周星礼本这下明今后月\d十二三])"
_COUNTED = "[一二两三四五六七八九十半几个\\d]"
_FORMAL = "壹贰叁肆伍陆柒捌玖拾"
_SLIPS = (
    ("低地抵", "底", rf"(?<=[月年度季].)(?:{_ENDS}|(?=把|给))"),
    ("未", "末", rf"(?<=[月周年季度].)(?:{_ENDS}|(?=把))"),
    ("名", "明", r"(?=天(?:[上下中晚早]|(?:之|以)?前|把|给|去|到|[ ,，。;、)]|$))"),
    ("填添", "天", rf"(?:(?<=明.)|(?<=今.)|(?<=^后.)|(?<=[ ,，。;]后.)){_GOES_ON}"),
    ("其奇斯旗", "期", rf"(?<=星.){_WEEKDAY_NEXT}"),
    ("洲州舟", "周", rf"(?<=[本这下].){_WEEKDAY_NEXT}"),
    ("里札理", "礼", r"(?=拜[一二三四五六日天1-7](?!个))"),
    ("曰", "日", r"(?<=[一二三四五六七八九十\d周期拜明今后作做].)"),
    (_FORMAL, "一二三四五六七八九十", rf"(?:(?<=[周期拜].)|(?<=[{_FORMAL}].)|(?=[{_FORMAL}]{{0,2}}[号日月天周个点]))"),
    ("无", "五", rf"(?<=[周期拜].){_GOES_ON}"),
    ("无", "午", rf"(?<=[天日号一二三四五六1-7][上中下].)(?=\d|[一二三四五六七八九十两]{{1,2}}点|把|给|{_ENDS[3:]}"),
    ("好浩耗", "号", rf"(?<=\d.){_GOES_ON}"),
    ("钱", "前", r"(?:(?<=[之以].)|(?<=[周期拜][1-7].)(?=把|将|跟)|(?<=[一二三四五六日天号末底点半钟].)(?=把|将|跟))"),
    ("已己", "以", r"(?<=[一二三四五六日天号末底点半午上时钟月].)(?=内|前(?![往去来]))"),
    ("五", "午", r"(?<=[天日早晚号][上下中].)(?![金个位名台点折号月年])"),
    ("种", "钟", rf"(?:(?<=分.)(?=[以之]?[内后])|(?<=刻.)|(?<={_COUNTED}点.)(?![类植子]))"),
    ("是食", "时", r"(?<=小.)(?=[以之]?[内后])"),
    ("类", "内", r"(?<=[时天日月周钟号][以之].)"),
    ("吃持", "迟", rf"(?<=最.){_DAY_NEXT}"),
    ("完玩", "晚", rf"(?<=最.){_DAY_NEXT}"),
    ("块", "快", r"(?<=尽.)"),
    ("尚", "上", r"(?<=[早晚].)"),
    ("做", "作", r"(?<=工.)(?=[日天曰])"),
    ("结", "节", r"(?:(?<=国庆.)|(?<=中秋.)|(?<=端午.)|(?<=清明.)|(?<=元旦.))(?=[之以]?[前后])"),
)
_SLIP_CHARS = frozenset("".join(slips for slips, _, _ in _SLIPS))
# Each alternative ends in an empty group, whose number tells which it is.
_MISSPELT = Pattern(
    f"[{''.join(sorted(_SLIP_CHARS))}](?:{'|'.join(f'(?<=[{slips}]){where}()' for slips, _, where in _SLIPS)})"
)


def _meant(match: re.Match[str]) -> str:
    slips, meant, _ = _SLIPS[(match.lastindex or 1) - 1]
    return meant[slips.index(match[0]) if len(meant) > 1 else 0]


class Writing(NamedTuple):
    """`text` is the original; `plain` its comparable form; `origin[i]` the place of `plain[i]` in `text`.

    `origin` has one entry more than `plain`: the length of the original.
    """

    text: str
    plain: str
    origin: Sequence[int]

    @classmethod
    def of(cls, text: str) -> Writing:
        seen = text.translate(_TABLE)
        if not _SLIP_CHARS.isdisjoint(seen):
            seen = _MISSPELT.sub(_meant, seen)
        if _NOTHING not in seen and "  " not in seen:
            return cls(text, seen, range(len(text) + 1))
        pieces: list[str] = []
        origin: list[int] = []
        position = 0
        for match in _DROPPED.finditer(seen):
            pieces.append(seen[position : match.start()])
            origin.extend(range(position, match.start()))
            position = match.end()
        origin.extend(range(position, len(text) + 1))
        return cls(text, "".join((*pieces, seen[position:])), origin)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of `text` that `plain[start:end]` stands for."""
        if start >= end:
            return self.origin[start], self.origin[start]
        return self.origin[start], self.origin[end - 1] + 1
