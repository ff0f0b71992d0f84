"""The road in: request → platform.receive → inbox committed → ack. Nothing else happens before the ack.

A stranger gets a bare status: 404 where no platform is configured, 4xx with an empty body for what is not from the
platform, 503 when the database cannot take the message (the platform will send it again).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import cache

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlmodel import Session

from bot import letters
from bot.clock import Clock
from bot.types import Inbound, Platform, RawRequest, Refused
from storage import inbox, outbox
from storage.intake import Intake
from storage.store import Store, StoreUnavailable

log = structlog.get_logger("server")

MAX_BODY = 256 * 1024
READY_SECONDS = 4.0
BACKLOG_LIMIT = 10_000


class Metrics:
    """What `/metrics` tells, kept apart per application so that two never mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.received = Counter(
            "yinuo_messages_received", "Messages acknowledged", ["platform"], registry=self.registry
        )
        self.refused = Counter(
            "yinuo_requests_refused", "Requests refused", ["platform", "status"], registry=self.registry
        )
        self.ack = Histogram(
            "yinuo_ack_seconds",
            "From request to acknowledgement",
            ["platform"],
            registry=self.registry,
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4),
        )
        self.said = Counter("yinuo_messages_said", "Messages delivered", ["kind"], registry=self.registry)
        self.inbox = Gauge("yinuo_inbox_waiting", "Messages waiting to be handled", registry=self.registry)
        self.outbox = Gauge("yinuo_outbox_waiting", "Messages waiting to be said", registry=self.registry)
        self.dead = Gauge("yinuo_outbox_dead", "Messages nobody could be told", registry=self.registry)


class Server:
    """The web application. `on_stored` is called after each commit of a new message.

    `listening` tells how this instance stands with every platform that is listened to over a long connection. One that
    is `loading` takes messages like any other, and is not ready before `join`.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        platforms: Mapping[str, Platform],
        *,
        on_stored: Callable[[], None] = lambda: None,
        metrics: Metrics | None = None,
        listening: Callable[[], Mapping[str, str]] = dict,
        loading: bool = False,
    ) -> None:
        self.store = store
        self.clock = clock
        self.platforms = dict(platforms)
        self.on_stored = on_stored
        self.intake = Intake(store)
        self.metrics = metrics or Metrics()
        # Looking a label up takes longer than counting.
        self._received = cache(self.metrics.received.labels)
        self._ack = cache(self.metrics.ack.labels)
        self.listening = listening
        self.loading = loading
        self.app = web.Application(client_max_size=MAX_BODY)
        for platform in self.platforms.values():
            for path in platform.paths:
                self.app.router.add_route("*", path, self._callback(platform))
        self.app.router.add_get("/healthz", self._healthz)
        self.app.router.add_get("/readyz", self._readyz)
        self.app.router.add_get("/metrics", self._metrics)

    def join(self, on_stored: Callable[[], None], listening: Callable[[], Mapping[str, str]]) -> None:
        """What is stored is worked on from now on; the arguments are those of the class."""
        self.on_stored, self.listening, self.loading = on_stored, listening, False

    def _callback(self, platform: Platform) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def callback(request: web.Request) -> web.Response:
            return await self.take(platform, request)

        return callback

    async def take(self, platform: Platform, request: web.Request) -> web.Response:
        """Verifies, commits, acknowledges."""
        started = asyncio.get_running_loop().time()
        if request.method not in {"GET", "POST"}:
            return self._refuse(platform, "method", 405)
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return self._refuse(platform, "body too large", 413)
        except (web.HTTPException, ValueError, ConnectionError) as error:
            return self._refuse(platform, type(error).__name__, 400)
        now = self.clock.now()
        raw = RawRequest(
            method=request.method,
            path=request.path,
            query=request.query,
            headers=request.headers,
            body=body,
        )
        try:
            received = await platform.receive(raw, now)
        except Refused as refused:
            return self._refuse(platform, refused.reason, refused.status)
        if received.messages:
            try:
                await self.accept(received.messages, now)
            except StoreUnavailable:
                # Not acknowledged, so the platform sends it again; a commit that still lands makes that a no-op.
                log.error("a message could not be stored", action="server.not_stored", platform=platform.name)
                return web.Response(status=503)
        self._ack(platform.name).observe(asyncio.get_running_loop().time() - started)
        return web.Response(status=received.status, body=received.body, content_type=received.content_type)

    async def accept(self, messages: Sequence[Inbound], now: datetime) -> None:
        """Returns once these messages are committed, however they came in. Raises StoreUnavailable."""
        stored = [
            inbox.Letter(item.platform, item.message_id, letters.lane(item), letters.pack(item), item.sent_at)
            for item in messages
        ]
        await self.intake.add(stored, now)
        for item in messages:
            self._received(item.platform).inc()
        self.on_stored()

    def _refuse(self, platform: Platform, reason: str, status: int) -> web.Response:
        self.metrics.refused.labels(platform.name, str(status)).inc()
        log.warning("refused", action="server.refused", platform=platform.name, reason=reason, status=status)
        return web.Response(status=status)

    async def _healthz(self, request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(READY_SECONDS):
                # Ready is who can take a message: a transaction of its own, with nothing in it.
                await self.store.write(lambda session: None, "inbox")
                waiting = await self.store.read(lambda session: (inbox.waiting(session), outbox.waiting(session)))
        except (StoreUnavailable, TimeoutError) as error:
            log.error("the database does not answer", action="server.not_ready", error=str(error))
            return web.Response(status=503, text="database: does not answer\n")
        if self.loading:
            return web.Response(status=503, text="loading: messages are stored, and answered when all is loaded\n")
        if max(waiting) > BACKLOG_LIMIT:
            return web.Response(status=503, text=f"backlog: inbox {waiting[0]}, outbox {waiting[1]}\n")
        listening = self.listening()
        # Standing by is well; holding the connection and not having it is not, unless callbacks may come as well.
        broken = [
            f"{name}: {state}"
            for name, state in listening.items()
            if state in {"connecting", "misconfigured"} and not self.platforms[name].paths
        ]
        if broken:
            return web.Response(status=503, text=f"not listening: {', '.join(broken)}\n")
        heard = "".join(f", {name} {state}" for name, state in listening.items())
        return web.Response(text=f"ready: inbox {waiting[0]}, outbox {waiting[1]}{heard}\n")

    async def _metrics(self, request: web.Request) -> web.Response:
        def count(session: Session) -> tuple[int, int, int]:
            return inbox.waiting(session), outbox.waiting(session), outbox.dead_count(session)

        try:
            waiting, to_say, dead = await self.store.read(count)
        except StoreUnavailable:
            return web.Response(status=503)
        self.metrics.inbox.set(waiting)
        self.metrics.outbox.set(to_say)
        self.metrics.dead.set(dead)
        return web.Response(body=generate_latest(self.metrics.registry), content_type="text/plain")
