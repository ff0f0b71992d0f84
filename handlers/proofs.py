"""`凭证 12`: a picture or a file that comes after its record, put with it."""

from __future__ import annotations

from handlers import attachments, changes, commitments
from handlers.language.intent import part_number, take_numbers
from handlers.talk import Answer, Talk
from storage.tables import Commitment, Contact, Question


def command(talk: Talk, rest: str) -> Answer | None:
    """`凭证 12`, with the file itself or after it; None without a single number."""
    numbers, words = take_numbers(rest)
    return _attach(talk, numbers[0]) if len(numbers) == 1 and not words else None


def answered(talk: Talk, question: Question) -> Answer | None:
    """A bare number, after something came alone."""
    return command(talk, part_number(talk.text))


def _attach(talk: Talk, number: int) -> Answer:
    items = attachments.gathered(talk)
    if not items:
        return Answer("proof_missing", {"number": number}, about=[number])
    contact = talk.session.get(Contact, number)
    if contact is not None and contact.state == "ok":
        if contact.person_id != talk.my_id:
            return changes.not_yours(talk, number, contact.person_id)
        talk.change(contact, "contact.attached", attachments=[*contact.attachments, *items])
        name, is_open = talk.client_name(contact.client_id) or "", False
    else:
        row = _own_promise(talk, number)
        if isinstance(row, Answer):
            return row
        talk.change(row, "commitment.attached", proof=[*row.proof, *items])
        name, is_open = talk.safe(row.matter, row.owner_id), row.state == "open"
    talk.keep(number, items)
    attachments.settle(talk)
    return Answer("proof_added", {"number": number, "name": name, "count": len(items), "open": is_open}, about=[number])


def _own_promise(talk: Talk, number: int) -> Commitment | Answer:
    row = commitments.find(talk, number)
    if row is None:
        kind = commitments.other_kind(talk, number)
        return Answer("number_unknown", {"number": number, "kind": kind}, about=[number])
    if row.owner_id != talk.my_id:
        return changes.not_yours(talk, number, row.owner_id)
    if row.state == "cancelled":
        return Answer("already_closed", commitments.closed_facts(talk, row) | {"now": talk.now}, about=[number])
    return row
