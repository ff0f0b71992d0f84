"""A daily report as people type it, told apart into done, plan, problems and help wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass

from handlers.language.names import Directory, View
from handlers.language.report_labels import Label, Section, leaves_open
from handlers.language.report_places import DECORATION, Layout, Level, Place
from handlers.language.text import fold


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


def read_report(text: str, directory: Directory | View | None = None) -> ReportText:
    """The report in `text`, which is what follows the keyword 日报.

    Sections may come in any order, on one line or many, with labels in any style; what stands before the first label
    is done. Items are split at line ends, numbering, semicolons and full stops, keep their own wording, and lose their
    bullet and the bare label word. Items that only say 无 are dropped. What opens like a heading is none where it is
    the name of a client of the `directory` (明日科技).
    """
    return _Reader(_EMPHASIS.sub(r"\1", text), directory).read()


def read_headed_report(text: str) -> ReportText | None:
    """The report in a text that headings tell apart: what was done, and a plan or a problem; None for any other."""
    reader = _Reader(_EMPHASIS.sub(r"\1", text))
    headed = reader.headed()
    return reader.read() if "done" in headed and headed & {"plan", "problems"} else None


_TRIMMED = "".join(filter(str.isspace, map(chr, range(0x3001)))) + ";；,，。、:：|｜"
_FOLLOWING_NUMBER = re.compile(r"\s*(?:1[.、)](?!\d)|[①⑴❶]|\(1\)|\(?一[、.)])")
_EMPHASIS = re.compile(r"\*\*([^*\n]+)\*\*")
_EMOJI_AT_THE_END = re.compile(r"[\s\ufe0f\u200d\u2600-\u27bf\u2b50\u2b55\U0001f300-\U0001faff]+$")
_NOTHING = re.compile(
    r"(?:暂时?|目前|今天|今日|明天)?(?:都|也|还)?(?:没有?|无|木有)(?:了|啥|什么|特别|特殊|其他|其它|任何|新的?|大的?)?(?:的)?"
    r"(?:问题|困难|风险|卡点|难点|需要|需求|计划|安排|异常|情况|内容|支持|协助|帮助|求助|事项|可汇报)?(?:和(?:困难|风险|问题))?(?:需要(?:支持|协助|帮助|协调)的?)?"
    r"(?:的(?:事|地方|事项|问题)?)?|无需(?:支持|协助|帮助)?|没有?其[他它]问题|不需要(?:支持|协助|帮助)?|不用|暂不需要|一切正常|都?正常|一切顺利|顺利|没啥[事]?|n/?a|none|no|nil|[-—/\\x×]+"
    r"|没(?:有)?(?:啥|什么|特别|其[他它])?需?要(?:支持|协助|帮忙|协调)的?|问题(?:不大|无)|(?:其[他它]|别的|另外)(?:都|也)?(?:暂?无|没有?了?)|[\u4e00-\u9fff]{1,5}:\s?(?:暂?无|没有)|需?要?(?:问题|困难|风险|支持|协助|帮助|求助)\s(?:暂?无|没有)|以上(?:就是.*|汇报)?|(?:汇报)?完毕|谢谢(?:领导)?|(?:各位)?(?:领导|老大|老板|大家|经理)?(?:们)?(?:早上|晚上|下午|中午)?好(?:领导|老大|老板|各位|大家)?"
)
# 拜访青禾,没啥问题: what only says that nothing is wrong, after what was done.
_NOTHING_WRONG = re.compile(
    r"[\s,](?:目前|暂时|今天|总体)?(?:都|也)?(?:没(?:有)?(?:啥|什么)?(?:需?要?(?:支持|协助|帮忙|协调)的?)|没(?:有)?(?:啥|什么)?(?:大|其[他它]|特别)?的?(?:问题|困难|异常)|不(?:需要?|用)(?:支持|协助|帮忙|协调)|一切(?:正常|顺利))[了哈的]?$"
    r"|[\s,](?:暂?无(?:其[他它])?(?:问题|困难|异常|风险)|无需(?:支持|协助)|暂?无需要支持的?)[了哈的]?$"
    r"|[\s,。;](?:以上(?:汇报|就是今天的?)?|(?:汇报)?完毕|谢谢(?:领导|老板)?|(?:领导|老板)?辛苦了?)$"
)
_AHEAD = re.compile(r"[^\s,;。:]{1,10}明[天日][^\s,;。:]{0,4}")
_COMES = re.compile(r"(?:一?早|早上|上午|中午|下午|晚上)?(?:到货?|送到)(?=$|[\s,;。])")
_CLAUSE = re.compile(r"[^\s,，;；。、:：!！?？]{4,20}")
# So many of them, and so long, are all that anybody puts behind what was done.
_MOST_ASSURANCES = 4
_LONGEST_ASSURANCE = 40
_PARTICLES = "哈哦呢啦的吧了"
_SAYING = re.compile(r"\w")
_LINES = re.compile(r"\s*\n\s*")
# So many headings set off by blanks show that the others are, too.
_SPACED = 2
# Signs that say what their item is, where no heading does.
_SAYING_SIGNS: tuple[tuple[Section, frozenset[str]], ...] = (
    ("problems", frozenset("⚠🚧🚨❗")),
    ("help", frozenset("🆘🙏")),
)
# Where a form for one client begins; twice, and the second ends the sections of the first.
_FORM = re.compile(
    r"(?:拜访|走访|跟进)?(?:客户|单位|门店|医院|项目|对象)(?:名称?)?[一二三四五六七八九a-z\d]?(?:\s*:|[^\S\n])(?=[^\S\n]*[^\s:])"
    r"|(?P<numbered>[【\[(](?:客户|门店|项目)[一二三四五六七八九a-z\d][】\])][^\S\n]*:?)"
)
# 明日拜访:城南: the day is said again before each of its matters.
_DAY_OF = re.compile(r"[^\s,;。:]{1,6}:")
_SHORTAGE = re.compile(r"[^,;。:\s]{2,12}(?:不够|不足|断货|缺货|没货|没有货|坏|丢)了?(?=$|[,;。\s])")
_NEEDED = re.compile(r"需要(?!去|再|等|注意|[带做跑约])[^,;。:\s]{1,8}[。!]?\s*(?:\n|$)")
_WANTS_HELP = re.compile(
    r"^(?:需要?|请(?!假)|希望|恳请|求|申请|麻烦)|(?:需要?|请|希望|恳请|求|申请|麻烦)[^,。;]{0,10}(?:支持|协助|帮|配合|协调|支援|出面|介入)"
)


class _Reader:
    """Walks over the places where something may start, and gathers items under the current heading."""

    def __init__(self, text: str, directory: Directory | View | None = None) -> None:
        self.layout = Layout(text)
        self.directory = directory
        self.text, self.folded = text, self.layout.folded
        self.items: dict[Section, list[str]] = {"done": [], "plan": [], "problems": [], "help": []}
        self.section: Section = "done"
        self.mixed = False
        self.spaced = False
        # The section of the item begun last, where its own sign tells it.
        self.signed: Section | None = None
        self.start = self.layout.begin
        self.bulleted = False

    def read(self) -> ReportText:
        places = self.layout.places()
        marked = [label for place in places if (label := self._marked(place))]
        if sum(label.mark == "space" for label in marked) >= _SPACED:
            self.spaced = True
            marked = [label for place in places if (label := self._marked(place))]
        announced = {label.section for label in marked}
        forms = {
            place.text: match
            for place in places
            if place.level == Level.LINE and (match := _FORM.match(self.folded, place.text))
        }
        first = next(iter(forms), None)
        for place in places:
            if place.at < self.start or place.text < self.start:
                continue
            label = self._marked(place) or self._run_on(place, announced)
            if label is not None and self._leads_to(place, label):
                self.section = label.section
            elif label is not None:
                self._open(place, label)
            elif (
                place.level == Level.LINE
                and (form := forms.get(place.text)) is not None
                and (place.text != first or form["numbered"])
            ):
                self._close(place.at)
                begin = form.end() if form["numbered"] else place.text
                self.section, self.start, self.bulleted = "done", begin, place.bulleted
            elif place.level >= Level.BULLET or (place.level == Level.STOP and not self.bulleted):
                if place.level == Level.LINE and place.indented and not place.bulleted and self.bulleted:
                    continue
                self._close(place.at)
                self.start, self.bulleted = place.text, place.bulleted
                self.signed = self._signed(place, announced)
        self._close(len(self.text))
        return ReportText(*(tuple(self.items[section]) for section in ("done", "plan", "problems", "help")))

    def headed(self) -> frozenset[Section]:
        """The sections that have a heading with a mark of its own."""
        labels = (self._marked(place) for place in self.layout.places())
        return frozenset(label.section for label in labels if label is not None and label.mark != "none")

    def _leads_to(self, place: Place, label: Label) -> bool:
        """Whether the item before a plan at a comma tells what it is for: 厂家明天到,我明天去接."""
        planned = label.section == "plan" and label.end == label.start and self.section == "done"
        return planned and place.level == Level.COMMA and bool(_AHEAD.fullmatch(self.folded, self.start, place.at))

    def _open(self, place: Place, label: Label) -> None:
        """Start a section; a heading of none of the four keeps its words and counts as done."""
        self._close(place.at)
        self.signed = None
        if label.section == "other":
            self.section, self.start = "done", place.text
            if label.mark in {"line", "bracket"} or self.folded.startswith("\n", label.end):
                self.start = label.end
        else:
            self.section, self.start = label.section, label.end
            number = self.layout.number(self.layout.skip(label.end))
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
        section = self.signed or self.section
        if self.mixed and _WANTS_HELP.search(fold(item)):
            section = "help"
        self.items[section].append(item)

    def _clean(self, start: int, end: int) -> str:
        while start < end and (match := DECORATION.match(self.folded, start, end)):
            start = match.end()
        item = _EMOJI_AT_THE_END.sub("", self.text[start:end].strip(_TRIMMED)).strip(_TRIMMED)
        item = _LINES.sub(" ", item)
        for _ in range(_MOST_ASSURANCES):
            begin = max(0, len(item) - _LONGEST_ASSURANCE)
            nothing = _NOTHING_WRONG.search(fold(item[begin:]))
            if nothing is None:
                break
            item = item[: begin + nothing.start()].strip(_TRIMMED)
        said = fold(item).strip(" .!~()[]【】")
        says_nothing = all(_NOTHING.fullmatch(part.rstrip(_PARTICLES) or part) for part in said.split(","))
        return "" if says_nothing or not _SAYING.search(said) else item

    def _marked(self, place: Place) -> Label | None:
        """The marked heading at `place`; inside a line its mark must be more than the end of the line."""
        if place.level == Level.RUN:
            return None
        label = self.layout.headings.marked(place.text, self.spaced)
        if label is None or (place.level == Level.COMMA and label.mark == "line"):
            return None
        if label.mark == "line" and place.level < Level.BULLET and place.at > 0:
            return None
        if self.folded[label.end - 1] == "|" and place.level < Level.LINE:
            return None
        if place.level == Level.COMMA and label.section == "other":
            return None
        return label

    def _signed(self, place: Place, announced: set[Section]) -> Section | None:
        """The section that the sign before an item stands for, when this report has no heading for it."""
        signs = frozenset(self.text[place.at : place.text])
        return next((name for name, those in _SAYING_SIGNS if name not in announced and signs & those), None)

    def _run_on(self, place: Place, announced: set[Section]) -> Label | None:
        """The unmarked heading at `place`, when this report has no marked one for that section."""
        label = self.layout.headings.run_on(place.text)
        if label is not None and (self._opens_a_client(label) or self._tells_when(place, label)):
            return None
        if label is None or (label.section in announced and not _DAY_OF.match(self.folded, label.end)):
            return self._by_its_sense(place)
        if place.level > Level.STOP or (place.level == Level.STOP and not self.bulleted):
            return label
        if _FOLLOWING_NUMBER.match(self.folded, label.end) and label.end > label.start:
            return label
        if place.level == Level.STOP or self.bulleted:
            wish = label.section == "help" and label.end == label.start and self.folded.startswith("。", place.at)
            return label if wish else None
        if label.section == self.section and not (label.section == "plan" and place.level == Level.COMMA):
            return None
        if self.section not in {"done", "plan"} and place.level != Level.RUN and label.section in {"done", "plan"}:
            return None
        before = self.folded[self.start : place.at]
        comma = self.folded.startswith(",", place.at)
        timed = label.section in {"done", "plan"}
        if (timed and leaves_open(before, comma)) or (
            label.end == label.start and self.folded[label.start] in "请麻下准后" and self.section == "done"
        ):
            return None
        return label

    def _tells_when(self, place: Place, label: Label) -> bool:
        """Whether a time after what was done only says when it comes: 已经补发 明天上午到."""
        timed = label.section == "plan" and self.section == "done" and place.level == Level.COMMA
        return timed and bool(_COMES.match(self.folded, label.end))

    def _opens_a_client(self, label: Label) -> bool:
        """Whether the words of an unmarked heading are the beginning of a client's name."""
        if self.directory is None or label.end == label.start:
            return False
        clause = _CLAUSE.match(self.text, label.start)
        span = self.directory.message(clause[0]).span if clause else None
        return span is not None and span[0] == 0 and span[1] > label.end - label.start

    def _by_its_sense(self, place: Place) -> Label | None:
        """What is wanting or needed, in a sentence of its own behind the plans, is no plan."""
        if self.section != "plan" or place.level < Level.STOP or place.bulleted:
            return None
        if place.level == Level.LINE and _SHORTAGE.match(self.folded, place.text):
            return Label("problems", place.text, place.text, "none")
        if _NEEDED.match(self.folded, place.text):
            return Label("help", place.text, place.text, "none")
        return None
