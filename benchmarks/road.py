"""The whole road: signed callback → 200 → understood → stored → the reply handed to the platform's API.

    python -m benchmarks.road [--messages 600] [--rate 1000] [--slow-sync 2]

Three things, each in processes of its own. The road: messages a second from the first callback to the last reply at a
fake WeCom, as a ratio to a bare aiohttp handler in the same run. The open loop: callbacks that come at a fixed rate,
whatever becomes of those before them, while the whole bot works; what counts is how long each waited for its 200,
from the moment it should have been sent. The start: seconds to listening and memory, and what memory does under load.
With `--slow-sync` every fsync of the bot's process takes so many milliseconds longer, where a C compiler is there.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import click
import psutil
from aiohttp import web
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from benchmarks import webhook
from benchmarks.webhook import Result, callbacks, databases
from bot import logs, service
from bot.app import App, render_files
from bot.clock import SystemClock
from bot.platforms.wecom_app import WecomApp
from bot.settings import Settings
from bot.types import Pace
from storage import people
from storage.tables import Person

MEMBERS = 500
OPEN_CONNECTIONS = 256
ACK_LIMIT_MS = 15.0
PATIENCE = 200.0
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


class _Unpaced(WecomApp):
    """The app without its pause between two messages to one person: what is measured is the bot and not WeCom."""

    pace = Pace(max_bytes=WecomApp.pace.max_bytes)


class FakeApi:
    """As much of WeCom's API as a reply needs, and the moments at which replies came."""

    def __init__(self) -> None:
        self.arrived = 0
        self.last = 0.0
        self._wanted = 0
        self._there = asyncio.Event()
        self.app = web.Application()
        self.app.router.add_get("/cgi-bin/gettoken", self._token)
        self.app.router.add_post("/cgi-bin/message/send", self._send)

    async def arrive(self, count: int, patience: float) -> None:
        """Returns once so many replies have come in all, or when patience ends."""
        self._wanted = count
        self._there.clear()
        if self.arrived < count:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._there.wait()

    async def _token(self, request: web.Request) -> web.Response:
        return web.json_response({"errcode": 0, "access_token": "benchmark", "expires_in": 7200})

    async def _send(self, request: web.Request) -> web.Response:
        await request.read()
        self.arrived += 1
        self.last = time.perf_counter()
        if self.arrived >= self._wanted:
            self._there.set()
        return web.json_response({"errcode": 0, "msgid": str(self.arrived)})


@dataclass
class Bot:
    """The bot's process: where it listens, how long it took to get there, and what it needs."""

    port: int
    seconds: float
    process: psutil.Process
    idle: float = field(init=False)

    def __post_init__(self) -> None:
        self.idle = self.memory()

    def memory(self) -> float:
        """Resident memory in MB."""
        return float(self.process.memory_info().rss) / 1e6

    def work(self) -> float:
        """Seconds of a processor it has used."""
        used = self.process.cpu_times()
        return float(used.user + used.system)


