"""The self-built app of WeCom (企业微信自建应用): callbacks in, messages to members and group robots out.

An app hears its members in private only. Groups are reached through a group robot's webhook, one key per group.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from bot.errors import SendError, Unreachable
from bot.platforms.budget import HOUR, Budget
from bot.platforms.client import Client
from bot.platforms.diagnose import callback_check, clock_check, failure
from bot.platforms.http import Caller, Progress
from bot.platforms.text import clean, split_text
from bot.platforms.wecom_api import WecomApi
from bot.platforms.wecom_cards import APP_CARD, SETTLED, button_card, plain_words, response_code
from bot.platforms.wecom_crypto import KEY_CHARS, Envelope
from bot.platforms.wecom_lane import is_user_id, load, media_kind, speak
from bot.platforms.wecom_message import NAME, encrypted_part, read_message
from bot.platforms.wecom_webhook import GroupLane, GroupRobots
from bot.types import (
    Check,
    Contact,
    Fetched,
    OutFile,
    Outgoing,
    Pace,
    Platform,
    Probe,
    RawRequest,
    Receipt,
    Received,
    Refused,
)

PATH = "/wecom/app"
API_BASE = "https://qyapi.weixin.qq.com"
MAX_BYTES = 2048
PER_HOUR = 1000
# What the contacts answer for a member outside the visible range, and the states of one who is barred or has left.
_OUT_OF_RANGE = frozenset({60011, 50002})
_NOT_MEMBER = frozenset({2, 5})

log = logging.getLogger(__name__)


class WecomApp(Platform):
    """A Platform. Callbacks are answered only when `token` and `aes_key` are set; sending needs neither.

    `group_keys` maps a group's name to the key of its push robot. A client handed in stays the caller's to close.
    A message is at most 2048 bytes there: a longer one is sent in numbered parts, and a retry goes on after the last
    part that arrived.
    """

    name = NAME
    pace = Pace(gap=2.0, max_bytes=MAX_BYTES, repeatable=True)
    media_life = timedelta(days=3)

    def __init__(
        self,
        *,
        corp_id: str,
        agent_id: int | str,
        secret: str,
        token: str = "",
        aes_key: str = "",
        api_base: str = API_BASE,
        group_keys: Mapping[str, str] | None = None,
        client: Client | None = None,
    ) -> None:
        self.paths: tuple[str, ...] = (PATH,) if token and aes_key else ()
        self._corp_id = corp_id
        self._agent_id = int(agent_id)
        self._aes_key = aes_key
        # A malformed key must not keep the bot from starting: `check` tells of it.
        try:
            self._envelope = Envelope(token, aes_key, corp_id) if self.paths else None
        except ValueError:
            self._envelope = None
        self._client = client or Client()
        self._owns_client = client is None
        self._caller = Caller(self._client)
        self._api = WecomApi(self._caller, base=api_base, corp_id=corp_id, secret=secret)
        self._robots = GroupRobots(self._caller, base=api_base, keys=group_keys or {})
        self._progress = Progress()
        # What is over it WeCom drops without a word.
        self._budget = Budget((PER_HOUR, HOUR))

    async def close(self) -> None:
        """Close the connections made by this object."""
        if self._owns_client:
            await self._client.close()

    async def receive(self, request: RawRequest, now: datetime) -> Received:
        """Verify and read one callback; see Platform.

        The address check of the console (GET) is answered with its decrypted text, an event with an empty body and
        no message. Raises Refused: 403 for a wrong signature, one more than 300 s off `now`, or another corp's; 400
        for a body that cannot be read; 405 for another method.
        """
        if request.method == "GET":
            # Some proxies decode once too often, and a plus sign becomes a space.
            echo = request.query.get("echostr", "").replace(" ", "+")
            return Received(body=self._open(request, echo, now))
        if request.method != "POST":
            raise Refused("the method is not allowed", 405)
        document = self._open(request, encrypted_part(request.body), now)
        message = read_message(document, self._corp_id)
        return Received(messages=() if message is None else (message,))

    def _open(self, request: RawRequest, encrypted: str, now: datetime) -> bytes:
        if self._envelope is None:
            raise Refused("no callback key is configured")
        query = request.query
        return self._envelope.open(
            encrypted, query.get("msg_signature", ""), query.get("timestamp", ""), query.get("nonce", ""), now
        )

    async def send(self, message: Outgoing, now: datetime) -> Receipt:
        """Send the text, then the files; see Platform.

        A person is written to by the app itself; a short message with actions as a card with buttons, and the card
        whose button this answers loses its buttons first. A chat is reached through the push robot configured for
        `push_chat_name`, with an @ for every mention whose id is known; without one it is Unreachable.
        """
        parts = split_text(plain_words(message.text), MAX_BYTES)
        if message.target_kind == "chat":
            key = self._robots.key(message.push_chat_name)
            if key is None:
                raise Unreachable("a self-built app cannot write to a group without a push robot (WECOM_GROUP_KEYS)")
            return await speak(self._progress, GroupLane(self._robots, key, message), message, parts, None, now)
        member = _Member(self._api, self._agent_id, self._budget, message)
        if (code := response_code(message, now)) is not None:
            await member.settle(code, now)
        # Without a callback WeCom refuses every button.
        card = button_card(message, APP_CARD) if self.paths else None
        return await speak(self._progress, member, message, parts, card, now)

    async def fetch(self, ref: str, now: datetime, most: int) -> Fetched:
        """Return the file behind a media id; see Fetcher."""
        return Fetched(await self._api.download(self._client, ref, now, most))

    async def contact(self, user_id: str, now: datetime) -> Contact | None:
        """Ask the contacts who a member is; see Contacts. Newer apps are told little, and some nothing."""
        if not is_user_id(user_id):
            return None
        try:
            answer = await self._api.get("/cgi-bin/user/get", now, {"userid": user_id})
        except SendError as error:
            log.info("the contacts tell nothing (%s)", error.code)
            return None
        leaders = answer.data.get("direct_leader")
        superior = leaders[0] if isinstance(leaders, list) and leaders else ""
        superior_id = superior.casefold() if isinstance(superior, str) else ""
        return Contact(clean(answer.text("name")).strip()[:64], superior_id)

    async def check(self, now: datetime) -> list[Check]:
        """Fetch a token, ask about the app, and open a callback sealed by ourselves."""
        checks = await self._check_api(now)
        checks.append(clock_check("企业微信 时钟", self._caller.last_date, now))
        return [*checks, await self._check_callback(now)]

    async def _check_api(self, now: datetime) -> list[Check]:
        self._api.token.forget()
        try:
            await self._api.token.get(now)
        except SendError as error:
            return [Check("企业微信 凭证", False, failure(error), _advice(error))]
        token = Check("企业微信 凭证", True, "已取得 access_token")
        try:
            answer = await self._api.get("/cgi-bin/agent/get", now, {"agentid": str(self._agent_id)})
        except SendError as error:
            return [token, Check("企业微信 应用", False, failure(error), _advice(error))]
        if answer.code("close"):
            return [token, Check("企业微信 应用", False, "应用已被停用", "请管理员在管理后台启用它")]
        return [token, Check("企业微信 应用", True, "可用，本机 IP 在可信名单里")]

    async def _check_callback(self, now: datetime) -> Check:
        name = "企业微信 回调"
        if not self.paths:
            advice = "要接收消息：设 WECOM_TOKEN 和 WECOM_AES_KEY，与应用“接收消息”页上的一样"
            return Check(name, False, "未配置，只能发送", advice)
        probe = self.probe(now)
        if probe is None:
            found = f"WECOM_AES_KEY 有 {len(self._aes_key)} 个字符，应为 {KEY_CHARS} 个字母或数字"
            return Check(name, False, found, "从应用的“接收消息”页重新复制 EncodingAESKey")
        return await callback_check(name, self.receive, probe, now, "核对 WECOM_CORP_ID、WECOM_TOKEN、WECOM_AES_KEY")

    def probe(self, now: datetime) -> Probe | None:
        """Return the console's address check as WeCom would make it; see Probed."""
        return None if self._envelope is None else self._envelope.probe(PATH, now)

    async def reaches(self, user_id: str, now: datetime) -> bool:
        """Ask the contacts whether a member is in the visible range and has not left; see Ranged."""
        if not is_user_id(user_id):
            return False
        try:
            answer = await self._api.get("/cgi-bin/user/get", now, {"userid": user_id})
        except SendError as error:
            if isinstance(error, Unreachable) or error.code in _OUT_OF_RANGE:
                return False
            raise
        return answer.code("status") not in _NOT_MEMBER


