"""Outgoing HTTP as every platform needs it: one call that ends in an answer or in a typed error, and a shared token.

Nothing here logs.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any

import aiohttp

from bot.errors import Misconfigured, Rejected, SendError, Temporary, Throttled, Unknown
from bot.platforms.client import TOTAL_TIMEOUT, BadAddress, CallError, Client, NotConnected, Response, TooLarge

UPLOAD_TIMEOUT = 180.0
BAN_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Answer:
    """A platform's JSON object with its HTTP status; `date` is the server's clock, where it told one."""

    status: int
    data: Mapping[str, Any]
    date: datetime | None = None

    def text(self, name: str) -> str:
        """Return a field as text, empty when it is missing or not a scalar."""
        value = self.data.get(name)
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""

    def code(self, name: str = "errcode") -> int | None:
        """Return a whole-number field, None when it is missing or something else."""
        value = self.data.get(name)
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,12}", value):
            return int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


_SECRET_PARAMETER = re.compile(
    r"(?i)\b(access_?token|corpsecret|appsecret|client_?secret|secret|token|key|session|sign|signature|ticket)"
    r"([\"']?\s*[=:]\s*[\"']?)[^\s&\"',;]+"
)
_PHONE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_OPAQUE = re.compile(r"[A-Za-z0-9_+/=-]{24,}")


def scrub(text: str, limit: int = 160) -> str:
    """Return a platform's words fit for a log: no token, key, address parameter or phone number, one short line."""
    text = _SECRET_PARAMETER.sub(r"\1\2***", " ".join(text.split()))
    return _OPAQUE.sub("***", _PHONE.sub("***", text))[:limit]


