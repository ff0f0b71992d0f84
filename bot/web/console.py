"""The console page: try the bot as any person of the team, without an account.

`attach` adds the routes; who may use them is decided on every request (`bot.web.access`), and everybody else meets a
404 with an empty body. What is typed goes the road of every platform: received, committed, acknowledged.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import structlog
from aiohttp import web

from bot.web import transcript
from bot.web.access import Door, is_same_origin
from storage import inbox
from storage.store import StoreUnavailable
from storage.tables import Outbox

if TYPE_CHECKING:
    from bot.app import App
    from bot.front import Front

log = structlog.get_logger("console")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEARTBEAT_SECONDS = 15.0
MAX_STREAMS = 64
MAX_SHIFT = timedelta(days=31)
# Days off in a row never last longer than this.
LOOK_AHEAD = timedelta(days=12)
_FOLDER = Path(__file__).parent
_STATIC = {
    "console.css": "text/css",
    "console.js": "text/javascript",
    "message.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_TOMORROW = re.compile(r"tomorrow +([01]?\d|2[0-3]):([0-5]\d)")


def attach(front: Front, host: str) -> bool:
    """Adds the console to the bot's web application; `host` is the address it listens on.

    Returns whether anybody may open the page. Must be called before the application starts.
    """
    door = Door(front.settings, host)
    Console(front, door).add_routes(front.server.app)
    return door.open


class Console:
    """The routes under `/console` of one bot; what needs more than its front waits until that is loaded."""

    def __init__(self, front: Front, door: Door) -> None:
        self.front = front
        self.door = door
        self._streams: set[asyncio.Event] = set()
        self._closing = False
        self._moving = asyncio.Lock()
        self._rendering = asyncio.Semaphore(2)

    def add_routes(self, application: web.Application) -> None:
        """Registers every route; what is not one of them is a 404 with an empty body too."""
        router = application.router
        for path in ("/console", "/console/"):
            router.add_get(path, self._page)
        router.add_get("/console/static/{name}", self._guarded(self._static))
        router.add_get("/console/state", self._guarded(self._state))
        router.add_get("/console/events", self._guarded(self._events))
        router.add_get("/console/file/{row}/{index}", self._guarded(self._file))
        router.add_post("/console/send", self._guarded(self._changing(self._send)))
        router.add_post("/console/clock", self._guarded(self._changing(self._clock)))
        router.add_route("*", "/console{rest:(/.*)?}", self._nothing)
        application.on_shutdown.append(self._close)

    # --- who comes in -----------------------------------------------------------------------------------------

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if not self.door.admits(request):
                return web.Response(status=404)
            try:
                response = await handler(request)
            except StoreUnavailable:
                return web.Response(status=503)
            if not response.prepared:
                response.headers.update({name: text for name, text in _HEADERS.items() if name not in response.headers})
            return response

        return guarded

    @staticmethod
    def _changing(handler: Handler) -> Handler:
        """Only for the page's own scripts: a form of another site can send neither JSON nor our origin."""

        async def changing(request: web.Request) -> web.StreamResponse:
            if not is_same_origin(request):
                return web.Response(status=403)
            if request.content_type != "application/json":
                return web.Response(status=415)
            return await handler(request)

        return changing

    async def _nothing(self, request: web.Request) -> web.Response:
        return web.Response(status=404)

    async def _close(self, application: web.Application) -> None:
        """Ends every stream: an open one would hold up the end of the server."""
        self._closing = True
        for changed in self._streams:
            changed.set()

    # --- the page ---------------------------------------------------------------------------------------------

    async def _page(self, request: web.Request) -> web.StreamResponse:
        with_token = self.door.brings_token(request)
        if not with_token and not self.door.admits(request):
            return web.Response(status=404)
        page = (_FOLDER / "console.html").read_bytes()
        response = web.Response(body=page, content_type="text/html", charset="utf-8", headers=_HEADERS)
        if with_token:
            # A redirect would lose the cookie when the link was opened from another site.
            self.door.remember(request, response)
        return response

    async def _static(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in _STATIC:
            return web.Response(status=404)
        body = (_FOLDER / "static" / name).read_bytes()
        return web.Response(body=body, content_type=_STATIC[name], charset="utf-8")

    async def _state(self, request: web.Request) -> web.StreamResponse:
        person, chat = (self.front.console.kept(request.query.get(name, "")) or None for name in ("person", "chat"))
        now = self.front.clock.now()
        state = await self.front.store.read(
            lambda session: transcript.View(session, self.front.calendar, self.front.policies, now).state(person, chat)
        )
        return _json(state | {"bot": self.front.settings.bot_name, "can_shift": not self.front.settings.any_platform})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        row_id, index = request.match_info["row"], request.match_info["index"]
        if not (row_id.isascii() and row_id.isdigit() and index.isascii() and index.isdigit() and len(row_id) < 18):
            return web.Response(status=404)
        row = await self.front.store.read(lambda session: session.get(Outbox, int(row_id)))
        if row is None or row.platform != transcript.PLATFORM or len(row.files) <= int(index[:4]):
            return web.Response(status=404)
        file = row.files[int(index[:4])]
        app = await self.front.whole()
        async with self._rendering:
            body = await asyncio.to_thread(app.delivery.render, file["template"], file["facts"])
        headers = {
            "Content-Disposition": f"inline; filename*=UTF-8''{quote(file['name'])}",
            # The browser's own reader of PDF needs styles of its own.
            "Content-Security-Policy": "frame-ancestors 'none'",
        }
        return web.Response(body=body, content_type="application/pdf", headers=headers)

    # --- what is typed ----------------------------------------------------------------------------------------

    async def _send(self, request: web.Request) -> web.StreamResponse:
        taken = await self.front.server.take(self.front.console, request)
        if taken.status != 200:
            return taken
        message_id = self.front.console.kept(json.loads(await request.read())["id"])
        stored = await self.front.store.read(
            lambda session: inbox.find(session, transcript.PLATFORM, message_id) is not None
        )
        self._changed()
        return _json({"id": message_id, "heard": stored})

    def _changed(self) -> None:
        for listener in list(self.front.listeners):
            listener()

    # --- the clock --------------------------------------------------------------------------------------------

    async def _clock(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.json()
        except (ValueError, RecursionError):
            return web.Response(status=400)
        if not isinstance(body, dict):
            return web.Response(status=400)
        app = await self.front.whole()
        async with self._moving:
            mark = await self.front.store.read(transcript.newest)
            try:
                if body.get("to") == "next":
                    await self._to_next(app, mark)
                else:
                    forward = self._forward(body, self.front.clock.now())
                    if forward is None:
                        return web.Response(status=400)
                    await app.shift_clock(forward)
            except PermissionError:
                return _json({"error": "已接入企业微信或钉钉，时间不能拨"}, status=409)
            said = await self.front.store.read(lambda session: transcript.said_after(session, mark))
        self._changed()
        now = self.front.calendar.local(self.front.clock.now()).isoformat(timespec="seconds")
        return _json({"now": now, "said": said})

    def _forward(self, body: Mapping[str, Any], now: datetime) -> timedelta | None:
        """How far `{"minutes": 10}` or `{"to": "tomorrow 8:40"}` moves the clock; None when it is neither."""
        minutes, to = body.get("minutes"), body.get("to")
        if isinstance(minutes, int) and not isinstance(minutes, bool):
            forward = timedelta(minutes=min(max(minutes, 0), 10**6))
            return forward if timedelta(0) < forward <= MAX_SHIFT else None
        found = _TOMORROW.fullmatch(to) if isinstance(to, str) else None
        if found is None:
            return None
        tomorrow = self.front.calendar.today(now) + timedelta(days=1)
        return self.front.calendar.at(tomorrow, time(int(found[1]), int(found[2]))).astimezone(UTC) - now

    async def _to_next(self, app: App, mark: int) -> None:
        """Moves the clock until something is said, or until nothing was for longer than any holiday."""
        start = self.front.clock.now()
        while True:
            now = self.front.clock.now()
            coming = await self.front.store.read(lambda session, now=now: app.engine.next_at(session, now))  # type: ignore[misc]
            if coming - start > LOOK_AHEAD:
                return
            await app.shift_clock(max(coming - now, timedelta(seconds=1)))
            if await self.front.store.read(transcript.newest) > mark:
                return

    # --- what is new ------------------------------------------------------------------------------------------

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: `changed` whenever the page should look again."""
        if len(self._streams) >= MAX_STREAMS:
            return web.Response(status=503)
        changed = asyncio.Event()
        headers = {**_HEADERS, "Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        response = web.StreamResponse(headers=headers)
        self._streams.add(changed)
        self.front.listeners.add(changed.set)
        try:
            await response.prepare(request)
            await response.write(b"retry: 1000\n\n")
            while not self._closing:
                try:
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        await changed.wait()
                except TimeoutError:
                    await response.write(b": alive\n\n")
                    continue
                changed.clear()
                if not self._closing:
                    await response.write(b"event: changed\ndata: {}\n\n")
        except ConnectionError:
            # The page was closed.
            pass
        finally:
            self._streams.discard(changed)
            self.front.listeners.discard(changed.set)
        return response


def _json(body: Mapping[str, Any], status: int = 200) -> web.Response:
    return web.json_response(body, status=status, dumps=lambda data: json.dumps(data, ensure_ascii=False))
