"""Empty, endless, broken and half messages: each gets its one answer, and nothing else happens."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import PICTURE, Store, check, hold


@pytest.mark.parametrize("text", ["", "   ", "\n", "\u200b"])
async def test_an_empty_message(quick: Store, text: str) -> None:
    told = await hold(quick, f"10:00 王磊#华东群：{text}", f"10:01 王磊：{text}")
    for line, to in ((1, "#华东群"), (2, "王磊")):
        check(told.answer(line), to, "reply", "帮助")


async def test_an_attachment_alone(quick: Store) -> None:
    told = await hold(quick, ("10:00 王磊：", PICTURE))
    check(told.answer(1), "王磊", "reply", "1 个附件", "完成 编号")


@pytest.mark.parametrize(
    "piece", ["客户说要样品，", "1", "【", "查", "@", "周三", "上次联系", "协和的", "\n", "😀", "承诺"]
)
async def test_four_thousand_characters(quick: Store, piece: str) -> None:
    text = (piece * 4000)[:4000]
    told = await hold(quick, f"10:00 王磊：{text}", "10:01 王磊：我的承诺")
    assert len(told.answer(1).text) < 1500
    assert told.answer(2).to == "王磊"


async def test_a_promise_of_four_thousand_characters_is_kept_whole(store: Store) -> None:
    told = await hold(store, f"10:00 王磊：【承诺】{'给协和医院寄样' * 560} 周三", "10:01 王磊：我的承诺")
    check(told.answer(1), "王磊", "reply", "#1", "11月25日 周三 18:00", about=[1])
    check(told.answer(2), "王磊", "reply", "共 1 条", about=[1])


async def test_more_promises_than_one_message_holds_are_not_half_kept(quick: Store) -> None:
    lines = "\n".join(f"{number}. 给{number}号店寄样 周三" for number in range(1, 60))
    told = await hold(quick, f"10:00 王磊：【承诺】\n{lines}", "10:01 王磊：我的承诺")
    check(told.answer(1), "王磊", "question", "还没记", "分几条", about=[])
    assert "#1" not in told.answer(2).text


@pytest.mark.parametrize(
    "command", ["完成 99", "延期 99 周五", "取消 99 不做", "转交 99 @李娜", "改 99 周四", "静音 99"]
)
async def test_a_number_that_does_not_exist(quick: Store, command: str) -> None:
    told = await hold(quick, f"10:00 王磊：{command}")
    check(told.answer(1), "王磊", "reply", "没有 #99", about=[99])


@pytest.mark.parametrize("number", ["0", "-1", "12345678901234567890", "999999999"])
async def test_a_number_that_cannot_be(quick: Store, number: str) -> None:
    told = await hold(quick, f"10:00 王磊：完成 {number}")
    assert told.answer(1).kind == "reply"


@pytest.mark.parametrize("command", ["延期", "取消", "转交", "改", "静音", "延期 周五", "取消 不做了", "转交 @李娜"])
async def test_a_command_without_its_number(quick: Store, command: str) -> None:
    told = await hold(
        quick, "10:00 王磊：【承诺】给协和医院寄样 周三", f"10:01 王磊：{command}", "10:02 王磊：我的承诺"
    )
    check(told.answer(2), "王磊", "question", "编号")
    check(told.answer(3), "王磊", "reply", "共 1 条", "11月25日 周三 18:00", about=[1])


@pytest.mark.parametrize("command", ["延期 1 周五", "取消 1 不做", "转交 1 @李娜", "改 1 周四", "静音 1"])
async def test_a_number_of_another_kind_is_named(quick: Store, command: str) -> None:
    told = await hold(quick, "10:00 王磊：电话 协和 王主任 问交期", f"10:01 王磊：{command}")
    check(told.answer(2), "王磊", "reply", "#1 是跟进记录", about=[1])
