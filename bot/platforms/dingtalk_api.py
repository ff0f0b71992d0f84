"""DingTalk's two server APIs for one app robot: the token, the error tables, and the sends.

The new API (api.dingtalk.com) tells errors by HTTP status and a text code, the old one (oapi.dingtalk.com) and the
webhooks by a number inside a 200.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.errors import Misconfigured, Rejected, SendError, Temporary, Throttled, Unknown, Unreachable, UsedUp
from bot.platforms.client import Client
from bot.platforms.http import Answer, Caller, TokenCache, join_url, nothing_said, scrub, status_error

SESSION_GONE = 300001
# A push robot that is gone, stopped or wrongly set up; the group itself may be well.
ROBOT_OFF = frozenset({300005, 400106, 400102, 400101, 310000})
TOO_LONG = frozenset({460101, 101002, "msgParam.tooLong"})
OPEN_PATH = "/v1.0/gateway/connections/open"
USER_AGENT = "yinuo/1.0 python-aiohttp"

_MUTED = 600.0
_GONE = {
    SESSION_GONE: "the reply address has expired",
    300005: "the group robot's token does not exist",
    400106: "the group robot was removed",
    400102: "the group robot is stopped",
    400013: "the group was dissolved",
    60121: "the person left or is out of the contact range",
    50002: "the person is out of the contact range",
    33012: "the user id is invalid",
}
_NOT_CONFIGURED = {
    88: "not authorised",
    40001: "the client id or the secret is wrong",
    40089: "the client id or the secret is wrong",
    400101: "the group robot's token is missing",
}
_REFUSED_CONTENT = frozenset({430101, 430102, 430103, 430104, 460101, 101002, 400105, 40035, 43004})
_TOKEN_REFUSED = frozenset({40014, 42001})
_ADDRESS = re.compile(r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9.])")

# Parts of the new API's codes, lower case; the first that fits counts.
_TEXT_CODES: tuple[tuple[str, type[SendError], str], ...] = (
    ("apicountlimit", UsedUp, "the month's calls are used up"),
    ("qpslimit", Throttled, "too many calls"),
    ("qpmlimit", Throttled, "too many calls"),
    ("send.too.fast", Throttled, "too many messages"),
    ("throttling", Throttled, "too many calls"),
    ("flowcontrol", Throttled, "too many messages"),
    ("invalidclient", Misconfigured, "the client id or the secret is wrong"),
    ("service.timeout", Unknown, "the platform timed out: the message may have arrived"),
    ("robotcode.auth", Misconfigured, "the robot code belongs to another app"),
    ("oto.notexist", Misconfigured, "the robot does not exist or is not published"),
    ("notallow.sendoto", Misconfigured, "the robot may not write to people"),
    ("org.notmatch", Unreachable, "the group belongs to another organisation"),
    ("group.disbanded", Unreachable, "the group was dissolved"),
    ("bot.stopped", Unreachable, "the robot is stopped in this group"),
    ("staffid", Unreachable, "the user id is invalid"),
    ("toolong", Rejected, "the message is too long"),
    ("contain.", Rejected, "the content was refused"),
    ("invalidparameter", Rejected, "the platform refused a parameter"),
)


class TokenRefused(Temporary):
    """The access token is invalid or expired: one other token and one more try are due."""


def typed_error(answer: Answer, client_id: str = "") -> SendError | None:
    """Return what an answer of either API means for a delivery, None when it is a success."""
    number = answer.code("errcode")
    if number:
        return _numbered_error(number, answer)
    if 200 <= answer.status < 300:
        return None
    text = answer.text("code")
    lowered = text.lower()
    if answer.status == 401 or "invalidauthentication" in lowered:
        return TokenRefused("the access token was refused", text or 401)
    if "permissiondenied" in lowered:
        return _missing_scope(answer, client_id)
    if "ipnotinwhitelist" in lowered:
        return Misconfigured(_not_listed(answer.text("message")), text)
    for part, kind, reason in _TEXT_CODES:
        if part in lowered:
            return Throttled(reason, text, 5.0) if kind is Throttled else kind(reason, text)
    failure = status_error(answer.status)
    if failure is None:
        return None
    reason = f"{failure.reason}: {scrub(text)} {scrub(answer.text('message'))}".rstrip(": ")
    return Throttled(reason, text) if isinstance(failure, Throttled) else type(failure)(reason, text or answer.status)


def _numbered_error(code: int, answer: Answer) -> SendError:
    message = answer.text("errmsg")
    if code in _TOKEN_REFUSED or (code == 88 and answer.code("sub_code") in _TOKEN_REFUSED):
        return TokenRefused("the access token was refused", code)
    if code == 310000:
        return Misconfigured(f"the group robot's security check failed: {_security_check(message)}", code)
    if code in (130101, 410100):
        return Throttled("the group robot is muted for ten minutes", code, _MUTED)
    if code == 60020:
        return Misconfigured(_not_listed(message), code)
    if code == 90020:
        return UsedUp("the month's calls are used up", code)
    if code in (90018, 90002):
        return Throttled("too many calls", code, 5.0)
    if code == 15:
        return Unknown("the platform timed out: the message may have arrived", code)
    if code in _GONE:
        return Unreachable(_GONE[code], code)
    if code in _NOT_CONFIGURED:
        sub_code = answer.text("sub_code")
        return Misconfigured(_NOT_CONFIGURED[code] + (f" (sub code {scrub(sub_code)})" if sub_code else ""), code)
    if code in _REFUSED_CONTENT:
        return Rejected("the content was refused", code)
    if code == -1:
        return Temporary("the platform is busy", code)
    return Temporary(f"error {code}: {scrub(message)}", code)


def _not_listed(message: str) -> str:
    address = _ADDRESS.search(message)
    return "this server's address is not allow-listed" + (f": {address[0]}" if address else "")


def _security_check(message: str) -> str:
    lowered = message.lower()
    for name, words in {
        "keyword": ("keyword", "关键词", "关键字"),
        "timestamp": ("timestamp", "时间戳"),
        "signature": ("sign", "签名"),
        "address": ("ip ", "whitelist", "白名单"),
    }.items():
        if any(word in lowered for word in words):
            return name
    return "unknown"


def _missing_scope(answer: Answer, client_id: str) -> Misconfigured:
    detail = answer.data.get("accessdenieddetail") or answer.data.get("accessDeniedDetail")
    scopes = detail.get("requiredScopes") if isinstance(detail, dict) else None
    names = [scope for scope in scopes if isinstance(scope, str)] if isinstance(scopes, list) else []
    if not names:
        return Misconfigured("a permission is missing", answer.text("code"))
    link = f"https://open-dev.dingtalk.com/appscope/apply?content={client_id}%23{names[0]}"
    return Misconfigured(f"permission missing: {', '.join(names)}; apply at {link}", answer.text("code"))


def robot_sign(secret: str, timestamp: str) -> str:
    """Return DingTalk's signature of a millisecond timestamp, in base64."""
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode("utf-8", "replace"), hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


