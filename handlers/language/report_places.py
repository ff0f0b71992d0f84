"""Where in the text of a daily report an item or a heading may start: lines, bullets, numbers, stops, commas."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from handlers.language.report_labels import Headings
from handlers.language.text import fold
from handlers.language.titles import is_name


class Level(IntEnum):
    """How firmly a place separates what stands before it from what follows."""

    RUN = 0
    COMMA = 1
    STOP = 2
    BULLET = 3
    LINE = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item or a heading may start: `at` before its bullet, `text` after it."""

    at: int
    text: int
    level: Level
    bulleted: bool
    indented: bool = False


_SYMBOLS = "•●○◆◇■□▪▫▶►➤➢✔✓✅☑👉📌🔹🔸🔺⭐★☆◎※→❗❓⚠🆘🎯📅📝💡🔥✨🚩📍🙏❌⏰📋📊💪"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫❶❷❸❹❺❻❼❽❾❿⑴⑵⑶⑷⑸⑹⑺⑻⑼⒈⒉⒊⒋⒌⒍⒎⒏⒐㈠㈡㈢㈣㈤"
_TICK_BOX = r"\[[ x√✓✔]?\](?=[^\S\n])"
DECORATION = re.compile(
    rf"(?:{_TICK_BOX}|[\s#*>_~+\ufe0f\u200d\u20e3|/]|-+(?!\d)|[—–·]|[{_SYMBOLS}]|[\u2190-\u21ff\u231a\u231b\u23e9-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f100-\U0001faff])+"
)
_BULLET_SIGN = re.compile(rf"[{_SYMBOLS}{_CIRCLED}*·+\-–—]")
_NUMBER = re.compile(
    r"(?:\((?P<inner>\d{1,2})\)(?=\d)\s*|(?<![^\n])(?P<lined>\d{1,2})、(?=\d)(?!\d{1,2}[号楼期月组班栋#、\-])"
    r"|\(?(?P<digits>\d{1,2})(?:[.、)](?!\d)|(?P<point>\.(?=\d+(?:\.\d+)?[^\d.\s,;。、:%)]))|\ufe0f?\u20e3)\s*"
    r"|\(?(?:[一二三四五六七八九]|十[一二三]?)[、.)]\s*|(?<![^\n])[一二三四五六七八九][,:]\s*|(?:第|其)[一二三四五六七八九](?:点|个|条)?[、,.:是]\s*|一是(?=[^\n]*二是)|[二三四五六]是)"
)
# 1.2个亿 and 3.5w after the start of a line are measures, whatever stands before them.
_MEASURE = re.compile(
    r"\.\d+\s?(?:个?[亿万千百]|[wk](?![a-z])|%|元|块|倍|折|版|米|吨|公?斤|升|平|亩|小时|成(?!交|功)|[ckm]?m(?![a-z])|kg|kw|v(?![a-z])|分(?!店|公司))"
)
_LETTER = re.compile(r"[a-h][.)、]\s*(?=[\u4e00-\u9fff])")
_BARE_LETTER = re.compile(r"[a-h][^\S\n]*(?=[\u4e00-\u9fff])")
_HASHED = re.compile(r"(?m)^[^\S\n]*#(?P<count>\d{1,2})[^\S\n]+(?=\S)")
_ASIDE = re.compile(r"\([^()\n]{5,300}\)")
# A row of a pasted table is one item.
_ROW = re.compile(r"(?m)^[^\S\n]*\|.*\|[^\S\n]*$")
# Straight after a word only a number that counts on starts an item: 打样2.评审, but not 附件1.报价.
_NUMBER_INSIDE = re.compile(
    rf"(?:(?P<edge>^|(?<=[\s,;。:】\])])|(?=\(\d))|(?<=[\u4e00-\u9fff])(?=\d)){_NUMBER.pattern}"
)
# 客户提了三条:1…2…3… is one matter: what somebody else counts up.
_TOLD_TO_US = re.compile(
    r"(?:提|发现|反馈|反映|要求|指出|列)[了出]?[^,;。:\n]{0,4}[二两三四五六七八九几2-9]\s?[条点个件项处][^,;。:\s]{0,5}:\s*$"
)
_NOT_COUNTED = r"(?![月日号点个家次份件台万元天%人店箱年单组名位瓶桶袋张条套只盒块场趟])"
_BARE_NUMBER = re.compile(
    r"(?:^|(?<=[\s,;。:】\])]))(?P<digits>[1-9])"
    rf"(?:(?=[\u4e00-\u9fff]){_NOT_COUNTED}|(?<=\n.)[^\S\n]+(?=[^\d\s])|[\s,]\s*(?=[^\d\s]){_NOT_COUNTED})"
)
# 1改稿2验收3收款, and 一 今日 … 二 明日 …: numbers that only their order shows to be any.
_TIGHT_NUMBER = re.compile(
    r"(?<![\d第.])(?P<number>[1-9])(?=[\u4e00-\u9fff])(?![月日号点个家次份件台万元天人店箱年楼栋期班组区路厂车线位名类级])"
)
_BARE_HAN = re.compile(r"(?:^|(?<=\s))(?P<number>[一二三四五六七八九])[^\S\n]+(?=\S)")
_ENOUGH = 3
# Nobody parts a report into more pieces than these and one for so many characters.
_FEW_PLACES, _CHARACTERS_A_PLACE = 60, 6
_PARTED = re.compile(r"[\s,;。:!]")
_BREAK = re.compile(
    r"(?P<line>\n\s*)|(?P<stop>(?:[;。!?]+|(?:[^\S\n][/|])+(?=\s|$)|\.(?=\s+(?:today|tomorrow|next|plan|need|help|issue|problem|blocker|risk|support)))[^\S\n]*)|(?P<comma>(?:,|[^\S\n])[^\S\n]*)|(?P<emoji>(?<=[\u4e00-\u9fff\w])[\U0001f300-\U0001faff]+[^\S\n]*)|(?P<opening>[:】][^\S\n]*)|(?P<bracket>(?=[【\[「『〔(]))"
)
_HEADER = re.compile(
    r"(?:[\u4e00-\u9fff]{2,4}\s+)?[【\[(]?(?:\d{4}[-./年])?\d{1,2}[-./月]\d{1,2}[日号]?[】\])]?"
    r"\s*[(]?(?:(?:周|星期|礼拜)[一二三四五六日天])?[)]?(?=[\s:,]|$)[^\S\n]*[:,]?(?:[^\S\n]*(?:晴|阴|多云|晴转多云|多云转晴|[小中大阵]?[雨雪]|雾|霾)(?=\s|$))?"
    r"|\((?:补|代)[^()\n]{0,12}\)"
    r"|(?:转发|代发|代交|转)[^\n:]{0,8}:?[^\S\n]*(?=\n)"
    r"|[^\s:,。;]{1,8}[^\S\n]+(?:\d{1,2}/\d{1,2}[^\S\n]+)?\d{1,2}:\d{2}(?::\d{2})?[^\S\n]*(?=\n)"
    r"|(?:汇报人|填报人|提交人|报告人|姓名|部门|日期|时间|区域|岗位|大区)\s*:[^\n]*|[【\[](?:汇报人|填报人|提交人|报告人|姓名|部门|日期|时间|区域|岗位|大区)[】\]][^\n]*"
)
# 11月23日 周一 李某某 今日:…
_AUTHOR = re.compile(r"[^\S\n]*(?P<name>[\u4e00-\u9fff]{2,4})[^\S\n]+(?=今[日天])")
_HEADED_BY_ONE = re.compile(r"一、")
_COUNTING_ON = re.compile(r"[二三四五六七八九]、")
# Where a section may start in a transcript without a single stop.
_RUN_STARTS = re.compile(
    r"(?:然后|接着)?明[天日]|(?:问题|难点|难处|困难|卡点)(?:就?是|在于)|需要(?:领导|老板|公司|总部|团队|[\u4e00-\u9fff]{1,4}部)?(?:支持|协助|帮忙|协调)|需要(?:领导|老板|公司|总部)|需要[\u4e00-\u9fff]{1,3}部(?:给|出|派|发|来|提供|安排|查|改|补)|(?:希望|请)(?:领导|老板|公司)"
    r"|(?<![户他她们方板])希望(?:仓库|总仓|物流|财务|商务|市场|产品|技术|售后|总部|供应链|采购)"
)
# What heads the whole: a title, or that somebody signs in.
_TITLE = re.compile(
    r"[\u4e00-\u9fff]{0,6}(?:日志|日报|打卡|签到|工作汇报|汇报|工作小结|小结)[:。]?(?:[^\S\n]+(?=今|本日)|[^\S\n]*\n)"
)


