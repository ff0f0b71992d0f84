"""上次联系: when, how long ago, who, by what channel, the words, what is promised next, and how sure the match is."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import NO_CLOCKS, Store, check, hold

CALLED = "10:00 王磊：电话 协和 王主任 问交期"
PROMISED = "10:05 王磊：【承诺】给协和医院寄样 周五"


@pytest.mark.parametrize(
    "words",
    [
        "协和医院上次联系是什么时候",
        "协和医院上次联系是什么时候？",
        "上次联系 协和",
        "最近跟进 协和",
        "协和 最后一次沟通",
        "上次联系协和",
        "协和最近一次联系是哪天",
        "我们跟协和上次联系是什么时候",
        "上次跟协和联系是什么时候",
        "上次跟协和医院聊的是什么",
        "多久没联系协和了",
        "协和多久没跟进了",
        "上次拜访协和是什么时候",
        "上次联系 北京协和医院",
        "上次聯繫 協和",
    ],
)
async def test_asked_in_many_words(quick: Store, words: str) -> None:
    told = await hold(quick, CALLED, PROMISED, f"11-24 10:00 王磊：{words}", policies=NO_CLOCKS)
    said = [
        "北京协和医院",
        "24 小时前",
        "王磊",
        "电话",
        "11月23日 周一 10:00",
        "王主任 问交期",
        "#2",
        "11月27日 周五 18:00",
    ]
    check(told.answer(3), "王磊", "reply", *said, about=[1, 2], without=["不对就写全名"])


async def test_both_databases_tell_the_supervisor(store: Store) -> None:
    told = await hold(store, CALLED, PROMISED, "11-24 10:00 陈静：上次联系 协和", policies=NO_CLOCKS)
    check(told.answer(3), "陈静", "reply", "王磊", "王主任 问交期", about=[1, 2])


async def test_the_newest_contact_counts(quick: Store) -> None:
    told = await hold(quick, CALLED, "10:30 王磊：微信 协和 已加", "10:31 王磊：上次联系 协和")
    check(told.answer(3), "王磊", "reply", "微信", "#2", about=[2], without=["问交期"])


async def test_never_contacted_is_said(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：上次联系 协和")
    check(told.answer(1), "王磊", "reply", "北京协和医院", "还没有联系记录")


async def test_an_unknown_client_is_said(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：上次联系 蓝天医院")
    check(told.answer(1), "王磊", "reply", "没有「蓝天医院」")


async def test_an_ambiguous_one_is_asked_and_the_question_goes_on(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：电话 星海轴承 李总 问价", "10:01 王磊：上次联系 星海", "10:02 王磊：1")
    check(told.answer(2), "王磊", "question", "1 星海轴承有限公司", "2 星海机电有限公司")
    check(told.answer(3), "王磊", "reply", "星海轴承有限公司", "李总 问价", about=[1])


async def test_a_name_that_had_to_be_guessed_is_said_to_be_a_guess(quick: Store) -> None:
    told = await hold(quick, CALLED, "10:01 王磊：上次联系 北京谐和医院")
    check(told.answer(2), "王磊", "reply", "按「北京协和医院」查的", about=[1])


async def test_another_rep_hears_that_somebody_did_but_not_what(quick: Store) -> None:
    told = await hold(quick, CALLED, PROMISED, "10:06 李娜：上次联系 协和")
    check(told.answer(3), "李娜", "reply", "北京协和医院", "王磊", without=["问交期", "寄样"])


async def test_without_a_name_it_is_asked_for(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：上次联系")
    check(told.answer(1), "王磊", "reply", "哪个客户")


@pytest.mark.parametrize("words", ["我最近要联系一下新客户", "最近天气不错", "什么时候开会"])
async def test_talk_that_is_no_such_question(quick: Store, words: str) -> None:
    told = await hold(quick, CALLED, f"10:01 王磊：{words}")
    check(told.answer(2), "王磊", "reply", "没听懂")
