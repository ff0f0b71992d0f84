"""One connection in DingTalk's Stream mode: the frames that come by it, their acknowledgements, and whether it lives.

Every frame is acknowledged on the socket it came from.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from bot.platforms.text import dump, parse
from bot.types import Refused

log = logging.getLogger(__name__)

Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame from the platform; `data` is what it carries, still as text."""

    kind: str
    topic: str
    message_id: str
    data: str


def read_frame(text: str) -> Frame:
    """Return a frame as it came over the socket. Raises Refused with 400 when it cannot be read."""
    fields = parse(text)
    headers = fields.get("headers")
    if not isinstance(headers, dict) or not isinstance(headers.get("messageId"), str):
        raise Refused("a frame without a message id", 400)
    data = fields.get("data")
    return Frame(
        kind=str(fields.get("type", "")).upper(),
        topic=str(headers.get("topic", "")),
        message_id=headers["messageId"],
        data=data if isinstance(data, str) else dump(data),
    )


def acknowledge(frame: Frame, code: int, data: str) -> str:
    """Return the acknowledgement of a frame; `data` is JSON as text."""
    headers = {"messageId": frame.message_id, "contentType": "application/json"}
    told = {"code": code, "message": "OK" if code == 200 else "error", "headers": headers, "data": data}
    # In ASCII: an id that came with half a character must not keep the others from being answered.
    return json.dumps(told)


class Connection:
    """One websocket. `left` is set when a successor is wanted: it was announced to end, fell silent, or is gone."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, room: asyncio.Semaphore) -> None:
        self.socket = socket
        self.left = asyncio.Event()
        self.reason = "closed"
        self.heard = 0
        self._room = room

    async def read(self, take: Callable[[Connection, Frame], None]) -> None:
        """Read until the connection ends. `take` is given each frame that holds a message."""
        try:
            while True:
                message = await self.socket.receive()
                if message.type is not aiohttp.WSMsgType.PONG:
                    # An answer to our own ping shows that somebody is there, but not that we are still served.
                    self.heard += 1
                if message.type is aiohttp.WSMsgType.PING:
                    await self.socket.pong(message.data)
                elif message.type is aiohttp.WSMsgType.TEXT:
                    await self._text(message.data, take)
                elif message.type not in (aiohttp.WSMsgType.PONG, aiohttp.WSMsgType.BINARY):
                    return
        except (aiohttp.ClientError, OSError):
            return
        finally:
            self.left.set()

    async def _text(self, text: str, take: Callable[[Connection, Frame], None]) -> None:
        try:
            frame = read_frame(text)
        except Refused as refused:
            log.warning("dingtalk stream: %s", refused.reason)
            return
        if frame.kind == "SYSTEM" and frame.topic == "disconnect":
            self.leave("announced")
        elif frame.kind == "SYSTEM":
            await self.answer(frame, 200, frame.data)
        elif frame.kind == "EVENT":
            # None is subscribed to. One that comes all the same must not be sent again: each is counted.
            await self.answer(frame, 200, '{"status":"SUCCESS"}')
        elif frame.kind == "CALLBACK":
            await self._room.acquire()
            take(self, frame)
        else:
            await self.answer(frame, 400, "{}")

    def leave(self, reason: str) -> None:
        """Ask for a successor."""
        self.reason = reason
        self.left.set()

    async def watch(self, pause: Pause, silence: float) -> None:
        """Ask for a successor once nothing was heard between two looks."""
        while True:
            before = self.heard
            await pause(silence)
            if self.heard == before:
                self.leave("silent")
                return

    async def answer(self, frame: Frame, code: int, data: str) -> None:
        """Acknowledge a frame, unless the socket is gone."""
        try:
            await self.socket.send_str(acknowledge(frame, code, data))
        except (aiohttp.ClientError, OSError, RuntimeError):
            log.warning("dingtalk stream: the connection went before the acknowledgement")
