"""A question about a client in any order of words: everyday question words around one run of letters that is a name.

Only sentences that the words below account for but for that run are read; one word of anything else makes it talk.
"""

from __future__ import annotations

import functools
from typing import Literal

from handlers.language.patterns import rx
from handlers.language.sentences_names import DAY, client_words

FrameTopic = Literal["who_follows", "last_contact", "client", "timeline"]

_WORDS = """
上次 这会儿 上一次 上回 上一回 最近一次 最近一回 最后一次 最后一回 最后 最近 近期 近来 这阵子 这段时间 之前 以前 目前
现在 当前 到现在 至今 到目前为止 今天 昨天 前天 这周 本周 上周 上上周 这个月 本月 上个月 上月 今年 去年 这半年
这几天 这两天 距离 距今 离现在 隔了 过去 已经 一直 到底 究竟 大概 具体 什么时候 什么时间 哪天 哪一天 几号
几月几号 多久 多长时间 多少天 几天 多少次 几次 好久 哪个月 什么 哪些 怎么样 怎样 怎么 谁 哪个 哪个同事 哪个销售
哪个人 哪些人 什么人 有人 有没有人 有没有 没人 没有人 有谁 没有 是不是 是谁 由谁 归谁 谁在 有几个人 同事 销售
联系 联络 跟进 沟通 拜访 回访 走访 拜会 对接 接触 打交道 见面 碰面 会面 见 聊 聊天 聊聊 谈 通电话 打电话
打过电话 通过电话 打过交道 见过面 通话 电话 上门 往来 来往 互动 交流 动静 消息 音讯 负责 负责人 对接人 跟进人
责任人 客户经理 业务员 归属 维护 服务 接手 名下 手里 手上 盯 管 跟 跑 带 经手 盯着 管着 跟着 联系人 情况 状况
状态 现状 进展 进度 近况 阶段 哪一步 哪步 哪里 哪儿 哪个阶段 什么阶段 什么程度 背景 来头 资料 信息 档案 概况
基本信息 基本情况 详细信息 记录 跟进记录 沟通记录 拜访记录 联系记录 往来记录 历史记录 历史 来龙去脉 始末 全过程
全程 前因后果 时间线 轨迹 历程 从头到尾 从头 前前后后 一路 一共 总共 所有 全部 完整 历次 每次 经过 做 做过 做了
发生 发生过 发生了 说 说过 说了 谈到 聊到 跟到 推进 推进到 走到 进行到 处于 处在 进行 经历 介绍 介绍一下 介绍下
说说 讲讲 说一下 讲一下 说下 讲下 看看 看一下 看下 查查 查一下 查下 了解 了解一下 了解下 捋一捋 捋一下 捋捋
梳理一下 梳理 翻一下 翻翻 拉出来 调出来 列一下 列出来 发我 发给我 给我 帮我 跟我 告诉我 想知道 我想 我要看
我想看 那边 这边 那里 那头 那家 这家 这个客户 那个客户 这客户 这家客户 客户 咱们 我们 咱 我们这边 我们公司 公司
有人知道 知道 时间 日期 事情 事 对口 属于 分给 失联 晾 动作 一下 合作 目前为止 人 这个单子 那个单子 这单 那单
单子 我看看 我看 好像 很久 从开始 开始 过程 整个 整个过程 打过 打 交道 开会 客户信息 客户资料 到哪 公司里 这块
方面 有阵子 有一阵子 阵子 有日子 有些日子 分给谁 归谁管 捋 划给 派给 调给我 拿给我 前后
"""
_TOKENS = frozenset(_WORDS.split())
_LEADING = frozenset("我跟和与同给去对找在到由把是有都还被距离将")
_CLOSING = frozenset("的了过着吗是有在还都又没不去到来跟给被归由未呢没得吧哪")
_LONGEST = max(map(len, _TOKENS))
# Longer ones are hardly questions, and the patterns take more than linear time.
_MOST_LETTERS = 40
_NAME = 0.6
_BEFORE_NAME, _IN_NAME, _AFTER_NAME = range(3)
_UNREACHED = 1e9
_PART_OF_A_NAME = rx(r"和[睦平记信谐]|同[仁济方程创洲德]|对外|在线|到家")

