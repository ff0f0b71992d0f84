"""A record gets another owner: 转交 12 @李娜, by its owner or somebody above."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from handlers.changes import meant, not_yours, number_missing, owned, refusal, several_missing
from handlers.commitments import shown
from handlers.several import each
from handlers.talk import Answer, Notice, Talk
from storage import clients, people
from storage.tables import Commitment, Lead, Person

_AT = re.compile(r"[@＠]\s*")
_TO = " 给到由:：,，"


def hand_over(talk: Talk, rest: str) -> Answer:
    """`转交 12 @李娜`, `转交 12 13 @李娜`: commitments or leads get another owner, who is told."""
    numbers, words = meant(talk, rest)
    if not numbers:
        return number_missing(talk, rest, "转交", "转交 12 @李娜")
    if all(isinstance(handable(talk, number), Answer) for number in numbers):
        return each(talk, "转交", numbers, lambda number: refusal(handable(talk, number)))
    heir, names = _named_person(talk, words)
    if heir is not None:
        return each(talk, "转交", numbers, lambda number: _hand_one(talk, number, heir))
    talk.ask("transfer", {"numbers": numbers})
    if len(numbers) > 1:
        return several_missing("heir", numbers, names=names)
    example = {"number": numbers[0], "verb": "转交", "example": f"转交 {numbers[0]} @李娜", "names": names}
    return Answer("heir_missing", example, kind="question", about=numbers)


def handable(talk: Talk, number: int) -> Commitment | Lead | Answer:
    """The open commitment or lead if I may change it, else the refusal."""
    return _lead(talk, number) or owned(talk, number)


def _hand_one(talk: Talk, number: int, heir: Person) -> Answer:
    row = handable(talk, number)
    if isinstance(row, Answer):
        return row
    assert heir.id is not None
    if heir.id == row.owner_id:
        return Answer("already_owner", {"number": number, "owner": heir.name}, about=[number])
    former = row.owner_id
    came_along = False
    if isinstance(row, Lead):
        talk.change(row, "lead.assigned", owner_id=heir.id, assigned_at=talk.now)
        # A client that came with the lead goes with it; one its owner had before stays his.
        came_along = clients.follow(talk.session, row.client_id, row.made_at, former, heir.id)
    else:
        talk.change(row, "commitment.assigned", owner_id=heir.id)
    told = {"former": talk.name_of(former), "by": talk.me.name, "now": talk.now, "owner": heir.name}
    told |= {"came_along": came_along, "keeper": _keeper(talk, row)}
    notices: list[Notice] = []
    if heir.id != talk.my_id:
        # Only the new owner may read the number to call, and a notice is private.
        reach = {"contact": "", "phone": ""}
        if isinstance(row, Lead):
            reach = {"contact": row.contact_name, "phone": row.phone}
        notices.append(Notice(heir.id, "handed_over_notice", _handed(talk, row, heir.id) | told | reach, [number]))
    if former not in {talk.my_id, heir.id}:
        notices.append(Notice(former, "handed_away_notice", _handed(talk, row, former) | told, [number]))
    mentions = [heir.id] if talk.in_group else []
    return Answer("handed_over", _handed(talk, row) | told, about=[number], mentions=mentions, notices=notices)


def _keeper(talk: Talk, row: Commitment | Lead) -> str:
    """Whose the client of a lead is; empty for a commitment, which never asks."""
    client = talk.client(row.client_id) if isinstance(row, Lead) else None
    return talk.name_of(client.owner_id) if client is not None else ""


def _handed(talk: Talk, row: Commitment | Lead, reader_id: int | None = None) -> dict[str, Any]:
    """What was handed over, as the person who speaks, or the reader of a notice, may read it."""
    if isinstance(row, Commitment):
        return shown(talk, row, reader_id=reader_id) | {"kind": "commitment"}
    note = talk.safe(row.note, row.owner_id) if reader_id is None else talk.to(reader_id, row.note, row.owner_id)
    client = talk.client_name(row.client_id)
    return {"number": row.number, "matter": note, "client": client, "due": None, "kind": "lead"}


def _lead(talk: Talk, number: int) -> Lead | Answer | None:
    """The open lead of this number if I may change it, else the refusal; None when the number is no open lead's."""
    lead = talk.session.get(Lead, number)
    if lead is None or lead.state != "open":
        return None
    allowed = people.may_decide_for(talk.session, talk.me, lead.owner_id)
    return lead if allowed else not_yours(talk, number, lead.owner_id)


def _named_person(talk: Talk, words: str) -> tuple[Person | None, Sequence[str]]:
    """The first person named in `words`, by platform mention or by written name; else the word that names nobody."""
    if talk.mentioned:
        return talk.mentioned[0], ()
    text = _AT.sub("", words.lstrip(_TO)).strip()
    names = sorted((name for name in talk.roster() if text.startswith(name)), key=len, reverse=True)
    unknown = [name for name in re.split(r"[\s,，、]+", text) if name][:1]
    return (talk.person(names[0]), names[:1]) if names else (None, unknown)
