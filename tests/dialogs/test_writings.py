"""One keyword, many writings: bare, in any bracket, with a colon, full-width, traditional, with spaces or a stop."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import NO_CLOCKS, Store, check, hold

PROMISE = "10:00 王磊：【承诺】给协和医院寄样 周三"


@pytest.mark.parametrize(
    ("keyword", "said"),
    [
        ("我的承诺", "共 1 条"),
        ("团队承诺", "共 1 条"),
        ("逾期", "共 0 条"),
        ("帮助", "【承诺】"),
        ("我是谁", "陈静"),
        ("谁没交日报", "日报"),
        ("日报汇总", "日报"),
        ("客户", "协和医院"),
        ("撤销", "#1"),
    ],
)
@pytest.mark.parametrize(
    "writing", ["{}", "【{}】", "[{}]", "（{}）", "「{}」", "{}：", "{}:", "  {} ", "\u3000{}。", "{}！"]
)
async def test_a_keyword_alone(quick: Store, keyword: str, said: str, writing: str) -> None:
    told = await hold(quick, PROMISE, f"10:01 王磊：{writing.format(keyword)}", policies=NO_CLOCKS)
    answer = told.answer(2)
    assert said in answer.text
    assert "没听懂" not in answer.text


@pytest.mark.parametrize(
    "words",
    ["團隊承諾", "我的承諾", "逾期", "誰沒交日報", "幫助", "撤銷", "我是誰", "日報匯總", "客戶 協和", "協和醫院 承諾"],
)
async def test_traditional(quick: Store, words: str) -> None:
    told = await hold(quick, PROMISE, f"10:01 王磊：{words}", policies=NO_CLOCKS)
    assert "没听懂" not in told.answer(2).text
    assert "没有「" not in told.answer(2).text


@pytest.mark.parametrize(
    "writing", ["{} 1 {}", "{}1 {}", "{} #1 {}", "{}：1 {}", "【{}】1 {}", "{}　１　{}", " {}：#１，{}"]
)
@pytest.mark.parametrize(
    ("command", "rest", "said"),
    [
        ("延期", "周五", "11月27日 周五 18:00"),
        ("取消", "不做了", "不做了"),
        ("改", "周四", "11月26日 周四 18:00"),
        ("转交", "@李娜", "李娜"),
    ],
)
async def test_a_command_with_its_number(quick: Store, writing: str, command: str, rest: str, said: str) -> None:
    told = await hold(quick, PROMISE, f"10:01 王磊：{writing.format(command, rest)}", policies=NO_CLOCKS)
    check(told.answer(2), "王磊", "reply", "#1", said, about=[1])


@pytest.mark.parametrize("words", ["完成 1。", "完成了 1", "转交1@李娜", "延期1到周五", "静音1", "完成 1、"])
async def test_run_on_or_with_a_stop(quick: Store, words: str) -> None:
    told = await hold(quick, PROMISE, f"10:01 王磊：{words}", policies=NO_CLOCKS)
    check(told.answer(2), "王磊", "reply", "#1", about=[1], without=["备注", "没听懂"])


@pytest.mark.parametrize("words", ["日报 昨天", "日报 周一", "日报：11月23日"])
async def test_a_day_after_the_report_word_asks_for_that_days_own(quick: Store, words: str) -> None:
    told = await hold(quick, "17:00 王磊：日报 今日拜访协和", f"11-24 11:00 王磊：{words}", policies=NO_CLOCKS)
    check(told.answer(2), "王磊", "reply", "11月23日 周一", "拜访协和", about=[1])
    assert told.pairs == [("陈静", "report")]


async def test_a_report_that_calls_itself_a_summary_is_a_report(quick: Store) -> None:
    told = await hold(quick, "17:00 王磊：日报 总结：今日拜访协和，明日整理资料", policies=NO_CLOCKS)
    assert told.pairs == [("陈静", "report")]


async def test_who_was_missing_on_another_day(quick: Store) -> None:
    told = await hold(
        quick,
        "17:00 王磊：日报 今日拜访协和",
        "11-24 11:00 陈静：谁没交日报 昨天",
        "11-24 11:01 陈静：昨天谁没交日报",
        policies=NO_CLOCKS,
    )
    for line in (2, 3):
        check(told.answer(line), "陈静", "reply", "11月23日 周一", "李娜", "张伟", without=["王磊"])
