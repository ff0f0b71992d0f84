"""From a message to its commitments: prefixes, ways of splitting, shared deadlines, mentions."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.calendar import Calendar
from handlers.language.clauses import commitments, is_commitment, plain_item

CALENDAR = Calendar()
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PEOPLE = ("秦小满", "秦小", "贺兰")


def read(text: str) -> list[tuple[str, str | None]]:
    return [
        (item.matter, f"{item.due:%m-%d}" if item.due else item.issue)
        for item in commitments(text, NOW, CALENDAR, PEOPLE)
    ]


@pytest.mark.parametrize(
    "prefix",
    [
        "【承诺】", "【承諾】", "[承诺]", "「承诺】", "〖承诺〗", "(承诺)", "（承诺）", "［承诺］", "【 承诺 】",
        "承诺：", "承诺:", "#承诺 ", "＃承诺 ", "  【承诺】", "@一诺 【承诺】", "@一诺【承诺】", "收到\n【承诺】",
        "【承诺】：", "承诺 ",
    ],
)  # fmt: skip
def test_every_prefix(prefix: str) -> None:
    assert is_commitment(prefix + "寄样 周五")
    assert read(prefix + "寄样 周五") == [("寄样", "11-27")]


@pytest.mark.parametrize("text", ["寄样 周五", "承诺书寄出了", "我的承诺", "他说【承诺】了", "协和 承诺", ""])
def test_no_prefix(text: str) -> None:
    assert not is_commitment(text)


def test_a_prefix_alone_has_no_items() -> None:
    assert is_commitment("【承诺】")
    assert commitments("【承诺】", NOW, CALENDAR) == ()


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("寄样 周五\n回函 月底", [("寄样", "11-27"), ("回函", "11-30")]),
        ("寄样 周五；回函 月底", [("寄样", "11-27"), ("回函", "11-30")]),
        ("1. 寄样 周五 2. 回函 月底", [("寄样", "11-27"), ("回函", "11-30")]),
        ("1.寄样周五2.回函月底", [("寄样", "11-27"), ("回函", "11-30")]),
        ("1、寄样 周五\n2、回函 月底", [("寄样", "11-27"), ("回函", "11-30")]),
        ("①3天内寄样 ②谈60天账期", [("寄样", "11-27"), ("谈60天账期", "none")]),
        ("（1）寄样 周五（2）回函 月底", [("寄样", "11-27"), ("回函", "11-30")]),
        ("1) 寄样 周五 2) 回函 月底", [("寄样", "11-27"), ("回函", "11-30")]),
        ("一、寄样 周五 二、回函 月底", [("寄样", "11-27"), ("回函", "11-30")]),
        ("- 寄样 周五\n- 回函 月底", [("寄样", "11-27"), ("回函", "11-30")]),
        ("1、3号楼周五量尺\n2、5号楼30号出图", [("3号楼量尺", "11-27"), ("5号楼出图", "11-30")]),
        ("1.25号前寄样", [("寄样", "01-25")]),
        ("周五寄样，月底回函", [("寄样", "11-27"), ("回函", "11-30")]),
        ("今天寄样、明天回函、周五签合同", [("寄样", "11-24"), ("回函", "11-25"), ("签合同", "11-27")]),
        ("周五寄样 月底回函", [("寄样", "11-27"), ("回函", "11-30")]),
        ("周五寄样，顺便回函", [("寄样，顺便回函", "11-27")]),
        ("寄样；回函；下周三前发报价", [("寄样", "none"), ("回函", "none"), ("发报价", "12-02")]),
        ("寄样\n回函\n周五前", [("寄样", "11-27"), ("回函", "11-27")]),
        ("周五前：\n1. 寄样\n2. 回函", [("寄样", "11-27"), ("回函", "11-27")]),
        ("寄样\n回函 月底\n截止：周五", [("寄样", "11-27"), ("回函", "11-30")]),
        ("1、寄样 2、回函，都周五前", [("寄样", "11-27"), ("回函", "11-27")]),
        ("寄样；回函；报价，均周五前", [("寄样", "11-27"), ("回函", "11-27"), ("报价", "11-27")]),
        ("寄样；回函；以上全部周五前完成", [("寄样", "11-27"), ("回函", "11-27")]),
        ("寄样\n回函\n尽快", [("寄样", "vague"), ("回函", "vague")]),
        ("寄样\n时间：周五", [("寄样", "11-27")]),
        ("明天寄样\n【承诺】周五回函", [("寄样", "11-25"), ("回函", "11-27")]),
        ("寄样（上周漏的）；回函 周五", [("寄样（上周漏的）", "none"), ("回函", "11-27")]),
        ("周五", [("", "11-27")]),
    ],
)  # fmt: skip
def test_items(text: str, items: list[tuple[str, str | None]]) -> None:
    assert read("【承诺】" + text) == items


def test_a_time_in_a_list_takes_the_day_of_the_part_before() -> None:
    first, second = commitments("【承诺】明天上午给老孙寄样，下午给老贺回函", NOW, CALENDAR)
    assert (first.matter, f"{first.due:%m-%d %H:%M}") == ("给老孙寄样", "11-25 12:00")
    assert (second.matter, f"{second.due:%m-%d %H:%M}") == ("给老贺回函", "11-25 18:00")


@pytest.mark.parametrize(
    ("text", "names", "matter"),
    [
        ("@秦小满周五前寄样", ("秦小满",), "寄样"),
        ("@秦小满 周五前寄样", ("秦小满",), "寄样"),
        ("@贺兰寄样 周五", ("贺兰",), "寄样"),
        ("寄样 周五 @贺兰 @秦小满", ("贺兰", "秦小满"), "寄样"),
        ("寄样，@贺兰，周五", ("贺兰",), "寄样"),
        ("@外部顾问 寄样 周五", ("外部顾问",), "寄样"),
        ("@赵某周五前寄样", ("赵某",), "寄样"),
    ],
)
def test_mentions(text: str, names: tuple[str, ...], matter: str) -> None:
    item = plain_item(text, NOW, CALENDAR, PEOPLE)
    assert (item.mentions, item.matter) == (names, matter)
    assert f"{item.due:%m-%d}" == "11-27"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("【承诺】@贺兰\n寄样 周五\n回函 月底", [("贺兰",), ("贺兰",)]),
        ("【承诺】@贺兰 1. 寄样 周五 2. 回函 月底", [("贺兰",), ("贺兰",)]),
        ("【承诺】寄样 周五\n回函 月底\n@贺兰", [("贺兰",), ("贺兰",)]),
        ("【承诺】寄样 周五 @贺兰；回函 月底", [("贺兰",), ()]),
        ("@贺兰 【承诺】寄样 周五", [("贺兰",)]),
    ],
)
def test_whose_a_mention_is(text: str, names: list[tuple[str, ...]]) -> None:
    assert [item.mentions for item in commitments(text, NOW, CALENDAR, PEOPLE)] == names


def test_an_item_that_names_somebody_is_meant_for_them_alone() -> None:
    found = commitments("【承诺】@李娜 发报价 周三；@张伟 送样 周四", NOW, CALENDAR, ("李娜", "张伟"))
    assert [(item.matter, item.mentions) for item in found] == [("发报价", ("李娜",)), ("送样", ("张伟",))]


def test_a_blank_ends_the_word_before_a_weekday() -> None:
    (item,) = commitments("【承诺】给客户寄样本 周三", NOW, CALENDAR)
    assert (item.matter, item.phrase) == ("给客户寄样本", "周三")
