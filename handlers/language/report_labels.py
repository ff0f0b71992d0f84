"""The headings of a daily report, in every writing people use for them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Section = Literal["done", "plan", "problems", "help", "other"]

_TODAY = r"(?:今日|今天|今儿个?|本日|当日|当天|日间)"
_TOMORROW = r"(?:明日|明天|明儿个?|次日|翌日|隔天|后天|后续|下周|下一?步|接下来|近期|未来)"
_WORK = r"(?:工作|任务|事项|主要工作|重点工作|销售工作|客户工作)"
_TROUBLE = r"(?:问题|困难|风险|卡点|难点|难处|障碍|阻碍|堵点|异常|困惑|难题|麻烦|不足)"
_BOSS = r"(?:老板|领导|公司|总部|上级|老大|主管|经理|总监)(?:们)?"
_PART_OF_US = (
    r"(?:产品|技术|市场|商务|财务|法务|售后|研发|运维|运营|后端|前端|客服|后勤|行政|人事|仓库|总仓|仓储|物流|供应链|设计|生产|采购|质量|品控"
    r"|工程|培训|注册|总部|公司)(?:部门?)?"
)
_WHO = rf"(?:{_BOSS}|部门|团队|您|大家|协调|资源)"
_SUPPORT = r"(?:支持|支援|协助|帮助|协调|帮忙|配合|资源)(?:解决|处理|落实|推进)?"
_FINISHED = r"(?:搞定|忙完|完成|做完|办完|干完|办妥|解决)"

# Any short heading of a day that ends in a word for work: 今日跟台情况, 明天要干的.
_FREE = r"[^\s,。;:\d【】]{0,6}"
_OF_TODAY = rf"{_TODAY}{_FREE}(?:情况|工作|内容|总结|小结|汇报|进展|记录|成果|的活儿?|的事情?)"
_OF_TOMORROW = rf"{_TOMORROW}{_FREE}(?:安排|计划|工作|打算|目标|重点|任务|的活儿?|的事情?|要[干做办跑]的|[干做忙办])"

_WORDS: dict[Section, str] = {
    "done": (
        rf"{_TODAY}?的?{_WORK}?的?(?:已完成|完成|总结|小结|汇报|进展|成果|回顾)(?:的?(?:工作|事项|情况|内容|任务))?"
        rf"|(?:{_TODAY}的?{_WORK}?|{_WORK})的?(?:内容|情况|进度)|{_TODAY}的?{_WORK}?|{_TODAY}?(?:都|主要)?(?:做了|干了|忙了)(?:什么|啥)?|(?!事项){_WORK}|已[做办]|done|today"
        rf"|{_TODAY}的?(?:份|重点|战报|战况|战果|战绩|小记|成绩(?!\s*:\s*[\d¥￥])|(?:业绩|流水)(?!\s*:[^\S\n]*\S))|(?:都|已经?)?{_FINISHED}了?(?:的(?:事情?)?)?|(?:做|干|办|忙)(?:过|了)?的(?:事情?|活)|{_TODAY}(?:做|干|办|忙)(?:过|了)?的"
        rf"|{_TODAY}?(?:都)?(?:做|干|忙)了(?:些)?(?:什么|啥)|进行中|推进中|在办|{_TODAY}?(?:的)?(?:达成|战果)"
        r"|wins?|highlights?|achievements?|doing|in progress|completed|finished|今"
    ),
    "plan": (
        rf"{_TOMORROW}?的?{_WORK}?的?(?:计划|安排|打算|规划|待办|目标|重点|拟办)(?:{_WORK}|事项)?"
        rf"|{_TOMORROW}的?{_WORK}?(?:要做|准备做|拟做)?(?:什么|啥|的|内容|事情?)?"
        r"|todo|to do|plan|tomorrow|next(?: steps?)?"
        rf"|{_TOMORROW}的?(?:{_WORK})?的?(?:要|拟|计划|预计)?(?:进度|完成|达成|推进)(?:事项|内容|工作|任务)?|(?:{_TOMORROW}的?)?(?:跟进计划|行动计划)|{_TOMORROW}的?(?:跟进|动作|行动|份|战场)|(?:{_TOMORROW}的?)?(?:要|准备|打算|得)(?:做|干|办|忙|跑)的?(?:事情?|活|什么|啥)?|{_TOMORROW}的?(?:做|干|忙)(?:些)?(?:什么|啥)|{_TOMORROW}要?(?:做|干|办|忙)的|待做|明"
    ),
    "problems": (
        rf"(?:{_TODAY}|目前|现在|当前|工作中?|待解决|需解决|未解决|现存|尚存|遗留|重点|突出)?的?(?:遇到|存在|碰到|发现|有)?(?:了|哪些|什么|啥)?的?(?:主要)?的?{_TROUBLE}"
        rf"(?:\s?[/、和与及&]\s?(?:{_TROUBLE}|需?要?(?:支持|协助|帮助|求助)|建议|反馈|思考))*(?:点|事项|反馈|记录|汇总|描述)?"
        r"(?:(?:\s?[/、]\s?|[和与及])(?:解决|处理|应对|改进)(?:办法|方案|措施|方法|情况|建议)?|及?原因|(?:和|与|及)(?:对策|措施))?|问题点"
        rf"|(?:今[日天])?未完成(?:的?(?:工作|事项|任务|情况|内容))?(?:及原因)?|(?:没有?|未|还没){_FINISHED}(?:的(?:事情?)?)?|(?:(?:卡壳|卡住)了?|卡脖子|棘手|头疼|难办|为难)的?(?:地方|事情?|点)?|(?:待|需要?)(?:解决|处理)的?|卡在(?:哪[儿里]?|什么地方|啥地方)?|未[办做]|难|problems?|issues?|challenges?|concerns?|block(?:ers?|ed)|risks?"
    ),
    "help": (
        rf"(?:所?需要?|请求|申请|希望(?:得到|获得|有)?|想要|想|待|求|要|有)(?:{_WHO}|哪些|什么|啥)?的?{_SUPPORT}"
        rf"(?:和(?:支持|协助|协调|配合))?(?:的?(?:事项|内容|问题|地方|工作|事)|的)?|求助(?:事项)?|协助(?:事项|需求)?|协调事项|帮忙|帮助"
        rf"|诉求|请求|支持(?:需求|事项)|资源需求|协同需求|(?:工作)?支持|{_BOSS}(?:帮忙|{_SUPPORT})"
        r"|(?:needs? )?(?:help|support)(?: needed)?|needs?|asks?"
        rf"|(?:要|需要?|请|待|求)?(?:{_BOSS})(?:拍板|定夺?|决定|决策|批示|批准|出面)的?(?:事情?|事项)?|请示(?:事项)?|求{_BOSS}|还?缺(?:啥|什么|人手?|的)|还?(?:需要|需)|帮|求"
    ),
    "other": (
        r"事项|(?:竞品|市场|行业|竞争对手)(?:动态|信息|情况|动向)|心得(?:体会)?|收获|感悟|感想|备注|其他|其它|思考|个人总结|自我评价|建议"
        r"|处理(?:情况|结果|措施|进展|方案)?|措施|复盘(?:总结)?|反思"
    ),
}
_SPACE = r"[^\S\n]"
_EMOJI = r"[\u231a\u231b\u23e9-\u23ff\u2600-\u27bf\u2b50\u2b55\U0001f300-\U0001faff]"
_OPEN, _CLOSE = r"[【\[(「『〔《<{]", r"[】\])」』〕》>}]"


def _heading(words: str) -> re.Pattern[str]:
    """One heading with its mark; the regular expression tries shorter words until the mark fits."""
    # 工作完成情况(共3项): how many there are may stand behind.
    count = r"(?:\((?:共|计|合计)?\d{1,2}[项条件个]?\))?"
    signs = r"*_?~=#◆◇■□●○★☆◎※▲△▼▽\-—"
    return re.compile(
        rf"{_OPEN}\s*(?:{words})\s*{_CLOSE}{_SPACE}*(?P<bracket>[:\-—]*)"
        # Most places hold no heading: whether any mark follows is asked once before each is looked for.
        rf"|(?=(?:{words})(?:如下|的?是)?{count}[{signs}]*{_SPACE}*(?:[\s:①❶⑴>→➡⇒|]|{_EMOJI}|(?<=[{signs}\s])|$))"
        rf"(?:(?:{words})(?:如下|的?是)?{count}[*_]*{_SPACE}*(?P<colon>:|--?(?!\d)|—+|=+>|[→➡⇒]\ufe0f?|\|(?=[^|\n]+(?:\n|$))|(?=[①❶⑴]|{_EMOJI}))"
        rf"|(?:{words})(?:如下)?{count}[{signs}]*{_EMOJI}?\ufe0f?{_SPACE}*(?P<line>(?=\n)|$)"
        rf"|(?P<words>{words})(?P<space>(?={_SPACE})))"
    )


_HEADINGS = {section: _heading(words) for section, words in _WORDS.items()}
# These are headings only with a mark of their own, or every plain sentence of the day would be one.
_LOOSE: dict[Section, str] = {
    "done": _OF_TODAY,
    "plan": _OF_TOMORROW,
    "problems": rf"{_FREE}{_TROUBLE}(?:情况|点|事项|反馈|记录|汇总|描述)",
}
# 今日拜访 on a line of its own heads a list; before a colon or a name it is what was done.
_ERRANDS = (
    r"(?:拜访|走访|巡店|跑店|巡访|巡检|跟进|外出|出差|接待|行程|客户|门店|跟台|回访|约见|外勤)"
    r"(?:客户|门店|计划|情况|名单)?"
)
_ALONE: dict[Section, str] = {"done": rf"(?:{_TODAY}|上午|下午){_ERRANDS}", "plan": rf"{_TOMORROW}{_ERRANDS}"}
_BRACKETED_ERRAND = re.compile(rf"{_OPEN}{_ERRANDS}{_CLOSE}{_SPACE}*:?(?=\n)")
_LOOSE_HEADINGS = {section: _heading(words) for section, words in _LOOSE.items()}
# Every character that a heading may open with is one of those it is written with.
_LETTERS = "".join(
    sorted({char for words in (_WORDS, _LOOSE, _ALONE) for char in "".join(words.values())} - set("[]^\\-"))
)
_OPENS_ONE = re.compile(rf"(?:{_OPEN}\s*)?[{_LETTERS}]")
_TROUBLED = re.compile(_TROUBLE)
# A bracket, blanks and what else a loose heading has before its word of trouble.
_TROUBLE_WITHIN = 10
_NEXT_LINE = re.compile(r"[^\S\n]*\n[\s\-•·*]*(?=\S)")
_ANOTHER_DAY = re.compile(r"(?:大?后天|下周[一二三四五六日天]?)\s*:\s*")
_HEADINGS_ALONE = {section: _heading(words) for section, words in _ALONE.items()}
# Too short or too common to be headings before a mere space.
_NEEDS_A_MARK = re.compile(
    r"(?:已?完成|总结|小结|汇报|进展|进度|内容|情况|成果|回顾|工作|任务|事项|做了|干了|已做|安排|打算|目标|重点|待办|支持|协助|帮助|帮忙|后续|下周"
    r"|后天|近期|未来|隔天|不足|异常|today|done|next|plan|help|support|needs?|心得|收获|感悟|感想|备注|其[他它]|思考|建议|处理.*|措施|复盘.*|反思"
    r"|wins?|highlights?|achievements?|challenges?|concerns?|doing"
    r"|in progress|completed|finished|asks?|blocked|.*(?:达成|战果)|今|明|难|帮|在办|待做"
    r"|(?:做|干|办|忙)(?:过|了)?的(?:事情?|活)|(?:要|准备|打算|得)(?:做|干|办|忙|跑).*|.*(?:记录|汇总|描述|哪些|什么|啥)"
    rf"|(?:都|已经?|没有?|未|还没)?{_FINISHED}了?(?:的(?:事情?)?)?|.*(?:拍板|定夺?|决定|决策|批示|批准|出面)|有.*|要{_SUPPORT}|.*(?:地方|份)|卡在(?:哪.*)?|卡(?:壳|住)了?|还?需要?|已[做办]|未[做办]|求.*|缺.*|.*的活|.*的事情?)$"
)

_SHORT = re.compile(r"支持|协助|求助|帮助|帮忙|诉求|需要?|安排|目标|done|next|plan|help|support|needs?")

# Between two blanks these head what follows, wherever they stand.
_APART = re.compile(r"支持|协助|求助|诉求")

# Headings without any mark: a word of time, or of trouble, and the text straight after it.
_FILLER = r"(?:(?:的话|呢|嘛|啊|哈|吧)\s*,?\s*)?"
_RUN_ON: tuple[tuple[Section, re.Pattern[str]], ...] = (
    (
        "problems",
        re.compile(
            rf"(?:今天|今日|目前|现在)?的?(?:遇到|存在)?的?(?:主要|最大|最主要|关键|核心|唯一)?的?(?:问题|困难|难点|难处|卡点|风险|麻烦){_FILLER}(?:主要)?(?:就?是|在于|有)"
        ),
    ),
    (
        "problems",
        re.compile(
            r"(?:比较|最|挺)?(?:难办|难搞|头疼|麻烦|棘手|为难|闹心|担心|发愁)的(?:事情?|地方|点)?(?:就?是|在于)"
        ),
    ),
    (
        "problems",
        re.compile(
            r"(?:存在问题|遇到的?问题|问题|困难|难点|卡点)(?=\S)"
            r"(?!已|都|解决|反馈|处理|不大|清单|单|件|产品|门店|店|客户|点位|记录|汇总|整改|跟踪|,|;|。)"
        ),
    ),
    ("help", re.compile(rf"(?:需要?的?支持的?{_FILLER}(?:就?是|有)|(?:需要?支持|求助)(?=[^\s的]))")),
    (
        "done",
        re.compile(
            rf"(?:[嗯呃额哦]+(?:,|(?=今[天日](?:的话|呢|嘛|啊|哈|吧))))?(?:今日|今天|今儿个?|本日|today(?![a-z])\s?)(?![和跟与及到、][明后]|头条|国际|资本|下班前|之?内)(?:的(?:主要)?{_WORK}{_FILLER}(?:就?是|有))?{_FILLER}"
        ),
    ),
    (
        "plan",
        re.compile(
            rf"(?:然后|接着)?(?:(?:明日|明天|明儿个?|次日)(?!之星|控股|集团|系)|tomorrow(?![a-z])\s?|下一步|接下来)(?:的(?:主要)?(?:{_WORK}|计划){_FILLER}(?:就?是|有)|计划(?=[\u4e00-\u9fff])|(?:的?目标)(?=[\d¥￥]))?{_FILLER}"
        ),
    ),
)
# Parts of our own house: those that no client's wish begins with.
_HOUSE = rf"(?:总部|公司|[\u4e00-\u9fff]{{1,4}}部(?![件位分])|{_PART_OF_US}|领导|老板|总监)"
# Whoever of our own house help is wanted from; what a client shall do is no help.
_OURS = r"(?!客户|对方|甲方|业主|他|她|我们?[^,。;:\s]{0,3}(?:来|去)|院方|店长|老板娘)[^,。;:\s要]{1,6}?"
# These start an item whose own words must stay whole.
_KEPT: tuple[tuple[Section, re.Pattern[str]], ...] = (
    (
        "plan",
        re.compile(
            r"我们?(?:这边|自己)?(?:明[天日早晚]|明儿个?|后天|下周[一二三四五六日天]?)|明早|明晚|后天|下周[一二三四五六日天]?|(?:计划|打算|准备|预计)(?:明|后天|下周|下一步|周)"
        ),
    ),
    ("problems", re.compile(r"有(?:一?个|一?点|些)(?:小|大)?(?:麻烦|问题|困难|难处|难点|风险)")),
    (
        "help",
        re.compile(
            r"(?:(?:另外|此外|同时|还有|对了|最后),?)?(?P<item>"
            r"(?:需要?(?!要?的?支持)|请|希望|恳请|麻烦|盼)[^,。;:\s]{1,8}(?:支持|协助|帮忙|帮助|配合|协调|支援|出面|介入)"
            rf"|需要{_OURS}(?:来|派|过来|到场|跑|发|寄|送|出|补|调拨|调货|调配|拨|借|安排|批|修|换|加|给|提供|确认|找|查|核|催|盯)[^,。;:\s]{{1,6}}"
            rf"|(?:希望|恳请|盼){_OURS}(?:能|可以|尽快|早点|赶紧|帮|给|把|快点)|希望{_PART_OF_US}(?=[^,。;:\s])"
            r"|(?:希望|恳请|盼)(?:能|可以|再|多)?(?:给|批|拨|派|加派|支援|配)(?=[点个些一两批我台套份几个人])"
            rf"|需要(?:再|尽快|另外)?(?:申请|调拨|追加)[^,。;:\s]{{1,12}}|需要{_HOUSE}(?:先|把|帮|再|尽快|另|单独|额外|下单|签|盖|改|拍板|报价|跟进|对接|配合|处理|解决|审批|做|开|定)"
            rf"|申请[^,。;:\s]{{1,10}}支持|{_BOSS}(?:看看|看下|这边)?(?:能不能|能否|可不可以|可否|是否可以)|需要?{_WHO}|(?:希望|恳请|盼|请){_BOSS}"
            rf"|麻烦{_OURS}(?:把|给|帮|尽快|发|确认|安排|补|催|看)"
            rf"|(?:请|麻烦){_HOUSE}(?!吃|喝|的人)|申请(?:抽调|调拨|增派|增加|追加|借调|借用|领用)|有[个件点]?事情?(?:要|想)?(?:麻烦|请|求|找){_BOSS}"
            rf"|{_BOSS}(?:能|给|帮)[^,。;\n]{{1,12}}[呗吧](?=$|[,。;\n])|{_HOUSE}[那这]边(?:帮我|帮忙|给我|配合)"
            rf"|(?:要是|如果|最好){_HOUSE}(?:这边)?(?:能|可以|给|派)|能不能(?:让|请){_HOUSE}|{_HOUSE}(?:这边)?能不能|要{_HOUSE}[^,。;:\s]{{0,3}}?(?:给|派|出|批|发|来|补|查|盯|牵头|到场|确认|支持|协调|配合))"
        ),
    ),
)
_LEAVES_OPEN = re.compile(
    r"(?:约好?了?|约定|答应|承诺|说好?|要求|通知|表示|反馈|确认|催|让|(?<!在)等|(?<![没未待已])定在|改到|推到|延到|(?<![天日号点周一二三四五六])到|在|于|给|(?<![没未待已])定|是|、)\s*$"
)
# Behind a comma only what somebody agreed on or said goes on with a time.
_LEAVES_OPEN_AT_A_COMMA = re.compile(r"(?:约好?了?|约定|答应|承诺|说好?|要求|通知|表示|反馈)\s*$")


Mark = Literal["bracket", "colon", "line", "space", "none"]


@dataclass(frozen=True, slots=True)
class Label:
    """A heading found at `start`: its section, where the text under it begins, and what marks it as a heading."""

    section: Section
    start: int
    end: int
    mark: Mark


class Headings:
    """The headings of one folded text, each place looked at once."""

    def __init__(self, folded: str) -> None:
        self._folded = folded
        self._marked: dict[int, list[tuple[Label, bool]]] = {}
        self._run_on: dict[int, Label | None] = {}
        self._troubles = [match.start() for match in _TROUBLED.finditer(folded)]

    def marked(self, at: int, spaced: bool = False) -> Label | None:
        """The heading at `at`, when a colon, brackets, its own line or, after firm words, white space mark it as one.

        In a report whose headings are all set off by white space (`spaced`), it marks short words, too.
        """
        if at not in self._marked:
            self._marked[at] = list(self._look(at))
        fit = [label for label, spaced_only in self._marked[at] if spaced or not spaced_only]
        best = max(fit, key=lambda label: label.end, default=None)
        if best is not None and _ANOTHER_DAY.fullmatch(self._folded, at, best.end):
            # Without its day the matter would be one of tomorrow.
            return Label(best.section, at, at, "none")
        return best

    def run_on(self, at: int) -> Label | None:
        """The heading at `at` that runs straight into its text (明日寄样, 问题是交期); the item starts at its `end`."""
        if at not in self._run_on:
            self._run_on[at] = _run_on_label(self._folded, at)
        return self._run_on[at]

    def _look(self, at: int) -> Iterator[tuple[Label, bool]]:
        """Every heading that may be meant at `at`, and whether only where all headings are set off by white space."""
        folded = self._folded
        may_open = _OPENS_ONE.match(folded, at) is not None
        for headings, loose in ((_HEADINGS, False), (_LOOSE_HEADINGS, True), (_HEADINGS_ALONE, True)):
            for section, pattern in headings.items():
                if not (self._troubled(at) if loose and section == "problems" else may_open):
                    continue
                match = pattern.match(folded, at)
                if match is None or match.end() == at:
                    continue
                mark = _mark(match)
                if headings is _HEADINGS_ALONE and not self._heads_a_list(match.end()):
                    continue
                if mark == "space" and (loose or section == "other" or not _stands(match["words"], True)):
                    continue
                label = Label(section, at, match.end(), mark)
                apart = mark == "space" and folded[:at][-1:].isspace() and _APART.fullmatch(match["words"])
                yield label, mark == "space" and not (apart or _stands(match["words"], False))
        if errand := _BRACKETED_ERRAND.match(folded, at):
            yield Label("done", at, errand.end(), "bracket"), False

    def _troubled(self, at: int) -> bool:
        """Whether a word of trouble stands so near behind `at` that it may end a heading from there."""
        index = bisect_left(self._troubles, at)
        return index < len(self._troubles) and self._troubles[index] <= at + _TROUBLE_WITHIN

    def _heads_a_list(self, end: int) -> bool:
        """Whether a line follows the heading that ends here, and is none itself."""
        following = _NEXT_LINE.match(self._folded, end)
        return following is not None and self.run_on(following.end()) is None


def _stands(words: str, spaced: bool) -> bool:
    """Whether white space alone makes these words a heading."""
    return not _NEEDS_A_MARK.match(words) or (spaced and _SHORT.fullmatch(words) is not None)


def _mark(match: re.Match[str]) -> Mark:
    marks: tuple[Mark, ...] = ("bracket", "colon", "line")
    return next((mark for mark in marks if match[mark] is not None), "space")


def _run_on_label(folded: str, at: int) -> Label | None:
    for section, pattern in _KEPT:
        if match := pattern.match(folded, at):
            return Label(section, at, match.start("item") if "item" in pattern.groupindex else at, "none")
    for section, pattern in _RUN_ON:
        if match := pattern.match(folded, at):
            return Label(section, at, match.end(), "none")
    return None


def leaves_open(before: str, comma: bool) -> bool:
    """Whether `before` ends in words that a following time belongs to (王主任约好, 明天…), a `comma` between or not."""
    return bool((_LEAVES_OPEN_AT_A_COMMA if comma else _LEAVES_OPEN).search(before))
