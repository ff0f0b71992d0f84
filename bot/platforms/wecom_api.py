"""WeCom's server API for one self-built app: the token, the error table, and the calls the app makes."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from bot.errors import Misconfigured, Rejected, SendError, Temporary, Throttled, Unknown, Unreachable
from bot.platforms.client import Client
from bot.platforms.download import Download, download
from bot.platforms.http import Answer, Caller, TokenCache, join_url, nothing_said, scrub, status_error

NOT_SUBSCRIBED = 846609

T = TypeVar("T")

_TOKEN_REFUSED = frozenset({40014, 42001, 41001})

_SECRET_WRONG = frozenset({40001, 40013, 40091})
_NOT_CONFIGURED = {
    40056: "the agent id is wrong",
    301002: "the app has no right on this agent id",
    43012: "the app has no callback address",
    48002: "the app may not call this interface",
    60011: "the app may not call this interface",
    84074: "the app may not call this interface",
    50001: "the domain is not trusted",
    80001: "the domain has no filing",
    85005: "the domain is not verified",
    50003: "the app is disabled",
}
_REFUSED_CONTENT = frozenset({40008, 40058, 44004, 45002, 82004, 40004, 40005, 40006, 40007, 45001, 45007})
_REFUSED_CARD = range(42014, 42050)
_MEDIA_OVER = frozenset({40007, 40004})
_BOT_REFUSED = 853000
_GONE = {
    60111: "the user id is unknown",
    60021: "the person is outside the app's visible range",
    81013: "nobody of the receivers can be reached",
    93000: "the group robot's key is wrong, or the robot was removed",
    93004: "the group robot is disabled",
    93008: "the group robot is not in the group",
    93001: "the bot may not write to this chat unasked",
    93006: "nobody has written to the bot in this chat yet",
    846605: "the message can no longer be answered",
    846608: "the answer was open for too long",
}
_FROM_IP = re.compile(r"from ip: ?([0-9a-fA-F.:]{2,45})")


def typed_error(code: int, message: str) -> SendError:
    """Return what a WeCom error code means for a delivery; `message` is WeCom's own text and is scrubbed."""
    if code in _TOKEN_REFUSED:
        return Temporary("the access token was refused twice", code)
    if code in _SECRET_WRONG:
        return Misconfigured("the corp id or the secret is wrong", code)
    if code == 60020:
        found = _FROM_IP.search(message)
        return Misconfigured(f"this server's address is not allow-listed: {found[1] if found else 'unknown'}", code)
    if code in _NOT_CONFIGURED:
        return Misconfigured(_NOT_CONFIGURED[code], code)
    if code in _GONE:
        return Unreachable(_GONE[code], code)
    if code == _BOT_REFUSED:
        return Misconfigured("the bot id or its secret is wrong", code)
    if code == NOT_SUBSCRIBED:
        return Temporary("the long connection has lost its subscription", code)
    if code in _REFUSED_CARD:
        return Rejected("the card was refused", code)
    if code in _REFUSED_CONTENT:
        return Rejected("the content was refused", code)
    if code in (45009, 45033):
        return Throttled("too many calls", code, 60.0)
    if code in (-1, 6000):
        return Temporary("the platform is busy", code)
    return Temporary(f"error {code}: {scrub(message)}", code)


class WecomApi:
    """Calls as one app, with one token that is fetched once however many need it.

    Every method raises a SendError of bot.errors and nothing else. `caller` is shared with whatever else speaks to
    the same host.
    """

    def __init__(self, caller: Caller, *, base: str, corp_id: str, secret: str) -> None:
        self._caller = caller
        self._base = base
        self._corp_id = corp_id
        self._secret = secret
        self.token = TokenCache(self._fetch_token)

    async def get(self, path: str, now: datetime, params: Mapping[str, str]) -> Answer:
        """Read something with the app's token."""
        return await self._call("GET", path, now, params=params)

    async def post(self, path: str, now: datetime, payload: Mapping[str, Any]) -> Answer:
        """Write something with the app's token."""
        return await self._call("POST", path, now, payload=payload)

    async def upload(self, kind: str, name: str, content: bytes, now: datetime) -> str:
        """Upload a file under `name` as people will see it; return its media id, good for three days."""
        with nothing_said():
            answer = await self._call(
                "POST", "/cgi-bin/media/upload", now, params={"type": kind}, upload=(name, content)
            )
        return media_id_of(answer)

    async def download(self, client: Client, media_id: str, now: datetime, most: int) -> bytes:
        """Return the file behind a media id, at most `most` bytes; Unreachable once the id is over."""

        async def get(token: str) -> bytes:
            params = {"access_token": token, "media_id": media_id}
            found = await download(client, join_url(self._base, "/cgi-bin/media/get"), most=most, params=params)
            if failure := _told_instead(found):
                raise failure
            return found.content

        return await self._with_token(get, now)

    async def _fetch_token(self, now: datetime) -> tuple[str, float]:
        params = {"corpid": self._corp_id, "corpsecret": self._secret}
        try:
            with nothing_said():
                answer = await self._checked("GET", "/cgi-bin/gettoken", now, params=params)
        except Rejected as error:
            # Here it is about the credentials and not about a message.
            raise Misconfigured(error.reason, error.code) from None
        token = answer.text("access_token")
        if not token:
            raise Temporary("the platform gave no token")
        return token, float(answer.code("expires_in") or 7200)

    async def _call(
        self, method: str, path: str, now: datetime, *, params: Mapping[str, str] | None = None, **call: Any
    ) -> Answer:
        async def go(token: str) -> Answer:
            return await self._checked(method, path, now, params={"access_token": token, **(params or {})}, **call)

        return await self._with_token(go, now)

    async def _with_token(self, go: Callable[[str], Awaitable[T]], now: datetime) -> T:
        token = await self.token.get(now)
        try:
            return await go(token)
        except SendError as error:
            if error.code not in _TOKEN_REFUSED:
                raise
        return await go(await self.token.renew(token, now))

    async def _checked(self, method: str, path: str, now: datetime, **call: Any) -> Answer:
        return await checked_call(self._caller, self._base, method, path, now, **call)


async def checked_call(caller: Caller, base: str, method: str, path: str, now: datetime, **call: Any) -> Answer:
    """Make one call of `path` under `base`; return its answer when WeCom says it went well, else raise a SendError."""
    answer = await caller.call(method, join_url(base, path), now=now, **call)
    if failure := code_error(answer) or status_error(answer.status):
        raise failure
    if answer.code() is None:
        raise Unknown("the answer holds no error code")
    return answer


def code_error(answer: Answer) -> SendError | None:
    """Return what the error code of an answer means, None for none or zero."""
    code = answer.code()
    return typed_error(code, answer.text("errmsg")) if code else None


def _told_instead(found: Download) -> SendError | None:
    """Return what went wrong when WeCom told that instead of giving a file."""
    # A file of somebody's may well hold JSON, but then it is given as a file.
    if found.is_file or found.content[:1] != b"{":
        return None
    try:
        data = json.loads(found.content)
    except (ValueError, RecursionError):
        return None
    answer = Answer(200, data)
    if answer.code() in _MEDIA_OVER:
        return Unreachable("the media id is over", answer.code())
    return code_error(answer)


def media_id_of(answer: Answer) -> str:
    """Return the media id an upload gave."""
    value = answer.text("media_id")
    if not value:
        raise Temporary("the upload gave no media id")
    return value
