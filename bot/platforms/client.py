"""Outgoing connections: a request and its whole answer, or which step of the way failed.

What failed decides whether a message may be sent again, so that every failure is one of three: the address is none,
nothing was sent, or something was sent and no answer came.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any
from urllib.request import getproxies, proxy_bypass

import aiohttp
import certifi
from yarl import URL

TIMEOUT = 10.0
TOTAL_TIMEOUT = 30.0
MAX_ANSWER = 1 << 20
# Platforms close what is silent for longer than this; one that is not kept costs another handshake.
_KEPT_SECONDS = 5.0
_MOST_CONNECTIONS = 100


class CallError(Exception):
    """A call without an answer; its text is the kind of failure alone, without the address or anything it held."""


class BadAddress(CallError):
    """The call cannot be made at all."""


class NotConnected(CallError):
    """No connection came about: nothing was sent."""


class NoAnswer(CallError):
    """Something was sent, and no whole answer came."""


class TooLarge(NoAnswer):
    """The answer is larger than allowed."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer's status, headers (their names in any case) and whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@cache
def certificates(trust_env: bool = True) -> ssl.SSLContext:
    """Return the certificates every outgoing connection is checked against; one object for all, not to be changed.

    `SSL_CERT_FILE` or `SSL_CERT_DIR` of the environment take the place of the usual ones where `trust_env`.
    """
    # Reading the certificates takes some 20 ms: once for all clients.
    file = os.environ.get("SSL_CERT_FILE") if trust_env else None
    folder = os.environ.get("SSL_CERT_DIR") if trust_env else None
    if file or folder:
        return ssl.create_default_context(cafile=file or None, capath=None if file else folder)
    return ssl.create_default_context(cafile=certifi.where())


class Client:
    """Keeps connections and makes calls on them; follows no redirect and keeps no cookie.

    `trust_env=False` ignores proxy settings of the environment: for addresses that a message brought in. `timeout`
    is the longest wait in seconds for a connection and for a piece of the answer. To be used on one event loop at a
    time, and closed there; calls may be made side by side.
    """

    def __init__(self, *, trust_env: bool = True, timeout: float = TIMEOUT) -> None:
        self._trust_env = trust_env
        self._timeout = aiohttp.ClientTimeout(total=None, connect=timeout, sock_read=timeout)
        self._proxies = getproxies() if trust_env else {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection; the next call would open new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def call(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | aiohttp.FormData | None = None,
        limit: float = TOTAL_TIMEOUT,
        most: int = MAX_ANSWER,
        unpack: bool = True,
    ) -> Response:
        """Make one call of at most `limit` seconds and return its answer of at most `most` bytes.

        With `unpack=False` nothing packed is asked for, and what comes packed is given as it came. A GET whose
        connection broke off is made once more by itself, anything else is sent at most once. Raises BadAddress,
        NotConnected, NoAnswer, or TooLarge.
        """
        # The library's exceptions hold the address and with it the token: hence `from None`.
        try:
            async with asyncio.timeout(limit), self._request(method, url, params, headers, body, unpack) as answer:
                content = bytearray()
                async for piece in answer.content.iter_any():
                    content += piece
                    if len(content) > most:
                        raise TooLarge("TooLarge")
                return Response(answer.status, answer.headers, bytes(content))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError) as error:
            failure: CallError = NotConnected(type(error).__name__)
        except aiohttp.NonHttpUrlClientError as error:
            failure = BadAddress(type(error).__name__)
        except (aiohttp.ClientError, OSError) as error:
            # A TimeoutError among them; an invalid address is a ValueError, too.
            failure = (BadAddress if isinstance(error, ValueError) else NoAnswer)(type(error).__name__)
        except (ValueError, TypeError) as error:
            failure = BadAddress(type(error).__name__)
        raise failure from None

    def _request(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        body: bytes | aiohttp.FormData | None,
        unpack: bool,
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        if not url.isprintable():
            raise ValueError("an address without control characters is needed")
        address = URL(url)
        sent: dict[str, Any] = {"headers": headers or {}}
        if not unpack:
            sent |= {"headers": {**sent["headers"], "accept-encoding": "identity"}, "auto_decompress": False}
        if self._proxies:
            self._lead(address, sent)
        return self._opened().request(
            method,
            address,
            params=params,
            data=body,
            allow_redirects=False,
            timeout=self._timeout,
            **sent,
        )

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=_MOST_CONNECTIONS, keepalive_timeout=_KEPT_SECONDS, ssl=certificates(self._trust_env)
            )
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    def _lead(self, address: URL, sent: dict[str, Any]) -> None:
        """Sends a call by the proxy that the environment names for its address.

        The library's own reading of it would look for passwords in a file of the user at every call.
        """
        named = self._proxies.get(address.scheme) or self._proxies.get("all")
        if not named or address.host is None or proxy_bypass(address.host):
            return
        proxy = URL(named if "://" in named else f"http://{named}")
        sent["proxy"] = proxy.with_user(None)
        if proxy.user is not None:
            password = {"Proxy-Authorization": aiohttp.encode_basic_auth(proxy.user, proxy.password or "")}
            # The proxy reads a plain call itself; of an encrypted one it reads what asks for the tunnel.
            if address.scheme == "http":
                sent["headers"] = {**sent["headers"], **password}
            else:
                sent["proxy_headers"] = password
