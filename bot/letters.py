"""A message on its way through the inbox: from the shape of a platform to JSON and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.types import Attachment, Inbound, Mention


def lane(message: Inbound) -> str:
    """What orders a message among others: its group, or the private chat with its sender."""
    return f"{message.platform}:chat:{message.chat_id}" if message.chat_id else f"{message.platform}:{message.user_id}"


def pack(message: Inbound) -> dict[str, Any]:
    """A message as JSON; times as ISO text."""
    return {
        "user_id": message.user_id,
        "text": message.text,
        "user_name": message.user_name,
        "chat_id": message.chat_id,
        "chat_name": message.chat_name,
        "mentions": [[mention.user_id, mention.name] for mention in message.mentions],
        "attachments": [[item.kind, item.name, item.ref] for item in message.attachments],
        "reply_url": message.reply_url,
        "reply_until": message.reply_until.isoformat() if message.reply_until else None,
        "spoken": message.spoken,
        "notice": message.notice,
    }


def unpack(platform: str, message_id: str, sent_at: datetime, payload: dict[str, Any]) -> Inbound:
    """The message that `pack` made JSON of."""
    until = payload["reply_until"]
    return Inbound(
        platform=platform,
        message_id=message_id,
        user_id=payload["user_id"],
        text=payload["text"],
        sent_at=sent_at,
        user_name=payload["user_name"],
        chat_id=payload["chat_id"],
        chat_name=payload["chat_name"],
        mentions=tuple(Mention(user_id, name) for user_id, name in payload["mentions"]),
        attachments=tuple(Attachment(kind, name, ref) for kind, name, ref in payload["attachments"]),
        reply_url=payload["reply_url"],
        reply_until=datetime.fromisoformat(until) if until else None,
        spoken=payload["spoken"],
        notice=payload["notice"],
    )
