"""Every table, in one place. All moments are aware and in UTC; days are plain dates in the team's zone.

A fact that people speak of (commitment, contact, lead, report, absence) has a short number drawn from `Record`:
one sequence per database. Facts are never deleted by the bot: they change state, and each change is an Event.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field

from storage.columns import BigId, Table, fact_number, json_of, maybe_moment, moment, own_id


class Setting(Table, table=True):
    """A small thing the bot remembers about itself: the last tick, the clock's shift, the directory's version."""

    key: str = Field(primary_key=True)
    value: str


# --- the team -------------------------------------------------------------------------------------------------


class Person(Table, table=True):
    """Somebody in the team. `known` is false for a sender the roster does not name yet."""

    id: int | None = own_id()
    name: str = Field(index=True)
    role: str = "rep"
    supervisor_id: int | None = Field(default=None, foreign_key="person.id")
    region: str = ""
    department: str = ""
    joined: date | None = None
    phone: str = ""
    known: bool = True
    active: bool = True
    made_at: datetime = moment()


class Identity(Table, table=True):
    """How a platform names a person."""

    __table_args__: ClassVar[Any] = (UniqueConstraint("platform", "user_id"),)

    id: int | None = own_id()
    platform: str
    user_id: str
    person_id: int = Field(foreign_key="person.id", index=True)
    seen_at: datetime | None = maybe_moment()


class Chat(Table, table=True):
    """A group the bot has been spoken to in, or knows from the roster."""

    __table_args__: ClassVar[Any] = (UniqueConstraint("platform", "external_id"),)

    id: int | None = own_id()
    platform: str
    external_id: str
    name: str = ""
    region: str = ""
    made_at: datetime = moment()


class Member(Table, table=True):
    """A person is in a group: told by the roster, or learned when they spoke there."""

    chat_id: int = Field(foreign_key="chat.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True)


class Client(Table, table=True):
    """An organisation the team sells to. One that was merged into another keeps its row and its name, and no facts."""

    id: int | None = own_id()
    name: str = Field(unique=True)
    owner_id: int | None = Field(default=None, foreign_key="person.id")
    region: str = ""
    tags: list[str] = json_of(list)
    phone: str = ""
    made_at: datetime = moment()
    merged_into: int | None = Field(default=None, foreign_key="client.id", index=True)


class Alias(Table, table=True):
    """Another name of a client, with who taught it.

    `team_id` is the person at the head of the team that knows it; None when everybody does.
    """

    __table_args__: ClassVar[Any] = (UniqueConstraint("client_id", "alias", "team_id"),)

    id: int | None = own_id()
    client_id: int = Field(foreign_key="client.id", index=True)
    alias: str = Field(index=True)
    taught_by: int | None = Field(default=None, foreign_key="person.id")
    team_id: int | None = Field(default=None, foreign_key="person.id")
    made_at: datetime = moment()


class ClientChange(Table, table=True):
    """A client whose name, aliases or being was changed, in the order of the commits.

    `mark` is a value no other change has ever had, one that a transaction undone meanwhile did not have either: a
    number alone may be drawn again.
    """

    __table_args__: ClassVar[Any] = {"sqlite_autoincrement": True}

    seq: int | None = own_id()
    client_id: int = Field(foreign_key="client.id")
    mark: str


# --- the road in and the road out -----------------------------------------------------------------------------


class Inbox(Table, table=True):
    """A message as it came, stored before the platform got its answer.

    state: queued → working → done | dead. `lane` keeps the messages of one chat in order.
    """

    __table_args__: ClassVar[Any] = (
        UniqueConstraint("platform", "message_id"),
        Index("inbox_waiting", "state", "id"),
    )

    id: int | None = own_id()
    platform: str
    message_id: str
    lane: str
    payload: dict[str, Any] = json_of(dict)
    sent_at: datetime = moment()
    received_at: datetime = moment()
    state: str = "queued"
    attempts: int = 0
    retry_at: datetime | None = maybe_moment()
    leased_until: datetime | None = maybe_moment()
    error: str = ""
    done_at: datetime | None = maybe_moment()


_WAITING = text("state IN ('queued', 'sending')")
_DEAD = text("state = 'dead'")
_PENDING = text("next_at IS NOT NULL")
_UNFETCHED = text("state IN ('queued', 'fetching')")


class Outbox(Table, table=True):
    """Something to be said, once.

    state: queued → sending → sent | dead. `key` is unique, so that nothing is queued twice. `kind` and `clock` are
    those of the replay contract. `lane` is one target on one platform: the unit of pace and order. `title`, `tones`
    (one for each line of `text`, or none) and `actions` (pairs of label and words) are for platforms that can show
    more than text. `bundle` is the key of the message this row is or was last sent in; empty while it may go into any.
    `retries_from` is the attempt from which the retries are counted anew; `tried` are the platforms it failed on.
    """

    __table_args__: ClassVar[Any] = (
        Index("outbox_lane", "lane", "not_before", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("outbox_dead", "id", sqlite_where=_DEAD, postgresql_where=_DEAD),
    )

    id: int | None = own_id()
    key: str = Field(unique=True)
    platform: str
    lane: str
    target_kind: str
    target_id: str
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    chat_id: int | None = Field(default=None, foreign_key="chat.id", index=True)
    kind: str
    clock: str | None = None
    about: list[int] = json_of(list)
    mentions: list[int] = json_of(list)
    text: str
    title: str = ""
    tones: list[str] = json_of(list)
    actions: list[list[str]] = json_of(list)
    files: list[dict[str, Any]] = json_of(list)
    inbox_id: int | None = Field(default=None, foreign_key="inbox.id", index=True)
    is_reply: bool = False
    reply_url: str | None = None
    reply_until: datetime | None = maybe_moment()
    made_at: datetime = moment()
    not_before: datetime = moment()
    state: str = "queued"
    bundle: str = ""
    attempts: int = 0
    retries_from: int = 0
    tried: list[str] = json_of(list)
    sent_at: datetime | None = maybe_moment()
    receipt: str = ""
    channel: str = ""
    error: str = ""


class Lane(Table, table=True):
    """The queue of one target on one platform; and of a whole platform, under its bare name, for what it can bear.

    `ready_at` is when it may be spoken to again; `leased_until` is set while something is being said. `next_at` is
    when it is to be looked at, None while nothing waits.
    """

    __table_args__: ClassVar[Any] = (Index("lane_next", "next_at", sqlite_where=_PENDING, postgresql_where=_PENDING),)

    lane: str = Field(primary_key=True)
    platform: str
    ready_at: datetime = moment()
    leased_until: datetime | None = maybe_moment()
    next_at: datetime | None = maybe_moment()


class QuotaUse(Table, table=True):
    """How much of a right that a platform sells by the month was used; `month` is `YYYY-MM` in China.

    `allowed` is how much there is, 0 when it is not limited; `warned` the percentage people were last told of.
    `withheld` counts what the platform kept back because the right was used up, `refused_at` when it last said so.
    """

    platform: str = Field(primary_key=True)
    right: str = Field(primary_key=True)
    month: str = Field(primary_key=True)
    used: int = 0
    allowed: int = 0
    warned: int = 0
    withheld: int = 0
    refused_at: datetime | None = maybe_moment()


# --- facts ----------------------------------------------------------------------------------------------------


class Record(Table, table=True):
    """The one sequence of short numbers."""

    __table_args__: ClassVar[Any] = {"sqlite_autoincrement": True}

    number: int | None = own_id()
    kind: str
    inbox_id: int | None = Field(default=None, foreign_key="inbox.id", index=True)
    made_by: int | None = Field(default=None, foreign_key="person.id")
    made_at: datetime = moment()


class Commitment(Table, table=True):
    """A promise: what, for whom, by when, and whose.

    state: open | done | cancelled | withdrawn. `due_at` is None while the owner has not named a date yet (`issue`
    says why); such a promise has no clock. `due_given_at` is when the present date was given.
    """

    __table_args__: ClassVar[Any] = (Index("commitment_open", "owner_id", "state"),)

    number: int = fact_number()
    client_id: int | None = Field(default=None, foreign_key="client.id", index=True)
    matter: str
    owner_id: int = Field(foreign_key="person.id")
    giver_id: int = Field(foreign_key="person.id")
    chat_id: int | None = Field(default=None, foreign_key="chat.id", index=True)
    due_at: datetime | None = maybe_moment(index=True)
    due_given_at: datetime | None = maybe_moment()
    issue: str | None = None
    state: str = "open"
    postponed: int = 0
    muted: bool = False
    note: str = ""
    proof: list[dict[str, str]] = json_of(list)
    closed_at: datetime | None = maybe_moment(index=True)
    closed_by: int | None = Field(default=None, foreign_key="person.id")
    made_at: datetime = moment(index=True)
    text: str = ""


class Contact(Table, table=True):
    """A follow-up with a client: channel call | wechat | visit | other; state ok | withdrawn."""

    __table_args__: ClassVar[Any] = (Index("contact_client", "client_id", "at"),)

    number: int = fact_number()
    client_id: int = Field(foreign_key="client.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    channel: str
    text: str
    contact_name: str = ""
    chat_id: int | None = Field(default=None, foreign_key="chat.id")
    attachments: list[dict[str, str]] = json_of(list)
    state: str = "ok"
    at: datetime = moment()


class Lead(Table, table=True):
    """A new chance: a client, a contact there, and the rep who must call. state: open | withdrawn."""

    number: int = fact_number()
    client_id: int = Field(foreign_key="client.id", index=True)
    owner_id: int = Field(foreign_key="person.id", index=True)
    giver_id: int = Field(foreign_key="person.id")
    contact_name: str = ""
    phone: str = ""
    source: str = ""
    budget: int | None = None
    region: str = ""
    note: str = ""
    chat_id: int | None = Field(default=None, foreign_key="chat.id")
    state: str = "open"
    muted: bool = False
    made_at: datetime = moment()
    assigned_at: datetime = moment()
    text: str = ""


class DailyReport(Table, table=True):
    """One person's report of one working day; state: draft | in | withdrawn. The words are in its versions."""

    __table_args__: ClassVar[Any] = (
        UniqueConstraint("person_id", "day"),
        Index("report_day", "day", "state"),
    )

    number: int = fact_number()
    person_id: int = Field(foreign_key="person.id")
    day: date
    version: int = 0
    state: str = "draft"
    submitted_at: datetime | None = maybe_moment()


