"""The road in, by itself: the database, the platforms, the web server, and nothing of what the bot does with a message.

It needs a small part of the program, so it listens while the rest is still being loaded: what comes in meanwhile is
stored and acknowledged as ever, and answered as soon as somebody takes up the work (`bot.app`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from bot.calendar import Calendar
from bot.clock import SystemClock
from bot.platforms.console import Console
from bot.server import Metrics, Server
from bot.settings import Settings
from bot.types import Outgoing, Platform
from scheduler.policy import DEFAULT_FILE, load
from storage import inbox, migrate
from storage import settings as kept
from storage.store import PostgresStore, SqliteStore, open_store

if TYPE_CHECKING:
    from bot.app import App

SHIFT = "clock.shift"


class Front:
    """What an instance listens with. `platforms` are those configured; the console comes on top.

    Raises ValueError for an address that is no database's, scheduler.policy.PolicyError for a wrong policies file.
    """

    def __init__(
        self,
        settings: Settings,
        platforms: Mapping[str, Platform],
        *,
        store: SqliteStore | PostgresStore | None = None,
        clock: SystemClock | None = None,
    ) -> None:
        self.settings = settings
        self.calendar = Calendar(settings.timezone, work_hours=settings.work_hours, quiet_hours=settings.quiet_hours)
        # Read here, so that a mistake in them ends a start before anything is acknowledged.
        self.policies = load(settings.policies_file or DEFAULT_FILE)
        self.store = store or open_store(settings.database_url)
        self.clock = clock or SystemClock()
        self.console = Console(settings.bot_name, self._published)
        self.configured = tuple(platforms)
        self.platforms: dict[str, Platform] = {**platforms, self.console.name: self.console}
        self.metrics = Metrics()
        self.server = Server(self.store, self.clock, self.platforms, metrics=self.metrics, loading=True)
        self.listeners: set[Callable[[], None]] = set()
        self._runner: web.AppRunner | None = None
        self._app: App | None = None
        self._joined = asyncio.Event()

    def _published(self, message: Outgoing) -> None:
        """The console page looks again."""
        for listener in list(self.listeners):
            listener()

    async def prepare(self) -> None:
        """Migrates the database and takes up the messages a stopped instance left. Raises StoreUnavailable."""
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

    async def open(self, host: str, port: int) -> int:
        """Listens from now on and returns the port, which for 0 is a free one. Raises OSError when it cannot."""
        self._runner = web.AppRunner(self.server.app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        opened: int = self._runner.addresses[0][1]
        return opened

    def join(self, app: App, on_stored: Callable[[], None], listening: Callable[[], Mapping[str, str]]) -> None:
        """Somebody works on what is stored from now on; see `Server.join`."""
        self._app = app
        self.server.join(on_stored, listening)
        self._joined.set()

    async def whole(self) -> App:
        """The bot behind this front, once it is loaded."""
        await self._joined.wait()
        assert self._app is not None
        return self._app

    async def shut(self) -> None:
        """Takes no new request; those under way are answered, or given up after a second."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def close(self) -> None:
        """Closes everything; what is stored stays for the next start."""
        await self.shut()
        for platform in self.platforms.values():
            await platform.close()
        await self.store.close()
