"""A recorded log, run through the very bot on a virtual clock: everything it would have said, in time order.

The same store, worker, handlers, engine, outbox and delivery as in service; only the clock and the platform differ.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from sqlmodel import Session, col, select

from bot import letters, team
from bot.calendar import Calendar
from bot.clock import VirtualClock
from bot.delivery import Delivery
from bot.platforms.console import Console
from bot.types import Attachment, AttachmentKind
from bot.worker import Worker
from scheduler.engine import BATCH, Engine
from scheduler.policy import Policy
from storage import events, inbox, lanes, outbox
from storage.store import Store
from storage.tables import Chat, Inbox, Person, Question
from storage.turns import Waiting

_REFERENCE = re.compile(r"\{([^{}\s.]+)(?:\.(\d+))?\}")
_KINDS = get_args(AttachmentKind)


class LogError(Exception):
    """A log cannot be read; the message names the line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a log; `key` is its id there, None when it has none. `quoted`, which no log tells, is what it
    replies to."""

    at: datetime
    chat: str | None
    person: str
    text: str
    key: str | None
    attachments: tuple[Attachment, ...] = ()
    quoted: str = ""


@dataclass(slots=True)
class Summary:
    """What a replay came to."""

    lines: int = 0
    heard: int = 0
    said: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None


def read_log(path: Path) -> list[Line]:
    """The lines of a log, sorted by time. Raises LogError with the line of a mistake."""
    lines: list[Line] = []
    seen: set[str] = set()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LogError(f"{path}: cannot be read") from error
    for number, raw in enumerate(text.splitlines(), 1):
        if not raw.strip():
            continue
        try:
            line = _line(json.loads(raw))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else error
            raise LogError(f"{path}:{number}: {reason}") from error
        if line.key in seen:
            raise LogError(f"{path}:{number}: id {line.key!r} is used twice")
        if line.key is not None:
            seen.add(line.key)
        lines.append(line)
    return sorted(lines, key=lambda line: line.at)


def _line(data: dict[str, Any]) -> Line:
    at = datetime.fromisoformat(data["at"])
    if at.tzinfo is None:
        raise ValueError("at needs an offset, like 2026-11-23T09:00:00+08:00")
    attachments = tuple(Attachment(item["kind"], item.get("name", "")) for item in data.get("attachments") or ())
    for item in attachments:
        if item.kind not in _KINDS:
            raise ValueError(f"attachment kind {item.kind!r} is not one of {', '.join(_KINDS)}")
    key = None if data.get("id") is None else str(data["id"])
    return Line(at, data.get("chat"), data["from"], data.get("text") or "", key, attachments)


@dataclass(frozen=True, slots=True)
class _Due:
    """When each part of the bot has something to do next."""

    engine: datetime
    inbox: datetime | None
    outbox: datetime | None


class Replay:
    """Runs a log against a store that has the team; `run` yields what was said."""

    def __init__(self, store: Store, known: team.Team, policies: Mapping[str, Policy], start: datetime) -> None:
        self.store = store
        self.clock = VirtualClock(start)
        self.calendar = Calendar(known.timezone, work_hours=known.work_hours)
        self.console = Console(known.bot)
        self.engine = Engine(policies, self.calendar)
        self.worker = Worker(store, self.clock, self.calendar, self.engine, bot_name=known.bot)
        self.said: list[tuple[Waiting, list[str]]] = []
        self.delivery = Delivery(
            store,
            self.clock,
            {self.console.name: self.console},
            _no_files,
            on_sent=lambda row, mentions: self.said.append((row, mentions)),
        )
        self.numbers: dict[str, list[int]] = {}
        self.summary = Summary()

    async def run(self, lines: list[Line], until: datetime) -> list[dict[str, Any]]:
        """Everything that was said up to `until`, in time order, as the replay contract has it."""
        out: list[dict[str, Any]] = []
        waiting = list(reversed(lines))
        self.summary.first = self.clock.now()
        await self._tick()
        out += await self._deliver()
        while True:
            due = await self._next()
            moments = [moment for moment in (due.engine, due.inbox, due.outbox) if moment is not None]
            if waiting:
                moments.append(waiting[-1].at)
            moment = max(min(moments), self.clock.now())
            if moment > until:
                break
            self.clock.set(moment)
            while waiting and waiting[-1].at <= moment:
                await self._hear(waiting.pop())
                out += await self._deliver()
            # What a line of this very moment has set off is seen by the next look.
            if due.engine <= moment:
                await self._tick()
            if due.inbox is not None and due.inbox <= moment:
                await self.worker.drain()
            if any(other is not None and other <= moment for other in (due.engine, due.inbox, due.outbox)):
                out += await self._deliver()
        self.summary.last = self.clock.now()
        return out

    async def _next(self) -> _Due:
        now = self.clock.now()
        return await self.store.read(
            lambda session: _Due(
                self.engine.next_at(session, now), inbox.next_at(session, now), lanes.next_at(session, now)
            )
        )

    async def _tick(self) -> None:
        now = self.clock.now()
        while await self.store.write(lambda session: self.engine.tick(session, now)) >= BATCH:
            pass

    async def _hear(self, line: Line) -> None:
        self.summary.lines += 1
        text = _REFERENCE.sub(self._reference, line.text)
        # A database that is kept must not take the same id of another log for a redelivery.
        mark = f"#{self.summary.lines}" if line.key is None else f" {line.key}"
        message_id = f"{line.at.isoformat()}{mark}"
        message = self.console.hear(
            message_id, line.person, line.chat, text, self.clock.now(), line.attachments, line.quoted
        )
        if message is None:
            return
        self.summary.heard += 1
        letter = inbox.Letter(
            message.platform, message.message_id, letters.lane(message), letters.pack(message), message.sent_at
        )
        await self.store.write(lambda session: inbox.add(session, [letter], self.clock.now()))
        await self.worker.drain()
        spoken = await self.store.read(lambda session: _spoken(session, message_id))
        if line.key is not None:
            self.numbers[line.key] = spoken.made or spoken.about
        # A line that was asked about first has made its record when the answer came.
        for asked in spoken.answered:
            self.numbers[asked] = self.numbers.get(asked) or spoken.made

    def _reference(self, found: re.Match[str]) -> str:
        numbers = self.numbers.get(found[1], [])
        index = int(found[2] or 1) - 1
        return str(numbers[index]) if 0 <= index < len(numbers) else found[0]

    async def _deliver(self) -> list[dict[str, Any]]:
        await self.delivery.drain()
        said, self.said = self.said, []
        said.sort(key=lambda item: item[0].id or 0)
        return await self.store.read(lambda session: [self._shown(session, *item) for item in said])

    def _shown(self, session: Session, row: Waiting, mentions: list[str]) -> dict[str, Any]:
        self.summary.said[row.kind] += 1
        chat = session.get(Chat, row.chat_id) if row.chat_id is not None else None
        person = session.get(Person, row.person_id) if row.person_id is not None else None
        name = person.name if person is not None else row.target_id
        to = {"chat": chat.external_id} if chat is not None else {"person": name}
        source = session.get(Inbox, row.inbox_id) if row.is_reply and row.inbox_id is not None else None
        assert row.sent_at is not None
        return {
            "at": self.calendar.local(row.sent_at).isoformat(),
            "to": to,
            "mention": mentions,
            "kind": row.kind,
            "clock": row.clock,
            "about": [f"#{number}" for number in row.about],
            "text": row.text,
            "files": [file["name"] for file in row.files],
            "reply_to": _key(source) if source is not None else None,
        }


@dataclass(frozen=True, slots=True)
class _Spoken:
    """What a line has done: the records it made, those its answer speaks of, the lines whose questions it answered."""

    made: list[int] = field(default_factory=list)
    about: list[int] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)


def _spoken(session: Session, message_id: str) -> _Spoken:
    row = inbox.find(session, team.PLATFORM, message_id)
    if row is None or row.id is None:
        return _Spoken()
    made = events.made_by_message(session, row.id)
    asks = session.exec(select(Question.id).where(Question.inbox_id == row.id)).first() is not None
    answered: list[Inbox] = []
    if made and not asks:
        statement = select(Inbox).join(Question, col(Question.inbox_id) == col(Inbox.id))
        here = statement.where(Question.lane == row.lane, Question.answered_at == row.sent_at)
        speaker = row.payload.get("user_id")
        answered = [asked for asked in session.exec(here) if asked.payload.get("user_id") == speaker]
    keys = [key for asked in answered if (key := _key(asked)) is not None]
    return _Spoken(made, outbox.about_of_reply(session, row.id), keys)


def _key(row: Inbox) -> str | None:
    """The id of the line that a stored message was."""
    return row.message_id.partition(" ")[2] or None


def _no_files(template: str, facts: object) -> bytes:
    return b""


def as_lines(said: list[dict[str, Any]]) -> Iterator[str]:
    """What was said as JSON lines."""
    for item in said:
        yield json.dumps(item, ensure_ascii=False)
