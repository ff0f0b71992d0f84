"""WeCom's XML messages into ours. Every possible document ends in an Inbound, in None, or in Refused."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256

from bot.platforms.wecom_cards import CODE_LIFE, keep_code, pressed
from bot.platforms.wecom_xml import Malformed, read_fields
from bot.types import Attachment, Inbound, Refused

log = logging.getLogger(__name__)

NAME = "wecom"

_MAX_TAGS = 64

# WeCom suspends an app nobody uses; these say that it is about to or has done so.
_SUSPENSION_EVENTS = frozenset({"inactive_alert", "close_inactive_agent", "low_active_alert", "low_active"})


def encrypted_part(body: bytes) -> str:
    """Return the `Encrypt` text of a callback body. Raises Refused with 400."""
    # Anybody may post here, while a real envelope has four elements.
    if body.count(b"<") > _MAX_TAGS:
        raise Refused("the body is not a callback", 400)
    try:
        encrypted = read_fields(body).get("Encrypt")
    except Malformed:
        encrypted = None
    if not encrypted:
        raise Refused("the body is not a callback", 400)
    return encrypted


def read_message(document: bytes, corp_id: str) -> Inbound | None:
    """Return the message in a decrypted document, None for an event, which carries no person's words.

    The one event that does is a pressed button of a card of ours: its text is what the button says.

    `user_id` is case-folded, since WeCom treats user ids so and answers in lower case. `sent_at` is in UTC. A message
    of a kind not known here has `notice="unsupported"`. Raises Refused: 400 for an unreadable document, 403 for one
    that names another corp.
    """
    try:
        fields = read_fields(document)
    except Malformed:
        raise Refused("the message cannot be read", 400) from None
    if _text(fields, "ToUserName") != corp_id:
        raise Refused("names another corp")
    kind = _text(fields, "MsgType").lower()
    if kind == "event":
        event = _text(fields, "Event").lower()
        if not event:
            raise Refused("names no event", 400)
        if event == "template_card_event":
            return _pressed(fields)
        level = logging.WARNING if event in _SUSPENSION_EVENTS else logging.DEBUG
        log.log(level, "wecom event %s", event[:40] if event.isascii() else "?")
        return None
    if not kind:
        raise Refused("names no kind", 400)
    user_id, sent_at = _sender(fields)
    text, attachments, notice = _content(kind, fields)
    return Inbound(
        platform=NAME,
        message_id=_text(fields, "MsgId") or "body:" + sha256(document).hexdigest(),
        user_id=user_id,
        text=text,
        sent_at=sent_at,
        attachments=attachments,
        # Some tenants have WeCom transcribe voice notes; then the words come with the sound.
        spoken=kind == "voice" and bool(text),
        notice=notice,
    )


def _sender(fields: Mapping[str, str]) -> tuple[str, datetime]:
    user_id = _text(fields, "FromUserName").casefold()
    if not user_id:
        raise Refused("names no sender", 400)
    try:
        return user_id, datetime.fromtimestamp(int(fields["CreateTime"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        raise Refused("names no time", 400) from None


def _pressed(fields: Mapping[str, str]) -> Inbound | None:
    """A pressed button is what it says; the card's code, by which its buttons go, is the reply handle."""
    button = pressed(fields.get("EventKey", "").strip())
    if button is None:
        return None
    user_id, sent_at = _sender(fields)
    # Events come twice and have no id. The code is left out, lest a new one make a repeat look new.
    told = "|".join((user_id, fields["CreateTime"], _text(fields, "TaskId"), _text(fields, "EventKey")))
    code = _text(fields, "ResponseCode")
    return Inbound(
        platform=NAME,
        message_id="card:" + sha256(told.encode()).hexdigest(),
        user_id=user_id,
        text=button.says,
        sent_at=sent_at,
        reply_url=keep_code(code) if code else None,
        reply_until=sent_at + CODE_LIFE if code else None,
    )


def _content(kind: str, fields: Mapping[str, str]) -> tuple[str, tuple[Attachment, ...], str | None]:
    if kind == "text":
        return _text(fields, "Content"), (), None
    if kind == "link":
        return "\n".join(filter(None, (_text(fields, "Title"), _text(fields, "Url")))), (), None
    if kind == "location":
        place = f"{_text(fields, 'Location_X')},{_text(fields, 'Location_Y')}"
        return "", (Attachment("location", _text(fields, "Label"), place),), None
    ref = _text(fields, "MediaId") or None
    if kind == "image":
        return "", (Attachment("image", "", ref),), None
    if kind == "voice":
        return _text(fields, "Recognition"), (Attachment("voice", "", ref),), None
    if kind in ("video", "shortvideo"):
        return "", (Attachment("video", "", ref),), None
    if kind == "file":
        return "", (Attachment("file", _text(fields, "FileName") or _text(fields, "Title"), ref),), None
    return "", (), "unsupported"


def _text(fields: Mapping[str, str], name: str) -> str:
    return fields.get(name, "").strip()
