"""The rights a platform sells by the month: counted in the transaction that records what used them.

What is to be counted is said by `limits`: a pair of platform and right with how much of it there is a month, 0 when it
is not limited. A pair that is not in it is not counted. Months are those of the platforms, in China's time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import Session, col, select

from storage.tables import QuotaUse

Limits = Mapping[tuple[str, str], int]

_CHINA = ZoneInfo("Asia/Shanghai")
# After this long the platform is asked once more: somebody may have bought more meanwhile.
REFUSED_FOR = timedelta(days=1)


def month(now: datetime) -> str:
    """The month at `now`, for example `2026-11`."""
    return now.astimezone(_CHINA).strftime("%Y-%m")


def spend(session: Session, now: datetime, platform: str, spent: Mapping[str, int], limits: Limits) -> None:
    """Adds what was used of each right."""
    for right, count in spent.items():
        if count and (platform, right) in limits:
            _change(session, now, platform, right, limits, {"used": QuotaUse.used + count})


def refused(session: Session, now: datetime, platform: str, right: str, limits: Limits, *, withheld: int = 0) -> None:
    """Notes that the platform itself called a right used up, and how many messages it kept back for that."""
    if (platform, right) in limits:
        change = {"refused_at": now, "withheld": QuotaUse.withheld + withheld}
        _change(session, now, platform, right, limits, change)


def _change(
    session: Session, now: datetime, platform: str, right: str, limits: Limits, values: Mapping[str, Any]
) -> None:
    this, allowed = month(now), limits[platform, right]
    place = col(QuotaUse.platform) == platform, col(QuotaUse.right) == right, col(QuotaUse.month) == this
    statement = update(QuotaUse).where(*place).values(allowed=allowed, **values)
    if session.connection().execute(statement).rowcount == 0:
        session.add(QuotaUse(platform=platform, right=right, month=this, allowed=allowed))
        session.flush()
        session.connection().execute(statement)


def of_month(session: Session, now: datetime) -> list[QuotaUse]:
    """What was used this month, as it stands in the database."""
    # Counting goes past the objects this session may hold already.
    statement = select(QuotaUse).where(QuotaUse.month == month(now)).execution_options(populate_existing=True)
    return list(session.exec(statement.order_by(QuotaUse.platform, QuotaUse.right)))


def share(row: QuotaUse, now: datetime) -> int:
    """How much of a right is used, in whole per cent; at least 100 while the platform refuses it."""
    own = 100 * row.used // row.allowed if row.allowed else 0
    return max(own, 100) if _refuses(row, now) else own


def _refuses(row: QuotaUse, now: datetime) -> bool:
    return row.refused_at is not None and abs(now - row.refused_at) < REFUSED_FOR


def used_up(session: Session, now: datetime, platform: str) -> str | None:
    """The first right of a platform that is used up, None while there is some of each."""
    rows = (row for row in of_month(session, now) if row.platform == platform)
    return next((row.right for row in rows if share(row, now) >= 100), None)
