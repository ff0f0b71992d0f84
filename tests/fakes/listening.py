"""A listening WeCom bot in front of its fake gateway, with what it heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.platforms.wecom_bot import WecomBot
from bot.platforms.wecom_bot_link import Timing
from bot.types import Inbound
from tests.fakes.pauses import Pauses
from tests.fakes.wecom_gateway import BOT_ID, SECRET, FakeGateway
from tests.patience import PATIENCE

PING = 25.0
QUICK = Timing(close=0.05, ping=PING)
# For tests that wait for an answer that does not come.
HASTY = Timing(close=0.05, ping=PING, answer=1.0)


@dataclass
class Ear:
    """The bot, its gateway, and what it handed to the store; `broken` makes the store refuse."""

    bot: WecomBot
    gateway: FakeGateway
    pauses: Pauses
    heard: list[Inbound] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    broken: bool = False
    task: asyncio.Task[None] | None = None
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def accept(self, messages: tuple[Inbound, ...]) -> None:
        if self.broken:
            raise OSError("the store is away")
        self.heard.extend(messages)
        self.batches.append(len(messages))
        async with self._news:
            self._news.notify_all()

    def clock(self) -> datetime:
        return self.gateway.now

    async def subscribed(self, times: int) -> None:
        """Wait until the bot has subscribed so often at this gateway, and knows it."""
        await self.gateway.subscribed(times)
        # Subscribed for the gateway is one answer earlier than for the bot.
        await self.pauses.begun(lambda seconds: seconds == PING)

    async def message(self, number: int = 1) -> Inbound:
        """The message with this number, once it is there."""
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: len(self.heard) >= number)
        return self.heard[number - 1]


def make(gateway: FakeGateway, pauses: Pauses, **settings: Any) -> WecomBot:
    """A bot in front of `gateway`."""
    base: dict[str, Any] = {
        "bot_id": BOT_ID,
        "secret": SECRET,
        "ws_url": gateway.ws_url,
        "api_base": gateway.base_url,
        "timing": QUICK,
        "pause": pauses,
        "jitter": lambda: 0.5,
        "media_hosts": (gateway.base_url,),
    }
    return WecomBot(**(base | settings))


@asynccontextmanager
async def listening(gateway: FakeGateway, **settings: Any) -> AsyncIterator[Ear]:
    """A bot that is subscribed."""
    pauses = Pauses()
    bot = make(gateway, pauses, **settings)
    ear = Ear(bot, gateway, pauses)
    ear.task = asyncio.create_task(bot.listen(ear.accept, ear.clock))
    try:
        await ear.subscribed(gateway.subscriptions + 1)
        yield ear
    finally:
        ear.task.cancel()
        await asyncio.gather(ear.task, return_exceptions=True)
        await bot.close()
