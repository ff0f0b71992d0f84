"""`改 12 客户 仁济`: the record is about another client; the words it had been guessed by are learned."""

from __future__ import annotations

from dataclasses import replace

from handlers import client_names, queries
from handlers.commitments import closed_facts
from handlers.leads import read as read_lead_text
from handlers.talk import Answer, Notice, Talk, happening, said_in
from storage import clients, events, people
from storage.tables import Commitment, Contact, Lead

Linked = Commitment | Contact | Lead


def correct_client(talk: Talk, number: int, words: str) -> Answer:
    """Links a record to the client that `words` mean; an unclear one is asked about."""
    row = _changeable(talk, number)
    if isinstance(row, Answer):
        return row
    words = words.strip(" :：是为")
    if not words:
        return Answer("client_which_name", {"query": "relink"}, kind="question", about=[number])
    match = queries.named(talk, words)
    if match.key is not None:
        return relink(talk, number, match.key)
    if not match.candidates:
        return Answer("client_unknown", {"words": words, "query": "relink"}, about=[number])
    said = said_in(words, match)
    options = talk.options(match, said)
    talk.ask("relink", {"number": number, "options": options, "said": said})
    return Answer("client_which", {"options": options}, kind="question", about=[number])


def _changeable(talk: Talk, number: int) -> Linked | Answer:
    """The open record of this number if it has a client and I may change it, else the refusal."""
    session = talk.session
    row = session.get(Commitment, number) or session.get(Contact, number) or session.get(Lead, number)
    if isinstance(row, Commitment) and row.state == "cancelled" and talk.sees(row.owner_id):
        return Answer("already_closed", closed_facts(talk, row) | {"now": talk.now}, about=[number])
    if row is None or row.state in {"withdrawn", "cancelled"}:
        kind = events.kind_of(session, number) or ""
        return Answer("number_unknown", {"number": number, "kind": kind}, about=[number])
    owner_id = _owner(row)
    if not people.may_decide_for(talk.session, talk.me, owner_id):
        return Answer("not_yours", {"number": number, "owner": talk.name_of(owner_id)}, about=[number])
    return row


def _owner(row: Linked) -> int:
    return row.person_id if isinstance(row, Contact) else row.owner_id


def relink(talk: Talk, number: int, client_id: int) -> Answer:
    """Links a record to a client. The phrase it had been linked by, when that was a guess, becomes an alias."""
    row = _changeable(talk, number)
    if isinstance(row, Answer):
        return row
    client_id = clients.standing(talk.session, client_id)
    former = row.client_id
    told = {
        "number": number,
        "client": talk.client_name(client_id),
        "before": talk.client_name(former),
        "by": talk.me.name,
    }
    if former == client_id:
        return Answer("client_relinked", told | {"same": True}, about=[number])
    learned = None
    phrase = _guessed_by(talk, row)
    if phrase and former is not None:
        learned = client_names.learn(talk, phrase, client_id, [former, client_id])
    _link(talk, row, client_id)
    owner_id = _owner(row)
    notices = [] if owner_id == talk.my_id else [Notice(owner_id, "client_relinked_notice", told, [number])]
    answer = Answer("client_relinked", told | {"same": False}, about=[number], notices=notices)
    return replace(answer, learned=learned)


def _guessed_by(talk: Talk, row: Linked) -> str:
    """The phrase by which the record is linked to its client, empty when it is that client's very name."""
    if isinstance(row, Lead):
        text = read_lead_text(talk, row.text).client or ""
        match = talk.directory.mention(text)
    else:
        text = row.matter if isinstance(row, Commitment) else row.text
        match = talk.directory.message(text)
    guessed = match.candidates and not match.exact and row.client_id in match.candidates
    return said_in(text, match) if guessed else ""


def _link(talk: Talk, row: Linked, client_id: int) -> None:
    if isinstance(row, Commitment):
        talk.change(row, "commitment.linked", client_id=client_id)
    elif isinstance(row, Lead):
        talk.change(row, "lead.linked", client_id=client_id)
    else:
        _link_contact(talk, row, client_id)


def _link_contact(talk: Talk, row: Contact, client_id: int) -> None:
    """The clocks of the former client run on as if it had not been contacted; the other's hear of it now."""
    made = events.latest(talk.session, f"contact:{row.number}", "contact.made")
    before = happening(row, made, (row.channel,)) if made is not None else None
    linked = talk.change(row, "contact.linked", client_id=client_id)
    if before is not None:
        talk.clocks.retract(talk.session, before)
    hear(talk, row, linked)


def hear(talk: Talk, row: Contact, event: events.Happened) -> None:
    """Tells the clocks of the client a contact is linked to, by this event, that it took place."""
    heard = happening(row, event, (row.channel,))
    talk.clocks.observe(talk.session, replace(heard, kind="contact.made", at=row.at))
