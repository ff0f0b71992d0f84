"""Who may open the console page: somebody at this machine, or somebody who knows the token.

On loopback nothing is asked, so everything that could carry a stranger there is refused: another peer, a Host that is
not loopback (DNS rebinding), any sign of a proxy, an address under which the bot is public.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from urllib.parse import urlsplit

from aiohttp import HttpVersion11, web

from bot.settings import Settings

COOKIE = "yinuo_console"
_COOKIE_SECONDS = 30 * 24 * 3600
_PROXY_HEADERS = (
    "Forwarded",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
    "Via",
)


def is_loopback(host: str) -> bool:
    """Whether a host name or address, brackets allowed, means this machine."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool(mapped.is_loopback if mapped is not None else address.is_loopback)


class Door:
    """Decides on each request. `host` is the address the server listens on."""

    def __init__(self, settings: Settings, host: str) -> None:
        token = settings.console_token.get_secret_value()
        self._token = token if settings.console == "on" else ""
        # The cookie proves knowledge of the token without holding it.
        self._proof = hmac.new(self._token.encode(), b"yinuo console", hashlib.sha256).hexdigest()
        self._local = settings.console != "off" and not settings.public_url and is_loopback(host)
        self._secure = settings.public_url.startswith("https://")

    @property
    def open(self) -> bool:
        """Is there anybody at all who may come in?"""
        return self._local or bool(self._token)

    def admits(self, request: web.Request) -> bool:
        """May this request see the console?"""
        return (self._local and _is_here(request)) or self._knows(request)

    def brings_token(self, request: web.Request) -> bool:
        """Does the address itself hold the right token?"""
        given = request.query.get("token", "")
        return bool(self._token) and hmac.compare_digest(given.encode("utf-8", "replace"), self._token.encode())

    def remember(self, request: web.Request, response: web.StreamResponse) -> None:
        """Hands out the cookie that stands for the token from now on."""
        response.set_cookie(
            COOKIE,
            self._proof,
            max_age=_COOKIE_SECONDS,
            path="/console",
            httponly=True,
            samesite="Strict",
            secure=self._secure or request.secure,
        )

    def _knows(self, request: web.Request) -> bool:
        given = request.cookies.get(COOKIE, "")
        return bool(self._token) and hmac.compare_digest(given.encode("utf-8", "replace"), self._proof.encode())


def _is_here(request: web.Request) -> bool:
    peer = request.transport.get_extra_info("peername") if request.transport is not None else None
    if not (isinstance(peer, tuple) and is_loopback(str(peer[0]))):
        return False
    # Proxies speak HTTP/1.0 to what is behind them unless told otherwise; browsers never do.
    if request.version < HttpVersion11 or any(name in request.headers for name in _PROXY_HEADERS):
        return False
    hosts = request.headers.getall("Host", [])
    return len(hosts) == 1 and is_loopback(_host_name(hosts[0]))


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_same_origin(request: web.Request) -> bool:
    """Whether a request that changes something comes from the page itself, as far as its sender tells."""
    origins = request.headers.getall("Origin", [])
    try:
        parts = [urlsplit(origin) for origin in origins]
    except ValueError:
        return False
    host = request.headers.get("Host", "").lower()
    return all(part.scheme in {"http", "https"} and part.netloc.lower() == host for part in parts)
