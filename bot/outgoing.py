"""From rows of the outbox to the one neutral message that says them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from sqlmodel import Session

from bot.types import Action, Line, OutFile, Outgoing, Tone
from storage import people
from storage.lanes import Bundle
from storage.tables import Chat, Person
from storage.turns import Waiting

Load = Callable[[Mapping[str, Any]], OutFile]
_BETWEEN = "\n\n"


def build(session: Session, bundle: Bundle, load: Load) -> tuple[Outgoing, list[list[str]]]:
    """The message of a bundle, and for each of its rows the names of those it mentions.

    `load` makes a file that can be sent of what a row keeps of it. The newest row's way to answer is used.
    """
    rows = bundle.rows
    last = rows[-1]
    mentions, names = _mentions(session, rows)
    chat = session.get(Chat, last.chat_id) if last.chat_id is not None else None
    message = Outgoing(
        key=bundle.key,
        target_kind="chat" if last.target_kind == "chat" else "person",
        target_id=last.target_id,
        text=_BETWEEN.join(row.text for row in rows),
        mentions=tuple(mentions),
        files=tuple(load(file) for row in rows for file in row.files),
        reply_url=last.reply_url,
        reply_until=last.reply_until,
        push_chat_name=chat.name if chat else None,
        title=_title(rows),
        lines=_lines(rows),
        actions=_actions(rows),
    )
    return message, names


def _mentions(session: Session, rows: Sequence[Waiting]) -> tuple[list[tuple[str | None, str]], list[list[str]]]:
    wanted = dict.fromkeys(person_id for row in rows for person_id in row.mentions)
    names = {person_id: session.get_one(Person, person_id).name for person_id in wanted}
    mentions = [(people.user_id(session, person_id, rows[0].platform), names[person_id]) for person_id in wanted]
    return mentions, [[names[person_id] for person_id in row.mentions] for row in rows]


def _title(rows: Sequence[Waiting]) -> str:
    titles = {row.title for row in rows}
    return titles.pop() if len(titles) == 1 else ""


def _lines(rows: Sequence[Waiting]) -> tuple[Line, ...]:
    """The lines with their tones; none when every one of them is plain."""
    if not any(tone != "plain" for row in rows for tone in row.tones):
        return ()
    lines: list[Line] = []
    for row in rows:
        if lines:
            lines += [Line(text) for text in _BETWEEN.split("\n")[1:-1]]
        texts = row.text.split("\n")
        tones = row.tones if len(row.tones) == len(texts) else ["plain"] * len(texts)
        lines += [Line(text, cast(Tone, tone)) for text, tone in zip(texts, tones, strict=True)]
    return tuple(lines)


def _actions(rows: Sequence[Waiting]) -> tuple[Action, ...]:
    """The buttons, as long as it is plain which part of the message they belong to."""
    acting = [row for row in rows if row.actions]
    return tuple(Action(label, says) for label, says in acting[0].actions) if len(acting) == 1 else ()
