"""客户 and 全程: the card and the timeline of a client, each line with its source, as far as the asker may see."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import Store, check, hold

HISTORY = (
    "10:00 王磊：【线索】协和 赵主任 官网",
    "10:01 王磊：电话 协和 王主任 问交期",
    "10:02 王磊：【承诺】给协和医院寄样 周三",
    "10:03 王磊：【承诺】给协和医院发报价 周四",
    "10:04 王磊：完成 {3}",
)


async def test_the_card(store: Store) -> None:
    told = await hold(store, *HISTORY, "10:05 王磊：客户 协和")
    words = [
        "北京协和医院",
        "负责人 王磊",
        "华东",
        "13800138000",
        "电话",
        "#4",
        "11月26日 周四 18:00",
        "线索 #1",
        "微信",
    ]
    check(told.answer(6), "王磊", "reply", *words, about=[2, 4, 1], without=["#3"])
    assert told.pairs == []


async def test_the_card_for_another_rep_shows_neither_number_nor_words(quick: Store) -> None:
    told = await hold(quick, *HISTORY, "10:05 李娜：客户 协和")
    check(told.answer(6), "李娜", "reply", "北京协和医院", "王磊", without=["13800138000", "问交期", "寄样", "报价"])


async def test_the_timeline_newest_first(store: Store) -> None:
    told = await hold(store, *HISTORY, "10:05 王磊：全程 协和")
    answer = told.answer(6)
    check(answer, "王磊", "reply", "北京协和医院", "共 5 条", "问交期", "王磊", about=[3, 4, 2, 1])
    places = [answer.text.index(moment) for moment in ("10:04", "10:03", "10:02", "10:01", "10:00")]
    assert places == sorted(places)


async def test_the_timeline_for_the_supervisor_and_for_another_rep(quick: Store) -> None:
    told = await hold(quick, *HISTORY, "10:05 陈静：全程 协和", "10:06 李娜：全程 协和")
    check(told.answer(6), "陈静", "reply", "共 5 条", about=[3, 4, 2, 1])
    check(told.answer(7), "李娜", "reply", "共 0 条", without=["问交期"])


@pytest.mark.parametrize("command", ["客户", "全程"])
async def test_ambiguous_unknown_and_missing_names(quick: Store, command: str) -> None:
    told = await hold(
        quick,
        f"10:00 王磊：{command} 星海",
        "10:01 王磊：2",
        f"10:02 王磊：{command} 蓝天医院",
        f"10:03 王磊：{command}",
    )
    check(told.answer(1), "王磊", "question", "1 星海轴承有限公司", "2 星海机电有限公司")
    check(told.answer(2), "王磊", "reply", "星海机电有限公司")
    check(told.answer(3), "王磊", "reply", "蓝天医院")
    check(told.answer(4), "王磊", "reply", command)


async def test_whose_clients_the_silent_ones_first(store: Store) -> None:
    told = await hold(
        store,
        *HISTORY,
        "10:05 王磊：我的客户",
        "10:06 陈静：王磊名下有哪些客户",
        "10:07 李娜：王磊的客户",
        "10:08 陈静：我有哪些客户",
        "10:09 王磊#华东群：客户列表",
        "10:10 王磊：我的客户很满意",
    )
    check(told.answer(6), "王磊", "reply", "你的客户", "北京协和医院", "4 分钟前联系过", "客户 ")
    check(told.answer(7), "陈静", "reply", "王磊的客户", "北京协和医院")
    check(told.answer(8), "李娜", "reply", "王磊", without=["协和"])
    check(told.answer(9), "陈静", "reply", "你名下还没有客户")
    check(told.answer(10), "#华东群", "reply", "你的客户", without=["联系过"])
    check(told.answer(11), "王磊", "reply", "没听懂")
