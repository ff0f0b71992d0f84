"""线索: for oneself, for somebody else, somebody's already, and its first 48 hours."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import Store, check, hold
from tests.support import POLICIES

LEAD_CLOCKS = {name: POLICIES[name] for name in ("lead_first_touch", "lead_golden_48h")}
MINE = "10:00 王磊：【线索】曙光医院 张主任 13800138111 官网 预算30万 上海"


@pytest.mark.parametrize(
    "text",
    [
        "【线索】曙光医院 张主任 13800138111 官网 预算30万 上海",
        "线索：上海 官网 曙光医院 预算30万 张主任 13800138111",
        "[線索] 曙光医院，张主任，13800138111，官网，预算30万，上海",
    ],
)
async def test_without_a_name_it_is_the_senders(quick: Store, text: str) -> None:
    told = await hold(quick, f"10:00 王磊：{text}")
    words = ["#1", "曙光医院", "张主任", "13800138111", "官网", "30万", "4 小时", "48 小时"]
    check(told.answer(1), "王磊", "reply", *words, about=[1])
    assert told.pairs == []


async def test_for_a_rep_it_is_told_to_the_owner_with_the_number_to_call(store: Store) -> None:
    told = await hold(store, "10:00 陈静#华东群：【线索】曙光医院 张主任 13800138111 官网 @李娜")
    check(told.answer(1), "#华东群", "reply", "#1", "李娜", about=[1], mention=["李娜"], without=["13800138111"])
    check(told.others[0], "李娜", "notice", "陈静", "#1", "曙光医院", "13800138111", about=[1])
    assert len(told.others) == 1


@pytest.mark.parametrize("text", ["【线索】曙光医院 展会", "【线索】龙华医院 李主任 13800138111", "【线索】曙光 展会"])
async def test_a_lead_somebody_has_already_is_not_doubled(quick: Store, text: str) -> None:
    told = await hold(quick, MINE, f"10:01 李娜：{text}", "10:02 李娜：撤销")
    check(told.answer(2), "李娜", "reply", "#1", "曙光医院", "王磊", about=[1])
    check(told.answer(3), "李娜", "reply", "没有能撤回的")
    assert told.pairs == []


@pytest.mark.parametrize("name", ["北京协和医院", "协和", "协和医院"])
async def test_a_client_somebody_has_already_is_named_with_its_owner(store: Store, name: str) -> None:
    told = await hold(store, f"10:00 李娜：【线索】{name} 赵主任 官网")
    check(told.answer(1), "李娜", "reply", "北京协和医院", "王磊")
    assert told.pairs == []


async def test_ones_own_client_is_taken_not_made_anew(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：【线索】协和医院 赵主任 官网", "10:01 王磊：客户 协和医院")
    check(told.answer(1), "王磊", "reply", "#1", "北京协和医院", about=[1])
    check(told.answer(2), "王磊", "reply", "北京协和医院", "13800138000", about=[1])


async def test_two_clients_are_asked_and_a_new_one_is_offered(quick: Store) -> None:
    told = await hold(
        quick, "10:00 王磊：【线索】星海 王总 官网", "10:01 王磊：1", "10:02 张伟：【线索】星海 王总", "10:03 张伟：3"
    )
    check(told.answer(1), "王磊", "question", "1 星海轴承有限公司", "2 星海机电有限公司", "3 新客户：星海")
    check(told.answer(2), "王磊", "reply", "#1", "星海轴承有限公司", about=[1])
    check(told.answer(4), "张伟", "reply", "#2 ", "· 星海", about=[2])


@pytest.mark.parametrize("text", ["【线索】", "【线索】官网 预算30万"])
async def test_without_a_client_it_is_asked(quick: Store, text: str) -> None:
    told = await hold(quick, f"10:00 王磊：{text}")
    check(told.answer(1), "王磊", "question", "客户")


async def test_a_name_nobody_bears(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：【线索】曙光医院 张主任 @刘能")
    check(told.answer(1), "王磊", "reply", "刘能")


async def test_the_two_halves_tick_and_nobody_is_nudged(store: Store) -> None:
    told = await hold(
        store,
        MINE,
        "10:01 王磊：电话 曙光 已通",
        "10:02 王磊：微信 曙光 已加",
        until="11-26 10:00",
        policies=LEAD_CLOCKS,
    )
    check(told.answer(2), "王磊", "reply", "#2", "#1", "微信", about=[2, 1])
    check(told.answer(3), "王磊", "reply", "#3", "#1", about=[3, 1], without=["还差"])
    assert told.pairs == []


async def test_left_alone_the_clocks_speak_at_four_and_forty_eight_hours(quick: Store) -> None:
    told = await hold(quick, MINE, until="11-25 12:00", policies=LEAD_CLOCKS)
    first, held, *late = told.others
    assert (first.at[5:], first.to, first.kind, first.clock) == ("11-23 14:00", "王磊", "overdue", "lead_first_touch")
    # Twelve hours before the end is 22:00: held back to the morning.
    assert (held.to, held.kind, held.clock) == ("王磊", "reminder", "lead_golden_48h")
    assert "11-25 08:30" <= held.at[5:] <= "11-25 08:50"
    assert [(item.at[5:], item.to, item.kind) for item in late] == [
        ("11-25 10:00", "王磊", "overdue"),
        ("11-25 10:00", "陈静", "escalation"),
    ]
    assert all(item.about == ("#1",) and "曙光医院" in item.text for item in told.others)


async def test_one_half_leaves_the_other_to_be_named(quick: Store) -> None:
    told = await hold(quick, MINE, "10:01 王磊：电话 曙光 已通", until="11-25 12:00", policies=LEAD_CLOCKS)
    assert {item.clock for item in told.others} == {"lead_golden_48h"}
    assert all("微信" in item.text and "#1" in item.about for item in told.others)


async def test_the_client_that_came_with_a_lead_goes_with_it_and_comes_back_with_it(quick: Store) -> None:
    told = await hold(
        quick,
        MINE,
        "10:05 王磊：电话 曙光 已通",
        "10:30 陈静：转交 1 @李娜",
        "10:31 李娜：上次联系 曙光",
        "10:32 李娜：【线索】曙光医院 展会",
        "10:33 陈静：撤销",
        "10:34 李娜：【线索】曙光医院 展会",
        policies=LEAD_CLOCKS,
    )
    check(told.answer(3), "陈静", "reply", "曙光医院，一起归李娜", about=[1])
    # The new owner reads what was said before; the last line tells whose the lead, and with it the client, is.
    check(told.answer(4), "李娜", "reply", "王磊", "已通", about=[2])
    check(told.answer(5), "李娜", "reply", "#1", "李娜", about=[1])
    check(told.answer(7), "李娜", "reply", "#1", "王磊", about=[1])
    assert [item.text.count("，一起") for item in told.others[:2]] == [1, 1]


async def test_a_client_somebody_had_before_the_lead_stays_his(quick: Store) -> None:
    told = await hold(
        quick,
        "09:58 王磊：我是谁",
        "10:00 王磊：【线索】协和医院 赵主任 官网",
        "10:05 王磊：电话 协和 谈交期",
        "10:30 陈静：转交 1 @李娜",
        "10:31 李娜：上次联系 协和",
        policies=LEAD_CLOCKS,
    )
    check(told.answer(4), "陈静", "reply", "北京协和医院，仍归王磊", about=[1])
    check(told.others[0], "李娜", "notice", "仍归王磊", about=[1])
    check(told.others[1], "王磊", "notice", "仍归你", about=[1])
    check(told.answer(5), "李娜", "reply", without=["谈交期"])


async def test_handed_over_the_new_owner_gets_the_number_and_the_forty_eight_hours_anew(quick: Store) -> None:
    told = await hold(
        quick, MINE, "10:30 陈静：转交 1 @李娜", "10:31 王磊：转交 1 @王磊", until="11-25 12:00", policies=LEAD_CLOCKS
    )
    check(told.answer(2), "陈静", "reply", "#1", "李娜", about=[1], without=["13800138111"])
    check(told.others[0], "李娜", "notice", "陈静", "#1", "曙光医院", "张主任", "13800138111", about=[1])
    check(told.others[1], "王磊", "notice", "陈静", "#1", "李娜", about=[1], without=["13800138111"])
    check(told.answer(3), "王磊", "reply", "#1", "李娜", about=[1])
    late = [item for item in told.others if item.clock == "lead_golden_48h" and item.kind == "overdue"]
    assert [(item.at[5:], item.to) for item in late] == [("11-25 10:30", "李娜")]


async def test_a_client_of_the_team_is_known_wherever_it_stands_in_a_lead(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：【线索】赵主任 13800138222 官网 协和", "10:01 王磊：线索 官网 宏达 30万")
    check(told.answer(1), "王磊", "reply", "#1", "北京协和医院", "赵主任", about=[1])
    check(told.answer(2), "王磊", "reply", "#2", "宏达", "官网", "30万", about=[2])
