"""DingTalk's Stream mode: messages come over a websocket that the bot opens itself; no public address is needed.

A ticket opens one connection. A frame is acknowledged on the socket it came from, and only once its message is stored:
DingTalk is not known to send a robot's message again. When the platform announces the end of a connection, the next one
is opened before the old one goes.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

from bot.errors import Misconfigured, SendError, Temporary, Throttled
from bot.platforms.client import certificates
from bot.platforms.diagnose import failure
from bot.platforms.dingtalk import DingtalkRobot, advice
from bot.platforms.dingtalk_link import Connection, Frame, Pause
from bot.platforms.dingtalk_message import NAME, read_card, stream_address
from bot.platforms.text import parse
from bot.types import (
    Accept,
    Check,
    Fetched,
    Inbound,
    Listener,
    Outgoing,
    Platform,
    Probe,
    RawRequest,
    Receipt,
    Received,
    Refused,
)

log = logging.getLogger(__name__)

ROBOT_TOPIC = "/v1.0/im/bot/messages/get"
CARD_TOPIC = "/v1.0/card/instances/callback"
TOPICS = (ROBOT_TOPIC, CARD_TOPIC)
CONNECT_SECONDS = 10.0
MAX_FRAME = 1 << 20
# Below the time after which network address translators forget a silent connection.
HEARTBEAT_SECONDS = 25.0
# The platform is heard every 20 to 30 seconds; a connection without a word for this long is doubted.
SILENCE_SECONDS = 45.0
LONGEST_SILENCE = 900.0
# After its announced end a connection is still read, to acknowledge what came by it.
DRAIN_SECONDS = 15.0
# A connection that stood for this long was a good one: the waits begin anew.
STEADY = timedelta(seconds=60)
LONGEST_WAIT = 60.0
AT_ONCE = 100
STORE_AGAIN_SECONDS = (1.0, 5.0, 15.0, 30.0)
MOST_UNSTORED = 1000
GRACE_SECONDS = 0.5

Clock = Callable[[], datetime]


class DingtalkStream(Platform, Listener):
    """A Platform and a Listener: hears in Stream mode, and sends by `robot`, which it closes with itself.

    Messages are sent over HTTP, so any instance may send. With `callbacks` it answers the robot's HTTP callbacks as
    well: a robot has one of the two modes at a time, and is heard in either. `pause` is how it waits and `spread` tells
    a fraction of 1 by which waits differ; both are asyncio's and chance's own unless a test hands in others.
    """

    name = NAME
    tied = False

    def __init__(
        self,
        robot: DingtalkRobot,
        *,
        callbacks: bool = False,
        pause: Pause = asyncio.sleep,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self.robot = robot
        self.paths: tuple[str, ...] = robot.paths if callbacks else ()
        self.pace = robot.pace
        self.media_life = robot.media_life
        self.listening = False
        self.unstored: dict[str, Inbound] = {}
        self._pause = pause
        self._spread = spread

    async def receive(self, request: RawRequest, now: datetime) -> Received:
        """See DingtalkRobot; refused when callbacks are not answered."""
        if not self.paths:
            raise Refused("the robot is in Stream mode", 404)
        return await self.robot.receive(request, now)

    async def send(self, message: Outgoing, now: datetime) -> Receipt:
        """See DingtalkRobot."""
        return await self.robot.send(message, now)

    async def fetch(self, ref: str, now: datetime, most: int) -> Fetched:
        """See DingtalkRobot."""
        return await self.robot.fetch(ref, now, most)

    async def close(self) -> None:
        """Close the connections messages are sent by; those that are listened to end with `listen`."""
        await self.robot.close()

    def probe(self, now: datetime) -> Probe | None:
        """See DingtalkRobot; None when callbacks are not answered."""
        return self.robot.probe(now) if self.paths else None

    async def reaches(self, user_id: str, now: datetime) -> bool:
        """See DingtalkRobot."""
        return await self.robot.reaches(user_id, now)

    async def check(self, now: datetime) -> list[Check]:
        """Fetch a token, send to nobody, and ask for a connection; the ticket is left to expire."""
        found = [*await self.robot.check_sending(now), await self._check_open(now)]
        return [*found, await self.robot.check_callback(now)] if self.paths else found

    async def _check_open(self, now: datetime) -> Check:
        name = "钉钉 Stream"
        try:
            await self._address(now)
        except SendError as error:
            if self.paths and isinstance(error, Misconfigured):
                found = f"没有长连接：{failure(error)}"
                return Check(name, True, found, "机器人在 HTTP 模式时不需要；要用 Stream：" + advice(error))
            return Check(name, False, failure(error), advice(error))
        return Check(name, True, "可以建立长连接")

    async def listen(self, accept: Accept, clock: Clock) -> None:
        """Hear until cancelled; see Listener. Ends within a second or so of being cancelled."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            await _Listening(self, session, accept, clock, self._pause).run()

    async def wait(self, failures: int, error: SendError | None = None) -> None:
        """Wait before the next connection, up to a minute by how often it failed, and as long as the platform asks."""
        longest = min(LONGEST_WAIT, 2.0 ** min(failures, 6))
        seconds = max(0.5, longest * self._spread())
        await self._pause(max(seconds, error.retry_after) if isinstance(error, Throttled) else seconds)

    async def connect(self, session: aiohttp.ClientSession, now: datetime) -> aiohttp.ClientWebSocketResponse:
        """Open one connection. Raises a SendError whose text holds neither the address nor the ticket."""
        address = await self._address(now)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                return await session.ws_connect(
                    URL(address, encoded=True),
                    heartbeat=HEARTBEAT_SECONDS,
                    autoping=False,
                    max_msg_size=MAX_FRAME,
                    timeout=aiohttp.ClientWSTimeout(ws_close=GRACE_SECONDS),
                    proxy=_proxy(address),
                    ssl=certificates(),
                )
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            # The library keeps the address, and with it the ticket, in the exception.
            reason = f"no connection ({type(error).__name__})"
        raise Temporary(reason, "connect")

    async def _address(self, now: datetime) -> str:
        endpoint, ticket = await self.robot.api.open_stream(TOPICS, now)
        address = stream_address(endpoint, ticket, self.robot.api_base)
        if address is None:
            raise Misconfigured("the platform named a connection that is not DingTalk's", "endpoint")
        return address

    def read(self, frame: Frame, now: datetime) -> Inbound | None:
        """Return what a CALLBACK frame says, None when it says nothing. Raises Refused, with 404 for another topic."""
        if frame.topic == CARD_TOPIC:
            return read_card(parse(frame.data), corp_id=self.robot.corp_id, now=now)
        if frame.topic != ROBOT_TOPIC:
            raise Refused("an unknown topic", 404)
        data: Mapping[str, Any] = parse(frame.data)
        if not data.get("robotCode"):
            # The connection was opened as this app; its robot needs no second name.
            data = {**data, "robotCode": self.robot.robot_code}
        return self.robot.read(data, now)


