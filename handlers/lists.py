"""Lists of promises: mine, somebody's, the team's, the overdue ones, a client's. Overdue first, at most ten."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from handlers.queries import lookup
from handlers.talk import Answer, Talk
from storage import facts, people
from storage.tables import Commitment

PAGE = 10


def _answer(talk: Talk, rows: list[Commitment], scope: str, *, name: str = "", owners: bool = False) -> Answer:
    """The list as the asker may read it here: in a group no names of those who are late."""
    late = [row for row in rows if row.due_at is not None and row.due_at < talk.now]
    rest = [row for row in rows if row not in late]
    shown = [_item(talk, row, row in late) for row in (late + rest)[:PAGE]]
    told: dict[str, Any] = {
        "scope": scope,
        "name": name,
        "items": shown,
        "total": len(rows),
        "late": len(late),
        "owners": owners and not talk.in_group,
        "hidden": owners and talk.in_group,
        "now": talk.now,
    }
    return Answer("commitment_list", told, about=[item["number"] for item in shown])


def _item(talk: Talk, row: Commitment, late: bool) -> dict[str, Any]:
    return {
        "number": row.number,
        "matter": talk.safe(row.matter, row.owner_id),
        "client": talk.client_name(row.client_id),
        "due": talk.local(row.due_at),
        "owner": talk.name_of(row.owner_id),
        "late": late,
        "postponed": row.postponed,
        "muted": row.muted,
    }


def mine(talk: Talk) -> Answer:
    """`我的承诺`: one's own, for everybody."""
    return _answer(talk, facts.commitments(talk.session, [talk.my_id]), "mine")


def _seen(talk: Talk) -> Collection[int]:
    return people.visible(talk.session, talk.me)


def of_person(talk: Talk, name: str) -> Answer:
    """`@张伟 的承诺`: one person's, if that is oneself or somebody below."""
    person = talk.person_seen(name)
    if person is None:
        return Answer("person_unknown", {"names": [name], "bot": talk.bot_name})
    if isinstance(person, Answer):
        return person
    if person.id == talk.my_id:
        return mine(talk)
    assert person.id is not None
    return _answer(talk, facts.commitments(talk.session, [person.id]), "person", name=person.name)


def team(talk: Talk) -> Answer:
    """`团队承诺`: everybody's below; for a rep the own ones."""
    seen = _seen(talk)
    return _answer(
        talk, facts.commitments(talk.session, seen), "team" if len(seen) > 1 else "own", owners=len(seen) > 1
    )


def overdue(talk: Talk) -> Answer:
    """`逾期`: what is late, of everybody below; for a rep the own ones."""
    seen = _seen(talk)
    rows = facts.commitments(talk.session, seen, due_before=talk.now)
    return _answer(talk, rows, "overdue" if len(seen) > 1 else "own_overdue", owners=len(seen) > 1)


def of_client(talk: Talk, words: str, client_id: int | None = None) -> Answer:
    """`协和医院 承诺`: what was promised to a client, as far as the asker may see it."""
    found = client_id if client_id is not None else lookup(talk, words, "list")
    if isinstance(found, Answer):
        return found
    seen = _seen(talk)
    rows = facts.commitments(talk.session, seen, client_id=found)
    return _answer(talk, rows, "client", name=talk.client_name(found) or "", owners=len(seen) > 1)
