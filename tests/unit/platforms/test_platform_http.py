from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import aiohttp
import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from bot.errors import Misconfigured, Rejected, SendError, Temporary, Throttled, Unknown
from bot.platforms.client import Client, Response
from bot.platforms.http import Caller, Progress, TokenCache, scrub, status_error

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


class Line(Client):
    """Answers every call with the same, or breaks with the library's own error."""

    def __init__(self, outcome: Exception | Response) -> None:
        super().__init__()
        self._outcome = outcome

    @asynccontextmanager
    async def _request(self, *args: Any) -> AsyncIterator[Any]:
        if isinstance(self._outcome, Exception):
            raise self._outcome
        content = aiohttp.StreamReader(Mock(), 1 << 16)
        content.feed_data(self._outcome.body)
        content.feed_eof()
        yield SimpleNamespace(status=self._outcome.status, headers=self._outcome.headers, content=content)


async def answered(status: int, body: bytes = b"", headers: Mapping[str, str] = {}) -> SendError | None:
    line = Line(Response(status, headers, body))
    try:
        await Caller(line).call("POST", "http://platform.test/x?access_token=abc", now=NOW, payload={"a": "签"})
    except SendError as error:
        return error
    return None


KEY = aiohttp.client_reqrep.ConnectionKey("platform.test", 443, True, True, None, None, None)
REQUEST = aiohttp.RequestInfo(URL("https://platform.test/x?access_token=abc"), "POST", CIMultiDictProxy(CIMultiDict()))
REFUSED = OSError(111, "access_token=abc")


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (aiohttp.ClientConnectorError(KEY, REFUSED), Temporary),
        (aiohttp.ClientConnectorDNSError(KEY, REFUSED), Temporary),
        (aiohttp.ClientConnectorSSLError(KEY, REFUSED), Temporary),
        (aiohttp.ClientConnectorCertificateError(KEY, ssl.CertificateError("access_token=abc")), Temporary),
        (aiohttp.ClientProxyConnectionError(KEY, REFUSED), Temporary),
        (aiohttp.ClientHttpProxyError(REQUEST, (), status=407), Temporary),
        (aiohttp.ConnectionTimeoutError("access_token=abc"), Temporary),
        (aiohttp.SocketTimeoutError("access_token=abc"), Unknown),
        (aiohttp.ServerDisconnectedError("access_token=abc"), Unknown),
        (aiohttp.ClientOSError(104, "access_token=abc"), Unknown),
        (aiohttp.ClientConnectionResetError("access_token=abc"), Unknown),
        (aiohttp.ClientPayloadError("access_token=abc"), Unknown),
        (aiohttp.ClientResponseError(REQUEST, (), status=400), Unknown),
        (aiohttp.NonHttpUrlClientError("ftp://access_token=abc"), Misconfigured),
        (aiohttp.InvalidURL("access_token=abc"), Misconfigured),
        (TimeoutError(), Unknown),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_every_failure_of_the_line_has_a_type(raised: Exception, expected: type[SendError]) -> None:
    with pytest.raises(expected) as caught:
        await Caller(Line(raised)).call("GET", "http://platform.test/x", now=NOW)
    assert type(caught.value) is expected
    assert "abc" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("url", ["nonsense", "http://[::1", "http://host:port/", "ftp://host/", "http://a\0b/"])
async def test_an_address_that_is_none_needs_an_operator(url: str) -> None:
    async with Client() as made:
        with pytest.raises(Misconfigured):
            await Caller(made).call("GET", url, now=NOW)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (302, Misconfigured),
        (400, Rejected),
        (401, Misconfigured),
        (404, Misconfigured),
        (413, Rejected),
        (429, Throttled),
        (500, Temporary),
        (503, Temporary),
        (504, Unknown),
        (200, Unknown),
    ],
)
@pytest.mark.parametrize("body", [b"", b"oops", b"[1]", b"null", b"[" * 100_000])
async def test_every_status_without_a_json_object_has_a_type(
    status: int, expected: type[SendError], body: bytes
) -> None:
    assert type(await answered(status, body)) is expected


