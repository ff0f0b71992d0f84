"""Sentences about daily reports: who owes one, show one, sum them up, draft mine."""

from __future__ import annotations

from collections.abc import Collection

from handlers.language.patterns import rx
from handlers.language.sentence import Sentence
from handlers.language.sentences_names import DAY, is_team, person_named
from handlers.language.sentences_plain import Clause

_REPORT = "日报"
_HAND_IN = r"(?:上来|交|写|发|提交|填|报|上交|补)"
_WHO = r"(?:谁|有?几[位名](?:同事|销售)?|哪些人|哪几个人?|几个人?|多少人|哪些同事|哪个|有人)"
_TEAM = (
    r"(?:大家|团队|全组|小组|我们组|咱们?组|所有人|全员|各位|同事们|整个团队|全部|部门|下属们?|兄弟们|全团队|全体"
    r"|每个人|各人|组里|队里|全队|底下人?|大伙)"
)
_MISSING = (
    rx(
        rf"{_WHO}(?:的)?(?:{DAY})?(?:的)?(?:日报)?(?:{DAY}|都|还|是|的|现在)*(?:没有?|未|忘了?|忘记)(?:有)?(?:{_HAND_IN}|上(?=日报))"
    ),
    rx(
        rf"日报(?:还|都|现在|目前)*(?:差|缺|漏|少)(?:了)?(?:{_WHO}|多少|几份|几个)|(?:差|缺|漏|少)"
        rf"(?:了)?{_WHO}(?:的|没)?{_HAND_IN}?(?:的)?日报|{_WHO}(?:还)?(?:缺|欠|漏|差)(?:着|了)?(?:的)?日报"
        rf"|日报(?:有|还有)?{_WHO}(?:缺|欠|漏|没|落下)|{_WHO}(?:{DAY})?(?:的)?日报(?:还|都)?(?:空着|没影|没见)"
    ),
    rx(rf"日报(?:现在|今天|都)*(?:交齐|收齐|齐|都?{_HAND_IN}齐)(?:了)?(?:吗|没有?|没)$"),
    rx(
        rf"{_TEAM}?(?:的)?(?:{DAY})?(?:的)?日报(?:{DAY})?(?:都|全)?{_HAND_IN}(?:上来|齐|完)?了?(?:吗|没有?|没"
        r"|的有谁)$"
    ),
    rx(
        rf"日报(?:{DAY})?{_TEAM}(?:都|全)?{_HAND_IN}(?:上来|齐|完)?了?(?:吗|没有?|没)$|{_TEAM}(?:都"
        rf"|全)?{_HAND_IN}(?:了|完|齐)?(?:{DAY}的?)?日报(?:了)?(?:吗|没有?|没)$"
    ),
    rx(rf"(?:没有?|未){_HAND_IN}(?:的)?日报的(?:人|同学|伙伴|有|是|名单|同事|都)"),
    rx(
        r"日报(?:的)?(?:提交|上交|交)(?:情况|率|得怎么样)|(?:收|交)(?:了|到|上来)(?:几|多少)(?:份|个|人|个人)?(?:日报)?了?$|交了日报的(?:人)?(?:有|是)?(?:几个?人?|多少人?|谁|哪些人?)$"
    ),
    rx(rf"日报(?:还)?(?:没有?|未){_HAND_IN}的(?:人|有|是|名单|同事|都)"),
)
# 谁没写完日报别走 asks nothing.
_THREAT = rx(r"别|不许|不准|自觉|抓紧|赶紧|罚|扣")
_SUM = r"(?:汇总|总结|统计|合并|归总|整理|归纳|汇集|汇一下|归集|汇成|归拢|拢一下|合集)"
_SUM_WORDS = rx(_SUM)
# Possessive: what may be read in several ways must not be tried in all of them.
_SHOWN = (
    r"(?:给我|发我|发给我|看看|看一?下|看一?眼|看|拿来|调出来|调|发来|发一?下|发|拉出来|拉一?下|列一?下|列出来"
    r"|一份|一下|出来|过目|我|给|呢|都|瞧瞧|瞅瞅|查|[瞅瞄扫瞧](?:一?[眼下])|过一[遍下])*+"
)
_ASKS = (
    r"怎么写的|是?什么样子?的?|(?:里|上|里面)?(?:都|是)?(?:写|说|报|提)(?:了|的)?(?:些|点)?(?:什么|怎么样)了?|交了?(?:吗|没有?|没)"
    r"|有没有交|(?:发|写)了(?:吗|没有?|没)|有没有写|在哪|有吗"
)
_WHOSE = rx(
    rf"^(?:把|将|看|查|调|我想看|想看)*(?P<before>.*?)(?P<day>(?:{DAY})?)(?:的|交的|写的|发的)*日报"
    rf"(?P<late>(?:{DAY})?)(?P<rest>{_SHOWN}(?:{_ASKS})?{_SHOWN}(?:吗)?)$"
)
_HANDED = rx(rf"(?P<who>.+?)(?:{DAY})?(?:有没有)?{_HAND_IN}了?(?:{DAY}的?)?(?:一?些?什么)?日报(?:了)?(?:吗|没有?|没)?")
_LOOK = rx(r"怎么写|什么样|看|给我|发我|调|拉|查|什么|呢|吗|没|有|在哪|怎么样|发|瞧")
_NOT_MINE = rx(
    rf"[你您他她别谁没不]|记得|忘|怎么|几点|什么|吗$|{_TEAM}|要不要|应该|必须|得了|完了|好了|交了|写了|了$"
    r"|累|烦|难|头|真|格式|模板|截止|群|规定|催"
)
_DRAFT = rx(
    r"(?:我)?(?:要|想|来|给|帮|替|自动|先|再|把|我的?|请|今天的?|直接|可以|能|开始|现在|一键|马上)*"
    r"(?:写|生成|出|起|弄|整理|拟|起草|草拟|做|搞|来|准备|搓|整|弄|攒|凑|拼)"
    r"(?:一下|一份|一篇|一个|个|份|下|篇|出)?(?:我|今天)?(?:的)?(?:今天)?(?:的)?日报(?:草稿|初稿)?(?:出来|一下|吧)?"
)
_INTO_ONE = rx(
    r"(?:我)?(?:要|想)(?:交|提交)(?:今天的?|我的)?日报|(?:我|请)?(?:汇总|整理|归纳)?(?:把|将)?(?:我)?(?:今天)?(?:的)?(?:工作"
    r"|拜访|内容|记录|事情?|[做干忙办]的(?:事情?|活)?)*"
    r"(?:写|整理|汇总|生成|汇|变)成(?:一份|一个)?日报"
)
_WRITTEN_FOR_ME = rx(
    r"把(?:我的?|今天的?)*日报(?:写|弄|做|整理|生成|拟)(?:一下|出来|好)?了?[吗不]?|日报(?:自动|一键)(?:生成|写|出)(?:一下|一份)?"
)
_DRAFT_AFTER = rx(
    r"(?:我)?(?:要|想|来|给|帮|替|自动|先|把|我的?|请|今天的?)*日报(?:草稿|初稿)?(?:我)?(?:帮我|给我"
    r"|替我|你?来|自动|先|请|麻烦)*"
    r"(?:写|生成|出|起|弄|整理|拟|起草|草拟|做|搞|准备|整|拟)(?:一下|一份|个|份|下|出来|出|好|一版|个头|个草稿"
    r"|个稿)+(?:来)?"
)


