"""Commands that leave something out: `改到周四` the number, `把12给李娜` and `12不做了` the word, `#12` nearly all."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from handlers import changes, commitments, handover, queries, questions, record_shown
from handlers.commitments import shown
from handlers.language.client_command import is_telling
from handlers.language.intent import handed_to, moving, record_alone
from handlers.language.intent import put_right as not_so
from handlers.language.record_act import RecordAct, read_record_act
from handlers.language.sentences_names import client_words, person_named
from handlers.language.text import fold
from handlers.talk import Answer, Talk
from handlers.undo import WINDOW
from storage import events, facts
from storage.tables import Commitment, Inbox

_HANDING = re.compile(r"[把将转交#＃]")
_LISTED = 9
_LONGEST_NAME = 40
# Questions that a date answers by itself.
_DATED = frozenset({"complete", "postpone", "correct"})


def move(talk: Talk) -> Answer | None:
    """`改到周四`: the one commitment I made or changed here last; of several, or of none so fresh, it asks which."""
    verb, words = moving(talk.text) or ("", "")
    read = questions.date_alone(talk, words) if words else None
    if read is None:
        return None
    question = facts.asked(talk.session, talk.my_id, talk.lane, talk.now)
    if question is not None and question.kind in _DATED:
        return questions.answered(replace(talk, text=words))
    rows = _just_now(talk)
    if len(rows) != 1:
        return _which(talk, verb, read.phrase, rows or facts.commitments(talk.session, [talk.my_id]))
    return changes.redate(talk, [rows[0].number], verb, read)


def put_right(talk: Talk) -> Answer | None:
    """`不对，周五上午` right after a promise was made or changed: its date was meant so; None for any other words."""
    words = not_so(talk.text)
    read = questions.date_alone(talk, words) if words else None
    rows = _just_now(talk) if read is not None else []
    if read is None or len(rows) != 1:
        return None
    return changes.redate(talk, [rows[0].number], "改", read)


def _just_now(talk: Talk) -> list[Commitment]:
    """The open commitments that my latest change made or changed, if it was here and minutes ago."""
    latest = events.last_by(talk.session, talk.my_id, talk.now - WINDOW)
    if not latest:
        return []
    message = talk.session.get(Inbox, latest[0].inbox_id)
    if message is None or message.lane != talk.lane:
        return []
    numbers = {(event.payload or {}).get("number") for event in latest if event.subject.startswith("commitment:")}
    rows = [changes.owned(talk, number) for number in numbers if number is not None]
    return sorted((row for row in rows if isinstance(row, Commitment)), key=lambda row: row.number)


def _which(talk: Talk, verb: str, phrase: str, rows: list[Commitment]) -> Answer:
    if not rows:
        return Answer("nothing_open", {})
    items = [shown(talk, row) for row in rows[:_LISTED]]
    talk.ask("number", {"verb": verb, "rest": phrase})
    told = {"verb": verb, "phrase": phrase, "items": items, "total": len(rows), "now": talk.now}
    return Answer("number_which", told, kind="question", about=[item["number"] for item in items])


def hand_over(talk: Talk) -> Answer | None:
    """`把12给李娜`, `12 转给李娜`: as `转交 12 @李娜`, where a number is a record's and the name somebody's."""
    numbers, name = handed_to(talk.text) or ([], "")
    # 2 给李娜 may be anything; with a word or a sign for it a number is meant as a record's.
    meant = _HANDING.search(talk.text) or any(events.kind_of(talk.session, number) for number in numbers)
    heir = person_named(name, talk.roster())
    if not numbers or not meant or not (talk.mentioned or heir):
        return None
    return handover.hand_over(talk, f"{'、'.join(map(str, numbers))} @{heir or name}")


def act(talk: Talk) -> Answer | None:
    """`12那条往后推到周五吧 客户没空`, `12以后别提醒了`: as the command, where the numbers are those of records."""
    read = read_record_act(talk.text)
    if read is None or not all(events.kind_of(talk.session, number) for number in read.numbers):
        return None
    rest = _put_right(talk, read) if read.wrong else read.rest
    if rest is None:
        return None
    said = f"{'、'.join(map(str, read.numbers))} {rest}".strip()
    return commitments.done(talk, said) if read.act == "完成" else questions.VERBS[read.act](talk, said)


def _put_right(talk: Talk, read: RecordAct) -> str | None:
    """What stands behind the number of `改` when one thing is put for another: the matter so changed, or the client."""
    row = commitments.find(talk, read.numbers[0])
    if row is not None and read.wrong in row.matter:
        return row.matter.replace(read.wrong, read.rest)
    if talk.directory.mention(read.rest).exact:
        return f"客户 {read.rest}"
    return read.rest if questions.date_alone(talk, read.rest) is not None else None


def record(talk: Talk) -> Answer | None:
    """`#12`: the record; where I was asked which one, it is the answer."""
    number = record_alone(talk.text)
    question = facts.asked(talk.session, talk.my_id, talk.lane, talk.now)
    # A number is no reason.
    answer = questions.answered(talk) if question is not None and question.kind != "cancel" else None
    return answer or (record_shown.show(talk, number) if number is not None else None)


def client_alone(talk: Talk) -> Answer | None:
    """A client's name and nothing else: its card, or the question which client; None for any other words."""
    said = fold(talk.text).strip(" 。.!,?~")
    if not 2 <= len(said) <= _LONGEST_NAME or talk.person(talk.text.strip()) is not None:
        return None
    match = talk.directory.mention(talk.text.strip())
    # The whole name, be it of everyday words; a part of one only when it cannot be talk.
    named = (match.exact and len(said) > 2) or (client_words(said) == said and is_telling(said))
    if not named or not match.candidates or not all(_is_part(talk, said, key) for key in match.candidates):
        return None
    return queries.card(talk, talk.text)


def _is_part(talk: Talk, said: str, client_id: int) -> bool:
    """Do the words stand in a name of the client just so?"""
    plain = said.replace(" ", "")
    names: list[Any] = [talk.client_name(client_id), *talk.aliases_of(client_id)]
    return any(plain in fold(name).replace(" ", "") for name in names if name)
