"""What is to be said: a row first, then a send, then a receipt.

queued → sending (leased, see `storage.lanes`) → sent | queued again later | dead.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, case, func, literal_column, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from storage import quota
from storage.prepared import Prepared, PreparedRows
from storage.tables import Chat, Identity, Lane, Outbox
from storage.turns import WAITS, Waiting

# Why a row is born dead.
NO_ADDRESS = "no address is known for this person"
USED_UP = "the month's"

_NEVER_SPOKEN_TO = datetime(2000, 1, 1, tzinfo=UTC)
_DEAD = col(Outbox.state) == literal_column("'dead'")


def _arrive(dialect: str) -> Any:
    """A lane gets something to say: it is looked at no later than that is due, nor earlier than it may speak."""
    made = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(Lane)
    coming = case((Lane.ready_at > made.excluded.next_at, Lane.ready_at), else_=made.excluded.next_at)
    return made.on_conflict_do_update(
        index_elements=["lane"],
        set_={"next_at": coming},
        # While something is being said, what waits is looked for when that has ended.
        where=col(Lane.leased_until).is_(None) & or_(col(Lane.next_at).is_(None), col(Lane.next_at) > coming),
    )


def _queue(dialect: str) -> Any:
    made = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(Outbox)
    return made.on_conflict_do_nothing(index_elements=["key"])


_ARRIVE = Prepared(_arrive)
_QUEUE = Prepared(lambda dialect: _queue(dialect).returning(col(Outbox.id)))
_QUEUE_LATER = Prepared(lambda dialect: _queue(dialect).inline())
_UNTRIED = {"bundle": "", "attempts": 0, "retries_from": 0, "tried": [], "receipt": "", "channel": ""}
_ADDRESSES = PreparedRows(
    Identity,
    select(Identity)
    .where(Identity.person_id == bindparam("person_id"))
    .order_by(col(Identity.seen_at).is_(None), col(Identity.seen_at).desc(), col(Identity.id)),
)


@dataclass(frozen=True, slots=True)
class Queued:
    """A row that was put into the outbox; `error` says why nobody will be told it."""

    id: int
    state: str
    error: str


def _addresses(session: Session, person_id: int) -> list[Identity]:
    """How a person may be spoken to: first where they were last heard from."""
    return _ADDRESSES.all(session, {"person_id": person_id})


def reach(session: Session, person_id: int, prefer: str | None = None) -> Identity | None:
    """By which platform a person is spoken to: the preferred one, else the one last heard from."""
    found = _addresses(session, person_id)
    return next((identity for identity in found if identity.platform == prefer), found[0] if found else None)


def queue(
    session: Session,
    now: datetime,
    *,
    key: str,
    kind: str,
    words: str,
    person_id: int | None = None,
    chat_id: int | None = None,
    address: tuple[str, str, str] | None = None,
    clock: str | None = None,
    about: Sequence[int] = (),
    mentions: Sequence[int] = (),
    files: Sequence[Mapping[str, Any]] = (),
    inbox_id: int | None = None,
    is_reply: bool = False,
    reply_url: str | None = None,
    reply_until: datetime | None = None,
    prefer: str | None = None,
    not_before: datetime | None = None,
    title: str = "",
    tones: Sequence[str] = (),
    actions: Sequence[tuple[str, str]] = (),
    later: bool = False,
) -> Queued | None:
    """Queues one message to a person, a chat, or a bare (platform, kind, id); None when this key is queued already.

    A person without any known address gets a dead row, so that `doctor` can show whom nobody can reach; so does a
    digest on a platform whose right of the month is used up: what is left of it is for replies and reminders.
    `tones` are those of the lines of `words`, `actions` pairs of a label and the words it stands for. With `later` the
    row is written together with those of others, and nothing is told of it: None.
    """
    platform, target_kind, target_id, error = "", "person", "", ""
    if address is not None:
        platform, target_kind, target_id = address
    elif chat_id is not None:
        chat = session.get_one(Chat, chat_id)
        platform, target_kind, target_id = chat.platform, "chat", chat.external_id
    elif person_id is not None:
        identity = reach(session, person_id, prefer)
        if identity is None:
            error = NO_ADDRESS
        else:
            platform, target_id = identity.platform, identity.user_id
    else:
        raise ValueError("a person or a chat is needed")
    if kind == "digest" and (right := quota.used_up(session, now, platform)):
        error = f"{USED_UP} {right} are used up: digests are not sent"
    state = "dead" if error else "queued"
    lane = lane_of(platform, target_kind, target_id)
    due = max(now, not_before) if not_before else now
    values = {
        "key": key,
        "platform": platform,
        "lane": lane,
        "target_kind": target_kind,
        "target_id": target_id,
        "person_id": person_id if chat_id is None else None,
        "chat_id": chat_id,
        "kind": kind,
        "clock": clock,
        "about": list(about),
        "mentions": list(mentions),
        "text": words,
        "title": title,
        "tones": list(tones),
        "actions": [list(action) for action in actions],
        "files": [dict(file) for file in files],
        "inbox_id": inbox_id,
        "is_reply": is_reply,
        "reply_url": reply_url,
        "reply_until": reply_until,
        "made_at": now,
        "not_before": due,
        "state": state,
        **_UNTRIED,
        "error": error,
    }
    if later:
        # Of a key that is queued already the lane looks once more, and finds nothing new.
        _QUEUE_LATER.later(session, values)
        made = None
    elif (made := _QUEUE.value(session, values)) is None:
        return None
    if not error:
        arrive(session, platform, lane, due)
    return Queued(made, state, error) if made is not None else None


def lane_of(platform: str, target_kind: str, target_id: str) -> str:
    """The lane of a target."""
    return f"{platform}:{target_kind}:{target_id}"


def arrive(session: Session, platform: str, lane: str, due: datetime) -> None:
    """Makes a lane look at what is due at `due`, a row that has just been put there."""
    values = {"lane": lane, "platform": platform, "ready_at": _NEVER_SPOKEN_TO, "next_at": due}
    _ARRIVE.later(session, values)


def waiting(session: Session) -> int:
    """How many messages wait to be said."""
    return session.exec(select(func.count()).where(WAITS)).one()


def dead(session: Session, limit: int | None = 50) -> list[Outbox]:
    """The newest messages nobody could be told, the newest first; all of them when `limit` is None."""
    return list(session.exec(select(Outbox).where(_DEAD).order_by(col(Outbox.id).desc()).limit(limit)))


def dead_count(session: Session) -> int:
    """How many messages nobody could be told."""
    return session.exec(select(func.count()).where(_DEAD)).one()


def replay(session: Session, row_id: int, now: datetime) -> bool:
    """Puts one dead row back in the queue under its key; False when it is not dead, or lacks an address or words.

    The attempts go on counting (an earlier one that still hangs must not pass for the new one), its retries begin
    again.
    """
    return _again(
        session,
        row_id,
        state="queued",
        not_before=now,
        error="",
        bundle="",
        tried=[],
        retries_from=Outbox.attempts,
    )


def turn(session: Session, row: Waiting, platforms: Collection[str], now: datetime, error: str) -> Identity | None:
    """Turns a dead row to its person's next platform among `platforms` that it was not tried on.

    Returns the identity it goes to, or None when there is no other. A message to a group stays where it is.
    """
    if row.person_id is None or row.chat_id is not None:
        return None
    tried = [*row.tried, row.platform]
    for identity in _addresses(session, row.person_id):
        if identity.platform in platforms and identity.platform not in tried:
            turned = _again(
                session,
                row.id,
                state="queued",
                not_before=now,
                error=error[:500],
                bundle="",
                tried=tried,
                retries_from=Outbox.attempts,
                platform=identity.platform,
                lane=lane_of(identity.platform, "person", identity.user_id),
                target_id=identity.user_id,
                # An answer by that address belongs to the other platform.
                reply_url=None,
                reply_until=None,
            )
            return identity if turned else None
    return None


def _again(session: Session, row_id: int, **values: Any) -> bool:
    """Changes one dead row into one that waits."""
    statement = (
        update(Outbox)
        .where(col(Outbox.id) == row_id, _DEAD, col(Outbox.target_id) != "", col(Outbox.text) != "")
        .values(**values)
        .returning(col(Outbox.platform), col(Outbox.lane))
    )
    found = session.connection().execute(statement).first()
    if found is not None:
        arrive(session, found.platform, found.lane, values["not_before"])
    return found is not None


def notices_of(session: Session, inbox_id: int) -> list[Outbox]:
    """What others were told because of one message."""
    statement = select(Outbox).where(
        Outbox.inbox_id == inbox_id, col(Outbox.is_reply).is_(False), col(Outbox.person_id).is_not(None)
    )
    return list(session.exec(statement))


def about_of_reply(session: Session, inbox_id: int) -> list[int]:
    """The record numbers the reply to one message speaks of."""
    row = session.exec(select(Outbox).where(Outbox.inbox_id == inbox_id, col(Outbox.is_reply))).first()
    return list(row.about) if row is not None else []