_WHO = r"(?:谁|哪个|哪些人|什么人|有几个人)"
_TOUCH = (
    r"(?:联系(?!人)|联络|跟进(?!人|记录)|沟通(?!记录)|拜访(?!记录)|回访|走访|拜会|接触|打交道|打过交道|见"
    r"|碰面|会面|聊|谈(?!到)|电话|通话|上门|往来|来往|互动|交流|开会|维护|失联|晾|去(?!年)|跟(?!进)|跑)"
)
_WHEN = r"(?:什么时候|什么时间|哪天|哪一天|几号|几月几号|多久|多长时间|多少天|几天|好久|哪个月)"
_LAST = r"(?:上一?次|上一?回|最近|最后|近期|这阵子|这段时间)"
_WAS_LAST = (
    rx(
        rf"{_LAST}.*{_TOUCH}.*{_WHEN}|{_LAST}.*{_WHEN}.*{_TOUCH}|{_WHEN}.*{_LAST}.*{_TOUCH}"
        rf"|{_TOUCH}.*{_LAST}.*{_WHEN}"
    ),
    rx(rf"(?:多久|多长时间|多少天|几天|好久|有日子|有些日子).*(?:没|未).*(?:{_TOUCH}|动静|消息|音讯)"),
    rx(rf"(?:上一?次|上一?回|最后|最近一[次回]).*(?:{_WHO}.*{_TOUCH}|{_TOUCH}.*{_WHO})"),
    rx(
        rf"{DAY}.*{_WHO}.*{_TOUCH}.*了|{DAY}.*{_WHO}.*{_TOUCH}的|{_WHO}.*{_TOUCH}.*过|{_WHO}.*(?:最后|上一?次"
        rf"|最近一次).*{_TOUCH}"
    ),
    rx(
        rf"(?:有人|有没有人|有没有|有谁|没人).*{_TOUCH}.*(?:吗|过|没|没有|不)|(?:最近|近期|这阵子|这段时间"
        rf"|{DAY}).*(?:有人|有没有人|有谁).*{_TOUCH}"
    ),
    rx(rf"{_WHEN}.*{_TOUCH}.*(?:过|的$)"),
    rx(rf"(?:失联|晾).*{_WHEN}|是不是.*有人.*{_TOUCH}"),
    rx(rf"{_TOUCH}过(?:吗|没有?)$"),
)
_FOLLOWS = rx(
    rf"{_WHO}.*(?:负责|跟进|跟|对接|盯|管|维护|服务|接手|经手|带|跑|做(?!过|了))|(?:负责人|对接人|跟进人|责任人"
    rf"|客户经理|业务员).*{_WHO}|{_WHO}.*(?:名下|手里|手上)|(?:负责|跟进|对接|管|盯|维护).*的.*{_WHO}|(?:归"
    rf"|属于|分给了?|划给了?|派给了?|找){_WHO}|有没有人.*(?:负责|管)|有人.*(?:负责|管).*吗|是{_WHO}的(?:客户)?$"
)
_BEHIND = rx(r"过|上一?次|上一?回|最后|最近一")
_STORY = rx(
    r"(?:跟进|沟通|拜访|联系|往来|历史)记录|来龙去脉|始末|全过程|全程|前因后果|时间线|轨迹|历程|(?:从头"
    r"|前前后后|一路).*(?:什么|哪些|怎么)"
    r"|(?:做|聊|谈|发生|说|跟进|沟通|联系|经历|打)(?:过|了|些)+(?:什么|哪些|几次|多少次)|完整.*(?:过程"
    r"|经过|记录)|整个.*(?:过程|经过)|(?:看|查|捋|翻|给我"
    r"|发我|拉|调|列|了解).*(?:历史|经过|往来|记录)|(?:历史|经过|往来|记录).*(?:看|查|捋|翻|给我|发我|拉"
    r"|调|列)"
)
_STATE = rx(
    r"(?:情况|状况|状态|现状|进展|进度|近况|阶段|跟进得?|跟得?|推进得?|合作得?).*(?:怎么样|怎样|什么|哪)"
    r"|什么(?:情况|状况|状态|进展|进度|阶段|来头|背景)|到(?:了)?(?:哪|什么)|哪(?:一)?(?:步|个阶段)"
    r"|(?:介绍|说说|讲讲|说一?下|讲一?下|了解|查|看|给我|发我|想知道|告诉我).*(?:情况|状况|状态|现状|进展"
    r"|进度|近况|背景|资料|信息|档案|概况)"
    r"|(?:情况|状况|进展|进度|背景|资料|信息|档案|概况).*(?:看|查|给我|发我|调出来|拉出来)|(?:那边|客户"
    r"|现在|目前|最近).*(?:怎么样|怎样)了?$|(?:介绍|了解).+"
)
_ME = rx(r"我(?!们|想|要看|看)(?<!给我)(?<!帮我)(?<!跟我)(?<!发我)(?<!诉我)")
_OTHER_TIME = rx(r"明天|后天|下周|下个?月|准备|打算|应该")


