"""A month of a team of twenty on the virtual clock: how many times faster than life.

python -m benchmarks.replay [--days 20]
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import click
from rich.console import Console
from rich.table import Table

from benchmarks.webhook import databases
from bot import logs, team
from bot.replay import Replay
from scheduler.policy import load
from storage import migrate
from storage.store import open_store
from tests.acceptance import month


async def play(url: str, days: int) -> tuple[int, int, timedelta, float]:
    """Messages heard and said, the time that passed in the story, and the seconds it took."""
    lines = month.lines(days)
    known = month.team()
    until = lines[-1].at + timedelta(hours=1)
    store = open_store(url, durable=False)
    await migrate.upgrade(store)
    began = time.perf_counter()
    await store.write(lambda session: team.write(session, known, lines[0].at))
    bot = Replay(store, known, load(), lines[0].at)
    said = await bot.run(lines, until)
    took = time.perf_counter() - began
    await store.close()
    return bot.summary.heard, len(said), until - lines[0].at, took


@click.command()
@click.option("--days", default=month.WORKDAYS, show_default=True, help="Working days to play.")
def main(days: int) -> None:
    """Play a month of a team of twenty on every database and print the speed."""
    logs.set_up("ERROR")
    table = Table(title=f"{days} working days of a team of twenty", title_justify="left")
    for column in ("database", "heard", "said", "seconds", "messages/s", "× real time"):
        table.add_column(column, justify="left" if column == "database" else "right")
    with databases() as found:
        for name, url in found.items():
            heard, said, passed, took = asyncio.run(play(url, days))
            speed = passed.total_seconds() / took
            table.add_row(name, f"{heard:,}", f"{said:,}", f"{took:.1f}", f"{heard / took:.0f}", f"{speed:,.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
