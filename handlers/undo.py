"""`撤销`: takes back one's own last record or change within ten minutes, clocks included."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date
from sqlmodel import col, select

from bot.types import Happening
from handlers import client_names, relinks, reports_clients
from handlers.talk import TABLES, Answer, Notice, Talk, happening
from storage import clients, events, facts, outbox
from storage.columns import Moment
from storage.tables import Absence, Commitment, Contact, DailyReport, Event, Lead

WINDOW = timedelta(minutes=10)
_UNDONE = {*TABLES, *client_names.TABLES}


def undo(talk: Talk) -> Answer:
    """Takes back everything one's last changing message did; whoever was told of it is told of this too."""
    changes = events.last_by(talk.session, talk.my_id, talk.now - WINDOW)
    changes = [event for event in changes if event.payload and event.payload.get("table") in _UNDONE]
    if not changes:
        return Answer("nothing_to_undo", {"minutes": WINDOW.seconds // 60})
    records = [event for event in changes if (event.payload or {})["table"] in TABLES]
    later = _changed_since(talk, records) if records else None
    if later is not None:
        number = (later.payload or {})["number"]
        return Answer("undo_overtaken", {"number": number, "by": talk.name_of(later.actor_id)}, about=[number])
    before = _owners(talk, records)
    undone = ((_take_back if event in records else _take_back_name)(talk, event) for event in changes)
    taken = [item for item in undone if item is not None]
    if not taken:
        return Answer("nothing_to_undo", {"minutes": WINDOW.seconds // 60})
    owners = list(dict.fromkeys([*before, *_owners(talk, records)]))
    numbers = list(dict.fromkeys(item["number"] for item in reversed(taken) if item["number"] is not None))
    told = {"items": _worth_telling(taken), "by": talk.me.name, "now": talk.now}
    message = changes[0].inbox_id
    heard = outbox.notices_of(talk.session, message) if message is not None else []
    informed = [row.person_id for row in heard if row.person_id is not None]
    # Whom the group's answer mentioned reads this there; elsewhere a notice must tell them.
    here = [owner for owner in owners if owner not in informed] if talk.in_group else []
    informed += [owner for owner in owners if owner not in here]
    notices = [
        Notice(person_id, "undone_notice", told, numbers)
        for person_id in dict.fromkeys(informed)
        if person_id != talk.my_id
    ]
    return Answer("undone", told, about=numbers, mentions=here, notices=notices)


def _worth_telling(taken: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """In the order they were done, without what only went along: the choice a correction taught, the old name kept."""
    what = {item["what"] for item in taken}
    along = {"client.chosen"} if any(kind.endswith(".linked") for kind in what) else set()
    if "client.renamed" in what:
        along.add("alias.taught")
    return [item for item in reversed(taken) if item["what"] not in along]


def _changed_since(talk: Talk, changes: Sequence[Event]) -> Event | None:
    """What somebody else did since to the same records: taking back my change would take back theirs."""
    statement = select(Event).where(
        col(Event.subject).in_({event.subject for event in changes}),
        col(Event.seq) > max(event.seq for event in changes),
        col(Event.undone_by).is_(None),
        Event.kind != "undone",
        col(Event.actor_id) != talk.my_id,
    )
    return talk.session.exec(statement.order_by(col(Event.seq).desc())).first()


def _owners(talk: Talk, changes: Sequence[Event]) -> list[int]:
    """Who else owns what these changes are about."""
    rows = [
        talk.session.get(TABLES[(event.payload or {})["table"]], (event.payload or {})["number"]) for event in changes
    ]
    return [row.owner_id for row in rows if isinstance(row, Commitment | Lead) and row.owner_id != talk.my_id]


def _take_back_name(talk: Talk, event: Event) -> dict[str, Any] | None:
    told = client_names.take_back(talk, event)
    if told is not None:
        _mark_undone(talk, event)
    return told


def _take_back(talk: Talk, event: Event) -> dict[str, Any]:
    payload = event.payload or {}
    model = TABLES[payload["table"]]
    row: Any = talk.session.get_one(model, payload["number"])
    before = payload["before"]
    if before is None:
        row.state = "withdrawn"
    else:
        for name, value in before.items():
            stored = _as_stored(model, name, value)
            # The client it was linked to before may have been merged since.
            merged = name == "client_id" and stored is not None
            setattr(row, name, clients.standing(talk.session, stored) if merged else stored)
    talk.session.add(row)
    talk.session.flush()
    if isinstance(row, Lead) and "owner_id" in (before or {}):
        clients.follow(talk.session, row.client_id, row.made_at, payload["after"]["owner_id"], row.owner_id)
    if before is None:
        _release_client(talk, row)
    undone = _mark_undone(talk, event)
    talk.clocks.retract(
        talk.session,
        Happening(
            seq=event.seq,
            kind=event.kind,
            subject=event.subject,
            at=talk.now,
            client_id=getattr(row, "client_id", None),
        ),
    )
    # Tells the clocks who owns it now, in case that was what changed.
    talk.clocks.observe(talk.session, happening(row, undone))
    if event.kind == "contact.linked":
        relinks.hear(talk, row, undone)
    elif event.kind == "report.linked":
        reports_clients.take_back(talk, event)
    return {"number": row.number, "kind": payload["table"], "made": before is None, "what": event.kind} | _shown(
        talk, row
    )


def _shown(talk: Talk, row: Any) -> dict[str, Any]:
    """What tells one record from another: of a contact or a lead not its words, which others may read along."""
    if isinstance(row, Commitment):
        return {"name": row.matter, "due": talk.local(row.due_at)}
    if isinstance(row, DailyReport):
        return {"name": "", "version": row.version if row.state == "in" else 0}
    if isinstance(row, Absence):
        return {"name": "", "absence": row.kind}
    return {"name": talk.client_name(row.client_id) or ""}


def _mark_undone(talk: Talk, event: Event) -> events.Appended:
    """Writes into the history that an event was taken back."""
    undone = events.append(
        talk.session,
        talk.now,
        "undone",
        event.subject,
        {"undone": event.seq},
        actor_id=talk.my_id,
        inbox_id=talk.inbox_id,
    )
    event.undone_by = undone.seq
    talk.session.add(event)
    return undone


def _release_client(talk: Talk, row: Any) -> None:
    """A client made by the record that is taken back belongs to nobody again, unless it is used elsewhere."""
    made_at = row.made_at if isinstance(row, Lead) else row.at if isinstance(row, Contact) else None
    client = clients.get(talk.session, row.client_id) if made_at is not None else None
    if client is None or client.id is None or client.made_at != made_at:
        return
    if not facts.leads_of_client(talk.session, client.id) and not facts.contacts(talk.session, client.id, limit=1):
        client.owner_id = None
        talk.session.add(client)


def _as_stored(model: Any, name: str, value: Any) -> Any:
    """A value out of the history's JSON, as its column holds it."""
    column = model.__table__.columns[name].type
    if isinstance(value, str) and isinstance(column, Moment):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and isinstance(column, Date):
        return date.fromisoformat(value)
    return value
