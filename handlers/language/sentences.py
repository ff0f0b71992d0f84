"""Which command a sentence without a keyword asks for: 青禾那边谁在跟, 我还有什么没做完, 帮我写日报.

Rules of structure decide: who or when is asked, whose matter it is, what is left that may be a client. What they do not
account for to the last word is talk, and talk is no command.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from handlers.language.patterns import rx
from handlers.language.sentence import Sentence
from handlers.language.sentences_acts import read_absence, read_done, read_question_of_bot
from handlers.language.sentences_guessed import OF_A_CLIENT, denied, likeness
from handlers.language.sentences_lists import read_list_question
from handlers.language.sentences_names import KNOWN
from handlers.language.sentences_plain import Clause, clauses, is_keyworded
from handlers.language.sentences_reports import read_report_request
from handlers.language.sentences_slots import name_in, read_slots
from handlers.language.text import fold

_CONTACT = rx("联系|跟进|拜访|沟通|见面|见过|去过|打电话")


def read_sentence(text: str, people: Collection[str], client: str = "") -> Sentence | None:
    """The command `text` asks for in free words; None for talk, statements, promises and questions of other things.

    `people` are the names of the roster, `client` is the stretch of the text that names a client of the team. What the
    rules read is not believed where the message is clearly more like something else that was taught. Never raises;
    linear in the length of the text.
    """
    sentence = _by_rules(text, people, client)
    if sentence is None:
        return None
    named = client or (sentence.words if sentence.topic in OF_A_CLIENT - {"lists_client"} else "")
    return None if denied(sentence.topic, likeness(text, people, named)[1]) else sentence


def _by_rules(text: str, people: Collection[str], client: str) -> Sentence | None:
    name = fold(client).strip()
    said = fold(text).replace(name, KNOWN) if name else text
    found = clauses(said)
    if not found or is_keyworded(said):
        return None
    apart = clauses(said, at_blanks=True)
    sentence = _read(found, people) or (_read(apart, people) if len(apart) > len(found) else None)
    if sentence is None or not name:
        return sentence
    # What else the rules took for a part of the name is none: the team knows its clients.
    words = name if sentence.topic in OF_A_CLIENT else sentence.words.replace(KNOWN, name)
    return replace(sentence, words=words)


def _read(found: Sequence[Clause], people: Collection[str]) -> Sentence | None:
    absence = read_absence(found)
    if absence is not None:
        return absence
    for index, clause in enumerate(found):
        sentence = _question(clause, found[:index], people)
        if sentence is not None:
            return sentence
    return read_done(found[0], people) if len(found) == 1 else None


def _question(clause: Clause, before: Sequence[Clause], people: Collection[str]) -> Sentence | None:
    asked = (
        read_question_of_bot(clause)
        or read_slots(clause, people)
        or read_report_request(clause, people)
        or read_list_question(clause, people)
    )
    if asked is None and before and "日报" in before[-1].text:
        # 日报懒得写,帮我来一份: what is wanted of it is said after it was spoken of.
        return _question(Clause("日报" + clause.text, clause.requested, clause.asks), (), people)
    if asked is None and before and (name := name_in(before[-1].text)):
        # 云帆好久没动静了,上次谁去的: asked again with the name in its place, and what was spoken of with it.
        spoken = _CONTACT.search(before[-1].text)
        joined = (f"{name}{said}{clause.text}" for said in ("", *([spoken[0]] if spoken else [])))
        found = (read_slots(Clause(text, clause.requested, clause.asks), people) for text in joined)
        return next((sentence for sentence in found if sentence is not None), None)
    return asked
