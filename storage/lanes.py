"""Whose turn it is to be spoken to, and what becomes of what was said.

A lane is one target on one platform: it speaks in order, one message at a time, at its pace. Said in its time, each
message stays by itself; once the first one has waited for longer than `PATIENCE`, as after an outage, what waits for
the same target is claimed as one bundle. A bundle whose outcome is unknown (no answer, or the lease ran out) is claimed
again as the very same one, so that a platform that knows repetitions by their key can drop it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    String,
    any_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    true,
    update,
)
from sqlalchemy import select as core_select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col, select

from storage.tables import Lane, Moment, Outbox

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


@dataclass(slots=True)
class Waiting:
    """A row of the outbox that was claimed, its columns as they are there: no object of a session, being many."""

    id: int
    key: str
    platform: str
    lane: str
    target_kind: str
    target_id: str
    person_id: int | None
    chat_id: int | None
    kind: str
    clock: str | None
    about: list[int]
    mentions: list[int]
    text: str
    title: str
    tones: list[str]
    actions: list[list[str]]
    files: list[dict[str, Any]]
    inbox_id: int | None
    is_reply: bool
    reply_url: str | None
    reply_until: datetime | None
    made_at: datetime
    not_before: datetime
    bundle: str
    attempts: int
    retries_from: int
    tried: list[str]
    sent_at: datetime | None
    error: str


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


# Built once: putting a statement together costs more than running it. The states are written out, so that the
# database sees that the partial indexes serve.
_NOW = bindparam("now", type_=Moment)
_WAITS = col(Outbox.state).in_([literal_column("'queued'"), literal_column("'sending'")])
_IN_ORDER = (col(Outbox.not_before), col(Outbox.id))
_APP = aliased(Lane)
_DUE = (
    select(Lane.lane, Lane.platform, Lane.next_at)
    .where(
        col(Lane.next_at) <= _NOW,
        col(Lane.platform).not_in(bindparam("without", expanding=True)),
        ~select(_APP.lane).where(_APP.lane == col(Lane.platform), _APP.ready_at > _NOW).exists(),
    )
    .order_by(col(Lane.next_at))
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
    .subquery("due")
)
_TABLE = SQLModel.metadata.tables["outbox"]
_NAMES = [field.name for field in fields(Waiting)]
_COLUMNS = [_TABLE.c[name] for name in _NAMES]
_HEADS = (
    core_select(*_COLUMNS)
    .where(_TABLE.c.lane == _DUE.c.lane, _WAITS, col(Outbox.not_before) <= _NOW)
    .order_by(*_IN_ORDER)
    .limit(bindparam("depth", type_=Integer))
)


def _turns_postgres() -> Any:
    head = _HEADS.lateral("head")
    return (
        core_select(_DUE.c.lane, _DUE.c.platform, *(head.c[name] for name in _NAMES))
        .select_from(_DUE)
        .join(head, true(), isouter=True)
        .order_by(_DUE.c.next_at, _DUE.c.lane, head.c.not_before, head.c.id)
    )


def _turns_sqlite() -> Any:
    # There are no lateral joins there; a correlated list of row ids is as good.
    ids = _HEADS.with_only_columns(_TABLE.c.id).correlate(_DUE)
    return (
        core_select(_DUE.c.lane, _DUE.c.platform, *_COLUMNS)
        .select_from(_DUE)
        .join(_TABLE, _TABLE.c.id.in_(ids), isouter=True)
        .order_by(_DUE.c.next_at, _DUE.c.lane, *_IN_ORDER)
    )


_TURNS = {"postgresql": _turns_postgres(), "sqlite": _turns_sqlite()}
_ids = bindparam("ids", type_=postgresql.ARRAY(BigInteger))
_lanes = bindparam("lanes", type_=postgresql.ARRAY(String))


def _among(column: Any, dialect: str, name: str) -> ColumnElement[bool]:
    """Is the column's value in the list given as `name`? One statement, however long the list is."""
    if dialect == "postgresql":
        return column == any_(_ids if name == "ids" else _lanes)  # type: ignore[no-any-return]
    return column.in_(select(func.json_each(bindparam(name, type_=String)).table_valued("value").c.value))  # type: ignore[no-any-return]


def _list(session: Session, values: Iterable[Any]) -> Any:
    listed = list(values)
    return listed if session.connection().dialect.name == "postgresql" else json.dumps(listed)


