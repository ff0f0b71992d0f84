"""Callbacks of a 智能机器人 into ours: one reader for frames of the long connection and for HTTP callbacks.

Every possible body ends in a Heard, in None, or in Refused. Field types are taken as they come.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.platforms.console import strip_mention
from bot.platforms.text import clean, fingerprint
from bot.platforms.wecom_bot_media import MediaRef
from bot.platforms.wecom_cards import Pressed, pressed
from bot.types import Attachment, AttachmentKind, Inbound, Refused

log = logging.getLogger(__name__)

NAME = "wecom_bot"
DISCONNECTED = "disconnected_event"
CARD_PRESSED = "template_card_event"
ENTERED = "enter_chat"

_LEADING_MENTION = re.compile(r"^\s*[@＠]\S+(?:\s+|$)")
_MEDIA: Mapping[str, AttachmentKind] = {"image": "image", "file": "file", "video": "video"}


@dataclass(frozen=True, slots=True)
class Heard:
    """One callback. `event` is the kind of event, empty for a message; `message` is None when nobody said anything.

    `button` and `task_id` are set when the button of a card was pressed.
    """

    event: str = ""
    message: Inbound | None = None
    button: Pressed | None = None
    task_id: str = ""


def read_callback(
    body: Mapping[str, Any],
    *,
    bot_id: str,
    bot_name: str,
    corp_id: str,
    now: datetime,
    reply: str | None = None,
    reply_until: datetime | None = None,
) -> Heard:
    """Return what a callback says. Raises Refused: 403 for another bot's, 400 for one without sender or chat.

    `user_id` is written as WeCom wrote it, since it is also where the bot writes to; somebody of another corp gets
    `corp:user` and can be answered, but not written to. `sent_at` falls back to `now`. The mention of the bot is
    taken out of a group's text: by `bot_name`, else the first word that begins with @. `reply` becomes the message's
    reply handle. An empty `bot_id` or `corp_id` checks none.
    """
    if bot_id and _text(body.get("aibotid")) not in ("", bot_id):
        raise Refused("meant for another bot")
    kind = _text(body.get("msgtype")).lower()
    if kind == "stream":
        return Heard(event="stream")
    event, button, task_id = "", None, ""
    content = _Content()
    if kind == "event":
        event, button, task_id = _event(body)
        if button is None:
            return Heard(event=event)
        content.text = button.says
    else:
        content = _content(kind, body)
    in_group = _text(body.get("chattype")).lower() == "group"
    chat_id = _text(body.get("chatid")) if in_group else None
    if chat_id == "":
        raise Refused("names no chat", 400)
    text = content.text
    if in_group and button is None:
        stripped = strip_mention(text, bot_name)
        text = _LEADING_MENTION.sub("", text) if stripped is None else stripped
    message = Inbound(
        platform=NAME,
        message_id=_text(body.get("msgid")) or "body:" + fingerprint(body),
        user_id=_sender(body, corp_id),
        text=text.strip(),
        sent_at=_time(body.get("create_time")) or now,
        chat_id=chat_id,
        attachments=tuple(content.attachments),
        reply_url=reply,
        reply_until=reply_until if reply else None,
        quoted=_quoted(body),
        spoken=kind == "voice" and bool(text),
        notice=None if content.known else "unsupported",
    )
    return Heard(event, message, button, task_id)


class _Content:
    def __init__(self) -> None:
        self.text = ""
        self.attachments: list[Attachment] = []
        self.known = True


def _content(kind: str, body: Mapping[str, Any]) -> _Content:
    found = _Content()
    items = list(_items(body)) if kind == "mixed" else [(kind, _object(body.get(kind)))]
    words: list[str] = []
    for part, data in items:
        if part in ("text", "voice"):
            words.append(_text(data.get("content")))
        elif part in _MEDIA:
            found.attachments.append(_attachment(_MEDIA[part], data))
        else:
            found.known = False
    found.text = "\n".join(word for word in words if word)
    if kind == "voice" and not found.text:
        found.attachments.append(_attachment("voice", _object(body.get(kind))))
    # One strange part among known ones does not make the message unreadable.
    found.known = found.known or bool(found.text or found.attachments)
    return found


def _quoted(body: Mapping[str, Any]) -> str:
    quote = _object(body.get("quote"))
    return _content(_text(quote.get("msgtype")).lower(), quote).text if quote else ""


def _items(body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    listed = _object(body.get("mixed")).get("msg_item")
    for item in listed if isinstance(listed, list) else ():
        data = _object(item)
        part = _text(data.get("msgtype")).lower()
        yield part, _object(data.get(part))


def _attachment(kind: AttachmentKind, data: Mapping[str, Any]) -> Attachment:
    url = _text(data.get("url"))
    ref = MediaRef(url, _text(data.get("aeskey"))).pack() if url else None
    return Attachment(kind, _text(data.get("filename")) or _text(data.get("name")), ref)


def _event(body: Mapping[str, Any]) -> tuple[str, Pressed | None, str]:
    event = _object(body.get("event"))
    name = _text(event.get("eventtype"))
    if name != CARD_PRESSED:
        log.debug("wecom bot event %s", name[:40] if name.isascii() else "?")
        return name, None, ""
    card = _object(event.get(CARD_PRESSED)) or event
    return name, pressed(card.get("event_key")), _text(card.get("task_id"))


def _sender(body: Mapping[str, Any], corp_id: str) -> str:
    sender = _object(body.get("from"))
    user_id, corp = _text(sender.get("userid")), _text(sender.get("corpid"))
    if not user_id:
        raise Refused("names no sender", 400)
    # A bot of one corp alone is told no corp: user ids are unique within one only.
    return f"{corp}:{user_id}" if corp and corp != corp_id else user_id


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return clean(value).strip() if isinstance(value, str) else ""


def _time(value: object) -> datetime | None:
    stamp = _text(value)
    if not re.fullmatch(r"[0-9]{9,13}", stamp):
        return None
    seconds = int(stamp) / 1000 if len(stamp) > 11 else int(stamp)
    return datetime.fromtimestamp(seconds, UTC)
