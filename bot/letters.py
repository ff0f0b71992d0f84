"""A message on its way through the inbox: from the shape of a platform to JSON and back."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from bot.types import Attachment, Inbound, Mention

# What few messages have, kept as it is.
_RARE = ("user_name", "chat_id", "chat_name", "reply_url", "spoken", "notice")
_RECORD = re.compile(r"#\d{1,9}(?!\d)")


def lane(message: Inbound) -> str:
    """What orders a message among others: its group, or the private chat with its sender."""
    return f"{message.platform}:chat:{message.chat_id}" if message.chat_id else f"{message.platform}:{message.user_id}"


def pack(message: Inbound) -> dict[str, Any]:
    """A message as JSON, without what it does not have; times as ISO text.

    Of what it quotes, which others may have said, the record numbers alone are kept.
    """
    payload: dict[str, Any] = {"user_id": message.user_id, "text": message.text}
    for name in _RARE:
        if value := getattr(message, name):
            payload[name] = value
    if message.mentions:
        payload["mentions"] = [[mention.user_id, mention.name] for mention in message.mentions]
    if message.attachments:
        payload["attachments"] = [[item.kind, item.name, item.ref] for item in message.attachments]
    if records := _RECORD.findall(message.quoted):
        payload["quoted"] = " ".join(records)
    if message.reply_until:
        payload["reply_until"] = message.reply_until.isoformat()
    return payload


def unpack(platform: str, message_id: str, sent_at: datetime, payload: dict[str, Any]) -> Inbound:
    """The message that `pack` made JSON of."""
    until = payload.get("reply_until")
    return Inbound(
        platform=platform,
        message_id=message_id,
        user_id=payload["user_id"],
        text=payload["text"],
        sent_at=sent_at,
        user_name=payload.get("user_name"),
        chat_id=payload.get("chat_id"),
        chat_name=payload.get("chat_name"),
        mentions=tuple(Mention(user_id, name) for user_id, name in payload.get("mentions", ())),
        attachments=tuple(Attachment(kind, name, ref) for kind, name, ref in payload.get("attachments", ())),
        reply_url=payload.get("reply_url"),
        reply_until=datetime.fromisoformat(until) if until else None,
        quoted=payload.get("quoted", ""),
        spoken=payload.get("spoken", False),
        notice=payload.get("notice"),
    )
