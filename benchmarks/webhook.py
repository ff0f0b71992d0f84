"""Durable WeCom callbacks per second, as a ratio to a bare aiohttp handler in the same run.

    python -m benchmarks.webhook

Each server is a process of its own; signed and encrypted callbacks come over 64 connections that stay open. A callback
counts when its 200 came, which is after its commit. Rounds alternate between the servers, so that a busy machine
slows all of them; trust the ratios and not the absolute numbers.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

import click
from aiohttp import web
from rich.console import Console
from rich.table import Table

from bot import service
from bot.clock import SystemClock
from bot.platforms.wecom_app import WecomApp
from bot.platforms.wecom_crypto import Envelope
from bot.server import Server
from storage import migrate
from storage.store import open_store
from tests.postgres import fresh_database, postgres

CORP_ID, TOKEN = "wwbenchmark", "benchmarkToken"
AES_KEY = "YmVuY2htYXJrLWJlbmNobWFyay1iZW5jaG1hcmstMDE"
CONNECTIONS = 64
SECONDS = 3.0
ROUNDS = 3
BARE = "bare"


@dataclass
class Result:
    """What one server did: requests a second of every round, and every latency in ms."""

    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    def at(self, share: float) -> float:
        """The latency in ms below which this share of the requests lies."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def serve(kind: str, url: str) -> None:
    """One server, until its stdin is closed; tells its port on stdout."""
    if kind == BARE:
        app = web.Application()
        app.router.add_post("/wecom/app", _bare)
    else:
        store = open_store(url)
        await migrate.upgrade(store)
        platform = WecomApp(corp_id=CORP_ID, agent_id=1, secret="unused", token=TOKEN, aes_key=AES_KEY)
        app = Server(store, SystemClock(), {platform.name: platform}).app
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    if kind != BARE:
        # As `serve` does.
        service.settle()
    click.echo(runner.addresses[0][1])
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


async def _bare(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(text="ok")


def callbacks(run: str) -> Iterator[bytes]:
    """Whole HTTP requests, each a signed message never sent before."""
    envelope = Envelope(TOKEN, AES_KEY, CORP_ID)
    number = 0
    while True:
        number += 1
        stamp = str(int(SystemClock().now().timestamp()))
        document = (
            f"<xml><ToUserName><![CDATA[{CORP_ID}]]></ToUserName><FromUserName><![CDATA[member{number % 500}]]>"
            f"</FromUserName><CreateTime>{stamp}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
            f"<Content><![CDATA[【承诺】给第{number}家客户寄样品 周五]]></Content><MsgId>{run}{number}</MsgId>"
            "<AgentID>1</AgentID></xml>"
        )
        encrypted, signature = envelope.seal(document, stamp, "nonce")
        body = (
            f"<xml><ToUserName><![CDATA[{CORP_ID}]]></ToUserName><AgentID><![CDATA[1]]></AgentID>"
            f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        ).encode()
        query = urlencode({"msg_signature": signature, "timestamp": stamp, "nonce": "nonce"})
        yield (
            f"POST /wecom/app?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body


class _Connection(asyncio.Protocol):
    """One connection: a request, its answer, the next request. No answer here has more than its head and a word."""

    def __init__(self, requests: Iterator[bytes], result: Result, until: float, left: asyncio.Future[None]) -> None:
        self.requests, self.result, self.until, self.left = requests, result, until, left
        self.sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._next()

    def _next(self) -> None:
        request = next(self.requests, None)
        if request is None:
            self.transport.close()
            return
        self.sent = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        if data.startswith((b"HTTP/1.1 200", b"HTTP/1.1 204")):
            self.result.latencies.append((now - self.sent) * 1000)
        else:
            self.result.refused += 1
        if now < self.until:
            self._next()
        else:
            self.transport.close()

    def connection_lost(self, exception: Exception | None) -> None:
        if not self.left.done():
            self.left.set_result(None)


async def load(port: int, requests: Iterator[bytes], result: Result, seconds: float) -> None:
    """Loads a server from `CONNECTIONS` connections and adds what came of it to `result`."""
    loop = asyncio.get_running_loop()
    began, before = time.perf_counter(), len(result.latencies)
    ends: list[asyncio.Future[None]] = []
    for _ in range(CONNECTIONS):
        end: asyncio.Future[None] = loop.create_future()
        ends.append(end)
        connection = _Connection(requests, result, began + seconds, end)
        await loop.create_connection(lambda connection=connection: connection, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*ends)
    result.rates.append((len(result.latencies) - before) / (time.perf_counter() - began))


async def measure(servers: dict[str, str], seconds: float = SECONDS, rounds: int = ROUNDS) -> dict[str, Result]:
    """The results of every server by its name; `servers` maps names to database addresses, empty for the bare one."""
    results = {name: Result() for name in servers}
    async with contextlib.AsyncExitStack() as stack:
        ports = {name: await _started(stack, name, url) for name, url in servers.items()}
        for round_ in range(rounds + 1):
            for name, port in ports.items():
                # The same requests for everyone; made beforehand, or making them would be measured.
                run = f"{secrets.randbelow(10**6):06}{round_}"
                source = callbacks(run)
                made = [next(source) for _ in range(round(12_000 * seconds))]
                result = results[name] if round_ else Result()
                await load(port, iter(made), result, seconds if round_ else seconds / 3)
    return results


async def _started(stack: contextlib.AsyncExitStack, name: str, url: str) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.webhook",
        "--serve",
        name,
        "--url",
        url,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stack.push_async_callback(process.wait)
    stack.callback(process.stdin.close)
    return int(await process.stdout.readline())


@contextlib.contextmanager
def databases() -> Iterator[dict[str, str]]:
    """A SQLite file and, where its server can be started, a PostgreSQL; both thrown away afterwards."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        found = {"SQLite": f"sqlite:///{folder}/benchmark.db"}
        # Where no server can be started, the other database is measured alone.
        with contextlib.suppress(ImportError, OSError, subprocess.CalledProcessError):
            found["PostgreSQL"] = stack.enter_context(fresh_database(stack.enter_context(postgres())))
        yield found


@click.command()
@click.option("--serve", "kind", help="Be one of the servers.")
@click.option("--url", default="")
@click.option("--seconds", default=SECONDS, show_default=True)
@click.option("--rounds", default=ROUNDS, show_default=True)
def main(kind: str | None, url: str, seconds: float, rounds: int) -> None:
    """Durable WeCom callbacks per second against a bare handler."""
    if kind is not None:
        asyncio.run(serve(kind, url))
        return
    with databases() as found:
        results = asyncio.run(measure({BARE: "", **found}, seconds, rounds))
    table = Table(title=f"WeCom callback → 200 after commit, {CONNECTIONS} connections", title_justify="left")
    for column in ("server", "callbacks/s", "× bare", "p50 ms", "p99 ms", "refused"):
        table.add_column(column, justify="left" if column == "server" else "right")
    for name, result in results.items():
        ratio = statistics.median(ours / bare for ours, bare in zip(result.rates, results[BARE].rates, strict=True))
        table.add_row(
            name,
            f"{result.rate:,.0f}",
            f"{ratio:.2f}",
            f"{result.at(0.5):.1f}",
            f"{result.at(0.99):.1f}",
            str(result.refused),
        )
    Console().print(table)


if __name__ == "__main__":
    main()
