"""The other road of a 智能机器人: sealed JSON callbacks, and addresses that take one answer each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from wechatpy.enterprise.crypto import WeChatCrypto

from tests.fakes.server import NOON
from tests.fakes.wecom import Callback, FakeWecom, Sent, refusal

TOKEN = "fakeBotToken"
AES_KEY = "Ym90LWtleS1ib3Qta2V5LWJvdC1rZXktYm90LWtleSE"
BOT_ID = "aibFakeBot8"
RESPONSE = "/cgi-bin/aibot/response"


class FakeWecomBot(FakeWecom):
    """A corp with a bot by callbacks. `answers` lists what was answered: `to` is the message id."""

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.answers: list[Sent] = []
        self._addresses: dict[str, tuple[str, datetime]] = {}

    def routes(self) -> list[web.RouteDef]:
        return [*super().routes(), web.post(RESPONSE, self._response)]

    def sealed(self, body: Mapping[str, Any], at: datetime | None = None, nonce: str = "nonce5") -> Callback:
        """Return a body sealed by wechatpy for no receiver in particular, as the platform does."""
        return self.sealed_text(json.dumps(body), at, nonce)

    def sealed_text(self, text: str, at: datetime | None = None, nonce: str = "nonce5") -> Callback:
        """The same for any text at all."""
        stamp = str(int((at or self.now).timestamp()))
        document: str = WeChatCrypto(TOKEN, AES_KEY, "").encrypt_message(text, nonce, stamp)
        query = {"msg_signature": _between(document, "MsgSignature"), "timestamp": stamp, "nonce": nonce}
        return Callback(query, json.dumps({"encrypt": _between(document, "Encrypt")}).encode())

    def opened(self, answer: bytes) -> dict[str, Any]:
        """Return what an encrypted answer says, read by wechatpy."""
        data = json.loads(answer)
        crypto = WeChatCrypto(TOKEN, AES_KEY, "")
        stamp = str(data["timestamp"])
        document = f"<xml><Encrypt>{data['encrypt']}</Encrypt></xml>"
        plain = crypto.decrypt_message(document, data["msgsignature"], stamp, data["nonce"])
        found: dict[str, Any] = json.loads(plain)
        return found

    def body(self, user: str, msgid: str, chat: str | None = None, **more: Any) -> dict[str, Any]:
        """Return the body of a message or event, with an address for its answer."""
        code = f"code-{msgid}"
        self._addresses[code] = (msgid, self.now)
        base: dict[str, Any] = {
            "msgid": msgid,
            "aibotid": BOT_ID,
            "chattype": "group" if chat else "single",
            "from": {"userid": user},
            "response_url": f"{self.base_url}{RESPONSE}?response_code={code}",
        }
        return base | ({"chatid": chat} if chat else {}) | more

    def says(self, user: str, text: str, msgid: str, chat: str | None = None, at: datetime | None = None) -> Callback:
        """Return a sealed text message."""
        return self.sealed(self.body(user, msgid, chat, msgtype="text", text={"content": text}), at)

    def presses(self, user: str, key: str, task_id: str, msgid: str) -> Callback:
        """Return a sealed press of a card's button."""
        card = {"card_type": "button_interaction", "event_key": key, "task_id": task_id}
        event = {"eventtype": "template_card_event", "template_card_event": card}
        return self.sealed(self.body(user, msgid, msgtype="event", event=event))

    def bot_echo(self, text: str, at: datetime | None = None) -> dict[str, str]:
        """Return the query of the console's address check, whose answer must be `text`."""
        stamp, nonce = str(int((at or self.now).timestamp())), "nonce6"
        document: str = WeChatCrypto(TOKEN, AES_KEY, "").encrypt_message(text, nonce, stamp)
        return {
            "msg_signature": _between(document, "MsgSignature"),
            "timestamp": stamp,
            "nonce": nonce,
            "echostr": _between(document, "Encrypt"),
        }

    async def _response(self, request: web.Request) -> web.Response:
        data = await request.json()
        code = request.query.get("response_code", "")
        msgid, at = self._addresses.get(code, ("", self.now))
        if not msgid or self.now - at > timedelta(hours=1):
            # The platform documents no code for this one.
            return refusal(600099, "response_code invalid or expired")
        kind = data.get("msgtype")
        if kind not in ("markdown", "template_card"):
            return refusal(40008, "invalid message type")
        text = data["markdown"]["content"].replace("  \n", "\n") if kind == "markdown" else json.dumps(data[kind])
        if len(text.encode()) > 20480:
            return refusal(40058, "content too long")
        del self._addresses[code]
        self.answers.append(Sent(msgid, kind, text))
        return web.json_response({"errcode": 0, "errmsg": "ok"})


def _between(document: str, name: str) -> str:
    inside = document.partition(f"<{name}>")[2].partition(f"</{name}>")[0]
    return inside.removeprefix("<![CDATA[").removesuffix("]]>")
