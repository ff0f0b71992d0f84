"""The bot in service: everything built, started and stopped in order.

Stopping drains: no new request is taken, what is claimed is finished, and all ends within ten seconds.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from aiohttp import web

from bot.calendar import Calendar
from bot.client_index import ClientIndex, place_of
from bot.clock import SystemClock
from bot.delivery import Delivery, Render
from bot.introductions import Introductions
from bot.listening import Listening
from bot.platforms.console import Console
from bot.server import Metrics, Server
from bot.settings import Settings
from bot.types import Outgoing, Platform
from bot.worker import Worker
from scheduler import quotas
from scheduler.engine import BATCH, Engine
from scheduler.jobs import metronome, resume
from scheduler.policy import DEFAULT_FILE, load
from storage import inbox, lanes, migrate
from storage import settings as kept
from storage.store import PostgresStore, SqliteStore, StoreUnavailable, open_store
from storage.turns import Waiting

log = structlog.get_logger("app")

# Together with the web server's own second, stopping stays within ten.
DRAIN_SECONDS = 6.0
HALT_SECONDS = 2.0
LOOKUP_SECONDS = 30
SHIFT = "clock.shift"


class App:
    """One instance of the bot. `platforms` are those configured; the console comes on top when it may be served."""

    def __init__(
        self,
        settings: Settings,
        platforms: Mapping[str, Platform],
        render: Render,
        *,
        store: SqliteStore | PostgresStore | None = None,
        clock: SystemClock | None = None,
    ) -> None:
        self.settings = settings
        self.store = store or open_store(settings.database_url)
        self.clock = clock or SystemClock()
        self.calendar = Calendar(settings.timezone, work_hours=settings.work_hours, quiet_hours=settings.quiet_hours)
        self.engine = Engine(load(settings.policies_file or DEFAULT_FILE), self.calendar)
        self.console = Console(settings.bot_name, self._published)
        self.platforms: dict[str, Platform] = {**platforms, self.console.name: self.console}
        self.metrics = Metrics()
        self.worker = Worker(
            self.store,
            self.clock,
            self.calendar,
            self.engine,
            bot_name=settings.bot_name,
            client_index=ClientIndex(place_of(settings.database_url)),
            on_done=lambda: self.delivery.wake(),
            quotas=settings.quotas,
        )
        self.server = Server(
            self.store,
            self.clock,
            self.platforms,
            on_stored=self.worker.wake,
            metrics=self.metrics,
            listening=lambda: self.listening.states(),
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
            turns=tuple(platforms),
            on_set_back=self._set_back,
        )
        self.introductions = Introductions(self.store, self.clock, self.platforms)
        self.listeners: set[Callable[[], None]] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._metronome = metronome(self.tick)
        # Apart from the ticks: whoever is asked may be slow.
        self._lookups = metronome(self.introductions.look_up, seconds=LOOKUP_SECONDS)

    def _published(self, message: Outgoing) -> None:
        """The console page looks again."""
        for listener in list(self.listeners):
            listener()

    def _said(self, row: Waiting, mentions: list[str]) -> None:
        self.metrics.said.labels(row.kind).inc()

    def _set_back(self) -> None:
        for beat in (self._metronome, self._lookups):
            if beat.running:
                resume(beat)

    async def prepare(self) -> None:
        """Migrates the database and takes up what a stopped instance left."""
        await migrate.upgrade(self.store)
        shift = None
        if not self.settings.any_platform:
            # A demo that was moved forward must not make a real platform's messages look stale.
            shift = await self.store.read(lambda session: kept.get(session, SHIFT))
        if shift is not None:
            self.clock.offset = timedelta(seconds=float(shift))
        if isinstance(self.store, SqliteStore):
            # A SQLite file has one instance: whatever is leased belongs to one that is gone.
            await self.store.write(inbox.release_all)
            await self.store.write(lanes.release_all)

    async def start(self) -> None:
        """Starts the worker, the delivery, the listening and the metronome."""
        await self.tick()
        self._tasks = [
            asyncio.create_task(self.worker.run(), name="worker"),
            asyncio.create_task(self.delivery.run(), name="delivery"),
            asyncio.create_task(self.listening.run(), name="listening"),
        ]
        self._metronome.start()
        self._lookups.start()

    async def stop(self) -> None:
        """Finishes what is under way and closes everything."""
        for beat in (self._metronome, self._lookups):
            if beat.running:
                beat.shutdown(wait=False)
        if self._tasks:
            worker, delivery, listening = self._tasks
            # The worker first: what it finishes is still to be said.
            self.worker.stop()
            await asyncio.wait([worker], timeout=DRAIN_SECONDS / 2)
            self.delivery.stop()
            await asyncio.wait([delivery], timeout=DRAIN_SECONDS / 2)
            self.worker.stop(at_once=True)
            self.delivery.stop(at_once=True)
            await asyncio.wait([worker, delivery], timeout=HALT_SECONDS)
            # Last of all: what is still said may need the connection, and what is still heard is kept for the next.
            listening.cancel()
            await asyncio.wait([listening], timeout=HALT_SECONDS)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        for platform in self.platforms.values():
            await platform.close()
        await self.store.close()
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

    async def serve(self, host: str, port: int, *, ready: Callable[[], None] = lambda: None) -> None:
        """Serves until SIGTERM or SIGINT, then drains and stops."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        runner = web.AppRunner(self.server.app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        await self.start()
        ready()
        await stop.wait()
        log.info("stopping", action="app.stopping")
        await runner.cleanup()
        await self.stop()
        log.info("stopped", action="app.stopped")


def render_files() -> Render:
    """The renderer of files; loaded when the first file is needed."""

    def render(template: str, facts: Mapping[str, Any]) -> bytes:
        from prompts.document import render_pdf

        return render_pdf(template, facts)

    return render
