"""A WeCom that behaves: tokens, sizes, duplicate detection, group robots, uploads, and signed callbacks.

The callbacks are sealed by wechatpy's own client code, so that ours is read against another's.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from aiohttp import web
from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from tests.fakes.server import NOON, FakeServer

CORP_ID = "wwfakecorp77"
AGENT_ID = 1000042
SECRET = "fake-app-secret-9f"
TOKEN = "fakeCallbackToken"
MEDIA = "/cgi-bin/media/get"
AES_KEY = "c2l4dGVlbi1ieXRlcy1hbmQtc2l4dGVlbi1tb3JlIQQ"


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that reached somebody: `to` is a user id or the name of a group."""

    to: str
    kind: str
    text: str
    mentioned: tuple[str, ...] = ()
    file: str = ""
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Callback:
    """A signed callback as WeCom posts it."""

    query: dict[str, str]
    body: bytes


class FakeWecom(FakeServer):
    """One corp with one app. `people` are those in its visible range, `groups` maps a robot key to a group's name.

    `sent` lists what arrived, `dropped` what the duplicate check held back. `cards` lists the cards among it,
    `settled` whose card was changed to which words with one of `codes`. `members` is what the contacts tell of whom.
    `files` are what members have sent, by media id, each with its name and how long it is kept.
    """

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.people: set[str] = {"lisi", "wangwu", "zhaoliu"}
        self.groups: dict[str, str] = {}
        self.sent: list[Sent] = []
        self.dropped: list[Sent] = []
        self.allow_ip = True
        self.closed = 0
        self.token_life = 7200
        self.members: dict[str, dict[str, Any]] = {}
        self.cards: list[dict[str, Any]] = []
        self.settled: list[tuple[tuple[str, ...], str]] = []
        self.codes: set[str] = set()
        self.files: dict[str, tuple[str, bytes, datetime]] = {}
        self._seen: dict[str, float] = {}
        self._media: dict[str, tuple[str, bytes, str]] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/cgi-bin/gettoken", self._gettoken),
            web.get("/cgi-bin/agent/get", self._agent),
            web.post("/cgi-bin/message/send", self._send),
            web.post("/cgi-bin/message/update_template_card", self._update),
            web.get("/cgi-bin/user/get", self._user),
            web.post("/cgi-bin/media/upload", self._upload),
            web.get(MEDIA, self._download),
            web.post("/cgi-bin/webhook/send", self._webhook),
            web.post("/cgi-bin/webhook/upload_media", self._webhook_upload),
        ]

    def callback(self, document: str, at: datetime | None = None, nonce: str = "nonce5") -> Callback:
        """Return `document`, one of WeCom's XML messages, sealed and signed at a time (now unless told)."""
        stamp = str(int((at or self.now).timestamp()))
        sealed: str = WeChatCrypto(TOKEN, AES_KEY, CORP_ID).encrypt_message(document, nonce, stamp)
        encrypted = _element(sealed, "Encrypt")
        query = {"msg_signature": _element(sealed, "MsgSignature"), "timestamp": stamp, "nonce": nonce}
        body = (
            f"<xml><ToUserName><![CDATA[{CORP_ID}]]></ToUserName><AgentID><![CDATA[{AGENT_ID}]]></AgentID>"
            f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        )
        return Callback(query, body.encode())

    def file_callback(self, sender: str, name: str, content: bytes, message_id: str, kind: str = "image") -> Callback:
        """Return a signed picture or file of `sender`, kept for three days."""
        media_id = f"sent-{len(self.files) + 1}"
        self.files[media_id] = (name, content, self.now + timedelta(days=3))
        return self.callback(
            f"<xml><ToUserName>{CORP_ID}</ToUserName><FromUserName>{sender}</FromUserName>"
            f"<CreateTime>{int(self.now.timestamp())}</CreateTime><MsgType>{kind}</MsgType>"
            f"<MediaId>{media_id}</MediaId><FileName><![CDATA[{name}]]></FileName><MsgId>{message_id}</MsgId></xml>"
        )

    def text_callback(self, sender: str, text: str, message_id: str, at: datetime | None = None) -> Callback:
        """Return a signed text message of `sender`."""
        stamp = int((at or self.now).timestamp())
        words = text.replace("]]>", "]]]]><![CDATA[>")
        return self.callback(
            f"<xml><ToUserName>{CORP_ID}</ToUserName><FromUserName>{sender}</FromUserName>"
            f"<CreateTime>{stamp}</CreateTime><MsgType>text</MsgType><Content><![CDATA[{words}]]></Content>"
            f"<MsgId>{message_id}</MsgId><AgentID>{AGENT_ID}</AgentID></xml>",
            at,
        )

    def pressed_callback(self, sender: str, key: str, task_id: str, code: str) -> Callback:
        """Return the event of a pressed button; `code` changes its card, once."""
        self.codes.add(code)
        stamp = int(self.now.timestamp())
        return self.callback(
            f"<xml><ToUserName>{CORP_ID}</ToUserName><FromUserName>{sender}</FromUserName>"
            f"<CreateTime>{stamp}</CreateTime><MsgType>event</MsgType><Event>template_card_event</Event>"
            f"<EventKey><![CDATA[{key}]]></EventKey><TaskId>{task_id}</TaskId><CardType>button_interaction</CardType>"
            f"<ResponseCode><![CDATA[{code}]]></ResponseCode><AgentID>{AGENT_ID}</AgentID></xml>"
        )

    def echo(self, text: str, at: datetime | None = None) -> dict[str, str]:
        """Return the query of the console's address check, whose answer must be `text`."""
        stamp, nonce = str(int((at or self.now).timestamp())), "nonce6"
        sealed: str = WeChatCrypto(TOKEN, AES_KEY, CORP_ID).encrypt_message(text, nonce, stamp)
        encrypted = _element(sealed, "Encrypt")
        signer = WeChatSigner()
        signer.add_data(TOKEN, stamp, nonce, encrypted)
        return {"msg_signature": signer.signature, "timestamp": stamp, "nonce": nonce, "echostr": encrypted}

    async def _gettoken(self, request: web.Request) -> web.Response:
        if request.query.get("corpid") != CORP_ID:
            return refusal(40013, "invalid corpid")
        if request.query.get("corpsecret") != SECRET:
            return refusal(40001, "invalid credential")
        token = self.issue_token(self.token_life)
        return web.json_response({"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": self.token_life})

    def _denied(self, request: web.Request) -> web.Response | None:
        token = request.query.get("access_token", "")
        if not token:
            return refusal(41001, "access_token missing")
        if token not in self._tokens:
            return refusal(40014, "invalid access_token")
        if not self.knows_token(token):
            return refusal(42001, "access_token expired")
        if not self.allow_ip:
            return refusal(60020, "not allow to access from your ip, hint: [1760], from ip: 203.0.113.9, more info")
        return None

    async def _agent(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        if request.query.get("agentid") != str(AGENT_ID):
            return refusal(301002, "not allow operate another agent with this accesstoken")
        return web.json_response({"errcode": 0, "errmsg": "ok", "agentid": AGENT_ID, "close": self.closed})

    async def _send(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        data = await request.json()
        if data.get("agentid") != AGENT_ID:
            return refusal(40056, "invalid agentid")
        sent, error = self._read(data)
        if error or sent is None:
            return error or refusal(40008, "invalid message type")
        receivers = str(data.get("touser", "")).split("|")
        reached = [one for one in receivers if one.lower() in self.people]
        if data.get("touser") == "@all":
            self.unexpected.append("a broadcast")
        if not reached:
            return refusal(81013, "user & party & tag all invalid")
        repeated = False
        if data.get("enable_duplicate_check") == 1:
            whole = json.dumps(data, sort_keys=True)
            repeated = self.now.timestamp() < self._seen.get(whole, 0)
            if not repeated:
                self._seen[whole] = self.now.timestamp() + data.get("duplicate_check_interval", 1800)
        for one in reached:
            (self.dropped if repeated else self.sent).append(
                Sent(one.lower(), sent.kind, sent.text, file=sent.file, content=sent.content)
            )
        unknown = "|".join(one.lower() for one in receivers if one not in reached)
        answer: dict[str, Any] = {"errcode": 0, "errmsg": "ok", "msgid": f"msg-{len(self.sent)}"}
        return web.json_response(answer | ({"invaliduser": unknown} if unknown else {}))

    async def _update(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        data = await request.json()
        if data.get("response_code") not in self.codes:
            return refusal(42045, "invalid response_code")
        self.codes.discard(data["response_code"])
        self.settled.append((tuple(data["userids"]), data["button"]["replace_name"]))
        return web.json_response({"errcode": 0, "errmsg": "ok", "invaliduser": []})

    async def _user(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        member = self.members.get(request.query.get("userid", "").lower())
        if member is None:
            return refusal(60111, "userid not found")
        return web.json_response({"errcode": 0, "errmsg": "ok", **member})

    def _read(self, data: dict[str, Any], owner: str = "app") -> tuple[Sent | None, web.Response | None]:
        kind = str(data.get("msgtype", ""))
        if kind == "text":
            content = data["text"]["content"]
            if not content:
                return None, refusal(44004, "empty content")
            if len(content.encode()) > 2048:
                # The real one cuts off without a word; here it shows.
                return None, refusal(45002, "content size out of limit")
            return Sent("", kind, content, tuple(data["text"].get("mentioned_list", ()))), None
        if kind == "template_card" and owner == "app":
            card = data["template_card"]
            if not card.get("task_id") or not 1 <= len(card.get("button_list", ())) <= 6:
                return None, refusal(42014, "invalid card")
            if any(len(button["key"]) > 1024 for button in card["button_list"]):
                return None, refusal(42020, "button key too long")
            self.cards.append(card)
            words = "\n".join((card["main_title"]["title"], card.get("sub_title_text", ""))).strip()
            return Sent("", kind, words), None
        if kind in ("file", "image"):
            name, blob, uploaded_by = self._media.get(data[kind]["media_id"], ("", b"", ""))
            if uploaded_by != owner:
                return None, refusal(40007, "invalid media_id")
            return Sent("", kind, "", file=name, content=blob), None
        return None, refusal(40008, "invalid message type")

    async def _store(self, request: web.Request, owner: str) -> web.Response:
        form = await request.post()
        media = form.get("media")
        if not isinstance(media, web.FileField):
            return refusal(44001, "empty media data")
        blob = media.file.read()
        if not 5 < len(blob) <= 20 << 20:
            return refusal(45001, "media file is too big or too small")
        media_id = f"media-{len(self._media) + 1}"
        self._media[media_id] = (media.filename, blob, owner)
        return web.json_response(
            {"errcode": 0, "errmsg": "ok", "type": request.query.get("type"), "media_id": media_id}
        )

    async def _upload(self, request: web.Request) -> web.Response:
        return self._denied(request) or await self._store(request, "app")

    async def _download(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        name, content, until = self.files.get(request.query.get("media_id", ""), ("", b"", self.now))
        if self.now >= until:
            return refusal(40007, "invalid media_id")
        headers = {"Content-Disposition": f'attachment; filename="{quote(name)}"'}
        return web.Response(body=content, content_type="application/octet-stream", headers=headers)

    async def _webhook(self, request: web.Request) -> web.Response:
        key = request.query.get("key", "")
        if key not in self.groups:
            return refusal(93000, "invalid webhook url")
        sent, error = self._read(await request.json(), key)
        if error or sent is None:
            return error or refusal(40008, "invalid message type")
        self.sent.append(Sent(self.groups[key], sent.kind, sent.text, sent.mentioned, sent.file, sent.content))
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def _webhook_upload(self, request: web.Request) -> web.Response:
        key = request.query.get("key", "")
        return await self._store(request, key) if key in self.groups else refusal(93000, "invalid webhook url")


def refusal(code: int, message: str) -> web.Response:
    """Return an answer with an error code."""
    return web.json_response({"errcode": code, "errmsg": message})


def _element(document: str, name: str) -> str:
    found = re.search(rf"<{name}>(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?</{name}>", document, re.DOTALL)
    assert found is not None
    return found[1]