def _counting_on(matches: Iterable[re.Match[str]], numerals: str) -> list[re.Match[str]]:
    """Of numbers that may be anything, those that count on from the first of `numerals`; none when they are few."""
    run: list[re.Match[str]] = []
    for match in matches:
        if len(run) < len(numerals) and match["number"] == numerals[len(run)]:
            run.append(match)
    return run if len(run) >= _ENOUGH else []


class Layout:
    """The text of a report in its comparable form (`folded`, of the same length), and its places."""

    def __init__(self, text: str) -> None:
        self.text = text
        # 明日① must not look like 明日1.
        self.folded = "".join(
            char if char in _CIRCLED else folded for char, folded in zip(text, fold(text), strict=True)
        )
        self.headings = Headings(self.folded)
        hashed = list(_HASHED.finditer(self.folded))
        # A list begun anew with #1 counts its lines; else #12 may be a record.
        again = sum(match["count"] == "1" for match in hashed) > 1
        self._hashed = {match.start("count"): match.end() for match in hashed} if again else {}
        self._bare: dict[int, int] = {}
        self.begin = self._after_headers()

    def _after_headers(self) -> int:
        """Where the report itself begins: behind what the keyword left, the day, the author."""
        begin = self._skip_colon()
        if title := _TITLE.match(self.folded, begin):
            begin = title.end()
        while header := _HEADER.match(self.folded, self.skip(begin)):
            begin = header.end()
            author = _AUTHOR.match(self.folded, begin)
            if author and is_name(author["name"]):
                begin = author.end()
        return begin

    def places(self) -> list[Place]:
        """Every place where an item or a heading may start, in order."""
        begin = self.begin
        numbers = self._numbers()
        most = _FEW_PLACES + len(self.folded) // _CHARACTERS_A_PLACE
        places = [self._place(begin, Level.LINE)]
        for match in itertools.islice(_BREAK.finditer(self.folded, begin), most):
            if match["line"] is not None:
                indent = len(match["line"]) - match["line"].rindex("\n") > 1
                places.append(self._place(match.end(), Level.LINE, match.start(), indent))
            elif match["stop"] is not None:
                places.append(self._place(match.end(), Level.STOP, match.start()))
            elif match.end() in numbers or (self._sign(match.end()) and self.text[match.end()] != "→"):
                places.append(self._place(match.end(), Level.BULLET, match.end()))
            elif match["comma"] is not None or match["bracket"] is not None or match["emoji"] is not None:
                places.append(self._place(match.end(), Level.COMMA, match.start()))
        places.extend(self._place(at, Level.BULLET) for at in itertools.islice(sorted(numbers), most))
        places.extend(itertools.islice(self._circled(), most))
        if not _PARTED.search(self.folded.strip()):
            places.extend(
                Place(match.start(), match.start(), Level.RUN, False)
                for match in _RUN_STARTS.finditer(self.folded)
                if match.start() > 4
            )
        asides = self._within(match for match in _ASIDE.finditer(self.folded) if match.start() > begin)
        rows = list(_ROW.finditer(self.folded, begin))
        table = self._within(rows if len(rows) > 1 else [])
        outside = (place for place in places if not (asides[place.text] or asides[place.at] or table[place.at]))
        return sorted(outside, key=lambda place: (place.text, -place.level))[:most]

    def _within(self, matches: Iterable[re.Match[str]]) -> bytearray:
        """For each offset of the text whether it lies within one of `matches`, not at its edges."""
        inside = bytearray(len(self.folded) + 1)
        for match in matches:
            inside[match.start() + 1 : match.end()] = b"\1" * (match.end() - match.start() - 1)
        return inside

    def _place(self, after: int, level: Level, at: int | None = None, indented: bool = False) -> Place:
        """The place whose break ends at `after`: its bullet, number or emoji is passed over."""
        text = self.skip(after)
        letter = _LETTER.match(self.folded, text) if level == Level.LINE else None
        if letter is None and level == Level.LINE:
            letter = self._lettered(text)
        if letter is not None:
            return Place(after if at is None else at, letter.end(), level, True, indented)
        bulleted = bool(_BULLET_SIGN.match(self.text, after)) and text > after
        number = self.number(text)
        if number is not None:
            text, bulleted = self.skip(number), True
            level = max(level, Level.BULLET) if level != Level.COMMA else level
        return Place(after if at is None else at, text, level, bulleted, indented)

    def _lettered(self, at: int) -> re.Match[str] | None:
        """A letter without a stop behind it numbers a heading and nothing else: A 今日, B 明日."""
        letter = _BARE_LETTER.match(self.folded, at)
        return letter if letter and self.headings.marked(letter.end()) else None

    def skip(self, at: int) -> int:
        """Past the blanks, bullets and emoji at `at`."""
        match = DECORATION.match(self.folded, at)
        return match.end() if match else at

    def _skip_colon(self) -> int:
        """Past what the keyword may have left before the report (日报：今日…)."""
        match = re.match(r"[\s:】\])]+", self.folded)
        return match.end() if match else 0

    def _sign(self, at: int) -> bool:
        return at < len(self.text) and self.text[at] in _SYMBOLS

    def number(self, at: int) -> int | None:
        """Where the text after the item number at `at` starts; None without a number."""
        if at < len(self.text) and self.text[at] in _CIRCLED:
            return at + 1
        if at in self._bare or at in self._hashed:
            return self._bare.get(at) or self._hashed[at]
        match = _NUMBER.match(self.folded, at)
        return match.end() if match and not self._measured(match) else None

    def _measured(self, match: re.Match[str]) -> bool:
        """Whether what looks like an item number is the beginning of a measure inside a line."""
        inside = match.start() > self.begin and self.text[match.start() - 1] != "\n"
        return bool(match["point"]) and inside and bool(_MEASURE.match(self.folded, match.start("point")))

    def _numbers(self) -> set[int]:
        """Offsets of item numbers within a line: those that count on, so that 见附件 3.报价 is none."""
        found: set[int] = set()
        last, theirs = 0, False
        matches = list(_NUMBER_INSIDE.finditer(self.folded))
        seconds = max((match.start() for match in matches if match["digits"] == "2"), default=-1)
        for match in matches:
            digits = match["digits"] or match["inner"] or match["lined"]
            count = int(digits) if digits else None
            if count == 1:
                theirs = bool(_TOLD_TO_US.search(self.folded, max(0, match.start() - 24), match.start()))
            if theirs and digits:
                continue
            if count == 1 and match["edge"] is None and match.start() > seconds:
                # 跟台2、送货1、… counts what was done, not the lines.
                continue
            if self._measured(match) or (match[0].endswith("是") and not self._headed(match.start())):
                continue
            if count is None or count == last + 1 or (count == 1 and match["edge"] is not None):
                found.add(match.start())
                last = count or 0
        if _HEADED_BY_ONE.match(self.folded, self.skip(self.begin)):
            counted = iter("二三四五六七八九")
            awaited = next(counted)
            for match in _COUNTING_ON.finditer(self.folded, self.begin):
                if match[0][0] == awaited:
                    found.add(match.start())
                    awaited = next(counted, "")
        if not found:
            run = [
                *self._counting(list(_BARE_NUMBER.finditer(self.folded))),
                *_counting_on(_BARE_HAN.finditer(self.folded, self.begin), "一二三四五六七八九"),
            ]
            tight = list(_counting_on(_TIGHT_NUMBER.finditer(self.folded, self.begin), "123456789"))
            self._bare = {match.start(): match.end() for match in (tight if len(tight) > len(run) else run)}
            found |= set(self._bare)
        return found

    def _headed(self, at: int) -> bool:
        """Whether a heading, or nothing, stands before `at` in its sentence: 他提了两点:一是…,二是… stays whole."""
        begin = self.skip(max(self.begin, *(self.folded.rfind(stop, 0, at) + 1 for stop in "\n;。!")))
        return begin >= at or bool(self.headings.marked(begin) or self.headings.run_on(begin))

    def _counting(self, matches: list[re.Match[str]]) -> Iterator[re.Match[str]]:
        """Of bare digits before words, those that count 1 2 3, and once they do a 1 that begins a line."""
        last, any_counted = 0, False
        for index, match in enumerate(matches):
            digit = int(match["digits"])
            following = int(matches[index + 1]["digits"]) if index + 1 < len(matches) else 0
            alone = digit == 1 and any_counted and self.text[match.start() - 1 : match.start()] == "\n"
            if (digit == 1 and following == 2) or (last and digit == last + 1) or alone:
                last, any_counted = digit, True
                yield match

    def _circled(self) -> Iterator[Place]:
        """①②③ start an item wherever they stand."""
        for at, char in enumerate(self.text):
            if char in _CIRCLED:
                yield Place(at, self.skip(at + 1), Level.BULLET, True)