async def test_retry_after_is_heard() -> None:
    error = await answered(429, headers={"retry-after": "7"})
    assert isinstance(error, Throttled)
    assert error.retry_after == 7
    assert status_error(200) is None


async def test_an_endless_answer_is_cut_off() -> None:
    assert isinstance(await answered(200, b" " * (1 << 20) + b"{}"), Unknown)


async def test_what_is_no_text_cannot_be_sent() -> None:
    line = Line(Response(200, {}, b"{}"))
    with pytest.raises(Rejected):
        await Caller(line).call("POST", "http://platform.test/", now=NOW, payload={"a": "\ud800"})


def test_scrubbed_text_holds_no_secret() -> None:
    text = scrub(
        "bad https://x.test/a?access_token=AB12cd&key=0f-9a 'session': 'zz' sign=QQ+/= call 13912345678 "
        "id 0123456789abcdef0123456789abcdef, from ip: 203.0.113.9"
    )
    for secret in ("AB12cd", "0f-9a", "zz", "QQ+", "13912345678", "0123456789abcdef"):
        assert secret not in text
    assert "203.0.113.9" in scrub("from ip: 203.0.113.9")
    assert len(scrub("啊" * 1000)) == 160


class Source:
    """Hands out tokens when told to."""

    def __init__(self, life: float = 7200) -> None:
        self.life = life
        self.count = 0
        self.open = asyncio.Event()
        self.error: SendError | None = None

    async def fetch(self, now: datetime) -> tuple[str, float]:
        self.count += 1
        number = self.count
        await self.open.wait()
        if self.error is not None:
            raise self.error
        return f"t{number}", self.life


async def test_all_waiters_share_one_fetch_and_its_failure() -> None:
    source = Source()
    source.error = Temporary("down")
    cache = TokenCache(source.fetch)
    waiters = [asyncio.create_task(cache.get(NOW)) for _ in range(20)]
    await asyncio.sleep(0)
    source.open.set()

    results = await asyncio.gather(*waiters, return_exceptions=True)

    assert all(isinstance(result, Temporary) for result in results)
    assert source.count == 1
    source.error = None
    assert await cache.get(NOW) == "t2"


async def test_when_all_waiters_give_up_the_failure_stays_quiet() -> None:
    source = Source()
    source.error = Temporary("down")
    cache = TokenCache(source.fetch)
    waiter = asyncio.create_task(cache.get(NOW))
    await asyncio.sleep(0)
    waiter.cancel()
    await asyncio.gather(waiter, return_exceptions=True)
    source.open.set()
    await asyncio.sleep(0)

    source.error = None
    assert await cache.get(NOW) in ("t1", "t2")


async def test_a_stale_token_seen_late_does_not_throw_the_new_one_away() -> None:
    source = Source()
    source.open.set()
    cache = TokenCache(source.fetch)
    assert await cache.get(NOW) == "t1"
    assert await cache.renew("t1", NOW) == "t2"
    assert await cache.renew("t1", NOW) == "t2"
    assert source.count == 2


async def test_a_short_life_is_used_to_its_half() -> None:
    source = Source(life=100)
    source.open.set()
    cache = TokenCache(source.fetch)
    await cache.get(NOW)
    assert await cache.get(NOW + timedelta(seconds=49)) == "t1"
    assert await cache.get(NOW + timedelta(seconds=50)) == "t2"


async def test_a_refused_secret_is_remembered_for_a_minute() -> None:
    source = Source()
    source.error = Misconfigured("wrong", 40001)
    source.open.set()
    cache = TokenCache(source.fetch)
    for seconds in (0, 30, 59):
        with pytest.raises(Misconfigured):
            await cache.get(NOW + timedelta(seconds=seconds))
    assert source.count == 1
    source.error = None
    cache.forget()
    assert await cache.get(NOW) == "t2"


def test_progress_keeps_the_latest_messages_only() -> None:
    progress = Progress(size=2)
    marks = [Progress.mark("key", str(number)) for number in range(3)]
    for mark in marks:
        progress.advance(mark)
        progress.advance(mark)
    assert [progress.done(mark) for mark in marks] == [0, 2, 2]
    progress.finish(marks[1])
    assert progress.done(marks[1]) == 0
