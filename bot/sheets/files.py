"""Spreadsheet files as rows of cells, and rows of text as a spreadsheet file.

Text that begins like a formula stays text both ways: in .xlsx by the cell's type, in .csv by a leading apostrophe,
which is taken off again when such a file is read.
"""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from bot.sheets.writing import FORMULA_STARTS, save

Cell = str | int | float | bool | date | time | timedelta | None

MAX_BYTES = 50 << 20
MAX_ROWS = 100_000
MAX_COLUMNS = 200


class SheetError(ValueError):
    """A file cannot be read or written as a whole; the message names the file and says why, in one line."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet: `rows` are (row number as a spreadsheet shows it, cells), empty rows left out."""

    name: str
    rows: list[tuple[int, list[Cell]]]


def read(path: Path) -> list[Sheet]:
    """The worksheets of an .xlsx file, hidden ones left out, or the one of a .csv file. Raises SheetError."""
    suffix = path.suffix.lower()
    if suffix not in {".xlsx", ".xlsm", ".csv"}:
        hint = "open it and save it as .xlsx" if suffix in {".xls", ".et", ".numbers", ".ods"} else "use .xlsx or .csv"
        raise SheetError(f"{path.name}: not a file this command reads; {hint}")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SheetError(f"{path.name}: larger than {MAX_BYTES >> 20} MB")
        return [_read_csv(path)] if suffix == ".csv" else _read_xlsx(path)
    except OSError as error:
        raise SheetError(f"{path.name}: cannot be read ({error.strerror or type(error).__name__})") from error


def read_text(path: Path) -> str:
    """A text file as Windows, macOS and Linux write it: UTF-8, UTF-16 with a mark, or GB 18030. Raises SheetError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SheetError(f"{path.name}: cannot be read ({error.strerror or type(error).__name__})") from error
    encodings = ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetError(f"{path.name}: neither UTF-8 nor GB 18030 text; save it as .xlsx or as CSV UTF-8")


def _read_csv(path: Path) -> Sheet:
    text = read_text(path)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=lambda mark: (len(next(csv.reader([first], delimiter=mark), [])), mark == ","))
    rows: list[tuple[int, list[Cell]]] = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            _within_limits(path, number)
            cells: list[Cell] = [_unquoted(value) for value in row[:MAX_COLUMNS]]
            if any(str(cell).strip() for cell in cells):
                rows.append((number, cells))
    except csv.Error as error:
        raise SheetError(f"{path.name}: not a table ({error})") from error
    return Sheet(path.stem, rows)


def _unquoted(value: str) -> str:
    return value[1:] if value[:1] == "'" and value[1:].startswith(FORMULA_STARTS) else value


def _within_limits(path: Path, number: int) -> None:
    if number > MAX_ROWS:
        raise SheetError(f"{path.name}: more than {MAX_ROWS} rows; split the file")


def _read_xlsx(path: Path) -> list[Sheet]:
    try:
        # openpyxl warns of styles and drop-downs it leaves out; none of them carries a value.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sheets, formulas = _worksheets(path, computed=False)
            if formulas:
                values, _ = _worksheets(path, computed=True)
                sheets = [_computed(*pair) for pair in zip(sheets, values, strict=True)]
    except SheetError:
        raise
    except (BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, SyntaxError, EOFError) as error:
        raise SheetError(f"{path.name}: not a readable .xlsx file (damaged, or protected by a password)") from error
    return [Sheet(name, [(number, row) for number, row in rows if any(map(_filled, row))]) for name, rows in sheets]


_Rows = list[tuple[int, list[Cell]]]


def _worksheets(path: Path, *, computed: bool) -> tuple[list[tuple[str, _Rows]], bool]:
    """The visible worksheets with all rows, and whether any cell is a formula."""
    book = load_workbook(path, read_only=True, data_only=computed)
    found: list[tuple[str, _Rows]] = []
    formulas = False
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            # Some programs write a wrong size into the file, by which rows would be lost.
            sheet.reset_dimensions()
            rows: _Rows = []
            for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), 1):
                _within_limits(path, number)
                formulas = formulas or any(cell.data_type == "f" for cell in row)
                rows.append((number, [_plain(cell.value) for cell in row]))
            found.append((sheet.title, rows))
    finally:
        book.close()
    return found, formulas


def _computed(written: tuple[str, _Rows], values: tuple[str, _Rows]) -> tuple[str, _Rows]:
    """The cells with what formulas came to; text that only looks like a formula was never computed and stays."""
    rows: _Rows = []
    for (number, row), (_, computed) in zip(written[1], values[1], strict=True):
        rows.append((number, [cell if value is None else value for cell, value in zip(row, computed, strict=True)]))
    return written[0], rows


def _plain(value: Any) -> Cell:
    return value if value is None or isinstance(value, str | int | float | date | time | timedelta) else str(value)


def _filled(cell: Cell) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def check_target(path: Path, source: Path | None = None) -> None:
    """Raises SheetError when rows cannot be written to a file of this name, or would overwrite their `source`."""
    if path.suffix.lower() not in {".xlsx", ".csv"}:
        raise SheetError(f"{path.name}: the name must end in .xlsx or .csv")
    if not path.absolute().parent.is_dir():
        raise SheetError(f"{path}: there is no such folder")
    if source is not None and path.resolve() == source.resolve():
        raise SheetError(f"{path.name}: this would overwrite the file that is read")


def write(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Writes a table of text, whole or not at all. Raises SheetError for the name, OSError for the disk."""
    check_target(path)
    save(path, headings, [list(row) for row in rows])
