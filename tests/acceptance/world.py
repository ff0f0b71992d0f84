"""The whole bot between two fake platforms, over real HTTP on both sides, on a clock that the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import aiohttp
from aiohttp.test_utils import TestServer
from sqlmodel import Session, select

from bot import service
from bot.app import App, render_files
from bot.clock import SystemClock, VirtualClock
from bot.front import Front
from bot.platforms.dingtalk_stream import DingtalkStream
from bot.settings import Settings
from storage import inbox, lanes, people
from storage.tables import Inbox, Outbox, Person
from tests import databases
from tests.fakes import dingtalk as fake_dingtalk
from tests.fakes import listening
from tests.fakes import wecom as fake_wecom
from tests.fakes.dingtalk_gateway import FakeGateway
from tests.fakes.pauses import Pauses
from tests.fakes.server import NOON
from tests.fakes.wecom import FakeWecom
from tests.fakes.wecom_gateway import FakeGateway as BotGateway

# Name, role, superior, WeCom user id, DingTalk staff id.
ROSTER: Sequence[tuple[str, str, str | None, str, str]] = (
    ("柯远", "manager", None, "zhaoliu", "manager7"),
    ("闵航", "supervisor", "柯远", "wangwu", "0102"),
    ("邵晴", "rep", "闵航", "lisi", "0101"),
)


@dataclass
class World:
    """The bot in service, the two platforms it talks to, and the time that all of them share."""

    app: App
    clock: VirtualClock
    wecom: FakeWecom
    dingtalk: FakeGateway
    http: aiohttp.ClientSession
    base_url: str
    pauses: Pauses
    bot: BotGateway
    bot_pauses: Pauses
    nonces: list[int] = field(default_factory=list)

    def shift(self, forward: timedelta) -> None:
        """Moves everybody's clock."""
        self.set(self.clock.now() + forward)

    def set(self, now: datetime) -> None:
        self.clock.set(now)
        self.wecom.now = self.dingtalk.now = self.bot.now = now

    async def post(
        self, path: str, body: bytes = b"", *, query: Mapping[str, str] = {}, headers: Mapping[str, str] = {}
    ) -> tuple[int, bytes]:
        """The status and the body a platform gets for a POST."""
        async with self.http.post(self.base_url + path, data=body, params=query, headers=headers) as answer:
            return answer.status, await answer.read()

    async def get(self, path: str) -> tuple[int, str]:
        async with self.http.get(self.base_url + path) as answer:
            return answer.status, await answer.text()

    async def wecom_says(self, user_id: str, text: str, message_id: str) -> tuple[int, bytes]:
        """A member writes to the app."""
        made = self.wecom.text_callback(user_id, text, message_id)
        return await self.post("/wecom/app", made.body, query=made.query)

    async def dingtalk_says(self, staff_id: str, text: str, message_id: str, **more: Any) -> tuple[int, bytes]:
        """Somebody writes to the robot; `more` as `FakeDingtalk.text_body` has it."""
        async with self.http.post(
            self.base_url + "/dingtalk/robot",
            json=self.dingtalk.text_body(staff_id, text, message_id, **more),
            headers=self.dingtalk.headers(),
        ) as answer:
            return answer.status, await answer.read()

    async def settle(self) -> None:
        """Everything handled and said that can be within some minutes; the clock goes on for the paces alone."""
        until = self.clock.now() + timedelta(minutes=3)
        while True:
            await self.app.worker.drain()
            await self.app.delivery.drain()
            now = self.clock.now()
            coming = await self.app.store.read(
                lambda session, now=now: (inbox.next_at(session, now), lanes.next_at(session, now))  # type: ignore[misc]
            )
            moments = [moment for moment in coming if moment is not None]
            if not moments or min(moments) > until:
                return
            self.set(max(now, min(moments)))

    async def tick(self) -> None:
        """The metronome once, and everything said."""
        await self.app.tick()
        await self.settle()

    async def stored(self) -> list[str]:
        """The ids of the messages in the inbox."""
        return await self.app.store.read(lambda session: list(session.exec(select(Inbox.message_id))))

    async def said(self) -> list[Outbox]:
        """Every row of the outbox, the oldest first."""
        return await self.app.store.read(lambda session: list(session.exec(select(Outbox).order_by(Outbox.id))))  # type: ignore[arg-type]


