"""Answers to what the bot asked: a bare number, a bare date, a yes, a no, a reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from handlers import (
    attachments,
    basics,
    changes,
    client_changes,
    client_names,
    commitments,
    contacts,
    handover,
    leads,
    leave,
    lists,
    muting,
    proofs,
    proposals,
    queries,
    relinks,
    reports,
    reports_clients,
)
from handlers import clients as clients_said
from handlers.language import clauses, deadline
from handlers.language.intent import choices, is_measured, is_yes, part_number, take_numbers
from handlers.language.promise import may_be_matter
from handlers.language.text import fold
from handlers.talk import Answer, Talk
from storage import clients, facts
from storage.tables import Commitment, Question

LOOKUPS: dict[str, Callable[[Talk, str, int], Answer]] = {
    "last_contact": queries.last_contact,
    "card": queries.card,
    "timeline": queries.timeline,
    "list": lists.of_client,
}
_NO = re.compile(
    r"(?:先|都|就)?(?:不|别|不用|不要|不必|不是|都不是|不对|不需要|不取消|不记|不建|不新建|算|no)(?:了|吧|的|啦)?|否|无|没有"
)

VERBS: dict[str, Callable[[Talk, str], Answer]] = {
    "延期": changes.postpone,
    "取消": changes.cancel,
    "转交": handover.hand_over,
    "改": changes.correct,
    "静音": muting.mute,
    muting.UNMUTE: muting.unmute,
}
_LONGEST_NAME = 40
_HEIR = re.compile(r"^\s*(?:转交|转|交|还)?给?\s*[@＠]?\s*")


def answered(talk: Talk) -> Answer | None:
    """What a message that is no command answers; None when nothing was asked, or this is no answer to it."""
    question = facts.asked(talk.session, talk.my_id, talk.lane, talk.now)
    if question is None or not talk.text.strip():
        return None
    if _NO.fullmatch(fold(talk.text).strip(" 。.!,~")):
        answer: Answer | None = Answer("declined", {})
    else:
        answer = _ANSWERS[question.kind](talk, question)
    if answer is not None and question.answered_at is None:
        question.answered_at = talk.now
        talk.session.add(question)
    return answer


def _pick(talk: Talk, options: list[Any]) -> Any | None:
    """The one of the offered options a bare number picks, or a yes when there is only one."""
    if len(options) == 1 and is_yes(talk.text):
        return options[0]
    picked = choices(talk.text, len(options))
    return options[picked[0] - 1] if picked and len(picked) == 1 else None


def _pick_client(talk: Talk, options: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The client picked or named; one that was merged into another since it was offered is the other."""
    option: dict[str, Any] | None = _pick(talk, options) or _named_client(talk, options)
    if option is None or option["id"] is None:
        return option
    return option | {"id": clients.standing(talk.session, option["id"])}


