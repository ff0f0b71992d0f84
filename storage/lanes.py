"""Whose turn it is to be spoken to, and what becomes of what was said.

A lane is one target on one platform: it speaks in order, one message at a time, at its pace. Said in its time, each
message stays by itself; once the first one has waited for longer than `PATIENCE`, as after an outage, what waits for
the same target is claimed as one bundle. A bundle whose outcome is unknown (no answer, or the lease ran out) is claimed
again as the very same one, so that a platform that knows repetitions by their key can drop it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, update
from sqlmodel import Session, col, select

from storage import turns
from storage.tables import Lane, Outbox
from storage.turns import WAITS, Waiting

LEASE = timedelta(seconds=60)
# So many at most become one message, however short they are.
MERGED = 20
# Each question has an answer of its own and different clocks stay apart, as long as nothing holds them up.
PATIENCE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Way:
    """How a platform may be spoken to.

    `gap` is the seconds between two messages of one lane; what waits long is merged up to `merge_bytes` (0: never). All
    its lanes together get a message every `app_gap` seconds on average (0: as many as there are), `app_burst` of them
    at once.
    """

    gap: float = 0.0
    merge_bytes: int = 0
    app_gap: float = 0.0
    app_burst: int = 1


@dataclass(frozen=True, slots=True)
class Bundle:
    """Rows that are said in one message, in their order; `key` is the message's, over all its tries.

    `repeated`: an earlier try of this very message may have arrived.
    """

    key: str
    rows: tuple[Waiting, ...]
    repeated: bool = False

    @property
    def lane(self) -> str:
        """Whom it is for."""
        return self.rows[0].lane

    @property
    def held(self) -> list[tuple[int, int]]:
        """Its rows as the id and the attempt they are held by."""
        return [(row.id, row.attempts) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Said:
    """A bundle a platform took at `at`, by which of its channels, and its receipt."""

    bundle: Bundle
    at: datetime
    receipt: str = ""
    channel: str = ""


def claim(
    session: Session,
    now: datetime,
    limit: int = 50,
    ways: Mapping[str, Way] | None = None,
    without: Collection[str] = (),
) -> list[Bundle]:
    """Leases what may be said now: of every lane whose turn it is one bundle, the lane that waits longest first.

    `ways` by platform; the platforms in `without` are left alone. A lane that another instance is looking at is
    passed over.
    """
    ways = ways or {}
    room = _room(session, now, ways)
    closed = [*without, *(name for name, messages in room.items() if messages <= 0)]
    session.flush()
    connection = session.connection()
    heads = turns.first(connection, now, limit, closed)
    late = [lane for lane, head in heads.items() if head is not None and _is_late(head, now) and _merges(head, ways)]
    more = turns.behind(connection, late, now, MERGED)
    bundles = []
    for lane, head in heads.items():
        if head is not None and room.get(head.platform, 1) > 0:
            if head.platform in room:
                room[head.platform] -= 1
            bundles.append(_bundle(connection, more.get(lane) or [head], ways.get(head.platform) or Way()))
    _lease(connection, bundles, now, ways)
    # Nothing of theirs is due after all.
    turns.refresh(connection, [lane for lane, head in heads.items() if head is None])
    _spend(session, bundles, now, ways)
    for bundle in bundles:
        for row in bundle.rows:
            row.attempts, row.bundle = row.attempts + 1, bundle.key
    return bundles


def _is_late(head: Waiting, now: datetime) -> bool:
    return now - head.not_before > PATIENCE


def _merges(head: Waiting, ways: Mapping[str, Way]) -> bool:
    way = ways.get(head.platform)
    return way is not None and way.merge_bytes > 0 and not head.bundle


def _bundle(connection: Connection, rows: list[Waiting], way: Way) -> Bundle:
    """What is said together with the first of the rows, the others being those it may be merged with."""
    first = rows[0]
    if first.bundle:
        return Bundle(first.bundle, tuple(turns.together(connection, first.lane, first.bundle)), repeated=True)
    taken, size = [first], weight(first)
    for row in rows[1:]:
        size += 2 + weight(row)
        alike = row.is_reply == first.is_reply and not (row.bundle or row.files or first.files)
        if not alike or size > way.merge_bytes:
            break
        taken.append(row)
    return Bundle(first.key, tuple(taken))


def weight(row: Waiting) -> int:
    """About how many bytes a row takes in a message."""
    return len(row.text.encode()) + 40 * len(row.mentions)


def _lease(connection: Connection, bundles: Sequence[Bundle], now: datetime, ways: Mapping[str, Way]) -> None:
    turns.claim(connection, [(row.id, bundle.key) for bundle in bundles for row in bundle.rows])
    by_gap: dict[float, list[str]] = {}
    for bundle in bundles:
        way = ways.get(bundle.rows[0].platform) or Way()
        by_gap.setdefault(way.gap, []).append(bundle.lane)
    for gap, lanes in by_gap.items():
        turns.lease(connection, lanes, now + LEASE, now + timedelta(seconds=gap))


def _room(session: Session, now: datetime, ways: Mapping[str, Way]) -> dict[str, int]:
    """How many messages each platform with a pace of its own may be given now."""
    paced = {name: way for name, way in ways.items() if way.app_gap > 0}
    if not paced:
        return {}
    rows = session.exec(select(Lane.lane, Lane.ready_at).where(col(Lane.lane).in_(paced)))
    room = {name: way.app_burst for name, way in paced.items()}
    for name, ready_at in rows:
        # Each message moves `ready_at` on by a gap; a platform that was silent for a burst has a whole one.
        ahead = (ready_at - now).total_seconds() / paced[name].app_gap
        room[name] = max(0, min(paced[name].app_burst, math.floor(1 - ahead + 1e-6)))
    return room


def _spend(session: Session, bundles: Sequence[Bundle], now: datetime, ways: Mapping[str, Way]) -> None:
    for name, way in ways.items():
        count = sum(bundle.rows[0].platform == name for bundle in bundles)
        if way.app_gap > 0 and count:
            gap = timedelta(seconds=way.app_gap)
            row = session.get(Lane, name)
            unused = now - gap * (way.app_burst - 1)
            start = max(row.ready_at, unused) if row is not None else unused
            _rest_until(session, name, name, start + gap * count)
    session.flush()


def refresh(session: Session, lanes: Collection[str]) -> None:
    """Finds out anew when each of these lanes is to be looked at; nothing is being said in them."""
    session.flush()
    turns.refresh(session.connection(), lanes)


def keep(session: Session, bundles: Sequence[Bundle], now: datetime) -> None:
    """Prolongs the leases of sends that take long, as far as they are still held."""
    lanes = set(turns.held(session.connection(), [pair for bundle in bundles for pair in bundle.held]).values())
    if lanes:
        turns.keep(session.connection(), sorted(lanes), now + LEASE)


def sent(session: Session, said: Sequence[Said]) -> set[int]:
    """Marks everything that was said; returns the ids of the rows that were still held by these attempts."""
    session.flush()
    rows = [(row.id, row.attempts, one.at, one.receipt, _channel(one, row)) for one in said for row in one.bundle.rows]
    held = turns.sent(session.connection(), rows)
    turns.refresh(session.connection(), set(held.values()))
    return set(held)


def _channel(one: Said, row: Waiting) -> str:
    return " after ".join((one.channel, *row.tried))


def fail(
    session: Session,
    bundle: Bundle,
    error: str,
    retry_at: datetime | None,
    *,
    arrived: bool = False,
    apart: bool = False,
) -> None:
    """Records why a bundle was not said: tried again at `retry_at`, or dead when that is None.

    `arrived` says that it may have arrived: it stays the bundle it is. `apart` makes every row a message of its own.
    The whole lane waits, so that nothing overtakes.
    """
    held = turns.held(session.connection(), bundle.held)
    for row in bundle.rows:
        if row.id in held:
            values: dict[str, Any] = {"state": "queued" if retry_at else "dead", "error": error[:500]}
            if not arrived:
                values["bundle"] = row.key if apart else ""
            session.connection().execute(update(Outbox).where(col(Outbox.id) == row.id).values(**values))
    if held:
        if retry_at is not None:
            rest(session, bundle.lane, retry_at)
        refresh(session, set(held.values()))


def rest(session: Session, lane: str, until: datetime) -> None:
    """Keeps a lane silent until `until`; a platform's name keeps all its lanes silent."""
    _rest_until(session, lane, lane.partition(":")[0], until)
    session.flush()
    idle = or_(col(Lane.leased_until).is_(None), col(Lane.leased_until) < until)
    later = update(Lane).where(col(Lane.lane) == lane, col(Lane.next_at) < until, idle)
    session.connection().execute(later.values(next_at=until))


