"""What each export holds: its headings, and its rows out of the database."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot.sheets.writing import Value
from prompts import CHANNELS
from storage import media
from storage.tables import Chat, Client, Commitment, Contact, DailyReport, Event, Media, Person, ReportVersion

STATES = {"open": "进行中", "done": "已完成", "cancelled": "已取消"}
KINDS = {"image": "图片", "file": "文件", "voice": "语音", "location": "位置", "video": "视频"}


@dataclass(frozen=True, slots=True)
class Span:
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

    @property
    def first_day(self) -> date | None:
        """The first day asked for."""
        return self.since.date() if self.since else None

    @property
    def day_after(self) -> date | None:
        """The first day past those asked for."""
        return self.until.date() if self.until else None


Rows = list[list[Value]]


class Exact(str):
    """Text in which no digits are a phone number: a digest, a path."""


def _names(session: Session) -> tuple[dict[int | None, str], dict[int | None, str], dict[int | None, str]]:
    """The names of people, clients and groups, by id."""
    people = {row[0]: row[1] for row in session.exec(select(Person.id, Person.name))}
    clients = {row[0]: row[1] for row in session.exec(select(Client.id, Client.name))}
    chats = {row[0]: row[1] for row in session.exec(select(Chat.id, Chat.name))}
    return people, clients, chats


def _attachments(items: Sequence[Mapping[str, str]]) -> str:
    return "；".join(f"{KINDS.get(item['kind'], item['kind'])} {item.get('name', '')}".strip() for item in items)


def _kept(found: Sequence[Media]) -> list[Value]:
    """Where in the folder of media the files of a record lie, and the digests of their bytes; one a line."""
    if not found:
        return [None, None]
    return [Exact("\n".join(row.path for row in found)), Exact("\n".join(row.sha256 for row in found))]


FOLLOWUPS = (
    "编号", "日期", "时间", "跟进人", "客户", "方式", "联系人", "内容", "群", "附件", "存档文件", "SHA-256",
)  # fmt: skip


def _followups(session: Session, span: Span) -> Rows:
    people, clients, chats = _names(session)
    files = media.by_record(session)
    statement = (
        select(Contact)
        .where(Contact.state == "ok", *span.covers(col(Contact.at)))
        .order_by(col(Contact.at), col(Contact.number))
    )
    rows: Rows = []
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
                *_kept(files.get(contact.number, ())),
            ]
        )
    return rows


COMMITMENTS = (
    "编号", "客户", "事项", "负责人", "交办人", "登记时间", "约定时间", "状态", "结束时间", "延期次数", "备注", "群",
    "凭证", "存档文件", "SHA-256",
)  # fmt: skip


def _commitments(session: Session, span: Span) -> Rows:
    people, clients, chats = _names(session)
    files = media.by_record(session)
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
            _attachments(row.proof) or None,
            *_kept(files.get(row.number, ())),
        ]
        for row in session.exec(statement)
    ]


REPORTS = (
    "编号", "日期", "汇报人", "提交时间", "版本", "今日完成", "明日计划", "问题", "需要支持", "客户", "原文",
)  # fmt: skip


def _reports(session: Session, span: Span) -> Rows:
    people, clients, _ = _names(session)
    statement = (
        select(DailyReport, ReportVersion)
        .where(DailyReport.number == ReportVersion.number, DailyReport.version == ReportVersion.version)
        .where(DailyReport.state == "in")
        .order_by(col(DailyReport.day), col(DailyReport.number))
    )
    if span.first_day is not None:
        statement = statement.where(DailyReport.day >= span.first_day)
    if span.day_after is not None:
        statement = statement.where(DailyReport.day < span.day_after)
    return [
        [
            report.number,
            report.day,
            people.get(report.person_id, ""),
            span.local(report.submitted_at),
            report.version,
            *("\n".join(part) for part in (version.done, version.plan, version.problems, version.help)),
            "、".join(clients.get(client_id, "") for client_id in version.client_ids),
            version.text,
        ]
        for report, version in session.exec(statement)
    ]


EVENTS = ("序号", "时间", "人", "事件", "对象", "消息", "之前", "之后", "被撤销于")


def _events(session: Session, span: Span) -> Rows:
    people, _, _ = _names(session)
    statement = select(Event).where(*span.covers(col(Event.at))).order_by(col(Event.seq))
    return [
        [
            event.seq,
            span.local(event.at),
            people.get(event.actor_id, ""),
            event.kind,
            event.subject,
            event.inbox_id,
            _side(event, "before"),
            _side(event, "after"),
            event.undone_by,
        ]
        for event in session.exec(statement.execution_options(yield_per=1000))
    ]


def _side(event: Event, side: str) -> str:
    """What was before or after a change, as JSON; empty when nothing was, or when it has been erased."""
    found = (event.payload or {}).get(side)
    return json.dumps(found, ensure_ascii=False) if found else ""


EXPORTS: dict[str, tuple[tuple[str, ...], Callable[[Session, Span], Rows]]] = {
    "followups": (FOLLOWUPS, _followups),
    "commitments": (COMMITMENTS, _commitments),
    "reports": (REPORTS, _reports),
    "events": (EVENTS, _events),
}
