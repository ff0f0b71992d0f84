"""The demo team: an invented company with a few days of history, so that the console has something to show.

The history is data (`demo_team.toml`), dated relative to the day it is loaded, and is played through the very inbox,
worker, clocks and outbox of the bot on a clock that ends just before now.
"""

from __future__ import annotations

import asyncio
import gc
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar

import structlog
import structlog.testing
from sqlmodel import Session

from bot import team
from bot.calendar import Calendar
from bot.replay import Line, Replay
from bot.types import Attachment
from scheduler.policy import Policy
from storage import people
from storage.store import Lane as StoreLane
from storage.store import Store

log = structlog.get_logger("demo")

FILE = Path(__file__).parent / "demo_team.toml"
T = TypeVar("T")
_DAY = re.compile(r"<D([+-]\d+)?>")


async def load(store: Store, now: datetime, policies: Mapping[str, Policy], calendar: Calendar) -> bool:
    """Loads team and history into an empty database and says whether it did; all of it lies before `now`.

    All or nothing: one transaction, so that a crash leaves the database empty for the next start. Only a SQLite file
    gets a demo; any other database, and one with people or messages in it, is left alone.
    """
    if store.dialect != "sqlite" or not await store.read(people.nobody_yet):
        return False
    known = replace(team.read(FILE), timezone=calendar.zone.key, work_hours=calendar.work_hours)
    lines = history(now, calendar)
    # The writer's thread runs no event loop of its own, so that the bot can be played there inside one transaction.
    await store.write(lambda session: asyncio.run(_play(session, known, lines, policies, now)))
    log.info("the demo team is in", action="demo.loaded", lines=len(lines))
    return True


async def _play(
    session: Session, known: team.Team, lines: list[Line], policies: Mapping[str, Policy], now: datetime
) -> None:
    start = min(line.at for line in lines) - timedelta(minutes=1)
    team.write(session, known, start)
    session.flush()
    # Each message of the past has its log line; at a start only trouble among them is worth reading.
    # The collector would cost a quarter of the time: the rows of one transaction all stay alive anyway.
    collecting = gc.isenabled()
    gc.disable()
    try:
        with structlog.testing.capture_logs() as logs:
            bot = Replay(_Inside(session), known, policies, start)
            await bot.run(lines, now - timedelta(seconds=1))
    finally:
        if collecting:
            gc.enable()
    trouble = [entry["action"] for entry in logs if entry["log_level"] in {"warning", "error"}]
    if trouble:
        log.warning("the demo met trouble", action="demo.trouble", met=trouble)


class _Inside:
    """A store inside one transaction of another: each work under its own savepoint."""

    dialect = "sqlite"

    def __init__(self, session: Session) -> None:
        self._connection = session.connection()

    async def write(self, work: Callable[[Session], T], lane: StoreLane = "work") -> T:
        with Session(self._connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            result = work(session)
            session.commit()
            return result

    async def read(self, work: Callable[[Session], T]) -> T:
        with Session(self._connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            result = work(session)
            session.rollback()
            return result

    async def close(self) -> None:
        """The outer store is closed by whoever opened it."""


def history(now: datetime, calendar: Calendar) -> list[Line]:
    """What the team wrote in the working days before `now`, the oldest first; moments are in the team's zone."""
    today = calendar.workday_on_or_after(calendar.today(now))
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))["lines"]
    lines = [_line(entry, number, today, calendar) for number, entry in enumerate(entries, 1)]
    return sorted((line for line in lines if line.at < now), key=lambda line: line.at)


def _line(entry: dict[str, Any], number: int, today: date, calendar: Calendar) -> Line:
    def named(found: re.Match[str]) -> str:
        day = calendar.add_workdays(today, int(found[1] or 0))
        return f"{day.month}月{day.day}日"

    return Line(
        at=calendar.at(calendar.add_workdays(today, entry["day"]), time.fromisoformat(entry["at"])),
        chat=entry.get("chat"),
        person=entry["from"],
        text=_DAY.sub(named, entry["text"]),
        key=entry.get("id", f"demo-{number}"),
        attachments=tuple(Attachment(item["kind"], item["name"]) for item in entry.get("attachments", ())),
    )
