"""Clients and their names on both databases: what an index hears of, what teams know, and two writers at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select as table_select
from sqlalchemy import text
from sqlmodel import Session, SQLModel, col, select

from bot.calendar import Calendar
from handlers.language.names import Directory
from handlers.talk import Talk
from scheduler.engine import Engine
from storage import clients, events, migrate
from storage.store import PostgresStore, SqliteStore, open_store
from storage.tables import (
    Alias,
    Client,
    Commitment,
    Contact,
    DailyReport,
    Inbox,
    Lead,
    Obligation,
    Person,
    ReportVersion,
)

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


# --- merging ----------------------------------------------------------------------------------------------------------


def merge(merged: str, kept: str) -> Callable[[Session], dict[str, list[int]]]:
    def work(session: Session) -> dict[str, list[int]]:
        rows = [session.exec(select(Client).where(Client.name == name)).one() for name in (merged, kept)]
        return clients.merge(session, rows[0], rows[1], NOW, None)

    return work


def person(session: Session, name: str = "陈静") -> int:
    row = Person(name=name, role="supervisor", made_at=NOW)
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def facts_of(session: Session, client_id: int, owner_id: int) -> list[int]:
    """One of everything that refers to a client."""
    numbers = [events.number(session, NOW, "x", made_by=owner_id, inbox_id=None) for _ in range(4)]
    owned = {"client_id": client_id, "owner_id": owner_id, "giver_id": owner_id, "made_at": NOW}
    session.add(Commitment.model_validate({**owned, "number": numbers[0], "matter": "寄样"}))
    session.add(Lead.model_validate({**owned, "number": numbers[2], "assigned_at": NOW}))
    session.add(Contact(number=numbers[1], client_id=client_id, person_id=owner_id, channel="call", text="", at=NOW))
    session.add(DailyReport(number=numbers[3], person_id=owner_id, day=date(2026, 11, client_id)))
    session.flush()
    session.add(ReportVersion(number=numbers[3], version=1, client_ids=[client_id, 77], made_at=NOW))
    session.add(
        Obligation(
            policy="p",
            subject=f"lead:{numbers[2]}",
            client_id=client_id,
            opened_at=NOW,
            given_at=NOW,
            due_at=NOW,
        )
    )
    session.flush()
    return numbers


async def test_nothing_is_left_of_a_merged_client_but_its_row_and_its_names(store: AnyStore) -> None:
    def prepare(session: Session) -> list[int]:
        owner = person(session)
        first = clients.add(session, "海棠诊所", NOW, owner_id=owner, tags=["老"], phone="021-5555", aliases=["海棠"])
        second = clients.add(session, "北街海棠门诊部", NOW, tags=["新"], aliases=["海棠", "北街店"])
        assert first.id is not None
        assert second.id is not None
        clients.teach(session, first.id, "老海棠", NOW, taught_by=owner, team_id=owner)
        facts_of(session, second.id, owner)
        return facts_of(session, first.id, owner)

    numbers = await store.write(prepare)

    assert await store.write(merge("海棠诊所", "北街海棠门诊部")) == {
        "commitment": [numbers[0]],
        "contact": [numbers[1]],
        "lead": [numbers[2]],
    }

    def check(session: Session) -> None:
        held = {
            f"{table.name}.{column.name}"
            for table in SQLModel.metadata.sorted_tables
            for column in table.columns
            if any(key.column.table.name == "client" for key in column.foreign_keys)
            and session.connection().execute(table_select(column).where(column == 1)).first() is not None
        }
        assert held == {"clientchange.client_id"}
        assert [words.client_ids for words in session.exec(select(ReportVersion))] == [[2, 77], [2, 77]]
        kept = clients.named(session, "海棠诊所")
        assert kept is not None
        assert (kept.id, kept.name, kept.phone, kept.tags) == (2, "北街海棠门诊部", "021-5555", ["新", "老"])
        assert kept.owner_id == 1
        assert clients.entries(session) == [
            (2, "北街海棠门诊部", [("海棠", None), ("北街店", None), ("老海棠", 1), ("海棠诊所", None)])
        ]
        assert clients.standing(session, 1) == 2

    await store.read(check)


async def test_a_merged_client_is_merged_no_more_and_its_name_stays_taken(store: AnyStore) -> None:
    for name in ("海棠诊所", "云杉物流", "松涛医院"):
        await store.write(add(name))
    await store.write(merge("海棠诊所", "云杉物流"))

    for pair in (("海棠诊所", "松涛医院"), ("松涛医院", "海棠诊所"), ("松涛医院", "松涛医院")):
        with pytest.raises(clients.AlreadyMerged):
            await store.write(merge(*pair))
    assert await store.write(add("海棠诊所")) == 2, "the client that bore the name is part of this one"

    await store.write(merge("云杉物流", "松涛医院"))
    assert await store.read(lambda session: clients.standing(session, 1)) == 3


@pytest.mark.postgres
async def test_two_instances_merge_the_same_clients_each_way(postgres_url: str) -> None:
    stores = [open_store(postgres_url) for _ in range(2)]
    await migrate.upgrade(stores[0])
    await stores[0].write(add("海棠诊所"))
    await stores[0].write(add("云杉物流"))

    outcomes = await asyncio.gather(
        stores[0].write(merge("海棠诊所", "云杉物流")),
        stores[1].write(merge("云杉物流", "海棠诊所")),
        return_exceptions=True,
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyMerged", "dict"]
    assert len(await stores[1].read(clients.entries)) == 1
    for store in stores:
        await store.close()


@pytest.mark.postgres
async def test_a_record_made_while_its_client_is_merged_belongs_to_the_one_that_is_left(postgres_url: str) -> None:
    """One instance has read the client before the other merges it away, and writes its record after."""
    first, second = open_store(postgres_url), open_store(postgres_url)
    await migrate.upgrade(first)
    await first.write(add("海棠诊所"))
    await first.write(add("云杉物流"))
    began = asyncio.Event()
    loop = asyncio.get_running_loop()

    def record(session: Session) -> int:
        me = session.get_one(Person, person(session))
        assert session.get_one(Client, 1).merged_into is None
        loop.call_soon_threadsafe(began.set)
        session.connection().execute(text("SELECT pg_advisory_xact_lock(77)"))
        row = Commitment(
            number=events.number(session, NOW, "commitment", made_by=me.id, inbox_id=None),
            client_id=1,
            matter="寄样",
            owner_id=me.id or 0,
            giver_id=me.id or 0,
            made_at=NOW,
        )
        calendar = Calendar()
        letter = Inbox(platform="console", message_id="m", lane="l", sent_at=NOW, received_at=NOW)
        session.add(letter)
        session.flush()
        talk = Talk(
            session=session,
            now=NOW,
            me=me,
            chat=None,
            lane="l",
            text="",
            inbox_id=letter.id or 0,
            calendar=calendar,
            directory=Directory(),
            clocks=Engine({}, calendar),
        )
        return talk.add(row, "commitment.made").client_id or 0

    assert isinstance(first, PostgresStore)
    async with first.engine.begin() as other:
        await other.execute(text("SELECT pg_advisory_xact_lock(77)"))
        writing = asyncio.create_task(first.write(record))
        await began.wait()
        # In the other lane: those of one lane take turns.
        await second.write(merge("海棠诊所", "云杉物流"), "inbox")
    assert await writing == 2
    for store in (first, second):
        await store.close()
