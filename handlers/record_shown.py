"""`#12`: one record, whatever it is, to whoever may see it."""

from __future__ import annotations

from typing import Any

from handlers import attachments, reports_lookup
from handlers.commitments import closed_facts, other_kind, shown
from handlers.contacts import golden
from handlers.talk import Answer, Talk
from storage.tables import Absence, Commitment, Contact, DailyReport, Lead, Person

_NOTHING: dict[str, Any] = {"matter": "", "client": None, "owner": "", "mine": False}


def show(talk: Talk, number: int) -> Answer:
    """The record of this number: its words, client, owner and state; somebody else's only to those above."""
    row = _find(talk, number)
    if row is None:
        return Answer("number_unknown", {"number": number, "kind": other_kind(talk, number)}, about=[number])
    if row.state == "withdrawn":
        return Answer("number_unknown", {"number": number, "kind": "commitment"}, about=[number])
    owner_id = row.owner_id if isinstance(row, Commitment | Lead) else row.person_id
    if not talk.sees(owner_id):
        return Answer("not_below_you", {"name": talk.name_of(owner_id)}, about=[number])
    if isinstance(row, DailyReport):
        return reports_lookup.show_day(talk, talk.session.get_one(Person, owner_id), row.day)
    told = _NOTHING | {"number": number, "owner": talk.name_of(owner_id), "mine": owner_id == talk.my_id}
    if isinstance(row, Commitment):
        return Answer("record_commitment", told | _commitment(talk, row), about=[number])
    if isinstance(row, Absence):
        days = {"kind": row.kind, "first": row.first_day, "last": row.last_day, "cancelled": row.state == "cancelled"}
        return Answer("record_absence", told | days | {"now": talk.now}, about=[number])
    told |= {"client": talk.client_name(row.client_id), "now": talk.now}
    if isinstance(row, Contact):
        said = {"channel": row.channel, "matter": talk.safe(row.text, owner_id), "at": talk.local(row.at)}
        files = {"attachments": attachments.shown(talk, number, len(row.attachments))}
        return Answer("record_contact", told | said | files, about=[number])
    lead = {"matter": talk.safe(row.note, owner_id), "contact": row.contact_name, "golden": golden(talk, row)}
    return Answer("record_lead", told | lead | {"phone": talk.safe(row.phone, owner_id)}, about=[number])


def _find(talk: Talk, number: int) -> Commitment | Contact | Lead | DailyReport | Absence | None:
    session = talk.session
    return (
        session.get(Commitment, number)
        or session.get(Contact, number)
        or session.get(Lead, number)
        or session.get(DailyReport, number)
        or session.get(Absence, number)
    )


def _commitment(talk: Talk, row: Commitment) -> dict[str, Any]:
    told = shown(talk, row) | closed_facts(talk, row)
    files = attachments.shown(talk, row.number, len(row.proof))
    return told | {"postponed": row.postponed, "muted": row.muted, "attachments": files, "now": talk.now}
