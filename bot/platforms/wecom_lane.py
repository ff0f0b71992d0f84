"""What the WeCom channels share when they speak: a card where there are buttons, else the text in parts, then files."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any, Protocol

from bot.errors import Misconfigured, Rejected, Temporary
from bot.platforms.http import Progress
from bot.types import OutFile, Outgoing, Receipt

log = logging.getLogger(__name__)

MIN_FILE, MAX_FILE, MAX_IMAGE = 6, 20 << 20, 10 << 20
NO_CALLBACK = 43012

_USER_ID = re.compile(r"[0-9A-Za-z_.@-]{1,64}")
_IMAGES = frozenset({".png", ".jpg", ".jpeg"})


class Lane(Protocol):
    """One target on one channel. Each call sends one message, returns the platform's id for it, or raises SendError."""

    channel: str

    async def text(self, part: str, *, first: bool, now: datetime) -> str | None: ...

    async def file(self, file: OutFile, now: datetime) -> str | None: ...

    async def card(self, card: Mapping[str, Any], now: datetime) -> str | None: ...


async def speak(
    progress: Progress,
    lane: Lane,
    message: Outgoing,
    parts: Sequence[str],
    card: Mapping[str, Any] | None,
    now: datetime,
) -> Receipt:
    """Say `card`, which stands for all of `parts`, or the parts; then the files.

    A retry goes on after the last step that arrived. A card that is refused is said as text instead.
    """
    if not parts and not message.files:
        raise Rejected("there is nothing to say")
    if card is not None:
        try:
            return await _steps(progress, lane, message, [card], now)
        except (Rejected, Misconfigured) as error:
            if isinstance(error, Misconfigured) and error.code != NO_CALLBACK:
                raise
            log.warning("a card was refused (%s) and goes out as text", error.code)
    return await _steps(progress, lane, message, parts, now)


async def _steps(
    progress: Progress, lane: Lane, message: Outgoing, said: Sequence[str | Mapping[str, Any]], now: datetime
) -> Receipt:
    words = [part if isinstance(part, str) else f"card:{part.get('task_id')}" for part in said]
    mark = Progress.mark(message.key, lane.channel, *words)
    receipt_id: str | None = None
    for step in range(progress.done(mark), len(said) + len(message.files)):
        if step >= len(said):
            receipt_id = await lane.file(message.files[step - len(said)], now)
        elif isinstance(part := said[step], str):
            receipt_id = await lane.text(part, first=step == 0, now=now)
        else:
            receipt_id = await lane.card(part, now)
        progress.advance(mark)
    progress.finish(mark)
    return Receipt(receipt_id, lane.channel)


def is_user_id(text: str) -> bool:
    """Tell whether `text` names exactly one member: `@all` and `a|b` are receivers too, and must not become one."""
    return _USER_ID.fullmatch(text) is not None and text.lower() != "@all"


def media_kind(name: str, content: bytes) -> str:
    """Return as what WeCom shows a file: `image` or `file`."""
    return "image" if PurePath(name).suffix.lower() in _IMAGES and len(content) <= MAX_IMAGE else "file"


async def load(file: OutFile) -> bytes:
    """Make the bytes of a file. Raises Temporary when that fails, Rejected for a size WeCom does not take."""
    try:
        content = await file.load()
    except Exception as error:
        reason = f"the file could not be made ({type(error).__name__})"
        raise Temporary(reason) from error
    if not MIN_FILE <= len(content) <= MAX_FILE:
        raise Rejected("the file is empty or larger than 20 MB")
    return content
