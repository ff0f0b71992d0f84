"""What is to be said: a row first, then a send, then a receipt.

queued → sending (leased) → sent | queued again later | dead. One lane (a target on a platform) speaks in order and
at its pace. A lease that ran out means the outcome of that send is unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, func, or_, update
from sqlmodel import Session, col, select

from storage import quota
from storage.tables import Chat, Identity, Lane, Moment, Outbox

LEASE = timedelta(seconds=60)

# Built once: putting a statement together costs more than running it.
_NOW = bindparam("now", type_=Moment)
_BUSY = select(Outbox.lane).where(Outbox.state == "sending", col(Outbox.leased_until) > _NOW)
_HEADS = (
    select(func.min(Outbox.id))
    .where(
        col(Outbox.state).in_(("queued", "sending")),
        or_(col(Outbox.state) == "queued", col(Outbox.leased_until) <= _NOW),
        col(Outbox.not_before) <= _NOW,
        col(Outbox.lane).not_in(_BUSY),
        col(Outbox.lane).not_in(select(Lane.lane).where(col(Lane.ready_at) > _NOW)),
        col(Outbox.platform).not_in(bindparam("without", expanding=True)),
    )
    .group_by(col(Outbox.lane))
    .order_by(func.min(Outbox.id))
    .limit(bindparam("limit", type_=Integer))
)
_NEXT = (
    select(Outbox.not_before, select(func.max(Lane.ready_at)).where(Lane.lane == Outbox.lane).scalar_subquery())
    .where(col(Outbox.state) == "queued", col(Outbox.lane).not_in(_BUSY))
    .order_by(col(Outbox.not_before))
    .limit(200)
)
_FIRST_LEASE = select(func.min(Outbox.leased_until)).where(col(Outbox.state) == "sending")
_HELD = update(Outbox).where(
    col(Outbox.id) == bindparam("row_id"), col(Outbox.attempts) == bindparam("attempt"), col(Outbox.state) == "sending"
)
_SENT = _HELD.values(
    state="sent",
    sent_at=_NOW,
    leased_until=None,
    receipt=bindparam("receipt"),
    channel=bindparam("channel"),
    error="",
)


def reach(session: Session, person_id: int, prefer: str | None = None) -> Identity | None:
    """By which platform a person is spoken to: the preferred one, else the one last heard from."""
    statement = (
        select(Identity)
        .where(Identity.person_id == person_id)
        .order_by(col(Identity.seen_at).is_(None), col(Identity.seen_at).desc(), col(Identity.id))
    )
    found = list(session.exec(statement))
    for identity in found:
        if identity.platform == prefer:
            return identity
    return found[0] if found else None


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
) -> Outbox | None:
    """Queues one message to a person, a chat, or a bare (platform, kind, id); None when this key is queued already.

    A person without any known address gets a dead row, so that `doctor` can show whom nobody can reach; so does a
    digest on a platform whose right of the month is used up: what is left of it is for replies and reminders.
    """
    if session.exec(select(Outbox.id).where(Outbox.key == key)).first() is not None:
        return None
    platform, target_kind, target_id, error = "", "person", "", ""
    if address is not None:
        platform, target_kind, target_id = address
    elif chat_id is not None:
        chat = session.get_one(Chat, chat_id)
        platform, target_kind, target_id = chat.platform, "chat", chat.external_id
    elif person_id is not None:
        identity = reach(session, person_id, prefer)
        if identity is None:
            error = "no address is known for this person"
        else:
            platform, target_id = identity.platform, identity.user_id
    else:
        raise ValueError("a person or a chat is needed")
    if kind == "digest" and (right := quota.used_up(session, now, platform)):
        error = f"the month's {right} are used up: digests are not sent"
    row = Outbox(
        key=key,
        platform=platform,
        lane=f"{platform}:{target_kind}:{target_id}",
        target_kind=target_kind,
        target_id=target_id,
        person_id=person_id if chat_id is None else None,
        chat_id=chat_id,
        kind=kind,
        clock=clock,
        about=list(about),
        mentions=list(mentions),
        text=words,
        files=[dict(file) for file in files],
        inbox_id=inbox_id,
        is_reply=is_reply,
        reply_url=reply_url,
        reply_until=reply_until,
        made_at=now,
        not_before=max(now, not_before) if not_before else now,
        state="dead" if error else "queued",
        error=error,
    )
    session.add(row)
    session.flush()
    return row


def claim(session: Session, now: datetime, limit: int = 50, without: Collection[str] = ()) -> list[Outbox]:
    """Leases the head of every lane that may speak now, oldest first; at most one row of a lane.

    The platforms in `without` are left alone.

    Two instances never claim at once: see the lane "work" of the store.
    """
    found = session.connection().execute(_HEADS, {"now": now, "limit": limit, "without": list(without)}).scalars()
    ids = [row for row in found if row is not None]
    if not ids:
        return []
    rows = list(session.exec(select(Outbox).where(col(Outbox.id).in_(ids)).order_by(col(Outbox.id))))
    for row in rows:
        row.state = "sending"
        row.attempts += 1
        row.leased_until = now + LEASE
        session.add(row)
    return rows


def release_all(session: Session) -> int:
    """Gives back every lease at once: for a database that only this process uses, after a restart.

    Whether those messages arrived is unknown. They are sent again at once and unchanged, so that a platform that
    drops repetitions within some minutes can do so.
    """
    statement = update(Outbox).where(col(Outbox.state) == "sending").values(state="queued", leased_until=None)
    return session.connection().execute(statement).rowcount


def rest(session: Session, lane: str, until: datetime) -> None:
    """Keeps a lane silent until `until`."""
    row = session.get(Lane, lane)
    if row is None:
        session.add(Lane(lane=lane, ready_at=until))
    else:
        row.ready_at = max(row.ready_at, until)
        session.add(row)


def _held(row_id: int, attempt: int) -> Any:
    return update(Outbox).where(
        col(Outbox.id) == row_id, col(Outbox.attempts) == attempt, col(Outbox.state) == "sending"
    )


def sent(session: Session, row_id: int, attempt: int, now: datetime, *, receipt: str = "", channel: str = "") -> bool:
    """Marks a row as said; False when this attempt no longer holds it."""
    values = {"row_id": row_id, "attempt": attempt, "now": now, "receipt": receipt, "channel": channel}
    return session.connection().execute(_SENT, values).rowcount == 1


def keep(session: Session, row_id: int, attempt: int, now: datetime) -> None:
    """Prolongs the lease of a send that takes long."""
    session.connection().execute(_held(row_id, attempt).values(leased_until=now + LEASE))


def fail(session: Session, row_id: int, attempt: int, error: str, retry_at: datetime | None) -> None:
    """Records why a send failed: to be tried again at `retry_at`, or dead when that is None."""
    values: dict[str, Any] = {"leased_until": None, "error": error[:500]}
    if retry_at is None:
        values["state"] = "dead"
    else:
        values |= {"state": "queued", "not_before": retry_at}
    session.connection().execute(_held(row_id, attempt).values(**values))


def next_at(session: Session, now: datetime) -> datetime | None:
    """When the next row may be sent, or None when nothing waits."""
    rows = session.connection().execute(_NEXT, {"now": now})
    moments = [max(ready or not_before, not_before) for not_before, ready in rows]
    lease = session.connection().execute(_FIRST_LEASE).scalar()
    if lease is not None:
        moments.append(lease)
    return max(now, min(moments)) if moments else None


def waiting(session: Session) -> int:
    """How many messages wait to be said."""
    return session.exec(select(func.count()).where(col(Outbox.state).in_(("queued", "sending")))).one()


def dead(session: Session, limit: int = 50) -> list[Outbox]:
    """The newest messages nobody could be told."""
    return list(
        session.exec(select(Outbox).where(col(Outbox.state) == "dead").order_by(col(Outbox.id).desc()).limit(limit))
    )


def dead_count(session: Session) -> int:
    """How many messages nobody could be told."""
    return session.exec(select(func.count()).where(col(Outbox.state) == "dead")).one()


def replay(session: Session, row_id: int, now: datetime) -> bool:
    """Puts one dead row back in the queue; False when it is not dead or has no address.

    The attempts go on counting: an earlier one that still hangs must not pass for the new one.
    """
    statement = (
        update(Outbox)
        .where(col(Outbox.id) == row_id, col(Outbox.state) == "dead", col(Outbox.target_id) != "")
        .values(state="queued", not_before=now, error="")
    )
    return session.connection().execute(statement).rowcount == 1


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