def enrol(session: Session) -> None:
    """The people of `ROSTER`, known to both platforms."""
    by_name: dict[str, int] = {}
    for name, role, superior, wecom_id, dingtalk_id in ROSTER:
        row = Person(
            name=name,
            role=role,
            supervisor_id=by_name.get(superior or ""),
            region="华东",
            department="销售部",
            phone="13700001234",
            made_at=NOON,
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        by_name[name] = row.id
        people.bind(session, row.id, "wecom", wecom_id)
        people.bind(session, row.id, "dingtalk", dingtalk_id)


def settings_for(database_url: str, wecom: str = "", dingtalk: str = "", **more: Any) -> Settings:
    """The settings of a bot between fakes at these addresses; a platform without an address is not configured."""
    values: dict[str, Any] = {"database_url": database_url}
    if wecom:
        values |= {
            "wecom_corp_id": fake_wecom.CORP_ID,
            "wecom_agent_id": str(fake_wecom.AGENT_ID),
            "wecom_secret": fake_wecom.SECRET,
            "wecom_token": fake_wecom.TOKEN,
            "wecom_aes_key": fake_wecom.AES_KEY,
            "wecom_api_base": wecom,
        }
    if dingtalk:
        values |= {
            "dingtalk_client_id": fake_dingtalk.CLIENT_ID,
            "dingtalk_client_secret": fake_dingtalk.CLIENT_SECRET,
            "dingtalk_corp_id": fake_dingtalk.CORP_ID,
            "dingtalk_mode": "http",
            "dingtalk_api_base": dingtalk,
            "dingtalk_oapi_base": dingtalk,
        }
    return Settings(_env_file=None, **(values | more))


@asynccontextmanager
async def world(
    database_url: str, *, platforms: Sequence[str] = ("wecom", "dingtalk"), **more: Any
) -> AsyncIterator[World]:
    """A bot in service at noon of a working day; it handles and says things when the test lets it.

    `more` are settings. In Stream mode, and as `wecom_bot`, it listens, and waits for the next connection until the
    test says so.
    """
    async with (
        FakeWecom() as wecom,
        FakeGateway() as dingtalk,
        BotGateway() as bot,
        aiohttp.ClientSession() as http,
    ):
        settings = settings_for(
            databases.lay(database_url),
            wecom.base_url if "wecom" in platforms else "",
            dingtalk.base_url if "dingtalk" in platforms else "",
            **more,
        )
        clock, pauses, bot_pauses = VirtualClock(NOON), Pauses(), Pauses()
        made = service.platforms(settings)
        if isinstance(stream := made.get("dingtalk"), DingtalkStream):
            by_callback = bool(stream.paths)
            made["dingtalk"] = DingtalkStream(stream.robot, callbacks=by_callback, pause=pauses, spread=lambda: 1.0)
        if "wecom_bot" in platforms:
            keys = {name: key.get_secret_value() for name, key in settings.wecom_group_keys.items()}
            wecom.groups.update({key: name for name, key in keys.items()})
            made["wecom_bot"] = listening.make(bot, bot_pauses, api_base=wecom.base_url, group_keys=keys)
        app = App(Front(settings, made, clock=cast(SystemClock, clock)), render_files())
        await app.prepare()
        await app.store.write(enrol)
        await app.tick()
        server = TestServer(app.server.app)
        await server.start_server()
        running = asyncio.create_task(app.listening.run())
        try:
            base_url = str(server.make_url("")).rstrip("/")
            yield World(app, clock, wecom, dingtalk, http, base_url, pauses, bot, bot_pauses)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await server.close()
            await app.stop()


async def turns(count: int = 20) -> None:
    """Lets everything that can go on go on."""
    for _ in range(count):
        await asyncio.sleep(0)