class _Member:
    """One member, written to by the app."""

    channel = "app"

    def __init__(self, api: WecomApi, agent_id: int, budget: Budget, message: Outgoing) -> None:
        if not is_user_id(message.target_id):
            raise Unreachable("not a WeCom user id")
        self._api = api
        self._agent_id = agent_id
        self._budget = budget
        self._frame = {
            "touser": message.target_id,
            "agentid": agent_id,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": _duplicate_interval(message.key),
        }

    async def text(self, part: str, *, first: bool, now: datetime) -> str | None:
        return await self._send("text", {"content": part}, now)

    async def file(self, file: OutFile, now: datetime) -> str | None:
        content = await load(file)
        kind = media_kind(file.name, content)
        media_id = await self._api.upload(kind, clean(file.name), content, now)
        return await self._send(kind, {"media_id": media_id}, now)

    async def card(self, card: Mapping[str, Any], now: datetime) -> str | None:
        return await self._send("template_card", card, now)

    async def settle(self, code: str, now: datetime) -> None:
        """Take the buttons off the card that was pressed; the answer does not depend on it."""
        body = {
            "userids": [self._frame["touser"]],
            "agentid": self._agent_id,
            "response_code": code,
            "button": {"replace_name": SETTLED},
        }
        try:
            await self._api.post("/cgi-bin/message/update_template_card", now, body)
        except SendError as error:
            # A code is good once: a retry of the answer finds it used.
            log.info("a card was not updated (%s)", error.code)

    async def _send(self, kind: str, body: Mapping[str, Any], now: datetime) -> str | None:
        self._budget.take(str(self._frame["touser"]), now)
        answer = await self._api.post("/cgi-bin/message/send", now, {**self._frame, "msgtype": kind, kind: body})
        if answer.text("invaliduser") or answer.text("unlicenseduser"):
            raise Unreachable("the person is outside the app's visible range or has no licence", "invaliduser")
        return answer.text("msgid") or None


