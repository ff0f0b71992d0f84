"""`export` as an operator runs it, and what a spreadsheet then holds."""

from __future__ import annotations

import asyncio
import csv
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from sqlmodel import Session

from main import cli
from storage import clients, events, people
from storage.migrate import upgrade
from storage.store import open_store
from storage.tables import Commitment, Contact, DailyReport, Media, Person, ReportVersion

PHONE = "13900001111"
# Nobody's number, for all it looks like one.
DIGEST = f"{'f' * 20}13711112222{'a' * 33}"
# 2026-03-01 23:30 in Shanghai: the UTC day is another one.
LATE = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)


def fill(session: Session) -> None:
    """Two people, one client, one group; contacts and commitments around a midnight."""
    for name in ("龚晓岚", "史泰"):
        session.add(Person(name=name, made_at=LATE))
    session.flush()
    client = clients.add(session, "=海棠诊所", LATE)
    chat = people.chat(session, "dingtalk", "g1", "华东群", LATE)
    for at, text, state in (
        (LATE, f"@客服 留了 {PHONE}\n下次带样品", "ok"),
        (LATE + timedelta(hours=1), "=1+1", "ok"),
        (LATE + timedelta(days=1), "撤回的", "withdrawn"),
    ):
        number = events.number(session, at, "contact", made_by=1, inbox_id=None)
        session.add(
            Contact(
                number=number,
                client_id=client.id or 0,
                person_id=1,
                channel="visit",
                text=text,
                contact_name="柳主任",
                chat_id=chat.id,
                attachments=[{"kind": "image", "name": "门头.jpg", "ref": "m1"}, {"kind": "location", "name": "北街"}],
                state=state,
                at=at,
            )
        )
    session.add(
        Media(
            number=1,
            person_id=1,
            platform="dingtalk",
            ref="m1",
            kind="image",
            state="kept",
            sha256=DIGEST,
            path=f"{DIGEST[:2]}/{DIGEST}.jpg",
            made_at=LATE,
            next_at=LATE,
        )
    )
    for state, due in (("done", LATE + timedelta(days=2)), ("open", None), ("withdrawn", None)):
        number = events.number(session, LATE, "commitment", made_by=2, inbox_id=None)
        session.add(
            Commitment(
                number=number,
                client_id=client.id,
                matter=f"回电 {PHONE}",
                owner_id=1,
                giver_id=2,
                chat_id=chat.id,
                due_at=due,
                state=state,
                postponed=1 if state == "done" else 0,
                note="客户满意" if state == "done" else "",
                closed_at=LATE + timedelta(days=1) if state == "done" else None,
                made_at=LATE,
            )
        )
    session.flush()
    _reports(session, client.id or 0)


