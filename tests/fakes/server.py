"""What the fake platforms share: a real HTTP server on a free port that can be told to fail in every known way."""

from __future__ import annotations

import asyncio
import socket
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import web

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)

BAN_PAGE = "<!DOCTYPE html><html><body><h1>访问被拦截</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure: what is answered instead, and whether the request had its effect before.

    `reset` drops the connection; `hang` keeps it open without an answer until the fake is left; `latency` is real
    seconds before anything else, for benchmarks.
    """

    status: int = 200
    body: Mapping[str, Any] | str | None = None
    accepted: bool = False
    reset: bool = False
    hang: bool = False
    latency: float = 0.0


class FakeServer:
    """A platform on a free port of this machine, from `async with` to its end.

    `now` is its clock, told in the Date header and deciding over tokens; tests move it by hand. `calls` lists the
    paths asked for in order, `unexpected` what no real platform would have been asked.
    """

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now
        self.calls: list[str] = []
        self.unexpected: list[str] = []
        self.base_url = ""
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._tokens: dict[str, datetime] = {}
        self._issued = 0
        self._left = asyncio.Event()
        self._runner: web.AppRunner | None = None

    def routes(self) -> list[web.RouteDef]:
        """Return the paths this platform has."""
        raise NotImplementedError

    def fail(self, path: str, fault: Fault, times: int = 1) -> None:
        """Make the next `times` calls of `path` fail."""
        self._faults[path].extend([fault] * times)

    def expire_tokens(self) -> None:
        """Revoke every token handed out so far, as the platforms may at any time."""
        self._tokens.clear()

    def count(self, path: str) -> int:
        """Return how often `path` was called."""
        return self.calls.count(path)

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._middleware], client_max_size=32 << 20)
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        listener = socket.create_server(("127.0.0.1", 0))
        await web.SockSite(self._runner, listener).start()
        self.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
        if self._runner is not None:
            await self._runner.cleanup()

    def issue_token(self, life: float) -> str:
        """Return a new token, good until `now` has moved on by `life` seconds."""
        self._issued += 1
        token = f"fake-token-{self._issued}-{'x' * 24}"
        self._tokens[token] = datetime.fromtimestamp(self.now.timestamp() + life, UTC)
        return token

    def knows_token(self, token: str) -> bool:
        """Tell whether a token is one of ours and still good."""
        until = self._tokens.get(token)
        return until is not None and self.now < until

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.calls.append(request.path)
        queue = self._faults[request.path]
        response: web.StreamResponse
        if queue:
            response = await self._failing(queue.popleft(), request, handler)
        else:
            response = await handler(request)
        response.headers["Date"] = format_datetime(self.now, usegmt=True)
        return response

    async def _failing(self, fault: Fault, request: web.Request, handler: Any) -> web.StreamResponse:
        if fault.latency:
            await asyncio.sleep(fault.latency)
        response: web.StreamResponse | None = None
        if fault.accepted or (fault.body is None and fault.status == 200):
            response = await handler(request)
        else:
            await request.read()
        if fault.hang:
            await self._left.wait()
        if fault.reset and request.transport is not None:
            request.transport.abort()
        if isinstance(fault.body, str):
            return web.Response(status=fault.status, text=fault.body, content_type="text/html")
        if fault.body is not None:
            return web.json_response(dict(fault.body), status=fault.status)
        return response if response is not None and fault.status == 200 else web.Response(status=fault.status)
