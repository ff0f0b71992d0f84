"""`import people|clients` as an operator runs it: files in, a report, a database that others read."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook, load_workbook
from sqlmodel import Session, col, select

from main import cli
from storage import clients, events, people
from storage.migrate import upgrade
from storage.store import open_store
from storage.tables import Chat, Contact, DailyReport, Event, Member, Obligation, Person

T = TypeVar("T")
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HEAD = ["姓名", "岗位", "上级", "大区", "部门", "入职日期", "手机", "企微账号", "钉钉账号"]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """The address of a database without any table yet; no .env of the machine is read."""
    address: str = f"sqlite:///{tmp_path}/data/team.db"
    if request.param == "postgresql":
        address = request.getfixturevalue("postgres_url")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", address)
    return address


def write(url: str, work: Callable[[Session], T]) -> T:
    async def run() -> T:
        store = open_store(url, durable=False)
        try:
            await upgrade(store)
            return await store.write(work)
        finally:
            await store.close()

    return asyncio.run(run())


def take(kind: str, file: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["import", kind, str(file), *options])


def sheet(path: Path, *rows: list[Any]) -> Path:
    if path.suffix == ".csv":
        with path.open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows(rows)
        return path
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    book.save(path)
    return path


def roster(url: str) -> dict[str, tuple[Any, ...]]:
    """Name → role, supervisor, region, department, joined, phone, user ids."""

    def read(session: Session) -> dict[str, tuple[Any, ...]]:
        names = {person.id: person.name for person in people.everybody(session)}
        return {
            person.name: (
                person.role,
                names.get(person.supervisor_id),
                person.region,
                person.department,
                person.joined,
                person.phone,
                sorted((row.platform, row.user_id) for row in people.identities(session, person.id or 0)),
            )
            for person in people.everybody(session)
        }

    return write(url, read)


def known_team(session: Session) -> None:
    for name, role in (("史泰", "supervisor"), ("龚晓岚", "rep")):
        session.add(Person(name=name, role=role, made_at=NOW))
    session.flush()


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_a_roster_in_chinese(url: str, tmp_path: Path, suffix: str) -> None:
    file = sheet(
        tmp_path / f"人员{suffix}",
        [*HEAD, "备注"],
        ["龚晓岚", "销售", "史泰", "华东", "一部", "2025年7月1日", 13900001111, "GongXL", "d-301", "新人"],
        ["史泰", "主管", "乔木", "华东", "一部", "2024/3/1", "139 0000 2222", "shitai", "", ""],
        [],
        ["乔木", "总监", "无", "", "", "", "", "", "d-001", ""],
        ["万里", "技术支持", "", "", "支持部", "", "", "", "", ""],
    )
    first = take("people", file)
    assert first.exit_code == 0, first.output
    assert first.output.splitlines() == [
        "column '备注' is not known: ignored",
        "row 2 龚晓岚: added",
        "row 3 史泰: added",
        "row 5 乔木: added",
        "row 6 万里: added",
        "4 rows: 4 added, 0 updated, 0 unchanged, 0 rejected",
    ]
    expected = {
        "龚晓岚": (
            "rep",
            "史泰",
            "华东",
            "一部",
            date(2025, 7, 1),
            "13900001111",
            [("dingtalk", "d-301"), ("wecom", "gongxl")],
        ),
        "史泰": ("supervisor", "乔木", "华东", "一部", date(2024, 3, 1), "13900002222", [("wecom", "shitai")]),
        "乔木": ("director", None, "", "", None, "", [("dingtalk", "d-001")]),
        "万里": ("support", None, "", "支持部", None, "", []),
    }
    assert roster(url) == expected
    history = write(url, lambda session: len(session.exec(select(Event)).all()))

    again = take("people", file)
    assert again.output.splitlines()[-1] == "4 rows: 0 added, 0 updated, 4 unchanged, 0 rejected"
    assert roster(url) == expected
    assert write(url, lambda session: len(session.exec(select(Event)).all())) == history == 1
    assert write(url, events.verify) is None


def test_a_later_file_updates_and_empty_cells_leave_what_is_known(url: str, tmp_path: Path) -> None:
    take(
        "people",
        sheet(tmp_path / "a.xlsx", HEAD, ["史泰", "主管", "", "华东", "一部", "", "13900002222", "shitai", ""]),
    )
    second = take(
        "people",
        sheet(tmp_path / "b.csv", ["department", "NAME", "role"], ["", "史泰", "Manager"], ["二部", "龚晓岚", ""]),
    )
    assert second.output.splitlines()[:2] == ["row 2 史泰: updated (role)", "row 3 龚晓岚: added"]
    found = roster(url)
    assert found["史泰"] == ("manager", None, "华东", "一部", None, "13900002222", [("wecom", "shitai")])
    assert found["龚晓岚"][0] == "rep"


def test_bad_rows_are_named_and_good_ones_kept(url: str, tmp_path: Path) -> None:
    file = sheet(
        tmp_path / "bad.xlsx",
        HEAD,
        ["乔木", "总监", "", "", "", "", "", "qiao", ""],
        ["", "销售", "", "", "", "", "", "", ""],
        ["岑参", "船长", "", "", "", "", "", "", ""],
        ["龚晓岚", "销售", "无名氏", "", "", "", "", "", ""],
        ["甲一", "主管", "甲二", "", "", "", "", "", ""],
        ["甲二", "主管", "甲三", "", "", "", "", "", ""],
        ["甲三", "主管", "甲一", "", "", "", "", "", ""],
        ["甲四", "销售", "甲一", "", "", "", "", "", ""],
        ["乔木", "销售", "", "", "", "", "", "", ""],
        ["冒名", "销售", "", "", "", "", "", "QIAO", ""],
        ["田野", "销售", "", "", "", "2031-13-01", "", "", ""],
        ["自己", "主管", "自己", "", "", "", "", "", ""],
        ["=cmd|' /C calc'!A0", "船长", "", "", "", "", "13900001111", "", ""],
        ["史泰", "主管", "乔木", "", "", "", "", "", ""],
    )
    rejects = tmp_path / "错误.xlsx"
    result = take("people", file, "--rejects", str(rejects))
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0] == "row 2 乔木: added"
    assert lines[13] == "row 15 史泰: added"
    reasons = {
        3: "no name",
        4: "role '船长' is not one of",
        5: "supervisor 无名氏 is nobody",
        6: "circle",
        7: "circle",
        8: "circle",
        9: "supervisor 甲一 is nobody",
        10: "same name as row 2",
        11: "wecom_userid is that of row 2 (乔木)",
        12: "joined is not a date",
        13: "circle",
        14: "role",
    }
    for number, reason in reasons.items():
        line = lines[number - 2]
        assert line.startswith(f"row {number}")
        assert "REJECTED" in line
        assert reason in line
    assert lines[-1] == "14 rows: 2 added, 0 updated, 0 unchanged, 12 rejected"
    assert set(roster(url)) == {"乔木", "史泰"}

    written = load_workbook(rejects)
    page = written.active
    assert page is not None
    rows = list(page.iter_rows())
    assert [cell.value for cell in rows[0]] == [*HEAD, "错误"]
    assert len(rows) == 13
    assert rows[1][-1].value == "没有姓名"
    hostile = rows[-1]
    assert (hostile[0].value, hostile[0].data_type, hostile[6].value) == ("=cmd|' /C calc'!A0", "s", "13900001111")

    # The file of errors is itself an import; its last column is ours.
    repaired = take("people", rejects)
    assert "错误" not in repaired.output
    assert "13900001111" not in result.output + repaired.output


def test_an_account_of_somebody_else_and_circles_with_the_database(url: str, tmp_path: Path) -> None:
    take(
        "people",
        sheet(
            tmp_path / "a.xlsx",
            HEAD,
            ["乔木", "经理", "", "", "", "", "", "qiao", ""],
            ["史泰", "主管", "乔木", "", "", "", "", "", "d-9"],
        ),
    )
    before = roster(url)
    result = take(
        "people",
        sheet(
            tmp_path / "b.xlsx",
            HEAD,
            ["冒名", "管理员", "", "", "", "", "", "Qiao", ""],
            ["史泰", "主管", "", "", "", "", "", "", "d-10"],
            ["乔木", "经理", "史泰", "", "", "", "", "", ""],
        ),
    )
    lines = result.output.splitlines()
    assert "wecom_userid is already bound to 乔木" in lines[0]
    assert "史泰 has another dingtalk_userid" in lines[1]
    assert "circle" in lines[2]
    assert roster(url) == before


def test_an_unknown_sender_is_completed_not_doubled(url: str, tmp_path: Path) -> None:
    write(url, lambda session: people.stranger(session, "wecom", "gongxl", "小龚", NOW))
    # Without the user id a display name proves nothing.
    named = take("people", sheet(tmp_path / "a.csv", ["姓名", "岗位"], ["小龚", "主管"]))
    assert named.output.splitlines()[0] == "row 2 小龚: added"
    result = take("people", sheet(tmp_path / "b.csv", ["姓名", "岗位", "企微账号"], ["龚晓岚", "销售", "GongXL"]))
    assert result.output.splitlines()[0] == "row 2 龚晓岚: updated (name, now in the roster)"
    found = roster(url)
    assert set(found) == {"小龚", "龚晓岚"}
    assert found["龚晓岚"][-1] == [("wecom", "gongxl")]
    assert write(url, lambda session: all(person.known for person in people.everybody(session)))


def test_an_unknown_sender_who_is_in_the_roster_already_is_joined_with_it(url: str, tmp_path: Path) -> None:
    take("people", sheet(tmp_path / "a.csv", ["姓名", "岗位"], ["龚晓岚", "销售"]))

    def spoke(session: Session) -> int:
        person = people.named(session, "龚晓岚")[0]
        stranger = people.stranger(session, "dingtalk", "d-301", "岚", NOW)
        assert person.id is not None
        assert stranger.id is not None
        client = clients.add(session, "海棠诊所", NOW)
        group = Chat(platform="dingtalk", external_id="g1", name="华东群", made_at=NOW)
        other = Chat(platform="dingtalk", external_id="g2", name="全员群", made_at=NOW)
        session.add_all([group, other])
        session.flush()
        assert client.id is not None
        for chat_id, person_id in ((group.id, stranger.id), (other.id, stranger.id), (other.id, person.id)):
            session.add(Member(chat_id=chat_id or 0, person_id=person_id))
        number = events.number(session, NOW, "contact", made_by=stranger.id, inbox_id=None)
        session.add(
            Contact(number=number, client_id=client.id, person_id=stranger.id, channel="call", text="问候", at=NOW)
        )
        for owner, day in ((stranger.id, 2), (stranger.id, 3), (person.id, 3)):
            report = events.number(session, NOW, "report", made_by=owner, inbox_id=None)
            session.add(DailyReport(number=report, person_id=owner, day=date(2026, 3, day)))
            session.add(
                Obligation(
                    policy="daily_report",
                    subject=f"report:{owner}:2026-03-0{day}",
                    owner_id=owner,
                    opened_at=NOW,
                    given_at=NOW,
                    due_at=NOW,
                    next_at=NOW,
                )
            )
        events.append(session, NOW, "contact.made", f"contact:{number}", actor_id=stranger.id)
        return person.id

    person_id = write(url, spoke)
    file = sheet(tmp_path / "b.csv", ["姓名", "钉钉账号"], ["龚晓岚", "d-301"])
    result = take("people", file)
    assert result.output.splitlines()[0] == "row 2 龚晓岚: updated (user ids)"

    def check(session: Session) -> None:
        assert [person.name for person in people.everybody(session)] == ["龚晓岚"]
        bound = people.by_identity(session, "dingtalk", "d-301")
        assert bound is not None
        assert bound.id == person_id
        assert [row.person_id for row in session.exec(select(Contact))] == [person_id]
        owners = [row.person_id for row in session.exec(select(DailyReport).order_by(col(DailyReport.number)))]
        assert owners[0] == owners[2] == person_id != owners[1]
        assert {(row.chat_id, row.person_id) for row in session.exec(select(Member))} == {
            (1, person_id),
            (2, person_id),
        }
        owed = list(session.exec(select(Obligation).order_by(col(Obligation.id))))
        assert [(row.subject, row.state) for row in owed[::2]] == [
            (f"report:{person_id}:2026-03-02", "open"),
            (f"report:{person_id}:2026-03-03", "open"),
        ]
        assert (owed[1].state, owed[1].next_at) == ("void", None)
        assert events.verify(session) is None

    write(url, check)
    assert take("people", file).output.splitlines()[0] == "row 2 龚晓岚: unchanged"


def test_who_is_known_by_the_wecom_bot_alone_is_found_by_the_wecom_user_id(url: str, tmp_path: Path) -> None:
    def spoke(session: Session) -> None:
        people.stranger(session, "wecom_bot", "LuBanShan", "", NOW)

    write(url, spoke)
    result = take("people", sheet(tmp_path / "p.csv", ["姓名", "企微账号"], ["鲁半山", "lubanshan"]))
    assert "鲁半山" in result.output

    def check(session: Session) -> None:
        assert [person.name for person in people.everybody(session)] == ["鲁半山"]
        for platform, user_id in (("wecom", "lubanshan"), ("wecom_bot", "LuBanShan"), ("wecom_bot", "lubanshan")):
            found = people.by_identity(session, platform, user_id)
            assert found is not None
            assert found.name == "鲁半山"
        (person,) = people.everybody(session)
        assert person.id is not None
        assert people.user_id(session, person.id, "wecom_bot") == "LuBanShan"
        assert people.user_id(session, person.id, "dingtalk") is None
        assert people.by_identity(session, "dingtalk", "lubanshan") is None

    write(url, check)


def test_clients_with_aliases_owner_tags(url: str, tmp_path: Path) -> None:
    write(url, known_team)
    empty: object = write(url, clients.version)
    file = sheet(
        tmp_path / "c.xlsx",
        ["标签", "客户名称", "简称", "负责人", "区域", "电话"],
        ["VIP、老客户", "海棠（北街）诊所", "海棠;海棠店｜北街诊所", "@龚晓岚", "华东", 13900003333],
        ["", "云杉物流", "", "", "", "021-55550000"],
    )
    result = take("clients", file)
    assert result.exit_code == 0, result.output

    def read(session: Session) -> tuple[list[Any], list[Any], object]:
        rows = [clients.get(session, key) for key, _, _ in clients.directory(session)]
        kept = [(row.name, row.owner_id, row.region, row.tags, row.phone) for row in rows if row]
        return kept, [found[2] for found in clients.directory(session)], clients.version(session)

    kept, aliases, version = write(url, read)
    assert kept == [
        ("海棠（北街）诊所", 2, "华东", ["VIP", "老客户"], "13900003333"),
        ("云杉物流", None, "", [], "021-55550000"),
    ]
    assert aliases == [["海棠", "海棠店", "北街诊所"], []]
    assert version != empty
    assert take("clients", file).output.splitlines()[-1] == "2 rows: 0 added, 0 updated, 2 unchanged, 0 rejected"
    assert write(url, read) == (kept, aliases, version)

    more = sheet(
        tmp_path / "d.csv", ["name", "aliases", "owner"], ["海棠(北街)诊所", "小海棠", "史泰"], ["云杉物流", "", ""]
    )
    assert take("clients", more).output.splitlines()[:2] == [
        "row 2 海棠（北街）诊所: updated (owner, aliases)",
        "row 3 云杉物流: unchanged",
    ]
    assert write(url, read)[2] != version


def test_bad_clients(url: str, tmp_path: Path) -> None:
    write(url, known_team)
    write(url, lambda session: clients.add(session, "松涛医院", NOW, aliases=["松涛"]))
    file = sheet(
        tmp_path / "c.csv",
        ["名称", "别名", "负责人"],
        ["海棠诊所", "海棠", "龚晓岚"],
        ["", "空", ""],
        ["海棠 诊所", "", ""],
        ["北街诊所", "云杉物流", ""],
        ["云杉物流", "", ""],
        ["南街诊所", "海 棠", ""],
        ["东街诊所", "松涛", ""],
        ["松涛", "", ""],
        ["西街诊所", "", "无名氏"],
        ["柳岸诊所", "柳岸诊所;柳岸", ""],
    )
    rejects = tmp_path / "rejects.csv"
    result = take("clients", file, "--rejects", str(rejects))
    assert result.exit_code == 1
    lines = result.output.splitlines()
    for number, reason in {
        3: "no name",
        4: "same name as row 2",
        5: "alias 云杉物流 is the name of 云杉物流",
        7: "alias 海 棠 is already an alias of 海棠诊所",
        8: "alias 松涛 is already an alias of 松涛医院",
        9: "its name is already an alias of 松涛医院",
        10: "owner 无名氏 is nobody",
    }.items():
        assert lines[number - 2].startswith(f"row {number}")
        assert reason in lines[number - 2]
    assert lines[-1] == "10 rows: 3 added, 0 updated, 0 unchanged, 7 rejected"
    names = write(url, lambda session: [name for _, name, _ in clients.directory(session)])
    assert names == ["松涛医院", "海棠诊所", "云杉物流", "柳岸诊所"]
    written = list(csv.reader(rejects.read_text(encoding="utf-8-sig").splitlines()))
    assert written[0] == ["名称", "别名", "负责人", "错误"]
    assert written[-1] == ["西街诊所", "", "无名氏", "负责人 无名氏 不在人员名单里"]


@pytest.mark.parametrize(
    ("name", "content", "options", "said"),
    [
        ("a.xls", b"x", (), "save it as .xlsx"),
        ("a.csv", b"role\nrep\n", (), "no column is headed name"),
        ("a.csv", "姓名\n龚晓岚\n".encode(), ("--rejects", "out.txt"), ".xlsx or .csv"),
        ("a.csv", "姓名\n龚晓岚\n".encode(), ("--rejects", "a.csv"), "overwrite"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line_on_stderr(
    url: str, tmp_path: Path, name: str, content: bytes, options: tuple[str, ...], said: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    result = take("people", file, *options)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "data").exists()


def test_a_database_that_is_away_is_one_line_on_stderr(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://bot:hush-hush@127.0.0.1:1/bot")
    result = take("people", sheet(tmp_path / "a.csv", ["name"], ["龚晓岚"]))
    assert result.exit_code == 1
    assert "database" in result.stderr
    assert "hush-hush" not in result.stderr
    assert len(result.stderr.splitlines()) == 1
