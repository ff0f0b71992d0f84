"""A DingTalk that behaves: tokens, signatures, sizes, reply addresses that expire, push robots, partial successes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

from aiohttp import web

from tests.fakes.server import NOON, FakeServer

CLIENT_ID = "dingfakeclient01"
CLIENT_SECRET = "fake-client-secret-5c"
CORP_ID = "dingfakecorp0042"
SESSION_LIFE = timedelta(minutes=90)
BATCH_SEND = "/v1.0/robot/oToMessages/batchSend"
GROUP_SEND = "/v1.0/robot/groupMessages/send"
SESSION = "/robot/sendBySession"
CUSTOM = "/robot/send"
ACCESS_TOKEN = "/v1.0/oauth2/accessToken"
UPLOAD = "/media/upload"
USER = "/topapi/v2/user/get"
DOWNLOAD = "/v1.0/robot/messageFiles/download"
FILE = "/down/file"
FILE_LIFE = timedelta(hours=2)


SAYS = "dtmd://dingtalkclient/sendMessage?content="
# The cards that can be sent actively, with the names their buttons have.
CARDS: dict[str, list[tuple[str, str]]] = {"sampleActionCard": [("singleTitle", "singleURL")]} | {
    f"sampleActionCard{count}": [(f"actionTitle{number}", f"actionURL{number}") for number in range(1, count + 1)]
    for count in range(2, 6)
}


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that reached somebody: `to` is a staff id or a conversation id, `via` the way it came."""

    to: str
    via: str
    kind: str
    text: str
    at: tuple[str, ...] = ()
    file: str = ""
    content: bytes = field(default=b"", repr=False)
    title: str = ""
    buttons: tuple[tuple[str, str], ...] = ()

    def tap(self, label: str) -> str:
        """Return what whoever taps a button says by that."""
        address = dict(self.buttons)[label]
        assert address.startswith(SAYS), f"no button that speaks: {address}"
        return unquote(address.removeprefix(SAYS))


