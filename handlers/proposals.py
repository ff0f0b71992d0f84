"""Commitments the bot proposes, out of a daily report or a message of its own: asked about, stored after a yes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from handlers import commitments, reports_clients
from handlers.language import clauses
from handlers.language.intent import choices, is_yes
from handlers.reports_shown import commitment
from handlers.talk import Answer, Talk
from storage.tables import Question


def ask(talk: Talk, items: Sequence[dict[str, Any]], **report: Any) -> None:
    """Remembers what was proposed, for a yes or the numbers of some: each with `matter`, `due` (aware), `client_id`.

    `report` is the number of the daily report they are from, and `unclear` the clients to be asked about after it.
    """
    talk.ask("propose", {"items": list(items), **report})


def answered(talk: Talk, question: Question) -> Answer | None:
    """Stores those of the proposed commitments that a message picks; None when it picks none."""
    items = question.payload["items"]
    picked = list(range(1, len(items) + 1)) if is_yes(talk.text) else choices(talk.text, len(items))
    if not picked:
        return None
    question.answered_at = talk.now
    return _accept(talk, [items[index - 1] for index in picked], question.payload)


def ordered(talk: Talk, question: Question) -> Answer | None:
    """Gives what was offered to whom it was meant for, after a yes."""
    if not is_yes(talk.text):
        return None
    asked = question.payload
    question.answered_at = talk.now
    item = clauses.Item(asked["matter"], datetime.fromisoformat(asked["due"]), None, "", (asked["name"],), False)
    return commitments.store(talk, [item], asked["text"])


def _accept(talk: Talk, items: Sequence[dict[str, Any]], asked: dict[str, Any]) -> Answer:
    """Stores commitments that the person has picked, and asks what else was `asked` of their report."""
    rows = [
        commitments.make(
            talk, item["matter"], talk.my_id, item["client_id"], datetime.fromisoformat(item["due"]), talk.text, None
        )
        for item in items
    ]
    plain = {"mine": True, "uncertain": False, "issue": None, "owner": ""}
    unclear = reports_clients.with_commitments(asked.get("unclear", ()), rows)
    todo = {"kind": "client", "number": asked["report"], "report": True, **unclear[0]} if unclear else None
    if unclear:
        reports_clients.ask(talk, asked["report"], unclear)
    told = {"items": [commitment(talk, row) | plain for row in rows], "todo": todo, "now": talk.now}
    about = [*(row.number for row in rows), *([asked["report"]] if unclear else [])]
    return Answer("commitment_recorded", told, kind="question" if todo else "reply", about=about)