def _rest_until(session: Session, lane: str, platform: str, until: datetime) -> None:
    row = session.get(Lane, lane, populate_existing=True)
    if row is None:
        session.add(Lane(lane=lane, platform=platform, ready_at=until))
    else:
        row.ready_at = max(row.ready_at, until)
        session.add(row)


def release_all(session: Session) -> int:
    """Gives back every lease at once: for a database that only this process uses, after a restart.

    Whether those messages arrived is unknown. They are sent again at once and unchanged, so that a platform that
    drops repetitions within some minutes can do so.
    """
    connection = session.connection()
    given_back = connection.execute(
        update(Outbox).where(col(Outbox.state) == "sending").values(state="queued")
    ).rowcount
    refresh(session, list(session.exec(select(Lane.lane).where(col(Lane.leased_until).is_not(None)))))
    return given_back


def set_back(session: Session, now: datetime) -> None:
    """Takes a clock that was set back to `now` into account: what it had put off waits no longer for that.

    A rest is over, what was to be said at once may be, before what has been queued since, and a lease runs for
    as long as a new one. What is held for a time of day goes on waiting for it. Doing it again changes nothing.
    """
    connection = session.connection()
    at_once = or_(col(Outbox.not_before) <= col(Outbox.made_at), col(Outbox.retries_from) > 0)
    connection.execute(
        update(Outbox).where(WAITS, col(Outbox.not_before) > now, at_once).values(not_before=now - LEASE)
    )
    connection.execute(update(Lane).where(col(Lane.ready_at) > now).values(ready_at=now))
    late = now + LEASE
    connection.execute(update(Lane).where(col(Lane.leased_until) > late).values(leased_until=late, next_at=late))
    waiting = select(Lane.lane).where(col(Lane.leased_until).is_(None), col(Lane.next_at) > now)
    refresh(session, list(session.exec(waiting)))


def next_at(session: Session, now: datetime) -> datetime | None:
    """When the next message may be said, or None when nothing waits."""
    turns = session.exec(
        select(Lane.platform, func.min(Lane.next_at)).where(col(Lane.next_at).is_not(None)).group_by(Lane.platform)
    )
    moments: list[datetime] = []
    for platform, first in turns:
        assert first is not None
        app = session.get(Lane, platform)
        moments.append(max(first, app.ready_at) if app is not None else first)
    return max(now, min(moments)) if moments else None
