"""Follow-ups and visits: `电话 协和 …`, `【拜访】协和 …`, and what they do to a lead's clocks."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from handlers import attachments
from handlers.language.contact import ContactText, apart_from, read_contact
from handlers.language.names import Match
from handlers.talk import Answer, Talk, said_in
from prompts import mask
from storage import clients, facts
from storage.tables import Contact, Lead

_GOLDEN = timedelta(hours=48)
_FIRST_WORD = re.compile(r"^[^\s,，。;；:：、]{2,30}")
# What is told of a call instead of whom it was to.
_HOW_IT_WENT = re.compile(
    r"[没未无](?:有?人)?接(?:听|通)?|没人|不在|占线|忙线|拒接|关机|停机|空号|(?:已经?|没)?打?通了?"
)


def contact(talk: Talk) -> Answer:
    """Stores a contact with its channel; an unclear client is asked, an unknown one offered as new."""
    read = read_contact(talk.text)
    assert read is not None
    if not read.body:
        return Answer("contact_empty", {"channel": read.channel}, kind="question")
    match = talk.meant(read.body, talk.directory.message(read.body))
    read = apart_from(read, match.span)
    if match.key is not None:
        return store(talk, match.key, payload_of(talk, read))
    return _ask_client(talk, read, match)


def payload_of(talk: Talk, read: ContactText) -> dict[str, Any]:
    """What is kept of a contact while it is asked about, and stored of it after."""
    return {
        "channel": read.channel,
        "body": read.body,
        "person": read.person or "",
        "lacks": list(read.lacks),
        "attachments": attachments.gathered(talk),
    }


def _ask_client(talk: Talk, read: ContactText, match: Match) -> Answer:
    said = said_in(read.body, match)
    options = talk.options(match, said)
    first = _FIRST_WORD.match(read.body)
    new = first[0] if first and first[0] != read.person and _may_be_client(talk, first[0]) else ""
    if not options and not new:
        return Answer("contact_no_client", {"channel": read.channel}, kind="question")
    talk.ask("contact", {"contact": payload_of(talk, read), "options": options, "new": new, "said": said})
    return Answer("contact_which_client", {"channel": read.channel, "options": options, "new": new}, kind="question")


def _may_be_client(talk: Talk, word: str) -> bool:
    """Is this word fit to be offered as a new client: no number, no telephone, nobody of the team, no remark (没接)?"""
    if word.isdigit() or mask(word) != word or talk.person(word) is not None:
        return False
    return not _HOW_IT_WENT.fullmatch(word)


def offered(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """What a question about a client offered, in its order; a new client last, without an id."""
    new = [{"id": None, "name": payload["new"]}] if payload["new"] else []
    return [*payload["options"], *new]


def create_client(talk: Talk, name: str) -> int:
    """A new client, owned by the person who speaks."""
    client = clients.add(talk.session, name, talk.now, owner_id=talk.my_id, region=talk.me.region)
    assert client.id is not None
    return client.id


def store(talk: Talk, client_id: int, payload: dict[str, Any]) -> Answer:
    """Stores the contact with this client and says what it still lacks and what it did to open leads."""
    row = talk.add(
        Contact(
            number=talk.number("contact"),
            client_id=client_id,
            person_id=talk.my_id,
            channel=payload["channel"],
            text=payload["body"],
            contact_name=payload["person"],
            chat_id=talk.chat_id,
            attachments=payload["attachments"],
            at=talk.now,
        ),
        "contact.made",
        tags=(payload["channel"],),
    )
    talk.keep(row.number, row.attachments)
    attachments.settle(talk)
    leads = [golden(talk, lead) for lead in facts.leads_of_client(talk.session, client_id)]
    told = {
        "number": row.number,
        "channel": row.channel,
        "client": talk.client_name(client_id),
        "lacks": payload["lacks"] if row.channel == "visit" else [],
        "attachments": len(row.attachments),
        "leads": leads,
        "now": talk.now,
    }
    return Answer("contact_recorded", told, about=[row.number, *(lead["number"] for lead in leads)])


def golden(talk: Talk, lead: Lead) -> dict[str, Any]:
    """How a lead stands under the 48-hour rule: which halves are done since it was assigned, and what is left."""
    since = [row for row in facts.contacts(talk.session, lead.client_id, limit=200) if row.at >= lead.assigned_at]
    seen = {row.channel for row in since}
    left = lead.assigned_at + _GOLDEN - talk.now
    return {
        "number": lead.number,
        "owner": talk.name_of(lead.owner_id),
        "call": "call" in seen,
        "wechat": "wechat" in seen,
        "left": left,
        "over": left <= timedelta(0),
    }