def _named_client(talk: Talk, options: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The client that a message names and says nothing else of: one of those offered, or any other."""
    said = _plain(talk.text)
    if not 2 <= len(said) <= _LONGEST_NAME:
        return None
    offered = [
        each for each in options if said == _plain(each["name"]) or (each["id"] and said in _plain(each["name"]))
    ]
    if len(offered) == 1:
        return offered[0]
    match = talk.directory.mention(talk.text.strip())
    if match.key is None or match.ask:
        return None
    names = (talk.client_name(match.key) or "", *talk.aliases_of(match.key))
    return {"id": match.key, "name": names[0]} if any(said in _plain(name) for name in names) else None


def _plain(name: str) -> str:
    return fold(name).replace(" ", "").strip("。.!,?")


def _taught(talk: Talk, answer: Answer, asked: dict[str, Any], option: dict[str, Any]) -> Answer:
    """The answer to which client was meant, with what the words that were unclear are worth from now on."""
    if option["id"] is None:
        return answer
    offered = [each["id"] for each in asked["options"]]
    return replace(answer, learned=client_names.learn(talk, asked.get("said", ""), option["id"], offered))


def date_alone(talk: Talk, text: str) -> deadline.Due | None:
    """The date that `text` is, if it is nothing else; a word too vague for one counts, with its issue."""
    read = deadline.read_due(text, talk.now, talk.calendar)
    vague = read.issue == "vague" and not read.rest.strip(" 。.，,!！吧")
    return read if vague or deadline.is_due_only(text, talk.now, talk.calendar) else None


# What people answer when they have no date; the deadline grammar knows the vague words of a promise.
_NO_DATE = re.compile(
    r"(?:越|尽量|尽可能)(?:快|早)(?:越好|一?点|些)?|(?:再|到时候?|以后|回头|后面|过后)(?:再)?(?:说|看|定|通知|讲)(?:看)?"
    r"|看(?:情况|安排|着办|客户(?:安排|时间)?)|等(?:通知|消息|客户(?:通知|消息|回复|确认)?)|待定|(?:还|暂时?|目前)?(?:没|未)(?:想好|定|确定)"
    r"|(?:还|暂时?)?(?:不|说不)(?:确定|清楚|知道|好说|准|急)|都(?:行|可以)|随便|随时|快了?|早点"
)


def _answered_date(talk: Talk) -> deadline.Due | None:
    """The date that a message is, or the words that were given for one and are none, as vague."""
    read = date_alone(talk, talk.text)
    if read is None and _NO_DATE.fullmatch(fold(talk.text).strip(" 。.!,~吧了啊呢")):
        return deadline.Due(None, "vague", talk.text.strip(" 。.!！,，~"), "", False)
    return read


# --- what was missing from a commitment -------------------------------------------------------------------------------


def _complete(talk: Talk, question: Question) -> Answer | None:
    """A date or a client that was missing from commitments just recorded."""
    todo = [item for item in question.payload["todo"] if _missing(talk, item)]
    unclear = [item for item in todo if item["kind"] == "client"]
    option: dict[str, Any] | None = None
    read = _answered_date(talk)
    if read is not None:
        waiting = [item for item in todo if item["kind"] == "due"]
        if not waiting:
            return None
        if read.due is None or read.issue is not None:
            first = waiting[0]
            asked = {"number": first["number"], "matter": first["matter"], "issue": read.issue, "phrase": read.phrase}
            question.answered_at = talk.now
            talk.ask("complete", {"todo": todo})
            return Answer("date_missing", asked | {"verb": "改"}, kind="question", about=[first["number"]])
        rows = [row for item in waiting if (row := _open(talk, item["number"]))]
        for row in rows:
            talk.change(row, "commitment.dated", due_at=read.due, due_given_at=talk.now, issue=None)
        done = [row.number for row in rows]
        left = [item for item in todo if item["kind"] != "due"]
    else:
        option = _pick_client(talk, unclear[0]["options"]) if unclear else None
        found = _open(talk, unclear[0]["number"]) if option is not None else None
        if found is None or option is None:
            return None
        talk.change(found, "commitment.linked", client_id=option["id"])
        done = [found.number]
        left = [item for item in todo if item is not unclear[0]]
    if left:
        question.answered_at = talk.now
        talk.ask("complete", {"todo": left})
    answer = commitments.completed(talk, done, left[0] if left else None, uncertain=read.uncertain if read else False)
    return _taught(talk, answer, unclear[0], option) if read is None and option is not None else answer


def _matter(talk: Talk, question: Question) -> Answer | None:
    """What is to be done by a date that was told without it."""
    asked = question.payload
    told = clauses.plain_item(talk.text.strip(), talk.now, talk.calendar, talk.callable_by_name())
    due = talk.local(datetime.fromisoformat(asked["due"]))
    sounds_right = may_be_matter(talk.text) and not basics.is_small_talk(talk)
    # With a date of its own it is a promise, to be offered as one.
    if not sounds_right or told.issue != "none" or due is None or due <= talk.now:
        return None
    mentions = tuple(asked["mentions"]) or told.mentions
    item = clauses.Item(told.matter, due, None, asked["phrase"], mentions, asked["uncertain"])
    # It may ask which client is meant.
    question.answered_at = talk.now
    return commitments.store(talk, [item], talk.text)


def _open(talk: Talk, number: int) -> Commitment | None:
    row = commitments.find(talk, number)
    return row if row is not None and row.state == "open" else None


def _missing(talk: Talk, item: dict[str, Any]) -> bool:
    """Is this still missing, or has it been told by another road since it was asked?"""
    row = _open(talk, item["number"])
    return row is not None and (row.due_at is None if item["kind"] == "due" else row.client_id is None)


# --- the rest of a command --------------------------------------------------------------------------------------------


def _done(talk: Talk, question: Question) -> Answer | None:
    options: list[int] = question.payload["options"]
    numbers, rest = take_numbers(talk.text)
    if (len(options) == 1 or question.payload.get("all")) and is_yes(talk.text):
        numbers = options
    elif picked := choices(talk.text, len(options)):
        numbers = [options[index - 1] for index in picked]
    elif rest or not set(numbers) <= set(options):
        # The record's own number is as good an answer as its place in the list, where it cannot be taken for one.
        return None
    proof = [*question.payload["proof"], *attachments.gathered(talk)]
    return commitments.close(talk, numbers, "", proof) if numbers else None


def _asked_of(question: Question) -> list[int]:
    """The records a question is about; one asked before several could be changed at once names its only one."""
    numbers: list[int] = question.payload.get("numbers") or [question.payload["number"]]
    return numbers


def _changeable(talk: Talk, numbers: list[int]) -> bool:
    """May I still change any of them? Closed or handed on since it was asked, nothing is an answer any more."""
    return any(isinstance(changes.owned(talk, number), Commitment) for number in numbers)


def _moved(talk: Talk, question: Question) -> Answer | None:
    read = _answered_date(talk)
    numbers = _asked_of(question)
    if read is None or not _changeable(talk, numbers):
        return None
    verb = "延期" if question.kind == "postpone" else "改"
    return changes.redate(talk, numbers, verb, read, question.payload.get("reason", ""))


def _cancel(talk: Talk, question: Question) -> Answer | None:
    numbers = _asked_of(question)
    if not _changeable(talk, numbers):
        return None
    # A yes is no reason.
    return (
        changes.ask_reason(talk, numbers)
        if is_yes(talk.text)
        else changes.cancel_each(talk, numbers, talk.text.strip())
    )


def _number(talk: Talk, question: Question) -> Answer | None:
    """The number a command lacked, with or without what else belongs to it."""
    numbers, rest = take_numbers(part_number(talk.text))
    if not numbers or is_measured(rest):
        return None
    question.answered_at = talk.now
    said = talk.text.strip() if rest else f"{talk.text.strip()} {question.payload.get('rest', '')}"
    return VERBS[question.payload["verb"]](talk, said)


def _transfer(talk: Talk, question: Question) -> Answer | None:
    """A colleague's name, and nothing else."""
    said = _HEIR.sub("", talk.text).strip(" ，,。.")
    if not talk.mentioned and said not in talk.roster():
        return None
    question.answered_at = talk.now
    numbers = "、".join(str(number) for number in _asked_of(question))
    return handover.hand_over(talk, f"{numbers} @{said}")


def _lookup(talk: Talk, question: Question) -> Answer | None:
    option = _pick_client(talk, question.payload["options"])
    if option is None:
        return None
    return _taught(talk, LOOKUPS[question.payload["query"]](talk, "", option["id"]), question.payload, option)


def _contact(talk: Talk, question: Question) -> Answer | None:
    option = _pick_client(talk, contacts.offered(question.payload))
    if option is None:
        return None
    client_id = option["id"] if option["id"] is not None else contacts.create_client(talk, option["name"])
    asked = question.payload["contact"]
    contact = asked | {"attachments": [*asked["attachments"], *attachments.gathered(talk)]}
    return _taught(talk, contacts.store(talk, client_id, contact), question.payload, option)


def _lead(talk: Talk, question: Question) -> Answer | None:
    option = _pick_client(talk, contacts.offered(question.payload))
    if option is None:
        return None
    answer = leads.store(talk, leads.read(talk, question.payload["text"]), option["id"])
    return _taught(talk, answer, question.payload, option)


def _client_names(talk: Talk, question: Question) -> Answer | None:
    option = _pick_client(talk, question.payload["options"])
    return clients_said.carry_on(talk, question.payload, option["id"]) if option else None


def _client_change(talk: Talk, question: Question) -> Answer | None:
    option = _pick_client(talk, question.payload["options"])
    if option is None:
        return None
    # It may ask again, which clients are meant or whether to do it.
    question.answered_at = talk.now
    return client_changes.carry_on(talk, question.payload, option["id"])


def _client_confirm(talk: Talk, question: Question) -> Answer | None:
    return client_changes.confirmed(talk, question.payload) if is_yes(talk.text) else None


def _relink(talk: Talk, question: Question) -> Answer | None:
    option = _pick_client(talk, question.payload["options"])
    return relinks.relink(talk, question.payload["number"], option["id"]) if option else None


def _report_client(talk: Talk, question: Question) -> Answer | None:
    first = question.payload["unclear"][0]
    option = _pick_client(talk, first["options"])
    if option is None:
        return None
    question.answered_at = talk.now
    answer = reports_clients.answered(talk, question.payload, option["id"])
    return _taught(talk, answer, first, option) if answer is not None else None


def _leave(talk: Talk, question: Question) -> Answer | None:
    offered = question.payload.get("words", "")
    if offered and is_yes(talk.text):
        return leave.leave(talk, offered, question.payload["kind"])
    span = deadline.read_days(talk.text, talk.now, talk.calendar)
    return None if span.issue == "none" else leave.leave(talk, talk.text, question.payload["kind"])


_ANSWERS: dict[str, Callable[[Talk, Question], Answer | None]] = {
    "complete": _complete,
    "matter": _matter,
    "done": _done,
    "postpone": _moved,
    "correct": _moved,
    "cancel": _cancel,
    "number": _number,
    "transfer": _transfer,
    "lookup": _lookup,
    "contact": _contact,
    "contact_offered": _contact,
    "lead": _lead,
    "propose": proposals.answered,
    "order": proposals.ordered,
    "report": reports.offered,
    "report_client": _report_client,
    "leave": _leave,
    "client_names": _client_names,
    "client_change": _client_change,
    "client_confirm": _client_confirm,
    "relink": _relink,
    "attachment": proofs.answered,
}
