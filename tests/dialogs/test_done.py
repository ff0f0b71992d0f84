"""完成: by number, several, by words, with a tick, with proof; and every way in which it cannot be."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import PICTURE, PROMISES_ONLY, Store, check, hold

SAMPLE = "10:00 王磊#华东群：【承诺】给协和医院寄样 周三"


@pytest.mark.parametrize(
    "words", ["完成 1", "完成1", "完成 #1", "完成#1", "完成１", "完成：1", "【完成】1", "✅1", "✅ 1", "☑️1", "搞定 1"]
)
async def test_it_is_closed_in_any_writing_and_never_nudged(quick: Store, words: str) -> None:
    told = await hold(quick, SAMPLE, f"10:30 王磊#华东群：{words}", until="11-25 19:00", policies=PROMISES_ONLY)
    check(told.answer(2), "#华东群", "reply", "完成 #1", "北京协和医院", about=[1])
    assert told.pairs == []


async def test_several_numbers_close_at_once(store: Store) -> None:
    told = await hold(
        store,
        "10:00 王磊：【承诺】寄样 周三\n【承诺】发报价 周四\n【承诺】送图纸 周五",
        "10:01 王磊：完成 {1} {1.2} {1.3}",
        "10:02 王磊：我的承诺",
    )
    check(told.answer(2), "王磊", "reply", "完成 3 条", "#1", "#2", "#3", about=[1, 2, 3])
    check(told.answer(3), "王磊", "reply", "共 0 条")
    assert told.pairs == []


@pytest.mark.parametrize("words", ["完成 1；完成 2", "完成 1\n完成 #2", "✅1 ✅2", "完成1，完成2。"])
async def test_the_word_may_be_said_before_each_number(quick: Store, words: str) -> None:
    told = await hold(quick, "10:00 王磊：【承诺】寄样 周三\n【承诺】发报价 周四", f"10:01 王磊：{words}")
    check(told.answer(2), "王磊", "reply", "完成 2 条", "#1", "#2", about=[1, 2], without=["备注"])


async def test_of_several_numbers_those_that_cannot_be_closed_are_explained(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【承诺】寄样 周三",
        "10:01 李娜：【承诺】发报价 周四",
        "10:02 王磊：完成 {1} {2} 99",
    )
    check(told.answer(3), "王磊", "reply", "完成 #1", "#2 是李娜负责的", "没有 #99", about=[1, 2, 99])


async def test_words_picture_and_file_are_kept_as_proof(quick: Store) -> None:
    told = await hold(
        quick,
        SAMPLE,
        ("10:30 王磊#华东群：完成 1 客户已签收", PICTURE),
        "10:31 王磊：【承诺】发报价 周四",
        ("10:32 王磊：完成 报价", PICTURE),
    )
    check(told.answer(2), "#华东群", "reply", "完成 #1", "客户已签收", "1 份凭证", about=[1])
    check(told.answer(4), "王磊", "reply", "完成 #2", "1 份凭证", about=[2])


async def test_by_words_when_one_of_ones_own_matches(quick: Store) -> None:
    told = await hold(
        quick, SAMPLE, "10:01 王磊：【承诺】发报价 周四", "10:02 王磊：完成 寄样", "10:03 王磊：完成 协和"
    )
    check(told.answer(3), "王磊", "reply", "完成 #1", about=[1])
    check(told.answer(4), "王磊", "reply", "没找到")


@pytest.mark.parametrize("words", ["完成 协和寄样", "完成 给协和寄样", "完成 北京协和医院的寄样", "完成 协和"])
async def test_by_the_client_under_any_of_its_names(quick: Store, words: str) -> None:
    told = await hold(quick, SAMPLE, "10:01 王磊：【承诺】给仁济医院寄样 周三", f"10:02 王磊：{words}")
    check(told.answer(3), "王磊", "reply", "完成 #1", about=[1])


async def test_several_of_ones_own_are_asked_and_numbers_answer(store: Store) -> None:
    told = await hold(
        store,
        "10:00 王磊：【承诺】给协和医院寄样 周三\n【承诺】给仁济医院寄样 周四",
        "10:01 王磊：完成 寄样",
        "10:02 王磊：2",
        "10:03 王磊：我的承诺",
    )
    check(told.answer(2), "王磊", "question", "1 给协和医院寄样", "2 给仁济医院寄样", about=[1, 2])
    check(told.answer(3), "王磊", "reply", "完成 #2", about=[2])
    check(told.answer(4), "王磊", "reply", "共 1 条", "#1", about=[1])


@pytest.mark.parametrize(("reply", "closed"), [("1 2", [1, 2]), ("全部", [1, 2]), ("第二个", [2]), ("#2", [2])])
async def test_the_question_is_answered_in_several_ways(quick: Store, reply: str, closed: list[int]) -> None:
    script = "10:00 王磊：【承诺】给协和医院寄样 周三\n【承诺】给仁济医院寄样 周四"
    told = await hold(quick, script, "10:01 王磊：完成 寄样", f"10:02 王磊：{reply}")
    check(told.answer(3), "王磊", "reply", "完成", about=closed)


async def test_proof_sent_with_the_question_is_kept_for_the_answer(quick: Store) -> None:
    script = "10:00 王磊：【承诺】给协和医院寄样 周三\n【承诺】给仁济医院寄样 周四"
    told = await hold(quick, script, ("10:01 王磊：完成 寄样", PICTURE), "10:02 王磊：1")
    check(told.answer(3), "王磊", "reply", "完成 #1", "1 份凭证", about=[1])


async def test_words_that_only_resemble_are_asked_before_anything_closes(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【承诺】给客户寄样 周三",
        "10:01 王磊：完成 客户回访",
        "10:02 王磊：不是",
        "10:03 王磊：我的承诺",
    )
    check(told.answer(2), "王磊", "question", "1 给客户寄样", about=[1])
    check(told.answer(3), "王磊", "reply")
    check(told.answer(4), "王磊", "reply", "共 1 条", about=[1])


async def test_by_words_nothing_of_anybody_else_is_ever_closed(store: Store) -> None:
    told = await hold(store, SAMPLE, "10:01 李娜：完成 寄样", "10:02 陈静：完成 寄样", "10:03 王磊：我的承诺")
    check(told.answer(2), "李娜", "reply", "没找到", without=["#1"])
    check(told.answer(3), "陈静", "reply", "没找到", without=["#1"])
    check(told.answer(4), "王磊", "reply", "共 1 条", about=[1])
    assert told.pairs == []


@pytest.mark.parametrize("who", ["李娜", "陈静", "何经理"])
async def test_the_wrong_person_is_refused_with_the_owners_name(quick: Store, who: str) -> None:
    told = await hold(quick, SAMPLE, f"10:01 {who}：完成 1", "10:02 王磊：我的承诺")
    check(told.answer(2), who, "reply", "#1", "王磊", about=[1])
    check(told.answer(3), "王磊", "reply", "共 1 条", about=[1])
    assert told.pairs == []


async def test_already_closed_says_when_and_by_whom(store: Store) -> None:
    told = await hold(store, SAMPLE, "10:30 王磊：完成 1", "11:00 王磊：完成 1", "11:01 李娜：完成 1")
    for line, who in ((3, "王磊"), (4, "李娜")):
        check(told.answer(line), who, "reply", "#1", "已完成", "11月23日 周一 10:30", "王磊", about=[1])


async def test_withdrawn_by_the_supervisor_it_is_closed_too(quick: Store) -> None:
    told = await hold(quick, SAMPLE, "10:30 陈静：取消 1 客户暂停", "11:00 王磊：完成 1")
    check(told.answer(3), "王磊", "reply", "已取消", "11月23日 周一 10:30", "陈静", about=[1])


async def test_the_bare_word_asks_which_and_takes_the_records_own_number(quick: Store) -> None:
    told = await hold(
        quick, "10:00 王磊：【承诺】寄样 周三\n【承诺】寄册子 周四", "10:01 王磊：完成 1", "10:02 王磊：完成"
    )
    check(told.answer(3), "王磊", "question", "寄册子", about=[2])
    again = await hold(quick, "11:00 王磊：完成", "11:01 王磊：2")
    check(again.answer(2), "王磊", "reply", "完成 #2", about=[2])


async def test_the_bare_word_with_a_picture_closes_the_only_one(quick: Store) -> None:
    told = await hold(quick, SAMPLE, ("10:01 王磊：完成", PICTURE))
    check(told.answer(2), "王磊", "reply", "完成 #1", "1 份凭证", about=[1])


async def test_nothing_open_is_said(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：完成")
    check(told.answer(1), "王磊", "reply", "没有未结")


async def test_a_number_of_another_kind_is_named(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：电话 协和 王主任 问交期", "10:01 王磊：完成 1")
    check(told.answer(2), "王磊", "reply", "#1 是跟进记录", about=[1])
