"""`撤销`: takes back one's own last record or change within ten minutes, clocks included."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date

from bot.types import Happening
from handlers.talk import TABLES, Answer, Notice, Talk, happening
from storage import events, outbox
from storage.tables import Event, Moment

WINDOW = timedelta(minutes=10)


def undo(talk: Talk) -> Answer:
    """Takes back everything one's last changing message did; whoever was told of it is told of this too."""
    changes = events.last_by(talk.session, talk.my_id, talk.now - WINDOW)
    changes = [event for event in changes if event.payload and event.payload.get("table") in TABLES]
    if not changes:
        return Answer("nothing_to_undo", {"minutes": WINDOW.seconds // 60})
    taken = [_take_back(talk, event) for event in changes]
    numbers = list(dict.fromkeys(item["number"] for item in reversed(taken)))
    told = {"items": list(reversed(taken)), "by": talk.me.name, "now": talk.now}
    message = changes[0].inbox_id
    heard = outbox.notices_of(talk.session, message) if message is not None else []
    notices = [
        Notice(person_id, "undone_notice", told, numbers)
        for person_id in dict.fromkeys(row.person_id for row in heard)
        if person_id is not None and person_id != talk.my_id
    ]
    return Answer("undone", told, about=numbers, notices=notices)


def _take_back(talk: Talk, event: Event) -> dict[str, Any]:
    payload = event.payload or {}
    model = TABLES[payload["table"]]
    row: Any = talk.session.get_one(model, payload["number"])
    before = payload["before"]
    if before is None:
        row.state = "withdrawn"
    else:
        for name, value in before.items():
            setattr(row, name, _as_stored(model, name, value))
    talk.session.add(row)
    talk.session.flush()
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
    return {"number": row.number, "kind": payload["table"], "made": before is None, "what": event.kind}


def _as_stored(model: Any, name: str, value: Any) -> Any:
    """A value out of the history's JSON, as its column holds it."""
    column = model.__table__.columns[name].type
    if isinstance(value, str) and isinstance(column, Moment):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and isinstance(column, Date):
        return date.fromisoformat(value)
    return value
