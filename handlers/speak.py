"""Turns an Answer into rows of the outbox: the reply, then what others hear, in the transaction of the message."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

import prompts
from handlers.talk import Answer, Talk
from storage import outbox, people
from storage.tables import Inbox


def say(talk: Talk, answer: Answer, row: Inbox, now: datetime, *, stranger: bool = False) -> None:
    """Queues the one reply to a message and its notices; `stranger` adds how to become known."""
    words = prompts.compose(answer.template, in_group=talk.in_group, **answer.facts)
    if answer.learned is not None:
        learned = prompts.compose("alias_learned", in_group=talk.in_group, **answer.learned)
        words = words.then(learned, apart=False)
    if stranger:
        note = {"name": talk.me.name, "ask": _whom_to_ask(talk.session), "bot": talk.bot_name}
        words = words.then(prompts.compose("stranger_note", in_group=talk.in_group, **note))
    url = row.payload.get("reply_url")
    until = row.payload.get("reply_until")
    outbox.queue(
        talk.session,
        now,
        key=f"reply:{row.id}",
        kind=answer.kind,
        words=words.text,
        tones=words.tones,
        actions=words.options,
        person_id=None if talk.in_group else talk.my_id,
        chat_id=talk.chat_id,
        # In private where it came from: that is by which id this person was heard last.
        address=None if talk.in_group else (row.platform, "person", row.payload["user_id"]),
        about=list(dict.fromkeys(answer.about)),
        mentions=list(dict.fromkeys(answer.mentions)),
        files=answer.files,
        inbox_id=row.id,
        is_reply=True,
        reply_url=url,
        reply_until=datetime.fromisoformat(until) if until else None,
        later=True,
    )
    for index, notice in enumerate(answer.notices):
        told = prompts.compose(notice.template, in_group=False, **notice.facts)
        outbox.queue(
            talk.session,
            now,
            key=f"notice:{row.id}:{index}",
            kind=notice.kind,
            words=told.text,
            tones=told.tones,
            person_id=notice.person_id,
            about=list(dict.fromkeys(notice.about)),
            files=notice.files,
            inbox_id=row.id,
            later=True,
        )


def say_plainly(session: Session, template: str, row: Inbox, now: datetime, bot_name: str) -> None:
    """Answers a message that has no person behind it, or that could not be handled, where it came from."""
    chat_id = row.payload.get("chat_id")
    kind, target = ("chat", chat_id) if chat_id else ("person", row.payload.get("user_id") or "")
    until = row.payload.get("reply_until")
    outbox.queue(
        session,
        now,
        key=f"reply:{row.id}",
        kind="reply",
        words=prompts.say(template, in_group=bool(chat_id), bot=bot_name),
        address=(row.platform, kind, target),
        inbox_id=row.id,
        is_reply=True,
        reply_url=row.payload.get("reply_url"),
        reply_until=datetime.fromisoformat(until) if until else None,
    )


def _whom_to_ask(session: Session) -> list[str]:
    """Who can complete the roster: administrators, else directors, else supervisors."""
    for role in ("admin", "director", "manager", "supervisor"):
        found = [person.name for person in people.with_role(session, role) if person.known]
        if found:
            return found[:2]
    return []
