"""A daily report as people type it, told apart into done, plan, problems and help wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from handlers.language.report_labels import Label, Section, leaves_open, marked_label, run_on_label
from handlers.language.text import fold
from handlers.language.titles import is_name


@dataclass(frozen=True, slots=True)
class ReportText:
    """The items of one report, in the order and the words they were written in."""

    done: tuple[str, ...]
    plan: tuple[str, ...]
    problems: tuple[str, ...]
    help: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing at all was reported."""
        return not (self.done or self.plan or self.problems or self.help)


def read_report(text: str) -> ReportText:
    """The report in `text`, which is what follows the keyword 日报.

    Sections may come in any order, on one line or many, with labels in any style; what stands before the first label
    is done. Items are split at line ends, numbering, semicolons and full stops, keep their own wording, and lose their
    bullet and the bare label word. Items that only say 无 are dropped.
    """
    return _Reader(text).read()


class _Level(IntEnum):
    """How firmly a place separates what stands before it from what follows."""

    RUN = 0
    COMMA = 1
    STOP = 2
    BULLET = 3
    LINE = 4


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an item or a heading may start: `at` before its bullet, `text` after it."""

    at: int
    text: int
    level: _Level
    bulleted: bool
    indented: bool = False


_SYMBOLS = "•●○◆◇■□▪▫▶►➤➢✔✓✅☑👉📌🔹🔸🔺⭐★☆◎※→❗❓⚠🆘🎯📅📝💡🔥✨🚩📍🙏❌⏰📋📊💪"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫❶❷❸❹❺❻❼❽❾❿⑴⑵⑶⑷⑸⑹⑺⑻⑼⒈⒉⒊⒋⒌⒍⒎⒏⒐㈠㈡㈢㈣㈤"
_TRIMMED = "".join(filter(str.isspace, map(chr, range(0x3001)))) + ";；,，。、:：|｜"
_DECORATION = re.compile(
    rf"(?:[\s#*>_~+\ufe0f\u200d\u20e3|/]|-+(?!\d)|[—–·]|[{_SYMBOLS}]|[\u2190-\u21ff\u231a\u231b\u23e9-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff])+"
)
_EMOJI_AT_THE_END = re.compile(r"[\s\ufe0f\u200d\U0001f300-\U0001faff]+$")
_BULLET_SIGN = re.compile(rf"[{_SYMBOLS}{_CIRCLED}*·+\-–—]")
_NUMBER = re.compile(
    r"(?:\(?(?P<digits>\d{1,2})(?:[.、)](?!\d)|(?P<point>\.(?=\d+(?:\.\d+)?[^\d.\s]))|\ufe0f?\u20e3)\s*"
    r"|\(?(?:[一二三四五六七八九]|十[一二三]?)[、.)]\s*|(?<![^\n])[一二三四五六七八九][,:]\s*|(?:第|其)[一二三四五六七八九](?:点|个|条)?[、,.:是]\s*|一是(?=[^\n]*二是)|[二三四五六]是)"
)
# 1.2个亿 and 3.5w after the start of a line are measures, whatever stands before them.
_MEASURE = re.compile(
    r"\.\d+\s?(?:个?[亿万千百]|[wk](?![a-z])|%|元|块|倍|折|版|米|吨|公?斤|升|平|亩|小时|成(?!交|功)|[ckm]?m(?![a-z])|kg|kw|v(?![a-z])|分(?!店|公司))"
)
_LETTER = re.compile(r"[a-h][.)、]\s*(?=[\u4e00-\u9fff])")
_FOLLOWING_NUMBER = re.compile(r"\s*(?:1[.、)](?!\d)|[①⑴❶]|\(1\)|\(?一[、.)])")
_ASIDE = re.compile(r"\([^()\n]{5,300}\)")
# Straight after a word only a number that counts on starts an item: 打样2.评审, but not 附件1.报价.
_NUMBER_INSIDE = re.compile(
    rf"(?:(?P<edge>^|(?<=[\s,;。:】\])])|(?=\(\d))|(?<=[\u4e00-\u9fff])(?=\d)){_NUMBER.pattern}"
)
_BARE_NUMBER = re.compile(
    r"(?:^|(?<=[\s,;。:】\])]))(?P<digits>[1-9])(?:(?=[\u4e00-\u9fff])|[\s,]\s*(?=[^\d\s]))(?![月日号点个家次份件台万元天%人店箱年])"
)
_BREAK = re.compile(
    r"(?P<line>\n\s*)|(?P<stop>(?:[;。!?]+|(?:\s[/|])+(?=\s|$)|\.(?=\s+(?:today|tomorrow|next|plan|need|help|issue|problem|blocker|risk|support)))[^\S\n]*)|(?P<comma>(?:,|[^\S\n])[^\S\n]*)|(?P<emoji>(?<=[\u4e00-\u9fff\w])[\U0001f300-\U0001faff]+[^\S\n]*)|(?P<opening>[:】][^\S\n]*)|(?P<bracket>(?=[【\[「『〔(]))"
)
_HEADER = re.compile(
    r"(?:[\u4e00-\u9fff]{2,4}\s+)?[【\[(]?(?:\d{4}[-./年])?\d{1,2}[-./月]\d{1,2}[日号]?[】\])]?"
    r"\s*[(]?(?:(?:周|星期|礼拜)[一二三四五六日天])?[)]?(?=[\s:,]|$)[^\S\n]*[:,]?"
    r"|\((?:补|代)[^()\n]{0,12}\)"
    r"|(?:转发|代发|代交|转)[^\n:]{0,8}:?[^\S\n]*(?=\n)"
    r"|[^\s:,。;]{1,8}[^\S\n]+(?:\d{1,2}/\d{1,2}[^\S\n]+)?\d{1,2}:\d{2}(?::\d{2})?[^\S\n]*(?=\n)"
    r"|(?:汇报人|填报人|提交人|报告人|姓名|部门|日期|时间|区域|岗位|大区)\s*:[^\n]*"
)
# 11月23日 周一 李某某 今日:…
_AUTHOR = re.compile(r"[^\S\n]*(?P<name>[\u4e00-\u9fff]{2,4})[^\S\n]+(?=今[日天])")
_NOTHING = re.compile(
    r"(?:暂时?|目前|今天|今日|明天)?(?:都|也|还)?(?:没有?|无|木有)(?:了|啥|什么|特别|特殊|其他|其它|任何|新的?|大的?)?(?:的)?"
    r"(?:问题|困难|风险|卡点|难点|需要|需求|计划|安排|异常|情况|内容|支持|协助|帮助|求助|事项|可汇报)?(?:和(?:困难|风险|问题))?(?:需要(?:支持|协助|帮助|协调)的?)?"
    r"(?:的(?:事|地方|事项|问题)?)?|无需(?:支持|协助|帮助)?|没有?其[他它]问题|不需要(?:支持|协助|帮助)?|不用|暂不需要|一切正常|都?正常|一切顺利|顺利|没啥[事]?|n/?a|none|no|nil|[-—/\\x×]+"
    r"|问题(?:不大|无)|(?:其[他它]|别的|另外)(?:都|也)?(?:暂?无|没有?了?)|[\u4e00-\u9fff]{1,5}:\s?(?:暂?无|没有)|以上(?:就是.*|汇报)?|(?:汇报)?完毕|谢谢(?:领导)?|(?:各位)?(?:领导|老大|老板|大家|经理)?(?:们)?(?:早上|晚上|下午)?好"
)
# 拜访青禾,没啥问题: what only says that nothing is wrong, after what was done.
_NOTHING_WRONG = re.compile(
    r"[\s,](?:目前|暂时|今天|总体)?(?:都|也)?(?:没(?:有)?(?:啥|什么)?(?:大|其[他它]|特别)?的?(?:问题|困难|异常)|一切(?:正常|顺利))[了哈的]?$"
)
_HEADED_BY_ONE = re.compile(r"一、")
_COUNTING_ON = re.compile(r"[二三四五六七八九]、")
_WANTS_HELP = re.compile(
    r"^(?:需要?|请(?!假)|希望|恳请|求|申请|麻烦)|(?:需要?|请|希望|恳请|求|申请|麻烦)[^,。;]{0,10}(?:支持|协助|帮|配合|协调|支援|出面|介入)"
)


# Where a section may start in a transcript without a single stop.
_RUN_STARTS = re.compile(
    r"(?:然后|接着)?明[天日]|问题(?:就?是|在于)|需要(?:领导|老板|公司|总部|团队|[\u4e00-\u9fff]{1,4}部)?(?:支持|协助|帮忙|协调)|需要(?:领导|老板|公司|总部)|(?:希望|请)(?:领导|老板|公司)"
)


class _Reader:
    """Walks over the places where something may start, and gathers items under the current heading."""

    def __init__(self, text: str) -> None:
        self.text = text
        # 明日① must not look like 明日1.
        self.folded = "".join(
            char if char in _CIRCLED else folded for char, folded in zip(text, fold(text), strict=True)
        )
        self.items: dict[Section, list[str]] = {"done": [], "plan": [], "problems": [], "help": []}
        self.section: Section = "done"
        self.mixed = False
        self.start = 0
        self.bulleted = False
        self._begin = 0
        self._bare: dict[int, int] = {}

    def read(self) -> ReportText:
        places = self._places()
        marked = [label for place in places if (label := self._marked(place))]
        announced = {label.section for label in marked}
        for place in places:
            if place.at < self.start or place.text < self.start:
                continue
            label = self._marked(place) or self._run_on(place, announced)
            if label is not None:
                self._open(place, label)
            elif place.level >= _Level.BULLET or (place.level == _Level.STOP and not self.bulleted):
                if place.level == _Level.LINE and place.indented and not place.bulleted and self.bulleted:
                    continue
                self._close(place.at)
                self.start, self.bulleted = place.text, place.bulleted
        self._close(len(self.text))
        return ReportText(*(tuple(self.items[section]) for section in ("done", "plan", "problems", "help")))

    def _open(self, place: _Place, label: Label) -> None:
        """Start a section; a heading of none of the four keeps its words and counts as done."""
        self._close(place.at)
        if label.section == "other":
            self.section, self.start = "done", place.text
            if label.mark in {"line", "bracket"}:
                self.start = label.end
        else:
            self.section, self.start = label.section, label.end
            number = self._number(self._skip(label.end))
            if label.mark == "none" and label.end > label.start and number is not None:
                self.start = number
        words = self.folded[place.text : label.end]
        self.mixed = label.section == "problems" and bool(re.search(r"支持|协助|帮助|求助", words))
        # The number of a heading (一、今日工作) is not a bullet of the items under it.
        self.bulleted = place.bulleted and label.mark == "none"

    def _close(self, end: int) -> None:
        """Store the item from `self.start` to `end`, unless it says nothing."""
        item = self._clean(self.start, end)
        if not item:
            return
        section = self.section
        if self.mixed and _WANTS_HELP.search(fold(item)):
            section = "help"
        self.items[section].append(item)

    def _clean(self, start: int, end: int) -> str:
        while start < end and (match := _DECORATION.match(self.folded, start, end)):
            start = match.end()
        item = _EMOJI_AT_THE_END.sub("", self.text[start:end].strip(_TRIMMED)).strip(_TRIMMED)
        item = re.sub(r"\s*\n\s*", " ", item)
        if nothing := _NOTHING_WRONG.search(fold(item)):
            item = item[: nothing.start()].strip(_TRIMMED)
        said = fold(item).strip(" .!~()[]【】")
        says_nothing = all(
            _NOTHING.fullmatch(re.sub(r"(?:哈|哦|呢|啦|的|吧|了)+$", "", part) or part) for part in said.split(",")
        )
        return "" if says_nothing or not re.search(r"\w", said) else item

    def _marked(self, place: _Place) -> Label | None:
        """The marked heading at `place`; inside a line its mark must be more than the end of the line."""
        if place.level == _Level.RUN:
            return None
        label = marked_label(self.folded, place.text)
        if label is None or (place.level == _Level.COMMA and label.mark == "line"):
            return None
        if label.mark == "line" and place.level < _Level.BULLET and place.at > 0:
            return None
        if place.level == _Level.COMMA and label.section == "other":
            return None
        return label

    def _run_on(self, place: _Place, announced: set[Section]) -> Label | None:
        """The unmarked heading at `place`, when this report has no marked one for that section."""
        label = run_on_label(self.folded, place.text)
        if label is None or label.section in announced:
            return None
        if place.level > _Level.STOP or (place.level == _Level.STOP and not self.bulleted):
            return label
        if _FOLLOWING_NUMBER.match(self.folded, label.end) and label.end > label.start:
            return label
        if place.level == _Level.STOP or self.bulleted:
            return None
        if label.section == self.section and not (label.section == "plan" and place.level == _Level.COMMA):
            return None
        if self.section not in {"done", "plan"} and place.level != _Level.RUN and label.section in {"done", "plan"}:
            return None
        before = self.folded[self.start : place.at]
        if leaves_open(before) or (
            label.end == label.start and self.folded[label.start] in "请麻下准后" and self.section == "done"
        ):
            return None
        return label

    def _places(self) -> list[_Place]:
        """Every place where an item or a heading may start, in order."""
        begin = self._skip_colon()
        while header := _HEADER.match(self.folded, self._skip(begin)):
            begin = header.end()
            author = _AUTHOR.match(self.folded, begin)
            if author and is_name(author["name"]):
                begin = author.end()
        self.start = self._begin = begin
        numbers = self._numbers()
        places = [self._place(begin, _Level.LINE)]
        for match in _BREAK.finditer(self.folded, begin):
            if match["line"] is not None:
                indent = len(match["line"]) - match["line"].rindex("\n") > 1
                places.append(self._place(match.end(), _Level.LINE, match.start(), indent))
            elif match["stop"] is not None:
                places.append(self._place(match.end(), _Level.STOP, match.start()))
            elif match.end() in numbers or self._sign(match.end()):
                places.append(self._place(match.end(), _Level.BULLET, match.end()))
            elif match["comma"] is not None or match["bracket"] is not None or match["emoji"] is not None:
                places.append(self._place(match.end(), _Level.COMMA, match.start()))
        places.extend(self._place(at, _Level.BULLET) for at in numbers)
        places.extend(self._circled())
        if not re.search(r"[\s,;。:!]", self.folded.strip()):
            places.extend(
                _Place(match.start(), match.start(), _Level.RUN, False)
                for match in _RUN_STARTS.finditer(self.folded)
                if match.start() > 4
            )
        asides = [match.span() for match in _ASIDE.finditer(self.folded) if match.start() > begin]
        outside = (place for place in places if not any(start < place.text < end for start, end in asides))
        return sorted(outside, key=lambda place: (place.text, -place.level))

    def _place(self, after: int, level: _Level, at: int | None = None, indented: bool = False) -> _Place:
        """The place whose break ends at `after`: its bullet, number or emoji is passed over."""
        text = self._skip(after)
        if level == _Level.LINE and (letter := _LETTER.match(self.folded, text)):
            return _Place(after if at is None else at, letter.end(), level, True, indented)
        bulleted = bool(_BULLET_SIGN.match(self.text, after)) and text > after
        number = self._number(text)
        if number is not None:
            text, bulleted = self._skip(number), True
            level = max(level, _Level.BULLET) if level != _Level.COMMA else level
        return _Place(after if at is None else at, text, level, bulleted, indented)

    def _skip(self, at: int) -> int:
        match = _DECORATION.match(self.folded, at)
        return match.end() if match else at

    def _skip_colon(self) -> int:
        """Past what the keyword may have left before the report (日报：今日…)."""
        match = re.match(r"[\s:】\])]+", self.folded)
        return match.end() if match else 0

    def _sign(self, at: int) -> bool:
        return self.text[at : at + 1] in tuple(_SYMBOLS) and at < len(self.text)

    def _number(self, at: int) -> int | None:
        """Where the text after the item number at `at` starts; None without a number."""
        if at < len(self.text) and self.text[at] in _CIRCLED:
            return at + 1
        if at in self._bare:
            return self._bare[at]
        match = _NUMBER.match(self.folded, at)
        return match.end() if match and not self._measured(match) else None

    def _measured(self, match: re.Match[str]) -> bool:
        """Whether what looks like an item number is the beginning of a measure inside a line."""
        inside = match.start() > self._begin and self.text[match.start() - 1] != "\n"
        return bool(match["point"]) and inside and bool(_MEASURE.match(self.folded, match.start("point")))

    def _numbers(self) -> set[int]:
        """Offsets of item numbers within a line: those that count on, so that 见附件 3.报价 is none."""
        found: set[int] = set()
        last = 0
        for match in _NUMBER_INSIDE.finditer(self.folded):
            digits = match["digits"]
            count = int(digits) if digits else None
            if self._measured(match) or (match[0].endswith("是") and not self._headed(match.start())):
                continue
            if count is None or count == last + 1 or (count == 1 and match["edge"] is not None):
                found.add(match.start())
                last = count or 0
        if _HEADED_BY_ONE.match(self.folded, self._skip(self._begin)):
            counted = iter("二三四五六七八九")
            awaited = next(counted)
            for match in _COUNTING_ON.finditer(self.folded, self._begin):
                if match[0][0] == awaited:
                    found.add(match.start())
                    awaited = next(counted, "")
        if not found:
            run = list(self._counting(list(_BARE_NUMBER.finditer(self.folded))))
            self._bare = {match.start(): match.end() for match in run}
            found |= set(self._bare)
        return found

    def _headed(self, at: int) -> bool:
        """Whether a heading, or nothing, stands before `at` in its sentence: 他提了两点:一是…,二是… stays whole."""
        begin = self._skip(max(self._begin, *(self.folded.rfind(stop, 0, at) + 1 for stop in "\n;。!")))
        return begin >= at or bool(marked_label(self.folded, begin) or run_on_label(self.folded, begin))

    @staticmethod
    def _counting(matches: list[re.Match[str]]) -> Iterator[re.Match[str]]:
        """Of bare digits before words, those that count 1 2 3."""
        last = 0
        for index, match in enumerate(matches):
            digit = int(match["digits"])
            following = int(matches[index + 1]["digits"]) if index + 1 < len(matches) else 0
            if (digit == 1 and following == 2) or (last and digit == last + 1):
                last = digit
                yield match

    def _circled(self) -> Iterator[_Place]:
        """①②③ start an item wherever they stand."""
        for at, char in enumerate(self.text):
            if char in _CIRCLED:
                yield _Place(at, self._skip(at + 1), _Level.BULLET, True)
