"""Which command a sentence without a keyword asks for: 青禾那边谁在跟, 我还有什么没做完, 帮我写日报.

Rules of structure decide: who or when is asked, whose matter it is, what is left that may be a client. What they do not
account for to the last word is talk, and talk is no command.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from handlers.language.opening import find_opening
from handlers.language.sentences_acts import read_absence, read_done, read_question_of_bot
from handlers.language.sentences_lists import read_list_question
from handlers.language.sentences_plain import Clause, clauses
from handlers.language.sentences_reports import read_report_request
from handlers.language.sentences_slots import name_in, read_slots

SentenceTopic = Literal[
    "last_contact",
    "client",
    "timeline",
    "lists_mine",
    "lists_team",
    "lists_overdue",
    "lists_person",
    "lists_client",
    "report_missing",
    "report_show",
    "report_summary",
    "report_draft",
    "done",
    "leave",
    "travel",
    "help",
    "who",
    "who_follows",
]

# What opens with one of these is a command or a record, read elsewhere.
_KEYWORDS = (
    "承诺",
    "跟进",
    "拜访",
    "电话",
    "微信",
    "线索",
    "延期",
    "推迟",
    "取消",
    "转交",
    "移交",
    "改",
    "静音",
    "绑定",
    "协同",
    "规则",
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """The command a sentence asks for.

    `words` is what is left, folded: the name of a client for last_contact, client, timeline, who_follows and
    lists_client; the matter for done; days with what belongs to them for leave, travel and report_show; a help topic.
    `person` is the roster name meant, for lists_person and report_show; None for report_show means one's own.
    """

    topic: SentenceTopic
    words: str = ""
    person: str | None = None


def read_sentence(text: str, people: Collection[str]) -> Sentence | None:
    """The command `text` asks for in free words; None for talk, statements, promises and questions of other things.

    `people` are the names of the roster. Never raises; linear in the length of the text.
    """
    found = clauses(text)
    if not found or find_opening(text[:40], _KEYWORDS):
        return None
    absence = read_absence(found)
    if absence is not None:
        return Sentence(absence.topic, absence.words)
    for index, clause in enumerate(found):
        sentence = _question(clause, found[:index], people)
        if sentence is not None:
            return sentence
    if len(found) == 1:
        done = read_done(found[0], people)
        if done is not None:
            return Sentence(done.topic, done.words)
    return None


def _question(clause: Clause, before: Sequence[Clause], people: Collection[str]) -> Sentence | None:
    about_bot = read_question_of_bot(clause)
    if about_bot is not None:
        return Sentence(about_bot.topic, about_bot.words)
    slots = read_slots(clause, people)
    if slots is not None:
        return Sentence(slots.topic, slots.words, slots.person)
    report = read_report_request(clause, people)
    if report is not None:
        return Sentence(report.topic, report.words, report.person)
    listed = read_list_question(clause, people)
    if listed is not None:
        return Sentence(listed.topic, listed.words, listed.person)
    if before and (name := name_in(before[-1].text)):
        # 云帆好久没动静了,上次谁去的: asked again with the name in its place.
        slots = read_slots(Clause(name + clause.text, clause.requested, clause.asks), people)
    return Sentence(slots.topic, slots.words, slots.person) if slots is not None else None
