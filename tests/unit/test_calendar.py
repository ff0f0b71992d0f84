"""The team's calendar: days off with 调休, years nobody has announced yet, working and quiet hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calendar import Calendar

CALENDAR = Calendar()
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = st.dates(date(2000, 1, 15), date(2100, 11, 30))
MOMENTS = st.integers(0, 20 * 365 * 24 * 60).map(lambda n: datetime(2020, 1, 15, tzinfo=UTC) + timedelta(minutes=n))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 14), True),  # a Saturday worked for the Spring Festival
        (date(2026, 2, 16), False),
        (date(2026, 9, 20), True),  # a Sunday worked for 国庆
        (date(2026, 10, 7), False),
        (date(2026, 11, 21), False),
        (date(2027, 1, 1), False),
        (date(2027, 2, 5), False),  # 除夕 of a year not announced yet
        (date(2027, 2, 8), False),
        (date(2027, 2, 9), True),
        (date(2027, 5, 3), True),
        (date(2027, 10, 3), False),
        (date(2100, 2, 8), False),
        (date(2000, 10, 2), False),
    ],
)
def test_workdays(day: date, works: bool) -> None:
    assert CALENDAR.is_workday(day) is works


def test_only_announced_years_are_certain() -> None:
    assert CALENDAR.is_certain(date(2026, 12, 31))
    assert not CALENDAR.is_certain(date(2027, 1, 1))


@settings(deadline=None)
@given(DAYS)
def test_neighbouring_workdays(day: date) -> None:
    after, before = CALENDAR.next_workday(day), CALENDAR.previous_workday(day)
    assert before < day < after
    assert CALENDAR.is_workday(after)
    assert CALENDAR.is_workday(before)
    between = [before + timedelta(days=n) for n in range(1, (after - before).days)]
    assert [d for d in between if CALENDAR.is_workday(d)] == ([day] if CALENDAR.is_workday(day) else [])
    assert CALENDAR.workday_on_or_after(day) == (day if CALENDAR.is_workday(day) else after)
    assert CALENDAR.workday_on_or_before(day) == (day if CALENDAR.is_workday(day) else before)


@settings(deadline=None)
@given(DAYS, st.integers(-60, 60))
def test_added_workdays_are_counted(day: date, n: int) -> None:
    if not date(2001, 1, 1) < day < date(2100, 6, 1):
        return
    end = CALENDAR.add_workdays(day, n)
    low, high = sorted((day, end))
    stretch = [low + timedelta(days=k) for k in range((high - low).days + 1)]
    assert sum(CALENDAR.is_workday(d) for d in stretch if d != day) == abs(n)


def test_days_off_join_over_two_feasts() -> None:
    joint = (date(2025, 10, 1), date(2025, 10, 8))
    assert CALENDAR.feasts(2025)["中秋"] == date(2025, 10, 6)
    assert CALENDAR.holidays(2025)["中秋"] == CALENDAR.holidays(2025)["国庆"] == joint


def test_a_thousand_workdays_are_looked_up_across_years() -> None:
    day = CALENDAR.add_workdays(date(2026, 11, 24), 999)
    assert CALENDAR.add_workdays(day, -999) == date(2026, 11, 24)
    assert CALENDAR.is_workday(day)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23T17:00", 4, "2026-11-24T12:00"),
        ("2026-11-23T17:00", 1, "2026-11-23T18:00"),
        ("2026-11-27T20:00", 2, "2026-11-30T11:00"),
        ("2026-12-31T17:30", 9, "2027-01-04T17:30"),
        ("2026-02-13T17:00", 10, "2026-02-14T18:00"),
        ("2026-11-24T10:00", -2, "2026-11-23T17:00"),
        ("2026-11-22T10:00", -1, "2026-11-20T17:00"),
        ("2026-11-22T10:00", 0, "2026-11-22T10:00"),
    ],
)
def test_work_time(start: str, hours: int, end: str) -> None:
    assert CALENDAR.add_work(at(start), timedelta(hours=hours)) == at(end)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23T20:00", 2, "2026-11-24T09:30"),
        ("2026-11-21T07:00", 4, "2026-11-21T12:30"),
        ("2026-11-21T23:00", 13, "2026-11-23T09:00"),  # a day holds twelve hours and a half
        ("2026-11-24T09:30", -2, "2026-11-23T20:00"),
    ],
)
def test_push_time(start: str, hours: int, end: str) -> None:
    assert CALENDAR.add_push(at(start), timedelta(hours=hours)) == at(end)


@settings(deadline=None)
@given(MOMENTS, st.integers(1, 60 * 200))
def test_time_added_can_be_taken_back(start: datetime, minutes: int) -> None:
    span = timedelta(minutes=minutes)
    for add in (CALENDAR.add_work, CALENDAR.add_push):
        end = add(start, span)
        assert end - start >= span
        assert add(end, -span) <= add(start, timedelta(minutes=1))
        assert add(add(end, -span), span) == end


@pytest.mark.parametrize(
    ("moment", "loud"),
    [
        ("2026-11-23T21:00", "2026-11-24T08:30"),
        ("2026-11-24T03:00", "2026-11-24T08:30"),
        ("2026-11-24T08:30", "2026-11-24T08:30"),
        ("2026-11-23T20:59", "2026-11-23T20:59"),
    ],
)
def test_quiet_hours_wrap_midnight(moment: str, loud: str) -> None:
    assert CALENDAR.is_quiet(at(moment)) is (moment != loud)
    assert CALENDAR.next_loud(at(moment)) == at(loud)


def test_other_quiet_hours() -> None:
    afternoon = Calendar(quiet_hours=(time(12), time(14)))
    assert afternoon.next_loud(at("2026-11-23T13:00")) == at("2026-11-23T14:00")
    assert afternoon.add_push(at("2026-11-23T11:00"), timedelta(hours=2)) == at("2026-11-23T15:00")
    never = Calendar(quiet_hours=(time(12), time(12)))
    assert not never.is_quiet(at("2026-11-23T12:00"))
    assert never.add_push(at("2026-11-23T23:00"), timedelta(hours=2)) == at("2026-11-24T01:00")


def test_is_a_value_in_the_teams_zone() -> None:
    assert Calendar("Asia/Shanghai") == CALENDAR
    assert len({Calendar(), CALENDAR}) == 1
    assert CALENDAR.today(datetime(2026, 11, 23, 17, tzinfo=UTC)) == date(2026, 11, 24)
    assert CALENDAR.local(datetime(2026, 11, 23, 17, tzinfo=UTC)).hour == 1
    with pytest.raises(ValueError, match="aware"):
        CALENDAR.today(datetime(2026, 11, 23))  # noqa: DTZ001
    with pytest.raises(ValueError, match="working hours"):
        Calendar(work_hours=(time(18), time(9)))
