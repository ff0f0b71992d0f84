"""The shapes that travel between the rooms: what came in, what goes out, and what a platform must do.

Leaves: nothing here imports anything of ours. All times are aware, in UTC.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol, runtime_checkable

AttachmentKind = Literal["image", "file", "voice", "location", "video"]
TargetKind = Literal["person", "chat"]
Tone = Literal["plain", "good", "warn", "bad", "quiet"]


@dataclass(frozen=True, slots=True)
class RawRequest:
    """One HTTP request as a platform needs it to verify the sender.

    Looked up in `query` and `headers`, a name gives its first value; headers are looked up in lower case. `body` is
    what was sent, already held to the server's size limit.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody named with an @ in a message: by the platform's user id, by the written name, or both."""

    user_id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture, file, voice note or place that came with a message; `ref` is the platform's handle to fetch it."""

    kind: AttachmentKind
    name: str = ""
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """One verified message, the same for every platform.

    `message_id` is unique within `platform` and makes redelivery a no-op. `chat_id` is None in a private chat.
    The mention of the bot itself is already taken out of `text`; `text` is otherwise what the person wrote.
    `quoted` is the text of the message it answers, where the platform tells it: what somebody said before, never the
    sender's words, and therefore never in `text`. Of it only the record numbers (#12) are stored.
    `spoken` marks text that came from speech recognition. `notice` marks a message of the platform itself (for
    example a quota notice) that carries no words of a person.
    """

    platform: str
    message_id: str
    user_id: str
    text: str
    sent_at: datetime
    user_name: str | None = None
    chat_id: str | None = None
    chat_name: str | None = None
    mentions: tuple[Mention, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    reply_url: str | None = field(default=None, repr=False)
    reply_until: datetime | None = None
    quoted: str = ""
    spoken: bool = False
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What a platform made of a request: the messages to store, and the answer to give once they are committed."""

    messages: tuple[Inbound, ...] = ()
    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"


class Refused(Exception):
    """The request is not from the platform, or not readable: answered with `status` and an empty body.

    `reason` is for the log; it never holds a secret, a body or a personal detail.
    """

    def __init__(self, reason: str, status: int = 403) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


@dataclass(frozen=True, slots=True)
class Happening:
    """Something changed: what the clocks are told, in the transaction that changed it.

    `seq` is the event's place in the history, `kind` for example `commitment.made`, `subject` for example
    `commitment:12`. `tags` say more of it (the channel of a contact). `new`: its subject is, and nothing can be
    owed on it yet.
    """

    seq: int
    kind: str
    subject: str
    at: datetime
    number: int | None = None
    owner_id: int | None = None
    chat_id: int | None = None
    client_id: int | None = None
    due_at: datetime | None = None
    tags: tuple[str, ...] = ()
    new: bool = False


@dataclass(frozen=True, slots=True)
class OutFile:
    """A file to send: its name as people see it, and a coroutine that makes its bytes when they are needed."""

    name: str
    load: Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a message with its tone; renderers that know no tones show the text alone."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Action:
    """A button: pressing it stands for saying `says` to the bot in the same chat."""

    label: str
    says: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one target, in plain text that is always sufficient.

    `text` says everything. `title`, `lines` and `actions` say the same once more for platforms that can show more
    than plain text; they are empty when there is nothing to add (`lines` empty: the lines of `text`, all plain).

    `key` is unique per message and stays the same over retries, so that a platform with duplicate detection can use
    it. `target_id` is the platform's own id of the person or chat. `mentions` pairs the platform's user id (None when
    that person has none here) with the display name. `reply_url` is set while an immediate answer may use it: an
    address, or whatever handle the platform itself put into `Inbound.reply_url`.
    `push_chat_name` is the group's name, by which a group push robot is found.
    """

    key: str
    target_kind: TargetKind
    target_id: str
    text: str
    mentions: tuple[tuple[str | None, str], ...] = ()
    files: tuple[OutFile, ...] = ()
    reply_url: str | None = field(default=None, repr=False)
    reply_until: datetime | None = None
    push_chat_name: str | None = None
    title: str = ""
    lines: tuple[Line, ...] = ()
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform took the message; `message_id` is its own id for it, where it tells one.

    `spent` counts what sending took of each of the month's rights, for a platform that sells them by number.
    """

    message_id: str | None = None
    channel: str = ""
    spent: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a platform may be spoken to.

    One target: at least `gap` seconds between two messages, none longer than `max_bytes` of UTF-8; what waits for it
    is merged up to that length, unless `merge` is false. The whole app: one message in `app_gap` seconds on average
    (0: no limit), at most `app_burst` of them at once. `repeatable`: the platform itself drops a message that comes
    again under its key within three hours.
    """

    gap: float = 0.0
    max_bytes: int = 20_000
    merge: bool = True
    app_gap: float = 0.0
    app_burst: int = 1
    repeatable: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `doctor`: what was looked at, how it is, and what to do when it is not right."""

    name: str
    ok: bool
    found: str
    advice: str = ""


class Platform(Protocol):
    """A channel: two translations and a call. No routing, no storage, no words.

    `paths` are the HTTP paths it answers, empty when it has none. `receive` may be given any bytes at all: it
    returns what to store or raises Refused, nothing else. `send` returns a receipt or raises a SendError of
    bot.errors. Both may be called concurrently.
    """

    name: str
    paths: tuple[str, ...]
    pace: Pace

    async def receive(self, request: RawRequest, now: datetime) -> Received: ...

    async def send(self, message: Outgoing, now: datetime) -> Receipt: ...

    async def check(self, now: datetime) -> list[Check]: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Contact:
    """What a company's contacts tell of somebody: the name, and the user id of the superior; empty where not told."""

    name: str = ""
    superior_id: str = ""


@runtime_checkable
class Contacts(Protocol):
    """A platform that may look people up. `contact` returns None when it is told nothing, and raises nothing."""

    async def contact(self, user_id: str, now: datetime) -> Contact | None: ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that came with a message, whole; `spent` as in Receipt."""

    content: bytes = field(repr=False)
    spent: Mapping[str, int] = field(default_factory=dict)


@runtime_checkable
class Fetcher(Protocol):
    """A platform whose attachments can be fetched by their `ref`, for about `media_life` after the message.

    `fetch` works on every instance and says nothing to anybody. It raises a SendError: Unreachable when the reference
    is over, Rejected for what is no file of this platform or has more than `most` bytes.
    """

    media_life: timedelta

    async def fetch(self, ref: str, now: datetime, most: int) -> Fetched: ...


@runtime_checkable
class Ranged(Protocol):
    """A platform that tells whether it may write to a person without writing. `reaches` raises SendError when not."""

    async def reaches(self, user_id: str, now: datetime) -> bool: ...


@dataclass(frozen=True, slots=True)
class Probe:
    """A request that a platform's callback verifies and keeps nothing of, with the status and body it answers."""

    request: RawRequest
    status: int
    body: bytes


@runtime_checkable
class Probed(Protocol):
    """A platform heard by callbacks that can ask itself. `probe` returns None while it has no usable key."""

    def probe(self, now: datetime) -> Probe | None: ...


Accept = Callable[[tuple[Inbound, ...]], Awaitable[None]]


@runtime_checkable
class Listener(Protocol):
    """A platform that is heard over a connection the bot opens itself, beside or instead of HTTP callbacks.

    `listen` holds the connection, and renews it whenever it breaks, until it is cancelled; it raises Misconfigured
    when no retry can help. It awaits `accept` before it acknowledges anything to the platform: accept returns once
    the messages are committed, and raises when they are not, in which case nothing is acknowledged. One instance
    listens at a time. `tied` says that `send` works on the listening instance alone; `listening` whether the
    connection stands now.
    """

    name: str
    tied: bool
    listening: bool

    async def listen(self, accept: Accept, clock: Callable[[], datetime]) -> None: ...


@runtime_checkable
class Contested(Protocol):
    """A Listener whose connection another program may take; `taken_at` is when one did last, None for never."""

    taken_at: datetime | None