class _Listening:
    """The connections of one `listen`, the present one and those on their way out, and the messages in hand."""

    def __init__(
        self, stream: DingtalkStream, session: aiohttp.ClientSession, accept: Accept, clock: Clock, pause: Pause
    ) -> None:
        self._stream = stream
        self._session = session
        self._accept = accept
        self._clock = clock
        self._pause = pause
        self._room = asyncio.Semaphore(AT_ONCE)
        self._handling: set[asyncio.Task[None]] = set()
        self._readers: dict[Connection, asyncio.Task[None]] = {}
        self._helpers: set[asyncio.Task[object]] = set()

    async def run(self) -> None:
        """Keep a connection until cancelled. Raises Misconfigured."""
        try:
            await self._keep()
        finally:
            self._stream.listening = False
            await self._end()

    async def _keep(self) -> None:
        for message in list(self._stream.unstored.values()):
            self._helper(self._stored(message))
        failures, silence = 0, SILENCE_SECONDS
        before: Connection | None = None
        while True:
            try:
                socket = await self._stream.connect(self._session, self._clock())
            except Misconfigured:
                raise
            except SendError as error:
                failures += 1
                log.warning("dingtalk stream: %s", error.reason)
                await self._stream.wait(failures, error)
                continue
            since = self._clock()
            log.info("dingtalk stream: connected")
            connection = self._start(socket, silence)
            if before is not None:
                self._helper(self._retire(before))
            self._stream.listening = True
            await connection.left.wait()
            self._stream.listening = False
            log.info("dingtalk stream: %s after %d frames", connection.reason, connection.heard)
            stood = self._clock() - since
            # A gateway that is silent by nature must not be left and opened again at every turn.
            doubted = connection.reason == "silent" and stood.total_seconds() < LONGEST_SILENCE
            silence = min(2 * silence, LONGEST_SILENCE) if doubted else SILENCE_SECONDS
            steady = stood >= STEADY
            failures = 0 if steady else failures + 1
            if not steady or connection.reason == "closed":
                await self._stream.wait(max(failures, 1))
            before = connection

    def _start(self, socket: aiohttp.ClientWebSocketResponse, silence: float) -> Connection:
        connection = Connection(socket, self._room)
        self._helper(connection.watch(self._pause, silence))
        self._readers[connection] = asyncio.create_task(connection.read(self._take), name="dingtalk-stream")
        return connection

    def _helper(self, work: Coroutine[Any, Any, object]) -> None:
        task: asyncio.Task[object] = asyncio.create_task(work)
        self._helpers.add(task)
        task.add_done_callback(self._helpers.discard)

    async def _retire(self, connection: Connection) -> None:
        """Read what still comes by a connection that has a successor, then close it."""
        reader = self._readers[connection]
        timer = asyncio.ensure_future(self._pause(DRAIN_SECONDS))
        try:
            await asyncio.wait({reader, timer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()
            reader.cancel()
            await asyncio.gather(reader, timer, return_exceptions=True)
        await connection.socket.close()
        del self._readers[connection]

    def _take(self, connection: Connection, frame: Frame) -> None:
        task = asyncio.create_task(self._handle(connection, frame))
        self._handling.add(task)
        task.add_done_callback(self._handled)

    def _handled(self, task: asyncio.Task[None]) -> None:
        self._handling.discard(task)
        self._room.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("dingtalk stream: a message could not be handled (%s)", type(error).__name__)

    async def _handle(self, connection: Connection, frame: Frame) -> None:
        try:
            message = self._stream.read(frame, self._clock())
        except Refused as refused:
            log.warning("dingtalk stream: %s", refused.reason)
            await connection.answer(frame, 404 if refused.status == 404 else 400, '{"response":null}')
            return
        if message is None or await self._stored(message):
            await connection.answer(frame, 200, '{"response":{}}' if frame.topic == CARD_TOPIC else '{"response":null}')

    async def _stored(self, message: Inbound) -> bool:
        """Store a message; while that fails, try again some times, and once more when it is next listened.

        DingTalk may never send it again, and a database that goes away also ends the listening.
        """
        kept = self._stream.unstored
        kept[message.message_id] = message
        while len(kept) > MOST_UNSTORED:
            del kept[next(iter(kept))]
        for wait in (*STORE_AGAIN_SECONDS, None):
            try:
                await self._accept((message,))
                kept.pop(message.message_id, None)
                return True
            except Exception as error:  # whatever it is, nothing may be acknowledged
                log.error("dingtalk stream: a message could not be stored (%s)", type(error).__name__)
            if wait is not None:
                await self._pause(wait)
        return False

    async def _end(self) -> None:
        readers = list(self._readers.values())
        for task in (*readers, *self._helpers):
            task.cancel()
        await asyncio.gather(*readers, *self._helpers, return_exceptions=True)
        if self._handling:
            await asyncio.wait(self._handling, timeout=GRACE_SECONDS)
            for task in self._handling:
                task.cancel()
            await asyncio.gather(*self._handling, return_exceptions=True)
        await asyncio.gather(*(connection.socket.close() for connection in self._readers), return_exceptions=True)


def _proxy(address: str) -> str | None:
    """Return the proxy of the environment for a websocket: the library itself looks for WSS_PROXY alone."""
    url = URL(address, encoded=True)
    if proxy_bypass(url.host or ""):
        return None
    proxies = getproxies()
    names = ("wss", "https") if url.scheme == "wss" else ("ws", "http")
    return next((proxies[name] for name in (*names, "all") if proxies.get(name, "").startswith("http")), None)
