"""What holds for every phrase the grammar knows, whatever the writing, the moment and the words around it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calendar import Calendar
from handlers.language.clauses import commitments, is_commitment, plain_item
from handlers.language.deadline import is_due_only, read_day, read_days, read_due

CALENDAR = Calendar()
START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
NUMERALS = "零一二三四五六七八九十"


def numeral(number: int) -> str:
    if number <= 10:
        return NUMERALS[number]
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else NUMERALS[tens]) + "十" + (NUMERALS[ones] if ones else "")


# Phrases as lists of words and numbers, so that each can be written in several ways.
Words = tuple[str | int, ...]
SMALL, HOURS, DAYS, MONTHS = st.integers(2, 9), st.integers(1, 23), st.integers(1, 28), st.integers(1, 12)
WEEKDAY = st.sampled_from("一二三四五六日")
DAY: st.SearchStrategy[Words] = st.one_of(
    st.sampled_from(
        ["今天", "明天", "后天", "大后天", "这两天", "周末", "月底", "月初", "本周", "下周", "下个月", "年底"]
    ).map(lambda w: (w,)),
    st.tuples(st.sampled_from(["周", "本周", "下周", "下下周", "星期", "礼拜"]), WEEKDAY),
    st.tuples(MONTHS, st.just("月"), DAYS, st.sampled_from("日号")),
    st.tuples(DAYS, st.just("号")),
    st.tuples(st.sampled_from(["下月"]), DAYS, st.just("号")),
)
TIME: st.SearchStrategy[Words] = st.one_of(
    st.just(()),
    st.sampled_from(["上午", "下午", "晚上", "下班"]).map(lambda w: (w,)),
    st.tuples(st.just("下午"), st.integers(1, 6), st.just("点")),
    st.tuples(st.just("上午"), st.integers(8, 11), st.just("点半")),
)
DURATION: st.SearchStrategy[Words] = st.one_of(
    st.tuples(SMALL, st.sampled_from(["天内", "天后", "小时内", "个工作日内", "周内", "个月内", "分钟内"])),
    st.sampled_from(["半小时内", "一刻钟内", "半个月内", "国庆前", "节后", "春节前"]).map(lambda w: (w,)),
)
PHRASE: st.SearchStrategy[Words] = st.one_of(
    st.tuples(DAY, TIME, st.sampled_from([(), ("前",), ("之前",)])).map(
        lambda parts: (*parts[0], *parts[1], *parts[2])
    ),
    DURATION,
)


def plainly(words: Words) -> str:
    return "".join(map(str, words))


def in_numerals(words: Words) -> str:
    return "".join(numeral(word) if isinstance(word, int) else word for word in words)


def full_width(words: Words) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if char.isascii() and char.isdigit() else char for char in plainly(words))


def spaced(words: Words) -> str:
    return " ".join(map(str, words))


TRADITIONAL = str.maketrans("周点后号节两个礼内国庆", "週點後號節兩個禮內國慶")


def traditional(words: Words) -> str:
    return plainly(words).translate(TRADITIONAL)


@given(PHRASE, MOMENTS)
@settings(max_examples=300, deadline=None)
def test_every_writing_means_the_same(words: Words, now: datetime) -> None:
    read = read_due(plainly(words), now, CALENDAR)
    assert read.issue in (None, "past")
    for write in (in_numerals, full_width, spaced, traditional):
        again = read_due(write(words), now, CALENDAR)
        assert (again.due, again.issue) == (read.due, read.issue), write(words)


@given(PHRASE, MOMENTS)
@settings(max_examples=300, deadline=None)
def test_never_before_now(words: Words, now: datetime) -> None:
    read = read_due(plainly(words), now, CALENDAR)
    if read.due is None:
        assert read.issue == "past"
    else:
        assert read.issue is None
        assert read.due >= now.replace(second=0, microsecond=0)
        assert (read.due.second, read.due.microsecond) == (0, 0)
        assert read.due.tzinfo is CALENDAR.zone


@given(
    PHRASE,
    MOMENTS,
    st.sampled_from(["给老孙|寄样", "把仓卡|交给库管", "跟园区|对电费"]),
    st.sampled_from(["front", "middle", "end"]),
)
@settings(max_examples=400, deadline=None)
def test_the_words_around_do_not_change_it(words: Words, now: datetime, matter: str, place: str) -> None:
    phrase, (left, right) = plainly(words), matter.split("|")
    alone = read_due(phrase, now, CALENDAR)
    text = {"front": f"{phrase}{left}{right}", "middle": f"{left}{phrase}{right}", "end": f"{left}{right}，{phrase}"}[
        place
    ]
    item = plain_item(text, now, CALENDAR)
    assert (item.due, item.issue) == (alone.due, alone.issue), text
    assert item.matter == left + right


PIECES = st.sampled_from(
    [
        *"周三五日一二十月号点半前内后上下本年分:.-/①（）@李、；，。+到或给😀\n\u3000\u200b",
        *(
            "今天",
            "明",
            "这个",
            "季度",
            "国庆",
            "中秋",
            "节",
            "工作",
            "小时",
            "1",
            "12",
            "30",
            "2",
            "0",
            "【承诺】",
            "截止",
            "最迟",
        ),
        *("的", "寄样", "报价", "V", "Q1", "asap", "尽快", "2月29日", "24:00", "3-5", "11.25", "都", "均"),
    ]
)


@given(st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text(max_size=60)), MOMENTS)
@settings(max_examples=500, deadline=None)
def test_anything_at_all_is_read_without_complaint(text: str, now: datetime) -> None:
    for item in commitments(text, now, CALENDAR, ("李",)):
        assert (item.due is None) == (item.issue is not None)
        assert item.due is None or item.due >= now.replace(second=0, microsecond=0)
        assert item.phrase in text or len(item.phrase) <= len(text) + 1
        assert item.phrase or item.issue == "none"
    is_commitment(text)
    read_due(text, now, CALENDAR)
    is_due_only(text, now, CALENDAR)
    span = read_days(text, now, CALENDAR)
    assert span.first <= span.last
    read_day(text, now, CALENDAR)


def test_long_texts_of_one_kind_come_to_an_end() -> None:
    for unit in (
        "1 ",
        "周三，",
        "1/",
        "@",
        "（",
        "一",
        "3-",
        "截止到",
        "寄样 周三\n",
        "1. 寄样 ",
        "【承诺】",
        "年前",
        "2小时",
    ):
        text = (unit * 2000)[:2000]
        assert len(commitments(text, START, CALENDAR)) <= len(text)
