"""What somebody wants done with a client's names: `协和 别名 老协和`, `协和 改名 …`, `A 并入 B`.

Pure reading, and what may be a name at all: which client is meant, and whether another has the name, is decided
elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from handlers.language.names_chat import is_chat
from handlers.language.names_text import canonical, number_of
from handlers.language.names_words import GENERIC, KINDS, PLACES, split_words
from handlers.language.text import fold

Verb = Literal["list", "teach", "remove", "share", "rename", "merge"]

_LONGEST_NAME = 30
_MOST_NAMES = 10
_LONGEST_COMMAND = 400
_MOST_PAIRS = 6
_ALIAS = r"(?:别名|别称|又名|简称|外号)"
_CLIENT = r"(?P<client>.{1,40}?)\s*的?"
_NAMES = r"\s*[:是为叫]?\s*(?P<names>\S.*?)"
_REMOVE = r"(?:删除|删掉|删去|删了|删|去掉|去除|移除|取消|不要)"
_SHARE = r"(?:共享|通用|采用|共用|大家用|都能用)"
_LISTING = r"(?:列表|清单|有哪些|是什么|呢)?\??"
_ADD = r"(?:添加|增加|新增|加上|加个|加)"
_PATTERNS: tuple[tuple[Verb, re.Pattern[str]], ...] = (
    ("list", re.compile(rf"{_CLIENT}\s*(?:有(?:哪些|什么))?(?:所有|全部)?的?{_ALIAS}{_LISTING}")),
    ("share", re.compile(rf"{_CLIENT}\s*{_SHARE}{_ALIAS}{_NAMES}")),
    ("share", re.compile(rf"{_CLIENT}\s*{_ALIAS}\s*{_SHARE}\s+{_NAMES}")),
    ("share", re.compile(rf"{_CLIENT}\s*{_ALIAS}{_NAMES}\s+{_SHARE}")),
    ("remove", re.compile(rf"{_CLIENT}\s*{_REMOVE}(?:这个|一个)?{_ALIAS}{_NAMES}")),
    ("remove", re.compile(rf"{_CLIENT}\s*{_ALIAS}\s*{_REMOVE}{_NAMES}")),
    ("remove", re.compile(rf"{_CLIENT}\s*{_ALIAS}{_NAMES}\s+{_REMOVE}")),
    ("remove", re.compile(rf"{_CLIENT}\s+(?:不叫|不再叫){_NAMES}")),
    ("teach", re.compile(rf"{_CLIENT}\s*{_ADD}?(?:一个)?{_ALIAS}{_NAMES}")),
    ("teach", re.compile(rf"{_CLIENT}\s+(?:又叫|也叫|还叫|又称|也称){_NAMES}")),
    ("rename", re.compile(rf"{_CLIENT}\s+(?:改名字?|更名|重命名|改叫)(?:为|成|叫|到)?{_NAMES}")),
    ("merge", re.compile(rf"{_CLIENT}\s*(?:并入|并到|并进|合并到|合并进|合并至){_NAMES}")),
)
_LISTED = re.compile(r"\s*[、,;|/]\s*")
_QUOTES = " 「」『』“”\"'《》【】[]"
_SENTENCE = re.compile(r"[。!?,;:、@#\n]")
_POINTING = re.compile(r"(?:我|你|他|她|它|咱)们|[这那哪某](?:[家个边里间位])|(?:上次|刚才|之前).{0,2}[家个边]")


@dataclass(frozen=True, slots=True)
class ClientCommand:
    """What to do with the client that `client` names; `names` are other names, the new name, or the other client."""

    verb: Verb
    client: str
    names: tuple[str, ...] = ()


def read_client_command(text: str) -> ClientCommand | None:
    """The command in what follows the word 客户; None when it only names a client."""
    text = " ".join(text.split()).strip(" 。.!~")
    if len(text) > _LONGEST_COMMAND:
        return None
    folded = fold(text)
    for verb, pattern in _PATTERNS:
        found = pattern.fullmatch(folded)
        if found is None:
            continue
        client = text[slice(*found.span("client"))].strip(_QUOTES)
        said = text[slice(*found.span("names"))] if verb != "list" else ""
        names = (said.strip(_QUOTES),) if verb in {"rename", "merge"} else _split(said)
        if client and (verb == "list" or any(names)):
            return ClientCommand(verb, client, names)
    return None


def _split(said: str) -> tuple[str, ...]:
    """Several names: parted by commas, or by blanks when there is no comma."""
    folded = fold(said)
    listed = [(0, 0), *(found.span() for found in _LISTED.finditer(folded)), (len(said), len(said))]
    parts = [said[end:start] for (_, end), (start, _) in pairwise(listed)]
    if len(parts) == 1:
        parts = [part for part in said.split() if part not in {"和", "与", "跟", "及"}]
    names = (part.strip(_QUOTES) for part in parts)
    return tuple(dict.fromkeys(name for name in names if name))[:_MOST_NAMES]


def split_pair(text: str) -> list[tuple[str, str]]:
    """Every way in which a text may be the names of two clients, parted by blanks, a comma or 和 between blanks."""
    text = text.strip(_QUOTES)
    places = re.finditer(r"\s+[和与跟同到]\s+|\s*[、，,]\s*|\s+", text)
    if len(text) > _LONGEST_COMMAND:
        return []
    pairs = [(text[: found.start()].strip(_QUOTES), text[found.end() :].strip(_QUOTES)) for found in places]
    return [(one, other) for one, other in pairs if one and other][:_MOST_PAIRS]


def unfit(name: str) -> str | None:
    """Why a text cannot be a client's other name: short, long, number, sentence, talk or generic; None when it can.

    A word that any organisation of its kind goes by (医院, 上海) is generic; 人民医院 is a name that a team may give.
    """
    form = canonical(name).text
    folded = fold(name.strip())
    if not form or all(number_of(char) is not None or char.isdigit() for char in form):
        return "number" if any(char.isdigit() for char in folded) else "short"
    if len(form) < 2:
        return "short"
    if _SENTENCE.search(folded):
        return "sentence"
    if len(folded) > _LONGEST_NAME:
        return "long"
    if is_chat(folded) or _POINTING.match(folded):
        return "talk"
    words = {form[start:end] for start, end in split_words(form)}
    if words <= KINDS or words <= PLACES or (len(words) == 1 and words <= GENERIC):
        return "generic"
    return None


def is_telling(name: str) -> bool:
    """May a text be learned as a name from use alone: fit for one, and more than the words of a place and a trade?"""
    if unfit(name) is not None or len(canonical(name).text) > _LONGEST_NAME // 2:
        return False
    form = canonical(name).text
    return not all(form[start:end] in GENERIC | PLACES for start, end in split_words(form))