class ReportVersion(Table, table=True):
    """What a report said at one time: a draft has version 0, sent ones count from 1. Nothing is overwritten."""

    __table_args__: ClassVar[Any] = (UniqueConstraint("number", "version"),)

    id: int | None = own_id()
    number: int = Field(foreign_key="dailyreport.number", index=True)
    version: int
    done: list[str] = json_of(list)
    plan: list[str] = json_of(list)
    problems: list[str] = json_of(list)
    help: list[str] = json_of(list)
    client_ids: list[int] = json_of(list)
    text: str = ""
    made_at: datetime = moment()
    inbox_id: int | None = Field(default=None, foreign_key="inbox.id")


class Absence(Table, table=True):
    """Days on which somebody is not to be nudged: kind leave | travel; state ok | cancelled | withdrawn."""

    number: int = fact_number()
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: str
    first_day: date
    last_day: date
    note: str = ""
    state: str = "ok"
    made_at: datetime = moment()


class Media(Table, table=True):
    """Something that came with a record, by its reference at the platform, and the file that was kept of it.

    state: queued → fetching → kept | lost; or erased. `next_at` is when it is to be looked at: while it is fetched,
    when whoever fetches it has failed to. `ref` is empty once nothing needs it. `path` is below the folder of media,
    `content_type` what the bytes are.
    """

    __table_args__: ClassVar[Any] = (
        Index("media_waiting", "platform", "next_at", sqlite_where=_UNFETCHED, postgresql_where=_UNFETCHED),
    )

    id: int | None = own_id()
    number: int = Field(sa_column=Column(BigId, ForeignKey("record.number"), nullable=False, index=True))
    person_id: int = Field(foreign_key="person.id", index=True)
    platform: str
    ref: str
    kind: str
    name: str = ""
    state: str = "queued"
    attempts: int = 0
    made_at: datetime = moment()
    next_at: datetime = moment()
    sha256: str = Field(default="", index=True)
    size: int = 0
    content_type: str = ""
    path: str = ""
    error: str = ""
    kept_at: datetime | None = maybe_moment()


