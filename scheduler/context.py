"""What a push says about the thing it is about: facts for the templates, read at the moment of speaking."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.calendar import Calendar
from scheduler.policy import Policy
from storage import clients, facts, people
from storage.tables import Commitment, Lead, Obligation, Person


def describe(
    session: Session, row: Obligation, policy: Policy, calendar: Calendar, now: datetime
) -> dict[str, Any] | None:
    """The facts of one obligation: number, matter, client, owner, dates in the team's zone, what was said last.

    None when its subject is gone or closed, so that nobody hears of it.
    """
    owner = session.get(Person, row.owner_id) if row.owner_id is not None else None
    common: dict[str, Any] = {
        "number": row.number,
        "owner": owner.name if owner else "",
        "due": calendar.local(row.due_at),
        "late": now - row.due_at,
        "title": policy.title,
        "rule": policy.rule,
        "client": None,
        "last": None,
        "muted": False,
        "missing": sorted(policy.needs - set(row.data.get("seen", {}))),
    }
    kind = row.subject.partition(":")[0]
    if kind == "commitment" and row.number is not None:
        commitment = session.get(Commitment, row.number)
        if commitment is None or commitment.state != "open":
            return None
        return common | {
            "kind": "commitment",
            "matter": commitment.matter,
            "muted": commitment.muted,
            "postponed": commitment.postponed,
            **_client(session, commitment.client_id, calendar, now),
        }
    if kind == "lead" and row.number is not None:
        lead = session.get(Lead, row.number)
        if lead is None or lead.state != "open":
            return None
        return common | {
            "kind": "lead",
            "matter": lead.note,
            "contact": lead.contact_name,
            "muted": lead.muted,
            **_client(session, lead.client_id, calendar, now),
        }
    if kind == "report":
        if owner is not None and owner.id is not None and people.is_away(session, owner.id, calendar.today(row.due_at)):
            # Leave taken on the day itself: no report is owed after all.
            return None
        return common | {"kind": "report", "matter": "", "day": calendar.today(row.due_at)}
    return common | {"kind": kind, "matter": policy.title, **_client(session, row.client_id, calendar, now)}


def _client(session: Session, client_id: int | None, calendar: Calendar, now: datetime) -> dict[str, Any]:
    client = clients.get(session, client_id)
    if client is None or client.id is None:
        return {"client": None, "last": None}
    latest = facts.contacts(session, client.id, limit=1)
    if not latest:
        return {"client": client.name, "last": None}
    speaker = session.get(Person, latest[0].person_id)
    return {
        "client": client.name,
        "last": {
            "at": calendar.local(latest[0].at),
            "channel": latest[0].channel,
            "text": latest[0].text,
            "who": speaker.name if speaker else "",
        },
    }