def read_frame(text: str, requested: bool) -> tuple[FrameTopic, str] | None:
    """The question asked about the one name in a clause, and that name; None when there is none or it is talk."""
    split = _split(text) if len(text) <= _MOST_LETTERS else None
    if split is None:
        return None
    before, name, after = split
    words = client_words(name)
    if not words:
        return None
    frame = ("给我" if requested else "") + before + "|" + after
    topic = _topic(frame)
    return (topic, words) if topic else None


def named_in(text: str) -> str | None:
    """The one name among question words in a clause that need not be a question; None when there is none."""
    split = _split(text)
    return client_words(split[1]) or None if split else None


def _topic(frame: str) -> FrameTopic | None:
    if _OTHER_TIME.search(frame):
        return None
    mine = _ME.search(frame)
    if any(pattern.search(frame) for pattern in _WAS_LAST) and (_BEHIND.search(frame) or not _FOLLOWS.search(frame)):
        return None if mine and mine.start() else "last_contact"
    if mine:
        return "timeline" if not mine.start() and _STORY.search(frame) else None
    if _FOLLOWS.search(frame) and not _BEHIND.search(frame):
        return "who_follows"
    if _STORY.search(frame):
        return "timeline"
    return "client" if _STATE.search(frame) else None


def _cost(token: str, stage: int) -> float | None:
    if len(token) > 1:
        return 1.0 if token in _TOKENS else None
    if stage == _BEFORE_NAME and token in _LEADING:
        return 0.5
    if stage == _AFTER_NAME and token in _CLOSING:
        return 0.5
    return 1.0 if token in _TOKENS or token in _LEADING or token in _CLOSING else None


@functools.lru_cache(maxsize=256)
def _split(text: str) -> tuple[str, str, str] | None:
    """What stands before, in and after the one run that is no question word; the cheapest reading wins."""
    size = len(text)
    least = [[_UNREACHED] * 3 for _ in range(size + 1)]
    came: list[list[tuple[int, int]]] = [[(-1, -1)] * 3 for _ in range(size + 1)]
    least[0][_BEFORE_NAME] = 0.0
    for at in range(size):
        for stage in (_BEFORE_NAME, _IN_NAME, _AFTER_NAME):
            paid = least[at][stage]
            if paid >= _UNREACHED:
                continue
            steps: list[tuple[int, int, float]] = []
            if stage != _AFTER_NAME:
                steps.append((at + 1, _IN_NAME, _NAME))
            goes_on = _AFTER_NAME if stage == _IN_NAME else stage
            held = stage == _BEFORE_NAME and _PART_OF_A_NAME.match(text, at)
            for end in range(at + 1, min(at + _LONGEST, size) + 1):
                cost = _cost(text[at:end], goes_on)
                if cost is not None and not (held and end == at + 1):
                    steps.append((end, goes_on, cost))
            for end, goes, cost in steps:
                if paid + cost < least[end][goes]:
                    least[end][goes] = paid + cost
                    came[end][goes] = (at, stage)
    stage = min((_IN_NAME, _AFTER_NAME), key=lambda each: least[size][each])
    if least[size][stage] >= _UNREACHED:
        return None
    start = end = size
    at = size
    first: int | None = None
    while at > 0:
        earlier, was = came[at][stage]
        if stage == _IN_NAME:
            if first is None:
                end, first = at, at
            start = earlier
        at, stage = earlier, was
    return (text[:start], text[start:end], text[end:]) if first is not None else None