class Caller:
    """Makes calls to one platform and remembers when it asked for silence.

    Safe for concurrent use. Every failure is a SendError whose text holds no address and nothing of the request.
    `last_date` is the server's clock as the latest answer told it.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._silent_until: datetime | None = None
        self.last_date: datetime | None = None

    async def call(
        self,
        method: str,
        url: str,
        *,
        now: datetime,
        params: Mapping[str, str] | None = None,
        payload: Mapping[str, Any] | None = None,
        upload: tuple[str, bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        via: Client | None = None,
    ) -> Answer:
        """Make one call and return its JSON object, whatever its status.

        `payload` is sent as JSON, the same bytes for the same mapping; `upload` is (file name, bytes), sent as the
        form field `media`; `via` is another client for this one call. Raises Temporary when nothing was sent, Unknown
        when the answer is missing or unreadable, Throttled while the platform's gateway bans this address, and what
        the status says when the body is not JSON.
        """
        if self._silent_until is not None and _lasts(self._silent_until, BAN_PAUSE, now):
            left = (self._silent_until - now).total_seconds()
            raise Throttled("the platform's gateway asked for silence", "ban", left)
        body: bytes | aiohttp.FormData | None = None
        sent_headers = {"accept": "application/json", **(headers or {})}
        limit = TOTAL_TIMEOUT
        if payload is not None:
            try:
                body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
            except (ValueError, TypeError):
                raise Rejected("the message cannot be written as JSON") from None
            sent_headers["content-type"] = "application/json; charset=utf-8"
        elif upload is not None:
            # A file's name goes as it is: WeCom shows it as it was sent.
            body = aiohttp.FormData(quote_fields=False)
            body.add_field("media", upload[1], filename=upload[0], content_type="application/octet-stream")
            limit = UPLOAD_TIMEOUT
        try:
            answer = await (via or self._client).call(
                method, url, params=params, headers=sent_headers, body=body, limit=limit
            )
        except CallError as error:
            raise _send_error(error) from None
        self.last_date = _http_date(answer.headers.get("date"))
        data = _json_object(answer.body)
        if data is None:
            raise self._without_json(answer, now)
        if data.get("status") == 1111 or data.get("punish") == "deny":
            raise self._banned(now)
        return Answer(answer.status, data, self.last_date)

    def _without_json(self, answer: Response, now: datetime) -> SendError:
        html = "html" in answer.headers.get("content-type", "").lower() or answer.body.lstrip()[:1] == b"<"
        if html and answer.status in (200, 403, 429):
            return self._banned(now)
        told = status_error(answer.status, answer.headers.get("retry-after"))
        return told or Unknown("the answer is not JSON", answer.status)

    def _banned(self, now: datetime) -> Throttled:
        self._silent_until = now + BAN_PAUSE
        return Throttled("the platform's gateway bans this address", "ban", BAN_PAUSE.total_seconds())


def _send_error(error: CallError) -> SendError:
    if isinstance(error, NotConnected):
        return Temporary(f"no connection ({error})", "connect")
    if isinstance(error, BadAddress):
        return Misconfigured(f"the platform's address is not a valid one ({error})")
    if isinstance(error, TooLarge):
        return Unknown("the answer is larger than allowed")
    return Unknown(f"no answer after the request was sent ({error})", "no-answer")


def status_error(status: int, retry_after: str | None = None) -> SendError | None:
    """Return what an HTTP status says about a call by itself, None for 2xx."""
    if 200 <= status < 300:
        return None
    if status == 504:
        return Unknown("gateway timeout: the message may have arrived", status)
    if status >= 500:
        return Temporary("the platform has an error", status)
    if status == 429:
        asked = retry_after is not None and re.fullmatch(r"[0-9]{1,5}", retry_after)
        return Throttled("too many requests", status, float(retry_after) if asked and retry_after else 60.0)
    if status in (400, 413, 415, 422):
        return Rejected("the platform refused the request", status)
    if 300 <= status < 400:
        return Misconfigured("the address answers with a redirect", status)
    return Misconfigured("the platform refused the call", status)


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _http_date(value: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(value) if value else None
    except (ValueError, TypeError, OverflowError):
        return None
    return date if date is not None and date.tzinfo is not None else None


def _lasts(until: datetime, length: timedelta, now: datetime) -> bool:
    """Tell whether a pause of `length` goes on; one further off was begun by a clock that has been set back since."""
    return now < until <= now + length


class TokenCache:
    """An access token shared by everybody who sends, fetched once however many ask for it at the same time.

    `fetch(now)` returns the token and its life in seconds, or raises a SendError. A token is given out until five
    minutes before its end. A refused secret is remembered for a minute, so that a full outbox does not hammer the
    platform's token address.
    """

    MARGIN = 300.0
    REFUSED_FOR = timedelta(seconds=60)

    def __init__(self, fetch: Callable[[datetime], Awaitable[tuple[str, float]]]) -> None:
        self._fetch = fetch
        self._token: str | None = None
        self._until: datetime | None = None
        self._refused: tuple[Misconfigured, datetime] | None = None
        self._running: asyncio.Task[str] | None = None

    async def get(self, now: datetime) -> str:
        """Return a token that the platform should still accept at `now`."""
        if self._token is not None and self._until is not None and now < self._until:
            return self._token
        return await self._shared_fetch(now)

    async def renew(self, stale: str, now: datetime) -> str:
        """Return another token than `stale`, which the platform refused; one already fetched meanwhile is taken."""
        if self._token == stale:
            self._token = None
        return await self.get(now)

    def forget(self) -> None:
        """Make the next `get` ask the platform anew, also after a refusal."""
        self._token = self._refused = None

    async def _shared_fetch(self, now: datetime) -> str:
        if self._refused is not None and _lasts(self._refused[1], self.REFUSED_FOR, now):
            raise Misconfigured(self._refused[0].reason, self._refused[0].code)
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._fetch_and_keep(now))
            # When every waiter was cancelled nobody else would look at the outcome.
            self._running.add_done_callback(lambda task: task.cancelled() or task.exception())
        # Shielded: a cancelled sender must not take the token away from the others.
        return await asyncio.shield(self._running)

    async def _fetch_and_keep(self, now: datetime) -> str:
        try:
            token, life = await self._fetch(now)
        except Misconfigured as error:
            self._refused = (error, now + self.REFUSED_FOR)
            raise
        self._token = token
        self._until = now + timedelta(seconds=max(life - self.MARGIN, life / 2))
        return token


class Progress:
    """Remembers how far a message of several parts has come, so that a retry goes on where the last try stopped.

    Kept in memory for the latest `size` unfinished messages: after a restart a long message starts again.
    """

    def __init__(self, size: int = 1000) -> None:
        self._size = size
        self._done: OrderedDict[bytes, int] = OrderedDict()

    @staticmethod
    def mark(*parts: str) -> bytes:
        """Return the name of a message: its key with whatever changes what would be sent."""
        return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()

    def done(self, mark: bytes) -> int:
        """Return how many steps of the message were taken."""
        return self._done.get(mark, 0)

    def advance(self, mark: bytes) -> None:
        """Note one more step taken."""
        self._done[mark] = self._done.pop(mark, 0) + 1
        while len(self._done) > self._size:
            self._done.popitem(last=False)

    def finish(self, mark: bytes) -> None:
        """Forget a message that was sent whole."""
        self._done.pop(mark, None)


@contextmanager
def nothing_said() -> Iterator[None]:
    """Turn an unknown outcome into a temporary error: for calls that by themselves show nothing to anybody."""
    try:
        yield
    except Unknown as error:
        raise Temporary(error.reason, error.code) from None


def join_url(base: str, path: str) -> str:
    """Return `path` under `base`, which may end in a slash and hold a path of its own."""
    return base.rstrip("/") + path


def distinct(values: Iterable[str]) -> list[str]:
    """Return the values in their order, each once."""
    return list(dict.fromkeys(values))
