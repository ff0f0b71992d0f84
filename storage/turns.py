"""The statements by which messages are claimed and marked: one each, however many messages it is about.

All of them work in the transaction of their caller, and none makes an object of a session: the messages may be many.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    String,
    Text,
    any_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    true,
    update,
)
from sqlalchemy import select as core_select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased
from sqlalchemy.types import JSON, TypeDecorator
from sqlmodel import SQLModel, col, select

from storage.columns import Moment, sqlite_text
from storage.tables import Lane, Outbox


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


class _Lists(TypeDecorator[list[Any]]):
    """A column of JSON read as text: nearly all of them are empty, and that is seen without a parser."""

    impl = Text
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """What makes a list of the text."""
        return lambda value: [] if value == "[]" or value is None else json.loads(value)


# Statements are put together once, which costs more than running them, and not before they are wanted. The states are
# written out, so that the database sees that the partial indexes serve.
_NOW = bindparam("now", type_=Moment)
WAITS = col(Outbox.state).in_([literal_column("'queued'"), literal_column("'sending'")])
_SENDING = col(Outbox.state) == literal_column("'sending'")
_IN_ORDER = (col(Outbox.not_before), col(Outbox.id))
_TABLE = SQLModel.metadata.tables["outbox"]
_NAMES = [field.name for field in fields(Waiting)]
_ids = bindparam("ids", type_=postgresql.ARRAY(BigInteger))
_lanes = bindparam("lanes", type_=postgresql.ARRAY(String))


@cache
def _columns() -> Sequence[Any]:
    return [
        cast(_TABLE.c[name], _Lists).label(name) if isinstance(_TABLE.c[name].type, JSON) else _TABLE.c[name]
        for name in _NAMES
    ]


def _among(column: Any, dialect: str, name: str) -> ColumnElement[bool]:
    """Is the column's value in the list given as `name`? One statement, however long the list is."""
    if dialect == "postgresql":
        return column == any_(_ids if name == "ids" else _lanes)  # type: ignore[no-any-return]
    return column.in_(select(func.json_each(bindparam(name, type_=String)).table_valued("value").c.value))  # type: ignore[no-any-return]


def _list(connection: Connection, values: Iterable[Any]) -> Any:
    listed = list(values)
    return listed if connection.dialect.name == "postgresql" else json.dumps(listed, ensure_ascii=False)


# --- whose turn it is -------------------------------------------------------------------------------------------------


def _due() -> Any:
    app = aliased(Lane)
    return (
        select(Lane.lane, Lane.platform, Lane.next_at)
        .where(
            col(Lane.next_at) <= _NOW,
            col(Lane.platform).not_in(bindparam("without", expanding=True)),
            ~select(app.lane).where(app.lane == col(Lane.platform), app.ready_at > _NOW).exists(),
        )
        .order_by(col(Lane.next_at))
        .limit(bindparam("limit", type_=Integer))
        .with_for_update(skip_locked=True)
        .subquery("due")
    )


def _heads(dialect: str, lanes: Any, depth: Any) -> Any:
    """The first rows of each of these lanes, as many as `depth`; nothing but the lane where there is none."""
    heads = core_select(*_columns()).where(_TABLE.c.lane == lanes.c.lane, WAITS, col(Outbox.not_before) <= _NOW)
    heads = heads.order_by(*_IN_ORDER).limit(depth)
    if dialect == "postgresql":
        head = heads.lateral("head")
        columns = [head.c[name] for name in _NAMES]
        joined = core_select(lanes.c.lane, *columns).select_from(lanes).join(head, true(), isouter=True)
        return joined.order_by(lanes.c.next_at, lanes.c.lane, head.c.not_before, head.c.id)
    # There are no lateral joins there; a correlated list of row ids is as good.
    ids = heads.with_only_columns(_TABLE.c.id).correlate(lanes)
    joined = core_select(lanes.c.lane, *_columns()).select_from(lanes).join(_TABLE, _TABLE.c.id.in_(ids), isouter=True)
    return joined.order_by(lanes.c.next_at, lanes.c.lane, *_IN_ORDER)


@cache
def first_heads(dialect: str) -> Any:
    """The statement that `first` is."""
    # The number is written out: a limit that is not known makes PostgreSQL plan the statement anew each time.
    return _heads(dialect, _due(), literal_column("1"))


@cache
def _behind(dialect: str) -> Any:
    late = select(Lane.lane, Lane.next_at).where(_among(col(Lane.lane), dialect, "lanes")).subquery("late")
    return _heads(dialect, late, bindparam("depth", type_=Integer))


@cache
def _together() -> Any:
    of_bundle = (_TABLE.c.lane == bindparam("of_lane"), WAITS, _TABLE.c.bundle == bindparam("of_bundle"))
    return core_select(*_columns()).where(*of_bundle).order_by(*_IN_ORDER)


def first(connection: Connection, now: datetime, limit: int, without: Collection[str]) -> dict[str, Waiting | None]:
    """Of every lane whose turn it is the row that is first, the lane that waits longest first; None: nothing is due.

    The platforms in `without` are left alone; lanes that another transaction has are passed over, these are had now.
    """
    values = {"now": now, "limit": limit, "without": list(without)}
    found = connection.execute(first_heads(connection.dialect.name), values)
    return {lane: Waiting(*row) if row[0] is not None else None for lane, *row in found}


def behind(connection: Connection, lanes: Collection[str], now: datetime, depth: int) -> dict[str, list[Waiting]]:
    """The first rows of each of these lanes that are due, `depth` of them at most."""
    listed: dict[str, list[Waiting]] = {lane: [] for lane in lanes}
    if lanes:
        values = {"now": now, "depth": depth, "lanes": _list(connection, lanes)}
        for lane, *row in connection.execute(_behind(connection.dialect.name), values):
            if row[0] is not None:
                listed[lane].append(Waiting(*row))
    return listed


