"""A client's other names: `客户 协和 别名 老协和` teaches the speaker's team; listed, taken away, shared with others.

What one team taught is used in another only when a leader of that team, or somebody above it, says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from handlers import client_changes, queries
from handlers.client_names import add, same, take_away
from handlers.language.client_command import ClientCommand, read_client_command, unfit
from handlers.talk import Answer, Talk, said_in
from storage import clients, events, people
from storage.tables import Alias

_MOST_SHOWN = 15
_EVERYBODYS = frozenset({"director", "admin"})


def command(talk: Talk, rest: str) -> Answer | None:
    """What `客户 …` asks to do with a client's names; None when it only names a client."""
    read = read_client_command(rest)
    if read is None:
        return None
    if read.verb == "merge":
        return client_changes.merge(talk, read.client, read.names[0])
    if read.verb == "rename":
        return client_changes.rename(talk, read.client, read.names[0])
    return _about(talk, read)


def _about(talk: Talk, read: ClientCommand) -> Answer:
    match = queries.named(talk, read.client)
    if match.key is not None:
        return _ACTS[read.verb](talk, match.key, read.names)
    if not match.candidates:
        return Answer("client_unknown", {"words": read.client, "query": "names"})
    options = talk.options(match, said_in(read.client, match))
    talk.ask("client_names", {"verb": read.verb, "names": list(read.names), "options": options})
    return Answer("client_which", {"options": options}, kind="question")


def carry_on(talk: Talk, payload: Mapping[str, Any], client_id: int) -> Answer:
    """The rest of a command whose client was asked for."""
    return _ACTS[payload["verb"]](talk, client_id, payload["names"])


# --- teaching ---------------------------------------------------------------------------------------------------------


def teach(talk: Talk, client_id: int, names: Sequence[str]) -> Answer:
    """`客户 协和 别名 老协和`: the speaker's team knows the client by these names too; each refusal has its reason."""
    taught: list[str] = []
    refused: list[dict[str, Any]] = []
    events.hold(talk.session)
    for name in names:
        why = _refusal(talk, client_id, name, {talk.team_id})
        if why is None and add(talk, client_id, name, talk.team_id) is None:
            why = {"name": name, "why": "known"}
        if why is None:
            taught.append(name)
        else:
            refused.append(why)
    return Answer("aliases_taught", {"client": talk.client_name(client_id), "taught": taught, "refused": refused})


def _refusal(talk: Talk, client_id: int, name: str, team_ids: set[int] | None) -> dict[str, Any] | None:
    """Why this cannot be a name of this client in these teams (None: in any); None when it can."""
    if why := unfit(name):
        return {"name": name, "why": why}
    if name in talk.roster():
        return {"name": name, "why": "person"}
    if same(talk.client_name(client_id) or "", name):
        return {"name": name, "why": "own_name"}
    match = talk.directory.mention(name)
    holders = clients.called(talk.session, name, team_ids)
    holders += [key for key in match.candidates if match.exact]
    for holder in holders:
        if holder != client_id:
            return {"name": name, "why": "taken", "by": talk.client_name(holder)}
    return None


# --- listing and taking away ------------------------------------------------------------------------------------------


def listed(talk: Talk, client_id: int, _: Sequence[str] = ()) -> Answer:
    """`客户 协和 别名`: each name, who taught it and when, and for whom it holds; other teams' only to a leader."""
    rows = clients.aliases_of(talk.session, client_id)
    leader = people.leads(talk.me)
    seen = [row for row in rows if row.team_id in {None, talk.team_id} or leader]
    grouped: dict[str, list[Alias]] = {}
    for row in seen:
        grouped.setdefault(row.alias, []).append(row)
    led = set(people.teams_led(talk.session, talk.me))
    items = [
        {
            "name": name,
            "by": talk.name_of(several[0].taught_by),
            "at": talk.local(several[0].made_at),
            "everybody": any(row.team_id is None for row in several),
            "mine": any(row.team_id == talk.team_id for row in several),
            "teams": [talk.name_of(row.team_id) for row in several if row.team_id not in {None, talk.team_id}],
            "to_share": leader and not any(row.team_id is None for row in several) and bool(led - _teams(several)),
        }
        for name, several in grouped.items()
    ]
    told = {"client": talk.client_name(client_id), "items": items[:_MOST_SHOWN], "total": len(items), "now": talk.now}
    return Answer("client_aliases", told)


def _teams(rows: Sequence[Alias]) -> set[int | None]:
    return {row.team_id for row in rows}


def remove(talk: Talk, client_id: int, names: Sequence[str]) -> Answer:
    """`客户 协和 删除别名 老协和`: one's own team's; leaders those of every team they lead."""
    events.hold(talk.session)
    removed: list[str] = []
    refused: list[dict[str, Any]] = []
    mine = {talk.team_id, *people.teams_led(talk.session, talk.me)}
    for name in names:
        rows = [row for row in clients.aliases_of(talk.session, client_id) if same(row.alias, name)]
        allowed = [row for row in rows if row.team_id in mine or talk.me.role in _EVERYBODYS]
        for row in allowed:
            take_away(talk, row)
        if allowed:
            removed.append(allowed[0].alias)
        elif any(row.team_id is None for row in rows):
            refused.append({"name": name, "why": "everybodys"})
        elif rows:
            refused.append({"name": name, "why": "other_team", "by": talk.name_of(rows[0].team_id)})
        else:
            own = same(talk.client_name(client_id) or "", name)
            refused.append({"name": name, "why": "own_name" if own else "unknown"})
    return Answer("aliases_removed", {"client": talk.client_name(client_id), "removed": removed, "refused": refused})


# --- sharing ----------------------------------------------------------------------------------------------------------


def share(talk: Talk, client_id: int, names: Sequence[str]) -> Answer:
    """`客户 协和 别名 老协和 共享`: a leader's consent that all teams they lead use these names, whoever taught them.

    A director's or an admin's is everybody's. A team in which the name means another client is left out.
    """
    if not people.leads(talk.me):
        return Answer("leaders_only", {"what": "share"})
    events.hold(talk.session)
    shared: list[str] = []
    refused: list[dict[str, Any]] = []
    everybody = talk.me.role in _EVERYBODYS
    teams = people.teams_led(talk.session, talk.me)
    for name in names:
        wanted = [None] if everybody else list(teams)
        reasons = [_refusal(talk, client_id, name, None if team is None else {team}) for team in wanted]
        rows = [add(talk, client_id, name, team) for team, why in zip(wanted, reasons, strict=True) if why is None]
        if any(rows):
            shared.append(name)
        failed = [why for why in reasons if why is not None]
        if failed or not any(rows):
            refused.append(failed[0] if failed else {"name": name, "why": "known"})
    told = {
        "client": talk.client_name(client_id),
        "shared": shared,
        "refused": refused,
        "everybody": everybody,
        "teams": [talk.name_of(team) for team in teams],
    }
    return Answer("aliases_shared", told)


_ACTS: dict[str, Callable[[Talk, int, Sequence[str]], Answer]] = {
    "list": listed,
    "teach": teach,
    "remove": remove,
    "share": share,
}
