"""The replay command: log and team read, a store opened, the bot run, the summary shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console as Terminal
from rich.table import Table

from bot import team
from bot.replay import Replay, Summary, read_log
from scheduler.policy import DEFAULT_FILE, load
from storage import migrate
from storage.store import open_store


async def run(
    log: Path,
    team_file: Path,
    until: datetime | None,
    policies: Path | None,
    url: str,
    *,
    durable: bool,
    emit: Callable[[Any], None],
) -> Summary:
    """Runs a log and emits what was said; the clock starts at its first line, or where a kept database left off."""
    known = team.read(team_file)
    lines = read_log(log)
    rules = load(policies or DEFAULT_FILE)
    if not lines:
        raise ValueError(f"{log}: there is no line in it")
    store = open_store(url, durable=durable)
    try:
        await migrate.upgrade(store)
        start = lines[0].at
        await store.write(lambda session: team.write(session, known, start))
        bot = Replay(store, known, rules, start)
        for said in await bot.run(lines, until or lines[-1].at):
            emit(said)
        return bot.summary
    finally:
        await store.close()


def show(summary: Summary) -> None:
    """The summary as a table on stderr."""
    table = Table(title="replay", title_justify="left")
    table.add_column("what")
    table.add_column("count", justify="right")
    table.add_row("lines", str(summary.lines))
    table.add_row("heard", str(summary.heard))
    for kind, count in sorted(summary.said.items()):
        table.add_row(kind, str(count))
    Terminal(stderr=True).print(table)
