"""Between the long connection of a 智能机器人 and the store: nothing heard is given up easily, no rival is fought."""

from __future__ import annotations

import asyncio
import logging
from typing import NamedTuple

from bot.errors import SendError
from bot.platforms.wecom_bot_link import End, Link, Pause, Timing
from bot.platforms.wecom_bot_message import Heard
from bot.platforms.wecom_cards import settled_card
from bot.types import Accept, Inbound

AT_ONCE, WAITING = 100, 1000
STORE_TRIES = 20

log = logging.getLogger(__name__)


class Letter(NamedTuple):
    """A message on its way into the store, and the connection it came by."""

    message: Inbound
    heard: Heard
    req_id: str
    link: Link


class Taking:
    """Hands messages to `accept` in their order, several at once, and keeps those it does not take."""

    def __init__(self, accept: Accept, pause: Pause, timing: Timing) -> None:
        self._accept = accept
        self._pause = pause
        self._timing = timing
        self._queue: asyncio.Queue[Letter] = asyncio.Queue(WAITING)
        self._held: list[Letter] = []
        self._settling: set[asyncio.Task[None]] = set()

    async def put(self, letter: Letter) -> None:
        """Take one message on; waits while too many wait."""
        await self._queue.put(letter)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._held = [await self._queue.get()]
            self._fill()
            await self._store()

    def _fill(self) -> None:
        while len(self._held) < AT_ONCE and not self._queue.empty():
            self._held.append(self._queue.get_nowait())

    async def _store(self) -> None:
        for tried in range(1, STORE_TRIES + 1):
            try:
                await self._accept(tuple(letter.message for letter in self._held))
            except Exception as error:  # whatever keeps the store from taking them
                log.error("messages could not be stored (%s), try %d", type(error).__name__, tried)
            else:
                for letter in self._held:
                    if letter.heard.button is not None:
                        self._settle(letter)
                self._held = []
                return
            await self._pause(min(2.0 ** (tried - 1), self._timing.retry_most))
        log.critical("%d messages are lost: the store did not take them", len(self._held))
        self._held = []

    def _settle(self, letter: Letter) -> None:
        task = asyncio.create_task(_settle(letter))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    async def finish(self, running: asyncio.Task[None]) -> None:
        """Stop `run`, and offer once more what it holds: nobody would send it again."""
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        while not self._queue.empty():
            self._held.append(self._queue.get_nowait())
        if self._held:
            try:
                await self._accept(tuple(letter.message for letter in self._held))
            except Exception as error:  # there is nobody left to keep them for
                log.critical("%d messages are lost (%s)", len(self._held), type(error).__name__)
        for task in self._settling:
            task.cancel()
        await asyncio.gather(*self._settling, return_exceptions=True)


async def _settle(letter: Letter) -> None:
    """Take the buttons off a pressed card; whether that works changes nothing."""
    assert letter.heard.button is not None
    card = settled_card(letter.heard.button, letter.heard.task_id)
    try:
        await letter.link.call(
            "aibot_respond_update_msg", {"response_type": "update_template_card", "template_card": card}, letter.req_id
        )
    except SendError as error:
        log.info("a card was not updated (%s)", error.code)


class Waits:
    """How long to wait before the next connection."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._failures = self._kicks = 0

    def after(self, end: End, lasted: float) -> float:
        """Return the seconds to wait after a connection that lasted so long and ended so."""
        if lasted >= self._timing.steady:
            self._failures = self._kicks = 0
        if end == "kicked":
            self._kicks += 1
            if self._kicks == 1:
                log.error(
                    "another program connected as this bot, and takes its messages: "
                    "only one may run with the same WECOM_BOT_ID"
                )
            return min(self._timing.yield_first * 2.0 ** (self._kicks - 1), self._timing.yield_most)
        self._failures += 1
        log.warning("the long connection ended (%s)", end)
        return min(self._timing.retry_first * 2.0 ** (self._failures - 1), self._timing.retry_most)
