"""What people send along: with the words it belongs to, or before them; and what has become of it."""

from __future__ import annotations

from handlers.talk import Answer, Talk
from storage import facts, media
from storage.tables import Question

_MOST = 20
# Questions of which there will be a record to put it with.
_JOINED = frozenset({"contact", "contact_offered", "done"})


def given(talk: Talk) -> list[dict[str, str]]:
    """What came with this message."""
    return [{"kind": item.kind, "name": item.name, "ref": item.ref or ""} for item in talk.attachments]


def gathered(talk: Talk) -> list[dict[str, str]]:
    """What came with this message, after what was sent here alone before and still waits for its record."""
    question = _waiting(talk)
    before: list[dict[str, str]] = question.payload["attachments"] if question is not None else []
    return [*before, *given(talk)]


def settle(talk: Talk) -> None:
    """What waited has found its record; a question that was asked before it came goes on without it."""
    question = _waiting(talk)
    if question is None:
        return
    if question.kind == "attachment":
        question.answered_at = talk.now
    else:
        question.payload = question.payload | {"attachments": []}
    talk.session.add(question)


def _waiting(talk: Talk) -> Question | None:
    question = facts.asked(talk.session, talk.my_id, talk.lane, talk.now)
    return question if question is not None and question.payload.get("attachments") else None


def alone(talk: Talk) -> Answer:
    """Keeps in mind what came without a word, and asks where it belongs; what was being asked already goes on."""
    question = facts.asked(talk.session, talk.my_id, talk.lane, talk.now)
    if question is not None and question.kind != "attachment":
        joined = question.kind in _JOINED
        if joined:
            question.payload = question.payload | {"attachments": gathered(talk)[-_MOST:]}
            talk.session.add(question)
        return Answer("attachment_alone", {"count": len(talk.attachments), "asked": True, "joined": joined})
    items = gathered(talk)[-_MOST:]
    talk.ask("attachment", {"attachments": items})
    return Answer("attachment_alone", {"count": len(items), "asked": False, "joined": False})


def shown(talk: Talk, number: int, count: int) -> dict[str, int]:
    """How many attachments a record has, and how many of them are kept, lost or still to be fetched."""
    tally = media.tallies(talk.session, [number]).get(number, media.Tally()) if count else media.Tally()
    return {"count": count, "kept": tally.kept, "lost": tally.lost, "waiting": tally.waiting}
