"""The gateway of the long connection: one subscription per bot, answers by request id, limits, kicks and silence.

It listens on a free port like every fake, its protocol is the platform's, and it can be told to misbehave.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

from aiohttp import WSMsgType, web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.fakes.server import NOON, FakeServer, Fault
from tests.patience import PATIENCE

BOT_ID = "aibFakeBot7"
SECRET = "fake-bot-secret-5c"
MEDIA_KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")
CHUNK = 512 * 1024
MEDIA_LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Told:
    """One message that reached somebody: `to` is a chat id, `via` the command it came by."""

    to: str
    via: str
    kind: str
    text: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happens to one frame instead: an error code, no answer, or the end of the connection.

    `accepted` lets it have its effect before; `answer` is sent instead of everything else.
    """

    code: int = 0
    silent: bool = False
    close: bool = False
    accepted: bool = False
    answer: Mapping[str, Any] | None = None


@dataclass
class _Upload:
    kind: str
    name: str
    size: int
    chunks: int
    md5: str
    pieces: dict[int, bytes] = field(default_factory=dict)


class FakeGateway(FakeServer):
    """One bot. `told` lists what reached people, `updated` the cards that were changed, `frames` all that came in.

    What the platform would drop in silence is in `dropped`. `spoken` are the chats somebody has written in, and
    `first_piece` is the number that uploads begin to count with.
    """

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.told: list[Told] = []
        self.dropped: list[Told] = []
        self.updated: list[Mapping[str, Any]] = []
        self.frames: list[Mapping[str, Any]] = []
        self.spoken: set[str] = set()
        self.files: dict[str, tuple[bytes, datetime]] = {}
        self.subscriptions = 0
        self.first_piece = 0
        self.close_when_kicked = True
        self._silent = False
        self._troubles: dict[str, deque[Trouble]] = defaultdict(deque)
        self._socket: web.WebSocketResponse | None = None
        self._open: set[web.WebSocketResponse] = set()
        self._requests: dict[str, tuple[str, str, datetime]] = {}
        self._streams: set[str] = set()
        self._tasks_seen: set[str] = set()
        self._sent_at: dict[str, list[datetime]] = defaultdict(list)
        self._uploads: dict[str, _Upload] = {}
        self._media: dict[str, tuple[str, bytes]] = {}
        self._news = asyncio.Condition()
        self._count = 0

    @property
    def ws_url(self) -> str:
        """Return the address of the long connection."""
        return self.base_url.replace("http", "ws", 1)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/", self._connection), web.get("/media/{name}", self._file)]

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for socket in list(self._open):
            await self._break(socket)
        await super().__aexit__(kind, error, trace)

    # --- what a test does -----------------------------------------------------------------------------------------

    def trouble(self, cmd: str, trouble: Trouble, times: int = 1) -> None:
        """Make the next `times` frames of this command go wrong."""
        self._troubles[cmd].extend([trouble] * times)

    def fail(self, path: str, fault: Fault, times: int = 1) -> None:
        """Make a command go wrong as a path of the other fakes does."""
        answer = fault.body if isinstance(fault.body, Mapping) else None
        accepted = fault.accepted or (answer is None and not (fault.reset or fault.hang))
        code = -1 if fault.status >= 500 else 0
        self.trouble(path, Trouble(code, fault.hang, fault.reset, accepted and not code, answer), times)

    @property
    def sent(self) -> list[Told]:
        """What reached people, by the name it has at the other fakes."""
        return self.told

    async def until(self, what: Any, seconds: float = PATIENCE) -> None:
        """Wait until `what()` holds; fails after some seconds."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(what)

    async def subscribed(self, times: int = 1) -> None:
        """Wait until the bot has subscribed so often."""
        await self.until(lambda: self.subscriptions >= times and self._socket is not None)

    async def says(self, user: str, text: str, msgid: str, chat: str | None = None, **more: Any) -> str:
        """Somebody writes to the bot; returns the request id. `more` is laid over the body."""
        body = {"msgtype": "text", "text": {"content": text}} | more
        return await self._callback("aibot_msg_callback", user, msgid, chat, body)

    async def presses(self, user: str, key: str, task_id: str, msgid: str, chat: str | None = None) -> str:
        """Somebody presses a button of a card; returns the request id."""
        card = {"card_type": "button_interaction", "event_key": key, "task_id": task_id}
        event = {"eventtype": "template_card_event", "template_card_event": card}
        return await self._callback(
            "aibot_event_callback", user, msgid, chat, {"msgtype": "event", "event": event, "create_time": _stamp(self)}
        )

    async def enters(self, user: str, msgid: str) -> str:
        """Somebody opens the chat with the bot."""
        event = {"eventtype": "enter_chat", "enter_chat": {}}
        return await self._callback("aibot_event_callback", user, msgid, None, {"msgtype": "event", "event": event})

    async def kick(self) -> None:
        """Another program connects as this bot."""
        socket, self._socket = self._socket, None
        assert socket is not None
        event = {"eventtype": "disconnected_event", "disconnected_event": {}}
        body = {"msgid": "kick", "aibotid": BOT_ID, "msgtype": "event", "event": event}
        await self._write(socket, {"cmd": "aibot_event_callback", "headers": {"req_id": "kick"}, "body": body})
        if self.close_when_kicked:
            await socket.close()

    async def go_silent(self) -> None:
        """From now on nothing is answered, and the connection stays open."""
        self._silent = True

    async def recover(self) -> None:
        """Answer again."""
        self._silent = False

    async def lose_subscription(self) -> None:
        """The socket stays open, but every frame is answered with 846609."""
        self._socket = None

    async def cut(self) -> None:
        """The connection breaks without a word."""
        for socket in list(self._open):
            await self._break(socket)

    async def raw(self, text: str) -> None:
        """Send any text at all."""
        assert self._socket is not None
        await self._socket.send_str(text)

    def encrypted(self, name: str, content: bytes, key: str = MEDIA_KEY) -> dict[str, str]:
        """Keep a file to be fetched for five minutes; returns the body that names it."""
        secret = base64.b64decode(key + "=" * (-len(key) % 4))
        pad = 32 - len(content) % 32
        encryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).encryptor()
        sealed = encryptor.update(content + bytes([pad]) * pad) + encryptor.finalize()
        self.files[name] = (sealed, self.now + MEDIA_LIFE)
        return {"url": f"{self.base_url}/media/{name}", "aeskey": key}

    # --- the gateway ----------------------------------------------------------------------------------------------

    async def _callback(self, cmd: str, user: str, msgid: str, chat: str | None, more: Mapping[str, Any]) -> str:
        assert self._socket is not None, "nobody is subscribed"
        self._count += 1
        req_id = f"req-{self._count}"
        body: dict[str, Any] = {
            "msgid": msgid,
            "aibotid": BOT_ID,
            "chattype": "group" if chat else "single",
            "from": {"userid": user},
        }
        if chat:
            body["chatid"] = chat
        target = chat or user
        self.spoken.add(target)
        self._requests[req_id] = (cmd, target, self.now)
        await self._write(self._socket, {"cmd": cmd, "headers": {"req_id": req_id}, "body": body | dict(more)})
        return req_id

    async def _write(self, socket: web.WebSocketResponse, frame: Mapping[str, Any]) -> None:
        if not socket.closed:
            await socket.send_str(json.dumps(frame))

    async def _notify(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _connection(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(max_msg_size=4 << 20)
        await socket.prepare(request)
        self._open.add(socket)
        await self._notify()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._frame(socket, json.loads(message.data))
                    await self._notify()
        finally:
            self._open.discard(socket)
            if self._socket is socket:
                self._socket = None
            await self._notify()
        return socket

    async def _break(self, socket: web.WebSocketResponse) -> None:
        self._open.discard(socket)
        if self._socket is socket:
            self._socket = None
        transport = socket._req.transport if socket._req is not None else None
        if transport is not None:
            transport.abort()

    async def _frame(self, socket: web.WebSocketResponse, frame: Mapping[str, Any]) -> None:
        self.frames.append(frame)
        cmd, req_id, body = frame["cmd"], frame["headers"]["req_id"], frame.get("body") or {}
        trouble = self._troubles[cmd].popleft() if self._troubles[cmd] else None
        if self._silent:
            return
        answer: Mapping[str, Any] = {}
        if trouble is None or trouble.accepted:
            answer = await self._take(socket, cmd, req_id, body)
        if trouble is not None:
            if trouble.close:
                await self._break(socket)
                return
            if trouble.silent:
                return
            answer = trouble.answer if trouble.answer is not None else _code(trouble.code)
        await self._write(socket, {"headers": {"req_id": req_id}, **answer})

    async def _take(
        self, socket: web.WebSocketResponse, cmd: str, req_id: str, body: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        if cmd == "aibot_subscribe":
            return await self._subscribe(socket, body)
        if socket is not self._socket:
            return _code(846609)
        match cmd:
            case "ping":
                return _code(0)
            case "aibot_send_msg":
                return self._send(body)
            case "aibot_respond_msg":
                return self._respond(req_id, body)
            case "aibot_respond_update_msg":
                return self._update(req_id, body)
            case "aibot_upload_media_init":
                return self._begin(body)
            case "aibot_upload_media_chunk":
                return self._piece(body)
            case "aibot_upload_media_finish":
                return self._end(body)
        self.unexpected.append(cmd)
        return _code(40008)

    async def _subscribe(self, socket: web.WebSocketResponse, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if (body.get("bot_id"), body.get("secret")) != (BOT_ID, SECRET):
            return _code(853000)
        if self._socket is socket:
            self.unexpected.append("subscribed twice")
        elif self._socket is not None:
            await self.kick()
        self._socket = socket
        self.subscriptions += 1
        return _code(0)

    def _send(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        target = str(body.get("chatid"))
        if target not in self.spoken:
            return _code(93006)
        if body.get("chat_type") not in (1, 2):
            self.unexpected.append("no chat_type")
        if body.get("msgtype") == "text":
            return _code(40008)
        return self._say(target, "aibot_send_msg", body)

    def _respond(self, req_id: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        cmd, target, at = self._requests.get(req_id, ("", "", self.now))
        if cmd != "aibot_msg_callback" or self.now - at > timedelta(hours=24):
            return _code(846605)
        return self._say(target, "aibot_respond_msg", body)

    def _say(self, target: str, via: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        kind = str(body.get("msgtype"))
        stream = body.get("stream", {})
        if stream and stream.get("id") in self._streams:
            # The same stream again is shown in the same place.
            return _code(0)
        recent = [at for at in self._sent_at[target] if self.now - at < timedelta(hours=1)]
        if len(recent) >= 1000 or sum(self.now - at < timedelta(minutes=1) for at in recent) >= 30:
            return _code(45009)
        text, name, content = "", "", b""
        if kind in ("markdown", "stream"):
            text = body[kind]["content"]
            if not text:
                return _code(44004)
            if len(text.encode()) > 20480:
                return _code(40058)
            if kind == "stream" and not stream.get("finish"):
                self.unexpected.append("a stream left open")
            self._streams.add(stream.get("id", ""))
            self._streams.discard("")
            # As markdown is shown: two spaces and a line end are a line end.
            text = text.replace("  \n", "\n")
        elif kind == "template_card":
            task_id = body["template_card"].get("task_id", "")
            if not task_id or task_id in self._tasks_seen:
                return _code(42014)
            self._tasks_seen.add(task_id)
        elif kind in ("file", "image"):
            if body[kind]["media_id"] not in self._media:
                return _code(40007)
            name, content = self._media[body[kind]["media_id"]]
        else:
            return _code(40008)
        self._sent_at[target] = [*recent, self.now]
        self.told.append(Told(target, via, kind, text, body, name, content))
        return _code(0)

    def _update(self, req_id: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        cmd, _, at = self._requests.get(req_id, ("", "", self.now))
        if cmd != "aibot_event_callback" or self.now - at > timedelta(seconds=5):
            return _code(846605)
        if body.get("response_type") != "update_template_card":
            return _code(40058)
        self.updated.append(body["template_card"])
        return _code(0)

    def _begin(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if body["total_chunks"] > 100 or body["total_size"] > 20 << 20:
            return _code(45001)
        upload_id = f"upload-{len(self._uploads) + 1}"
        self._uploads[upload_id] = _Upload(
            body["type"], body["filename"], body["total_size"], body["total_chunks"], body["md5"]
        )
        return _code(0) | {"body": {"upload_id": upload_id}}

    def _piece(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        upload = self._uploads[body["upload_id"]]
        index, piece = body["chunk_index"] - self.first_piece, base64.b64decode(body["base64_data"])
        if not 0 <= index < upload.chunks or len(piece) > CHUNK:
            return _code(40058)
        upload.pieces[index] = piece
        return _code(0)

    def _end(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        upload = self._uploads[body["upload_id"]]
        content = b"".join(upload.pieces.get(index, b"") for index in range(upload.chunks))
        if hashlib.md5(content, usedforsecurity=False).hexdigest() != upload.md5 or len(content) != upload.size:
            return _code(40058)
        media_id = f"bot-media-{len(self._media) + 1}"
        self._media[media_id] = (upload.name, content)
        return _code(0) | {"body": {"media_id": media_id, "type": upload.kind}}

    async def _file(self, request: web.Request) -> web.Response:
        content, until = self.files.get(request.match_info["name"], (b"", self.now))
        return web.Response(status=403) if self.now >= until else web.Response(body=content)


def _code(code: int) -> dict[str, Any]:
    return {"errcode": code, "errmsg": "ok" if code == 0 else f"error {code}"}


def _stamp(gateway: FakeGateway) -> int:
    return int(gateway.now.timestamp())
