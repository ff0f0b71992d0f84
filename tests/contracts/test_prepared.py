"""Statements handed to the driver itself: the same values and failures as by SQLAlchemy, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from storage import batch
from storage.prepared import Prepared, PreparedRows
from storage.store import Store
from storage.tables import Obligation, Record, Setting

NOON = datetime(2026, 11, 23, 12, 0, 0, 250_000, tzinfo=timezone(timedelta(hours=8)))
SUBJECT = {"subject": "commitment:1"}
WHOLE = {
    "policy": "deadline",
    "epoch": 0,
    "opened_at": NOON,
    "opened_by": 1,
    "given_at": NOON,
    "due_at": NOON,
    "state": "open",
    "next_at": None,
    "data": {"见": ["青禾 & <样品>", None, True]},
}
ADD = Prepared(insert(Obligation).inline())
FIND = Prepared(
    select(Obligation.id, col(Obligation.opened_at), col(Obligation.next_at), col(Obligation.data)).where(
        Obligation.subject == bindparam("subject"), Obligation.state == "open"
    )
)


async def test_what_goes_in_comes_out(store: Store) -> None:
    def work(session: Session) -> None:
        assert ADD.change(session, WHOLE | SUBJECT) == 1
        [[row_id, opened_at, next_at, data]] = FIND.rows(session, SUBJECT)
        assert (opened_at, opened_at.tzinfo, next_at, data) == (NOON, UTC, None, WHOLE["data"])
        row = session.get_one(Obligation, row_id)
        assert (row.opened_at, row.data) == (opened_at, data)
        assert FIND.value(session, SUBJECT) == row_id
        assert FIND.value(session, {"subject": "commitment:2"}) is None

    await store.write(work)


async def test_what_waits_in_the_session_is_seen(store: Store) -> None:
    move = Prepared(update(Setting).where(col(Setting.key) == bindparam("of_key")).values(value=bindparam("to")))

    def work(session: Session) -> tuple[int, int]:
        session.add(Setting(key="a", value="1"))
        return move.change(session, {"of_key": "a", "to": "2"}), move.change(session, {"of_key": "b", "to": "2"})

    assert await store.write(work) == (1, 0)


async def test_a_number_is_drawn(store: Store) -> None:
    draw = Prepared(insert(Record).returning(col(Record.number)))

    def work(session: Session) -> list[int]:
        return [draw.value(session, {"kind": kind, "made_at": NOON, "made_by": None}) for kind in ("lead", "contact")]

    assert await store.write(work) == [1, 2]


async def test_a_refused_statement_undoes_its_own_work_alone(store: Store) -> None:
    add = Prepared(insert(Setting))

    def twice(session: Session) -> None:
        add.change(session, {"key": "b", "value": "1"})
        add.change(session, {"key": "b", "value": "一诺的秘密"})

    await store.write(lambda session: add.change(session, {"key": "a", "value": "1"}))
    with pytest.raises(IntegrityError) as refused:
        await store.write(twice)
    # What people wrote must not reach a log.
    assert "一诺的秘密" not in str(refused.value)
    assert await store.read(lambda session: [row.key for row in session.exec(select(Setting))]) == ["a"]


async def test_a_list_of_values_is_not_possible(store: Store) -> None:
    among = Prepared(select(Setting.value).where(col(Setting.key).in_(bindparam("keys", expanding=True))))
    with pytest.raises(TypeError):
        await store.read(lambda session: among.rows(session, {"keys": ["a"]}))


PUT = Prepared(insert(Setting))
KEYS = Prepared(select(Setting.key).order_by(col(Setting.key)))


def put(*keys: str) -> Callable[[Session], None]:
    def work(session: Session) -> None:
        for key in keys:
            PUT.later(session, {"key": key, "value": "1"})

    return work


async def kept(store: Store) -> list[str]:
    return [row[0] for row in await store.read(lambda session: KEYS.rows(session, {}))]


@pytest.mark.parametrize(
    "look",
    [
        lambda session: [row[0] for row in KEYS.rows(session, {})],
        lambda session: sorted(row.key for row in session.exec(select(Setting))),
        lambda session: sorted(session.connection().execute(select(col(Setting.key))).scalars()),
    ],
    ids=["prepared", "query", "core"],
)
async def test_what_was_put_off_is_seen_by_whoever_looks(store: Store, look: Callable[[Session], list[str]]) -> None:
    def work(session: Session) -> tuple[list[str], list[str]]:
        put("a", "b")(session)
        before = look(session)
        put("c")(session)
        return before, look(session)

    assert await store.write(work) == (["a", "b"], ["a", "b", "c"])


async def test_what_was_put_off_is_committed_and_the_last_of_it_alone_where_that_is_enough(store: Store) -> None:
    move = Prepared(update(Setting).where(col(Setting.key) == "a").values(value=bindparam("to")))

    def work(session: Session) -> None:
        put("a", "b")(session)
        for number in range(3):
            move.later(session, {"to": str(number)}, last=True)

    await store.write(work)

    assert await store.read(lambda session: session.get_one(Setting, "a").value) == "2"
    assert await kept(store) == ["a", "b"]


async def test_what_was_put_off_is_written_in_its_order_table_by_table(store: Store) -> None:
    remove = Prepared(delete(Setting).where(col(Setting.key) == bindparam("of_key")))

    def work(session: Session) -> None:
        put("a")(session)
        remove.later(session, {"of_key": "a"})
        put("a", "b")(session)

    await store.write(work)

    assert await kept(store) == ["a", "b"]


async def test_what_was_put_off_and_is_refused_undoes_its_own_work_alone(store: Store) -> None:
    def broken(session: Session) -> None:
        put("half")(session)
        raise LookupError("mine")

    outcomes = await asyncio.gather(
        *(store.write(work) for work in (put("a"), put("b", "a"), broken, put("c"))), return_exceptions=True
    )

    assert [type(outcome).__name__ for outcome in outcomes] == ["NoneType", "IntegrityError", "LookupError", "NoneType"]
    assert await kept(store) == ["a", "c"]


async def test_what_tells_something_is_not_put_off(store: Store) -> None:
    draw = Prepared(insert(Record).returning(col(Record.number)))
    with pytest.raises(TypeError):
        await store.write(lambda session: draw.later(session, {"kind": "lead", "made_at": NOON, "made_by": None}))


async def test_a_prepared_row_is_the_sessions_own(store: Store) -> None:
    rows = PreparedRows(Setting, select(Setting).where(col(Setting.key) == bindparam("of_key")))

    def change(session: Session) -> bool:
        row = rows.first(session, {"of_key": "a"})
        assert row is not None
        row.value = "2"
        return row is session.get(Setting, "a")

    await store.write(put("a"))
    assert await store.write(change)
    assert await store.read(lambda session: [row.value for row in rows.all(session, {"of_key": "a"})]) == ["2"]
    assert await store.read(lambda session: rows.first(session, {"of_key": "b"})) is None


async def test_what_is_known_in_a_batch_is_read_once_and_again_after_a_failure(store: Store) -> None:
    reads: list[str] = []

    def read() -> str:
        reads.append("read")
        return "old"

    def look(session: Session) -> str:
        return batch.known(session, "word", read)

    def learn(session: Session) -> str:
        batch.learn(session, "word", "new")
        return look(session)

    def fail(session: Session) -> None:
        raise LookupError("mine")

    assert await store.write(lambda session: (look(session), look(session), learn(session))) == ("old", "old", "new")
    assert reads == ["read"]
    outcomes = await asyncio.gather(*(store.write(work) for work in (learn, fail, look)), return_exceptions=True)
    # Each by itself: what the first one learned was undone and done again apart from the last one.
    assert (outcomes[0], type(outcomes[1]), outcomes[2]) == ("new", LookupError, "old")
