"""A week of a whole team on the virtual clock: everybody is answered once, nobody is disturbed, nothing differs."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot import team
from bot.calendar import Calendar
from bot.replay import Line, Replay, as_lines
from storage import events, migrate
from storage.store import SqliteStore, open_store
from storage.tables import Inbox, Obligation, Outbox, Person
from tests.acceptance import month
from tests.support import CHINA, POLICIES

DAYS = 5


async def played(path: Path, lines: list[Line], until: datetime) -> tuple[list[dict[str, Any]], SqliteStore]:
    store = open_store(f"sqlite:///{path}", durable=False)
    assert isinstance(store, SqliteStore)
    await migrate.upgrade(store)
    known = month.team()
    await store.write(lambda session: team.write(session, known, lines[0].at))
    bot = Replay(store, known, POLICIES, lines[0].at)
    return await bot.run(lines, until), store


def heard(line: Line) -> bool:
    return line.chat is None or f"@{month.BOT}" in line.text


@pytest.fixture(scope="module")
def week() -> list[Line]:
    return month.lines(DAYS)


async def test_a_week_of_a_team(week: list[Line], tmp_path: Path) -> None:
    # To the Monday after, over a weekend in which nobody is to be disturbed.
    until = datetime(2026, 11, 9, 9, 30, tzinfo=CHINA)
    said, store = await played(tmp_path / "week.db", week, until)
    assert len(week) > 400

    _one_answer_each(week, said)
    _nothing_twice(said)
    await _nobody_is_disturbed(said, store)

    states = await store.read(lambda session: Counter(session.exec(select(Inbox.state))))
    assert states == {"done": sum(heard(line) for line in week)}
    assert await store.read(lambda session: set(session.exec(select(Outbox.state)))) == {"sent"}
    assert await store.read(events.verify) is None
    kinds = Counter(item["kind"] for item in said)
    assert kinds.keys() >= {"reply", "report", "reminder", "overdue", "escalation", "digest", "notice", "alert"}
    templates_of_despair = [item for item in said if "出了点问题" in item["text"]]
    assert templates_of_despair == []
    await store.close()


async def test_the_same_days_give_the_same_bytes(week: list[Line], tmp_path: Path) -> None:
    until = datetime(2026, 11, 3, 20, 0, tzinfo=CHINA)
    days = [line for line in week if line.at < until]
    written = []
    for name in ("first.db", "second.db"):
        said, store = await played(tmp_path / name, days, until)
        written.append("\n".join(as_lines(said)).encode())
        await store.close()

    assert written[0] == written[1]
    assert len(written[0]) > 10_000


def _one_answer_each(week: list[Line], said: list[dict[str, Any]]) -> None:
    answers = defaultdict(list)
    for item in said:
        if item["reply_to"] is not None:
            answers[item["reply_to"]].append(item)
    assert answers.keys() == {line.key for line in week if heard(line)}
    for line in week:
        if heard(line):
            (answer,) = answers[line.key]
            assert answer["to"] == ({"chat": line.chat} if line.chat else {"person": line.person})
            assert answer["kind"] in {"reply", "question", "report"}
            assert datetime.fromisoformat(answer["at"]) == line.at


def _nothing_twice(said: list[dict[str, Any]]) -> None:
    pushes = Counter(
        json.dumps([item["to"], item["clock"], item["kind"], item["text"]], ensure_ascii=False)
        for item in said
        if item["clock"] is not None
    )
    assert [push for push, times in pushes.items() if times > 1] == []


async def _nobody_is_disturbed(said: list[dict[str, Any]], store: SqliteStore) -> None:
    """In quiet hours and on days off an owner hears of what is due that day, and nobody of anything else."""
    calendar = Calendar("Asia/Shanghai")
    begin, end = calendar.quiet_hours
    rows = await store.read(lambda session: list(session.exec(select(Obligation))))
    names = await store.read(lambda session: {row.id: row.name for row in session.exec(select(Person))})
    due = {(f"#{row.number}", names[row.owner_id], calendar.today(row.due_at)) for row in rows if row.owner_id}
    disturbing = 0
    for item in said:
        at = datetime.fromisoformat(item["at"]).astimezone(CHINA)
        quiet = at.time() >= begin or at.time() < end or not calendar.is_workday(at.date())
        if item["clock"] is None or not quiet:
            continue
        disturbing += 1
        assert item["kind"] in {"reminder", "overdue"}, item
        readers = [item["to"]["person"]] if "person" in item["to"] else item["mention"]
        assert item["about"], item
        for number in item["about"]:
            assert any((number, reader, at.date()) in due for reader in readers), item
    # Something was due at night or on a day off, or this shows nothing.
    assert disturbing > 0
