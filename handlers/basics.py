"""Who am I, what can you do, what did you not understand."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from handlers import attachments
from handlers.language.text import fold
from handlers.talk import Answer, Talk
from prompts import HELP
from storage import people


def who_am_i(talk: Talk) -> Answer:
    """`我是谁`: name, role, superior and the ids an operator needs for setting up."""
    above = people.above(talk.session, talk.me)
    told = {
        "name": talk.me.name,
        "role": talk.me.role,
        "known": talk.me.known,
        "supervisor": above[0].name if above else "",
        "region": talk.me.region,
        "department": talk.me.department,
        "ids": [{"platform": row.platform, "id": row.user_id} for row in people.identities(talk.session, talk.my_id)],
        "chat": {"name": talk.chat.name, "id": talk.chat.external_id} if talk.chat else None,
    }
    return Answer("who_am_i", told)


def help_page(talk: Talk, rest: str, topics: Sequence[str]) -> Answer:
    """`帮助` lists the commands, `帮助 承诺` explains one."""
    wanted = rest.strip()
    for topic in topics:
        if wanted and (wanted == HELP[topic]["title"] or wanted in HELP[topic]["words"]):
            return Answer("help_topic", {"topic": HELP[topic]})
    told = {"topics": [HELP[topic] for topic in topics], "unknown": wanted, "bot": talk.bot_name}
    return Answer("help", told)


_GREETINGS = frozenset(
    {
        "在",
        "在吗",
        "在么",
        "在不在",
        "你好",
        "您好",
        "大家好",
        "hi",
        "hello",
        "哈喽",
        "嗨",
        "早",
        "早上好",
        "早安",
        "下午好",
        "晚上好",
    }
)
_THANKS = frozenset(
    {
        "谢谢",
        "谢了",
        "多谢",
        "感谢",
        "辛苦了",
        "辛苦",
        "收到",
        "好",
        "好的",
        "好的谢谢",
        "收到谢谢",
        "ok",
        "知道了",
        "明白",
        "明白了",
        "嗯",
        "嗯嗯",
        "行",
    }
)
_APART = re.compile(r"[\s,，。.!！~～?？、]+")
_TRAILING = re.compile(r"[啊呀哈啦哦呢]+$")


def not_understood(talk: Talk, nearest: Sequence[str]) -> Answer:
    """Says so in one line, with the nearest commands; in a group shorter still."""
    if not talk.text.strip():
        if talk.attachments:
            return attachments.alone(talk)
        return Answer("greeting", {"bot": talk.bot_name})
    if _all_of(talk, _GREETINGS):
        return Answer("greeting", {"bot": talk.bot_name})
    if is_small_talk(talk):
        return Answer("courtesy", {})
    return Answer("not_understood", {"nearest": nearest, "bot": talk.bot_name})


def is_small_talk(talk: Talk) -> bool:
    """Does the message greet or thank, and say nothing else?"""
    return _all_of(talk, _GREETINGS | _THANKS)


def _all_of(talk: Talk, words: Collection[str]) -> bool:
    said = {_TRAILING.sub("", word) or word for word in _APART.split(fold(talk.text)) if word} - {fold(talk.bot_name)}
    return bool(said) and all(word in words for word in said)
