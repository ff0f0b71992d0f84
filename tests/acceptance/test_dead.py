"""`dead list` and `dead replay`: what was given up is seen without its words, and sent again under its key."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import Session, col, select

from bot.dead import explained
from main import cli
from storage import lanes, migrate, outbox
from storage.store import open_store
from storage.tables import Outbox
from tests.fakes.server import NOON


@pytest.fixture
def url(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with two dead letters, one without an address, and a message that waits."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)

    def fill(session: Session) -> None:
        for key, target in (("gone", "ann"), ("nowhere", ""), ("waits", "bob")):
            outbox.queue(session, NOON, key=key, kind="notice", words="机密", address=("wecom", "person", target))
        for bundle in lanes.claim(session, NOON):
            if bundle.key != "waits":
                lanes.fail(session, bundle, "Unreachable: call 13800138000", None)

    async def prepare() -> None:
        store = open_store(database_url)
        await migrate.upgrade(store)
        await store.write(fill)
        await store.close()

    asyncio.run(prepare())
    return database_url


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["dead", *arguments])


def waiting(url: str) -> list[str]:
    """The keys of what waits to be said."""

    async def read() -> list[str]:
        store = open_store(url)
        statement = select(Outbox.key).where(Outbox.state == "queued").order_by(col(Outbox.id))
        try:
            return await store.read(lambda session: list(session.exec(statement)))
        finally:
            await store.close()

    return asyncio.run(read())


def test_they_are_listed_without_words_or_numbers(url: str) -> None:
    shown = run("list", "--json")
    assert shown.exit_code == 0
    rows = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [(row["id"], row["platform"], row["to"], row["kind"]) for row in rows] == [
        (2, "wecom", "", "notice"),
        (1, "wecom", "ann", "notice"),
    ]
    for text in (shown.output, run("list").output):
        assert "机密" not in text
        assert "13800138000" not in text
    assert len(run("list", "--limit", "1").stdout.splitlines()) == 1


def test_one_is_sent_again_under_its_key(url: str) -> None:
    done = run("replay", "1", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"queued": [1], "left": []})
    assert waiting(url) == ["gone"]
    assert run("replay", "1").exit_code == 1


def test_what_cannot_be_sent_is_told(url: str) -> None:
    done = run("replay", "1", "2", "3", "99", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (1, {"queued": [1], "left": [2, 3, 99]})


def test_all_of_them(url: str) -> None:
    done = run("replay", "--all")
    assert (done.exit_code, done.stdout) == (0, "1 queued again, left: 2\n")


@pytest.mark.parametrize("arguments", [(), ("1", "--all"), ("0",), ("x",)])
def test_which_ones_must_be_said(url: str, arguments: tuple[str, ...]) -> None:
    assert run("replay", *arguments).exit_code != 0


def test_a_database_of_another_shape_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    told = run("list")
    assert told.exit_code == 1
    assert "db upgrade" in told.stderr


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            "Unreachable: call 13800138000",
            "收不到：不在可见范围、已离职，或者机器人不在群里（Unreachable: call 138****8000）",
        ),
        ("the month's calls are used up: digests are not sent", "平台的月额度用完了，清单先停发（"),
        ("KeyError", "KeyError"),
        ("", "没有记下原因"),
    ],
)
def test_a_reason_is_explained_in_words_and_without_numbers(error: str, told: str) -> None:
    assert explained(error).startswith(told)
    assert "13800138000" not in explained(error)
