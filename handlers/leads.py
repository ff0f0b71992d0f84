"""Leads: `【线索】仁济医院 张主任 13800138000 官网 预算30万 上海 @张伟`, and the clocks of the first 48 hours."""

from __future__ import annotations

from handlers.language.lead import LeadText, read_lead
from handlers.language.names import Match
from handlers.talk import Answer, Notice, Talk
from prompts import mask
from storage import clients, facts, people
from storage.tables import Lead


def read(talk: Talk, text: str) -> LeadText:
    """The lead that `text` reports, regions read as this team names them and its clients known by their names."""
    regions = {person.region for person in people.everybody(talk.session) if person.region}
    found = read_lead(text, talk.roster(), sorted(regions), talk.directory)
    assert found is not None
    return found


def lead(talk: Talk) -> Answer:
    """Stores a lead for the person named, else for the sender; a client or lead somebody has already is not doubled."""
    told = read(talk, talk.text)
    if not told.client:
        missing = {"contact": told.contact or "", "phone": mask(told.phone or "")}
        return Answer("lead_no_client", missing, kind="question")
    unknown = [name for name in told.mentions if talk.person(name) is None]
    if unknown:
        return Answer("person_unknown", {"names": unknown, "bot": talk.bot_name})
    known = clients.named(talk.session, told.client)
    match = talk.meant(told.client, talk.directory.mention(told.client)) if known is None else Match(())
    if match.ask:
        options = talk.options(match, told.client)
        talk.ask("lead", {"text": talk.text, "options": options, "new": told.client, "said": told.client})
        asked = {"channel": "线索", "options": options, "new": told.client}
        return Answer("contact_which_client", asked, kind="question")
    return store(talk, told, known.id if known is not None else match.key)


def store(talk: Talk, read: LeadText, client_id: int | None) -> Answer:
    """Stores a lead on this client, on a new one without an id; says whose it is when somebody has it already."""
    assert read.client
    named = [person for name in read.mentions if (person := talk.person(name))] or list(talk.mentioned)
    owner = named[0] if named else talk.me
    assert owner.id is not None
    known = clients.get(talk.session, client_id)
    known_leads = facts.leads_of_client(talk.session, known.id) if known and known.id is not None else []
    if not known_leads and read.phone and (twin := facts.lead_with_phone(talk.session, read.phone)):
        known_leads = [twin]
    if known_leads:
        twin = known_leads[0]
        return _known(talk, talk.client_name(twin.client_id) or "", twin.owner_id, twin.number)
    if known is not None and known.owner_id not in {None, owner.id}:
        return _known(talk, known.name, known.owner_id, None)
    name = known.name if known is not None else read.client
    region = known.region if known is not None else read.region or owner.region
    client = clients.add(talk.session, name, talk.now, owner_id=owner.id, region=region)
    assert client.id is not None
    row = talk.add(
        Lead(
            number=talk.number("lead"),
            client_id=client.id,
            owner_id=owner.id,
            giver_id=talk.my_id,
            contact_name=read.contact or "",
            phone=read.phone or "",
            source=read.source or "",
            budget=read.budget,
            region=read.region or "",
            note=read.note,
            chat_id=talk.chat_id,
            made_at=talk.now,
            assigned_at=talk.now,
            text=talk.text,
        ),
        "lead.made",
    )
    facts_of = {
        "number": row.number,
        "client": client.name,
        "contact": row.contact_name,
        "source": row.source,
        "budget": row.budget,
        "region": row.region,
        "owner": owner.name,
        "mine": owner.id == talk.my_id,
        "now": talk.now,
    }
    shown = facts_of | {"phone": talk.safe(row.phone, row.owner_id), "note": talk.safe(row.note, row.owner_id)}
    notices: list[Notice] = []
    if owner.id != talk.my_id:
        # The owner is the one person who may read the number, and a notice is private.
        told_owner = facts_of | {"phone": row.phone, "note": row.note, "by": talk.me.name}
        notices.append(Notice(owner.id, "lead_given_notice", told_owner, [row.number]))
    mentions = [owner.id] if talk.in_group and owner.id != talk.my_id else []
    return Answer("lead_recorded", shown, about=[row.number], mentions=mentions, notices=notices)


def _known(talk: Talk, client: str, owner_id: int | None, number: int | None) -> Answer:
    told = {"number": number, "client": client, "owner": talk.name_of(owner_id), "mine": owner_id == talk.my_id}
    return Answer("lead_known", told, about=[number] if number is not None else [])