def read_report_request(clause: Clause, people: Collection[str]) -> Sentence | None:
    """What a clause wants of daily reports; None when it only speaks of them."""
    text = clause.text
    if _REPORT not in text:
        return None
    day = rx(DAY).search(text)
    words = day[0] if day else ""
    whose = _WHOSE.search(text)
    if whose is not None and not whose["rest"] and (person := person_named(whose["before"], people)) is not None:
        return Sentence("report_show", words, person)
    if whose is not None and not whose["rest"] and whose["before"] in {"我", "我的"} and words not in {"", "今天"}:
        return Sentence("report_show", words)
    if whose is not None and (clause.requested or clause.asks or _LOOK.search(whose["rest"])):
        before = whose["before"]
        person = person_named(before, people)
        if person is not None:
            return Sentence("report_show", words, person)
        if (
            before in {"我", "我自己", "我的"}
            and (clause.requested or rx(r"看|什么样").search(text) or (clause.asks and words))
            and not _SUM_WORDS.search(text)
        ):
            return Sentence("report_show", words)
    handed = _HANDED.fullmatch(text)
    if handed is not None and (person := person_named(handed["who"], people)) is not None:
        return Sentence("report_show", words, person)
    missing = next((found for pattern in _MISSING if (found := pattern.search(text))), None)
    if missing is not None and not _first_person(text) and not _THREAT.search(text, missing.end()):
        return Sentence("report_missing", words)
    if _wants_summary(clause, text, whose["before"] if whose else None):
        return Sentence("report_summary", words)
    if _wants_draft(clause, text):
        return Sentence("report_draft")
    return None


def _first_person(text: str) -> bool:
    return rx(r"我(?!们)").match(text) is not None or rx(r"[你您]的?日报").search(text) is not None


def _wants_summary(clause: Clause, text: str, before: str | None) -> bool:
    summed = _SUM_WORDS.search(text)
    if summed is not None:
        rest = _without(text)
        team = rx(_TEAM).search(text) is not None
        return not rest and ("整理" not in summed[0] or team)
    if before is None or not (clause.requested or _LOOK.search(text)):
        return False
    return is_team(before) and before not in {"谁", "我们", "咱们", "咱", "哪些人"}


_SUMMARY_WORDS = rx(
    rf"{_SUM}|日报|{DAY}|{_TEAM}|给我|发我|看看|看|拿来|出来|起来|把|将|的|一下|下|份|版|页|所有|全部|情况|个|帮|们|一"
    r"|发|给|出|做|我|都|来|吗"
)


def _without(text: str) -> str:
    left: list[str] = []
    at = 0
    for found in _SUMMARY_WORDS.finditer(text):
        left.append(text[at : found.start()])
        at = found.end()
    return "".join([*left, text[at:]])


def _wants_draft(clause: Clause, text: str) -> bool:
    text = text.removesuffix("吗") if clause.requested else text
    you = rx(r"你(?=先|来|帮|给|替)").search(text)
    text = text[: you.start()] + text[you.end() :] if you else text
    if clause.requested and text.startswith("把"):
        text = text.removesuffix("了")
    if _NOT_MINE.search(text):
        return False
    if clause.requested and _WRITTEN_FOR_ME.fullmatch(text):
        return True
    if _DRAFT.fullmatch(text) or _INTO_ONE.fullmatch(text):
        return True
    return _DRAFT_AFTER.fullmatch(text) is not None
