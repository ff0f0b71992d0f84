"""Callbacks a second against two ways to build such a bot with what is there, in the same run.

    python -m benchmarks.peers

nonebot2 with its DingTalk adapter on uvicorn (uvloop, httptools) checks a signature and dispatches to one matcher whose
answer goes nowhere. Flask with wechatpy under gunicorn with two workers decrypts, parses and encrypts a reply. Neither
stores anything before it answers; ours verifies, decrypts, parses and commits to SQLite. Each peer has an environment
of its own in the cache folder, made at the first run from the package index and never part of ours.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks import webhook
from benchmarks.road import process
from benchmarks.webhook import AES_KEY, CONNECTIONS, CORP_ID, TOKEN, Result, callbacks
from bot.clock import SystemClock

CACHE = Path(__file__).resolve().parents[1] / ".cache" / "peers"
SECRET = "benchmarkSecret"
READY_SECONDS = 60.0
_NONEBOT = f"""
import nonebot
from nonebot.adapters.ding import Bot, MessageEvent
from nonebot.plugin import on_message

nonebot.init(ding_secret={SECRET!r}, log_level="ERROR")
nonebot.get_driver().register_adapter("ding", Bot)
matcher = on_message()

async def nothing(self, api, **data):
    return {{}}

Bot.call_api = nothing

@matcher.handle()
async def answer(bot: Bot, event: MessageEvent):
    await matcher.finish("收到")

app = nonebot.get_asgi()
"""
_FLASK = f"""
from flask import Flask, request
from wechatpy.enterprise import parse_message
from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.replies import create_reply

app = Flask(__name__)
crypto = WeChatCrypto({TOKEN!r}, {AES_KEY!r}, {CORP_ID!r})

@app.post("/wecom/app")
def callback():
    stamp, nonce = request.args["timestamp"], request.args["nonce"]
    message = parse_message(crypto.decrypt_message(request.data, request.args["msg_signature"], stamp, nonce))
    return crypto.encrypt_message(create_reply("收到", message).render(), nonce, stamp)
"""


@dataclass(frozen=True)
class Peer:
    """Somebody else's server: its packages, its program, the command that serves it on a socket, and its requests."""

    name: str
    goal: float
    installs: tuple[tuple[str, ...], ...]
    program: str
    command: tuple[str, ...]
    requests: Callable[[str], Iterator[bytes]]
    # Its workers end the connection after each answer.
    closes: bool


def dingtalk_callbacks(run: str) -> Iterator[bytes]:
    """Whole HTTP requests, each a signed message of a DingTalk group never sent before."""
    number = 0
    while True:
        number += 1
        stamp = str(int(SystemClock().now().timestamp() * 1000))
        digest = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
        body = json.dumps(
            {
                "conversationId": "cid-benchmark",
                "conversationType": "2",
                "conversationTitle": "华东销售群",
                "atUsers": [{"dingtalkId": "bot"}],
                "chatbotUserId": "bot",
                "chatbotCorpId": "corp",
                "msgId": f"msg{run}{number}",
                "senderNick": "周岚",
                "senderId": f"member{number % 500}",
                "senderCorpId": "corp",
                "isAdmin": False,
                "isInAtList": True,
                "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=benchmark",
                "sessionWebhookExpiredTime": int(stamp) + 5_400_000,
                "createAt": int(stamp),
                "msgtype": "text",
                "text": {"content": f" 【承诺】给第{number}家客户寄样品 周五"},
            }
        ).encode()
        yield (
            f"POST /ding/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\ntimestamp: {stamp}\r\n"
            f"sign: {base64.b64encode(digest).decode()}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body


PEERS = (
    Peer(
        "nonebot2 + adapter-ding",
        2.0,
        (
            # Its last release asks for a uvicorn and a httptools that no longer build; it runs with newer ones.
            ("--no-deps", "nonebot2==2.0.0a16", "nonebot-adapter-ding==2.0.0a16"),
            ("fastapi<0.100", "pydantic[dotenv]<2", "uvicorn", "httptools", "uvloop", "websockets", "httpx", "loguru"),
            ("pygtrie", "tomlkit"),
        ),
        _NONEBOT,
        ("uvicorn", "server:app", "--fd", "{fd}", "--loop", "uvloop", "--http", "httptools", "--log-level", "error"),
        dingtalk_callbacks,
        closes=False,
    ),
    Peer(
        "Flask + wechatpy, 2 workers",
        4.0,
        (("flask==3.1.3", "wechatpy[cryptography]==1.8.18", "gunicorn==27.0.1"),),
        _FLASK,
        ("gunicorn", "server:app", "--workers", "2", "--bind", "fd://{fd}", "--log-level", "error"),
        callbacks,
        closes=True,
    ),
)


def environment(peer: Peer) -> Path:
    """The folder of a peer's own environment, with its server in it; made when it is not there yet.

    Raises subprocess.CalledProcessError when a package cannot be had.
    """
    folder = CACHE / "".join(letter if letter.isalnum() else "-" for letter in peer.name)
    ready = folder / "ready"
    if not ready.exists() or ready.read_text(encoding="utf-8") != repr(peer.installs):
        venv.create(folder, with_pip=True, clear=True)
        for packages in peer.installs:
            pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages]
            subprocess.run(pip, check=True, capture_output=True)
        ready.write_text(repr(peer.installs), encoding="utf-8")
    (folder / "server.py").write_text(peer.program, encoding="utf-8")
    return folder


