"""Tables as spreadsheet files: text stays text, dates are dates, a file is written whole or not at all.

Text that begins like a formula is kept from becoming one: in .xlsx by the cell's type, in .csv by an apostrophe.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

Value = str | int | date | time | None

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_WIDEST = 60


def save(file: Path, headings: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
    """Writes a table as .csv or .xlsx, by the file's ending, whole or not at all. Raises OSError for the disk."""
    content = _csv_bytes(headings, rows) if file.suffix.lower() == ".csv" else _xlsx_bytes(headings, rows)
    handle, unfinished = tempfile.mkstemp(dir=file.absolute().parent, prefix=".", suffix=file.suffix)
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(content)
        Path(unfinished).replace(file)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def _text(value: Value) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return "" if value is None else str(value)


def _csv_bytes(headings: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    buffer = io.StringIO(newline="")
    sheet = csv.writer(buffer)
    sheet.writerow(headings)
    for row in rows:
        texts = [_text(value) for value in row]
        sheet.writerow([f"'{text}" if text.startswith(FORMULA_STARTS) else text for text in texts])
    return buffer.getvalue().encode("utf-8-sig")


def _xlsx_bytes(headings: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    sheet.freeze_panes = "A2"
    for place, heading in enumerate(headings):
        longest = max([_columns(heading), *(_columns(_text(row[place])) for row in rows)])
        sheet.column_dimensions[get_column_letter(place + 1)].width = min(longest, _WIDEST) + 2
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{len(rows) + 1}"
    sheet.append([_cell(sheet, heading, bold=True) for heading in headings])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _columns(text: str) -> int:
    """How wide the widest line of a text is, in columns; a Chinese character takes two."""
    widths = (sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line) for line in text.split("\n"))
    return max(widths, default=0)


def _cell(sheet: Any, value: Value, *, bold: bool = False) -> Any:
    content: Any = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
    cell = WriteOnlyCell(sheet, value=content)
    if isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, time):
        cell.number_format = "hh:mm"
    elif isinstance(value, str):
        cell.alignment = Alignment(wrap_text=_columns(value) > _WIDEST or "\n" in value, vertical="top")
        if value.startswith(FORMULA_STARTS):
            cell.data_type = "s"
            # Keeps it text when somebody edits the cell.
            cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True)
    return cell
