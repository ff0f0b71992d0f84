"""`person show` and `person erase` on a database that was really used: the words go, the facts and the chain stay."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlmodel import Session, SQLModel, col, select

from main import cli
from storage import events
from storage.store import PostgresStore, SqliteStore, open_store
from storage.tables import Commitment, Contact, Event, Person
from tests.acceptance.world import world

WORDS = ("周五前把样品寄出", "请客户试用", "问了交期", "看病")


def live(database_url: str, *more: str) -> str:
    """A life of 邵晴 in the database: a promise, a call, a report, a leave, a name taught; 闵航 hears of it."""

    async def go() -> None:
        async with world(database_url) as here:
            for number, said in enumerate(
                (
                    f"【承诺】{WORDS[0]} 周五",
                    "电话 海棠诊所 " + WORDS[2],
                    "1",
                    f"日报 今日 {WORDS[1]} 明日 回访",
                    f"请假 周四 {WORDS[3]}",
                    "客户 海棠诊所 别名 老海棠",
                    *more,
                )
            ):
                await here.wecom_says("lisi", said, f"p{number}")
                await here.settle()
            await here.dingtalk_says("0102", "@邵晴 的承诺", "d1")
            await here.settle()

    asyncio.run(go())
    return database_url


@pytest.fixture
def used(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database in which one promise is still open."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return live(database_url)


@pytest.fixture
def finished(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database in which nothing is open."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return live(database_url, "完成 1")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["person", *arguments])


def read(url: str, work: Any) -> Any:
    async def go() -> Any:
        store: SqliteStore | PostgresStore = open_store(url)
        try:
            return await store.read(work)
        finally:
            await store.close()

    return asyncio.run(go())


def everything(session: Session) -> str:
    """Every cell of every table, as text."""
    tables = SQLModel.metadata.sorted_tables
    rows = [list(row) for table in tables for row in session.connection().execute(select(table))]  # type: ignore[call-overload]
    return json.dumps(rows, ensure_ascii=False, default=str)


def test_what_is_kept_is_told(used: str) -> None:
    result = run("show", "邵晴")
    assert result.exit_code == 0
    for part in (
        "#3 邵晴",
        "2 platform ids",
        "6 messages written",
        "1 contacts",
        "1 promises",
        "1 reports",
        "1 absences",
        "1 names of clients taught",
    ):
        assert part in result.output


def test_the_words_go_and_the_facts_stay(finished: str) -> None:
    assert "lisi" in read(finished, everything)
    assert run("erase", "邵晴", "--yes").output == "erased; the facts stay under 已删除的成员3\n"

    left = read(finished, everything)
    for gone in ("邵晴", "lisi", "0101", f"【承诺】{WORDS[0]}", WORDS[3]):
        assert gone not in left, gone
    matter, contact, name = read(
        finished,
        lambda session: (
            session.exec(select(Commitment.matter)).one(),
            session.exec(select(Contact.text)).one(),
            (session.get_one(Person, 3).name, session.get_one(Person, 3).phone),
        ),
    )
    assert (matter, name) == (WORDS[0], ("已删除的成员3", ""))
    assert WORDS[2] in contact
    assert read(finished, events.verify) is None
    assert (
        read(finished, lambda session: session.exec(select(Event.kind).order_by(col(Event.seq))).all()[-1])
        == "person.erased"
    )
    # Once more changes nothing, and the others are untouched.
    assert run("erase", "#3", "--yes").exit_code == 0
    assert read(finished, everything) == left
    assert "闵航" in left


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("erase", "邵晴"), "without --yes"),
        (("erase", "邵晴", "--yes"), "first hand over or finish what is open: 1 promises"),
        (("show", "没有这人"), "nobody is called"),
        (("show", "99"), "nobody is called"),
    ],
)
def test_what_cannot_be_done_changes_nothing(used: str, arguments: tuple[str, ...], said: str) -> None:
    before = read(used, everything)
    result = run(*arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert read(used, everything) == before
