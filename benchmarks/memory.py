"""Memory of the whole bot while messages go through it: callback → 200 → understood → stored → the reply sent.

    python -m benchmarks.memory [--messages 100000] [--seconds 300]

The bot works on SQLite in a process of its own, a fake WeCom hears the replies. Its resident memory is told at every
tenth of the messages. While the database grows, the page caches of its connections fill up, to 20 MB in all; but for
them, what is there after the first tenth should be there after the last.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice

import click

from benchmarks import webhook
from benchmarks.road import PATIENCE, fake_api, process
from benchmarks.webhook import Result, callbacks

# So many are under way at most: what waits in the inbox is kept by the database and not by the bot.
CHUNK = 500


async def drive(messages: int, seconds: float, tell: Callable[[int, float], None]) -> int:
    """Sends messages through the bot until there are so many, or time is up; returns how many got no reply.

    `tell` hears at each tenth how many went through and the resident memory in MB, at first before any did.
    """
    lost = 0
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/memory.db"
        async with fake_api() as (api, address), process("benchmarks.road", "--serve", url, "--api", address) as bot:
            tell(0, bot.idle)
            source = callbacks(f"{secrets.randbelow(10**6):06}")
            until = time.monotonic() + seconds
            done = told = 0
            while done < messages and time.monotonic() < until:
                wanted = list(islice(source, min(CHUNK, messages - done)))
                before, acknowledged = api.arrived, Result()
                await webhook.load(bot.port, iter(wanted), acknowledged, PATIENCE)
                await api.arrive(before + len(acknowledged.latencies), PATIENCE)
                lost += len(wanted) - (api.arrived - before)
                done += len(wanted)
                if done * 10 // messages > told:
                    told = done * 10 // messages
                    tell(done, bot.memory())
            if done < messages:
                tell(done, bot.memory())
    return lost


@click.command()
@click.option("--messages", default=100_000, show_default=True, type=click.IntRange(10, 1_000_000))
@click.option("--seconds", default=300.0, show_default=True, help="Ends after so long at the latest.")
def main(messages: int, seconds: float) -> None:
    """Resident memory at every tenth of many messages."""
    found: list[float] = []

    def tell(done: int, memory: float) -> None:
        found.append(memory)
        sys.stdout.write(f"{done:>9,} messages  {memory:6.1f} MB\n")
        sys.stdout.flush()

    lost = asyncio.run(drive(messages, seconds, tell))
    if len(found) > 2:
        sys.stdout.write(f"since the first tenth {found[-1] - found[1]:+.1f} MB, without a reply {lost}\n")


if __name__ == "__main__":
    main()