_FIRST = (
    select(case((col(Outbox.not_before) > col(Lane.ready_at), col(Outbox.not_before)), else_=col(Lane.ready_at)))
    .where(Outbox.lane == Lane.lane, _WAITS)
    .order_by(*_IN_ORDER)
    .limit(1)
    .correlate(Lane)
    .scalar_subquery()
)
_DIALECTS = ("postgresql", "sqlite")
_REFRESH = {
    name: update(Lane).where(_among(col(Lane.lane), name, "lanes")).values(leased_until=None, next_at=_FIRST)
    for name in _DIALECTS
}
_HELD = {
    name: select(Outbox.id, Outbox.attempts, Outbox.lane)
    .where(_among(col(Outbox.id), name, "ids"), Outbox.state == "sending")
    .with_for_update()
    for name in _DIALECTS
}
_BY_ID = col(Outbox.id) == bindparam("row_id")
_BY_LANE = col(Lane.lane) == bindparam("of_lane")
_CLAIM = (
    update(Outbox).where(_BY_ID).values(state="sending", attempts=Outbox.attempts + 1, bundle=bindparam("of_bundle"))
)
_UNTIL = bindparam("until", type_=Moment)
_LEASE = (
    update(Lane).where(_BY_LANE).values(leased_until=_UNTIL, next_at=_UNTIL, ready_at=bindparam("ready", type_=Moment))
)
_KEEP = update(Lane).where(_BY_LANE).values(leased_until=_UNTIL, next_at=_UNTIL)
_SENT = (
    update(Outbox)
    .where(_BY_ID)
    .values(
        state="sent",
        sent_at=bindparam("at", type_=Moment),
        receipt=bindparam("with_receipt"),
        channel=bindparam("by_channel"),
        error="",
    )
)


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
    depth = MERGED if any(way.merge_bytes for way in ways.values()) else 1
    lanes: dict[str, tuple[str, list[Waiting]]] = {}
    session.flush()
    connection = session.connection()
    found = connection.execute(
        _TURNS[connection.dialect.name], {"now": now, "limit": limit, "depth": depth, "without": closed}
    )
    for lane, platform, *values in found:
        rows = lanes.setdefault(lane, (platform, []))[1]
        if values[0] is not None:
            rows.append(Waiting(*values))
    bundles = []
    for platform, rows in lanes.values():
        if rows and room.get(platform, 1) > 0:
            if platform in room:
                room[platform] -= 1
            bundles.append(_bundle(session, rows, ways.get(platform) or Way(), now))
    _lease(session, bundles, now, ways)
    # Nothing of theirs is due after all.
    refresh(session, [lane for lane, (_, rows) in lanes.items() if not rows])
    _spend(session, bundles, now, ways)
    for bundle in bundles:
        for row in bundle.rows:
            row.attempts, row.bundle = row.attempts + 1, bundle.key
    return bundles


def _bundle(session: Session, rows: list[Waiting], way: Way, now: datetime) -> Bundle:
    """What is said together with the first of the rows."""
    first = rows[0]
    if first.bundle:
        together = core_select(*_COLUMNS).where(_TABLE.c.lane == first.lane, _WAITS, _TABLE.c.bundle == first.bundle)
        found = session.connection().execute(together.order_by(*_IN_ORDER))
        return Bundle(first.bundle, tuple(Waiting(*row) for row in found), repeated=True)
    taken, size = [first], weight(first)
    late = now - first.not_before > PATIENCE
    for row in rows[1:] if late else ():
        size += 2 + weight(row)
        alike = row.is_reply == first.is_reply and not (row.bundle or row.files or first.files)
        if not alike or size > way.merge_bytes:
            break
        taken.append(row)
    return Bundle(first.key, tuple(taken))


def weight(row: Waiting) -> int:
    """About how many bytes a row takes in a message."""
    return len(row.text.encode()) + 40 * len(row.mentions)


def _lease(session: Session, bundles: Sequence[Bundle], now: datetime, ways: Mapping[str, Way]) -> None:
    if not bundles:
        return
    connection = session.connection()
    connection.execute(
        _CLAIM, [{"row_id": row.id, "of_bundle": bundle.key} for bundle in bundles for row in bundle.rows]
    )
    connection.execute(
        _LEASE,
        [
            {"of_lane": bundle.lane, "until": now + LEASE, "ready": now + timedelta(seconds=way.gap)}
            for bundle in bundles
            for way in (ways.get(bundle.rows[0].platform) or Way(),)
        ],
    )


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


def _held(session: Session, pairs: Sequence[tuple[int, int]]) -> dict[int, str]:
    """Which of these rows are still held by these attempts, with their lanes."""
    if not pairs:
        return {}
    connection = session.connection()
    ids = _list(session, (row_id for row_id, _ in pairs))
    found = connection.execute(_HELD[connection.dialect.name], {"ids": ids})
    attempts = dict(pairs)
    return {row_id: lane for row_id, attempt, lane in found if attempts[row_id] == attempt}


def refresh(session: Session, lanes: Collection[str]) -> None:
    """Finds out anew when each of these lanes is to be looked at; nothing is being said in them."""
    if lanes:
        session.flush()
        connection = session.connection()
        connection.execute(_REFRESH[connection.dialect.name], {"lanes": _list(session, sorted(lanes))})


def keep(session: Session, bundles: Sequence[Bundle], now: datetime) -> None:
    """Prolongs the leases of sends that take long, as far as they are still held."""
    lanes = set(_held(session, [pair for bundle in bundles for pair in bundle.held]).values())
    if lanes:
        session.connection().execute(_KEEP, [{"of_lane": lane, "until": now + LEASE} for lane in sorted(lanes)])


def sent(session: Session, said: Sequence[Said]) -> set[int]:
    """Marks everything that was said; returns the ids of the rows that were still held by these attempts."""
    held = _held(session, [pair for one in said for pair in one.bundle.held])
    values = [
        {"row_id": row.id, "at": one.at, "with_receipt": one.receipt, "by_channel": _channel(one, row)}
        for one in said
        for row in one.bundle.rows
        if row.id in held
    ]
    if values:
        session.connection().execute(_SENT, values)
        refresh(session, set(held.values()))
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
    held = _held(session, bundle.held)
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
        update(Outbox).where(_WAITS, col(Outbox.not_before) > now, at_once).values(not_before=now - LEASE)
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
