"""The forms a message takes on DingTalk: plain text always, markdown where a title or a tone adds something, and a card
with buttons in a private chat. Pure.

DingTalk's markdown is a subset that differs between clients and whose escapes are not documented. What people wrote is
therefore made harmless by look-alikes that are safe whether or not an escape would have been honoured.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.platforms.http import distinct
from bot.platforms.text import clean, json_length
from bot.types import Action, Outgoing

MAX_BUTTONS = 5
# What is around the text in a message, buttons included; the text itself may take the rest.
_FRAME_BYTES = 200
_TITLE = 40
_LOOK_ALIKE = str.maketrans("<>[]*`", "＜＞［］＊｀")
_INVISIBLE = "\u200b"
_LINE_MARK = re.compile(r"(?=#|[-=]{2,}\s*$)")
_EVERYBODY = re.compile(r"@(?=all\b|所有人)", re.IGNORECASE)
_OWN_LINK = re.compile(r"\b(dtmd|dingtalk):(?=/)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Form:
    """One part of a message: `text` is sufficient, `markdown` and `buttons` (label, address) say more or are empty."""

    text: str
    title: str = ""
    markdown: str = ""
    buttons: tuple[tuple[str, str], ...] = ()

    @property
    def plain(self) -> Form:
        """The same as text alone."""
        return Form(self.text)

    def webhook(self) -> dict[str, Any]:
        """The body for a reply address or a push robot."""
        if self.buttons:
            buttons = [{"title": label, "actionURL": address} for label, address in self.buttons]
            card = {"title": self.title, "text": self.markdown, "btnOrientation": "1", "btns": buttons}
            return {"msgtype": "actionCard", "actionCard": card}
        if self.markdown:
            return {"msgtype": "markdown", "markdown": {"title": self.title, "text": self.markdown}}
        return {"msgtype": "text", "text": {"content": self.text}}

    def robot(self) -> tuple[str, Mapping[str, str]]:
        """The `msgKey` and the `msgParam` for an active send."""
        shown = {"title": self.title, "text": self.markdown}
        if len(self.buttons) == 1:
            label, address = self.buttons[0]
            return "sampleActionCard", {**shown, "singleTitle": label, "singleURL": address}
        if self.buttons:
            for number, (label, address) in enumerate(self.buttons, 1):
                shown |= {f"actionTitle{number}": label, f"actionURL{number}": address}
            return f"sampleActionCard{len(self.buttons)}", shown
        if self.markdown:
            return "sampleMarkdown", shown
        return "sampleText", {"content": self.text}


def harmless(text: str) -> str:
    """Return `text` without addresses that would make its reader say something at a tap."""
    return _OWN_LINK.sub(r"\1：", text)


def shape(message: Outgoing, text: str, limit: int) -> Form:
    """Return the form of a message that fits into one part; `text` is its text as it is to be shown.

    Buttons are for private chats only: what a tap says in a group may not mention the bot, and would not be heard.
    A form that takes more than `limit` bytes of JSON is plain.
    """
    lines = text.split("\n")
    tones = [line.tone for line in message.lines]
    if len(tones) != len(lines):
        tones = ["plain"] * len(lines)
    actions = message.actions[:MAX_BUTTONS] if message.target_kind == "person" else ()
    if not actions and not message.title and not {"warn", "bad"} & set(tones):
        return Form(text)
    title = " ".join(clean(message.title).split())
    shown = [_shown(line, bold=tone in ("warn", "bad")) for line, tone in zip(lines, tones, strict=True)]
    if title and not lines[0].startswith(title):
        shown.insert(0, f"#### {_inert(title)}\n")
    buttons = _buttons(actions)
    whole = Form(text, (title or lines[0].strip() or "…")[:_TITLE], "  \n".join(shown), buttons)
    taken = json_length(whole.markdown) + sum(json_length(label + address) + 60 for label, address in buttons)
    return whole if taken + _FRAME_BYTES <= limit else Form(text)


def _buttons(actions: Sequence[Action]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            " ".join(clean(action.label).split()),
            f"dtmd://dingtalkclient/sendMessage?content={quote(clean(action.says), safe='')}",
        )
        for action in actions
    )


def _shown(line: str, *, bold: bool) -> str:
    line = _inert(line.rstrip())
    return f"**{line.strip()}**" if bold and line.strip() else line


def _inert(line: str) -> str:
    line = _EVERYBODY.sub(f"@{_INVISIBLE}", line.translate(_LOOK_ALIKE))
    return _LINE_MARK.sub(_INVISIBLE, line, count=1) if _LINE_MARK.match(line) else line


def with_mentions(parts: list[str], step: int, mentions: list[tuple[str, str]]) -> tuple[str, list[str]]:
    """Return a part with every `@name` written as `@user id`, as DingTalk wants it, and the ids to notify.

    Somebody whose name stands nowhere in the message is put in front of its first part.
    """
    ids = {name: user_id for user_id, name in reversed(mentions) if name}
    found: list[str] = []

    def replace(match: re.Match[str]) -> str:
        found.append(ids[match[1]])
        return f"@{ids[match[1]]} "

    text = parts[step]
    if ids:
        # Longest first, lest a name that begins another one takes its place.
        names = "|".join(re.escape(name) for name in sorted(ids, key=len, reverse=True))
        text = re.sub(f"@({names}) ?", replace, text)
    if step == 0:
        whole = "\n".join(parts)
        present = {user_id for name, user_id in ids.items() if f"@{name}" in whole}
        absent = distinct(user_id for user_id, _ in mentions if user_id not in present)
        if absent:
            text = " ".join(f"@{user_id}" for user_id in absent) + " " + text
            found = absent + found
    return text.rstrip(), distinct(found)
