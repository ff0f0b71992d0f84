"""Facts as a spreadsheet: .xlsx or .csv, Chinese headings, the team's time, numbers masked."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.exports.rows import EXPORTS, Exact, Span
from bot.sheets.writing import Value, save
from prompts import mask
from storage import migrate


async def write(
    what: str,
    file: Path,
    database_url: str,
    timezone: str,
    *,
    since: str | None = None,
    until: str | None = None,
    unmasked: bool = False,
) -> int:
    """Writes one of EXPORTS to an .xlsx or .csv file, whole or not at all, and returns how many rows.

    `since` and `until` are days YYYY-MM-DD in `timezone`, both included: the day of the contact, the day a report is
    of, the day a commitment was made or an event happened. What was withdrawn is left out, but not from the events.
    Phone numbers are masked in every cell unless `unmasked`. Text never becomes a formula; in .csv an apostrophe
    before it says so. Raises ValueError for anything an operator can put right, OSError when the file cannot be
    written.
    """
    if what not in EXPORTS:
        raise ValueError(f"{what!r} is not one of {', '.join(EXPORTS)}")
    if file.suffix.lower() not in {".xlsx", ".csv"}:
        raise ValueError(f"{file.name}: the name must end in .xlsx or .csv")
    _check_folder(file)
    zone = ZoneInfo(timezone)
    first, last = _day("--since", since), _day("--until", until)
    if first and last and last < first:
        raise ValueError("--until lies before --since")
    span = Span(zone, _midnight(first, zone), _midnight(last + timedelta(days=1) if last else None, zone))
    headings, read = EXPORTS[what]
    async with migrate.existing(database_url) as store:
        rows = await store.read(lambda session: read(session, span))
    rows = [[_shown(value, unmasked) for value in row] for row in rows]
    save(file, headings, rows)
    return len(rows)


def _shown(value: Value, unmasked: bool) -> Value:
    if not isinstance(value, str):
        return value
    return str(value) if unmasked or isinstance(value, Exact) else mask(value)


def _check_folder(file: Path) -> None:
    if not file.absolute().parent.is_dir():
        raise ValueError(f"{file.parent}: there is no such folder")


def _day(option: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ValueError(f"{option}: {text!r} is not a day like 2026-01-05") from error


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day else None
