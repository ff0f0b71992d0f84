"""Acknowledgements in an open loop: callbacks come at a fixed rate, whatever became of those before them.

    python -m benchmarks.acks [--rate 1000] [--slow-sync 2]

The whole bot works meanwhile, in a process of its own, and falls behind where it must; what counts is how long each
callback waited for its 200, from the moment it should have been sent. A bare handler beside it tells what the machine
and the senders themselves take. With `--slow-sync` every fsync of the bot's process takes so many milliseconds longer,
where a C compiler is there.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks import webhook
from benchmarks.road import PATIENCE, fake_api, process
from benchmarks.webhook import Result, callbacks, databases

OPEN_CONNECTIONS = 256
ACK_LIMIT_MS = 15.0
_SLOW_SYNC = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>
static int late(const char *name, int fd) {
    usleep(atoi(getenv("SLOW_SYNC_US")));
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    return real(fd);
}
int fsync(int fd) { return late("fsync", fd); }
int fdatasync(int fd) { return late("fdatasync", fd); }
"""


class _Sender(asyncio.Protocol):
    """One connection of the open loop: a request when it is told, and how long its answer took from when it was due."""

    def __init__(self, result: Result, free: asyncio.Queue[_Sender]) -> None:
        self.result, self.free = result, free
        self.due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.free.put_nowait(self)

    def send(self, request: bytes, due: float) -> None:
        self.due = due
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"HTTP/1.1 200"):
            self.result.latencies.append((time.perf_counter() - self.due) * 1000)
        else:
            self.result.refused += 1
        self.free.put_nowait(self)


async def open_loop(port: int, rate: float, seconds: float) -> Result:
    """What came of callbacks at a fixed rate; one that finds no connection free waits, and its wait counts."""
    result = Result()
    free: asyncio.Queue[_Sender] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    requests = list(islice(callbacks(f"{secrets.randbelow(10**6):06}0"), round(rate * seconds)))
    senders = [_Sender(result, free) for _ in range(OPEN_CONNECTIONS)]
    for sender in senders:
        await loop.create_connection(lambda sender=sender: sender, "127.0.0.1", port)  # type: ignore[misc]
    began = time.perf_counter()
    for number, request in enumerate(requests):
        due = began + number / rate
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        (await free.get()).send(request, due)
    async with asyncio.timeout(PATIENCE):
        for _ in senders:
            # Every connection is free again: every answer has come.
            (await free.get()).transport.close()
    return result


@contextlib.contextmanager
def slow_sync(milliseconds: float) -> Iterator[dict[str, str] | None]:
    """The environment in which a process's every fsync takes so much longer; None where it cannot be compiled."""
    compiler = shutil.which("cc")
    if compiler is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "slow_sync.so"
        command = [compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", str(library), "-ldl"]
        made = subprocess.run(command, input=_SLOW_SYNC.encode(), capture_output=True, check=False)
        environment = {"LD_PRELOAD": str(library), "SLOW_SYNC_US": str(round(milliseconds * 1000))}
        yield environment if made.returncode == 0 else None


async def bare_answers(rate: float, seconds: float) -> Result:
    """The open loop against a server that does nothing."""
    async with process("benchmarks.webhook", "--serve", webhook.BARE) as bare:
        await open_loop(bare.port, rate / 10, 1.0)
        return await open_loop(bare.port, rate, seconds)


async def wait_for_acks(url: str, rate: float, seconds: float, environment: Mapping[str, str] = {}) -> Result:
    """The open loop against the whole bot at work."""
    arguments = ("benchmarks.road", "--serve", url)
    async with fake_api() as (_, address), process(*arguments, "--api", address, environment=environment) as bot:
        await open_loop(bot.port, rate / 10, 1.0)
        return await open_loop(bot.port, rate, seconds)


def _acks(found: Mapping[str, str], rate: float, seconds: float, slow: float) -> Table:
    table = Table(title=f"Acknowledgement at {rate:,.0f} callbacks/s, the bot at work", title_justify="left")
    for column in ("database", "p50 ms", "p99 ms", "max ms", "refused", f"p99 within {ACK_LIMIT_MS:.0f} ms"):
        table.add_column(column, justify="left" if column == "database" else "right")

    def row(name: str, result: Result) -> None:
        shown = [f"{result.at(share):.1f}" for share in (0.5, 0.99, 1.0)]
        table.add_row(name, *shown, str(result.refused), "yes" if result.at(0.99) <= ACK_LIMIT_MS else "no")

    # What the machine and the senders themselves take at the moment.
    row("bare handler", asyncio.run(bare_answers(rate, seconds)))
    for name, url in found.items():
        row(name, asyncio.run(wait_for_acks(url, rate, seconds)))
    with slow_sync(slow) as environment:
        if environment is None:
            table.add_row("SQLite, slower fsync", *["skipped: no C compiler"], *[""] * 4)
        else:
            row(
                f"SQLite, +{slow:g} ms per fsync",
                asyncio.run(wait_for_acks(found["SQLite"], rate, seconds, environment)),
            )
    return table


@click.command()
@click.option("--rate", default=1000.0, show_default=True)
@click.option("--seconds", default=4.0, show_default=True)
@click.option("--slow-sync", "slow", default=2.0, show_default=True, help="Milliseconds added to every fsync.")
def main(rate: float, seconds: float, slow: float) -> None:
    """Acknowledgements in an open loop while the whole bot works."""
    with databases() as found:
        Console(width=120).print(_acks(found, rate, seconds, slow))


if __name__ == "__main__":
    main()
