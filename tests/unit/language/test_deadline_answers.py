"""Short texts with a date in them: answers, reasons, days of absence, days of a query."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.calendar import Calendar
from handlers.language.deadline import is_due_only, read_day, read_days, read_due

CALENDAR = Calendar()
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("text", "due", "rest"),
    [
        ("周五 客户出差", datetime(2026, 11, 27, 18, tzinfo=SHANGHAI), "客户出差"),
        ("客户出差，周五", datetime(2026, 11, 27, 18, tzinfo=SHANGHAI), "客户出差"),
        ("12月3日下午2点 等盖章", datetime(2026, 12, 3, 14, tzinfo=SHANGHAI), "等盖章"),
        ("下周三", datetime(2026, 12, 2, 18, tzinfo=SHANGHAI), ""),
    ],
)
def test_a_deadline_and_its_reason(text: str, due: datetime, rest: str) -> None:
    found = read_due(text, NOW, CALENDAR)
    assert (found.due, found.issue, found.rest) == (due, None, rest)


def test_no_deadline() -> None:
    assert read_due("客户出差", NOW, CALENDAR).issue == "none"
    assert read_due("尽快", NOW, CALENDAR).issue == "vague"
    assert read_due("本周一", NOW, CALENDAR).issue == "past"


@pytest.mark.parametrize(
    "text",
    [
        "周三",
        "周三吧",
        "改到下周三上午",
        "那就周五下班前",
        "好的，周五前",
        "12.5",
        "3个工作日",
        "延到月底",
        "周三可以吗",
        "就这周五吧",
        "下午3点",
    ],
)
def test_answers_that_are_only_a_date(text: str) -> None:
    assert is_due_only(text, NOW, CALENDAR)


@pytest.mark.parametrize(
    "text", ["周三 客户出差", "寄样 周三", "尽快", "好", "12", "完成 12", "谁没交日报", "日报 老孙 昨天", ""]
)
def test_answers_that_are_more_or_less_than_a_date(text: str) -> None:
    assert not is_due_only(text, NOW, CALENDAR)


@pytest.mark.parametrize(
    ("text", "first", "last", "rest"),
    [
        ("周三", (11, 25), (11, 25), ""),
        ("周二", (11, 24), (11, 24), ""),
        ("周一至周三", (11, 30), (12, 2), ""),
        ("11月25日-27日", (11, 25), (11, 27), ""),
        ("11.25-11.27", (11, 25), (11, 27), ""),
        ("11月20日-27日", (11, 20), (11, 27), ""),
        ("明后天", (11, 25), (11, 26), ""),
        ("下周一到周三", (11, 30), (12, 2), ""),
        ("今天下午", (11, 24), (11, 24), ""),
        ("半天 看牙", (11, 24), (11, 24), "看牙"),
        ("明天起3天", (11, 25), (11, 27), ""),
        ("3天", (11, 24), (11, 26), ""),
        ("25号到27号 去上海", (11, 25), (11, 27), "去上海"),
        ("周三、周四", (11, 25), (11, 26), ""),
        ("周五开始请假2天", (11, 27), (11, 28), ""),
        ("28号到2号", (11, 28), (12, 2), ""),
    ],
)
def test_days_of_absence(text: str, first: tuple[int, int], last: tuple[int, int], rest: str) -> None:
    span = read_days(text, NOW, CALENDAR)
    assert (span.first, span.last) == (date(2026, *first), date(2026, *last))
    assert (span.issue, span.rest) == (None, rest)


def test_an_absence_over_the_turn_of_the_year() -> None:
    span = read_days("12月30日至1月3日", NOW, CALENDAR)
    assert (span.first, span.last) == (date(2026, 12, 30), date(2027, 1, 3))


def test_an_absence_without_days() -> None:
    assert read_days("病假", NOW, CALENDAR).issue == "none"
    assert read_days("昨天", NOW, CALENDAR).issue == "past"
    assert read_days("11月2日到5日", NOW, CALENDAR).issue == "past"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("昨天", date(2026, 11, 23)),
        ("前天", date(2026, 11, 22)),
        ("今天", date(2026, 11, 24)),
        ("上周五", date(2026, 11, 20)),
        ("周二", date(2026, 11, 24)),
        ("周三", date(2026, 11, 18)),
        ("11月20日", date(2026, 11, 20)),
        ("25号", date(2026, 10, 25)),
        ("2025年3月1日", date(2025, 3, 1)),
        ("老孙 昨天", date(2026, 11, 23)),
        ("老孙", None),
    ],
)
def test_the_day_of_a_query(text: str, day: date | None) -> None:
    assert read_day(text, NOW, CALENDAR) == day


def test_a_date_of_the_old_year_in_january() -> None:
    january = datetime(2027, 1, 5, 10, 0, tzinfo=SHANGHAI)
    assert read_day("12月30日", january, CALENDAR) == date(2026, 12, 30)
    assert read_day("30号", january, CALENDAR) == date(2026, 12, 30)
