"""客户 … 别名: a name taught, listed, taken away and shared, by whom it may be, and in which team it is known."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import NO_CLOCKS, Store, check, hold

TAUGHT = "10:00 王磊：客户 协和 别名 老协和"
HOSPITAL = "北京协和医院"


async def test_a_name_taught_is_known_to_the_team_and_to_nobody_else(store: Store) -> None:
    told = await hold(
        store,
        TAUGHT,
        "10:01 王磊#华东群：上次联系 老协和",
        "10:02 李娜：电话 老协和 问交期",
        "10:03 陈静：客户 老协和",
        "10:04 赵强：客户 老协和",
        "10:05 周岚：客户 老协和",
    )
    check(told.answer(1), "王磊", "reply", HOSPITAL, "老协和", "撤销")
    check(told.answer(2), "#华东群", "reply", HOSPITAL)
    check(told.answer(3), "李娜", "reply", HOSPITAL, about=[1])
    check(told.answer(4), "陈静", "reply", HOSPITAL, about=[1])
    for line in (5, 6):
        assert told.answer(line).text.startswith("客户名单里没有「老协和」")
    assert told.pairs == []


async def test_several_names_at_once_and_each_refusal_with_its_reason(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：客户 协和 别名 老协和、协和东单；东单那栋楼",
        "10:01 王磊：客户 协和 别名 院 医院 仁济医院 李娜 2026 报价 我们医院 老协和 协和 北京协和医院",
        "10:02 王磊：客户 仁济 别名 老协和",
        "10:03 王磊：客户 协和 别名",
    )
    check(told.answer(1), "王磊", "reply", "老协和、协和东单、东单那栋楼", without=["没记"])
    reasons = [
        "「院」没记：太短",
        "「医院」没记：太笼统",
        "「仁济医院」没记：已经是仁济医院的名字",
        "「李娜」没记：是同事的名字",
        "「2026」没记：只有数字",
        "「报价」没记：是平常说话的词",
        "「我们医院」没记：是平常说话的词",
        "「老协和」没记：已经认得",
        "「协和」没记：已经认得",
        "「北京协和医院」没记：就是它的名字",
    ]
    check(told.answer(2), "王磊", "reply", *reasons, without=["记下了", "撤销"])
    check(told.answer(3), "王磊", "reply", "已经是北京协和医院的名字", without=["记下了"])
    check(told.answer(4), "王磊", "reply", "4 个别名")


@pytest.mark.parametrize(
    "writing",
    [
        "客户 协和 别名 老协和",
        "客户 协和 加别名 老协和",
        "客户 协和 的别名：老协和",
        "客户：协和 别名「老协和」",
        "【客户】协和 又叫 老协和",
        "客戶 協和 別名 老協和",
    ],
)
async def test_ways_of_teaching(quick: Store, writing: str) -> None:
    told = await hold(quick, f"10:00 王磊：{writing}", "10:01 王磊：客户 老协和")
    check(told.answer(1), "王磊", "reply", "记下了")
    check(told.answer(2), "王磊", "reply", HOSPITAL)


@pytest.mark.parametrize(
    "writing",
    [
        "客户 协和 删除别名 老协和",
        "客户 协和 别名 删除 老协和",
        "客户 协和 别名 老协和 删掉",
        "客户 协和 去掉别名：老协和",
    ],
)
async def test_ways_of_taking_away(quick: Store, writing: str) -> None:
    told = await hold(quick, TAUGHT, f"10:01 李娜：{writing}", "10:02 王磊：客户 老协和")
    check(told.answer(2), "李娜", "reply", "删掉了", "老协和")
    assert told.answer(3).text.startswith("客户名单里没有")


async def test_the_list_says_who_taught_what_when_and_for_whom(store: Store) -> None:
    told = await hold(
        store,
        TAUGHT,
        "10:01 陈静：客户 协和 别名 东单院",
        "11-24 09:00 李娜：客户 协和 别名",
        "11-24 09:01 林芳：客户 协和 有哪些别名",
        "11-24 09:02 赵强：客户 协和 的别名",
        "11-24 09:03 赵强：客户 南城建材市场 别名",
        policies=NO_CLOCKS,
    )
    mine = [
        "3 个别名",
        "「协和」大家都认",
        "名单",
        "「老协和」你们组认",
        "王磊 · 11月23日",
        "「东单院」",
        "陈静 · 11月23日",
    ]
    check(told.answer(3), "李娜", "reply", *mine, without=["共享"])
    check(told.answer(4), "林芳", "reply", "「老协和」陈静的组认", "「客户 北京协和医院 别名 老协和 共享」")
    check(told.answer(5), "赵强", "reply", "1 个别名", without=["老协和", "东单院", "共享"])
    check(told.answer(6), "赵强", "reply", "还没有别名", "客户 南城建材市场 别名")


async def test_only_ones_own_teams_name_is_taken_away(quick: Store) -> None:
    told = await hold(
        quick,
        TAUGHT,
        "10:01 赵强：客户 协和 删除别名 老协和",
        "10:02 林芳：客户 协和 删除别名 老协和",
        "10:03 陈静：客户 协和 删除别名 协和",
        "10:04 王磊：客户 协和 删除别名 没听过",
        "10:05 王磊：客户 协和 删除别名 北京协和医院",
        "10:06 王磊：客户 老协和",
        "10:07 何经理：客户 协和 删除别名 老协和",
        "10:08 周岚：客户 协和 删除别名 协和",
        "10:09 王磊：客户 北京协和医院 别名",
    )
    for line in (2, 3):
        assert "陈静那组" in told.answer(line).text
    assert "请总监或管理员删" in told.answer(4).text
    assert "没有这个别名" in told.answer(5).text
    assert "就是它的名字" in told.answer(6).text
    assert HOSPITAL in told.answer(7).text
    assert "删掉了" in told.answer(8).text
    assert "删掉了" in told.answer(9).text
    assert "还没有别名" in told.answer(10).text


async def test_a_supervisor_takes_over_what_another_team_has_taught(store: Store) -> None:
    told = await hold(
        store,
        TAUGHT,
        "10:01 赵强：客户 协和 别名 老协和 共享",
        "10:02 林芳：客户 协和 别名 老协和 共享",
        "10:03 赵强：客户 老协和",
        "10:04 李娜：客户 协和 删除别名 老协和",
        "10:05 赵强：客户 老协和",
        "10:06 王磊：客户 老协和",
    )
    check(told.answer(2), "赵强", "reply", "主管")
    check(told.answer(3), "林芳", "reply", "老协和", "林芳的组")
    assert told.answer(4).text.startswith(HOSPITAL)
    check(told.answer(5), "李娜", "reply", "删掉了")
    assert told.answer(6).text.startswith(HOSPITAL)
    assert told.answer(7).text.startswith("客户名单里没有")


async def test_somebody_above_both_shares_with_all_they_lead(quick: Store) -> None:
    told = await hold(
        quick,
        TAUGHT,
        "10:01 何经理：客户 协和 共享别名 老协和",
        "10:02 赵强：客户 老协和",
        "10:03 周岚：客户 老协和",
        "10:04 周岚：客户 协和 别名 东单院 共享",
        "10:05 赵强：客户 东单院",
        "10:06 周岚：客户 协和 别名 东单院 共享",
    )
    check(told.answer(2), "何经理", "reply", "陈静", "林芳")
    assert told.answer(3).text.startswith(HOSPITAL)
    assert told.answer(4).text.startswith("客户名单里没有"), "a director's own team was not among them"
    check(told.answer(5), "周岚", "reply", "大家")
    assert told.answer(6).text.startswith(HOSPITAL)
    check(told.answer(7), "周岚", "reply", "已经认得")


async def test_a_team_that_means_another_client_by_it_is_left_out(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 赵强：客户 南城建材市场 别名 老地方",
        "10:01 王磊：客户 协和 别名 老地方",
        "10:02 何经理：客户 协和 别名 老地方 共享",
        "10:03 赵强：客户 老地方",
        "10:04 周岚：客户 协和 别名 老地方 共享",
        "10:05 王磊：客户 老地方",
    )
    check(told.answer(1), "赵强", "reply", "记下了")
    check(told.answer(2), "王磊", "reply", "记下了")
    check(told.answer(3), "何经理", "reply", "已经是南城建材市场的名字")
    assert told.answer(4).text.startswith("南城建材市场")
    check(told.answer(5), "周岚", "reply", "已经是南城建材市场的名字", without=["好，"])
    assert told.answer(6).text.startswith(HOSPITAL)


async def test_taking_it_back_either_way(store: Store) -> None:
    told = await hold(
        store,
        TAUGHT,
        "10:01 王磊：撤销",
        "10:02 王磊：客户 老协和",
        "10:03 王磊：客户 协和 别名 老协和",
        "10:04 王磊#华东群：客户 协和 删除别名 老协和",
        "10:05 王磊#华东群：撤销",
        "10:06 王磊：客户 老协和",
        "10:07 王磊：客户 协和 别名",
        "10:08 李娜：撤销",
    )
    check(told.answer(2), "王磊", "reply", "「老协和」不再是北京协和医院的别名")
    assert told.answer(3).text.startswith("客户名单里没有")
    check(told.answer(6), "#华东群", "reply", "「老协和」还是北京协和医院的别名")
    assert told.answer(7).text.startswith(HOSPITAL)
    check(told.answer(8), "王磊", "reply", "王磊 · 11月23日 周一 10:03")
    check(told.answer(9), "李娜", "reply", "没有能撤回的")
    assert told.pairs == []


async def test_a_name_another_client_got_meanwhile_is_not_given_back(quick: Store) -> None:
    told = await hold(
        quick,
        TAUGHT,
        "10:01 王磊：客户 协和 删除别名 老协和",
        "10:02 李娜：客户 仁济 别名 老协和",
        "10:03 王磊：撤销",
        "10:04 王磊：客户 老协和",
    )
    check(told.answer(4), "王磊", "reply", "没有能撤回的")
    assert told.answer(5).text.startswith("仁济医院")


async def test_what_was_taught_outlives_a_restart(store: Store) -> None:
    await hold(store, TAUGHT, policies=NO_CLOCKS)
    told = await hold(store, "11-24 10:00 王磊：客户 老协和", "11-24 10:01 赵强：客户 老协和", policies=NO_CLOCKS)
    assert told.answer(1).text.startswith(HOSPITAL)
    assert told.answer(2).text.startswith("客户名单里没有")


async def test_an_unclear_client_is_asked_for_and_an_unknown_one_said(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：客户 星海 别名 老厂",
        "10:01 王磊：2",
        "10:02 王磊：客户 老厂",
        "10:03 王磊：客户 蓝天医院 别名 老蓝天",
    )
    check(told.answer(1), "王磊", "question", "1 星海轴承有限公司", "2 星海机电有限公司")
    check(told.answer(2), "王磊", "reply", "星海机电有限公司", "老厂")
    assert told.answer(3).text.startswith("星海机电有限公司")
    check(told.answer(4), "王磊", "reply", "没有「蓝天医院」", "别名")