class DingtalkApi:
    """Calls as one app robot, with one token that is fetched once however many need it.

    Every method raises a SendError of bot.errors and nothing else. The ones that say something return the
    platform's `processQueryKey`, None where there is none.
    """

    def __init__(
        self,
        caller: Caller,
        *,
        direct: Client,
        client_id: str,
        client_secret: str,
        robot_code: str,
        api_base: str,
        oapi_base: str,
    ) -> None:
        self._caller = caller
        self._direct = direct
        self._client_id = client_id
        self._client_secret = client_secret
        self._robot_code = robot_code
        self._api_base = api_base
        self._oapi_base = oapi_base
        self.token = TokenCache(self._fetch_token)

    async def reply(self, url: str, body: Mapping[str, Any], at: Sequence[str], now: datetime) -> None:
        """Post to a reply address that was accepted; proxies of the environment are not used."""
        await self._numbered(url, now, payload=_with_at(body, at), via=self._direct)

    async def custom_robot(
        self, token: str, secret: str, body: Mapping[str, Any], at: Sequence[str], uuid: str, now: datetime
    ) -> None:
        """Post through a group's push robot. `uuid` makes a repeat harmless, so no outcome is unknown here."""
        timestamp = str(int(now.timestamp() * 1000))
        params = {"access_token": token}
        if secret:
            params |= {"timestamp": timestamp, "sign": robot_sign(secret, timestamp)}
        payload = {**_with_at(body, at), "msgUuid": uuid}
        with nothing_said():
            await self._numbered(join_url(self._oapi_base, "/robot/send"), now, params=params, payload=payload)

    async def to_person(self, user_id: str, key: str, param: Mapping[str, str], now: datetime) -> str | None:
        """Send to one person. Unreachable when the id is refused, Throttled when the platform held it back."""
        payload = {
            "robotCode": self._robot_code,
            "userIds": [user_id],
            "msgKey": key,
            "msgParam": json.dumps(param, ensure_ascii=False),
        }
        answer = await self._send("/v1.0/robot/oToMessages/batchSend", now, payload)
        if answer.data.get("invalidStaffIdList"):
            raise Unreachable("the person left or is outside the app's visible range", "invalidStaffIdList")
        if answer.data.get("flowControlledStaffIdList"):
            raise Throttled("the person gets too many messages", "flowControlledStaffIdList", 60.0)
        return _process_key(answer)

    async def to_group(self, chat_id: str, key: str, param: Mapping[str, str], now: datetime) -> str | None:
        """Send to one group the robot is in. Nobody can be mentioned this way."""
        payload = {
            "robotCode": self._robot_code,
            "openConversationId": chat_id,
            "msgKey": key,
            "msgParam": json.dumps(param, ensure_ascii=False),
        }
        return _process_key(await self._send("/v1.0/robot/groupMessages/send", now, payload))

    async def file_address(self, code: str, now: datetime) -> str:
        """Return where the file behind a `downloadCode` lies for a while; Unreachable once the code is over."""
        payload = {"downloadCode": code, "robotCode": self._robot_code}
        try:
            with nothing_said():
                answer = await self._send("/v1.0/robot/messageFiles/download", now, payload)
        except Rejected as error:
            raise Unreachable("the code of the file is over", error.code) from None
        address = answer.text("downloadUrl")
        if not address:
            raise Temporary("the platform gave no address of the file")
        return address

    async def active(self, user_id: str, now: datetime) -> bool:
        """Whether somebody of the contacts is active. Unreachable for one outside the app's contact range."""
        url = join_url(self._oapi_base, "/topapi/v2/user/get")

        async def post(token: str) -> Answer:
            return await self._numbered(url, now, params={"access_token": token}, payload={"userid": user_id})

        with nothing_said():
            answer = await self._with_token(post, now)
        result = answer.data.get("result")
        return not isinstance(result, dict) or result.get("active") is not False

    async def upload(self, kind: str, name: str, content: bytes, now: datetime) -> str:
        """Upload a file; return its media id."""
        url = join_url(self._oapi_base, "/media/upload")

        async def post(token: str) -> Answer:
            params = {"access_token": token, "type": kind}
            return await self._numbered(url, now, params=params, upload=(name, content))

        with nothing_said():
            answer = await self._with_token(post, now)
        media_id = answer.text("media_id")
        if not media_id:
            raise Temporary("the upload gave no media id")
        return media_id

    async def open_stream(self, topics: Sequence[str], now: datetime) -> tuple[str, str]:
        """Ask for a Stream connection; return its endpoint and a ticket that is good for one use within 90 seconds."""
        payload = {
            "clientId": self._client_id,
            "clientSecret": self._client_secret,
            "subscriptions": [{"type": "CALLBACK", "topic": topic} for topic in topics],
            "ua": USER_AGENT,
        }
        try:
            with nothing_said():
                answer = await self._checked(join_url(self._api_base, OPEN_PATH), now, payload=payload)
        except (Rejected, TokenRefused) as error:
            raise Misconfigured("the client id or the secret is wrong, or Stream mode is off", error.code) from None
        endpoint, ticket = answer.text("endpoint"), answer.text("ticket")
        if not endpoint or not ticket:
            raise Temporary("the platform named no connection")
        return endpoint, ticket

    async def _fetch_token(self, now: datetime) -> tuple[str, float]:
        payload = {"appKey": self._client_id, "appSecret": self._client_secret}
        url = join_url(self._api_base, "/v1.0/oauth2/accessToken")
        try:
            with nothing_said():
                answer = await self._checked(url, now, payload=payload)
        except (Rejected, TokenRefused) as error:
            # Here it is about the credentials and not about a message.
            raise Misconfigured("the client id or the secret is wrong", error.code) from None
        token = answer.text("accessToken")
        if not token:
            raise Temporary("the platform gave no token")
        return token, float(answer.code("expireIn") or 7200)

    async def _send(self, path: str, now: datetime, payload: Mapping[str, Any]) -> Answer:
        url = join_url(self._api_base, path)

        async def post(token: str) -> Answer:
            return await self._checked(url, now, payload=payload, headers={"x-acs-dingtalk-access-token": token})

        return await self._with_token(post, now)

    async def _with_token(self, post: Callable[[str], Awaitable[Answer]], now: datetime) -> Answer:
        token = await self.token.get(now)
        try:
            return await post(token)
        except TokenRefused:
            token = await self.token.renew(token, now)
        return await post(token)

    async def _checked(self, url: str, now: datetime, **call: Any) -> Answer:
        answer = await self._caller.call("POST", url, now=now, **call)
        if failure := typed_error(answer, self._client_id):
            raise failure
        return answer

    async def _numbered(self, url: str, now: datetime, **call: Any) -> Answer:
        answer = await self._checked(url, now, **call)
        if answer.code("errcode") != 0:
            raise Unknown("the answer holds no error code")
        return answer


def _with_at(body: Mapping[str, Any], at: Sequence[str]) -> dict[str, Any]:
    return {**body, "at": {"atUserIds": list(at), "isAtAll": False}} if at else dict(body)


def _process_key(answer: Answer) -> str | None:
    key = answer.text("processQueryKey")
    if not key:
        raise Unknown("the answer holds no receipt", answer.status)
    return key
