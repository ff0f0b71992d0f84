"""A promise written without its keyword: offered for a yes, never stored in silence."""

from __future__ import annotations

import re

from handlers.language import clauses
from handlers.language.text import fold
from handlers.talk import Answer, Talk

_LONGEST = 80
# What somebody does for somebody else, or wants to be reminded of.
_GIVES = re.compile(
    r"[给把向].{1,20}?[发寄送交回报打约签做出办补改催退付带装]|[发寄送交回报打签补退付带装][^，,。]{0,12}给"
)
_REMIND = re.compile(
    r"^(?:(?:麻烦|记得|请|到时候?|[帮给]我)*(?:提醒(?:我|一下|下)+|记(?:一下|下|一个|个|得)[:：,，]?)|别忘了)"
)
_AFTERTHOUGHT = re.compile(r"[,，。;；\s]*(?:别忘了|记得|到时候?)?(?:提醒我(?:一下|下)?|别忘了)$")
_ASKS = re.compile(r"[?？]|[吗么呢]$|谁|几[点号]|什么|怎[么样]|哪|多少|是不是|有没有|[能可]不[能可]|不用")
_TELLS = re.compile(r"已经?|刚|过了|了$")


def promise(talk: Talk) -> Answer | None:
    """Asks whether a message nobody else understood is a promise; None for what does not sound like one.

    It does with a date ahead and something to be done for somebody, or with the wish to be reminded.
    """
    text = talk.text.strip()
    if "\n" in text or len(text) > _LONGEST or _ASKS.search(fold(text)) or _TELLS.search(fold(text)):
        return None
    words = _AFTERTHOUGHT.sub("", _REMIND.sub("", text))
    reminded = words != text
    item = clauses.plain_item(words, talk.now, talk.calendar, talk.callable_by_name())
    if item.due is None or item.issue is not None or len(item.matter) < 2 or item.mentions:
        return None
    if not (reminded or _GIVES.search(fold(item.matter))) or any(name in text for name in talk.roster()):
        return None
    match = talk.directory.message(item.matter)
    client_id = None if match.ask else match.key
    talk.ask("propose", {"items": [{"matter": item.matter, "due": item.due, "client_id": client_id}]})
    told = {
        "matter": talk.safe(item.matter, talk.my_id),
        "due": talk.local(item.due),
        "client": talk.client_name(client_id),
        "now": talk.now,
    }
    return Answer("promise_offered", told, kind="question")
