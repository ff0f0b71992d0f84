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


# Phrases as lists of words and numbers, so that each can be written in several ways. Every table of the contract is
# here: days, spans, parts of a day, clock times, durations, holidays and what may follow them.
Words = tuple[str | int, ...]
SMALL, DAYS, MONTHS = st.integers(2, 9), st.integers(1, 28), st.integers(1, 12)
WEEKDAY = st.sampled_from("一二三四五六日")


def one_of(words: str) -> st.SearchStrategy[Words]:
    return st.sampled_from([(word,) for word in words.split()])


DAY: st.SearchStrategy[Words] = st.one_of(
    one_of("今天 今日 明天 明日 后天 大后天 今明两天 明后天 这两天 这几天"),
    st.tuples(st.sampled_from(["周", "本周", "这周", "下周", "下下周", "星期", "礼拜", "下个星期"]), WEEKDAY),
    st.tuples(MONTHS, st.just("月"), DAYS, st.sampled_from("日号")),
    st.tuples(st.sampled_from(["明年", "今年"]), MONTHS, st.just("月"), DAYS, st.just("日")),
    st.tuples(DAYS, st.just("号")),
    st.tuples(st.sampled_from(["下月", "下个月", "本月"]), DAYS, st.just("号")),
    st.tuples(WEEKDAY, WEEKDAY).map(lambda pair: (f"周{pair[0]}到周{pair[1]}",)),
    st.tuples(WEEKDAY, WEEKDAY).map(lambda pair: (f"周{pair[0]}或周{pair[1]}",)),
    st.tuples(st.integers(1, 14), st.just("号到"), st.integers(15, 28), st.just("号")),
)
SPAN: st.SearchStrategy[Words] = st.one_of(
    one_of("本周 这周 本周内 下周 下周内 周末 本周末 下周末 周初 周中 下周初 下周中"),
    one_of("上旬 中旬 下旬 月初 月中 月底 月末 本月 这个月 本月内 月内 下个月 下月 下月初 下月中旬 下个月底"),
    one_of("季度末 季末 本季度 下季度 Q1 Q3 一季度 四季度 上半年 下半年 年底 年末 年内 今年 明年 明年上半年"),
    st.tuples(MONTHS, st.sampled_from(["月底", "月初", "月中旬", "月上旬", "月份", "月内"])),
)
TIME: st.SearchStrategy[Words] = st.one_of(
    st.just(()),
    one_of("凌晨 早上 上午 中午 下午 傍晚 晚上 夜里 下班"),
    st.tuples(st.just("下午"), st.integers(1, 6), st.just("点")),
    st.tuples(st.just("晚上"), st.integers(6, 11), st.just("点半")),
    st.tuples(st.just("上午"), st.integers(8, 11), st.just("点半")),
    st.tuples(st.integers(13, 23), st.just("点"), st.integers(10, 59)),
)
COUNTED = st.sampled_from(
    [
        *("天内", "天后", "天之内", "小时内", "小时后", "个小时内", "个工作日内", "个工作日", "周内", "个星期内"),
        *("个月内", "个月后", "分钟内", "年内", "个半小时内", "个季度内"),
    ]
)
DURATION: st.SearchStrategy[Words] = st.one_of(
    st.tuples(SMALL, COUNTED),
    st.tuples(st.integers(1, 4), st.just("到"), st.integers(5, 9), st.sampled_from(["天内", "个工作日内"])),
    one_of("半小时内 一刻钟内 半天内 半个月内 一个半月内 半年内 一年内 两三天内 三五天内 一两周内"),
)
HOLIDAY: st.SearchStrategy[Words] = st.tuples(
    st.sampled_from(["国庆", "国庆节", "春节", "五一", "端午", "中秋节", "清明", "元旦", "节", "年"]),
    st.sampled_from(["前", "后", "之前"]),
)
PHRASE: st.SearchStrategy[Words] = st.one_of(
    st.tuples(DAY, TIME, st.sampled_from([(), ("前",), ("之前",), ("以前",)])).map(
        lambda parts: (*parts[0], *parts[1], *parts[2])
    ),
    SPAN,
    st.tuples(SPAN, st.sampled_from(["前", "之前"]))
    .filter(lambda parts: not str(parts[0][-1]).endswith("内"))
    .map(lambda parts: (*parts[0], parts[1])),
    DURATION,
    HOLIDAY,
)


def plainly(words: Words) -> str:
    return "".join(map(str, words))


def in_numerals(words: Words) -> str:
    return "".join(numeral(word) if isinstance(word, int) else word for word in words)


def full_width(words: Words) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if char.isascii() and char.isdigit() else char for char in plainly(words))


def spaced(words: Words) -> str:
    return " ".join(map(str, words))


TRADITIONAL = str.maketrans("周点后号节两个礼内国庆这钟时间", "週點後號節兩個禮內國慶這鐘時間")


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


@given(PHRASE, DAY, MOMENTS, st.sampled_from(["，不对，", "，说错了，是", " 更正 ", "，改到", "，哦不，"]))
@settings(max_examples=200, deadline=None)
def test_a_deadline_taken_back_leaves_with_its_words(first: Words, second: Words, now: datetime, link: str) -> None:
    alone = plain_item(f"{plainly(second)}，把仓卡交给库管", now, CALENDAR)
    corrected = plain_item(f"{plainly(first)}{link}{plainly(second)}，把仓卡交给库管", now, CALENDAR)
    assert (corrected.due, corrected.issue) == (alone.due, alone.issue)
    assert corrected.matter == alone.matter == "把仓卡交给库管"


@given(st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text(max_size=60)), MOMENTS)
@settings(max_examples=500, deadline=None)
def test_anything_at_all_is_read_without_complaint(text: str, now: datetime) -> None:
    for item in commitments(text, now, CALENDAR, ("李",)):
        assert (item.due is None) == (item.issue is not None)
        assert item.due is None or item.due >= now.replace(second=0, microsecond=0)
        assert len("".join(item.phrase.split())) <= len(text)
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
