"""One message being handled: who speaks, where, what is known; and the only way a handler changes a fact.

A handler reads and writes through a Talk and returns an Answer; it never sends. Everything it does is committed
together with the answer and the message's own "done", or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, Protocol, TypeVar

from sqlmodel import Session, SQLModel

from bot.calendar import Calendar
from bot.types import Attachment, Happening
from handlers.language.names import Directory, Match, View
from handlers.language.names_text import canonical
from prompts import mask
from storage import clients, events, facts, media, people
from storage.tables import Absence, Chat, Client, Commitment, Contact, DailyReport, Lead, Person

Kind = Literal["reply", "question", "report"]
Row = TypeVar("Row", bound=Commitment | Contact | Lead | DailyReport | Absence)
QUESTION_LIFE = timedelta(hours=12)

TABLES: dict[str, type[SQLModel]] = {
    "commitment": Commitment,
    "contact": Contact,
    "lead": Lead,
    "dailyreport": DailyReport,
    "absence": Absence,
}


class Clocks(Protocol):
    """Hears of every change in the transaction that makes it."""

    def observe(self, session: Session, happening: Happening) -> None: ...

    def retract(self, session: Session, happening: Happening) -> None: ...

    def join(self, session: Session, merged_id: int, happening: Happening, earlier: Sequence[Happening]) -> None: ...


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody else is told because of this message."""

    person_id: int
    template: str
    facts: Mapping[str, Any]
    about: Sequence[int] = ()
    kind: str = "notice"
    files: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The one answer to a message, and what others hear of it. `about` and `mentions` are in the order of the text.

    `learned` is the alias that was learned by the way, to be said below the answer.
    """

    template: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    kind: Kind = "reply"
    about: Sequence[int] = ()
    mentions: Sequence[int] = ()
    notices: Sequence[Notice] = ()
    files: Sequence[Mapping[str, Any]] = ()
    learned: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Talk:
    """The message and everything a handler may use. `now` is when it was sent, aware, in the team's zone.

    `quoted` holds the record numbers (#12) of the message it replies to, empty where it replies to none.
    `kept_from` is the platform whose attachments are to be kept, empty for none.
    """

    session: Session
    now: datetime
    me: Person
    chat: Chat | None
    lane: str
    text: str
    inbox_id: int
    calendar: Calendar
    directory: Directory | View
    clocks: Clocks
    bot_name: str = "一诺"
    mentioned: Sequence[Person] = ()
    quoted: str = ""
    attachments: Sequence[Attachment] = ()
    kept_from: str = ""

    # --- who ------------------------------------------------------------------------------------------------------

    @property
    def my_id(self) -> int:
        """The id of the person who speaks."""
        assert self.me.id is not None
        return self.me.id

    @property
    def team_id(self) -> int:
        """The team of the person who speaks, by the id of its head."""
        return people.team_of(self.me)

    @property
    def chat_id(self) -> int | None:
        """The id of the group, None in private."""
        return self.chat.id if self.chat else None

    @property
    def in_group(self) -> bool:
        """Are others reading along?"""
        return self.chat is not None

    @property
    def today(self) -> date:
        """The day in the team's zone."""
        return self.calendar.today(self.now)

    def roster(self) -> list[str]:
        """The names of everybody, for cutting an @name that runs into the next word."""
        return people.names(self.session)

    def callable_by_name(self) -> Sequence[str]:
        """The roster for a message that calls somebody by an @, nothing for one that does not."""
        return self.roster() if "@" in self.text or "＠" in self.text else ()

    def person(self, name: str) -> Person | None:
        """Whom a written name means: of several the one in this group, else the one of my region, else nobody."""
        found = people.named(self.session, name)
        if len(found) > 1 and self.chat_id is not None:
            here = set(people.members(self.session, self.chat_id))
            found = [person for person in found if person.id in here] or found
        if len(found) > 1:
            found = [person for person in found if person.region == self.me.region] or found
        return found[0] if len(found) == 1 else None

    def name_of(self, person_id: int | None) -> str:
        """A person's name, empty for nobody."""
        person = self.session.get(Person, person_id) if person_id is not None else None
        return person.name if person else ""

    def sees(self, owner_id: int) -> bool:
        """May I see what this person owns?"""
        return owner_id in people.visible(self.session, self.me)

    def person_seen(self, name: str) -> Person | Answer | None:
        """Whom a written name means, if I may see what they own: else the refusal; None when nobody is meant."""
        person = self.person(name)
        if person is None or person.id is None:
            return None
        return person if self.sees(person.id) else Answer("not_below_you", {"name": person.name})

    def safe(self, text: str, owner_id: int | None) -> str:
        """`text` as I may read it here: phone numbers only in private and only to their owner."""
        return text if owner_id == self.my_id and not self.in_group else mask(text)

    def to(self, reader_id: int, text: str, owner_id: int | None) -> str:
        """`text` as somebody may read it in private: phone numbers only if they own it."""
        return text if owner_id == reader_id else mask(text)

    # --- what -----------------------------------------------------------------------------------------------------

    def client(self, client_id: int | None) -> Client | None:
        """The client of this id."""
        return clients.get(self.session, client_id)

    def client_name(self, client_id: int | None) -> str | None:
        """The client's full name, None for none."""
        client = self.client(client_id)
        return client.name if client else None

    def aliases_of(self, client_id: int) -> list[str]:
        """The other names of a client that my team knows."""
        return clients.aliases(self.session, client_id, self.team_id)

    def meant(self, text: str, match: Match) -> Match:
        """What was matched in `text`, but asked about when I have said before that by these words I mean another."""
        if match.key is None or match.exact:
            return match
        chosen = self._chosen(said_in(text, match))
        if chosen is None or chosen == match.key:
            return match
        others = tuple(key for key in match.candidates if key != chosen)
        return replace(match, candidates=(chosen, *others), ask=True)

    def _chosen(self, said: str) -> int | None:
        """The client I chose the last time these words were unclear."""
        event = events.latest(self.session, choice_subject(self.my_id, said), "client.chosen")
        chosen = (event.payload or {}).get("client_id") if event is not None else None
        return clients.standing(self.session, chosen) if chosen is not None else None

    def options(self, match: Match, said: str) -> list[dict[str, Any]]:
        """The candidates of an ambiguous name, to be numbered in a question: first the one `said` last meant to me."""
        last = self._chosen(said)
        ordered = sorted(match.candidates, key=lambda key: key != last)
        return [{"id": key, "name": self.directory.name(key), "last": key == last} for key in ordered]

    def local(self, moment: datetime | None) -> datetime | None:
        """A stored moment in the team's zone."""
        return self.calendar.local(moment) if moment is not None else None

    def ask(self, kind: str, payload: dict[str, Any]) -> None:
        """Remembers what this person is being asked here, so that a bare word may answer it."""
        facts.ask(
            self.session,
            person_id=self.my_id,
            lane=self.lane,
            kind=kind,
            payload=events.plain(payload),
            now=self.now,
            expires_at=self.now + QUESTION_LIFE,
            inbox_id=self.inbox_id,
        )

    def keep(self, number: int, items: Iterable[Mapping[str, str]]) -> None:
        """Queues what came with a record to be fetched and kept, where that is wanted."""
        if self.kept_from:
            media.queue(self.session, self.now, items, number=number, person_id=self.my_id, platform=self.kept_from)

    # --- changing facts -------------------------------------------------------------------------------------------

    def number(self, kind: str) -> int:
        """Draws the next short number."""
        return events.number(self.session, self.now, kind, made_by=self.my_id, inbox_id=self.inbox_id)

    def add(self, row: Row, happened: str, tags: tuple[str, ...] = ()) -> Row:
        """Adds a fact, writes it into the history and tells the clocks."""
        client_id = getattr(row, "client_id", None)
        if client_id is not None:
            row.client_id = self._standing(client_id)
        facts.add(self.session, row)
        self._happen(row, happened, None, row.model_dump(), tags)
        return row

    def change(self, row: Row, happened: str, **values: Any) -> events.Appended:
        """Changes a fact, writes before and after into the history and tells the clocks."""
        if values.get("client_id") is not None:
            values["client_id"] = self._standing(values["client_id"])
        before = {name: getattr(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        self.session.add(row)
        self.session.flush()
        return self._happen(row, happened, before, values, ())

    def _standing(self, client_id: int) -> int:
        """The client, or the one it was merged into; from here to the commit no merge can come between."""
        events.hold(self.session)
        return clients.standing(self.session, client_id)

    def _happen(
        self,
        row: Row,
        happened: str,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any],
        tags: tuple[str, ...],
    ) -> events.Appended:
        payload = {"table": row.__tablename__, "number": row.number, "before": before, "after": after}
        event = events.append(
            self.session, self.now, happened, subject_of(row), payload, actor_id=self.my_id, inbox_id=self.inbox_id
        )
        # A report is of a day, which may have been owed before there was one; all else is what its number is.
        new = before is None and not isinstance(row, DailyReport)
        self.clocks.observe(self.session, happening(row, event, tags, new=new))
        return event


def choice_subject(person_id: int, said: str) -> str:
    """The name, in the history, of what a person means by words that several clients go by."""
    words = hashlib.sha256(canonical(said).text.encode()).hexdigest()[:16]
    return f"words:{person_id}:{words}"


def said_in(text: str, match: Match) -> str:
    """The words of a text that a client was matched by."""
    return text if match.span is None else text[slice(*match.span)]


def subject_of(row: Row) -> str:
    """The name of a fact in the history and on the clocks."""
    if isinstance(row, DailyReport):
        return f"report:{row.person_id}:{row.day}"
    return f"{row.__tablename__}:{row.number}"


def happening(row: Row, event: events.Happened, tags: tuple[str, ...] = (), *, new: bool = False) -> Happening:
    """What the clocks are told of a change of `row`."""
    owner = getattr(row, "owner_id", None)
    return Happening(
        seq=event.seq,
        kind=event.kind,
        subject=subject_of(row),
        at=event.at,
        number=row.number,
        owner_id=owner if owner is not None else getattr(row, "person_id", None),
        chat_id=getattr(row, "chat_id", None),
        client_id=getattr(row, "client_id", None),
        due_at=getattr(row, "due_at", None),
        tags=tags,
        new=new,
    )
