"""The console: a platform without a network, for trying the bot, for replays and for tests.

A person is named by name, a group by name; a message in a group is heard only if it holds @ and the bot's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, get_args

from bot.platforms.text import clean
from bot.types import Attachment, AttachmentKind, Check, Inbound, Outgoing, Pace, RawRequest, Receipt, Received, Refused

_KINDS = frozenset(get_args(AttachmentKind))
MAX_TEXT = 8_000


def strip_mention(text: str, bot_name: str) -> str | None:
    """`text` without the mention of the bot, None when it does not mention it."""
    mention = re.compile(rf"[@＠]\s*{re.escape(bot_name)}(?:[\u2005\u00a0 ]|(?=\W)|$)?")
    if not mention.search(text):
        return None
    return mention.sub(" ", text).strip()


class Console:
    """Hands what is said to `publish` and takes what is typed as JSON."""

    name = "console"
    paths: tuple[str, ...] = ()
    pace = Pace(gap=0.0, max_bytes=20_000, merge=False)

    def __init__(self, bot_name: str, publish: Callable[[Outgoing], None] = lambda message: None) -> None:
        self.bot_name = bot_name
        self.publish = publish

    def hear(
        self,
        message_id: str,
        person: str,
        chat: str | None,
        text: str,
        sent_at: datetime,
        attachments: tuple[Attachment, ...] = (),
        quoted: str = "",
    ) -> Inbound | None:
        """The message as the bot hears it; None for one in a group that does not mention it."""
        if chat is not None:
            stripped = strip_mention(text, self.bot_name)
            if stripped is None:
                return None
            text = stripped
        return Inbound(
            platform=self.name,
            message_id=message_id,
            user_id=person,
            user_name=person,
            chat_id=chat,
            chat_name=chat,
            text=text,
            sent_at=sent_at,
            attachments=attachments,
            quoted=quoted,
        )

    async def receive(self, request: RawRequest, now: datetime) -> Received:
        """One typed message: `{"id","person","chat","text","attachments"}`."""
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            raise Refused("not JSON", 400) from error
        if not isinstance(body, dict):
            raise Refused("not an object", 400)
        message = self.hear(
            _text(body, "id", 64),
            _text(body, "person", 64),
            _text(body, "chat", 64) if body.get("chat") is not None else None,
            _text(body, "text", MAX_TEXT, empty=True),
            now,
            tuple(_attachment(item) for item in _list(body, "attachments")),
        )
        return Received((message,) if message else ())

    @staticmethod
    def kept(text: str) -> str:
        """What is kept of a typed text: all but what no database can store."""
        return clean(text)

    async def send(self, message: Outgoing, now: datetime) -> Receipt:
        """Always said: whoever looks at the page sees it."""
        self.publish(message)
        return Receipt(message_id=message.key, channel="console")

    async def check(self, now: datetime) -> list[Check]:
        """Nothing to check."""
        return []

    async def close(self) -> None:
        """Nothing to close."""


def _text(body: dict[str, Any], key: str, longest: int, *, empty: bool = False) -> str:
    value = body.get(key, "")
    told = clean(value) if isinstance(value, str) else None
    if told is None or len(told) > longest or not (told or empty):
        raise Refused(f"{key} is missing or too long", 400)
    return told


def _list(body: dict[str, Any], key: str) -> list[Any]:
    value = body.get(key, [])
    if not isinstance(value, list) or len(value) > 9:
        raise Refused(f"{key} is not a short list", 400)
    return value


def _attachment(item: Any) -> Attachment:
    if not isinstance(item, dict) or item.get("kind") not in _KINDS:
        raise Refused("an attachment has no known kind", 400)
    return Attachment(item["kind"], _text(item, "name", 120, empty=True))
