"""Which command a message opens with, and the record numbers it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from handlers.language.opening import find_opening
from handlers.language.text import fold

_NUMBERS = re.compile(
    r"\s*(?:(?:#|no\.?\s*|编号)?\s*(\d{1,9})(?=$|[\s,、;:。.和与及+#]|\)|】)\s*(?:[,、;和与及+]\s*)?)"
)
_JOINS = frozenset(",、;和与及+")
_ORDINAL = re.compile(r"^\s*第\s*(\d{1,9})\s*(?:条|项|个|号)")
_HASHED = re.compile(r"\s*#\s*(\d{1,9})\s*[,、;:]?\s*")
_TIGHT = re.compile(r"[\d#@]|第\s?\d")
# What measures or dates something with the number before it; a weekday dates nothing with it.
_UNIT = (
    r"(?!(?:周|星期|礼拜)[一二三四五六日天末])[天日号周月年点时分秒刻小半个件条项次台套份箱盒瓶支只片张袋卷根块平升斤吨公千百万亿几多余来"
    r"楼层栋版型期批倍折位名家元寸厘毫种页度星礼]"
)
_MEASURED = re.compile(rf"\s*(?:{_UNIT}|[/.:\-])")
# 延期12后天, 转交12给李娜, 取消12客户不要了: words glued to the number, which is no measure.
_GLUED = re.compile(rf"^(\s*(?:#|no\.?\s*|编号)?\s*\d{{1,9}})(?=[@到至给]|(?!{_UNIT})[\u4e00-\u9fff])")


def command(text: str, words: Iterable[str], *, tight: str = "") -> str | None:
    """What follows the command word that opens `text`; None when it opens with none of `words`.

    The word stands alone, in brackets or before a colon or space; a number, # or @ may follow it directly, and so
    may any of the characters in `tight`.
    """
    listed = tuple(words)
    opening = find_opening(text, listed)
    if opening is not None:
        return text[opening.rest :].strip()
    folded = fold(text)
    start = len(folded) - len(folded.lstrip())
    for word in sorted(listed, key=len, reverse=True):
        if folded.startswith(word, start):
            after = folded[start + len(word) : start + len(word) + 3]
            if after and (_TIGHT.match(after) or after[0] in tight):
                return text[start + len(word) :].strip()
    return None


def take_numbers(text: str) -> tuple[list[int], str]:
    """The record numbers `text` begins with (`12`, `#12`, `12、13 14`), and what follows them."""
    folded = fold(text)
    numbers: list[int] = []
    at = 0
    while found := (_HASHED.match(folded, at) or _NUMBERS.match(folded, at)):
        number = int(found[1])
        if number not in numbers:
            numbers.append(number)
        at = found.end()
    return numbers, text[at:].strip(" ,，、;；:：\n\t")


def part_number(text: str) -> str:
    """`text`, with a space after the number it begins with where words are glued to it (`12后天`, not `3天后`).

    `第5条` is the number 5.
    """
    ordinal = _ORDINAL.match(fold(text))
    if ordinal is not None:
        return f"{ordinal[1]} {text[ordinal.end() :]}"
    found = _GLUED.match(fold(text))
    return f"{text[: found.end()]} {text[found.end() :]}" if found else text


def take_records(text: str, known: Callable[[int], bool]) -> tuple[list[int], str]:
    """The numbers of the records a change begins with (`12 13 周五`, `12、13 客户不要了`), and what follows them.

    From the second on a number counts only when it measures and dates nothing; one glued to words only when it is a
    record's (`known`) or joined to the one before it by more than a blank.
    """
    numbers: list[int] = []
    joined = False
    rest = text
    while True:
        spaced = part_number(rest)
        folded = fold(spaced)
        found = _HASHED.match(folded) or _NUMBERS.match(folded)
        if found is None:
            break
        number, after = int(found[1]), spaced[found.end() :]
        if numbers and (is_measured(after) or not (joined or spaced == rest or known(number))):
            break
        if number not in numbers:
            numbers.append(number)
        joined = found[0].rstrip()[-1:] in _JOINS
        rest = after
    return numbers, rest.strip(" ,，、;；:：\n\t")


_HANDED = re.compile(
    r"(?:把|将)?\s*(#?\s*\d{1,9}(?:\s*[\s,、和]\s*#?\d{1,9})*)\s*(?:号|这[条个]|那[条个])?\s*都?"
    r"(?:转交|移交|转|移|交|派)?给\s*@?\s*([^\s@,]{0,10}?)\s*(?:[来去]?(?:办|做|跟进|跟|负责|处理))?吧?"
)


def handed_to(text: str) -> tuple[list[int], str] | None:
    """The record numbers and the name of `把12给李娜`, `12、13 转给李娜`; the name is empty where an @ stood alone."""
    found = _HANDED.fullmatch(fold(text).strip(" 。.!~"))
    return ([int(number) for number in re.findall(r"\d+", found[1])], found[2]) if found else None


_DONE_TOLD = re.compile(r"(?:我|已经?|刚刚?|这边)*(?:办|做|弄|搞|处理)(?:完|好|妥|掉)了(?:啊|哈|哦|啦|呀)?")


def is_done_told(text: str) -> bool:
    """Does a message tell that something is done, and not what: 办完了?"""
    return _DONE_TOLD.fullmatch(fold(text).strip(" 。.!~,")) is not None


_MOVING = re.compile(
    r"\s*(?:那|就|还是|先|都)*\s*(?:(?:(?P<corrects>改|换|调)|延期|推迟|顺延|延|推|挪)(?:到|至|成|为)(?=.)"
    r"|(?:往后|再)*(?:延期|延后|推迟|推后|顺延|宽限|延|推|挪|缓)(?=[\d一二两三四五六七八九十半几]))"
)
# 延期到周五可以吗 asks somebody for it.
_WHETHER = re.compile(r"吗|行不行|好不好|能不能|\?")


def moving(text: str) -> tuple[str, str] | None:
    """`改` or `延期`, and the words behind it, of what may be only a new date or a delay: 推到下周三吧, 延两天."""
    found = _MOVING.match(fold(text))
    if found is None or _WHETHER.search(found.string):
        return None
    return "改" if found["corrects"] else "延期", text[found.end() :].strip()


_NOT_SO = re.compile(
    r"\s*(?:不对不?对?|不是(?=[\s,，。.!:])|不是[^\s,，。.!:]{1,8}[\s,，。.!:]*(?:而|应该)?(?=是)|(?:我?刚才?)?(?:说|写|记|打|弄)?错了?|更正)"
    r"(?:一下)?[\s,，。.!:]*(?:应该|其实|要)?(?:是|改成|改到|改为)?[\s,:]*(?=.)"
)


def put_right(text: str) -> str | None:
    """The words behind `不对，`, `不是周五，是` in a message that may be nothing but the date meant."""
    found = _NOT_SO.match(fold(text))
    if found is None or _WHETHER.search(found.string) or len(found.string) != len(text):
        return None
    return text[found.end() :].strip() or None


def record_alone(text: str) -> int | None:
    """The number of a message that is nothing but `#12`; a bare 12 is none, it may answer a question."""
    found = re.fullmatch(r"#\s*(\d{1,9})", fold(text).strip(" 。.?~"))
    return int(found[1]) if found else None


_NAMED = re.compile(r"(?<!\w)#(\d{1,9})(?!\d)")
_NAMES_RECORD = re.compile(rf"#\s*\d|(?:^|[^\d\s.:/-])\s*\d{{1,9}}\s*(?=$|[,、;]|\s(?!{_UNIT}))")


def records_named(text: str) -> list[int]:
    """The record numbers that a text speaks of with a sign (#12), in its order."""
    return [int(number) for number in _NAMED.findall(fold(text))]


def names_record(text: str) -> bool:
    """Does a command name a record by its number itself (`完成 13`, `13、14 完成`), so that no quote tells which?"""
    return _NAMES_RECORD.search(fold(text)) is not None


def is_measured(after: str) -> bool:
    """Do the words behind a number measure or date something with it (`天后`, `台样机`)?"""
    return _MEASURED.match(fold(after)) is not None


def choices(text: str, count: int) -> list[int] | None:
    """Which of `count` offered answers a bare reply picks, from 1; None when it is no such reply.

    `1`, `1 和 3`, `第二个`, `只记 1`, `①`, `全部`, `都要`.
    """
    folded = fold(text).strip(" 。.!,、")
    if folded in {"全部", "都", "都要", "都是", "所有", "全要"}:
        return list(range(1, count + 1))
    folded = re.sub(r"^(?:就|只)?(?:挑|选|记|要)\s*(?=[第\d一二三四五六七八九])", "", folded)
    spelled = re.fullmatch(r"第?([一二三四五六七八九])(?:个|项|条)?", folded)
    if spelled:
        picked = ["一二三四五六七八九".index(spelled[1]) + 1]
    elif re.fullmatch(r"第?\s*\d{1,2}(?:个|项|条)?(?:[\s,、和]+\d{1,2})*", folded):
        picked = [int(part) for part in re.findall(r"\d+", folded)]
    else:
        return None
    return picked if all(1 <= number <= count for number in picked) else None


_YES = frozenset({"确认", "好", "好的", "是", "是的", "对", "对的", "可以", "行", "嗯", "ok", "yes", "没问题", "确定"})


def is_yes(text: str) -> bool:
    """Is this nothing but a yes?"""
    return fold(text).strip(" 。.!,~") in _YES
