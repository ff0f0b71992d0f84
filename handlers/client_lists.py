"""Whose clients are which: one's own, or those of somebody below, the ones silent for the longest first."""

from __future__ import annotations

from handlers.lists import PAGE
from handlers.talk import Answer, Talk
from storage import facts
from storage.tables import Person


def mine(talk: Talk) -> Answer:
    """`我的客户`: the clients one owns."""
    return _answer(talk, talk.me)


def of_person(talk: Talk, name: str) -> Answer | None:
    """`张伟的客户`: those of oneself or of somebody below; None when nobody is called so."""
    person = talk.person_seen(name)
    return _answer(talk, person) if isinstance(person, Person) else person


def _answer(talk: Talk, owner: Person) -> Answer:
    assert owner.id is not None
    total = facts.count_clients(talk.session, owner.id)
    items = [
        {"name": name, "ago": talk.now - at if at is not None else None}
        for name, at in facts.clients_of(talk.session, owner.id, PAGE)
    ]
    # How long somebody has kept a client waiting is not said before others.
    told = {"items": items, "total": total, "whose": "" if owner.id == talk.my_id else owner.name}
    return Answer("client_list", told | {"silence": not talk.in_group, "now": talk.now})
