"""Deadline phrases against the tables of the contract, row by row, by texts of our own."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.calendar import Calendar
from handlers.language.clauses import plain_item

CALENDAR = Calendar()
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


# 2026-11-24 is a Tuesday.
@pytest.mark.parametrize(
    ("phrase", "now", "due"),
    [
        ("今天", "2026-11-24T10:00", "2026-11-24T18:00"),
        ("今天", "2026-11-24T18:00", "2026-11-24T23:59"),
        ("24号", "2026-11-24T19:00", "2026-11-24T23:59"),
        ("11月24日", "2026-11-24T19:00", "2026-11-24T23:59"),
        ("大后天", "2026-11-24T10:00", "2026-11-27T18:00"),
        ("周二", "2026-11-24T10:00", "2026-11-24T18:00"),
        ("周二", "2026-11-24T18:30", "2026-12-01T18:00"),
    ],
)
def test_days(phrase: str, now: str, due: str) -> None:
    assert plain_item(f"给老孙回函 {phrase}", at(now), CALENDAR).due == at(due)
