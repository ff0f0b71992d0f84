"""Reading spreadsheets: encodings, headings, cells; what is written stays text."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from bot.sheets import SheetError, columns, files, read_names
from bot.sheets.columns import Rejection, Row

TODAY = date(2026, 3, 2)


def workbook(path: Path, *rows: list[object]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def row(**cells: files.Cell) -> Row:
    return Row(2, list(cells.values()), {name: place for place, name in enumerate(cells)})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_however_it_was_saved(tmp_path: Path, encoding: str, delimiter: str) -> None:
    file = tmp_path / "名单.csv"
    lines = ["姓名|岗位|上级", "", '龚晓岚|销售|"史, 泰"']
    file.write_bytes("\r\n".join(lines).replace("|", delimiter).encode(encoding))
    table = columns.table(file.name, files.read(file), columns.PEOPLE)
    assert [(item.number, item.text("name"), item.text("supervisor")) for item in table.rows] == [
        (3, "龚晓岚", "史, 泰")
    ]


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Name", "name"),
        (" 姓 名 ", "name"),
        ("客户名称*", "name"),
        ("角色（必填）", "role"),
        ("岗位", "role"),
        ("直属上级", "supervisor"),
        ("大区", "region"),
        ("部门:", "department"),
        ("入职日期", "joined"),
        ("手机", "phone"),
        ("WeCom UserID", "wecom_userid"),
        ("企微账号", "wecom_userid"),
        ("钉钉账号", "dingtalk_userid"),
    ],
)
def test_headings_in_both_languages(heading: str, column: str) -> None:
    known = {**columns.PEOPLE, "name": (*columns.PEOPLE["name"], *columns.CLIENTS["name"])}
    sheet = files.Sheet("", [(1, ["name", heading] if column != "name" else [heading]), (2, ["x", "y"])])
    table = columns.table("f", [sheet], known)
    assert table.ignored == []
    assert column in table.rows[0].places


def test_titles_above_other_sheets_and_unknown_columns(tmp_path: Path) -> None:
    book = Workbook()
    notes = book.active
    assert notes is not None
    notes.append(["请按模板填写"])
    sheet = book.create_sheet("客户")
    for cells in (
        ["2026 年客户名单"],
        [],
        ["备注", "客户名称", "别名", "电话", "手机"],
        ["x", "海棠诊所", "海棠", 1, 2],
    ):
        sheet.append(cells)
    book.save(tmp_path / "c.xlsx")
    table = columns.table("c.xlsx", files.read(tmp_path / "c.xlsx"), columns.CLIENTS)
    assert table.ignored == ["备注", "手机"]
    assert [(item.number, item.text("name"), item.text("phone")) for item in table.rows] == [(4, "海棠诊所", "1")]


def test_formulas_that_were_computed_and_text_that_looks_like_one(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "f.xlsx", ["name", "region"], ['=HYPERLINK("http://x","点我")', "-华东"], ["@云杉", "+1"]
    )
    table = columns.table(path.name, files.read(path), columns.PEOPLE)
    assert [(item.text("name"), item.text("region")) for item in table.rows] == [
        ('=HYPERLINK("http://x","点我")', "-华东"),
        ("@云杉", "+1"),
    ]


def test_what_a_formula_came_to_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "plain.xlsx", ["name", "region"], ['=B2&"诊所"', "海棠"])
    computed = tmp_path / "computed.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(computed, "w") as target:
        for name in source.namelist():
            content = source.read(name).decode()
            if name.endswith("sheet1.xml"):
                # As a spreadsheet program saves it: the formula and what it came to.
                content, count = re.subn(
                    r'<c r="A2">(<f>.*?</f>)<v ?/?>(?:</v>)?', r'<c r="A2" t="str">\1<v>海棠诊所</v>', content
                )
                assert count == 1
            target.writestr(name, content)
    table = columns.table("computed.xlsx", files.read(computed), columns.CLIENTS)
    assert [item.text("name") for item in table.rows] == ["海棠诊所"]


def test_what_is_written_is_never_a_formula_and_reads_back(tmp_path: Path) -> None:
    hostile = ["=1+1", "+8613900001111", "-2", "@SUM(A1)", "\tx", "普通\x07字"]
    for name in ("out.xlsx", "out.csv"):
        files.write(tmp_path / name, ["name", "b", "c", "d", "e", "f"], [hostile])
    cells = load_workbook(tmp_path / "out.xlsx")["Sheet1"][2]
    assert [cell.data_type for cell in cells] == ["s"] * 6
    assert [cell.value for cell in cells][:4] == hostile[:4]
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[1].startswith("'=1+1,'+8613900001111,'-2,'@SUM(A1),")
    for name in ("out.xlsx", "out.csv"):
        assert files.read(tmp_path / name)[0].rows[1][1][:4] == hostile[:4]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (datetime(2026, 1, 5), date(2026, 1, 5)),  # noqa: DTZ001 - a date cell has no zone
        (date(2026, 1, 5), date(2026, 1, 5)),
        ("2026-01-05", date(2026, 1, 5)),
        ("2026/1/5", date(2026, 1, 5)),
        ("2026年1月5日", date(2026, 1, 5)),
        ("2026.1.5", date(2026, 1, 5)),
        ("２０２６－０１－０５", date(2026, 1, 5)),
        ("20260105", date(2026, 1, 5)),
        ("2026-01-05 00:00:00", date(2026, 1, 5)),
        (46027, date(2026, 1, 5)),
        ("", None),
        (None, None),
    ],
)
def test_days(cell: files.Cell, day: date | None) -> None:
    assert columns.read_day(row(joined=cell), "joined", TODAY) == day


@pytest.mark.parametrize("cell", ["去年", "2026-02-30", "2062-01-05", "1826-01-05", "26/1/5", 12])
def test_days_that_cannot_be_right(cell: files.Cell) -> None:
    with pytest.raises(Rejection):
        columns.read_day(row(joined=cell), "joined", TODAY)


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        (13900001111, "13900001111"),
        (13900001111.0, "13900001111"),
        ("139 0000 1111", "13900001111"),
        ("+86 139-0000-1111", "13900001111"),
        ("１３９００００１１１１", "13900001111"),
        ("021-55550000 转 8", "021-55550000 转 8"),
        (None, ""),
    ],
)
def test_phones_as_number_or_text(cell: files.Cell, phone: str) -> None:
    assert columns.read_phone(row(phone=cell)) == phone


def test_a_phone_the_spreadsheet_has_shortened_is_refused_without_telling_it() -> None:
    with pytest.raises(Rejection) as caught:
        columns.read_phone(row(phone="1.39E+10"))
    assert "1.39" not in caught.value.english + caught.value.chinese


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("海棠;海棠诊所；北街店", ["海棠", "海棠诊所", "北街店"]),
        ("甲、乙|丙｜丁/戊／己", ["甲", "乙", "丙", "丁", "戊", "己"]),
        ("甲\n乙", ["甲", "乙"]),
        (" 甲 ; ; 甲 ", ["甲"]),
        (None, []),
        (360, ["360"]),
    ],
)
def test_lists(cell: files.Cell, names: list[str]) -> None:
    assert columns.read_list(row(aliases=cell), "aliases") == names


def test_an_error_value_is_no_name() -> None:
    with pytest.raises(Rejection, match="#REF!"):
        row(name="#REF!").text("name")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xls", b"x", "save it as .xlsx"),
        ("a.pdf", b"x", ".xlsx or .csv"),
        ("a.xlsx", b"not a zip", "damaged"),
        ("a.csv", b"", "empty"),
        ("a.csv", "电话\n1\n".encode(), "no column is headed"),
        ("a.csv", b"\x81\xff\xff", "neither UTF-8"),
        ("missing.csv", None, "cannot be read"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, name: str, content: bytes | None, reason: str) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SheetError, match=reason):
        columns.table(name, files.read(file), columns.CLIENTS)


def test_the_names_of_clients_to_match(tmp_path: Path) -> None:
    lines = tmp_path / "names.txt"
    lines.write_text("\ufeff海棠诊所\n\n 云杉 物流 \n海棠诊所\n", encoding="utf-8")
    assert read_names(lines) == [("海棠诊所", []), ("云杉 物流", [])]
    table = tmp_path / "names.csv"
    table.write_text("aliases,name\n海棠;海棠店,海棠诊所\n,云杉物流\n", encoding="gb18030")
    assert read_names(table) == [("海棠诊所", ["海棠", "海棠店"]), ("云杉物流", [])]
    bare = tmp_path / "bare.csv"
    bare.write_text("海棠诊所\n云杉物流\n", encoding="utf-8")
    assert read_names(bare) == [("海棠诊所", []), ("云杉物流", [])]
    only = tmp_path / "only.csv"
    only.write_text("name\n海棠诊所\n", encoding="utf-8")
    assert read_names(only) == [("海棠诊所", [])]
    book = workbook(tmp_path / "names.xlsx", ["客户名称", "简称"], ["海棠诊所", "海棠"])
    assert read_names(book) == [("海棠诊所", ["海棠"])]
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("电话,地址\n1,2\n", encoding="utf-8")
    with pytest.raises(SheetError):
        read_names(wrong)
