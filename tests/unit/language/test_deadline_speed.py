"""The work of understanding grows with the length of a text only, whatever the text: counted in calls, not timed."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings, target
from hypothesis import strategies as st

from benchmarks.hostile import FAMILY, PIECES, fill
from bot.calendar import Calendar
from handlers.language.clauses import MOST_ITEMS, commitments, is_commitment, understand
from tests.work import calls

CALENDAR = Calendar()
NOW = datetime(2026, 11, 24, 10, tzinfo=CALENDAR.zone)


def work(text: str) -> int:
    commitments(text, NOW, CALENDAR)  # compiles what is needed
    return calls(lambda: commitments(text, NOW, CALENDAR))


# What one message may cost at the most, whatever its 2000 characters are: some hundred times a plain one.
MOST_WORK = 40_000


@pytest.mark.parametrize("unit", FAMILY)
def test_the_worst_texts_known_stay_within_the_bound(unit: str) -> None:
    assert work(fill(unit)) <= MOST_WORK


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=25).map("".join))
@settings(max_examples=60, deadline=None, database=None)
def test_a_search_for_worse_texts_stays_within_the_bound(unit: str) -> None:
    cost = work(fill(unit))
    target(float(cost))
    assert cost <= MOST_WORK


@pytest.mark.parametrize("line", ["周三前给老丁家送试用装", "寄样 周三，11:30，12月4日（周五）"])
def test_more_items_than_are_read_are_told(line: str) -> None:
    few = understand("【承诺】\n" + f"{line}\n" * 5, NOW, CALENDAR)
    many = understand("【承诺】\n" + f"{line}\n" * 90, NOW, CALENDAR)
    assert (len(few.items), few.whole) == (5, True)
    assert not many.whole
    assert len(many.items) <= MOST_ITEMS


@pytest.mark.parametrize("amount", ["999", "九百九十九"])
def test_a_term_of_years_costs_no_more_than_one_of_days(amount: str) -> None:
    assert work(f"【承诺】{amount}个工作日内交图") <= 2 * work("【承诺】9个工作日内交图")


UNITS = [
    "1", "8.", "12/", "3-", "一", "十", "前", "内", "周", "今天", "周二前", "11月3日", "9:", "5点", "2小时", "半",
    "月底", "年前", "节", "截止到", "最迟", "尽快", "承诺", "【", "(", "）", "()", "，", "、", "。", "1.", "1、",
    "① ", "@", "@吴越，", "@,", "的", "要发的", "都", "全部", "给", "交样册", "周一交图，", "😀", "\u200b", "\u3000",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_twice_the_text_is_at_most_twice_the_work(unit: str) -> None:
    once, twice = ("【承诺】" + (unit * 2000)[:length] for length in (1000, 2000))
    assert work(twice) <= 2.5 * work(once)


@pytest.mark.parametrize(
    "line", ["交样册 周二\n", "1. 周二交样册\n", "周二", "3天内交图，", "\n", "【承诺】交图\n", "@吴越 "]
)
def test_twice_the_lines_are_at_most_twice_the_work(line: str) -> None:
    lines = "".join(line * 3 + "\n" for _ in range(40))
    assert work("【承诺】" + lines * 2) <= 2.5 * work("【承诺】" + lines)


@pytest.mark.parametrize("unit", ["今天", "周二前", "11月3日", "9点半 ", "3天内", "月底", "1/2 "])
def test_one_line_full_of_times_is_read_at_its_two_ends_only(unit: str) -> None:
    assert work(unit * 500) <= 1.3 * work(unit * 250)


@pytest.mark.parametrize("separator", ["@,", "@一，", "@ :,", "@a，：", "@承"])
def test_many_mentions_without_a_prefix_are_no_riddle(separator: str) -> None:
    # Backtracking over the ways to cut these would double with each of them: 40 would not end in a lifetime.
    assert not is_commitment(separator * 40 + "承")
    assert is_commitment(separator * 40 + " 【承诺】交图")


@pytest.mark.parametrize("filler", ["，货" * 400, "给店里交货" * 150, "3号楼" * 300])
def test_a_deadline_at_the_end_of_a_long_text_is_found(filler: str) -> None:
    (item,) = commitments(f"【承诺】{filler} 周五前", NOW, CALENDAR)
    assert item.due == datetime(2026, 11, 27, 18, tzinfo=CALENDAR.zone)
    (item,) = commitments(f"【承诺】周五前 {filler}", NOW, CALENDAR)
    assert item.due == datetime(2026, 11, 27, 18, tzinfo=CALENDAR.zone)
