"""A promise written without its keyword: 周四前把样品寄给华联, 提醒我周五给协和打电话."""

from __future__ import annotations

import re
from collections.abc import Collection
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


def read_promise(text: str, now: datetime, calendar: Calendar, people: Collection[str]) -> Promise | None:
    """The promise that a message sounds like; None for what only tells or asks, or is somebody else's to keep.

    It sounds like one with a date ahead and something to be done for somebody, or with the wish to be reminded.
    `people` are the names of the roster: a message that names one of them is no promise of its writer.
    """
    text = text.strip()
    if "\n" in text or len(text) > _LONGEST or _ASKS.search(fold(text)) or _TELLS.search(fold(text)):
        return None
    words = _AFTERTHOUGHT.sub("", _REMIND.sub("", text))
    reminded = words != text
    item = plain_item(words, now, calendar, people if "@" in text or "＠" in text else ())
    if item.due is None or item.issue is not None or len(item.matter) < 2 or item.mentions:
        return None
    if not (reminded or _GIVES.search(fold(item.matter))) or any(name in text for name in people):
        return None
    return Promise(item.matter, item.due)


def may_be_matter(text: str) -> bool:
    """Whether a message may say what is to be done, when that was asked: one line that asks and tells nothing."""
    folded = fold(text).strip()
    return (
        len(_HAN.findall(folded)) > 1
        and len(folded) <= _LONGEST
        and "\n" not in folded
        and not (_ASKS.search(folded) or _TELLS.search(folded))
    )
