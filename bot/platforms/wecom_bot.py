"""The 智能机器人 of WeCom over its long connection: heard in private and, when mentioned, in groups; no public URL."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import aiohttp

from bot.errors import Misconfigured, SendError, Temporary, Unreachable
from bot.platforms.budget import HOUR, MINUTE, Budget
from bot.platforms.client import Client
from bot.platforms.http import Caller, Progress
from bot.platforms.markdown import as_markdown, hard_breaks
from bot.platforms.text import byte_length, clean, split_text
from bot.platforms.wecom_bot_intake import Letter, Taking, Waits
from bot.platforms.wecom_bot_link import MAX_FRAME, End, Link, Pause, Timing, req_id_of
from bot.platforms.wecom_bot_media import HOSTS, MEDIA_LIFE, fetch, upload
from bot.platforms.wecom_bot_message import DISCONNECTED, NAME, Heard, read_callback
from bot.platforms.wecom_cards import BOT_CARD, button_card, plain_words
from bot.platforms.wecom_lane import is_user_id, load, media_kind, speak
from bot.platforms.wecom_webhook import MAX_BYTES as MAX_WEBHOOK_BYTES
from bot.platforms.wecom_webhook import GroupLane, GroupRobots
from bot.types import (
    Accept,
    Check,
    Fetched,
    Listener,
    OutFile,
    Outgoing,
    Pace,
    Platform,
    RawRequest,
    Receipt,
    Received,
    Refused,
)

WS_URL = "wss://openws.work.weixin.qq.com"
API_BASE = "https://qyapi.weixin.qq.com"
MAX_BYTES = 20480
PER_MINUTE, PER_HOUR = 30, 1000
REPLY_WINDOW = timedelta(hours=24)
REPLY_MARGIN = timedelta(minutes=5)

log = logging.getLogger(__name__)

_HANDLE = "wecom-bot:"
# The message can no longer be answered: then it is written to unasked.
_ANSWER_OVER = frozenset({846605, 846608})


class WecomBot(Platform, Listener):
    """A Platform and a Listener; `send` works while the connection stands and is Temporary otherwise.

    `group_keys` maps a group's name to the key of its push robot, the only way to @ somebody in a group; without one
    the bot writes itself. `corp_id`, where it is known, tells members from guests. `pause` waits for some seconds and
    `jitter` returns a number from 0 to 1: handed in by tests. A client handed in stays the caller's to close.
    """

    name = NAME
    paths: tuple[str, ...] = ()
    pace = Pace(gap=2.0, max_bytes=MAX_BYTES)
    tied = True
    media_life = MEDIA_LIFE

    def __init__(
        self,
        *,
        bot_id: str,
        secret: str,
        ws_url: str = WS_URL,
        bot_name: str = "一诺",
        corp_id: str = "",
        api_base: str = API_BASE,
        group_keys: Mapping[str, str] | None = None,
        client: Client | None = None,
        timing: Timing | None = None,
        pause: Pause = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        media_hosts: tuple[str, ...] = HOSTS,
    ) -> None:
        self._bot_id = bot_id
        self._secret = secret
        self._ws_url = ws_url
        self._bot_name = bot_name
        self._corp_id = corp_id
        self._client = client or Client()
        self._owns_client = client is None
        self._media_client = Client(trust_env=False)
        self._media_hosts = media_hosts
        self._robots = GroupRobots(Caller(self._client), base=api_base, keys=group_keys or {})
        self._timing = timing or Timing()
        self._pause = pause
        self._jitter = jitter
        self._budget = Budget((PER_MINUTE, MINUTE), (PER_HOUR, HOUR))
        self._progress = Progress()
        self._link: Link | None = None
        self.listening = False
        self.taken_at: datetime | None = None

    async def close(self) -> None:
        """Close the connections made by this object."""
        if self._link is not None:
            await self._link.drop("lost")
        await self._media_client.close()
        if self._owns_client:
            await self._client.close()

    async def receive(self, request: RawRequest, now: datetime) -> Received:
        """Refuse: the bot is heard over its connection alone."""
        raise Refused("the bot is on its long connection", 404)

    # --- in -------------------------------------------------------------------------------------------------------

    async def listen(self, accept: Accept, clock: Callable[[], datetime]) -> None:
        """Hold the connection until cancelled; see Listener. Raises Misconfigured for a wrong id or secret.

        WeCom gives a message once and asks for no acknowledgement: one that `accept` does not take is kept and
        offered again, for some minutes. A connection that another one took over is left to it for a minute, then for
        ever longer.
        """
        taking = Taking(accept, self._pause, self._timing)
        intake = asyncio.create_task(taking.run(), name="wecom-bot-intake")
        waits = Waits(self._timing)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._timing.connect)
        try:
            async with aiohttp.ClientSession(trust_env=True, timeout=timeout) as session:
                while True:
                    begun = clock()
                    end = await self._hold(session, taking, clock)
                    if end == "kicked":
                        self.taken_at = clock()
                    wait = waits.after(end, (clock() - begun).total_seconds())
                    await self._pause(wait * (0.5 + self._jitter()))
        finally:
            await taking.finish(intake)

    async def _hold(self, session: aiohttp.ClientSession, taking: Taking, clock: Callable[[], datetime]) -> End:
        link: Link | None = None
        tasks: list[asyncio.Task[None]] = []
        try:
            link = await self._connect(session)
            tasks.append(asyncio.create_task(self._read(link, taking, clock), name="wecom-bot-reader"))
            await link.call("aibot_subscribe", {"bot_id": self._bot_id, "secret": self._secret})
            self._link, self.listening = link, True
            log.info("the long connection stands")
            tasks.append(asyncio.create_task(link.heartbeat(self._pause), name="wecom-bot-heartbeat"))
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        except Misconfigured:
            raise
        except (SendError, aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            code = error.code if isinstance(error, SendError) else None
            log.warning("the long connection could not be made (%s %s)", type(error).__name__, code)
        finally:
            self._link, self.listening = None, False
            if link is not None:
                await link.drop("lost")
            for task in tasks:
                task.cancel()
            for outcome in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(outcome, Exception):
                    log.error("the long connection broke in an unknown way", exc_info=outcome)
        return link.end or "lost" if link is not None else "lost"

    async def _connect(self, session: aiohttp.ClientSession) -> Link:
        async with asyncio.timeout(self._timing.connect):
            socket = await session.ws_connect(
                self._ws_url,
                # The platform wants pings of its own; the protocol's would not show a lost subscription.
                heartbeat=None,
                max_msg_size=MAX_FRAME,
                timeout=aiohttp.ClientWSTimeout(ws_close=self._timing.close),
            )
        return Link(socket, self._timing)

    async def _read(self, link: Link, taking: Taking, clock: Callable[[], datetime]) -> None:
        async for frame in link.callbacks():
            heard = self._heard(frame, clock())
            if heard is None:
                continue
            if heard.event == DISCONNECTED:
                await link.drop("kicked")
            elif heard.message is not None:
                await taking.put(Letter(heard.message, heard, req_id_of(frame), link))

    def _heard(self, frame: Mapping[str, Any], now: datetime) -> Heard | None:
        body, req_id = frame.get("body"), req_id_of(frame)
        if frame.get("cmd") not in ("aibot_msg_callback", "aibot_event_callback") or not isinstance(body, dict):
            return None
        # The request of an event takes no message for an answer.
        answerable = req_id and frame["cmd"] == "aibot_msg_callback"
        try:
            return read_callback(
                body,
                bot_id=self._bot_id,
                bot_name=self._bot_name,
                corp_id=self._corp_id,
                now=now,
                reply=_HANDLE + req_id if answerable else None,
                reply_until=now + REPLY_WINDOW,
            )
        except Refused as refused:
            log.warning("a frame was refused: %s", refused.reason)
            return None

    async def fetch(self, ref: str, now: datetime, most: int) -> Fetched:
        """Return the file behind an attachment's `ref`; see Fetcher."""
        return await fetch(self._media_client, ref, most, hosts=self._media_hosts)

    # --- out ------------------------------------------------------------------------------------------------------

    async def send(self, message: Outgoing, now: datetime) -> Receipt:
        """Send the text, then the files; see Platform.

        A message that answers another goes out as its answer while that can be, everything else unasked, which
        reaches only a chat that somebody has written to the bot in. A short message with actions is a card with
        buttons. What mentions somebody in a group that has a push robot is said by that robot.
        """
        words, handle = clean(message.text), _reply_to(message, now)
        if message.target_kind == "chat" and handle is None and any(user_id for user_id, _ in message.mentions):
            key = self._robots.key(message.push_chat_name)
            if key is not None:
                try:
                    parts = split_text(plain_words(words), MAX_WEBHOOK_BYTES)
                    return await speak(self._progress, GroupLane(self._robots, key, message), message, parts, None, now)
                except Unreachable as error:
                    # Said without an @ rather than not at all.
                    log.warning("a push robot is gone (%s): check WECOM_GROUP_KEYS", error.code)
        if message.target_kind == "person" and not is_user_id(message.target_id) and handle is None:
            raise Unreachable("not a WeCom user id")
        link = self._link
        if link is None:
            raise Temporary("the long connection does not stand", "offline")
        lane = _Chat(link, self._budget, message, handle)
        parts = split_text(as_markdown(words), MAX_BYTES, lambda text: byte_length(hard_breaks(text)))
        return await speak(self._progress, lane, message, parts, button_card(message, BOT_CARD), now)

    async def check(self, now: datetime) -> list[Check]:
        """Open a connection without subscribing: a second subscription would push out the bot in service."""
        name = "企微机器人 长连接"
        closing = aiohttp.ClientWSTimeout(ws_close=self._timing.close)
        try:
            async with (
                asyncio.timeout(self._timing.connect),
                aiohttp.ClientSession(trust_env=True) as session,
                session.ws_connect(self._ws_url, timeout=closing),
            ):
                pass
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            found = f"连不上（{type(error).__name__}）"
            return [Check(name, False, found, "检查网络、代理（HTTPS_PROXY）和 WECOM_BOT_WS_URL")]
        return [Check(name, True, "连得上；这里不登录，以免挤掉正在用的连接")]


