"""The 智能机器人 of WeCom by HTTP callbacks: heard like the long connection, and able to answer, not to begin.

WeCom gives an address with every message, good for one answer within an hour. Whatever is said unasked goes through a
group's push robot, or is Unreachable, so that another of the person's channels says it.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from bot.errors import Misconfigured, Rejected, SendError, Throttled, Unreachable
from bot.platforms.client import Client
from bot.platforms.diagnose import callback_check
from bot.platforms.http import Caller, Progress
from bot.platforms.markdown import as_markdown, hard_breaks
from bot.platforms.text import byte_length, clean, parse, split_text
from bot.platforms.wecom_api import checked_call
from bot.platforms.wecom_bot_media import HOSTS, MEDIA_LIFE, fetch
from bot.platforms.wecom_bot_message import NAME, Heard, read_callback
from bot.platforms.wecom_cards import BOT_CARD, button_card, plain_words, settled_card
from bot.platforms.wecom_crypto import KEY_CHARS, Envelope
from bot.platforms.wecom_lane import speak
from bot.platforms.wecom_webhook import MAX_BYTES as MAX_WEBHOOK_BYTES
from bot.platforms.wecom_webhook import GroupLane, GroupRobots
from bot.types import Check, Fetched, OutFile, Outgoing, Pace, Platform, Probe, RawRequest, Receipt, Received, Refused

PATH = "/wecom/bot"
REPLY_PATH = "/cgi-bin/aibot/response"
API_BASE = "https://qyapi.weixin.qq.com"
MAX_BYTES = 20480
REPLY_WINDOW = timedelta(hours=1)
REPLY_MARGIN = timedelta(minutes=1)

log = logging.getLogger(__name__)


class WecomBotCallback(Platform):
    """A Platform. A malformed `aes_key` refuses every callback, and `check` tells of it.

    `group_keys` maps a group's name to the key of its push robot. Reply addresses are used only when they are those
    of `api_base`. A client handed in stays the caller's to close.
    """

    name = NAME
    paths: tuple[str, ...] = (PATH,)
    pace = Pace(gap=2.0, max_bytes=MAX_BYTES)
    media_life = MEDIA_LIFE

    def __init__(
        self,
        *,
        token: str,
        aes_key: str,
        bot_id: str = "",
        bot_name: str = "一诺",
        corp_id: str = "",
        api_base: str = API_BASE,
        group_keys: Mapping[str, str] | None = None,
        client: Client | None = None,
        media_hosts: tuple[str, ...] = HOSTS,
    ) -> None:
        if not token:
            # An empty token would let anybody sign.
            raise ValueError("a token is needed")
        self._aes_key = aes_key
        self._bot_id = bot_id
        self._bot_name = bot_name
        self._corp_id = corp_id
        self._api_base = api_base
        self._envelope: Envelope | None = None
        # WeCom seals for no receiver in particular here; of a malformed key `check` tells.
        with contextlib.suppress(ValueError):
            self._envelope = Envelope(token, aes_key, "")
        self._client = client or Client()
        self._owns_client = client is None
        # Reply addresses come out of messages: no proxy of the environment may see them.
        self._direct = Client(trust_env=False)
        self._media_hosts = media_hosts
        self._caller = Caller(self._client)
        self._robots = GroupRobots(self._caller, base=api_base, keys=group_keys or {})
        self._progress = Progress()

    async def close(self) -> None:
        """Close the connections made by this object."""
        await self._direct.close()
        if self._owns_client:
            await self._client.close()

    async def receive(self, request: RawRequest, now: datetime) -> Received:
        """Verify and read one callback; see Platform.

        The address check (GET) is answered with its decrypted text, a pressed button with the card that has none, and
        everything else with an empty body. Raises Refused as WecomApp does.
        """
        if request.method == "GET":
            # Some proxies decode once too often, and a plus sign becomes a space.
            return Received(body=self._open(request, request.query.get("echostr", "").replace(" ", "+"), now))
        if request.method != "POST":
            raise Refused("the method is not allowed", 405)
        encrypted = parse(request.body).get("encrypt")
        if not isinstance(encrypted, str) or not encrypted:
            raise Refused("the body is not a callback", 400)
        body = parse(self._open(request, encrypted, now))
        reply = self._reply_address(body.get("response_url"))
        heard = read_callback(
            body,
            bot_id=self._bot_id,
            bot_name=self._bot_name,
            corp_id=self._corp_id,
            now=now,
            reply=reply,
            reply_until=now + REPLY_WINDOW,
        )
        if heard.message is None:
            return Received()
        if heard.button is None:
            return Received(messages=(heard.message,))
        return Received((heard.message,), body=self._settled(heard, request, now), content_type="application/json")

    def _open(self, request: RawRequest, encrypted: str, now: datetime) -> bytes:
        if self._envelope is None:
            raise Refused("no usable callback key is configured")
        query = request.query
        return self._envelope.open(
            encrypted, query.get("msg_signature", ""), query.get("timestamp", ""), query.get("nonce", ""), now
        )

    def _settled(self, heard: Heard, request: RawRequest, now: datetime) -> bytes:
        assert self._envelope is not None
        assert heard.button is not None
        card = settled_card(heard.button, heard.task_id)
        answer = json.dumps({"response_type": "update_template_card", "template_card": card}, ensure_ascii=False)
        timestamp, nonce = int(now.timestamp()), request.query.get("nonce", "")
        encrypted, signature = self._envelope.seal(answer, str(timestamp), nonce)
        sealed = {"encrypt": encrypted, "msgsignature": signature, "timestamp": timestamp, "nonce": nonce}
        return json.dumps(sealed).encode()

    def _reply_address(self, url: object) -> str | None:
        """Return a reply address put together from our own base and the query of `url`, None when that is not ours."""
        if not isinstance(url, str) or len(url) > 2048 or not url.isascii() or not url.isprintable() or "\\" in url:
            return None
        base = self._api_base + REPLY_PATH
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        if not parts.query or parts.fragment or url.partition("?")[0] != base:
            return None
        return f"{base}?{parts.query}"

    async def fetch(self, ref: str, now: datetime, most: int) -> Fetched:
        """Return the file behind an attachment's `ref`; see Fetcher."""
        return await fetch(self._direct, ref, most, bot_key=self._aes_key, hosts=self._media_hosts)

    async def send(self, message: Outgoing, now: datetime) -> Receipt:
        """Answer while the answer's address is good, else say it through the group's push robot; see Platform.

        An address takes one answer: a longer text ends in an ellipsis, and a file makes the message Unreachable.
        """
        words = clean(message.text)
        address = self._reply_address(message.reply_url) if _in_time(message, now) else None
        key = self._robots.key(message.push_chat_name) if message.target_kind == "chat" else None
        if address is not None and not message.files:
            lane = _Answer(self._caller, self._direct, address)
            return await speak(self._progress, lane, message, _one_part(words), button_card(message, BOT_CARD), now)
        if key is not None:
            parts = split_text(plain_words(words), MAX_WEBHOOK_BYTES)
            return await speak(self._progress, GroupLane(self._robots, key, message), message, parts, None, now)
        if not words.strip() and not message.files:
            raise Rejected("there is nothing to say")
        raise Unreachable("by callbacks the bot can only answer, once and without files")

    async def check(self, now: datetime) -> list[Check]:
        """Open a callback sealed by ourselves."""
        name = "企微机器人 回调"
        probe = self.probe(now)
        if probe is None:
            found = f"WECOM_BOT_AES_KEY 有 {len(self._aes_key)} 个字符，应为 {KEY_CHARS} 个字母或数字"
            return [Check(name, False, found, "从机器人的 API 设置页重新复制 EncodingAESKey")]
        advice = "核对 WECOM_BOT_TOKEN、WECOM_BOT_AES_KEY"
        return [await callback_check(name, self.receive, probe, now, advice)]

    def probe(self, now: datetime) -> Probe | None:
        """Return the console's address check as WeCom would make it; see Probed."""
        return None if self._envelope is None else self._envelope.probe(PATH, now)


