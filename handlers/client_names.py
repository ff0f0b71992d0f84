"""What clients are called, as the history tells it: taught, taken away, learned from an answer, taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from handlers.language.client_command import is_telling
from handlers.language.names_sound import sounds
from handlers.language.names_text import canonical
from handlers.talk import Talk, choice_subject
from storage import clients, events
from storage.tables import Alias, Client, Event

# What the history calls these changes; `undo` takes them back here.
TABLES = frozenset({"alias", "client", "choice"})


def add(talk: Talk, client_id: int, name: str, team_id: int | None) -> Alias | None:
    """Adds an alias for a team, or for everybody, and writes it into the history; None when it is known there."""
    row = clients.teach(talk.session, client_id, name, talk.now, taught_by=talk.my_id, team_id=team_id)
    if row is not None:
        _alias_happened(talk, "alias.taught", row)
    return row


def take_away(talk: Talk, row: Alias) -> None:
    """Takes an alias away and writes it into the history."""
    _alias_happened(talk, "alias.removed", row)
    clients.forget(talk.session, row)


def _alias_happened(talk: Talk, kind: str, row: Alias) -> None:
    append(talk, kind, row.client_id, {"table": "alias", **row.model_dump()})


def append(talk: Talk, kind: str, client_id: int, payload: Mapping[str, Any]) -> events.Appended:
    """Writes a change of a client into the history."""
    return events.append(
        talk.session, talk.now, kind, f"client:{client_id}", payload, actor_id=talk.my_id, inbox_id=talk.inbox_id
    )


def same(one: str, other: str) -> bool:
    """Are these one name, but for habits of writing?"""
    return one == other or canonical(one).text == canonical(other).text


# --- learning from an answer ------------------------------------------------------------------------------------------


def learn(talk: Talk, said: str, client_id: int, options: Sequence[int]) -> dict[str, Any] | None:
    """What the words that were unclear, or wrongly guessed, are worth once a client was chosen: an alias, or None.

    Words that stand in a name of another of the clients in question (`options`) may mean that one the next time: they
    are asked about again, the chosen one first. Other words become an alias for the team.
    """
    said = said.strip()
    name = talk.client_name(client_id) or ""
    if not is_telling(said) or said in talk.roster() or same(said, name):
        return None
    if any(_stands_in(talk, said, key) for key in options if key != client_id):
        subject, words = choice_subject(talk.my_id, said), canonical(said).text
        payload = {"table": "choice", "words": words, "client_id": client_id}
        events.append(
            talk.session, talk.now, "client.chosen", subject, payload, actor_id=talk.my_id, inbox_id=talk.inbox_id
        )
        return None
    match = talk.directory.mention(said)
    if match.exact or clients.called(talk.session, said, {talk.team_id}):
        return None
    return {"name": said, "client": name} if add(talk, client_id, said, talk.team_id) is not None else None


def _stands_in(talk: Talk, said: str, client_id: int) -> bool:
    """Do these words stand in a name of the client, as they are or as they sound?"""
    form = canonical(said).text
    heard = sounds(form)
    names = [canonical(name).text for name in (talk.client_name(client_id) or "", *talk.aliases_of(client_id))]
    return any(form in name or heard in sounds(name) for name in names)


# --- taken back -------------------------------------------------------------------------------------------------------


def take_back(talk: Talk, event: Event) -> dict[str, Any] | None:
    """Undoes what an event did to a client's names, and tells what; None when it has been overtaken since."""
    payload = event.payload or {}
    events.hold(talk.session)
    if payload["table"] == "choice":
        return {"what": event.kind, "number": None, "made": False, "name": payload["words"], "client": ""}
    told = {"what": event.kind, "number": None, "made": False}
    if payload["table"] == "client":
        client = talk.session.get_one(Client, payload["id"])
        before, after = payload["before"]["name"], payload["after"]["name"]
        if client.merged_into is not None or client.name != after:
            return None
        clients.rename(talk.session, client, before)
        return told | {"name": after, "client": before}
    told |= {"name": payload["alias"], "client": talk.client_name(payload["client_id"]) or ""}
    if event.kind == "alias.taught":
        row = talk.session.get(Alias, payload["id"])
        if row is None:
            return None
        clients.forget(talk.session, row)
        return told
    client_id = clients.standing(talk.session, payload["client_id"])
    team_id = payload["team_id"]
    if set(clients.called(talk.session, payload["alias"], None if team_id is None else {team_id})) - {client_id}:
        return None
    made_at = datetime.fromisoformat(payload["made_at"])
    clients.teach(talk.session, client_id, payload["alias"], made_at, payload["taught_by"], team_id)
    return told
