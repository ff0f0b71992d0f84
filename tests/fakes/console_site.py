"""The whole bot in service on a free port, with the console page, a small team, and a clock that only tests move."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer
from yarl import URL

from bot import team
from bot.app import App, render_files
from bot.clock import SystemClock
from bot.front import Front
from bot.settings import Settings
from bot.web import console
from tests import databases
from tests.patience import PATIENCE

MONDAY_TEN = datetime.fromisoformat("2026-11-23T10:00:00+08:00")

TEAM = team.Team(
    people=[
        {"name": "秦朗", "role": "rep", "supervisor": "邵云", "region": "华东", "department": "销售部"},
        {"name": "易晨", "role": "rep", "supervisor": "邵云", "region": "华东", "department": "销售部"},
        {"name": "邵云", "role": "supervisor", "supervisor": "", "region": "华东", "department": "销售部"},
        {"name": "乔安", "role": "finance", "supervisor": "", "region": "", "department": "财务部"},
    ],
    chats=[{"name": "晨会群", "kind": "group", "members": ["秦朗", "易晨", "邵云"], "region": "华东"}],
    clients=[{"name": "海棠门诊部", "aliases": ["海棠"], "owner": "秦朗", "region": "华东"}],
)


class SteadyClock(SystemClock):
    """Stands at its start but for what the bot shifts it; every reading is a microsecond later than the last."""

    def __init__(self, start: datetime = MONDAY_TEN) -> None:
        super().__init__()
        self.start = start
        self._readings = 0

    def now(self) -> datetime:
        self._readings += 1
        return self.start + self.offset + timedelta(microseconds=self._readings)


@dataclass(slots=True)
class Site:
    """A running bot and somebody who looks at it."""

    app: App
    server: TestServer
    client: ClientSession
    served: bool

    def url(self, path: str) -> URL:
        return self.server.make_url(path)

    async def state(self, person: str, chat: str | None = None) -> dict[str, Any]:
        """What the page is told for one person in one chat."""
        query = {"person": person} | ({"chat": chat} if chat else {})
        async with self.client.get(self.url("/console/state").with_query(query)) as answer:
            assert answer.status == 200
            told: dict[str, Any] = await answer.json()
            return told

    async def send(self, person: str, text: str, chat: str | None = None, **more: Any) -> dict[str, Any]:
        """Types one message; the answer says whether the bot heard it."""
        body = {"id": f"{person}:{text}", "person": person, "chat": chat, "text": text} | more
        async with self.client.post(self.url("/console/send"), json=body) as answer:
            assert answer.status == 200
            told: dict[str, Any] = await answer.json()
            return told

    async def until(
        self, shown: Callable[[dict[str, Any]], bool], person: str, chat: str | None = None
    ) -> dict[str, Any]:
        """The state as soon as it is as wanted; fails when that does not come."""
        changed = asyncio.Event()
        self.app.listeners.add(changed.set)
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    changed.clear()
                    state = await self.state(person, chat)
                    if shown(state):
                        return state
                    await changed.wait()
        finally:
            self.app.listeners.discard(changed.set)


@asynccontextmanager
async def open_site(
    tmp_path: Path, *, host: str = "127.0.0.1", known: team.Team = TEAM, **settings: Any
) -> AsyncIterator[Site]:
    """The bot with a team in an empty SQLite file; `host` is where it believes to listen, `settings` go to Settings."""
    chosen = {
        "database_url": databases.lay(f"sqlite:///{tmp_path / 'site.db'}"),
        "console": "",
        "public_url": "",
    } | settings
    app = App(Front(Settings(_env_file=None, **chosen), {}, clock=SteadyClock()), render_files())
    await app.prepare()
    await app.store.write(lambda session: team.write(session, known, app.clock.now()))
    served = console.attach(app.front, host)
    server = TestServer(app.server.app)
    await server.start_server()
    await app.start()
    client = ClientSession(cookie_jar=CookieJar(unsafe=True))
    try:
        yield Site(app, server, client, served)
    finally:
        await client.close()
        await server.close()
        await app.stop()
