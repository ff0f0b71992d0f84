"""What columns are called and what their cells say: headings in English and Chinese, names, lists, dates, phones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.sheets.files import Cell, Sheet, SheetError

HEADING_ROWS = 10
ERROR_HEADING = "错误"
_ERROR_NAMES = frozenset({"错误", "error"})

_NAME = ("name", "姓名", "名称", "客户名称", "名字")
_REGION = ("region", "区域", "大区", "地区", "片区")
_PHONE = ("phone", "手机", "电话", "手机号", "手机号码", "电话号码", "联系电话", "联系方式", "mobile", "tel")
PEOPLE: Mapping[str, tuple[str, ...]] = {
    "name": (*_NAME, "员工姓名"),
    "role": ("role", "角色", "岗位", "职位", "职务"),
    "supervisor": ("supervisor", "主管", "上级", "直属上级", "直接上级", "直属主管", "汇报对象"),
    "region": _REGION,
    "department": ("department", "部门", "所属部门", "dept"),
    "joined": ("joined", "入职日期", "入职时间", "入职"),
    "phone": _PHONE,
    "wecom_userid": ("wecom_userid", "企微账号", "企业微信账号", "企微userid", "企业微信userid", "企微", "wecom"),
    "dingtalk_userid": ("dingtalk_userid", "钉钉账号", "钉钉userid", "钉钉", "dingtalk"),
}
CLIENTS: Mapping[str, tuple[str, ...]] = {
    "name": (*_NAME, "客户", "客户名", "公司", "公司名称", "单位名称"),
    "aliases": ("aliases", "别名", "简称", "alias", "其他名称"),
    "owner": ("owner", "负责人", "跟进人", "归属人", "销售"),
    "region": _REGION,
    "tags": ("tags", "标签", "tag", "分类"),
    "phone": _PHONE,
}
LEADS: Mapping[str, tuple[str, ...]] = {
    "name": ("client", "客户", "客户名称", "客户名", "公司", "公司名称", "单位", "单位名称", *_NAME),
    "contact": ("contact", "联系人", "联系人姓名", "对接人"),
    "phone": _PHONE,
    "source": ("source", "来源", "线索来源", "客户来源", "渠道", "来源渠道"),
    "budget": ("budget", "预算", "预算金额", "项目预算", "意向金额"),
    "region": _REGION,
    "owner": CLIENTS["owner"],
    "note": ("note", "备注", "说明", "需求", "情况"),
}


class Rejection(Exception):
    """A row cannot be taken; why, in English and in Chinese. Never holds a phone number."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.english = english
        self.chinese = chinese


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its number as a spreadsheet shows it, its cells, and where each known column stands."""

    number: int
    cells: Sequence[Cell]
    places: Mapping[str, int] = field(repr=False)

    def cell(self, column: str) -> Cell:
        """The raw cell of a column; None where the file has no such column or the row ends before it."""
        place = self.places.get(column)
        return self.cells[place] if place is not None and place < len(self.cells) else None

    def text(self, column: str) -> str:
        """What a cell says, on one line. Raises Rejection for an error value of the spreadsheet."""
        text = said(self.cell(column))
        if text in {"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"}:
            raise Rejection(f"{column} is the spreadsheet's error {text}", f"{column} 列是表格错误 {text}")
        return text


@dataclass(frozen=True, slots=True)
class Table:
    """A worksheet read by its headings; `ignored` are the headings nobody here knows."""

    headings: list[str]
    rows: list[Row]
    ignored: list[str]

    def rejected_cells(self, row: Row, reason: str) -> list[str]:
        """The row as it was, with the reason in the column of errors."""
        cells = [said(cell) for cell in row.cells[: len(self.headings)]]
        cells += [""] * (len(self.headings) - len(cells))
        return [cell for place, cell in enumerate(cells) if place not in self._error_places()] + [reason]

    def rejected_headings(self) -> list[str]:
        """The headings as they were, and the column of errors at the end."""
        kept = [heading for place, heading in enumerate(self.headings) if place not in self._error_places()]
        return [*kept, ERROR_HEADING]

    def _error_places(self) -> set[int]:
        return {place for place, heading in enumerate(self.headings) if _folded(heading) in _ERROR_NAMES}


def said(cell: Cell) -> str:
    """A cell as one line of text: whole numbers without a fraction, dates as 2026-01-05."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return " ".join(re.sub(r"[\u200b-\u200d\u2060\ufeff]", "", str(cell)).split())


