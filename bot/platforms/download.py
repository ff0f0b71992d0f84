"""Files that people sent, as bytes: held to a size and a time, from trusted hosts alone, by no redirect."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.errors import Rejected, SendError, Temporary, Unreachable
from bot.platforms.client import BadAddress, CallError, Client, Response, TooLarge
from bot.platforms.http import nothing_said, status_error

SECONDS = 90.0
MAX_URL = 8192

_PRINTABLE = re.compile(r"[!-~]+")
_PORTS = {"http": 80, "https": 443}
_OVER = frozenset({401, 403, 404, 410})


@dataclass(frozen=True, slots=True)
class Download:
    """What lay at an address: its type as the server told it, whether the server called it a file, and its bytes."""

    content_type: str
    is_file: bool
    content: bytes = field(repr=False)


async def download(client: Client, url: str, *, most: int, params: Mapping[str, str] | None = None) -> Download:
    """Return what lies at `url`, at most `most` bytes, within 90 seconds.

    Raises Unreachable when it does not lie there any more, Rejected for more bytes and for an address that leads
    elsewhere, and what else the status says. No error holds the address.
    """
    try:
        # Packed bytes could become any number of them.
        answer = await client.call("GET", url, params=params, limit=SECONDS, most=most, unpack=False)
    except TooLarge:
        raise Rejected("the file is too large", "too-large") from None
    except BadAddress:
        raise Rejected("the address of the file cannot be read") from None
    except CallError as error:
        raise Temporary(f"the file cannot be fetched ({error})", "no-answer") from None
    if failure := _failure(answer):
        raise failure
    content, headers = answer.body, answer.headers
    if not content:
        raise Temporary("the file came empty")
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return Download(content_type, "content-disposition" in headers, content)


def _failure(answer: Response) -> SendError | None:
    status = answer.status
    if status in _OVER:
        return Unreachable("the address of the file is over", status)
    if 300 <= status < 400:
        return Rejected("the address of the file leads elsewhere", status)
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        return Rejected("the file came packed")
    try:
        with nothing_said():
            if failure := status_error(status, answer.headers.get("retry-after")):
                raise failure
    except SendError as error:
        return error
    return None


def allowed(url: object, hosts: Sequence[str], schemes: Sequence[str] = ("https",)) -> bool:
    """Tell whether an address may be fetched from.

    Of `hosts` one that begins with a dot stands for every host below it, on the usual port of one of `schemes`; one
    that is an address itself stands for its own scheme, host and port.
    """
    if not isinstance(url, str) or len(url) > MAX_URL or not _PRINTABLE.fullmatch(url) or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or "%" in parts.netloc:
        return False
    for trusted in hosts:
        if trusted.startswith("."):
            if parts.scheme in schemes and port in (None, _PORTS[parts.scheme]) and host.endswith(trusted):
                return True
        else:
            own = urlsplit(trusted)
            if (parts.scheme, parts.netloc.lower()) == (own.scheme, own.netloc.lower()):
                return True
    return False


def host_of(url: str) -> str:
    """Return the host of an address fit for a log, which the rest of it is not."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return host[:100] if _PRINTABLE.fullmatch(host) else "?"