class _Chat:
    """One person or group, written to by the bot itself."""

    channel = "bot"

    def __init__(self, link: Link, budget: Budget, message: Outgoing, handle: str | None) -> None:
        self._link = link
        self._budget = budget
        self._handle = handle
        self._target = {"chatid": message.target_id, "chat_type": 2 if message.target_kind == "chat" else 1}
        self._lane = f"{message.target_kind}:{message.target_id}"
        self._stream = sha256(message.key.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    async def text(self, part: str, *, first: bool, now: datetime) -> str | None:
        content = hard_breaks(part)
        # A repeated answer is the same stream and shows once.
        stream = {"msgtype": "stream", "stream": {"id": self._stream, "finish": True, "content": content}}
        markdown = {"msgtype": "markdown", "markdown": {"content": content}}
        return await self._say(markdown, now, stream if first else None)

    async def card(self, card: Mapping[str, Any], now: datetime) -> str | None:
        body = {"msgtype": "template_card", "template_card": card}
        return await self._say(body, now, body)

    async def file(self, file: OutFile, now: datetime) -> str | None:
        content = await load(file)
        kind = media_kind(file.name, content)
        media_id = await upload(self._link.call, kind, clean(file.name), content)
        return await self._say({"msgtype": kind, kind: {"media_id": media_id}}, now, None)

    async def _say(self, body: Mapping[str, Any], now: datetime, answer: Mapping[str, Any] | None) -> str | None:
        self._budget.take(self._lane, now)
        if self._handle is not None and answer is not None:
            try:
                await self._link.call("aibot_respond_msg", answer, self._handle)
                return None
            except Unreachable as error:
                if error.code not in _ANSWER_OVER:
                    raise
                self._handle = None
        if self._target["chat_type"] == 1 and not is_user_id(str(self._target["chatid"])):
            raise Unreachable("not a WeCom user id")
        await self._link.call("aibot_send_msg", {**self._target, **body})
        return None


def _reply_to(message: Outgoing, now: datetime) -> str | None:
    handle = message.reply_url or ""
    if not handle.startswith(_HANDLE) or message.reply_until is None or now >= message.reply_until - REPLY_MARGIN:
        return None
    return handle.removeprefix(_HANDLE)
