"""A DingTalk whose robot is in Stream mode: tickets for one use, websockets, frames and acknowledgements.

The other roads are those of FakeDingtalk. What no real client would do is listed in `unexpected`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.dingtalk import CLIENT_ID, CLIENT_SECRET, CORP_ID, FakeDingtalk, refused
from tests.fakes.server import NOON
from tests.patience import PATIENCE

OPEN = "/v1.0/gateway/connections/open"
CONNECT = "/connect"
ROBOT = "/v1.0/im/bot/messages/get"
CARD = "/v1.0/card/instances/callback"
TICKET_LIFE = timedelta(seconds=90)


class Link:
    """One connection of a client, seen from the platform."""

    def __init__(self, gateway: FakeGateway, socket: web.WebSocketResponse, topics: frozenset[tuple[str, str]]) -> None:
        self.socket = socket
        self.topics = topics
        self.closed = asyncio.Event()
        self._gateway = gateway
        self._acks: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._sent: dict[str, str] = {}
        self._request: web.Request | None = None

    async def push(self, data: Mapping[str, Any], topic: str = ROBOT, kind: str = "CALLBACK", **more: Any) -> str:
        """Send a frame; return its message id, anew for each sending as the platform does. `more` are headers."""
        self._gateway.frames += 1
        message_id = f"frame_{self._gateway.frames}"
        headers = {
            "topic": topic,
            "messageId": message_id,
            "contentType": "application/json",
            "time": str(int(self._gateway.now.timestamp() * 1000)),
            "appId": "fake-app",
            "connectionId": "fake-connection",
        }
        body = json.dumps(data, ensure_ascii=False)
        self._sent[message_id] = body
        self._acks[message_id] = asyncio.get_running_loop().create_future()
        frame = {"specVersion": "1.0", "type": kind, "headers": headers | more, "data": body}
        await self.socket.send_str(json.dumps(frame, ensure_ascii=False))
        return message_id

    async def say(self, sender: str, text: str, message_id: str, **more: Any) -> str:
        """Send a text message of a staff id; return the frame's id."""
        return await self.push(self._gateway.text_body(sender, text, message_id, **more))

    async def raw(self, text: str) -> None:
        """Send anything at all."""
        await self.socket.send_str(text)

    async def ack(self, frame: str) -> dict[str, Any]:
        """Return the acknowledgement of a frame once it came."""
        async with asyncio.timeout(PATIENCE):
            return await self._acks[frame]

    def acked(self, frame: str) -> bool:
        """Tell whether a frame was acknowledged."""
        return self._acks[frame].done()

    async def ping(self) -> dict[str, Any]:
        """Send the platform's own ping; return its answer."""
        return await self.ack(await self.push({"opaque": "7f3a-01"}, "ping", "SYSTEM"))

    async def announce_end(self, reason: str = "persistent connection is timeout") -> None:
        """Say that nothing new will come by this connection."""
        self._gateway.links.remove(self)
        await self.push({"reason": reason}, "disconnect", "SYSTEM")

    async def close(self) -> None:
        """End the connection in good order."""
        self._gateway.forget(self)
        await self.socket.close()

    def reset(self) -> None:
        """End the connection without a word."""
        self._gateway.forget(self)
        if self._request is not None and self._request.transport is not None:
            self._request.transport.abort()

    def die(self) -> None:
        """Serve this connection no more, and never tell."""
        self._gateway.forget(self)

    async def gone(self) -> None:
        """Return once the client has closed the connection."""
        async with asyncio.timeout(PATIENCE):
            await self.closed.wait()

    async def read(self, request: web.Request) -> None:
        """Take what the client sends until it ends."""
        self._request = request
        try:
            async for message in self.socket:
                if message.type is WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            self.closed.set()

    def _take(self, text: str) -> None:
        answer = json.loads(text)
        frame = answer.get("headers", {}).get("messageId", "")
        waiting = self._acks.get(frame)
        if waiting is None or waiting.done():
            self._gateway.unexpected.append("an acknowledgement of nothing sent here")
            return
        if not isinstance(answer.get("code"), int) or not isinstance(answer.get("data"), str):
            self._gateway.unexpected.append("an acknowledgement without code or data")
        waiting.set_result(answer | {"data": json.loads(answer["data"])})


class FakeGateway(FakeDingtalk):
    """One organisation with one robot in Stream mode; `links` are the connections that are served, oldest first.

    `endpoint` replaces the address named to clients, `latency` is real seconds before an open call is answered.
    """

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.links: list[Link] = []
        self.all_links: list[Link] = []
        self.frames = 0
        self.endpoint: str | None = None
        self.opened: list[dict[str, Any]] = []
        self._tickets: dict[str, tuple[datetime, frozenset[tuple[str, str]]]] = {}
        self._come = asyncio.Condition()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for link in self.all_links:
            link.reset()
        await super().__aexit__(kind, error, trace)

    def routes(self) -> list[web.RouteDef]:
        return [*super().routes(), web.post(OPEN, self._open), web.get(CONNECT, self._connect)]

    async def link(self, number: int = 1) -> Link:
        """Return the `number`th connection there ever was, once it is there."""
        async with asyncio.timeout(PATIENCE), self._come:
            await self._come.wait_for(lambda: len(self.all_links) >= number)
        return self.all_links[number - 1]

    def forget(self, link: Link) -> None:
        """Serve a connection no more."""
        with suppress(ValueError):
            self.links.remove(link)

    async def _open(self, request: web.Request) -> web.Response:
        if "json" not in request.headers.get("accept", ""):
            self.unexpected.append("an open call that takes XML")
            return web.Response(text="<endpoint/>", content_type="text/xml")
        data = await request.json()
        if (data.get("clientId"), data.get("clientSecret")) != (CLIENT_ID, CLIENT_SECRET):
            return refused(401, "authFailed", "鉴权失败")
        self.opened.append(data)
        topics = frozenset((item["type"], item["topic"]) for item in data["subscriptions"])
        ticket = f"fake+ticket/{len(self.opened)}=="
        self._tickets[ticket] = (self.now + TICKET_LIFE, topics)
        endpoint = self.endpoint or self.base_url.replace("http", "ws", 1) + CONNECT
        return web.json_response({"endpoint": endpoint, "ticket": ticket})

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        until, topics = self._tickets.pop(request.query.get("ticket", ""), (self.now, frozenset()))
        if self.now >= until:
            return web.Response(status=401)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        link = Link(self, socket, topics)
        async with self._come:
            self.links.append(link)
            self.all_links.append(link)
            self._come.notify_all()
        try:
            await link.read(request)
        finally:
            self.forget(link)
        return socket

    def card_press(self, user_id: str, says: str, track: str = "card-1", **more: Any) -> dict[str, Any]:
        """Return the press of a card's button as a callback's JSON."""
        content = {"cardPrivateData": {"actionIds": ["done"], "params": {"says": says}}}
        return {
            "type": "actionCallback",
            "outTrackId": track,
            "corpId": CORP_ID,
            "userId": user_id,
            "content": json.dumps(content, ensure_ascii=False),
        } | more
