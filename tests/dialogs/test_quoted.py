"""Replies to a message of the bot: a bare command is said of the one record that message speaks of."""

from __future__ import annotations

from dataclasses import replace

from bot.replay import Line
from tests import support
from tests.dialogs.helpers import NO_CLOCKS, Store, Told, check

PROMISES = "【承诺】给协和寄目录 周三；给仁济发合同 周四；催货 周五；交标书 周五；开发票 周五；寄样品 周五；回访 周五"


async def reply(store: Store, *script: tuple[str, str, str]) -> Told:
    """Plays `speaker, words, what is quoted`, a minute apart, after seven promises of 王磊."""
    lines: list[Line] = [support.line("2026-11-23 10:00", "王磊", PROMISES, "1")]
    for number, (speaker, words, quoted) in enumerate(script, 2):
        line = support.line(f"2026-11-23 10:{number:02}", speaker, words, str(number))
        lines.append(replace(line, quoted=quoted))
    return Told(tuple(await support.play(store, lines, policies=NO_CLOCKS)))


async def test_a_bare_command_is_said_of_the_one_record_that_is_quoted(quick: Store) -> None:
    told = await reply(
        quick,
        ("王磊", "完成", "#1 给协和寄目录 今天 18:00 到期\n回「完成 1」或「延期 1 周五」"),
        ("王磊", "延期到下周二 客户出差", "#2 记下了"),
        ("王磊", "取消 项目停了", "王磊：#3 催货"),
        ("王磊", "转给李娜", "#4 交标书"),
        ("王磊", "别提醒我了", "#5 开发票"),
        ("王磊", "✅", "#6 寄样品"),
        ("王磊", "改 周四", "#7 回访"),
    )
    check(told.answer(2), "王磊", "reply", "给协和寄目录", about=[1])
    check(told.answer(3), "王磊", "reply", "12月1日 周二", "客户出差", about=[2])
    check(told.answer(4), "王磊", "reply", "取消", "项目停了", about=[3])
    check(told.answer(5), "王磊", "reply", "转给李娜", about=[4])
    check(told.answer(6), "王磊", "reply", "不再提醒", about=[5])
    check(told.answer(7), "王磊", "reply", "寄样品", about=[6])
    check(told.answer(8), "王磊", "reply", "11月26日 周四", "不算延期", about=[7])


async def test_a_quote_of_none_or_several_tells_nothing_and_a_number_said_goes_before(quick: Store) -> None:
    told = await reply(
        quick,
        ("王磊", "完成", "#1 给协和寄目录\n#2 给仁济发合同"),
        ("王磊", "完成", "我刚到公司"),
        ("王磊", "完成", "#99 没有的"),
        ("王磊", "完成 3", "#2 给仁济发合同"),
        ("王磊", "我的承诺", "#2 给仁济发合同"),
        ("李娜", "完成", "#2 给仁济发合同"),
        ("王磊", "收到", "#2 给仁济发合同"),
    )
    for line in (2, 3, 4):
        assert told.answer(line).kind == "question"
    check(told.answer(5), "王磊", "reply", "催货", about=[3])
    check(told.answer(6), "王磊", "reply", "共 6 条", about=[1, 2, 4, 5, 6, 7])
    check(told.answer(7), "李娜", "reply", "王磊", about=[2])
    assert told.answer(8).about == ()
