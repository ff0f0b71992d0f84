"""Statements handed to the driver itself: the same values and failures as by SQLAlchemy, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from storage.prepared import Prepared
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
