"""The bot as a process of its own, and members who write to it until each of them is heard."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web
from sqlmodel import select

from bot.clock import SystemClock
from storage import events, migrate
from storage.store import open_store
from storage.tables import Inbox, Outbox
from tests import databases
from tests.acceptance.world import enrol
from tests.fakes import dingtalk as fake_dingtalk
from tests.fakes import wecom as fake_wecom
from tests.fakes.dingtalk import FakeDingtalk
from tests.fakes.dingtalk_gateway import FakeGateway
from tests.fakes.wecom import FakeWecom
from tests.patience import PATIENCE
from tests.proofs.backlog import worked_off

MAIN = Path(__file__).resolve().parents[2] / "main.py"
LOOK = 0.2


class Watched(FakeWecom):
    """A WeCom that tells when so many messages have arrived."""

    def __init__(self) -> None:
        super().__init__(SystemClock().now())
        self.changed = asyncio.Condition()

    async def _send(self, request: web.Request) -> web.Response:
        answer = await super()._send(request)
        async with self.changed:
            self.changed.notify_all()
        return answer

    async def arrived(self, count: int, *, patience: float = PATIENCE) -> None:
        """Returns once `count` messages are there. Raises TimeoutError when they do not come in `patience` seconds."""
        async with asyncio.timeout(patience), self.changed:
            await self.changed.wait_for(lambda: len(self.sent) >= count)

    async def arrives(self, patience: float) -> None:
        """Returns once one more message is there, or when none came in `patience` seconds."""
        with contextlib.suppress(TimeoutError):
            await self.arrived(len(self.sent) + 1, patience=patience)


class WatchedGateway(FakeGateway):
    """A DingTalk in Stream mode that tells when something has arrived."""

    def __init__(self) -> None:
        super().__init__(SystemClock().now())
        self.changed = asyncio.Condition()

    async def _webhook(self, request: web.Request, conversation: str, via: str) -> web.Response:
        answer = await super()._webhook(request, conversation, via)
        async with self.changed:
            self.changed.notify_all()
        return answer

    async def arrives(self, patience: float) -> None:
        """Returns once one more message is there, or when none came in `patience` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience), self.changed:
                await self.changed.wait()


@dataclass
class Serving:
    """A bot's process and what it writes to stderr."""

    process: asyncio.subprocess.Process
    url: str
    lines: list[str] = field(default_factory=list)
    reading: asyncio.Task[None] | None = None

    async def end(self, how: signal.Signals) -> int:
        """Sends a signal and returns the exit status."""
        self.process.send_signal(how)
        async with asyncio.timeout(PATIENCE):
            status = await self.process.wait()
        if self.reading is not None:
            await self.reading
        return status


