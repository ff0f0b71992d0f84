"""The import of leads: each becomes a record with its clocks, as if told in chat; owners hear of theirs in one message.

Nobody is woken by it: in quiet hours and on days off the message waits until reminders may be said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

import prompts
from bot import sheets
from bot.calendar import Calendar
from bot.clock import SystemClock
from bot.settings import Settings
from bot.sheets import columns
from bot.sheets.clients import Known
from bot.sheets.columns import Rejection, Row, Table, fold_name, read_phone
from bot.sheets.report import Outcome, rejected, unphoned
from handlers.language.money import read_amount
from handlers.talk import happening, subject_of
from scheduler.engine import Engine
from scheduler.policy import DEFAULT_FILE, load, speak_at
from storage import clients, events, facts, outbox
from storage.tables import Client, Lead


async def take(file: Path, rejects: Path | None, settings: Settings, now: datetime | None = None) -> sheets.Report:
    """Writes the good rows of a file of leads; see sheets.fill. Running it again changes nothing.

    A lead on a client that has had one is left as it is. Raises PolicyError for policies that cannot be read.
    """
    calendar = Calendar(settings.timezone, work_hours=settings.work_hours, quiet_hours=settings.quiet_hours)
    engine = Engine(load(settings.policies_file or DEFAULT_FILE), calendar)

    def work(session: Session, table: Table, at: datetime) -> list[Outcome]:
        return take_leads(session, table, at, engine)

    return await sheets.fill(columns.LEADS, file, rejects, settings.database_url, work, now or SystemClock().now())


@dataclass(frozen=True, slots=True)
class _Told:
    """A row that can be taken: a lead on a client the database may not have yet, and its owner."""

    name: str
    client: Client | None
    owner_id: int
    phone: str
    budget: int | None
    contact: str
    source: str
    region: str
    note: str


def take_leads(session: Session, table: Table, now: datetime, engine: Engine) -> list[Outcome]:
    """Writes the good rows, starts their clocks, and tells of every row in the order of the file."""
    events.hold(session)
    known = Known(session)
    rows_of: dict[str, int] = {}
    outcomes: list[Outcome] = []
    made: dict[int, list[Lead]] = defaultdict(list)
    for row in table.rows:
        name = ""
        try:
            name = row.text("name")
            told = _read(session, row, known, rows_of)
            if told is None:
                outcomes.append(Outcome(row, name, "unchanged"))
                continue
            lead = _write(session, told, now, engine)
        except Rejection as why:
            outcomes.append(rejected(row, name, why))
            continue
        made[lead.owner_id].append(lead)
        outcomes.append(Outcome(row, told.name, "added", f"#{lead.number}"))
    for owner_id, leads in made.items():
        _tell(session, owner_id, leads, now, engine.calendar)
    return outcomes


def _read(session: Session, row: Row, known: Known, rows_of: dict[str, int]) -> _Told | None:
    """What a row tells, None for a lead that is there already. Raises Rejection."""
    said = row.text("name")
    if not said:
        raise Rejection("no client", "没有客户名称")
    name = known.taken.get(fold_name(said), said)
    client = known.clients.get(fold_name(name))
    name = client.name if client is not None else name
    if (before := rows_of.setdefault(fold_name(name), row.number)) != row.number:
        raise Rejection(f"same client as row {before}", f"与第 {before} 行是同一客户")
    owner_id = known.owner(row) or (client.owner_id if client is not None else None)
    if owner_id is None:
        raise Rejection("no owner", "没有负责人")
    phone = read_phone(row)
    if client is not None:
        earlier = session.exec(select(Lead).where(Lead.client_id == client.id).order_by(col(Lead.number))).first()
        if earlier is not None and earlier.owner_id == owner_id:
            return None
        if earlier is not None:
            raise Rejection(
                f"the client has lead #{earlier.number} of somebody else", f"已有线索 #{earlier.number}，是别人的"
            )
        if client.owner_id not in {None, owner_id}:
            raise Rejection("the client belongs to somebody else", "这个客户已有别的负责人")
    twin = facts.lead_with_phone(session, phone)
    if twin is not None:
        raise Rejection(f"lead #{twin.number} has this phone number", f"线索 #{twin.number} 已有这个电话")
    budget = read_amount(row.text("budget")) if row.text("budget") else None
    if row.text("budget") and budget is None:
        raise Rejection("budget is not an amount like 30万 or 300000", "预算看不懂，请写成 30万 或 300000")
    # Every cell is read before anything is written: a row with an error in it is left out whole.
    contact, source, region, note = (row.text(column) for column in ("contact", "source", "region", "note"))
    return _Told(name, client, owner_id, phone, budget, contact, source, region, note)


def _write(session: Session, told: _Told, now: datetime, engine: Engine) -> Lead:
    client = clients.add(
        session, told.name, now, owner_id=told.owner_id, region=told.region if told.client is None else ""
    )
    assert client.id is not None
    lead = Lead(
        number=events.number(session, now, "lead", made_by=None, inbox_id=None),
        client_id=client.id,
        owner_id=told.owner_id,
        giver_id=told.owner_id,
        contact_name=told.contact,
        phone=told.phone,
        source=told.source,
        budget=told.budget,
        region=told.region,
        note=told.note,
        made_at=now,
        assigned_at=now,
    )
    session.add(lead)
    session.flush()
    payload = {"table": "lead", "number": lead.number, "before": None, "after": unphoned(lead.model_dump())}
    event = events.append(session, now, "lead.made", subject_of(lead), payload)
    engine.observe(session, happening(lead, event))
    return lead


def _tell(session: Session, owner_id: int, leads: Sequence[Lead], now: datetime, calendar: Calendar) -> None:
    """One message to an owner of all that became theirs, in private, at a time at which reminders may be said."""
    shown = []
    for lead in leads:
        client = clients.get(session, lead.client_id)
        name = client.name if client is not None else ""
        shown.append({"number": lead.number, "client": name, "contact": lead.contact_name, "phone": lead.phone})
    words = prompts.compose("leads_imported_notice", in_group=False, leads=shown)
    numbers = [lead.number for lead in leads]
    outbox.queue(
        session,
        now,
        key=f"leads:{numbers[0]}:{owner_id}",
        kind="notice",
        words=words.text,
        tones=words.tones,
        person_id=owner_id,
        about=numbers,
        not_before=speak_at(now, calendar, owner_due=None, delay=timedelta(0)),
    )
