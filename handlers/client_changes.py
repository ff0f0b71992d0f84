"""A client renamed, or merged into another: by a leader, after 确认, and as things stand when that comes.

Between the question and the answer somebody else may have done the same: whoever confirms second is told so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.types import Happening
from handlers import queries
from handlers.client_names import add, append
from handlers.language.client_command import split_pair, unfit
from handlers.language.intent import command
from handlers.talk import Answer, Notice, Talk, happening
from storage import clients, events, facts, obligations, people
from storage.tables import Client, Contact


def merge_command(talk: Talk, rest: str) -> Answer | None:
    """`合并 客户 A B`: A goes into B; None when no client is spoken of."""
    said = command(rest, ("客户",))
    if said is None:
        return None
    pairs = split_pair(said)
    if not pairs:
        return Answer("merge_which", {}, kind="question")
    known = [pair for pair in pairs if all(queries.named(talk, name).candidates for name in pair)]
    return merge(talk, *(known or pairs)[0])


def merge(talk: Talk, merged: str, kept: str) -> Answer:
    """`客户 A 并入 B`: asked about first."""
    return _prepare(talk, {"verb": "merge", "clients": [merged, kept], "name": ""})


def rename(talk: Talk, words: str, name: str) -> Answer:
    """`客户 协和 改名 …`: asked about first."""
    return _prepare(talk, {"verb": "rename", "clients": [words], "name": name})


def _prepare(talk: Talk, todo: dict[str, Any]) -> Answer:
    """Finds out which clients are meant, one after the other, then asks whether to do it."""
    if not people.leads(talk.me):
        return Answer("leaders_only", {"what": todo["verb"]})
    for place, meant in enumerate(todo["clients"]):
        if isinstance(meant, int):
            continue
        match = queries.named(talk, meant)
        if match.key is not None:
            todo["clients"][place] = match.key
        elif match.candidates:
            options = talk.options(match, meant)
            talk.ask("client_change", todo | {"place": place, "options": options})
            return Answer("client_which", {"options": options}, kind="question")
        else:
            return Answer("client_unknown", {"words": meant, "query": todo["verb"]})
    return _confirm(talk, todo)


def carry_on(talk: Talk, payload: dict[str, Any], client_id: int) -> Answer:
    """The rest of a change one of whose clients was asked for."""
    found = list(payload["clients"])
    found[payload["place"]] = client_id
    return _prepare(talk, {"verb": payload["verb"], "clients": found, "name": payload["name"]})


def _confirm(talk: Talk, todo: dict[str, Any]) -> Answer:
    rows = [client for key in todo["clients"] if (client := talk.client(key))]
    refusal = _refusal(talk, rows, todo["name"] if todo["verb"] == "rename" else None)
    if refusal is not None:
        return refusal
    names = [client.name for client in rows]
    talk.ask("client_confirm", todo | {"names": names})
    if todo["verb"] == "rename":
        return Answer("rename_confirm", {"client": names[0], "name": todo["name"]}, kind="question")
    merged = rows[0].id
    assert merged is not None
    told = {
        "merged": names[0],
        "kept": names[1],
        "contacts": facts.count_contacts(talk.session, merged),
        "promised": len(facts.open_of_client(talk.session, merged)),
        "leads": len(facts.leads_of_client(talk.session, merged)),
    }
    return Answer("merge_confirm", told, kind="question")


def _refusal(talk: Talk, rows: Sequence[Client], name: str | None) -> Answer | None:
    """Why these clients are not renamed (to `name`) or merged by the person who speaks; None when they are."""
    seen = people.visible(talk.session, talk.me)
    for client in rows:
        if client.owner_id is not None and client.owner_id not in seen:
            return Answer("client_not_yours", {"client": client.name, "owner": talk.name_of(client.owner_id)})
    if name is None:
        same = rows[0].id == rows[1].id
        return Answer("merge_same", {"client": rows[0].name}) if same else None
    if name == rows[0].name:
        return Answer("rename_refused", {"name": name, "why": "own_name", "by": ""})
    if why := unfit(name):
        return Answer("rename_refused", {"name": name, "why": why, "by": ""})
    others = [key for key in clients.called(talk.session, name) if key != rows[0].id]
    if others:
        return Answer("rename_refused", {"name": name, "why": "taken", "by": talk.client_name(others[0])})
    return None


def confirmed(talk: Talk, payload: dict[str, Any]) -> Answer:
    """Does what was asked about, unless the clients are no longer what they were then."""
    events.hold(talk.session)
    # What this session has read of them may be older than the lock.
    talk.session.expire_all()
    rows = [talk.session.get_one(Client, key) for key in payload["clients"]]
    if any(row.merged_into is not None or row.name != name for row, name in zip(rows, payload["names"], strict=True)):
        return Answer("client_changed_meanwhile", {"names": payload["names"]})
    refusal = _refusal(talk, rows, payload["name"] if payload["verb"] == "rename" else None)
    if refusal is not None:
        return refusal
    return _rename(talk, rows[0], payload["name"]) if payload["verb"] == "rename" else _merge(talk, rows[0], rows[1])


def _rename(talk: Talk, client: Client, name: str) -> Answer:
    assert client.id is not None
    before = client.name
    clients.rename(talk.session, client, name)
    payload = {"table": "client", "id": client.id, "before": {"name": before}, "after": {"name": name}}
    append(talk, "client.renamed", client.id, payload)
    add(talk, client.id, before, None)
    told = {"before": before, "name": name, "by": talk.me.name}
    owner_id = client.owner_id
    notices = [] if owner_id is None or owner_id == talk.my_id else [Notice(owner_id, "client_renamed_notice", told)]
    return Answer("client_renamed", told, notices=notices)


def _merge(talk: Talk, merged: Client, kept: Client) -> Answer:
    assert merged.id is not None
    assert kept.id is not None
    told = {"merged": merged.name, "kept": kept.name, "by": talk.me.name}
    others = [row.owner_id for row in (merged, kept) if row.owner_id not in {None, talk.my_id}]
    owners = list(dict.fromkeys(others))
    since = obligations.earliest_for_clients(talk.session, [merged.id, kept.id])
    earlier = _contacts_since(talk, [merged.id, kept.id], since) if since is not None else []
    event = append(talk, "client.merged", kept.id, {"merged": merged.id, "names": [merged.name, kept.name]})
    joined = Happening(seq=event.seq, kind=event.kind, subject=event.subject, at=talk.now, client_id=kept.id)
    talk.clocks.join(talk.session, merged.id, joined, earlier)
    merged_id, kept_id = merged.id, kept.id
    moved = clients.merge(talk.session, merged, kept, talk.now, talk.my_id)
    for table, numbers in moved.items():
        for number in numbers:
            payload = {"before": {"client_id": merged_id}, "after": {"client_id": kept_id}}
            events.append(
                talk.session,
                talk.now,
                f"{table}.moved",
                f"{table}:{number}",
                payload,
                actor_id=talk.my_id,
                inbox_id=talk.inbox_id,
            )
    total = sum(len(numbers) for numbers in moved.values())
    notices = [Notice(owner, "client_merged_notice", told) for owner in owners]
    return Answer("client_merged", told | {"moved": total}, notices=notices)


def _contacts_since(talk: Talk, client_ids: Sequence[int], since: datetime) -> list[Happening]:
    """The contacts with these clients since a moment, as the clocks heard of them, the oldest first."""
    found: list[Happening] = []
    for row in facts.contacts_with(talk.session, client_ids, since):
        event = events.latest(talk.session, f"{Contact.__tablename__}:{row.number}", "contact.made")
        if event is not None:
            found.append(happening(row, event, (row.channel,)))
    return found
