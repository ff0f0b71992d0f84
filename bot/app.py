"""The bot in service: everything built, started and stopped in order.

Stopping drains: no new request is taken, what is claimed is finished, and all ends within ten seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.client_index import ClientIndex, place_of
from bot.delivery import Delivery, Render
from bot.front import SHIFT, Front
from bot.introductions import Introductions
from bot.listening import Listening
from bot.media import MediaKeeper
from bot.media_files import MediaFolder, folder_of
from bot.worker import Worker
from scheduler import quotas
from scheduler.engine import BATCH, Engine
from scheduler.jobs import metronome, resume
from storage import lanes, media
from storage import settings as kept
from storage.store import SqliteStore, StoreUnavailable
from storage.turns import Waiting

log = structlog.get_logger("app")

# Together with the web server's own second, stopping stays within ten.
DRAIN_SECONDS = 6.0
HALT_SECONDS = 2.0
LOOKUP_SECONDS = 30


class App:
    """One instance of the bot, at work on what its front takes in. Made inside or outside of a running loop."""

    def __init__(self, front: Front, render: Render) -> None:
        self.front = front
        self.settings = settings = front.settings
        self.store, self.clock, self.calendar = front.store, front.clock, front.calendar
        self.platforms, self.console, self.server = front.platforms, front.console, front.server
        self.listeners = front.listeners
        self.engine = Engine(front.policies, self.calendar)
        self.worker = Worker(
            self.store,
            self.clock,
            self.calendar,
            self.engine,
            bot_name=settings.bot_name,
            client_index=ClientIndex(place_of(settings.database_url)),
            on_done=lambda: self.delivery.wake(),
            quotas=settings.quotas,
            keep_media=settings.media != "off",
        )
        self.listening = Listening(self.store, self.clock, self.platforms, self.server.accept)
        self.delivery = Delivery(
            self.store,
            self.clock,
            self.platforms,
            render,
            on_sent=self._said,
            silent=self.listening.silent,
            quotas=settings.quotas,
            # Not to the console: nobody looks there for what was meant for a platform.
            turns=front.configured,
            on_set_back=self._set_back,
        )
        self.media = MediaKeeper(
            self.store,
            self.clock,
            self.platforms if settings.media == "on" else {},
            MediaFolder(folder_of(settings)),
            most=settings.media_max_mb << 20,
            total=int(settings.media_total_gb * (1 << 30)),
            quotas=settings.quotas,
        )
        self.introductions = Introductions(self.store, self.clock, self.platforms)
        self._tasks: list[asyncio.Task[None]] = []
        self._metronome = metronome(self.tick)
        # Apart from the ticks: whoever is asked may be slow.
        self._lookups = metronome(self.introductions.look_up, seconds=LOOKUP_SECONDS)
        front.join(self, self.worker.wake, self.listening.states)

    def _said(self, row: Waiting, mentions: list[str]) -> None:
        self.front.metrics.said.labels(row.kind).inc()

    def _set_back(self) -> None:
        for beat in (self._metronome, self._lookups):
            if beat.running:
                resume(beat)

    async def prepare(self) -> None:
        """Migrates the database and takes up what a stopped instance left."""
        await self.front.prepare()
        await self.take_up()

    async def take_up(self) -> None:
        """Takes up what a stopped instance was about to say; after the front's `prepare`."""
        if isinstance(self.store, SqliteStore):
            await self.store.write(lanes.release_all)
            now = self.clock.now()
            await self.store.write(lambda session: media.release_all(session, now))

    async def start(self) -> None:
        """Starts the worker, the delivery, the listening, the keeping of media and the metronome."""
        await self.tick()
        self._tasks = [
            asyncio.create_task(self.worker.run(), name="worker"),
            asyncio.create_task(self.delivery.run(), name="delivery"),
            asyncio.create_task(self.listening.run(), name="listening"),
            asyncio.create_task(self.media.run(), name="media"),
        ]
        self._metronome.start()
        self._lookups.start()

    async def stop(self) -> None:
        """Finishes what is under way and closes everything."""
        for beat in (self._metronome, self._lookups):
            if beat.running:
                beat.shutdown(wait=False)
        if self._tasks:
            worker, delivery, listening, keeper = self._tasks
            # The worker first: what it finishes is still to be said.
            self.worker.stop()
            await asyncio.wait([worker], timeout=DRAIN_SECONDS / 2)
            self.delivery.stop()
            self.media.stop(at_once=True)
            await asyncio.wait([delivery], timeout=DRAIN_SECONDS / 2)
            self.worker.stop(at_once=True)
            self.delivery.stop(at_once=True)
            await asyncio.wait([worker, delivery, keeper], timeout=HALT_SECONDS)
            # Last of all: what is still said may need the connection, and what is still heard is kept for the next.
            listening.cancel()
            await asyncio.wait([listening], timeout=HALT_SECONDS)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.front.close()
        self.worker.client_index.close()

    async def tick(self) -> None:
        """Says what has fallen due; a database that is away is waited for."""
        now = self.clock.now()
        try:
            while await self.store.write(lambda session: self.engine.tick(session, now)) >= BATCH:
                pass
            if self.settings.quotas:
                await self.store.write(lambda session: quotas.warn(session, now))
        except StoreUnavailable as error:
            log.warning("the clocks cannot be read", action="tick.store_unavailable", error=str(error))
        except Exception:  # one bad obligation must not stop the metronome
            log.exception("a tick failed", action="tick.failed")
        self.delivery.wake()

    async def shift_clock(self, forward: timedelta) -> datetime:
        """Moves the whole bot's clock forward, in the steps the engine would have taken; for a demo only.

        Raises PermissionError when a real platform is configured.
        """
        if self.settings.any_platform:
            raise PermissionError("the clock is moved in a demo only")
        target = self.clock.now() + forward
        while True:
            now = self.clock.now()
            coming = await self.store.read(lambda session, now=now: self.engine.next_at(session, now))  # type: ignore[misc]
            step = min(max(coming, now), target)
            self.clock.offset += step - now
            await self.tick()
            await self.worker.drain()
            await self.delivery.drain()
            if step >= target:
                break
            if coming <= now:
                self.clock.offset += timedelta(seconds=1)
        shift = str(self.clock.offset.total_seconds())
        await self.store.write(lambda session: kept.put(session, SHIFT, shift))
        return self.clock.now()


def render_files() -> Render:
    """The renderer of files; loaded when the first file is needed."""

    def render(template: str, facts: Mapping[str, Any]) -> bytes:
        from prompts.document import render_pdf

        return render_pdf(template, facts)

    return render