class Question(Table, table=True):
    """Something the bot asked one person in one chat and may be answered by a bare word or number."""

    id: int | None = own_id()
    person_id: int = Field(foreign_key="person.id", index=True)
    lane: str
    kind: str
    payload: dict[str, Any] = json_of(dict)
    asked_at: datetime = moment()
    expires_at: datetime = moment()
    answered_at: datetime | None = maybe_moment()
    inbox_id: int | None = Field(default=None, foreign_key="inbox.id")


# --- clocks ---------------------------------------------------------------------------------------------------


class Obligation(Table, table=True):
    """Somebody owes something by a moment. One row per policy, subject and epoch (a new date starts a new epoch).

    state: open | met | void | replaced. `next_at` is when the engine must look again, None when nothing is left to
    say. `given_at` is when the due moment was set; `opened_by` and `stopped_by` are the events that did it.
    `alerted_at` is the first step said at or after due; `intervention` the seconds from there to `stopped_at`.
    """

    __table_args__: ClassVar[Any] = (
        UniqueConstraint("policy", "subject", "epoch"),
        Index("obligation_next", "next_at"),
        Index("obligation_subject", "subject", "state"),
        Index("obligation_due", "state", "due_at"),
    )

    id: int | None = own_id()
    policy: str
    subject: str
    epoch: int = 0
    number: int | None = Field(default=None, sa_column=Column(BigId, nullable=True, index=True))
    owner_id: int | None = Field(default=None, foreign_key="person.id")
    chat_id: int | None = Field(default=None, foreign_key="chat.id")
    client_id: int | None = Field(default=None, foreign_key="client.id", index=True)
    opened_at: datetime = moment()
    opened_by: int | None = Field(default=None, index=True)
    stopped_by: int | None = Field(default=None, index=True)
    given_at: datetime = moment()
    due_at: datetime = moment()
    next_at: datetime | None = maybe_moment()
    state: str = "open"
    alerted_at: datetime | None = maybe_moment()
    stopped_at: datetime | None = maybe_moment()
    intervention: int | None = None
    data: dict[str, Any] = json_of(dict)


class Step(Table, table=True):
    """A claimed step of an obligation: `outcome` is said, or why it was not."""

    obligation_id: int = Field(sa_column=Column(BigId, ForeignKey("obligation.id"), primary_key=True))
    step: int = Field(primary_key=True)
    at: datetime = moment()
    outcome: str
    outbox_key: str = ""


# --- history --------------------------------------------------------------------------------------------------


class Event(Table, table=True):
    """One change, never edited: who, what, when, from which message, before and after.

    `digest` is the hash of the payload and `hash` chains the row to the one before it, so that a later edit shows
    while a payload may still be erased. `undone_by` names the event that took it back.
    """

    seq: int = Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))
    at: datetime = moment(index=True)
    actor_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    kind: str = Field(index=True)
    subject: str = Field(index=True)
    inbox_id: int | None = Field(default=None, foreign_key="inbox.id", index=True)
    payload: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    digest: str
    previous: str
    hash: str
    undone_by: int | None = None
