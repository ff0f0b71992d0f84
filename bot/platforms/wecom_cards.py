"""Template cards of WeCom (模板卡片): a message with actions as a card with buttons, and a pressed button as words.

A button's key carries what pressing it says, so that nothing need be kept for it. Whoever presses it says it: what
they may do is decided where every message is.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from bot.platforms.text import clean
from bot.types import Outgoing

SETTLED = "已处理"
CODE_LIFE = timedelta(hours=72)
MAX_BUTTONS, MAX_LABEL, MAX_KEY = 6, 20, 1024

_PREFIX = "yn1."
_OVER = "yn1-settled"
_CODE = "wecom-card:"
_LINK = re.compile(r"<(?=\s*/?\s*a\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CardLimits:
    """How many characters of a title and of the words below it are shown whole."""

    title: int
    words: int


APP_CARD = CardLimits(title=36, words=160)
BOT_CARD = CardLimits(title=26, words=112)


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button that was pressed: what that says, and the title of its card."""

    says: str
    title: str


def plain_words(text: str) -> str:
    """Return `text` as WeCom's plain texts take it: somebody's words echoed by the bot become no link of the bot's."""
    return _LINK.sub("＜", clean(text))


def button_card(message: Outgoing, limits: CardLimits) -> dict[str, Any] | None:
    """Return a message with actions as a card that shows its whole text, None when that cannot be.

    The same message gives the same card, with the same task id.
    """
    if not message.actions or len(message.actions) > MAX_BUTTONS:
        return None
    title, words = _title(message, limits)
    if len(words) > limits.words:
        return None
    buttons = []
    for index, action in enumerate(message.actions):
        key = _key(index, action.says, title)
        if not action.label or len(action.label) > MAX_LABEL or len(key) > MAX_KEY:
            return None
        buttons.append({"text": plain_words(action.label), "style": 1 if index == 0 else 2, "key": key})
    card: dict[str, Any] = {"card_type": "button_interaction", "main_title": {"title": title}}
    if words:
        card["sub_title_text"] = words
    task_id = "yn-" + sha256(message.key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return card | {"button_list": buttons, "task_id": task_id}


def _title(message: Outgoing, limits: CardLimits) -> tuple[str, str]:
    text = plain_words(message.text).strip()
    first, _, rest = text.partition("\n")
    title = plain_words(message.title).strip() or first.strip()
    if len(title) > limits.title:
        # Cut short above, and whole below.
        return title[: limits.title - 1] + "…", text
    return title, rest.strip() if title == first.strip() else text


def _key(index: int, says: str, title: str) -> str:
    content = json.dumps([says, title], ensure_ascii=False, separators=(",", ":"))
    return f"{_PREFIX}{index}." + base64.urlsafe_b64encode(content.encode("utf-8", "replace")).decode().rstrip("=")


def pressed(key: object) -> Pressed | None:
    """Return what a button's key says, None for a button that is not ours or says nothing any more."""
    if not isinstance(key, str) or len(key) > MAX_KEY or not key.startswith(_PREFIX):
        return None
    content = key.removeprefix(_PREFIX).partition(".")[2]
    try:
        padded = content + "=" * (-len(content) % 4)
        data = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        return None
    if not isinstance(data, list) or len(data) != 2 or not all(isinstance(part, str) for part in data):
        return None
    says, title = (clean(part).strip() for part in data)
    return Pressed(says, title) if says else None


def settled_card(button: Pressed, task_id: str) -> dict[str, Any]:
    """Return what the card of a pressed button becomes: one button that does nothing."""
    return {
        "card_type": "button_interaction",
        "main_title": {"title": button.title or button.says[: BOT_CARD.title], "desc": button.says[:30]},
        "button_list": [{"text": SETTLED, "style": 2, "key": _OVER}],
        "task_id": task_id,
    }


def keep_code(code: str) -> str:
    """Return the reply handle that holds the response code of an app's card."""
    return _CODE + code


def response_code(message: Outgoing, now: datetime) -> str | None:
    """Return the response code of the card this message answers, None when there is none or it is over."""
    handle = message.reply_url or ""
    if not handle.startswith(_CODE) or message.reply_until is None or now >= message.reply_until:
        return None
    return handle.removeprefix(_CODE)