def _reports(session: Session, client_id: int) -> None:
    """One report sent twice, one only drafted, one taken back; what was sent is in the history."""
    for day, state, versions in ((1, "in", 2), (2, "draft", 1), (3, "withdrawn", 1)):
        number = events.number(session, LATE, "dailyreport", made_by=2, inbox_id=None)
        session.add(
            DailyReport(
                number=number, person_id=2, day=date(2026, 3, day), version=versions, state=state, submitted_at=LATE
            )
        )
        session.flush()
        for version in range(1, versions + 1):
            session.add(
                ReportVersion(
                    number=number,
                    version=version,
                    done=[f"拜访 第{version}版", f"回电 {PHONE}"],
                    plan=["寄样"],
                    client_ids=[client_id],
                    text=f"今日拜访，回电 {PHONE}",
                    made_at=LATE,
                )
            )
    payload = {"table": "dailyreport", "before": None, "after": {"text": f"回电 {PHONE}"}}
    events.append(session, LATE, "report.in", "report:2:2026-03-01", payload, actor_id=2)
    events.append(session, LATE + timedelta(hours=1), "report.withdrawn", "report:2:2026-03-03", {}, actor_id=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    url: str = f"sqlite:///{tmp_path}/team.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("TIMEZONE", "Asia/Shanghai")

    async def run() -> None:
        store = open_store(url, durable=False)
        await upgrade(store)
        await store.write(fill)
        await store.close()

    asyncio.run(run())
    return url


def export(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["export", *arguments])


def cells(path: Path) -> list[list[Any]]:
    page = load_workbook(path).active
    assert page is not None
    return [[cell.value for cell in row] for row in page.iter_rows()]


def test_followups_as_a_workbook(database: str, tmp_path: Path) -> None:
    result = export("followups", "out.xlsx")
    assert (result.exit_code, result.output) == (0, "2 rows written to out.xlsx\n")
    rows = cells(tmp_path / "out.xlsx")
    assert rows[0] == [
        "编号",
        "日期",
        "时间",
        "跟进人",
        "客户",
        "方式",
        "联系人",
        "内容",
        "群",
        "附件",
        "存档文件",
        "SHA-256",
    ]
    assert (
        rows[1]
        == [
            1,
            datetime(2026, 3, 1),  # noqa: DTZ001 - a date cell has no zone
            time(23, 30),
            "龚晓岚",
            "=海棠诊所",
            "拜访",
            "柳主任",
            "@客服 留了 139****1111\n下次带样品",
            "华东群",
            "图片 门头.jpg；位置 北街",
            f"{DIGEST[:2]}/{DIGEST}.jpg",
            DIGEST,
        ]
    )
    page = load_workbook(tmp_path / "out.xlsx").active
    assert page is not None
    assert page.freeze_panes == "A2"
    assert page["A1"].font.bold
    assert {cell.data_type for row in page.iter_rows() for cell in row} == {"s", "n", "d"}
    assert page["H3"].value == "=1+1"
    assert page["H3"].data_type == "s"
    assert page.column_dimensions["H"].width > page.column_dimensions["A"].width


def test_commitments_as_csv(database: str, tmp_path: Path) -> None:
    result = export("commitments", "out.csv", "--unmasked")
    assert result.output == "2 rows written to out.csv\n"
    content = (tmp_path / "out.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(content.decode("utf-8-sig").splitlines()))
    assert rows == [
        [
            "编号",
            "客户",
            "事项",
            "负责人",
            "交办人",
            "登记时间",
            "约定时间",
            "状态",
            "结束时间",
            "延期次数",
            "备注",
            "群",
            "凭证",
            "存档文件",
            "SHA-256",
        ],
        [
            "4",
            "'=海棠诊所",
            f"回电 {PHONE}",
            "龚晓岚",
            "史泰",
            "2026-03-01 23:30",
            "2026-03-03 23:30",
            "已完成",
            "2026-03-02 23:30",
            "1",
            "客户满意",
            "华东群",
            "",
            "",
            "",
        ],
        [
            *(
                "5",
                "'=海棠诊所",
                f"回电 {PHONE}",
                "龚晓岚",
                "史泰",
                "2026-03-01 23:30",
                "",
                "进行中",
                "",
                "0",
                "",
                "华东群",
            ),
            *("", "", ""),
        ],
    ]


def test_reports_hold_the_newest_version_of_what_was_sent(database: str, tmp_path: Path) -> None:
    result = export("reports", "out.csv", "--unmasked", "--since", "2026-03-01", "--until", "2026-03-01")
    assert result.output == "1 rows written to out.csv\n"
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1] == [
        "7",
        "2026-03-01",
        "史泰",
        "2026-03-01 23:30",
        "2",
        f"拜访 第2版\n回电 {PHONE}",
        "寄样",
        "",
        "",
        "'=海棠诊所",
        f"今日拜访，回电 {PHONE}",
    ]
    assert export("reports", "none.csv", "--since", "2026-03-02").output == "0 rows written to none.csv\n"


def test_the_history_holds_who_did_what_and_what_became_of_it(database: str, tmp_path: Path) -> None:
    assert export("events", "out.xlsx", "--until", "2026-03-01").output == "1 rows written to out.xlsx\n"
    assert cells(tmp_path / "out.xlsx")[1] == [
        1,
        datetime(2026, 3, 1, 23, 30),  # noqa: DTZ001 - a date cell has no zone
        "史泰",
        "report.in",
        "report:2:2026-03-01",
        None,
        None,
        '{"text": "回电 139****1111"}',
        None,
    ]
    assert export("events", "out.xlsx").output == "2 rows written to out.xlsx\n"


@pytest.mark.parametrize("what", ["followups", "commitments", "reports", "events"])
@pytest.mark.parametrize("name", ["out.xlsx", "out.csv"])
def test_phones_are_masked_unless_asked_for(database: str, tmp_path: Path, what: str, name: str) -> None:
    def shown() -> str:
        path = tmp_path / name
        return str(cells(path)) if name.endswith("xlsx") else path.read_text(encoding="utf-8-sig")

    export(what, name)
    assert PHONE not in shown()
    assert "139****1111" in shown()
    export(what, name, "--unmasked")
    assert PHONE in shown()


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ((), [1, 2]),
        (("--since", "2026-03-02"), [2]),
        (("--until", "2026-03-01"), [1]),
        (("--since", "2026-03-01", "--until", "2026-03-02"), [1, 2]),
        (("--since", "2026-03-03"), []),
    ],
)
def test_days_are_those_of_the_team(
    database: str, tmp_path: Path, options: tuple[str, ...], numbers: list[int]
) -> None:
    result = export("followups", "out.xlsx", *options)
    assert result.output == f"{len(numbers)} rows written to out.xlsx\n"
    assert [row[0] for row in cells(tmp_path / "out.xlsx")[1:]] == numbers


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("followups", "out.pdf"), ".xlsx or .csv"),
        (("followups", "out.csv", "--since", "1.3."), "--since"),
        (("followups", "out.csv", "--since", "2026-03-02", "--until", "2026-03-01"), "before"),
        (("followups", "nowhere/out.csv"), "nowhere: there is no such folder"),
    ],
)
def test_what_cannot_be_done_is_one_line_on_stderr(
    database: str, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    result = export(*arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not list(tmp_path.glob("*out.*"))


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    result = export("followups", "out.csv")
    assert result.exit_code == 1
    assert "no database" in result.stderr
    assert not (tmp_path / "none.db").exists()
