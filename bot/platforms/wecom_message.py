"""WeCom's XML messages into ours. Every possible document ends in an Inbound, in None, or in Refused."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import xmltodict  # type: ignore[import-untyped]
from wechatpy.enterprise import parse_message

from bot.platforms.text import clean
from bot.types import Attachment, Inbound, Refused

log = logging.getLogger(__name__)

NAME = "wecom"

_MAX_TAGS = 64

# WeCom suspends an app nobody uses; these say that it is about to or has done so.
_SUSPENSION_EVENTS = frozenset({"inactive_alert", "close_inactive_agent", "low_active_alert", "low_active"})


def encrypted_part(body: bytes) -> str:
    """Return the `Encrypt` text of a callback body. Raises Refused with 400."""
    # Anybody may post here and deep nesting takes the parser long, while a real envelope has four elements.
    if body.count(b"<") > _MAX_TAGS:
        raise Refused("the body is not a callback", 400)
    try:
        document = xmltodict.parse(body)
        encrypted = document["xml"]["Encrypt"]
    except Exception:
        # The parser raises half a dozen types, and all mean the same; entities of any kind are among them.
        raise Refused("the body is not a callback", 400) from None
    if not isinstance(encrypted, str):
        raise Refused("the body is not a callback", 400)
    return encrypted


def read_message(document: bytes, corp_id: str) -> Inbound | None:
    """Return the message in a decrypted document, None for an event, which carries no person's words.

    `user_id` is case-folded, since WeCom treats user ids so and answers in lower case. `sent_at` is in UTC. A message
    of a kind not known here has `notice="unsupported"`. Raises Refused: 400 for an unreadable document, 403 for one
    that names another corp.
    """
    try:
        return _read(document, corp_id)
    except Refused:
        raise
    except Exception:
        # wechatpy converts fields as they are read and lets the converters' errors out.
        raise Refused("the message cannot be read", 400) from None


def _read(document: bytes, corp_id: str) -> Inbound | None:
    message: Any = parse_message(document.decode("utf-8"))
    if _text(message.target) != corp_id:
        raise Refused("names another corp")
    kind = _text(message._data.get("MsgType")).lower()
    if kind == "event":
        event = _text(message._data.get("Event")).lower()
        level = logging.WARNING if event in _SUSPENSION_EVENTS else logging.DEBUG
        log.log(level, "wecom event %s", event[:40] if event.isascii() else "?")
        return None
    user_id = _text(message.source).casefold()
    if not user_id:
        raise Refused("names no sender", 400)
    message_id = _text(message._data.get("MsgId"))
    if not message_id:
        message_id = "body:" + sha256(document).hexdigest()
    text, attachments, notice = _content(kind, message)
    return Inbound(
        platform=NAME,
        message_id=message_id,
        user_id=user_id,
        text=text,
        sent_at=datetime.fromtimestamp(message.time, UTC),
        attachments=attachments,
        # Some tenants have WeCom transcribe voice notes; then the words come with the sound.
        spoken=kind == "voice" and bool(text),
        notice=notice,
    )


def _content(kind: str, message: Any) -> tuple[str, tuple[Attachment, ...], str | None]:
    data = message._data
    if kind == "text":
        return _text(message.content), (), None
    if kind == "link":
        return "\n".join(filter(None, (_text(message.title), _text(message.url)))), (), None
    if kind == "location":
        place = f"{_text(message.location_x)},{_text(message.location_y)}"
        return "", (Attachment("location", _text(message.label), place),), None
    ref = _text(data.get("MediaId")) or None
    if kind == "image":
        return "", (Attachment("image", "", ref),), None
    if kind == "voice":
        return _text(data.get("Recognition")), (Attachment("voice", "", ref),), None
    if kind in ("video", "shortvideo"):
        return "", (Attachment("video", "", ref),), None
    if kind == "file":
        name = _text(data.get("FileName")) or _text(data.get("Title"))
        return "", (Attachment("file", name, ref),), None
    return "", (), "unsupported"


def _text(value: object) -> str:
    return clean(value).strip() if isinstance(value, str) else ""
