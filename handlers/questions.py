"""Answers to what the bot asked: a bare number, a bare date, a yes, a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from handlers import commitments, contacts, leave, lists, queries, reports
from handlers.language import deadline
from handlers.language.intent import choices, is_yes
from handlers.talk import Answer, Talk
from storage import facts
from storage.tables import Question

LOOKUPS: dict[str, Callable[[Talk, str, int], Answer]] = {
    "last_contact": queries.last_contact,
    "card": queries.card,
    "timeline": queries.timeline,
    "list": lists.of_client,
}


def answered(talk: Talk) -> Answer | None:
    """What a message that is no command answers; None when nothing was asked, or this is no answer to it."""
    question = facts.asked(talk.session, talk.my_id, talk.lane, talk.now)
    if question is None or not talk.text.strip():
        return None
    answer = _ANSWERS[question.kind](talk, question)
    if answer is not None and question.answered_at is None:
        question.answered_at = talk.now
        talk.session.add(question)
    return answer


def _pick(talk: Talk, options: list[Any]) -> Any | None:
    picked = choices(talk.text, len(options))
    return options[picked[0] - 1] if picked and len(picked) == 1 else None


def _date(talk: Talk) -> deadline.Due | None:
    """The date this message is, if it is nothing else."""
    if not deadline.is_due_only(talk.text, talk.now, talk.calendar):
        return None
    return deadline.read_due(talk.text, talk.now, talk.calendar)


def _complete(talk: Talk, question: Question) -> Answer | None:
    """A date or a client that was missing from commitments just recorded."""
    todo: list[dict[str, Any]] = question.payload["todo"]
    read = _date(talk)
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
        rows = [row for item in waiting if (row := commitments.find(talk, item["number"])) and row.state == "open"]
        for row in rows:
            talk.change(row, "commitment.dated", due_at=read.due, due_given_at=talk.now, issue=None)
        done = [row.number for row in rows]
        left = [item for item in todo if item["kind"] != "due"]
    else:
        unclear = [item for item in todo if item["kind"] == "client"]
        option = _pick(talk, unclear[0]["options"]) if unclear else None
        if option is None:
            return None
        first = unclear[0]
        found = commitments.find(talk, first["number"])
        if found is None:
            return None
        talk.change(found, "commitment.linked", client_id=option["id"])
        done = [found.number]
        left = [item for item in todo if item is not first]
    if left:
        question.answered_at = talk.now
        talk.ask("complete", {"todo": left})
    return commitments.completed(talk, done, left[0] if left else None, uncertain=read.uncertain if read else False)


def _done(talk: Talk, question: Question) -> Answer | None:
    picked = choices(talk.text, len(question.payload["options"]))
    if picked:
        numbers = [question.payload["options"][index - 1] for index in picked]
        return commitments.close(talk, numbers, "", question.payload["proof"])
    return None


def _postpone(talk: Talk, question: Question) -> Answer | None:
    read = _date(talk)
    if read is None or read.due is None or read.issue is not None:
        return None
    row = commitments.owned(talk, question.payload["number"])
    if isinstance(row, Answer):
        return row
    counted = question.kind == "postpone"
    reason = question.payload.get("reason", "")
    return commitments.move(talk, row, read.due, reason, counted=counted, uncertain=read.uncertain)


def _cancel(talk: Talk, question: Question) -> Answer | None:
    row = commitments.owned(talk, question.payload["number"])
    return row if isinstance(row, Answer) else commitments.withdraw(talk, row, talk.text.strip())


def _lookup(talk: Talk, question: Question) -> Answer | None:
    option = _pick(talk, question.payload["options"])
    return LOOKUPS[question.payload["query"]](talk, "", option["id"]) if option else None


def _contact(talk: Talk, question: Question) -> Answer | None:
    payload = question.payload
    options = [*payload["options"], *([{"id": None, "name": payload["new"]}] if payload["new"] else [])]
    option = options[0] if len(options) == 1 and is_yes(talk.text) else _pick(talk, options)
    if option is None:
        return None
    client_id = option["id"] if option["id"] is not None else contacts.create_client(talk, option["name"])
    return contacts.store(talk, client_id, payload["contact"])


def _propose(talk: Talk, question: Question) -> Answer | None:
    items = question.payload["items"]
    picked = list(range(1, len(items) + 1)) if is_yes(talk.text) else choices(talk.text, len(items))
    return reports.accept(talk, [items[index - 1] for index in picked]) if picked else None


def _leave(talk: Talk, question: Question) -> Answer | None:
    span = deadline.read_days(talk.text, talk.now, talk.calendar)
    return leave.store(talk, span, question.payload["kind"]) if span.issue is None else None


_ANSWERS: dict[str, Callable[[Talk, Question], Answer | None]] = {
    "complete": _complete,
    "done": _done,
    "postpone": _postpone,
    "correct": _postpone,
    "cancel": _cancel,
    "lookup": _lookup,
    "contact": _contact,
    "propose": _propose,
    "leave": _leave,
}
