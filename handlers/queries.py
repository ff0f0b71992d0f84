"""Questions about a client: when last contacted, the card, the timeline. Each says how sure the match is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from handlers import attachments
from handlers.contacts import golden
from handlers.language.names import Match
from handlers.language.text import fold
from handlers.talk import Answer, Talk, said_in
from storage import facts, people
from storage.tables import Client, Contact

_TIMELINE = 12
_AROUND = " ，,。.?？!！:：的"


def named(talk: Talk, words: str) -> Match:
    """The client that `words` mean: a name, or words that hold one."""
    words = words.strip(_AROUND)
    match = talk.directory.mention(words) if words else Match(())
    return talk.meant(words, match if match.candidates or not words else talk.directory.message(words))


def lookup(talk: Talk, words: str, query: str) -> int | Answer:
    """The client that `words` mean; else the question which, or that it is not known."""
    words = words.strip(_AROUND)
    match = named(talk, words)
    if match.key is not None:
        return match.key
    if match.ask:
        said = said_in(words, match)
        options = talk.options(match, said)
        talk.ask("lookup", {"query": query, "options": options, "said": said})
        return Answer("client_which", {"options": options}, kind="question")
    return Answer("client_unknown", {"words": words, "query": query})


def _sure(talk: Talk, words: str, client: Client) -> bool:
    """Do the words hold a name of the client as it stands, or a part of one, so that no word of doubt is needed?"""
    assert client.id is not None
    match = talk.directory.message(words)
    said = fold(words if match.span is None else words[slice(*match.span)]).replace(" ", "")
    return any(said in fold(name).replace(" ", "") for name in (client.name, *talk.aliases_of(client.id)))


def _may_read(talk: Talk, client: Client) -> list[int] | None:
    """Whose contacts with this client I may read; None for all of them."""
    if client.owner_id == talk.my_id:
        return None
    seen = people.visible(talk.session, talk.me)
    if client.owner_id is not None and client.owner_id in seen:
        return None
    return seen


def _contact(talk: Talk, row: Contact) -> dict[str, Any]:
    return {
        "number": row.number,
        "at": talk.local(row.at),
        "ago": talk.now - row.at,
        "who": talk.name_of(row.person_id),
        "channel": row.channel,
        "text": talk.safe(row.text, row.person_id),
        "attachments": attachments.shown(talk, row.number, len(row.attachments)),
    }


def last_contact(talk: Talk, words: str, client_id: int | None = None) -> Answer:
    """`协和医院上次联系是什么时候`: when, how long ago, who, by what channel, the words, what is promised next."""
    found = client_id if client_id is not None else lookup(talk, words, "last_contact")
    if isinstance(found, Answer):
        return found
    client = talk.client(found)
    assert client is not None
    readers = _may_read(talk, client)
    rows = facts.contacts(talk.session, found, person_ids=readers, limit=1)
    others = not rows and readers is not None and bool(facts.contacts(talk.session, found, limit=1))
    seen = people.visible(talk.session, talk.me)
    promised = [row for row in facts.open_of_client(talk.session, found) if readers is None or row.owner_id in seen]
    told: dict[str, Any] = {
        "client": client.name,
        "sure": client_id is not None or _sure(talk, words, client),
        "contact": _contact(talk, rows[0]) if rows else None,
        "others": others,
        "owner": talk.name_of(client.owner_id),
        "mention": _report_mention(talk, found, readers, rows[0] if rows else None),
        "next": None,
        "now": talk.now,
    }
    about = [row.number for row in rows]
    if promised:
        first = promised[0]
        told["next"] = {
            "number": first.number,
            "matter": talk.safe(first.matter, first.owner_id),
            "due": talk.local(first.due_at),
            "owner": talk.name_of(first.owner_id),
            "late": first.due_at is not None and first.due_at < talk.now,
        }
        about.append(first.number)
    return Answer("last_contact", told, about=about)


def _names(talk: Talk, line: str, client_id: int) -> bool:
    """Does a line of a report that is linked to the client name it, be it by a name that had to be asked about?"""
    return any(client_id in {match.key, *match.candidates} for match in talk.directory.mentions(line))


def _report_mention(
    talk: Talk, client_id: int, readers: list[int] | None, latest: Contact | None
) -> dict[str, Any] | None:
    """A daily report of the last 60 days that speaks of the client and is newer than its latest contact."""
    whose = readers if readers is not None else [p.id for p in people.everybody(talk.session) if p.id is not None]
    since: date = talk.today - timedelta(days=60)
    for row, words in facts.reports_of(talk.session, whose, since):
        if client_id not in words.client_ids:
            continue
        if latest is not None and talk.calendar.today(latest.at) >= row.day:
            return None
        lines = [line for line in words.done if _names(talk, line, client_id)]
        if lines:
            return {"day": row.day, "who": talk.name_of(row.person_id), "text": talk.safe(lines[0], row.person_id)}
    return None


def card(talk: Talk, words: str, client_id: int | None = None) -> Answer:
    """`客户 协和`: owner, region, other names, last contact, what is promised, open leads."""
    found = client_id if client_id is not None else lookup(talk, words, "card")
    if isinstance(found, Answer):
        return found
    client = talk.client(found)
    assert client is not None
    readers = _may_read(talk, client)
    seen = people.visible(talk.session, talk.me)
    rows = facts.contacts(talk.session, found, person_ids=readers, limit=1)
    promised = [row for row in facts.open_of_client(talk.session, found) if row.owner_id in seen]
    leads = [lead for lead in facts.leads_of_client(talk.session, found) if lead.owner_id in seen]
    told = {
        "client": client.name,
        "owner": talk.name_of(client.owner_id),
        "region": client.region,
        "tags": client.tags,
        "aliases": talk.aliases_of(found),
        "phone": talk.safe(client.phone, client.owner_id),
        "contact": _contact(talk, rows[0]) if rows else None,
        "contacts": len(facts.contacts(talk.session, found, person_ids=readers, limit=1000)),
        "promised": [
            {"number": row.number, "matter": talk.safe(row.matter, row.owner_id), "due": talk.local(row.due_at)}
            for row in promised[:5]
        ],
        "total": len(promised),
        "leads": [golden(talk, lead) for lead in leads],
        "now": talk.now,
    }
    about = [row.number for row in rows] + [row.number for row in promised[:5]] + [lead.number for lead in leads]
    return Answer("client_card", told, about=about)


def timeline(talk: Talk, words: str, client_id: int | None = None) -> Answer:
    """`全程 协和`: who did what and when, the newest first, each with its record number as the source."""
    found = client_id if client_id is not None else lookup(talk, words, "timeline")
    if isinstance(found, Answer):
        return found
    client = talk.client(found)
    assert client is not None
    seen = people.visible(talk.session, talk.me)
    entries: list[dict[str, Any]] = []
    for row in facts.contacts(talk.session, found, person_ids=_may_read(talk, client), limit=200):
        entries.append(
            {"at": row.at, "number": row.number, "who": row.person_id, "what": row.channel, "text": row.text}
        )
    for promise in facts.all_of_client(talk.session, found, seen):
        told = {"number": promise.number, "who": promise.owner_id, "text": promise.matter}
        entries.append(told | {"at": promise.made_at, "what": "promised"})
        if promise.closed_at is not None:
            entries.append(told | {"at": promise.closed_at, "what": promise.state})
    for lead in facts.leads_of_client(talk.session, found):
        if lead.owner_id in seen:
            entries.append(
                {"at": lead.made_at, "number": lead.number, "who": lead.owner_id, "what": "lead", "text": lead.note}
            )
    entries.sort(key=lambda entry: (entry["at"], entry["number"]), reverse=True)
    shown = [
        entry
        | {
            "at": talk.local(entry["at"]),
            "text": talk.safe(entry["text"], entry["who"]),
            "who": talk.name_of(entry["who"]),
        }
        for entry in entries[:_TIMELINE]
    ]
    about = list(dict.fromkeys(entry["number"] for entry in shown))
    told_all = {"client": client.name, "entries": shown, "total": len(entries), "now": talk.now}
    return Answer("client_timeline", told_all, about=about)
