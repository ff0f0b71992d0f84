"""Clients and their names on both databases: what an index hears of, what teams know, and two writers at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlmodel import Session, col, select

from storage import clients, migrate
from storage.store import PostgresStore, SqliteStore, open_store
from storage.tables import Alias, Client, Person

AnyStore = SqliteStore | PostgresStore
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def add(name: str, aliases: list[str] | None = None) -> Callable[[Session], int]:
    def work(session: Session) -> int:
        client = clients.add(session, name, NOW, aliases=aliases)
        assert client.id is not None
        return client.id

    return work


def seen(session: Session, since: int = 0) -> list[int]:
    return [row.client_id for row in clients.changes_since(session, since)]


async def test_every_change_is_heard_of_once_it_is_made(store: AnyStore) -> None:
    def work(session: Session) -> list[int]:
        marks: list[int] = []

        def mark() -> None:
            newest = clients.latest(session)
            marks.append(newest.seq or 0 if newest else 0)

        mark()
        client = clients.add(session, "海棠诊所", NOW)
        assert client.id is not None
        mark()
        alias = clients.teach(session, client.id, "海棠", NOW)
        assert alias is not None
        mark()
        clients.forget(session, alias)
        mark()
        clients.rename(session, client, "海棠门诊部")
        mark()
        clients.changed(session, [client.id, client.id])
        mark()
        return marks

    marks = await store.write(work)

    assert len(set(marks)) == len(marks) == 6
    assert await store.read(lambda session: [len(seen(session, mark)) for mark in marks]) == [6, 5, 4, 3, 2, 0]
    assert await store.read(lambda session: set(seen(session))) == {1}
    assert await store.read(lambda session: seen(session, marks[-1])) == []


async def test_what_changes_nothing_is_not_heard_of(store: AnyStore) -> None:
    await store.write(add("海棠诊所", ["海棠"]))
    version = await store.read(clients.version)

    await store.write(add("海棠诊所", ["海棠"]))

    assert await store.read(clients.version) == version


async def test_a_number_drawn_again_does_not_stand(store: AnyStore) -> None:
    seen_then: list[tuple[int, str]] = []

    def undone(session: Session) -> None:
        add("海棠诊所")(session)
        newest = clients.latest(session)
        assert newest is not None
        assert newest.seq is not None
        assert clients.stands(session, newest.seq, newest.mark)
        seen_then.append((newest.seq, newest.mark))
        raise LookupError("mine")

    with pytest.raises(LookupError):
        await store.write(undone)
    await store.write(add("云杉物流"))

    seq, mark = seen_then[0]
    assert not await store.read(lambda session: clients.stands(session, seq, mark))
    assert await store.read(lambda session: clients.stands(session, 0, ""))


async def test_an_index_reads_names_with_the_team_each_holds_for(store: AnyStore) -> None:
    def work(session: Session) -> int:
        person = Person(name="陈静", role="supervisor", made_at=NOW)
        session.add(person)
        session.flush()
        assert person.id is not None
        first, second = add("海棠诊所", ["海棠"])(session), add("云杉物流")(session)
        clients.teach(session, first, "北街店", NOW, taught_by=person.id, team_id=person.id)
        clients.teach(session, second, "云杉", NOW)
        return person.id

    team_id = await store.write(work)

    entries = await store.read(clients.entries)
    assert entries == [
        (1, "海棠诊所", [("海棠", None), ("北街店", team_id)]),
        (2, "云杉物流", [("云杉", None)]),
    ]
    assert await store.read(lambda session: clients.entries(session, {2, 9})) == entries[1:]
    assert await store.read(lambda session: clients.entries(session, set())) == []
    assert await store.read(lambda session: clients.aliases(session, 1)) == ["海棠"]
    assert await store.read(lambda session: clients.aliases(session, 1, team_id)) == ["海棠", "北街店"]


async def test_a_name_another_client_has_is_refused(store: AnyStore) -> None:
    await store.write(add("海棠诊所"))
    await store.write(add("云杉物流"))

    def work(session: Session) -> None:
        client = clients.named(session, "云杉物流")
        assert client is not None
        clients.rename(session, client, "海棠诊所")

    with pytest.raises(clients.NameTaken):
        await store.write(work)


async def test_two_teams_may_know_the_same_name_and_one_team_not_twice(store: AnyStore) -> None:
    def work(session: Session) -> list[bool]:
        people = [Person(name=name, role="supervisor", made_at=NOW) for name in ("陈静", "林芳")]
        session.add_all(people)
        session.flush()
        key = add("海棠诊所")(session)
        first, second = (person.id for person in people)
        taught = [
            clients.teach(session, key, "北街店", NOW, team_id=team_id) for team_id in (first, second, first, None)
        ]
        # What everybody knows needs no teaching.
        taught.append(clients.teach(session, key, "北街店", NOW, team_id=second))
        return [row is not None for row in taught]

    assert await store.write(work) == [True, True, False, True, False]


@pytest.mark.postgres
async def test_two_instances_write_names_at_once(postgres_url: str) -> None:
    """The same new client, the same alias and the same new name: one row of each, and a log without gaps."""
    stores = [open_store(postgres_url) for _ in range(2)]
    await migrate.upgrade(stores[0])
    await stores[0].write(add("海棠诊所"))
    await stores[0].write(add("云杉物流"))

    def rename(key: int) -> Callable[[Session], bool]:
        def work(session: Session) -> bool:
            client = clients.get(session, key)
            assert client is not None
            try:
                clients.rename(session, client, "柳岸药房")
            except clients.NameTaken:
                return False
            return True

        return work

    made = await asyncio.gather(*(store.write(add("松涛医院", ["松涛"])) for store in stores * 5))
    renamed = await asyncio.gather(stores[0].write(rename(1)), stores[1].write(rename(2)))

    def check(session: Session) -> tuple[list[str], list[str], list[int]]:
        names = list(session.exec(select(Client.name).order_by(col(Client.id))))
        seqs = [row.seq or 0 for row in clients.changes_since(session, 0)]
        return names, list(session.exec(select(Alias.alias))), seqs

    names, aliases, seqs = await stores[1].read(check)
    assert len(set(made)) == 1
    assert sorted(renamed) == [False, True]
    assert set(names) in ({"松涛医院", "柳岸药房", "云杉物流"}, {"松涛医院", "柳岸药房", "海棠诊所"})
    assert aliases == ["松涛"]
    assert seqs == sorted(set(seqs))
    for store in stores:
        await store.close()
