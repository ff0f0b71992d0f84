"""The whole road: signed callback → 200 → understood → stored → the reply handed to the platform's API.

    python -m benchmarks.road [--messages 600]

Messages a second from the first callback to the last reply at a fake WeCom, as a ratio to a bare aiohttp handler in the
same run; each in a process of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import statistics
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

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
from bot.front import Front
from bot.platforms.wecom_app import WecomApp
from bot.settings import Settings
from bot.types import Pace
from storage import people
from storage.tables import Person

MEMBERS = 500
PATIENCE = 200.0


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
    """The bot's process: where it listens, and what it needs."""

    port: int
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
    settings = Settings(_env_file=None, database_url=url, wecom_corp_id=webhook.CORP_ID)
    app = App(Front(settings, {wecom.name: wecom}), render_files())
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
        yield Bot(port, psutil.Process(child.pid))
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


@click.command()
@click.option("--serve", "url", help="Be the bot on this database.")
@click.option("--api", default="http://127.0.0.1:9", help="Where replies go.")
@click.option("--messages", default=600, show_default=True)
@click.option("--rounds", default=3, show_default=True)
def main(url: str | None, api: str, messages: int, rounds: int) -> None:
    """The whole road against a bare handler."""
    if url is not None:
        asyncio.run(serve(url, api))
        return
    with databases() as found:
        Console(width=120).print(_roads(found, messages, rounds))


if __name__ == "__main__":
    main()
