"""`import leads`: rows become records with clocks, owners hear of theirs once, twice changes nothing."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import CliRunner
from sqlmodel import Session, col, select

from bot import leads
from bot.settings import Settings
from bot.sheets import Report
from main import cli
from storage import clients, events, people
from storage.migrate import upgrade
from storage.store import open_store
from storage.tables import Client, Event, Lead, Obligation, Outbox, Person

T = TypeVar("T")
MORNING = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)  # a Tuesday, 10:00 in the team's zone
NIGHT = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)  # a Friday, 23:00 there
HEAD = ["客户名称", "联系人", "手机", "来源", "预算", "地区", "负责人", "备注"]
FIRST = ["清源水务", "郝工", "13900002222", "展会", "30万", "无锡", "魏来", "要样品"]
SECOND = ["远山茶业", "", "", "", "", "", "魏来", ""]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """A database with two reps and a supervisor, and a client that the other rep owns."""
    address: str = f"sqlite:///{tmp_path}/team.db"
    if request.param == "postgresql":
        address = request.getfixturevalue("postgres_url")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", address)
    run(address, _team)
    return address


def _team(session: Session) -> None:
    for name, role in (("康宁", "supervisor"), ("魏来", "rep"), ("白露", "rep")):
        person = Person(name=name, role=role, supervisor_id=None if role == "supervisor" else 1, made_at=MORNING)
        session.add(person)
        session.flush()
        people.bind(session, person.id or 0, "wecom", f"user{person.id}")
    clients.add(session, "北辰电缆有限公司", MORNING, owner_id=3, aliases=["北辰"])


def run(url: str, work: Callable[[Session], T]) -> T:
    async def inner() -> T:
        store = open_store(url, durable=False)
        try:
            await upgrade(store)
            return await store.write(work)
        finally:
            await store.close()

    return asyncio.run(inner())


def take(url: str, *rows: list[Any], at: datetime = MORNING, head: list[str] = HEAD) -> Report:
    file = Path("leads.csv")
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([head, *rows])
    return asyncio.run(leads.take(file, None, Settings(_env_file=None, database_url=url), at))


def results(report: Report) -> list[str]:
    return [f"{outcome.result} {outcome.chinese}".strip() for outcome in report.outcomes]


def test_rows_become_leads_with_their_clocks(url: str) -> None:
    assert results(take(url, FIRST, SECOND)) == ["added", "added"]

    def look(session: Session) -> None:
        first, second = session.exec(select(Lead).order_by(col(Lead.number))).all()
        assert (first.contact_name, first.phone, first.source) == ("郝工", "13900002222", "展会")
        assert (first.budget, first.region, first.note, first.owner_id) == (300_000, "无锡", "要样品", 2)
        assert (second.contact_name, second.budget, second.owner_id) == ("", None, 2)
        clocks = session.exec(select(Obligation).where(Obligation.number == first.number)).all()
        assert {clock.policy: clock.due_at - MORNING for clock in clocks} == {
            "lead_first_touch": timedelta(hours=4),
            "lead_golden_48h": timedelta(hours=48),
        }
        client = clients.named(session, "清源水务")
        assert client is not None
        assert (client.owner_id, client.region) == (2, "无锡")
        assert events.verify(session) is None
        # The history knows that there is a number, not which: no erasure of a person would find it there.
        assert "13900002222" not in json.dumps([event.payload for event in session.exec(select(Event))])

    run(url, look)


def test_an_owner_is_told_once_of_all(url: str) -> None:
    take(url, FIRST, SECOND)
    (told,) = run(url, lambda session: list(session.exec(select(Outbox))))
    assert (told.person_id, told.kind, told.about, told.not_before) == (2, "notice", [1, 2], MORNING)
    assert "分给你 2 条线索" in told.text
    assert "#1 清源水务 郝工 13900002222" in told.text


def test_nobody_is_woken_by_an_import_in_the_night_or_on_a_day_off(url: str) -> None:
    take(url, FIRST, at=NIGHT)
    (told,) = run(url, lambda session: list(session.exec(select(Outbox))))
    assert told.not_before == datetime(2026, 3, 9, 0, 30, tzinfo=UTC)  # Monday, 08:30 in the team's zone


def test_twice_changes_nothing(url: str) -> None:
    def counts(session: Session) -> list[int]:
        return [len(session.exec(select(table)).all()) for table in (Lead, Client, Obligation, Outbox)]

    take(url, FIRST, SECOND)
    before = run(url, counts)
    assert results(take(url, FIRST, SECOND, at=MORNING + timedelta(days=1))) == ["unchanged", "unchanged"]
    assert run(url, counts) == before


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["", "郝工", "", "", "", "", "魏来", ""], "没有客户名称"),
        (["远山茶业", "", "", "", "", "", "", ""], "没有负责人"),
        (["远山茶业", "", "", "", "", "", "某人", ""], "负责人 某人 不在人员名单里"),
        (["远山茶业", "", "", "", "很多", "", "魏来", ""], "预算看不懂，请写成 30万 或 300000"),
        (["远山茶业", "", "13900002222", "", "", "", "魏来", ""], "线索 #1 已有这个电话"),
        (["清源水务", "", "", "", "", "", "白露", ""], "与第 2 行是同一客户"),
        (["北辰", "", "", "", "", "", "魏来", ""], "这个客户已有别的负责人"),
        (["远山茶业", "#N/A", "", "", "", "", "魏来", ""], "contact 列是表格错误 #N/A"),
    ],
)
def test_a_bad_row_is_left_out_whole(url: str, row: list[str], why: str) -> None:
    assert results(take(url, FIRST, row)) == ["added", f"rejected {why}"]
    names = run(url, lambda session: list(session.exec(select(Client.name).order_by(col(Client.id)))))
    assert names == ["北辰电缆有限公司", "清源水务"]


def test_a_lead_of_somebody_else_is_not_taken(url: str) -> None:
    take(url, FIRST)
    assert results(take(url, [*FIRST[:6], "白露", ""])) == ["rejected 已有线索 #1，是别人的"]


def test_an_alias_means_its_client_and_no_owner_means_the_clients(url: str) -> None:
    head = ["client", "contact", "phone", "source", "budget", "region", "owner", "note"]
    report = take(url, ["北辰", "丁姐", "", "", "5000", "", "", ""], head=head)
    assert results(report) == ["added"]
    lead = run(url, lambda session: session.exec(select(Lead)).one())
    assert (lead.owner_id, lead.client_id, lead.budget) == (3, 1, 5000)


def test_the_command_reports_without_phone_numbers(url: str) -> None:
    with Path("leads.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEAD, FIRST, ["远山茶业", "", "", "", "", "", "某人", ""]])
    result = CliRunner().invoke(cli, ["import", "leads", "leads.csv", "--rejects", "bad.csv"])
    assert result.exit_code == 1
    assert "row 2 清源水务: added (#1)" in result.stdout
    assert "2 rows: 1 added, 0 updated, 0 unchanged, 1 rejected" in result.stdout
    assert "13900002222" not in result.output
    assert "不在人员名单里" in Path("bad.csv").read_text(encoding="utf-8-sig")
