"""Pictures and files that come without words: asked about, put with their record, and taken back with it."""

from __future__ import annotations

import pytest

from bot.types import Attachment
from tests.dialogs.helpers import PICTURE, Store, check, hold

SHEET = Attachment("file", "报价.xlsx")
PROMISE = "10:00 王磊：【承诺】给协和医院寄样 周三"
CALL = "10:00 王磊：电话 协和 王主任 问交期"


async def test_a_picture_before_its_promise_is_kept(store: Store) -> None:
    told = await hold(store, PROMISE, ("10:01 王磊：", PICTURE), ("10:02 王磊：", SHEET), "10:03 王磊：完成 1")
    check(told.answer(2), "王磊", "reply", "1 个附件")
    check(told.answer(3), "王磊", "reply", "2 个附件")
    check(told.answer(4), "王磊", "reply", "完成 #1", "2 份凭证", about=[1])


async def test_a_picture_waits_for_one_record_only(quick: Store) -> None:
    told = await hold(quick, PROMISE, ("10:01 王磊：", PICTURE), CALL.replace("10:00", "10:02"), "10:03 王磊：完成 1")
    check(told.answer(3), "王磊", "reply", "1 个附件", about=[2])
    check(told.answer(4), "王磊", "reply", "完成 #1", about=[1], without=["凭证"])


@pytest.mark.parametrize("words", ["凭证 1", "凭证 #1", "【凭证】1", "1", "#1"])
async def test_a_picture_after_its_record(quick: Store, words: str) -> None:
    told = await hold(quick, CALL, ("10:01 王磊：", PICTURE), f"10:02 王磊：{words}", "10:03 王磊：上次联系 协和")
    check(told.answer(3), "王磊", "reply", "1 个附件", "#1", "北京协和医院", about=[1])
    check(told.answer(4), "王磊", "reply", "附件 1", about=[1])


async def test_a_picture_with_its_number(quick: Store) -> None:
    told = await hold(quick, PROMISE, ("10:01 王磊：凭证 1", PICTURE), "10:02 王磊：完成 1", "10:03 王磊：#1")
    check(told.answer(2), "王磊", "reply", "归到 #1", "完成 1", about=[1])
    check(told.answer(3), "王磊", "reply", "完成 #1", about=[1])
    check(told.answer(4), "王磊", "reply", "附件 1", about=[1])


async def test_a_proof_is_taken_back(quick: Store) -> None:
    told = await hold(quick, CALL, ("10:01 王磊：凭证 1", PICTURE), "10:02 王磊：撤销", "10:03 王磊：上次联系 协和")
    check(told.answer(3), "王磊", "reply", "#1 附件撤回了", about=[1])
    check(told.answer(4), "王磊", "reply", about=[1], without=["附件"])


async def test_while_a_client_is_asked_a_picture_goes_with_it(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：【拜访】星海 李总 问价", ("10:01 王磊：", PICTURE), "10:02 王磊：2")
    check(told.answer(2), "王磊", "reply", "一起记")
    check(told.answer(3), "王磊", "reply", "星海机电有限公司", "1 个附件", about=[1])


async def test_while_something_else_is_asked_the_question_stays(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：【承诺】给协和医院寄样", ("10:01 王磊：", PICTURE), "10:02 王磊：周三")
    check(told.answer(2), "王磊", "reply", "再发一次")
    check(told.answer(3), "王磊", "reply", "11月25日", about=[1])


@pytest.mark.parametrize(
    ("words", "said", "about"),
    [("凭证 9", "没有 #9", [9]), ("凭证 2", "由李娜负责", [2]), ("凭证 3", "由李娜负责", [3])],
)
async def test_what_is_not_mine_gets_no_proof_of_me(quick: Store, words: str, said: str, about: list[int]) -> None:
    told = await hold(
        quick,
        PROMISE,
        "10:01 李娜：【承诺】给仁济医院寄样 周三",
        "10:02 李娜：电话 仁济 问交期",
        (f"10:03 王磊：{words}", PICTURE),
    )
    check(told.answer(4), "王磊", "reply", said, about=about)


async def test_a_proof_without_a_file_is_asked_for(quick: Store) -> None:
    told = await hold(quick, PROMISE, "10:01 王磊：凭证 1")
    check(told.answer(2), "王磊", "reply", "先发图片或文件", about=[1])


async def test_a_picture_that_waits_with_a_question_goes_where_it_is_said(quick: Store) -> None:
    told = await hold(
        quick,
        PROMISE,
        "10:01 王磊：【承诺】给仁济医院寄样 周四",
        "10:02 王磊：完成",
        ("10:03 王磊：", PICTURE),
        "10:04 王磊：凭证 1",
        "10:05 王磊：完成",
        ("10:06 王磊：1", SHEET),
        "10:07 王磊：完成",
        ("10:08 王磊：", PICTURE),
        "10:09 王磊：完成 2",
    )
    check(told.answer(4), "王磊", "reply", "一起记")
    check(told.answer(5), "王磊", "reply", "归到 #1", about=[1])
    check(told.answer(7), "王磊", "reply", "完成 #1", "1 份凭证", about=[1])
    check(told.answer(10), "王磊", "reply", "完成 #2", "1 份凭证", about=[2])


async def test_a_picture_sent_alone_leaves_a_question_for_another_record(quick: Store) -> None:
    told = await hold(
        quick,
        PROMISE,
        ("10:01 王磊：【拜访】星海 李总 问价", SHEET),
        ("10:02 王磊：", PICTURE),
        "10:03 王磊：完成 1",
        "10:04 王磊：2",
    )
    check(told.answer(3), "王磊", "reply", "一起记")
    check(told.answer(4), "王磊", "reply", "完成 #1", "1 份凭证", about=[1])
    check(told.answer(5), "王磊", "reply", "星海机电有限公司", "1 个附件", about=[2])
