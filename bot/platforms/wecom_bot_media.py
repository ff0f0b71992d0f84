"""Pictures and files of a 智能机器人: fetched and decrypted on the way in, sent up in pieces on the way out."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.errors import Rejected, Temporary, Unknown
from bot.platforms.client import Client
from bot.platforms.download import allowed, download
from bot.platforms.http import Answer, nothing_said
from bot.types import Fetched

CHUNK = 512 * 1024
MEDIA_LIFE = timedelta(minutes=5)
# WeCom's own storage; the address came in a message.
HOSTS = (".qq.com", ".myqcloud.com", ".qpic.cn")

_BLOCK = 32
Call = Callable[[str, Mapping[str, Any]], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class MediaRef:
    """Where a picture or file can be fetched for five minutes, and its key; empty for the bot's own key."""

    url: str
    key: str = ""

    def pack(self) -> str:
        """Return the reference as one text."""
        return json.dumps([self.url, self.key], ensure_ascii=False)

    @classmethod
    def unpack(cls, ref: str) -> MediaRef:
        """Return what `pack` made a text of. Raises Rejected for any other text."""
        try:
            url, key = json.loads(ref)
        except (ValueError, TypeError, RecursionError):
            raise Rejected("this is no reference to a file of the bot") from None
        if not isinstance(url, str) or not isinstance(key, str):
            raise Rejected("this is no reference to a file of the bot")
        return cls(url, key)


async def fetch(client: Client, ref: str, most: int, *, bot_key: str = "", hosts: tuple[str, ...] = HOSTS) -> Fetched:
    """Return the decrypted bytes behind a reference, at most `most` of them.

    `bot_key` is the EncodingAESKey for references without a key of their own. Raises Rejected for an address outside
    `hosts` and for bytes that cannot be decrypted, and what `download` raises.
    """
    media = MediaRef.unpack(ref)
    if not allowed(media.url, hosts):
        raise Rejected("the file lies on a host that is not WeCom's")
    found = await download(client, media.url, most=most + _BLOCK)
    return Fetched(decrypt(found.content, media.key or bot_key))


def decrypt(content: bytes, key: str) -> bytes:
    """Return the bytes that WeCom encrypted with `key` (base64, with or without its padding). Raises Rejected."""
    try:
        secret = base64.b64decode(key + "=" * (-len(key) % 4))
    except (binascii.Error, ValueError):
        raise Rejected("the file's key cannot be read") from None
    if len(secret) != 32 or not content or len(content) % 16:
        raise Rejected("the file cannot be decrypted")
    # Imported with the first file: it brings a client of its own with it.
    from wechatpy.crypto.cryptography import WeChatCipher

    plain: bytes = WeChatCipher(secret).decrypt(content)
    pad = plain[-1]
    if not 1 <= pad <= _BLOCK or plain[-pad:] != bytes([pad]) * pad:
        raise Rejected("the file cannot be decrypted")
    return plain[:-pad]


async def upload(call: Call, kind: str, name: str, content: bytes) -> str:
    """Send a file up over the long connection; return its media id, good for three days.

    Raises a SendError, never Unknown: by itself an upload shows nothing to anybody.
    """
    with nothing_said():
        try:
            return await _upload(call, kind, name, content, first=0)
        except Rejected:
            # The page counts pieces from one, WeCom's own client from nought.
            return await _upload(call, kind, name, content, first=1)


async def _upload(call: Call, kind: str, name: str, content: bytes, *, first: int) -> str:
    pieces = [content[start : start + CHUNK] for start in range(0, len(content), CHUNK)]
    begun = await call(
        "aibot_upload_media_init",
        {
            "type": kind,
            "filename": name,
            "total_size": len(content),
            "total_chunks": len(pieces),
            "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        },
    )
    upload_id = _field(begun, "upload_id")
    for index, piece in enumerate(pieces, first):
        body = {"upload_id": upload_id, "chunk_index": index, "base64_data": base64.b64encode(piece).decode()}
        try:
            await call("aibot_upload_media_chunk", body)
        except Unknown:
            # A piece sent twice counts once.
            await call("aibot_upload_media_chunk", body)
    return _field(await call("aibot_upload_media_finish", {"upload_id": upload_id}), "media_id")


def _field(answer: Answer, name: str) -> str:
    body = answer.data.get("body")
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, str) or not value:
        raise Temporary("the upload gave no id")
    return value
