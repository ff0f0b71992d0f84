"""DingTalk's robot messages into ours: one reader for the HTTP callback and for Stream frames.

The platform's field types drift between pages and clients, so every field is taken as it comes and nothing but the
identity of robot and corp is insisted on.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeGuard
from urllib.parse import SplitResult, quote_plus, urlsplit

from bot.platforms.text import clean, fingerprint, parse
from bot.types import Attachment, AttachmentKind, Inbound, Mention, Refused

log = logging.getLogger(__name__)

NAME = "dingtalk"
REPLY_PATH = "/robot/sendBySession"
MAX_URL = 2048
QUOTA_USED_UP = 20001

_PRINTABLE = re.compile(r"[!-~]+")
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_WEBSOCKET = {"http": "ws", "https": "wss"}


def reply_address(url: object, bases: Sequence[str]) -> str | None:
    """Return the address to post a reply to, None unless `url` is a sessionWebhook of one of `bases`.

    Scheme, host and port must equal those of a base, the path must be `/robot/sendBySession`. The answer is put
    together anew from the base and the query, so that no second reading of `url` can lead elsewhere.
    """
    if not _plausible(url):
        return None
    wanted = _origin(url)
    if wanted is None:
        return None
    parts = urlsplit(url)
    if parts.path != REPLY_PATH or parts.fragment or not parts.query:
        return None
    for base in bases:
        if _origin(base) == wanted:
            origin = urlsplit(base)
            return f"{origin.scheme.lower()}://{origin.netloc}{REPLY_PATH}?{parts.query}"
    return None


def stream_address(endpoint: object, ticket: str, api_base: str) -> str | None:
    """Return the websocket address to connect to with a ticket, None unless `endpoint` is one to be trusted.

    Trusted are `wss://` hosts below dingtalk.com on port 443, and whatever has the host, the port and the security of
    `api_base`: a private deployment or a proxy. The answer is put together anew, as that of `reply_address` is.
    """
    if not _plausible(endpoint):
        return None
    origin = _origin(endpoint)
    if origin is None:
        return None
    scheme, host, port = origin
    base = _origin(api_base)
    own = base is not None and (_WEBSOCKET.get(base[0]), *base[1:]) == origin
    official = (scheme, port) == ("wss", _PORTS["wss"]) and host.endswith(".dingtalk.com")
    parts = urlsplit(endpoint)
    if not (own or official) or parts.fragment:
        return None
    query = f"{parts.query}&ticket=" if parts.query else "ticket="
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}:{port}{parts.path or '/'}?{query}{quote_plus(ticket)}"


def _plausible(url: object) -> TypeGuard[str]:
    return isinstance(url, str) and len(url) <= MAX_URL and bool(_PRINTABLE.fullmatch(url)) and "\\" not in url


def _origin(url: str) -> tuple[str, str, int] | None:
    try:
        parts: SplitResult = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc or "%" in parts.netloc:
        return None
    return parts.scheme, host.lower(), _PORTS[parts.scheme] if port is None else port


def read_message(
    data: Mapping[str, Any], *, robot_code: str, corp_id: str, reply_bases: Sequence[str], now: datetime
) -> Inbound:
    """Return the message in a robot callback. Raises Refused: 403 for another robot's or corp's, 400 without a chat.

    `user_id` is the sender's staffId. A sender without one (robot not published, or a person of another corp) gets
    `unknown:` and a hash, with `notice="unidentified"`. Other notices: `quota` when the month's messages are used up
    and the words were withheld, `platform_error` for another error code, `unsupported` for a kind of message that
    cannot be read. `sent_at` falls back to `now`. `reply_url` is kept only when `reply_address` accepts it; empty
    `corp_id` checks no corp.
    """
    if _text(data.get("robotCode")) != robot_code:
        raise Refused("meant for another robot")
    if corp_id and _text(data.get("chatbotCorpId")) not in ("", corp_id):
        raise Refused("meant for another corp")
    chat_id = _text(data.get("conversationId")) if _text(data.get("conversationType")) == "2" else None
    if chat_id == "":
        raise Refused("names no chat", 400)
    user_id, notice = _sender(data, corp_id)
    text, attachments, mentions, withheld = _content(data)
    reply_url = reply_address(data.get("sessionWebhook"), reply_bases)
    return Inbound(
        platform=NAME,
        message_id=_text(data.get("msgId")) or "body:" + fingerprint(data),
        user_id=user_id,
        text=text,
        sent_at=_time(data.get("createAt")) or now,
        user_name=_text(data.get("senderNick")) or None,
        chat_id=chat_id,
        chat_name=(_text(data.get("conversationTitle")) or None) if chat_id else None,
        mentions=mentions,
        attachments=attachments,
        reply_url=reply_url,
        reply_until=_time(data.get("sessionWebhookExpiredTime")) if reply_url else None,
        quoted=_quoted(data),
        spoken=data.get("msgtype") == "audio" and bool(text),
        notice=withheld or notice,
    )


def read_card(data: Mapping[str, Any], *, corp_id: str, now: datetime) -> Inbound | None:
    """Return what pressing a button of an interactive card says, None when the button says nothing.

    A button says the text of its parameter `says`, as its presser's private message. Repeats have one `message_id`.
    Raises Refused with 403 for a person of another corp and for nobody.
    """
    user_id = _text(data.get("userId"))
    if not user_id or (corp_id and _text(data.get("corpId")) not in ("", corp_id)):
        raise Refused("a card pressed by nobody of this corp")
    # The pages differ: `content` or `value`, parameters inside the private data or beside it.
    content = _inner(data.get("content")) or _inner(data.get("value"))
    private = _inner(content.get("cardPrivateData"))
    text = _text((_inner(private.get("params")) or _inner(content.get("params"))).get("says"))
    if not text:
        return None
    pressed = fingerprint([data.get("outTrackId"), private.get("actionIds"), user_id, text])
    return Inbound(platform=NAME, message_id="card:" + pressed, user_id=user_id, text=text, sent_at=now)


def _inner(value: object) -> Mapping[str, Any]:
    if isinstance(value, str):
        try:
            value = parse(value)
        except Refused:
            return {}
    return value if isinstance(value, dict) else {}


def _sender(data: Mapping[str, Any], corp_id: str) -> tuple[str, str | None]:
    staff_id = _text(data.get("senderStaffId"))
    # Staff ids are unique within one corp only: a guest's must not pass for a colleague's.
    guest = bool(corp_id) and _text(data.get("senderCorpId")) not in ("", corp_id)
    if staff_id and not guest:
        return staff_id, None
    return "unknown:" + _digest(_text(data.get("senderId")) or staff_id)[:24], "unidentified"


def _content(data: Mapping[str, Any]) -> tuple[str, tuple[Attachment, ...], tuple[Mention, ...], str | None]:
    error = _number(data.get("errorCode")) or _number(data.get("errCode"))
    kind = _text(data.get("msgtype"))
    content = data.get("content")
    fields: Mapping[str, Any] = content if isinstance(content, dict) else {}
    text = ""
    attachments: tuple[Attachment, ...] = ()
    notice: str | None = None
    if kind == "richText":
        text, attachments = _rich_text(fields.get("richText"))
    elif kind == "picture":
        attachments = (_attachment("image", fields),)
    elif kind == "audio":
        text = _text(fields.get("recognition"))
        attachments = (_attachment("voice", fields),)
    elif kind == "video":
        attachments = (_attachment("video", fields),)
    elif kind == "file":
        attachments = (_attachment("file", fields),)
    elif kind in ("text", ""):
        inner = data.get("text")
        words = inner.get("content") if isinstance(inner, dict) else inner
        text = _text(words) or _text(content) or _text(fields.get("content"))
    else:
        notice = "unsupported"
    if error and not text and not attachments:
        log.warning("dingtalk withheld a message: error %d", error)
        notice = "quota" if error == QUOTA_USED_UP else "platform_error"
    return text, attachments, tuple(dict.fromkeys(_mentions(data, fields))), notice


def _quoted(data: Mapping[str, Any]) -> str:
    """What the message replies to, in whichever of the shapes clients have been seen to send."""
    replied: object = None
    for part in (data.get("text"), data.get("content")):
        replied = part.get("repliedMsg") if isinstance(part, dict) and replied is None else replied
    content = replied.get("content") if isinstance(replied, dict) else None
    if isinstance(content, str) and not content.lstrip().startswith("{"):
        return _text(content)
    fields = _inner(content)
    words, _ = _rich_text(fields.get("richText"))
    return words or _text(fields.get("text")) or _text(fields.get("content"))


def _rich_text(items: object) -> tuple[str, tuple[Attachment, ...]]:
    pieces: list[str] = []
    attachments: list[Attachment] = []
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict):
            continue
        if item.get("type") == "picture" or "downloadCode" in item:
            attachments.append(_attachment("image", item))
            pieces.append("\n")
        elif isinstance(item.get("text"), str):
            pieces.append(item["text"])
    lines = (line.strip() for line in clean("".join(pieces)).splitlines())
    return "\n".join(filter(None, lines)), tuple(attachments)


def _attachment(kind: AttachmentKind, fields: Mapping[str, Any]) -> Attachment:
    # Of the two codes a picture may carry, the platform's own advice is this one first.
    ref = _text(fields.get("downloadCode")) or _text(fields.get("pictureDownloadCode"))
    return Attachment(kind, _text(fields.get("fileName")), ref or None)


def _mentions(data: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[Mention]:
    robot = _text(data.get("chatbotUserId"))
    users = data.get("atUsers")
    for user in users if isinstance(users, list) else ():
        if not isinstance(user, dict) or (robot and _text(user.get("dingtalkId")) == robot):
            continue
        if staff_id := _text(user.get("staffId")):
            yield Mention(user_id=staff_id)
    items = fields.get("richText")
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and _text(item.get("atName")):
            yield Mention(name=_text(item["atName"]).removeprefix("@"))


def _text(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        # Ids and types are strings in the tables and numbers in some clients' messages.
        return str(value) if abs(value) < 10**20 else ""
    return clean(value).strip() if isinstance(value, str) else ""


def _number(value: object) -> int | None:
    text = _text(value)
    return int(text) if re.fullmatch(r"-?[0-9]{1,15}", text) else None


def _time(value: object) -> datetime | None:
    milliseconds = _number(int(value)) if isinstance(value, float) and abs(value) < 1e15 else _number(value)
    if milliseconds is None or not 0 < milliseconds < 4_102_444_800_000:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
