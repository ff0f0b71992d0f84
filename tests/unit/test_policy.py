"""Policies as data: what may be written, what a mistake looks like, and the arithmetic of when to speak."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.calendar import Calendar
from scheduler.policy import PolicyError, load, read_span, speak_at, spread, whole_minute
from tests.support import at

CALENDAR = Calendar()
DELAY = timedelta(minutes=7)

GOOD = """
[handed_in]
opens = ["thing.made"]
due = { after = "8h", time = "work" }
stops = ["thing.done"]
steps = [
    { at = "-1h", to = "owner" },
    { at = "0", to = "owner" },
    { at = "0", to = "supervisor" },
    { at = "+8h", time = "work", to = "manager" },
]
"""


def test_the_shipped_policies_are_whole() -> None:
    policies = load()
    assert list(policies) == [
        "commitment",
        "daily_report",
        "lead_first_touch",
        "lead_golden_48h",
        "digest_morning",
        "digest_evening",
    ]
    assert [step.rank for step in policies["lead_golden_48h"].steps] == [0, 1, 1]
    assert policies["commitment"].steps[0].before
    assert not policies["commitment"].steps[1].before


def test_a_new_clock_is_data_alone(tmp_path: Path) -> None:
    file = tmp_path / "policies.toml"
    file.write_text(GOOD, encoding="utf-8")
    policy = load(file)["handed_in"]
    assert policy.needs == frozenset()
    assert [(step.rank, step.to) for step in policy.steps] == [
        (0, "owner"),
        (1, "owner"),
        (1, "supervisor"),
        (2, "manager"),
    ]


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ('to = "manager"', 'to = "boss"', "to = 'boss' is not one of"),
        ('at = "+8h"', 'at = "8 hours"', "is not a length of time"),
        ('at = "-1h"', 'at = "+1h"', "in the order of their offsets"),
        ('time = "work" }', 'time = "night" }', "time 'night' is not one of"),
        ('stops = ["thing.done"]', 'stopps = ["thing.done"]', "no setting stopps"),
        ('opens = ["thing.made"]', "", "either opens or each"),
        ('due = { after = "8h", time = "work" }', 'due = "18:30"', "time of day"),
        ('due = { after = "8h", time = "work" }', "due = 5", "due must be"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, wrong: str, right: str, told: str) -> None:
    file = tmp_path / "policies.toml"
    file.write_text(GOOD.replace(wrong, right, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load(file)
    assert told in str(caught.value)
    assert f"{file}:2: [handed_in]" in str(caught.value)


def test_broken_toml_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "policies.toml"
    file.write_text("[a]\nx = = 1\n", encoding="utf-8")
    with pytest.raises(PolicyError, match="line 2"):
        load(file)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be read"):
        load(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "minutes"), [("-2h", -120), ("+10m", 10), ("0", 0), ("3d", 3 * 24 * 60), ("48h", 48 * 60)]
)
def test_spans(text: str, minutes: int) -> None:
    assert read_span(text) == timedelta(minutes=minutes)


def test_moments_fall_on_whole_minutes_never_early() -> None:
    moment = at("2026-11-23 10:00")
    assert whole_minute(moment) == moment
    assert whole_minute(moment + timedelta(seconds=1)) == moment + timedelta(minutes=1)


def test_the_spread_keeps_to_the_twenty_minutes() -> None:
    delays = {spread("commitment", f"person:{n}") for n in range(200)}
    assert min(delays) >= timedelta(minutes=1)
    assert max(delays) < timedelta(minutes=20)
    assert len(delays) > 10


@pytest.mark.parametrize(
    ("moment", "owner_due", "spoken"),
    [
        ("2026-11-23 10:00", None, "2026-11-23 10:00"),  # a working Monday
        ("2026-11-23 20:59", None, "2026-11-23 20:59"),
        ("2026-11-23 21:00", None, "2026-11-24 08:37"),  # quiet begins
        ("2026-11-24 08:29", None, "2026-11-24 08:37"),
        ("2026-11-24 08:30", None, "2026-11-24 08:30"),  # quiet is over
        ("2026-11-27 22:00", None, "2026-11-30 08:37"),  # Friday night → Monday
        ("2026-11-28 12:00", None, "2026-11-30 08:37"),  # a Saturday
        ("2026-11-28 12:00", date(2026, 11, 28), "2026-11-28 12:00"),  # to the owner, due that day
        ("2026-11-28 06:00", date(2026, 11, 28), "2026-11-28 08:37"),
        ("2026-11-28 22:00", date(2026, 11, 28), "2026-11-30 08:37"),
        ("2026-12-31 21:30", None, "2027-01-04 08:37"),  # over a year's end, past the published calendar
    ],
)
def test_when_a_push_may_speak(moment: str, owner_due: date | None, spoken: str) -> None:
    assert speak_at(at(moment), CALENDAR, owner_due=owner_due, delay=DELAY) == at(spoken)