def _duplicate_interval(key: str) -> int:
    """Seconds within which WeCom drops a repeated message: three to four hours, its longest, depending on the key.

    WeCom compares whole messages. A retry is the same down to the byte and is dropped, while the same words said
    again on purpose differ by this number and arrive.
    """
    return 10_800 + int.from_bytes(sha256(key.encode("utf-8", "surrogatepass")).digest()[:4], "big") % 3_600


def _advice(error: SendError) -> str:
    match error.code:
        case 60020:
            address = error.reason.rsplit(" ", 1)[-1]
            return f"管理后台 → 该应用 → 企业可信IP，加入 {address}"
        case 40001 | 40091:
            return "WECOM_SECRET 不对：从应用详情页重新复制"
        case 40013:
            return "WECOM_CORP_ID 不对：在“我的企业”页核对企业ID"
        case 40056 | 301002:
            return "WECOM_AGENT_ID 与 WECOM_SECRET 不是同一个应用的，请核对"
        case 48002 | 60011 | 84074:
            return "应用没有权限：检查可见范围和“可调用接口的应用”"
        case 50003:
            return "应用已停用：请管理员在管理后台启用"
        case 50001 | 80001 | 85005:
            return "可信域名没有通过：换备案主体与企业一致的域名，再到应用详情页设置"
        case "connect" | "no-answer":
            return "检查网络、代理（HTTPS_PROXY）和 WECOM_API_BASE"
        case "ban":
            return "五分钟后再试"
        case _:
            return f"稍后再试；一直如此就凭错误码查企业微信文档（{error.reason}）"
