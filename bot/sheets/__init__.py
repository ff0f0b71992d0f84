"""People and clients from the files a sales team keeps: .xlsx and .csv, Chinese or English headings.

`take` and `fill` write the good rows of a file in one transaction and tell of every row; `read_names` only reads. All
raise SheetError, in one readable line, when the file as a whole cannot be used.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.clock import SystemClock
from bot.sheets import columns, files
from bot.sheets.clients import take_clients
from bot.sheets.files import SheetError
from bot.sheets.people import take_people
from bot.sheets.report import Outcome, Report
from storage import migrate
from storage.store import StoreUnavailable, open_store

__all__ = ["Outcome", "Report", "SheetError", "fill", "read_names", "take"]

KINDS = {"people": columns.PEOPLE, "clients": columns.CLIENTS}


def read_names(file: Path) -> list[tuple[str, list[str]]]:
    """Clients as (name, aliases), each name once: of a table headed name and aliases, or one name a line.

    Raises SheetError; in a table, rows without a name are left out.
    """
    if file.suffix.lower() in {".xlsx", ".xlsm"} or _is_table(file):
        table = columns.table(file.name, files.read(file), columns.CLIENTS)
        try:
            found = [(row.text("name"), columns.read_list(row, "aliases")) for row in table.rows]
        except columns.Rejection as why:
            raise SheetError(f"{file.name}: {why}") from why
    else:
        found = [(columns.said(line), []) for line in files.read_text(file).splitlines()]
    names: dict[str, list[str]] = {}
    for name, aliases in found:
        if name:
            known = names.setdefault(name, [])
            known += [alias for alias in aliases if alias not in known]
    return list(names.items())


def _is_table(file: Path) -> bool:
    """A .csv is a table when its first line names the columns; without headings it is a list of names."""
    if file.suffix.lower() != ".csv":
        return False
    first = next((line for line in files.read_text(file).splitlines() if line.strip()), "")
    if any(len(next(csv.reader([first], delimiter=mark), [])) > 1 for mark in ",;\t"):
        return True
    try:
        columns.table(file.name, [files.Sheet("", [(1, [first])])], columns.CLIENTS)
    except SheetError:
        return False
    return True


Work = Callable[[Session, columns.Table, datetime], list[Outcome]]


async def take(kind: str, file: Path, rejects: Path | None, database_url: str, timezone: str) -> Report:
    """Writes the good rows of a file of `people` or `clients`, as `fill` does.

    Empty cells leave what is known as it is. `timezone` tells which day is today. Raises as `fill` does, and
    ValueError for an unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not one of {', '.join(KINDS)}")

    def work(session: Session, table: columns.Table, now: datetime) -> list[Outcome]:
        if kind == "clients":
            return take_clients(session, table, now)
        return take_people(session, table, now, now.astimezone(ZoneInfo(timezone)).date())

    return await fill(KINDS[kind], file, rejects, database_url, work, SystemClock().now())


async def fill(
    headings: Mapping[str, tuple[str, ...]],
    file: Path,
    rejects: Path | None,
    database_url: str,
    work: Work,
    now: datetime,
) -> Report:
    """Gives the rows of a file to `work`, which writes the good ones; running it again changes nothing.

    All in one transaction. A database that is new or old is upgraded first. With `rejects`, the rows that were left
    out are written there with their reasons. Raises SheetError for a file or a database that cannot be used,
    ValueError for an unknown address, OSError when `rejects` cannot be written.
    """
    if rejects is not None:
        files.check_target(rejects, source=file)
    table = columns.table(file.name, await asyncio.to_thread(files.read, file), headings)
    store = open_store(database_url)
    try:
        await migrate.upgrade(store)
        outcomes = await store.write(lambda session: work(session, table, now))
    except OSError as error:
        raise SheetError(f"the database cannot be reached ({type(error).__name__})") from error
    except StoreUnavailable as error:
        raise SheetError(f"nothing was imported: the database does not answer: {error}") from error
    except Exception as error:
        # What a driver says may hold what people wrote: its kind is enough for an operator.
        raise SheetError(f"nothing was imported: the database refused ({type(error).__name__})") from error
    finally:
        await store.close()
    report = Report(outcomes, table.ignored)
    if rejects is not None and report.rejected:
        rows = [table.rejected_cells(outcome.row, outcome.chinese) for outcome in report.rejected]
        files.write(rejects, table.rejected_headings(), rows)
    return report
