"""A message with what it names put in classes: 协和那边谁在跟, 仁济那边谁在跟 read alike.

What is said of one client, person or day is said of any other; only the class is of use for telling commands apart.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from handlers.language.patterns import rx
from handlers.language.sentences_names import DAY, looks_like_organisation, people_in
from handlers.language.sentences_plain import clauses, plain
from handlers.language.sentences_slots import name_in
from handlers.language.text import fold
from handlers.language.titles import SURNAMES

# Folded text has no capital letters: these stand for what was there and for nothing else.
CLIENT, PERSON, ADDRESSED, COLLEAGUE, DATE, NUMBER = "C", "P", "A", "O", "D", "N"

# 老王, 小李, 王哥, 李总: people of whom the roster may know nothing.
_COLLEAGUE = rx(rf"[老小阿][{SURNAMES}]|[{SURNAMES}](?:哥|姐|总|工|主任|经理|老师|叔|婶|阿姨)")


@dataclass(frozen=True, slots=True)
class Marked:
    """`text` is the message in classes, without blanks; `client` the folded name that one of them stands for, empty
    for none; `person` the one of the roster it names, None for none or several."""

    text: str
    client: str
    person: str | None


def marked(text: str, people: Collection[str], client: str = "", *, guess: bool = True) -> Marked:
    """The message with its slots in classes; `client` is the stretch of it that names a client of the team.

    Without one, a name that ends as organisations do is taken for a client, where it may be guessed. `people` are the
    names of the roster.
    """
    said = rx(r"\s+").sub(" ", rx(r"@(?:一诺|机器人|小助手)").sub("", plain(text))).strip()
    name = fold(client).strip() or (_organisation(text) if guess else "")
    if name:
        said = said.replace(name, CLIENT)
    named = people_in(said, people)
    for (start, end), _ in sorted(named.items(), reverse=True):
        said = said[:start] + PERSON + said[end:]
    said = rx(rf"@{PERSON}|@[\u4e00-\u9fff]{{2,3}}(?= |$)").sub(ADDRESSED, said)
    said = _COLLEAGUE.sub(COLLEAGUE, said)
    said = rx(DAY).sub(DATE, said)
    said = rx(r"\d+(?:\.\d+)?").sub(NUMBER, said)
    said = rx(r"[ @]").sub("", said)
    several = len(set(named.values())) != 1
    return Marked(said, name if CLIENT in said else "", None if several else next(iter(named.values())))


def _organisation(text: str) -> str:
    names = (name_in(clause.text) for clause in clauses(text))
    return next((name for name in names if name and looks_like_organisation(name)), "")