def together(connection: Connection, lane: str, bundle: str) -> list[Waiting]:
    """The waiting rows that an earlier try had put into this bundle."""
    return [Waiting(*row) for row in connection.execute(_together(), {"of_lane": lane, "of_bundle": bundle})]


# --- what becomes of it -----------------------------------------------------------------------------------------------


def _given(dialect: str, **columns: Any) -> tuple[Any, list[Any]]:
    """The lists given by these names as a table of so many columns, and these."""
    if dialect == "postgresql":
        arrays = [bindparam(name, type_=postgresql.ARRAY(kind)) for name, kind in columns.items()]
        named = [column(f"of_{name}", kind) for name, kind in columns.items()]
        table: Any = func.unnest(*arrays).table_valued(*named).render_derived(name="given")
        return table, [table.c[f"of_{name}"] for name in columns]
    table = func.json_each(bindparam("given", type_=String)).table_valued("value", name="given")
    return table, [func.json_extract(table.c.value, f"$[{place}]") for place in range(len(columns))]


def _rows(connection: Connection, rows: Sequence[tuple[Any, ...]], *names: str) -> dict[str, Any]:
    """Rows as the parameters of a statement that takes them as a table."""
    if connection.dialect.name == "postgresql":
        return {name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    return {"given": json.dumps(rows, ensure_ascii=False, default=sqlite_text)}


@cache
def _claim(dialect: str) -> Any:
    _, (row_id, key) = _given(dialect, ids=BigInteger, keys=String)
    return (
        update(_TABLE).where(_TABLE.c.id == row_id).values(state="sending", attempts=_TABLE.c.attempts + 1, bundle=key)
    )


@cache
def _sent(dialect: str) -> Any:
    kinds = {"ids": BigInteger, "tries": Integer, "moments": Moment, "receipts": String, "channels": String}
    _, (row_id, attempt, at, receipt, channel) = _given(dialect, **kinds)
    values = {"state": "sent", "sent_at": at, "receipt": receipt, "channel": channel, "error": ""}
    held = (_TABLE.c.id == row_id, _TABLE.c.attempts == attempt, _SENDING)
    return update(_TABLE).where(*held).values(values).returning(_TABLE.c.id, _TABLE.c.lane)


def _of_lanes(dialect: str) -> Any:
    return update(Lane).where(_among(col(Lane.lane), dialect, "lanes"))


@cache
def _keep(dialect: str) -> Any:
    until = bindparam("until", type_=Moment)
    return _of_lanes(dialect).values(leased_until=until, next_at=until)


@cache
def _lease(dialect: str) -> Any:
    return _keep(dialect).values(ready_at=bindparam("ready", type_=Moment))


@cache
def _held(dialect: str) -> Any:
    among = _among(col(Outbox.id), dialect, "ids")
    return select(Outbox.id, Outbox.attempts, Outbox.lane).where(among, _SENDING).with_for_update()


@cache
def _refresh(dialect: str) -> Any:
    later = case((col(Outbox.not_before) > col(Lane.ready_at), col(Outbox.not_before)), else_=col(Lane.ready_at))
    following = select(later).where(Outbox.lane == Lane.lane, WAITS).order_by(*_IN_ORDER).limit(1)
    return _of_lanes(dialect).values(leased_until=None, next_at=following.correlate(Lane).scalar_subquery())


def claim(connection: Connection, rows: Sequence[tuple[int, str]]) -> None:
    """Marks rows, each with the key of its bundle, as being said for one more time."""
    if rows:
        connection.execute(_claim(connection.dialect.name), _rows(connection, rows, "ids", "keys"))


def lease(connection: Connection, lanes: Collection[str], until: datetime, ready: datetime) -> None:
    """Takes lanes until `until`; they may be spoken to again at `ready`."""
    values = {"lanes": _list(connection, lanes), "until": until, "ready": ready}
    connection.execute(_lease(connection.dialect.name), values)


def keep(connection: Connection, lanes: Collection[str], until: datetime) -> None:
    """Prolongs the leases of lanes to `until`."""
    connection.execute(_keep(connection.dialect.name), {"lanes": _list(connection, lanes), "until": until})


def held(connection: Connection, pairs: Sequence[tuple[int, int]]) -> dict[int, str]:
    """Which of these rows are still held by these attempts, with their lanes."""
    if not pairs:
        return {}
    ids = _list(connection, (row_id for row_id, _ in pairs))
    attempts = dict(pairs)
    found = connection.execute(_held(connection.dialect.name), {"ids": ids})
    return {row_id: lane for row_id, attempt, lane in found if attempts[row_id] == attempt}


def sent(connection: Connection, rows: Sequence[tuple[int, int, datetime, str, str]]) -> dict[int, str]:
    """Marks rows as said: id, attempt, moment, receipt and channel each.

    Returns those that were still held by these attempts, with their lanes; the others are left as they are.
    """
    if not rows:
        return {}
    values = _rows(connection, rows, "ids", "tries", "moments", "receipts", "channels")
    found = connection.execute(_sent(connection.dialect.name), values)
    return {row.id: row.lane for row in found}


def refresh(connection: Connection, lanes: Collection[str]) -> None:
    """Finds out anew when each of these lanes is to be looked at; nothing is being said in them."""
    if lanes:
        connection.execute(_refresh(connection.dialect.name), {"lanes": _list(connection, sorted(lanes))})