def _folded(heading: str) -> str:
    """A heading without what people decorate it with: spaces, case, marks, notes in brackets."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    return re.sub(r"\([^)]*\)|[\s_*:\-]", "", text)


def fold_name(name: str) -> str:
    """What two spellings of one name have in common: width, case and spaces do not count."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).casefold()


def table(file: str, sheets: Sequence[Sheet], known: Mapping[str, tuple[str, ...]]) -> Table:
    """The first worksheet with a heading for names among its first rows. Raises SheetError when there is none."""
    columns = {_folded(spelling): column for column, spellings in known.items() for spelling in spellings}
    for sheet in sheets:
        for index, (_, cells) in enumerate(sheet.rows[:HEADING_ROWS]):
            headings = [said(cell) for cell in cells]
            if "name" in {columns.get(_folded(heading)) for heading in headings}:
                return _read(headings, columns, sheet.rows[index + 1 :])
    if not any(sheet.rows for sheet in sheets):
        raise SheetError(f"{file}: the file is empty")
    raise SheetError(
        f"{file}: no column is headed {' or '.join(known['name'][:4])}; the first row must name the columns"
    )


def _read(headings: list[str], columns: Mapping[str, str], rows: Sequence[tuple[int, list[Cell]]]) -> Table:
    while headings and not headings[-1]:
        headings.pop()
    places: dict[str, int] = {}
    ignored: list[str] = []
    for place, heading in enumerate(headings):
        column = columns.get(_folded(heading))
        if column is not None and column not in places:
            places[column] = place
        elif heading and _folded(heading) not in _ERROR_NAMES:
            ignored.append(heading)
    return Table(headings, [Row(number, cells, places) for number, cells in rows], ignored)


def read_list(row: Row, column: str) -> list[str]:
    """Several names in one cell, parted by ; 、 | / or a new line, each once, in their order."""
    cell = row.cell(column)
    parts = re.split(r"[;；、|｜/／\n]", cell) if isinstance(cell, str) else [row.text(column)]
    return list(dict.fromkeys(part for part in map(said, parts) if part))


def read_phone(row: Row, column: str = "phone") -> str:
    """A telephone number: a Chinese mobile number as its eleven digits, any other as it was written.

    Raises Rejection for a number whose digits the spreadsheet has thrown away.
    """
    text = unicodedata.normalize("NFKC", row.text(column))
    if re.fullmatch(r"\d(?:\.\d+)?e\+?\d+", text.casefold()):
        raise Rejection(
            f"the spreadsheet has shortened the {column} number: format the column as text",
            "电话号码被表格改成了科学计数：请把该列设为文本格式后重新填写",
        )
    digits = re.sub(r"[\s.()\-]", "", text)
    mobile = re.fullmatch(r"(?:\+|00)?(?:86)?(1[3-9]\d{9})", digits)
    return mobile[1] if mobile else text


_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")


def read_day(row: Row, column: str, today: date) -> date | None:
    """A day: a date cell, a spreadsheet's day number, or text like 2026-01-05, 2026/1/5, 2026年1月5日, 20260105.

    Raises Rejection for anything else, and for a day before 1950 or more than a year after `today`.
    """
    cell = row.cell(column)
    day: date | None = None
    if isinstance(cell, datetime):
        day = cell.date()
    elif isinstance(cell, date):
        day = cell
    else:
        text = unicodedata.normalize("NFKC", row.text(column))
        if not text:
            return None
        found = _DAY.fullmatch(text) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
        try:
            if found:
                day = date(int(found[1]), int(found[2]), int(found[3]))
            elif re.fullmatch(r"\d{5}", text):
                day = date(1899, 12, 30) + timedelta(days=int(text))
        except ValueError:
            day = None
    if day is None:
        raise Rejection(f"{column} is not a date like 2026-01-05", "日期看不懂，请写成 2026-01-05")
    if not date(1950, 1, 1) <= day <= today + timedelta(days=366):
        raise Rejection(f"{column} {day} cannot be right: check the year", f"日期 {day} 的年份不对")
    return day
