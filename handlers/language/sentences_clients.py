"""Questions about a client: who follows it, when it was last contacted, how it stands, what happened so far."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from handlers.language.patterns import Pattern, rx
from handlers.language.sentences_frame import named_in, read_frame
from handlers.language.sentences_names import DAY, client_words, looks_like_organisation
from handlers.language.sentences_plain import Clause

ClientTopic = Literal["who_follows", "last_contact", "client", "timeline"]

_WHO = r"(?:谁|哪个同事|哪位同事|哪个销售|哪个人?|什么人|哪几个人?|哪些人)(?:同事|销售)?"
_NOW = r"(?:最近|现在|目前|一直|都|到底|究竟|还)?"
_CONTACT = (
    r"(?:联系|联络|跟进|沟通|拜访|回访|走访|拜会|对接|接触|打交道|见面|碰面|会面|见过?面|打过?电话|打过?交道"
    r"|通过?电话|通过?话|聊天?|谈|见|去|跑|跟|来往|上门|约|搭理)"
)
_WHEN = r"(?:什么时候|什么时间|哪天|哪一天|几号|几月几号|多久|多长时间|多少天|几天|好久|哪个月)"
_LAST = r"(?:上一?次|上一?回|最近一?次|最近一回|最后一?次|最后一回|前一次|最近)"
_GAP = r"(?P<between>.{0,20}?)"

_FOLLOWS = (
    rx(
        rf"{_NOW}(?:是|归|由|被|给)?{_WHO}{_NOW}(?:在|来|去)?(?:负责|跟进|跟着?|对接|盯着?|管着?|维护|服务"
        r"|接手|接|经手|跑|带)(?:着|这家|这个客户)?(?:的(?=$))?"
    ),
    rx(
        r"(?:的|现在的|目前的)?(?:负责人|对接人|跟进人|owner|归属人?|业务员|客户经理|对接的人|负责的人"
        rf"|责任人){_NOW}(?:是|叫)?{_WHO}"
    ),
    rx(rf"{_WHO}是(?P<between>.+?)(?:的)?(?:负责人|对接人|跟进人|owner|责任人)$"),
    rx(rf"{_NOW}(?:是|算|归|属于){_WHO}(?:名下|手里|手上)?(?:的)?(?:客户|单子)?$"),
    rx(rf"{_NOW}在{_WHO}(?:名下|手里|手上)"),
)
_TOUCHED = (
    # 上次跟…联系是什么时候, 最后一次见…的人是哪天
    rx(
        rf"(?:距离?|离|自从)?{_LAST}{_GAP}{_CONTACT}(?:过|了|的)?(?P<after>.{{0,16}}?)(?:的人|的时间"
        rf"|的日期)?(?:是|在|到现在|已经|过去|距今|隔了?|有)*{_WHEN}(?:之?前|以前|了|的|的事|过去的?)*"
    ),
    # …什么时候…上次联系
    rx(rf"{_WHEN}(?:是)?(?:我们|咱们)?(?:上次|最后一次|最近一次){_GAP}{_CONTACT}(?:过|的)?"),
    # 多久没联系…了, 有多长时间没人跟了
    rx(
        r"(?:有|都|已经)*(?:多久|多长时间|多少天|几天|几个月|多少日子)(?:没有?|未)(?:人|谁|再|去|跟|和|给"
        rf"|与)*{_GAP}{_CONTACT}(?:过|面|了|的)*"
    ),
    # 上次去…是谁去的, 最后一次是谁联系的
    rx(
        rf"{_LAST}{_GAP}(?:{_CONTACT}(?:过|了|的)?(?P<after>.{{0,16}}?))?(?:是)?{_WHO}(?:去|跟|和"
        rf"|给)?{_CONTACT}(?:过|的|了)*"
    ),
    # 最近谁联系过…, 这周谁去…
    rx(rf"(?:(?:最近|近期|{DAY})(?:是|有|都)*)?{_WHO}(?:去|跟|和|给|最近)*{_CONTACT}过"),
    rx(rf"(?:最近|近期|{DAY})(?:是|有|都)*{_WHO}(?:去)?(?:联系|拜访|回访|走访)"),
    # 最近有人跟吗, 有没有人联系过
    rx(
        rf"(?:(?:最近|近期|这阵子|这段时间|{DAY})(?:都|还|到底)?)?(?:有没有|有没|有)(?:人|谁|同事)?(?:去|跟"
        rf"|和|给|再|在)*{_GAP}{_CONTACT}(?:过|了|着)*(?P<after>.{{0,16}}?)(?:吗|没有|没|么|不)?$"
    ),
    # 什么时候拜访过…, 哪天去的
    rx(rf"(?:是)?(?:什么时候|哪天|几号|哪一天)(?:去|跟|和|给)*{_GAP}{_CONTACT}(?:过|的(?=$))"),
    rx(rf"{_CONTACT}过(?=(?:吗|没有|没)$)(?P<after>.*?)(?:吗|没有|没)$"),
)
_CLOSING_CONTACT = re.compile(rf"(?:{_CONTACT}(?:过|了|的)?)+$")
_FUTURE = rx(r"明天|后天|下周|下个月|准备|打算|计划|要去|再去|应该|可以|约个?时间|方便|有空|该")
_STATE = r"(?:情况|状况|状态|现状|进展|进度|阶段|近况|动态)"
_CARD = (
    rx(
        r"(?:的|那边|这个客户|这家|客户)?(?:现在|目前|最近|到底|究竟|是)*(?:什么|怎么样?|怎样)(?:个"
        rf"|一个|的)?(?:{_STATE}|来头|客户|公司|背景|来路|样的客户|样的公司)(?:了|的)?$"
    ),
    rx(
        rf"(?:的|那边的?|这个客户的?|这家的?)?(?:最新|目前|现在|最近|整体|跟进|合作|项目)*(?:的)?{_STATE}"
        r"(?:现在|目前|是|咋|最近)*(?:怎么样?|怎样|是?什么|到哪(?:一?步|里|儿|个阶段)?|是什么样)(?:了"
        r"|的)*$"
    ),
    rx(
        r"(?:现在|目前|最近)*(?:进展|谈|跟|推进|走|聊|做|进行)到(?:什么(?:程度|地步|阶段)|哪(?:一?步|里|儿"
        r"|个阶段)?)(?:了|的)*$"
    ),
    rx(r"(?:现在|目前)*(?:在|处于|到)(?:什么|哪个|哪一个|哪)(?:阶段|一?步)(?:了|的)*$"),
)
_LATEST = rx(rf"(?P<x>.+?)的?(?:最新|目前|现在|当前|近期|详细|具体|整体)的?(?:{_STATE})")
_PLAIN_HOW = rx(r"(?P<x>.+?)(?:怎么样|怎样)了?")
_HOW = rx(
    r"(?P<sure>那边|这家客户|这个客户|这客户|那个客户|这家客户|客户|现在|目前|最近)+(?:是)?(?:怎么样|怎样)(?:了)?$"
)
_FACTS = rx(
    r"(?:这个客户|这家)?的?(?:客户)?(?:基本|详细|客户|最新|全部|所有|整体|跟进|大概|具体)*(?:的)?(?:资料"
    rf"|信息|档案|概况|卡片|客户卡|{_STATE})(?:卡)?(?:发我?|给我?|调出来|拿来)?(?:看看|看一?下|瞧瞧|一下)?$"
)
_INTRODUCE = rx(
    r"(?:给我|帮我)?(?:介绍|说说|讲讲|说一?下|讲一?下|聊聊|科普|说明|简介|汇报)(?:一下|下)?(?P<x>.+?)"
    r"(?P<sure>这个客户|这家客户|那边|这家)?(?:的(?:情况|背景|资料|信息|概况|基本情况))?$"
)
_LABELLED = rx(r"客户(?P<x>.+)|(?P<y>.+?)(?:这个|这家|那个|那家)客户(?:的)?(?:卡片|卡|页面)?")
_STORY = (
    rx(
        r"(?:这个客户|这家|那边)?(?:的|所有|全部|完整|整个|历次|历史|过往|以往|之前|以前)*(?:来龙去脉"
        r"|来往记录|往来记录|往来|全过程|全程|始末|前因后果|时间线|时间轴|轨迹|历程|跟进历史|历史|跟进记录"
        r"|沟通记录|拜访记录|联系记录|接触记录|历史记录|跟进过程|跟进情况记录|所有记录|全部记录|记录)"
        r"(?:给我|都|帮我|一下|是|有|有哪些|是什么|是怎样的|怎么样)*"
        r"(?:发我?|捋|理|梳理|拉|列|调|翻|看|说|讲|查|整理|导)?(?:一下|下|出来|一遍|看看|给我|清楚)*$"
    ),
    rx(
        r"(?:这个客户|这家)?(?:从头到尾|从头|前前后后|这?一路|一共|总共|到现在|到目前为止|之前|以前|过去"
        r"|历史上|至今|这半年|今年|都|我们|咱们|大家|谁)*都?(?:发生|跟进?|聊|谈|沟通|做|说|经历|联系|干"
        r"|推进|拜访)(?:过|了)(?:一?些|过|哪)?(?:什么|哪些|几次)(?:事情?|内容|动作|东西)?(?:了|的)?$"
    ),
)
_ALL_OVER = rx(r"都|过|从头|前前后后|一路|一共|总共")


@dataclass(frozen=True, slots=True)
class ClientQuestion:
    """What is asked about which client; `words` may name it, empty when nothing does."""

    topic: ClientTopic
    words: str


def read_client_question(clause: Clause, before: Sequence[Clause] = ()) -> ClientQuestion | None:
    """The question a clause asks about a client, which it or the clause before it names; None when it asks none."""
    asked = _in_itself(clause)
    if asked is None and before and (name := named_in(before[-1].text)):
        # 云帆好久没动静了,上次谁去的: asked again with the name in its place.
        asked = _in_itself(Clause(name + clause.text, clause.requested, clause.asks))
    return asked


def _in_itself(clause: Clause) -> ClientQuestion | None:
    text = clause.text
    readers: tuple[tuple[ClientTopic, Callable[[str], str | None]], ...] = (
        ("timeline", _timeline),
        ("last_contact", _last_contact),
        ("who_follows", _follows),
    )
    for topic, reads in readers:
        words = reads(text)
        if words is not None:
            return ClientQuestion(topic, words)
    words = _card(clause)
    if words:
        return ClientQuestion("client", words)
    framed = read_frame(text, clause.requested)
    return ClientQuestion(*framed) if framed is not None else None


def _around(pattern: Pattern, text: str) -> str | None:
    """The client named around or inside what `pattern` finds; None when it is not found or names something else."""
    found = pattern.search(text)
    if found is None:
        return None
    groups = found.groupdict()
    # 上次跟青禾联系: the first verb may only lead to the name.
    inside = [groups.get("between") or "", _CLOSING_CONTACT.sub("", groups.get("after") or "")]
    return client_words(text[: found.start()], *inside, text[found.end() :])


def _follows(text: str) -> str | None:
    if _FUTURE.search(text):
        return None
    for pattern in _FOLLOWS:
        words = _around(pattern, text)
        if words:
            return words
    return None


def _last_contact(text: str) -> str | None:
    if _FUTURE.search(text):
        return None
    for pattern in _TOUCHED:
        words = _around(pattern, text)
        if words:
            return words
    return None


def _timeline(text: str) -> str | None:
    for pattern in _STORY:
        found = pattern.search(text)
        if found is not None and (pattern is _STORY[0] or _ALL_OVER.search(text)):
            words = client_words(text[: found.start()])
            if words:
                return words
    return None


def _card(clause: Clause) -> str | None:
    text = clause.text
    for pattern in _CARD:
        words = _around(pattern, text)
        if words:
            return words
    lately = _LATEST.fullmatch(text)
    if lately is not None and (words := client_words(lately["x"])):
        return words
    how = _PLAIN_HOW.fullmatch(text)
    if how is not None and (words := client_words(how["x"])) and looks_like_organisation(words):
        return words
    how = _HOW.search(text)
    if how is not None and (words := client_words(text[: how.start()])):
        return words
    introduced = _INTRODUCE.fullmatch(text)
    if introduced is not None and (words := client_words(introduced["x"])):
        return words
    if clause.requested:
        facts = _FACTS.search(text)
        if facts is not None and (words := client_words(text[: facts.start()])):
            return words
        labelled = _LABELLED.fullmatch(text)
        if labelled is not None:
            return client_words(labelled["x"] or labelled["y"])
        if "的" not in text and (words := client_words(text)) and looks_like_organisation(words):
            return words
    return None
