"""Commands that leave something out: the number, the word, all but the name."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import NO_CLOCKS, PROMISES_ONLY, Store, check, hold

ONE = "09:00 王磊：【承诺】给仁济寄样 周三"
TWO = "09:01 王磊：【承诺】发报价 周四"


# --- a date without a number ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("改到周五", "#1 改好了 · 11月27日 周五"),
        ("那就改成周五吧", "#1 改好了 · 11月27日 周五"),
        ("延到周五", "#1 延到 11月27日 周五"),
        ("延期到周五", "#1 延到 11月27日 周五"),
        ("推到下周三上午", "#1 延到 12月2日 周三"),
    ],
)
async def test_a_date_right_after_ones_own_record_is_for_that(quick: Store, words: str, said: str) -> None:
    told = await hold(quick, ONE, f"09:05 王磊：{words}", "09:06 王磊：撤销", policies=PROMISES_ONLY)
    check(told.answer(2), "王磊", "reply", said, about=[1])
    check(told.answer(3), "王磊", "reply", "#1 恢复原来的日期：11月25日 周三", about=[1])


async def test_after_another_open_one_it_is_still_for_the_last(quick: Store) -> None:
    told = await hold(quick, ONE, TWO, "09:05 王磊：改到周五", policies=PROMISES_ONLY)
    check(told.answer(3), "王磊", "reply", "#2 改好了", about=[2])


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (("09:00 王磊：【承诺】给仁济寄样 周三；发报价 周四",), "09:05 王磊：延到周五"),
        ((ONE, TWO), "09:30 王磊：延到周五"),
        ((ONE, "09:01 王磊#华东群：【承诺】发报价 周四"), "09:05 王磊：延到周五"),
        ((ONE, TWO, "09:02 王磊：【承诺】送图纸 周四", "09:03 王磊：完成 3"), "09:05 王磊：延到周五"),
    ],
)
async def test_where_it_may_mean_several_it_asks_which(quick: Store, before: tuple[str, ...], words: str) -> None:
    told = await hold(quick, *before, words, "09:40 王磊：2", policies=PROMISES_ONLY)
    asked = told.answer(len(before) + 1)
    check(asked, "王磊", "question", "是哪一条", "#1 给仁济寄样", "#2 发报价", about=[1, 2])
    check(told.answer(len(before) + 2), "王磊", "reply", "#2 延到 11月27日 周五", about=[2])


async def test_a_date_that_cannot_be_kept_is_asked(quick: Store) -> None:
    told = await hold(quick, ONE, "09:05 王磊：延到尽快", "09:06 王磊：周五", policies=PROMISES_ONLY)
    check(told.answer(2), "王磊", "question", "「尽快」我记不住", about=[1])
    check(told.answer(3), "王磊", "reply", "#1 延到 11月27日 周五", about=[1])


async def test_asked_for_a_date_it_is_the_answer(quick: Store) -> None:
    told = await hold(
        quick, ONE, TWO, "09:05 王磊：延期 1", "09:06 王磊：推到周五", "09:07 王磊：改到周六", policies=PROMISES_ONLY
    )
    check(told.answer(4), "王磊", "reply", "#1 延到 11月27日 周五", about=[1])
    check(told.answer(5), "王磊", "reply", "#1 改好了 · 11月28日 周六", about=[1])


async def test_asked_for_a_reason_a_new_date_is_none(quick: Store) -> None:
    told = await hold(
        quick, ONE, "09:05 王磊：取消 1", "09:06 王磊：改到周五", "09:07 王磊：我的承诺", policies=PROMISES_ONLY
    )
    check(told.answer(4), "王磊", "reply", "共 1 条", "11月27日 周五", about=[1])


async def test_without_anything_open_there_is_nothing_to_move(quick: Store) -> None:
    told = await hold(quick, "09:00 王磊：改到周四", policies=PROMISES_ONLY)
    check(told.answer(1), "王磊", "reply", "没有")


@pytest.mark.parametrize("words", ["改到周五的会谁参加", "推到客户那边了", "会议改到周五", "调到华南区了"])
async def test_what_says_more_than_a_date_is_talk(quick: Store, words: str) -> None:
    told = await hold(quick, ONE, f"09:05 王磊：{words}", "09:06 王磊：我的承诺", policies=PROMISES_ONLY)
    check(told.answer(2), "王磊", "reply", "没听懂")
    check(told.answer(3), "王磊", "reply", "11月25日 周三", about=[1])


# --- handed over without the word -------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["把1给李娜", "1 转给李娜", "1交给李娜吧", "#1 给 @李娜", "把 1 号转给李娜跟"])
async def test_a_number_and_a_name_hand_over(quick: Store, words: str) -> None:
    told = await hold(quick, ONE, f"09:05 王磊：{words}", "09:06 王磊：撤销", policies=PROMISES_ONLY)
    check(told.answer(2), "王磊", "reply", "#1 转给李娜了", about=[1])
    check(told.others[0], "李娜", "notice", "王磊把 #1 转给你了", about=[1])
    check(told.answer(3), "王磊", "reply", "#1 退回原来的负责人", about=[1])


async def test_several_are_handed_over_so(quick: Store) -> None:
    told = await hold(quick, ONE, TWO, "09:05 王磊：把1和2转给李娜", policies=PROMISES_ONLY)
    check(told.answer(3), "王磊", "reply", "2 条转给李娜了", about=[1, 2])


async def test_nobody_gives_away_what_is_anothers(quick: Store) -> None:
    told = await hold(quick, ONE, "09:05 李娜：把1给张伟", policies=PROMISES_ONLY)
    check(told.answer(2), "李娜", "reply", "#1 由王磊负责", about=[1])
    assert told.others == []


async def test_what_was_meant_for_a_record_says_that_there_is_none(quick: Store) -> None:
    told = await hold(quick, ONE, "09:05 王磊：把12给李娜", policies=PROMISES_ONLY)
    check(told.answer(2), "王磊", "reply", "没有 #12", about=[12])


async def test_what_was_handed_over_is_no_more_ones_own_to_move(quick: Store) -> None:
    told = await hold(quick, ONE, TWO, "09:05 王磊：转交 2 @李娜", "09:06 王磊：延到周五", policies=PROMISES_ONLY)
    check(told.answer(4), "王磊", "question", "是哪一条", "#1 给仁济寄样", about=[1], without=["#2"])


@pytest.mark.parametrize("words", ["把1给客户", "1 给李娜的样机", "2 给李娜", "把样品给李娜", "1 给李娜打电话"])
async def test_what_names_no_record_or_nobody_is_talk(quick: Store, words: str) -> None:
    told = await hold(quick, ONE, f"09:05 王磊：{words}", policies=PROMISES_ONLY)
    check(told.answer(2), "王磊", "reply", "没听懂")
    assert told.others == []


# --- all of them ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["全部完成", "全部完成了", "完成 全部", "完成所有承诺", "都搞定了"])
@pytest.mark.parametrize("yes", ["确认", "是的"])
async def test_all_are_closed_after_one_question(quick: Store, words: str, yes: str) -> None:
    told = await hold(
        quick, ONE, TWO, f"09:05 王磊：{words}", "09:06 王磊：我的承诺", f"09:07 王磊：{yes}", policies=PROMISES_ONLY
    )
    check(told.answer(3), "王磊", "question", "这 2 条都完成了吗", "1 给仁济寄样", "2 发报价", about=[1, 2])
    check(told.answer(4), "王磊", "reply", "共 2 条", about=[1, 2])
    check(told.answer(5), "王磊", "reply", "完成 2 条", about=[1, 2])


async def test_only_some_of_them_may_be_picked_and_none_of_another(quick: Store) -> None:
    told = await hold(
        quick,
        ONE,
        TWO,
        "09:02 李娜：【承诺】送图纸 周三",
        "09:05 王磊：全部完成",
        "09:06 王磊：2",
        "09:07 李娜：我的承诺",
        policies=PROMISES_ONLY,
    )
    check(told.answer(4), "王磊", "question", about=[1, 2], without=["送图纸"])
    check(told.answer(5), "王磊", "reply", "完成 #2 发报价", "还有 1 条未结", about=[2])
    check(told.answer(6), "李娜", "reply", "共 1 条", about=[3])


async def test_a_no_closes_nothing_and_nothing_open_is_said_so(quick: Store) -> None:
    told = await hold(
        quick,
        ONE,
        "09:05 王磊：全部完成",
        "09:06 王磊：不了",
        "09:07 王磊：我的承诺",
        "09:08 李娜：全部完成",
        policies=PROMISES_ONLY,
    )
    check(told.answer(3), "王磊", "reply", "没有改动")
    check(told.answer(4), "王磊", "reply", "共 1 条", about=[1])
    check(told.answer(5), "李娜", "reply", "没有")


# --- a record, a client -----------------------------------------------------------------------------------------------


async def test_a_number_alone_shows_the_record(quick: Store) -> None:
    told = await hold(
        quick,
        ONE,
        "09:01 王磊：电话 协和 王主任 问交期",
        "09:02 王磊：【线索】长桥印务 施经理 展会",
        "09:03 王磊：出差 周四",
        "09:04 王磊：日报 今日拜访协和",
        *(f"09:1{number} 王磊：#{number}" for number in range(1, 6)),
        policies=NO_CLOCKS,
    )
    check(told.answer(6), "王磊", "reply", "#1 给仁济寄样", "11月25日 周三 18:00", "「完成 1」", about=[1])
    check(told.answer(7), "王磊", "reply", "#2 电话 · 北京协和医院", "问交期", about=[2])
    check(told.answer(8), "王磊", "reply", "线索 #3", "长桥印务", "施经理", about=[3])
    check(told.answer(9), "王磊", "reply", "#4 你出差", "11月26日", about=[4])
    assert "协和" in told.answer(10).text


async def test_a_closed_record_says_when_and_by_whom(quick: Store) -> None:
    told = await hold(
        quick,
        ONE,
        TWO,
        "09:05 王磊：完成 1",
        "09:06 王磊：#1",
        "09:07 王磊：【承诺】送图纸 周三",
        "09:08 王磊：撤销",
        "09:09 王磊：#3",
        "09:10 王磊：＃9",
        policies=PROMISES_ONLY,
    )
    check(told.answer(4), "王磊", "reply", "已完成：11月23日", "王磊", about=[1], without=["「完成 1」"])
    check(told.answer(7), "王磊", "reply", "#3 已经撤回了", about=[3], without=["图纸"])
    check(told.answer(8), "王磊", "reply", "没有 #9", about=[9])


async def test_a_record_is_shown_to_its_owner_and_to_those_above(quick: Store) -> None:
    told = await hold(
        quick,
        ONE,
        "09:05 李娜：#1",
        "09:06 陈静：#1",
        "09:07 林芳：#1",
        "09:08 王磊#华东群：#1",
        policies=PROMISES_ONLY,
    )
    for line, reader in ((2, "李娜"), (4, "林芳")):
        check(told.answer(line), reader, "reply", "王磊", about=[1], without=["仁济", "寄样"])
    check(told.answer(3), "陈静", "reply", "#1 给仁济寄样", "负责人：王磊", about=[1])
    check(told.answer(5), "#华东群", "reply", "#1 给仁济寄样", about=[1])


async def test_asked_which_one_a_number_with_its_sign_is_the_answer_but_no_reason(quick: Store) -> None:
    told = await hold(
        quick,
        ONE,
        TWO,
        "09:05 王磊：静音",
        "09:06 王磊：#2",
        "09:07 王磊：取消 1",
        "09:08 王磊：#2",
        "09:09 王磊：我的承诺",
        policies=PROMISES_ONLY,
    )
    check(told.answer(4), "王磊", "reply", "#2 不再提醒你了", about=[2])
    check(told.answer(6), "王磊", "reply", "#2 发报价", "已静音", about=[2])
    check(told.answer(7), "王磊", "reply", "共 2 条", about=[1, 2])


@pytest.mark.parametrize("speaker", ["王磊", "王磊#华东群"])
@pytest.mark.parametrize("words", ["协和", "北京协和医院", "协和？"])
async def test_a_clients_name_alone_shows_its_card(quick: Store, speaker: str, words: str) -> None:
    told = await hold(
        quick,
        "09:00 王磊：电话 协和 问交期",
        "09:01 王磊：【承诺】给协和寄样 周三",
        f"09:05 {speaker}：{words}",
        policies=NO_CLOCKS,
    )
    answer = told.answer(3)
    assert answer.kind == "reply"
    assert [said for said in ("北京协和医院", "问交期", "#2 给协和寄样") if said not in answer.text] == []


async def test_a_name_that_several_clients_share_is_asked(quick: Store) -> None:
    told = await hold(quick, "09:00 王磊：星海", "09:01 王磊：1", policies=NO_CLOCKS)
    check(told.answer(1), "王磊", "question", "星海轴承", "星海机电")
    assert "负责人" in told.answer(2).text


@pytest.mark.parametrize("words", ["医院", "北京", "李娜", "市场", "建材", "收工", "协和真难搞", "机电"])
async def test_words_that_are_no_clients_name_are_not_looked_up(quick: Store, words: str) -> None:
    told = await hold(quick, f"09:00 王磊：{words}", policies=NO_CLOCKS)
    check(told.answer(1), "王磊", "reply", "没听懂")


async def test_a_record_of_a_number_is_changed_in_free_words(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【承诺】给协和寄目录 周三；给仁济发合同 周四；催货 周五；交标书 周五",
        "10:01 王磊：1那条往后推到下周二吧 客户没空",
        "10:02 王磊：2的日期写错了 应该是周五",
        "10:03 王磊：3以后别提醒我了",
        "10:04 王磊：4不用做了 项目停了",
        "10:05 王磊：2不是合同 是协议",
        "10:06 王磊：2记成仁济医院了 其实是星海机电有限公司",
        "10:07 王磊：9不用做了 项目停了",
        "10:08 王磊：2不是天 是地",
        "10:09 王磊：把2移给李娜去做",
        "10:10 王磊：1我寄出去了 顺丰",
        "10:11 王磊：哎不对 刚才那条记错了 撤了吧",
        policies=NO_CLOCKS,
    )
    check(told.answer(2), "王磊", "reply", "12月1日 周二", "客户没空", about=[1])
    check(told.answer(3), "王磊", "reply", "11月27日 周五", "不算延期", about=[2])
    check(told.answer(4), "王磊", "reply", "不再提醒", about=[3])
    check(told.answer(5), "王磊", "reply", "取消", "项目停了", about=[4])
    check(told.answer(6), "王磊", "reply", "给仁济发协议", about=[2])
    check(told.answer(7), "王磊", "reply", "星海机电有限公司", about=[2])
    check(told.answer(8), "王磊", "reply", "没听懂", "取消 12")
    check(told.answer(9), "王磊", "reply", "没听懂")
    check(told.answer(10), "王磊", "reply", "转给李娜", about=[2])
    check(told.answer(11), "王磊", "reply", "#1", "顺丰", about=[1])
    check(told.answer(12), "王磊", "reply", "#1", about=[1])