@asynccontextmanager
async def serving(
    database_url: str, fake: FakeWecom | FakeDingtalk, port: int, folder: Path, patience: float = PATIENCE
) -> AsyncIterator[Serving]:
    """`python main.py serve`, ready; killed at the end unless it has ended. DingTalk is heard in Stream mode.

    Raises TimeoutError when it is not ready in `patience` seconds.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("WECOM", "DINGTALK"))}
    environment |= {"DATABASE_URL": database_url, "LOG_LEVEL": "WARNING"}
    environment |= _wecom(fake) if isinstance(fake, FakeWecom) else _dingtalk(fake)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(MAIN),
        "serve",
        "--port",
        str(port),
        cwd=folder,
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )
    bot = Serving(process, f"http://127.0.0.1:{port}")
    assert process.stderr is not None
    try:
        async with asyncio.timeout(patience):
            # It listens before it is ready; what it is told meanwhile is for other tests.
            for word in ("is serving on", "is ready"):
                while word not in (line := (await process.stderr.readline()).decode()):
                    assert line, bot.lines
                    bot.lines.append(line)
        bot.reading = asyncio.create_task(_read(process.stderr, bot.lines))
        yield bot
    finally:
        if process.returncode is None:
            await bot.end(signal.SIGKILL)


def _wecom(fake: FakeWecom) -> dict[str, str]:
    return {
        "WECOM_CORP_ID": fake_wecom.CORP_ID,
        "WECOM_AGENT_ID": str(fake_wecom.AGENT_ID),
        "WECOM_SECRET": fake_wecom.SECRET,
        "WECOM_TOKEN": fake_wecom.TOKEN,
        "WECOM_AES_KEY": fake_wecom.AES_KEY,
        "WECOM_API_BASE": fake.base_url,
    }


def _dingtalk(fake: FakeDingtalk) -> dict[str, str]:
    return {
        "DINGTALK_CLIENT_ID": fake_dingtalk.CLIENT_ID,
        "DINGTALK_CLIENT_SECRET": fake_dingtalk.CLIENT_SECRET,
        "DINGTALK_CORP_ID": fake_dingtalk.CORP_ID,
        "DINGTALK_MODE": "stream",
        "DINGTALK_API_BASE": fake.base_url,
        "DINGTALK_OAPI_BASE": fake.base_url,
    }


async def _read(stream: asyncio.StreamReader, lines: list[str]) -> None:
    async for line in stream:
        lines.append(line.decode())


class Post:
    """Messages of many members, delivered until each is acknowledged."""

    def __init__(self, fake: FakeWecom, count: int, first: int = 0) -> None:
        self.fake = fake
        self.waiting = {f"m{number}": f"member{number}" for number in range(first, first + count)}
        fake.people |= set(self.waiting.values())
        self.acknowledged: dict[str, str] = {}

    async def deliver(self, url: str, enough: int | None = None) -> None:
        """Delivers what waits, eight at a time; returns when `enough` are acknowledged or all were tried."""
        reached = asyncio.Event()
        queue = iter(list(self.waiting.items()))

        async def one(http: aiohttp.ClientSession, items: Iterable[tuple[str, str]]) -> None:
            for message_id, member in items:
                made = self.fake.text_callback(member, "我的承诺", message_id, at=SystemClock().now())
                with contextlib.suppress(aiohttp.ClientError, ConnectionError):
                    async with http.post(f"{url}/wecom/app", params=made.query, data=made.body) as answer:
                        if answer.status == 200:
                            self.acknowledged[message_id] = self.waiting.pop(message_id)
                if enough is not None and len(self.acknowledged) >= enough:
                    reached.set()

        async with aiohttp.ClientSession() as http:
            tasks = {asyncio.create_task(one(http, queue)) for _ in range(8)}
            stop = asyncio.create_task(reached.wait())
            everyone = asyncio.create_task(asyncio.wait(tasks))
            await asyncio.wait([everyone, stop], return_when=asyncio.FIRST_COMPLETED)
            for task in (*tasks, everyone, stop):
                task.cancel()
            await asyncio.gather(*tasks, everyone, stop, return_exceptions=True)


async def prepare(url: str) -> None:
    """Makes the tables, and puts the team in."""
    store = open_store(databases.lay(url))
    await migrate.upgrade(store)
    await store.write(enrol)
    await store.close()


async def all_said(url: str, fake: Watched) -> None:
    """Returns once the bot that is at work has nothing left to do.

    That everybody has been answered is not enough: what a kill cut off in the middle of a send is said again.
    """
    store = open_store(url)
    await worked_off(store, lambda _: fake.arrives(LOOK))
    await store.close()


async def assert_everything_was_answered_once(url: str, fake: FakeWecom, post: Post) -> None:
    assert post.waiting == {}
    answered = Counter(sent.to for sent in fake.sent)
    assert answered == Counter(post.acknowledged.values())
    store = open_store(url)
    assert await store.read(events.verify) is None
    states = await store.read(lambda session: Counter(session.exec(select(Inbox.state))))
    assert states == {"done": len(post.acknowledged)}
    said = await store.read(lambda session: Counter(session.exec(select(Outbox.state))))
    assert said == {"sent": len(post.acknowledged)}
    await store.close()