async def serve(url: str, api: str) -> None:
    """The whole bot for one company of `MEMBERS`, until its stdin is closed; tells its port on stdout."""
    logs.set_up("WARNING")
    wecom = _Unpaced(
        corp_id=webhook.CORP_ID,
        agent_id=1,
        secret="benchmark",
        token=webhook.TOKEN,
        aes_key=webhook.AES_KEY,
        api_base=api,
    )
    app = App(
        Settings(_env_file=None, database_url=url, wecom_corp_id=webhook.CORP_ID), {wecom.name: wecom}, render_files()
    )
    await app.prepare()
    await app.store.write(_enrol)
    runner = web.AppRunner(app.server.app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await app.start()
    service.settle()
    click.echo(runner.addresses[0][1])
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()
    await app.stop()


def _enrol(session: Session) -> None:
    if people.everybody(session):
        return
    now = SystemClock().now()
    above: int | None = None
    for role, count in (("manager", 1), ("supervisor", 1), ("rep", MEMBERS)):
        rows = [
            Person(name=f"{role}{n}", role=role, supervisor_id=above, region="华东", made_at=now) for n in range(count)
        ]
        session.add_all(rows)
        session.flush()
        above = rows[0].id
        if role == "rep":
            for number, row in enumerate(rows):
                assert row.id is not None
                people.bind(session, row.id, "wecom", f"member{number}")


@contextlib.asynccontextmanager
async def fake_api() -> AsyncIterator[tuple[FakeApi, str]]:
    """A WeCom API on a free port, and its address."""
    api = FakeApi()
    runner = web.AppRunner(api.app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield api, f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@contextlib.asynccontextmanager
async def process(*arguments: str, environment: Mapping[str, str] = {}) -> AsyncIterator[Bot]:
    """A server as a process of its own, listening; ended afterwards."""
    began = time.perf_counter()
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **environment},
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        port = int(await child.stdout.readline())
        yield Bot(port, time.perf_counter() - began, psutil.Process(child.pid))
    finally:
        child.stdin.close()
        await child.wait()


# --- the road ---------------------------------------------------------------------------------------------------------


@dataclass
class Road:
    """What came of the road on one database; rates are a second, memory is in MB.

    `work` is ms of a processor a message in the bot's process (PostgreSQL's own is not in it); its ratio to what the
    bare server needs for a request says more than the rates on a machine that others use.
    """

    rates: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    work_ratios: list[float] = field(default_factory=list)
    idle: float = 0.0
    memory: list[float] = field(default_factory=list)
    lost: int = 0


async def drive(url: str, messages: int, rounds: int) -> Road:
    """Sends `messages` through the whole bot in each round, with a bare server's rate before each."""
    road = Road()
    async with contextlib.AsyncExitStack() as stack:
        api, address = await stack.enter_async_context(fake_api())
        bare = await stack.enter_async_context(process("benchmarks.webhook", "--serve", webhook.BARE))
        bot = await stack.enter_async_context(process("benchmarks.road", "--serve", url, "--api", address))
        road.idle = bot.idle
        for number in range(rounds + 1):
            # The first round is for warming up.
            source = callbacks(f"{secrets.randbelow(10**6):06}{number}")
            compared, bare_before = Result(), bare.work()
            await webhook.load(bare.port, islice(source, 30_000), compared, 1.5)
            bare_each = (bare.work() - bare_before) / len(compared.latencies)
            wanted = list(islice(source, messages if number else MEMBERS // 5))
            before = bot.work()
            rate = await _round(bot, api, wanted, road)
            each = (bot.work() - before) / len(wanted)
            if number:
                road.work.append(each * 1000)
                road.work_ratios.append(bare_each / each)
                road.rates.append(rate)
                road.ratios.append(rate / compared.rate)
                road.memory.append(bot.memory())
    return road


async def _round(bot: Bot, api: FakeApi, requests: list[bytes], road: Road) -> float:
    before, began = api.arrived, time.perf_counter()
    acknowledged = Result()
    await webhook.load(bot.port, iter(requests), acknowledged, PATIENCE)
    await api.arrive(before + len(acknowledged.latencies), PATIENCE)
    road.lost += len(requests) - (api.arrived - before)
    return (api.arrived - before) / (api.last - began)


# --- the open loop ----------------------------------------------------------------------------------------------------


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


# --- the start --------------------------------------------------------------------------------------------------------


async def start(tries: int = 3) -> tuple[float, float]:
    """The fewest seconds from the command line to listening on a migrated database, and the memory of that in MB."""
    found: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(tries + 1):
            async with process("benchmarks.road", "--serve", f"sqlite:///{folder}/start.db") as bot:
                found.append((bot.seconds, bot.idle))
    return min(found[1:])


# --- the command ------------------------------------------------------------------------------------------------------


def _roads(found: Mapping[str, str], messages: int, rounds: int) -> Table:
    table = Table(title=f"Callback → reply at the platform, {messages} messages a round", title_justify="left")
    for column in (
        "database",
        "messages/s",
        "× bare",
        "ms of CPU",
        "× bare by CPU",
        "lost",
        "memory MB: idle",
        "after each round",
    ):
        table.add_column(column, justify="left" if column == "database" else "right")
    for name, url in found.items():
        road = asyncio.run(drive(url, messages, rounds))
        memory = " ".join(f"{size:.0f}" for size in road.memory)
        table.add_row(
            name,
            f"{statistics.median(road.rates):,.0f}",
            f"{statistics.median(road.ratios):.3f}",
            f"{statistics.median(road.work):.2f}",
            f"{statistics.median(road.work_ratios):.3f}",
            str(road.lost),
            f"{road.idle:.0f}",
            memory,
        )
    return table


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
@click.option("--serve", "url", help="Be the bot on this database.")
@click.option("--api", default="http://127.0.0.1:9", help="Where replies go.")
@click.option("--messages", default=600, show_default=True)
@click.option("--rounds", default=3, show_default=True)
@click.option("--rate", default=1000.0, show_default=True)
@click.option("--seconds", default=4.0, show_default=True)
@click.option("--slow-sync", "slow", default=2.0, show_default=True, help="Milliseconds added to every fsync.")
@click.option("--only", type=click.Choice(["road", "acks", "start"]), help="One of the three.")
def main(
    url: str | None, api: str, messages: int, rounds: int, rate: float, seconds: float, slow: float, only: str | None
) -> None:
    """The whole road against a bare handler, acknowledgements in an open loop, and the start."""
    if url is not None:
        asyncio.run(serve(url, api))
        return
    console = Console(width=120)
    if only in {None, "start"}:
        took, memory = asyncio.run(start())
        console.print(f"From the command to listening: {took:.2f} s, {memory:.0f} MB resident")
    if only in {None, "road"}:
        with databases() as found:
            console.print(_roads(found, messages, rounds))
    if only in {None, "acks"}:
        with databases() as found:
            console.print(_acks(found, rate, seconds, slow))


if __name__ == "__main__":
    main()