class FakeDingtalk(FakeServer):
    """Both hosts of one organisation with one robot, on one port.

    `people` are those in the app's range, `groups` the conversations the robot is in, `robots` maps a push robot's
    token to its secret and conversation. `sent` lists what arrived, `dropped` what `msgUuid` showed to be a repeat.
    `files` are what people have sent, by download code, each with how long it is kept; `elsewhere` is told as the
    address of every file when it is set.
    """

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.people: set[str] = {"0101", "0102", "manager7"}
        self.groups: set[str] = {"cidSouth=="}
        self.robots: dict[str, tuple[str, str]] = {}
        self.flow_controlled: set[str] = set()
        self.missing_scope: str | None = None
        self.files: dict[str, tuple[bytes, datetime]] = {}
        self.elsewhere: str | None = None
        self.sent: list[Sent] = []
        self.dropped: list[Sent] = []
        self.token_life = 7200
        self._sessions: dict[str, tuple[str, datetime]] = {}
        self._uuids: set[str] = set()
        self._media: dict[str, tuple[str, bytes]] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(ACCESS_TOKEN, self._access_token),
            web.post(BATCH_SEND, self._batch_send),
            web.post(GROUP_SEND, self._group_send),
            web.post(SESSION, self._session_send),
            web.post(CUSTOM, self._custom_send),
            web.post(UPLOAD, self._upload),
            web.post(USER, self._user),
            web.post(DOWNLOAD, self._file_address),
            web.get(FILE, self._file),
        ]

    def session(self, conversation: str) -> tuple[str, datetime]:
        """Return a new reply address into a conversation (or to a staff id) and its end."""
        session = f"{len(self._sessions) + 1:032x}"
        until = self.now + SESSION_LIFE
        self._sessions[session] = (conversation, until)
        return f"{self.base_url}{SESSION}?session={session}", until

    def forget_sessions(self) -> None:
        """Make every reply address answer 300001, whatever its end."""
        self._sessions.clear()

    def headers(self, at: datetime | None = None) -> dict[str, str]:
        """Return the signature headers of a callback."""
        timestamp = str(int((at or self.now).timestamp() * 1000))
        return {"timestamp": timestamp, "sign": _sign(CLIENT_SECRET, timestamp), "content-type": "application/json"}

    def text_body(self, sender: str, text: str, message_id: str, **more: Any) -> dict[str, Any]:
        """Return a private text message of a staff id as a callback's JSON; `more` replaces and adds fields."""
        url, until = self.session(more.get("conversationId", sender))
        body = {
            "msgtype": "text",
            "msgId": message_id,
            "createAt": int(self.now.timestamp() * 1000),
            "conversationType": "1",
            "conversationId": "cidPrivate==",
            "senderId": f"$:LWCP_v1:${sender}",
            "senderNick": "某人",
            "senderStaffId": sender,
            "senderCorpId": CORP_ID,
            "chatbotCorpId": CORP_ID,
            "chatbotUserId": "$:LWCP_v1:$robot",
            "robotCode": CLIENT_ID,
            "sessionWebhook": url,
            "sessionWebhookExpiredTime": int(until.timestamp() * 1000),
            "text": {"content": f" {text}"},
        }
        return body | more

    async def _access_token(self, request: web.Request) -> web.Response:
        data = await request.json()
        if (data.get("appKey"), data.get("appSecret")) != (CLIENT_ID, CLIENT_SECRET):
            return refused(400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret")
        token = self.issue_token(self.token_life)
        return web.json_response({"accessToken": token, "expireIn": self.token_life})

    def _denied(self, request: web.Request) -> web.Response | None:
        if not self.knows_token(request.headers.get("x-acs-dingtalk-access-token", "")):
            return refused(401, "InvalidAuthentication", "不合法的access_token")
        if self.missing_scope:
            return refused(
                403,
                "Forbidden.AccessDenied.AccessTokenPermissionDenied",
                "应用尚未开通所需的权限",
                accessdenieddetail={"requiredScopes": [self.missing_scope]},
            )
        return None

    async def _batch_send(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        data = await request.json()
        sent, error = self._read(data)
        if error or sent is None:
            return error or refused(400, "invalidParameter.msgKey", "msgKey")
        if len(data["userIds"]) > 20:
            return refused(400, "invalidParameter.userIds", "too many users")
        invalid = [one for one in data["userIds"] if one not in self.people]
        held = [one for one in data["userIds"] if one in self.flow_controlled]
        for one in data["userIds"]:
            if one not in invalid and one not in held:
                self.sent.append(replace(sent, to=one, via="private"))
        return web.json_response(
            {
                "processQueryKey": f"key-{len(self.sent)}",
                "invalidStaffIdList": invalid,
                "flowControlledStaffIdList": held,
            }
        )

    async def _group_send(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        data = await request.json()
        sent, error = self._read(data)
        if error or sent is None:
            return error or refused(400, "invalidParameter.msgKey", "msgKey")
        if data["openConversationId"] not in self.groups:
            return refused(400, "conversation.org.notMatch", "群不属于该组织")
        self.sent.append(replace(sent, to=data["openConversationId"], via="group"))
        return web.json_response({"processQueryKey": f"key-{len(self.sent)}"})

    def _read(self, data: dict[str, Any]) -> tuple[Sent | None, web.Response | None]:
        if data.get("robotCode") != CLIENT_ID:
            return None, refused(400, "robotCode.auth", "机器人不属于该应用")
        raw = data.get("msgParam")
        if not isinstance(raw, str):
            return None, refused(400, "invalidParameter.msgParam", "msgParam is a string")
        if len(raw.encode()) > 15_000:
            return None, refused(400, "msgParam.tooLong", "消息过长")
        param, kind = json.loads(raw), data.get("msgKey")
        if kind == "sampleText":
            return Sent("", "", kind, param["content"]), None
        if kind == "sampleMarkdown" and param["title"]:
            return Sent("", "", kind, param["text"], title=param["title"]), None
        if kind in CARDS and param["title"]:
            return Sent("", "", kind, param["text"], title=param["title"], buttons=_buttons(param, CARDS[kind])), None
        if kind == "sampleFile":
            if param["mediaId"] not in self._media:
                return None, refused(400, "invalidParameter.mediaId", "mediaId")
            if param["fileType"] not in ("xlsx", "pdf", "zip", "rar", "doc", "docx"):
                return None, refused(400, "invalidParameter.fileType", "fileType")
            return Sent("", "", kind, "", (), param["fileName"], self._media[param["mediaId"]][1]), None
        if kind == "sampleImageMsg" and param["photoURL"] in self._media:
            name, blob = self._media[param["photoURL"]]
            return Sent("", "", kind, "", (), name, blob), None
        return None, None

    def keep(self, content: bytes) -> str:
        """Return the download code of something that somebody sends."""
        code = f"mIof{len(self.files) + 1}="
        self.files[code] = (content, self.now + FILE_LIFE)
        return code

    async def _file_address(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        data = await request.json()
        code = data.get("downloadCode", "")
        if data.get("robotCode") != CLIENT_ID or code not in self.files or self.now >= self.files[code][1]:
            return refused(400, "invalidParameter.robotCode.downloadCode", "downloadCode无效")
        return web.json_response({"downloadUrl": self.elsewhere or f"{self.base_url}{FILE}?code={quote(code)}"})

    async def _file(self, request: web.Request) -> web.Response:
        content, until = self.files.get(request.query.get("code", ""), (b"", self.now))
        return web.Response(status=403) if self.now >= until else web.Response(body=content)

    async def _session_send(self, request: web.Request) -> web.Response:
        conversation, until = self._sessions.get(request.query.get("session", ""), ("", self.now))
        if self.now >= until:
            return web.json_response({"errcode": SESSION_GONE, "errmsg": "session 不存在"})
        return await self._webhook(request, conversation, "session")

    async def _custom_send(self, request: web.Request) -> web.Response:
        secret, conversation = self.robots.get(request.query.get("access_token", ""), ("", ""))
        if not conversation:
            return web.json_response({"errcode": 300005, "errmsg": "token is not exist"})
        timestamp = request.query.get("timestamp", "")
        if not timestamp.isdigit() or abs(self.now.timestamp() * 1000 - int(timestamp)) > 3_600_000:
            return web.json_response({"errcode": 310000, "errmsg": "invalid timestamp"})
        if not hmac.compare_digest(request.query.get("sign", ""), _sign(secret, timestamp)):
            return web.json_response({"errcode": 310000, "errmsg": "sign not match"})
        return await self._webhook(request, conversation, "robot")

    async def _webhook(self, request: web.Request, conversation: str, via: str) -> web.Response:
        body = await request.read()
        if len(body) > 20_000:
            return web.json_response({"errcode": 460101, "errmsg": "message too long"})
        data = json.loads(body)
        kind, at = data.get("msgtype"), tuple(data.get("at", {}).get("atUserIds", ()))
        if kind == "text":
            sent = Sent(conversation, via, kind, data["text"]["content"], at)
        elif kind == "markdown" and data[kind]["title"]:
            sent = Sent(conversation, via, kind, data[kind]["text"], at, title=data[kind]["title"])
        elif kind == "actionCard" and data[kind]["title"]:
            buttons = tuple((button["title"], button["actionURL"]) for button in data[kind]["btns"])
            sent = Sent(conversation, via, kind, data[kind]["text"], at, title=data[kind]["title"], buttons=buttons)
        else:
            return web.json_response({"errcode": 400105, "errmsg": "unsupported msgtype"})
        if any(f"@{one}" not in sent.text for one in at):
            self.unexpected.append("an @ without its literal in the body")
        uuid = data.get("msgUuid")
        (self.dropped if uuid in self._uuids else self.sent).append(sent)
        if uuid is not None:
            self._uuids.add(uuid)
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def _user(self, request: web.Request) -> web.Response:
        if not self.knows_token(request.query.get("access_token", "")):
            return web.json_response({"errcode": 40014, "errmsg": "不合法的access_token"})
        if self.missing_scope:
            return web.json_response({"errcode": 88, "sub_code": "60011", "errmsg": "没有调用该接口的权限"})
        user_id = (await request.json())["userid"]
        if user_id not in self.people:
            return web.json_response({"errcode": 60121, "errmsg": "找不到该用户"})
        return web.json_response({"errcode": 0, "errmsg": "ok", "result": {"userid": user_id, "active": True}})

    async def _upload(self, request: web.Request) -> web.Response:
        if not self.knows_token(request.query.get("access_token", "")):
            return web.json_response({"errcode": 40014, "errmsg": "不合法的access_token"})
        media = (await request.post()).get("media")
        if not isinstance(media, web.FileField):
            return web.json_response({"errcode": 40035, "errmsg": "缺少参数 media"})
        media_id = f"@lA{len(self._media) + 1:04d}"
        self._media[media_id] = (media.filename, media.file.read())
        return web.json_response({"errcode": 0, "errmsg": "ok", "media_id": media_id, "type": "file"})


SESSION_GONE = 300001


def refused(status: int, code: str, message: str, **more: Any) -> web.Response:
    """Return a refusal of the new API."""
    return web.json_response({"code": code, "message": message, "requestid": "R-1"} | more, status=status)


def _buttons(param: dict[str, str], names: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((param[title], param[address]) for title, address in names)


def _sign(secret: str, timestamp: str) -> str:
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
