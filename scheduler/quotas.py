"""Tells the operators in time that a platform's rights of the month come to an end."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlmodel import Session, select

import prompts
from storage import outbox, people, quota
from storage.tables import Person

log = structlog.get_logger("quotas")

LEVELS = (100, 90, 70)


def warn(session: Session, now: datetime) -> int:
    """Warns once at 70, 90 and 100 per cent of each right, in the log and everybody with the role admin.

    Whoever can also be reached by another platform is told there. Returns how many messages were queued.
    """
    queued = 0
    for row in quota.of_month(session, now):
        share = quota.share(row, now)
        level = next((level for level in LEVELS if share >= level), 0)
        if level <= row.warned:
            continue
        row.warned = level
        session.add(row)
        log.warning(
            "a month's right comes to its end",
            action="quotas.warned",
            platform=row.platform,
            right=row.right,
            used=row.used,
            allowed=row.allowed,
            level=level,
        )
        facts = {"platform": row.platform, "right": row.right, "used": row.used, "allowed": row.allowed, "level": level}
        words = prompts.say("quota_warning", in_group=False, **facts)
        for person_id in session.exec(select(Person.id).where(Person.role == "admin", Person.active)):
            assert person_id is not None
            elsewhere = [one.platform for one in people.identities(session, person_id) if one.platform != row.platform]
            sent = outbox.queue(
                session,
                now,
                key=f"quota:{row.platform}:{row.right}:{row.month}:{level}:{person_id}",
                kind="notice",
                words=words,
                person_id=person_id,
                prefer=elsewhere[0] if elsewhere else None,
            )
            queued += sent is not None
    return queued