@contextlib.asynccontextmanager
async def served(peer: Peer) -> AsyncIterator[int]:
    """The port of a peer's server, which answers."""
    folder = await asyncio.to_thread(environment, peer)
    told = folder / "log"
    with socket.socket() as listening, told.open("wb") as log:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1024)
        port: int = listening.getsockname()[1]
        command = [part.format(fd=listening.fileno()) for part in peer.command]
        child = await asyncio.create_subprocess_exec(
            str(folder / "bin" / "python"),
            "-m",
            *command,
            cwd=folder,
            pass_fds=[listening.fileno()],
            stdout=log,
            stderr=log,
        )
    try:
        warm = Result()
        async with asyncio.timeout(READY_SECONDS):
            await load(peer, port, peer.requests(f"{secrets.randbelow(10**6):06}"), warm, 1.0)
        # An answer is not enough: one of them says yes before it looks at the message.
        if not warm.latencies or b"ERROR" in told.read_bytes():
            raise RuntimeError(f"it does not do its work, see {told}")
        yield port
    finally:
        if child.returncode is None:
            child.terminate()
        await child.wait()


async def load(peer: Peer, port: int, requests: Iterator[bytes], result: Result, seconds: float) -> None:
    """Loads a peer's server as the others are; one that closes its connections is connected to for each request."""
    if not peer.closes:
        await webhook.load(port, requests, result, seconds)
        return
    began, before = time.perf_counter(), len(result.latencies)

    async def ask() -> None:
        while time.perf_counter() < began + seconds and (request := next(requests, None)) is not None:
            sent = time.perf_counter()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            answer = await reader.read()
            writer.close()
            if answer.startswith(b"HTTP/1.1 200"):
                result.latencies.append((time.perf_counter() - sent) * 1000)
            else:
                result.refused += 1

    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    result.rates.append((len(result.latencies) - before) / (time.perf_counter() - began))


async def compare(peer: Peer, seconds: float, rounds: int) -> tuple[Result, Result]:
    """The results of ours and of a peer, in rounds that alternate."""
    ours, theirs = Result(), Result()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/peers.db"
        async with process("benchmarks.webhook", "--serve", "SQLite", "--url", url) as bot, served(peer) as port:
            for number in range(rounds + 1):
                run = f"{secrets.randbelow(10**6):06}{number}"
                # Made beforehand, or making them would be measured; the first round is for warming up.
                made = [list(islice(make(run), round(12_000 * seconds))) for make in (callbacks, peer.requests)]
                await webhook.load(bot.port, iter(made[0]), ours if number else Result(), seconds)
                await load(peer, port, iter(made[1]), theirs if number else Result(), seconds)
    return ours, theirs


@click.command()
@click.option("--seconds", default=3.0, show_default=True)
@click.option("--rounds", default=3, show_default=True)
def main(seconds: float, rounds: int) -> None:
    """Callbacks a second against two peers; a peer that cannot be installed is passed over."""
    table = Table(title=f"Callbacks a second, {CONNECTIONS} connections", title_justify="left")
    for column in ("peer", "its callbacks/s", "p99 ms", "refused", "ours/s", "p99 ms", "× peer", "goal"):
        table.add_column(column, justify="left" if column == "peer" else "right")
    for peer in PEERS:
        try:
            ours, theirs = asyncio.run(compare(peer, seconds, rounds))
        except subprocess.CalledProcessError as error:
            sys.stderr.write(f"{peer.name} cannot be installed: {error.stderr.decode(errors='replace')[-300:]}\n")
            continue
        except (OSError, RuntimeError) as error:
            sys.stderr.write(f"{peer.name} passed over: {error}\n")
            continue
        ratio = statistics.median(one / other for one, other in zip(ours.rates, theirs.rates, strict=True))
        table.add_row(
            peer.name,
            f"{theirs.rate:,.0f}",
            f"{theirs.at(0.99):.0f}",
            str(theirs.refused),
            f"{ours.rate:,.0f}",
            f"{ours.at(0.99):.0f}",
            f"{ratio:.2f}",
            f"≥ {peer.goal:g}",
        )
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
