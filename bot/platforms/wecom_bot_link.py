"""One long connection of a 智能机器人: frames out with their answers, callbacks in, and whether it still lives."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

import aiohttp

from bot.errors import Rejected, Temporary, Unknown
from bot.platforms.http import Answer
from bot.platforms.wecom_api import NOT_SUBSCRIBED, code_error

log = logging.getLogger(__name__)

MAX_FRAME = 1 << 20
End = Literal["lost", "silent", "kicked", "unsubscribed"]
Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the connection waits for what, in seconds."""

    connect: float = 10.0
    answer: float = 5.0
    ping: float = 30.0
    close: float = 1.0
    retry_first: float = 1.0
    retry_most: float = 30.0
    yield_first: float = 60.0
    yield_most: float = 1800.0
    steady: float = 600.0


class Link:
    """One open socket. `call` raises a SendError and nothing else; `end` says why it ended, once it has."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, timing: Timing) -> None:
        self._socket = socket
        self._timing = timing
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self.end: End | None = None

    async def call(self, cmd: str, body: Mapping[str, Any] | None = None, req_id: str | None = None) -> Answer:
        """Send one frame and return its answer, which says that it went well.

        Frames with the same `req_id` go one after the other. Raises Temporary when nothing was sent, Unknown when the
        answer does not come or the connection breaks meanwhile, else what the answer's code means. An answer that the
        subscription is gone ends the connection.
        """
        answer = await self._exchange(cmd, body, req_id or f"{cmd}-{uuid4().hex}")
        if error := code_error(answer):
            raise error
        if answer.code() is None:
            raise Unknown("the answer holds no error code")
        return answer

    async def _exchange(self, cmd: str, body: Mapping[str, Any] | None, req_id: str) -> Answer:
        frame: dict[str, Any] = {"cmd": cmd, "headers": {"req_id": req_id}}
        if body is not None:
            frame["body"] = body
        try:
            text = json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
            text.encode()
        except (ValueError, TypeError):
            raise Rejected("the message cannot be written as JSON") from None
        while (earlier := self._waiting.get(req_id)) is not None:
            await asyncio.wait([earlier])
        if self.end is not None or self._socket.closed:
            raise Temporary("the long connection does not stand", "offline")
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[req_id] = answer
        try:
            async with asyncio.timeout(self._timing.answer):
                await self._socket.send_str(text)
                told = await answer
        except (TimeoutError, ConnectionError, RuntimeError) as error:
            reason = f"no answer after the frame was sent ({type(error).__name__})"
            raise Unknown(reason, "no-answer") from None
        finally:
            answer.cancel()
            if self._waiting.get(req_id) is answer:
                del self._waiting[req_id]
        if told.code() == NOT_SUBSCRIBED:
            await self.drop("unsubscribed")
        return told

    async def callbacks(self) -> AsyncIterator[Mapping[str, Any]]:
        """Yield the frames that are no answers until the connection ends; then whoever waits is told."""
        try:
            async for raw in self._socket:
                if raw.type is not aiohttp.WSMsgType.TEXT:
                    continue
                try:
                    frame = json.loads(raw.data)
                except (ValueError, RecursionError):
                    frame = None
                if not isinstance(frame, dict):
                    log.warning("a frame of the long connection could not be read")
                elif frame.get("cmd"):
                    yield frame
                else:
                    self._answered(frame)
        finally:
            self.end = self.end or "lost"
            self._tell_all()

    def _answered(self, frame: Mapping[str, Any]) -> None:
        answer = self._waiting.get(req_id_of(frame))
        if answer is not None and not answer.done():
            answer.set_result(Answer(200, frame))

    def _tell_all(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(Unknown("the long connection broke before the answer", "no-answer"))

    async def heartbeat(self, pause: Pause) -> None:
        """Ping until two pings in a row stay without an answer; then end the connection."""
        missed = 0
        while self.end is None:
            await pause(self._timing.ping)
            try:
                # Whatever is answered is a sign of life.
                await self._exchange("ping", None, f"ping-{uuid4().hex}")
                missed = 0
            except Unknown:
                missed += 1
                if missed >= 2:
                    await self.drop("silent")
            except Temporary:
                return

    async def drop(self, end: End) -> None:
        """End the connection, for a reason."""
        self.end = self.end or end
        self._tell_all()
        await self._socket.close()


def req_id_of(frame: Mapping[str, Any]) -> str:
    """Return the request id of a frame, empty when it has none."""
    headers = frame.get("headers")
    value = headers.get("req_id") if isinstance(headers, dict) else None
    return value if isinstance(value, str) else ""
