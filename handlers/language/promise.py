"""A promise or an order written without its keyword: 周四前把样品寄给华联, 让李娜周五前把合同寄出."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from bot.calendar import Calendar
from handlers.language.clauses import plain_item
from handlers.language.text import fold

_LONGEST = 80
_HAN = re.compile(r"[\u4e00-\u9fff]")
# What somebody does for somebody else, or wants to be reminded of.
_GIVES = re.compile(
    r"[给把向带].{0,20}?[发寄送交回报打约签做出办补改催退付带装]|[发寄送交回报打签补退付带装][^，,。]{0,12}给"
)
# What somebody does with a client they name.
_MEETS = re.compile(
    r"[去到见约访碰签]|开会|拜访|会面|上门|演示|培训|安装|装机|调试|回访|量尺|勘|复尺|验收|对账|谈|聊|打电话|通电话|回话|请.{0,6}吃饭|送货|交货"
)
_REMIND = re.compile(
    r"^(?:(?:麻烦|记得|请|到时候?|[帮给]我)*(?:提醒(?:我|一下|下)+|记(?:一下|下|一个|个|得)[:：,，]?)|别忘了)"
)
_AFTERTHOUGHT = re.compile(
    r"[,，。;；\s]*(?:你|麻烦|帮我|给我)*(?:别忘了|记得|到时候?)?(?:提醒我(?:一下|下)?|别忘了|记(?:一?下|着|住))(?:吧|哈|啊)?$"
)
_ASKS = re.compile(r"[?？]|[吗么呢]$|谁|几[点号]|什么|怎[么样]|哪|多少|是不是|有没有|[能可]不[能可]|不用")
_TELLS = re.compile(r"已经?|刚|过了|了$|[打聊见谈]了[个一两]?|(?:他们?|她们?|对方|主任|经理|[\u4e00-\u9fff]总|采购)说")


@dataclass(frozen=True, slots=True)
class Promise:
    """What its writer seems to promise: the matter in the words of the message, and when it is due (aware)."""

    matter: str
    due: datetime


def read_promise(
    text: str, now: datetime, calendar: Calendar, people: Collection[str], names_client: Callable[[str], bool]
) -> Promise | None:
    """The promise that a message sounds like; None for what only tells or asks, or is somebody else's to keep.

    It sounds like one with a date ahead and something to be done for somebody, or with a client of the team, which
    `names_client` knows, or with the wish to be reminded. `people` are the names of the roster: a message that names
    one of them is no promise of its writer.
    """
    text = text.strip()
    if "\n" in text or len(text) > _LONGEST or _ASKS.search(fold(text)) or _TELLS.search(fold(text)):
        return None
    words = _AFTERTHOUGHT.sub("", _REMIND.sub("", text))
    reminded = words != text
    item = plain_item(words, now, calendar, people if "@" in text or "＠" in text else ())
    if item.due is None or item.issue is not None or len(item.matter) < 2 or item.mentions:
        return None
    if any(name in text for name in people):
        return None
    folded = fold(item.matter)
    if not (reminded or _GIVES.search(folded) or (_MEETS.search(folded) and names_client(item.matter))):
        return None
    return Promise(item.matter, item.due)


@dataclass(frozen=True, slots=True)
class Order:
    """What its writer wants somebody of the roster to do: whose it is, the matter, and when it is due (aware)."""

    name: str
    matter: str
    due: datetime


# 给马骏派个活：, 让马骏, @马骏; a bare name wants words of an order behind it (马骏把…, 马骏周四前…).
_TELLS_TO = r"(?P<verb>(?:麻烦|请|你|帮我|记得)*(?:[给让叫请派催]|安排|通知|提醒|交代|告诉|转告)?)\s*(?P<at>[@＠]?)\s*"
_TASK = (
    r"(?:(?:派|安排|布置|交代|下|记)?(?:个|一个|件|一件|项|一项)?(?:活儿?|任务|工作|事儿?|待办)(?=[\s:：,，]))?"
    r"(?:务必|去|来)?"
)
_MUST = re.compile("把|要|得|必须|负责|记得|务必|需要")


def read_order(text: str, now: datetime, calendar: Calendar, people: Collection[str]) -> Order | None:
    """The order to one of `people`, the names of the roster, that a message is; None for what tells or asks."""
    text = text.strip()
    if "\n" in text or len(text) > _LONGEST or _ASKS.search(fold(text)) or _TELLS.search(fold(text)):
        return None
    named = "|".join(re.escape(name) for name in sorted(people, key=len, reverse=True))
    found = re.match(rf"{_TELLS_TO}(?P<name>{named})\s*{_TASK}[\s:：,，]*", text) if named else None
    if found is None:
        return None
    item = plain_item(text[found.end() :], now, calendar)
    plainly = bool(found["verb"] or found["at"] or _MUST.match(item.matter) or item.phrase.endswith(("前", "内")))
    if not plainly or item.due is None or item.issue is not None or len(item.matter) < 2 or item.mentions:
        return None
    return Order(found["name"], item.matter, item.due)


def may_be_matter(text: str) -> bool:
    """Whether a message may say what is to be done, when that was asked: one line that asks and tells nothing."""
    folded = fold(text).strip()
    return (
        len(_HAN.findall(folded)) > 1
        and len(folded) <= _LONGEST
        and "\n" not in folded
        and not (_ASKS.search(folded) or _TELLS.search(folded))
    )
