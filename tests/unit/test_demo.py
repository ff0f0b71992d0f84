"""The demo: a history that ends before now, whatever day it is loaded, and that is all there or not at all."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlmodel import Session, create_engine, func, select

from bot import demo, team
from bot.calendar import Calendar
from bot.replay import Replay
from scheduler.policy import load
from storage import clients, facts, migrate, people
from storage.store import SqliteStore, open_store
from storage.tables import Commitment, DailyReport, Inbox, Outbox, Person

CALENDAR = Calendar()
POLICIES = load()
MONDAY = datetime.fromisoformat("2026-11-23T10:30:00+08:00")
T = TypeVar("T")


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = open_store(f"sqlite:///{tmp_path / 'demo.db'}", durable=False)
    assert isinstance(store, SqliteStore)
    await migrate.upgrade(store)
    yield store
    await store.close()


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a database with the demo in it, for tests that only read."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"

    async def run() -> None:
        store = open_store(f"sqlite:///{path}", durable=False)
        await migrate.upgrade(store)
        assert await demo.load(store, MONDAY, POLICIES, CALENDAR)
        await store.close()

    asyncio.run(run())
    return path


def read(path: Path, work: Callable[[Session], T]) -> T:
    engine = create_engine(f"sqlite:///{path}")
    try:
        with Session(engine) as session:
            return work(session)
    finally:
        engine.dispose()


def count(session: Session) -> tuple[int, int, int]:
    return (
        session.exec(select(func.count()).select_from(Person)).one(),
        session.exec(select(func.count()).select_from(Inbox)).one(),
        session.exec(select(func.count()).select_from(Outbox)).one(),
    )


def test_the_history_is_lived_through_before_now(loaded: Path) -> None:
    def check(session: Session) -> None:
        heard = session.exec(select(Inbox)).all()
        said = session.exec(select(Outbox)).all()
        assert len(heard) == len(demo.history(MONDAY, CALENDAR))
        assert {row.state for row in heard} == {"done"}
        assert {row.state for row in said} == {"sent"}
        assert max(row.received_at for row in heard) < MONDAY
        assert max(row.sent_at for row in said if row.sent_at) < MONDAY
        assert sum(row.is_reply for row in said) == len(heard)
        # Nothing that was written there puzzles the bot.
        assert not [row.text for row in said if "没听懂" in row.text]

    read(loaded, check)


def test_promises_are_kept_due_today_due_tomorrow_and_late(loaded: Path) -> None:
    def check(session: Session) -> None:
        rows = session.exec(select(Commitment)).all()
        today = CALENDAR.today(MONDAY)
        days = {CALENDAR.today(row.due_at) - today for row in rows if row.state == "open" and row.due_at}
        assert any(row.state == "done" for row in rows)
        assert any(row.postponed for row in rows)
        assert timedelta(0) in days
        assert timedelta(days=1) in days
        assert any(day < timedelta(0) for day in days)
        assert not any(row.due_at is None for row in rows)
        assert session.exec(select(DailyReport).where(DailyReport.state == "in")).first() is not None

    read(loaded, check)


def test_the_newcomers_question_has_an_answer(loaded: Path) -> None:
    def check(session: Session) -> None:
        client = clients.named(session, "北京协和医院")
        assert client is not None
        assert client.id is not None
        assert client.owner_id is not None
        assert facts.contacts(session, client.id, limit=1)
        # The page opens as the first rep; it is he who may read this client.
        assert people.with_role(session, "rep")[0].id == client.owner_id

    read(loaded, check)


async def test_it_is_loaded_once_and_only_into_an_empty_database(loaded: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copyfile(loaded, copy)
    before = read(copy, count)
    store = open_store(f"sqlite:///{copy}", durable=False)
    assert not await demo.load(store, MONDAY + timedelta(days=3), POLICIES, CALENDAR)
    await store.close()
    assert read(copy, count) == before


async def test_a_database_with_one_person_is_left_alone(empty: SqliteStore) -> None:
    known = team.Team(people=[{"name": "褚原", "role": "rep", "region": "", "department": ""}])
    await empty.write(lambda session: team.write(session, known, MONDAY))
    assert not await demo.load(empty, MONDAY, POLICIES, CALENDAR)
    assert await empty.read(count) == (1, 0, 0)


async def test_a_crash_in_the_middle_leaves_nothing_and_the_next_start_redoes_it(
    empty: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived = 0
    deliver = Replay._deliver

    async def crash(self: Replay) -> list[dict[str, object]]:
        nonlocal lived
        lived += 1
        if lived == 12:
            raise MemoryError("in the middle")
        return await deliver(self)

    monkeypatch.setattr(Replay, "_deliver", crash)
    with pytest.raises(MemoryError):
        await demo.load(empty, MONDAY, POLICIES, CALENDAR)
    assert await empty.read(count) == (0, 0, 0)
    monkeypatch.undo()
    assert await demo.load(empty, MONDAY, POLICIES, CALENDAR)


@pytest.mark.parametrize(
    "now",
    [
        "2026-11-23T00:00:30+08:00",
        "2026-11-22T15:00:00+08:00",
        "2026-10-04T09:00:00+08:00",
        "2027-01-01T12:00:00+08:00",
        "2026-11-27T23:59:00+08:00",
    ],
    ids=["midnight", "sunday", "golden week", "new year", "friday night"],
)
def test_on_any_day_the_history_lies_in_working_days_before_it(now: str) -> None:
    moment = datetime.fromisoformat(now)
    lines = demo.history(moment, CALENDAR)
    assert len(lines) == len(demo.history(MONDAY, CALENDAR))
    assert all(line.at < moment for line in lines)
    assert all(CALENDAR.is_workday(line.at.date()) for line in lines)
    assert lines == sorted(lines, key=lambda line: line.at)
    assert not [line.text for line in lines if "<" in line.text]


def test_everybody_in_the_history_is_in_the_team() -> None:
    known = team.read(demo.FILE)
    names = {person["name"] for person in known.people}
    members = {chat["name"]: set(chat["members"]) for chat in known.chats}
    for line in demo.history(MONDAY, CALENDAR):
        assert line.person in names
        if line.chat is not None:
            assert line.person in members[line.chat]
            assert f"@{known.bot}" in line.text
