"""One command for several records: each is done by itself, all are told in one message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

from handlers.language.intent import take_records
from handlers.language.several_acts import acts
from handlers.talk import Answer, Notice, Talk
from storage import events

# What is said of a record that was left as it is.
_REFUSALS = frozenset({"number_unknown", "not_yours", "already_closed", "same_date", "already_owner"})
# Notices that read as well of several records; of a lead its new owner is told more than fits there.
_MERGED = frozenset(
    {
        "commitment_postponed_notice",
        "commitment_changed_notice",
        "commitment_cancelled_notice",
        "handed_over_notice",
        "handed_away_notice",
        "muted_notice",
    }
)


def records(talk: Talk, rest: str) -> tuple[list[int], str]:
    """The numbers of records that a change begins with, and the words behind them."""
    return take_records(rest, lambda number: events.kind_of(talk.session, number) is not None)


def apart(talk: Talk) -> Answer | None:
    """Asks for one act a message when several are told, each of a record of its own; None where it is one."""
    told = [(verb, number) for verb, number in acts(talk.text) if events.kind_of(talk.session, number) is not None]
    numbers = list(dict.fromkeys(number for _, number in told))
    if len(numbers) < 2:
        return None
    verb, number = told[0]
    return Answer("acts_apart", {"count": len(told), "verb": verb, "number": number}, kind="question", about=numbers)


def each(talk: Talk, verb: str, numbers: Sequence[int], change: Callable[[int], Answer], reason: str = "") -> Answer:
    """Does `change` to each record; the answer of one is its own, of several one for all, refusals with their reasons.

    `change` answers in one of the templates of a change, or in one of its refusals, and asks nothing.
    """
    answers = [change(number) for number in numbers]
    if len(answers) == 1:
        return answers[0]
    done = [answer for answer in answers if answer.template not in _REFUSALS]
    refused = [{"why": answer.template, **answer.facts} for answer in answers if answer.template in _REFUSALS]
    told = {
        "verb": verb,
        "items": [_item(talk, answer.facts) for answer in done],
        "refused": refused,
        "due": done[0].facts.get("due") if done else None,
        "owner": done[0].facts.get("owner", "") if done else "",
        "reason": reason,
        "supervisors": _unique(answer.facts.get("supervisor", "") for answer in done),
        "uncertain": any(answer.facts.get("uncertain") for answer in done),
        "by": talk.me.name,
        "now": talk.now,
    }
    notices = _merged(talk, list(chain.from_iterable(answer.notices for answer in done)))
    mentions = list(chain.from_iterable(answer.mentions for answer in done))
    return Answer("changed_several", told, about=list(numbers), mentions=mentions, notices=notices)


def _item(talk: Talk, facts: Any) -> dict[str, Any]:
    """One record as a line of the answer."""
    return {
        "number": facts["number"],
        "matter": facts.get("matter") or "",
        "client": facts.get("client"),
        "before": facts.get("before"),
        "absence": facts["kind"] if facts.get("kind") in {"leave", "travel"} else "",
        "lead": facts.get("kind") == "lead",
        "owner": facts["owner"] if facts.get("mine") is False else "",
    }


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))


def _merged(talk: Talk, notices: Sequence[Notice]) -> list[Notice]:
    """One notice instead of several of a kind to the same person."""
    grouped: dict[tuple[int, str, int], list[Notice]] = {}
    for place, notice in enumerate(notices):
        alone = notice.template not in _MERGED or notice.facts.get("kind") == "lead"
        grouped.setdefault((notice.person_id, notice.template, place if alone else -1), []).append(notice)
    found: list[Notice] = []
    for (person_id, what, _), group in grouped.items():
        if len(group) == 1:
            found += group
            continue
        items = [notice.facts for notice in group]
        told = {"what": what, "items": items, "by": talk.me.name, "now": talk.now}
        about = list(chain.from_iterable(notice.about for notice in group))
        found.append(Notice(person_id, "changed_several_notice", told, about))
    return found
