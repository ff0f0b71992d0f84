"""Follow-ups and commitments as a spreadsheet: .xlsx or .csv, Chinese headings, the team's time, numbers masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import make_url
from sqlmodel import Session, col, select

from bot.sheets.writing import Value, save
from prompts import CHANNELS, mask
from storage import migrate
from storage.store import open_store
from storage.tables import Chat, Client, Commitment, Contact, Person

STATES = {"open": "进行中", "done": "已完成", "cancelled": "已取消"}
KINDS = {"image": "图片", "file": "文件", "voice": "语音", "location": "位置", "video": "视频"}


@dataclass(frozen=True, slots=True)
class _Span:
    """The moments asked for, [since, until) with None for no bound, and the zone days are counted in."""

    zone: ZoneInfo
    since: datetime | None
    until: datetime | None

    def covers(self, column: Any) -> list[Any]:
        """The conditions on a column of moments."""
        conditions = [] if self.since is None else [column >= self.since]
        return conditions if self.until is None else [*conditions, column < self.until]

    def local(self, moment: datetime | None) -> datetime | None:
        """A moment on the team's clock, as a spreadsheet takes it: to the minute, without its zone."""
        if moment is None:
            return None
        return moment.astimezone(self.zone).replace(tzinfo=None, second=0, microsecond=0)


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
    """Writes `followups` or `commitments` to an .xlsx or .csv file, whole or not at all, and returns how many rows.

    `since` and `until` are days YYYY-MM-DD in `timezone`, both included: the day of the contact, or the day the
    commitment was made. What was withdrawn is left out. Phone numbers are masked in every cell unless `unmasked`.
    Text never becomes a formula; in .csv an apostrophe before it says so. Raises ValueError for anything an operator
    can put right, OSError when the file cannot be written.
    """
    if what not in _EXPORTS:
        raise ValueError(f"{what!r} is not one of {', '.join(_EXPORTS)}")
    if file.suffix.lower() not in {".xlsx", ".csv"}:
        raise ValueError(f"{file.name}: the name must end in .xlsx or .csv")
    _check_folder(file)
    zone = ZoneInfo(timezone)
    first, last = _day("--since", since), _day("--until", until)
    if first and last and last < first:
        raise ValueError("--until lies before --since")
    span = _Span(zone, _midnight(first, zone), _midnight(last + timedelta(days=1) if last else None, zone))
    headings, read = _EXPORTS[what]
    rows = await _read(database_url, lambda session: read(session, span))
    if not unmasked:
        rows = [[mask(value) if isinstance(value, str) else value for value in row] for row in rows]
    save(file, headings, rows)
    return len(rows)


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


_Rows = list[list[Value]]


def _must_exist(database_url: str) -> None:
    """Opening a SQLite file would make it; an export only reads."""
    url = make_url(database_url) if database_url.startswith("sqlite") else None
    if url is not None and url.database and not Path(url.database).exists():
        raise ValueError(f"there is no database at {url.database} yet")


async def _read(database_url: str, work: Callable[[Session], _Rows]) -> _Rows:
    _must_exist(database_url)
    store = open_store(database_url)
    try:
        if await migrate.current(store) != migrate.newest():
            raise ValueError("the database has another shape: run `python main.py db upgrade` first")
        return await store.read(work)
    except (ValueError, OSError):
        raise
    except Exception as error:
        # What a driver says may hold what people wrote: its kind is enough for an operator.
        raise ValueError(f"the database does not answer ({type(error).__name__})") from error
    finally:
        await store.close()


def _names(session: Session) -> tuple[dict[int | None, str], dict[int | None, str], dict[int | None, str]]:
    """The names of people, clients and groups, by id."""
    people = {row[0]: row[1] for row in session.exec(select(Person.id, Person.name))}
    clients = {row[0]: row[1] for row in session.exec(select(Client.id, Client.name))}
    chats = {row[0]: row[1] for row in session.exec(select(Chat.id, Chat.name))}
    return people, clients, chats


def _attachments(items: Sequence[Mapping[str, str]]) -> str:
    return "；".join(f"{KINDS.get(item['kind'], item['kind'])} {item.get('name', '')}".strip() for item in items)


FOLLOWUPS = ("编号", "日期", "时间", "跟进人", "客户", "方式", "联系人", "内容", "群", "附件")


def _followups(session: Session, span: _Span) -> _Rows:
    people, clients, chats = _names(session)
    statement = (
        select(Contact)
        .where(Contact.state == "ok", *span.covers(col(Contact.at)))
        .order_by(col(Contact.at), col(Contact.number))
    )
    rows: _Rows = []
    for contact in session.exec(statement):
        at = span.local(contact.at)
        assert at is not None
        rows.append(
            [
                contact.number,
                at.date(),
                at.time(),
                people.get(contact.person_id, ""),
                clients.get(contact.client_id, ""),
                CHANNELS.get(contact.channel, contact.channel),
                contact.contact_name,
                contact.text,
                chats.get(contact.chat_id, ""),
                _attachments(contact.attachments),
            ]
        )
    return rows


COMMITMENTS = (
    "编号", "客户", "事项", "负责人", "交办人", "登记时间", "约定时间", "状态", "结束时间", "延期次数", "备注", "群",
)  # fmt: skip


def _commitments(session: Session, span: _Span) -> _Rows:
    people, clients, chats = _names(session)
    statement = (
        select(Commitment)
        .where(Commitment.state != "withdrawn", *span.covers(col(Commitment.made_at)))
        .order_by(col(Commitment.number))
    )
    return [
        [
            row.number,
            clients.get(row.client_id, ""),
            row.matter,
            people.get(row.owner_id, ""),
            people.get(row.giver_id, ""),
            span.local(row.made_at),
            span.local(row.due_at),
            STATES.get(row.state, row.state),
            span.local(row.closed_at),
            row.postponed,
            row.note,
            chats.get(row.chat_id, ""),
        ]
        for row in session.exec(statement)
    ]


_EXPORTS: dict[str, tuple[tuple[str, ...], Callable[[Session, _Span], _Rows]]] = {
    "followups": (FOLLOWUPS, _followups),
    "commitments": (COMMITMENTS, _commitments),
}