class _Answer:
    """The one answer to one message."""

    channel = "answer"

    def __init__(self, caller: Caller, direct: Client, address: str) -> None:
        self._caller = caller
        self._direct = direct
        self._address = address

    async def text(self, part: str, *, first: bool, now: datetime) -> str | None:
        return await self._say({"msgtype": "markdown", "markdown": {"content": hard_breaks(part)}}, now)

    async def card(self, card: Mapping[str, Any], now: datetime) -> str | None:
        return await self._say({"msgtype": "template_card", "template_card": card}, now)

    async def file(self, file: OutFile, now: datetime) -> str | None:
        raise Unreachable("an answer takes no file")

    async def _say(self, payload: Mapping[str, Any], now: datetime) -> str | None:
        base, _, query = self._address.partition("?")
        try:
            await checked_call(self._caller, base, "POST", f"?{query}", now, payload=payload, via=self._direct)
        except SendError as error:
            # WeCom documents no code for an address that is over: whatever it says of this call alone means that.
            if isinstance(error, Misconfigured) or (_refused(error) and not isinstance(error, Rejected)):
                raise Unreachable("the message can no longer be answered", error.code) from None
            raise
        return None


def _refused(error: SendError) -> bool:
    busy = error.code in (-1, 6000, "connect", "no-answer", "ban")
    server = isinstance(error.code, int) and 500 <= error.code < 600
    return not (busy or server or isinstance(error, Throttled | Unreachable))


def _one_part(words: str) -> list[str]:
    text = as_markdown(words).strip()
    if byte_length(hard_breaks(text)) <= MAX_BYTES:
        return [text] if text else []
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if byte_length(hard_breaks(text[:middle])) <= MAX_BYTES - 3:
            low = middle
        else:
            high = middle - 1
    return [text[:low] + "…"]


def _in_time(message: Outgoing, now: datetime) -> bool:
    return message.reply_until is not None and now < message.reply_until - REPLY_MARGIN
