from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.platforms.client import Client, NoAnswer, NotConnected, TooLarge, certificates


class Site:
    """A server that counts its connections and keeps what it was asked."""

    def __init__(self) -> None:
        self.connections: set[object] = set()
        self.asked: list[tuple[str, str]] = []
        self.authorization: list[str | None] = []
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self.server = TestServer(app)

    async def _answer(self, request: web.Request) -> web.Response:
        self.connections.add(request.transport)
        self.asked.append((request.method, str(request.url)))
        self.authorization.append(request.headers.get("Proxy-Authorization"))
        if request.path == "/gone" and request.transport is not None:
            request.transport.abort()
        return web.Response(text="x" * 100, headers={"set-cookie": "a=1", "location": "/other"}, status=302)


async def test_calls_share_a_connection_and_follow_nothing() -> None:
    site = Site()
    async with site.server as server, Client() as client:
        for _ in range(3):
            answer = await client.call("POST", str(server.make_url("/send")), params={"sign": "a+b/="}, body=b"{}")
            assert (answer.status, answer.body, answer.headers["LOCATION"]) == (302, b"x" * 100, "/other")
        assert len(site.connections) == 1
        assert [url.partition("?")[2] for _, url in site.asked] == ["sign=a%2Bb/%3D"] * 3


async def test_what_is_no_question_is_sent_once() -> None:
    site = Site()
    async with site.server as server, Client() as client:
        with pytest.raises(NoAnswer):
            await client.call("POST", str(server.make_url("/gone")), body=b"{}")
        assert len(site.asked) == 1


async def test_no_more_is_read_than_is_allowed() -> None:
    site = Site()
    async with site.server as server, Client() as client:
        with pytest.raises(TooLarge):
            await client.call("GET", str(server.make_url("/")), most=99)
        assert len((await client.call("GET", str(server.make_url("/")), most=100)).body) == 100


async def test_a_proxy_of_the_environment_is_asked_with_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site()
    async with site.server as server:
        monkeypatch.setenv("http_proxy", f"http://ann:pass@127.0.0.1:{server.port}")
        monkeypatch.setenv("no_proxy", "localhost")
        async with Client() as client, Client(trust_env=False) as direct:
            await client.call("GET", "http://far.test/a")
            for caller, url in ((client, "http://localhost:1/"), (direct, "http://127.0.0.1:1/")):
                with pytest.raises(NotConnected):
                    await caller.call("GET", url)
    assert site.asked == [("GET", "http://far.test/a")]
    assert site.authorization == ["Basic YW5uOnBhc3M="]


def test_the_environment_may_name_other_certificates(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    certificates.cache_clear()
    try:
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
        assert certificates().cert_store_stats()["x509_ca"] == 0
        assert certificates(trust_env=False).cert_store_stats()["x509_ca"] > 0
        assert certificates().verify_mode is ssl.CERT_REQUIRED
    finally:
        certificates.cache_clear()
