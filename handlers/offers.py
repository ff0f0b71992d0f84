"""A promise, an order or a contact written without its keyword: offered for a yes, never stored in silence."""

from __future__ import annotations

import functools

from handlers import contacts, proposals
from handlers.language.contact_told import read_told_contact
from handlers.language.promise import read_order, read_promise
from handlers.talk import Answer, Talk, said_in
from storage import people


def promise(talk: Talk) -> Answer | None:
    """Asks whether a message nobody else understood is a promise; None for what does not sound like one."""
    # What reading looks up is wanted again.
    find = functools.cache(talk.directory.message)
    read = read_promise(
        talk.text,
        talk.now,
        talk.calendar,
        talk.roster(),
        lambda matter: bool(find(matter).candidates),
    )
    if read is None:
        return None
    match = find(read.matter)
    client_id = None if match.ask else match.key
    proposals.ask(talk, [{"matter": read.matter, "due": read.due, "client_id": client_id}])
    told = {
        "matter": talk.safe(read.matter, talk.my_id),
        "due": talk.local(read.due),
        "client": talk.client_name(client_id),
        "now": talk.now,
    }
    return Answer("promise_offered", told, kind="question")


def order(talk: Talk) -> Answer | None:
    """Asks whether a message nobody else understood gives somebody below me something to do; None for others."""
    read = read_order(talk.text, talk.now, talk.calendar, talk.roster())
    owner = talk.person(read.name) if read is not None else None
    if read is None or owner is None or owner.id is None or owner.id == talk.my_id:
        return None
    if not people.may_decide_for(talk.session, talk.me, owner.id):
        return None
    match = talk.directory.message(read.matter)
    talk.ask("order", {"name": owner.name, "matter": read.matter, "due": read.due, "text": talk.text})
    told = {
        "owner": owner.name,
        "matter": talk.safe(read.matter, owner.id),
        "due": talk.local(read.due),
        "client": None if match.ask else talk.client_name(match.key),
        "now": talk.now,
    }
    return Answer("assignment_offered", told, kind="question")


def contact(talk: Talk) -> Answer | None:
    """Asks whether a message nobody else understood tells of a contact with a client of the team; None for others."""
    read = read_told_contact(talk.text, talk.roster())
    if read is None:
        return None
    match = talk.meant(read.body, talk.directory.message(read.body))
    if not match.candidates:
        return None
    said = said_in(read.body, match)
    options = talk.options(match, said)
    if match.key is not None:
        options = [option for option in options if option["id"] == match.key]
    asked = {"contact": contacts.payload_of(talk, read), "options": options, "new": "", "said": said}
    talk.ask("contact_offered", asked)
    told = {"channel": read.channel, "text": talk.safe(read.body, talk.my_id), "options": options}
    return Answer("contact_offered", told, kind="question")
