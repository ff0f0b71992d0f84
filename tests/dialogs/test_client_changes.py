"""改名 and 合并: by a leader, after 确认; facts, names and clocks go along, and the old names stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.policy import Policy, load
from tests.dialogs.helpers import NO_CLOCKS, Store, check, hold
from tests.support import POLICIES

MERGE = ("10:30 陈静：合并 客户 星海机电 星海轴承", "10:31 陈静：确认")
BEARINGS, MACHINES = "星海轴承有限公司", "星海机电有限公司"
GOLDEN = {"lead_golden_48h": POLICIES["lead_golden_48h"]}
UNTENDED = """
[untended]
title = "客户没人理"
rule = "7 天没有联系"
opens = ["contact.made"]
due = { after = "7d" }
match = "client"
steps = [{ at = "0", to = "supervisor" }]
"""


# --- 改名 -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("yes", ["确认", "是", "好的"])
async def test_a_client_gets_another_name_and_keeps_the_old_one(store: Store, yes: str) -> None:
    told = await hold(
        store,
        "10:00 李娜：电话 仁济 问交期",
        "10:01 陈静：客户 仁济 改名 上海东方医院",
        f"10:02 陈静：{yes}",
        "10:03 李娜：上次联系 东方医院",
        "10:04 赵强：客户 仁济医院",
        policies=NO_CLOCKS,
    )
    check(told.answer(2), "陈静", "question", "仁济医院", "上海东方医院", "确认")
    check(told.answer(3), "陈静", "reply", "上海东方医院", "「仁济医院」留作别名")
    check(told.answer(4), "李娜", "reply", "上海东方医院", "问交期", about=[1])
    check(told.answer(5), "赵强", "reply", "上海东方医院", "也叫：仁济医院")
    assert told.pairs == [("李娜", "notice")]
    assert "陈静" in told.others[0].text


async def test_nothing_happens_without_a_yes(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 陈静：客户 仁济 改名 上海东方医院",
        "10:01 陈静：不用了",
        "10:02 陈静：确认",
        "10:03 陈静：客户 仁济",
        "10:04 陈静：合并 客户 星海机电 星海轴承",
        "10:05 李娜：确认",
        "10:06 陈静：算了",
        "10:07 陈静：客户 星海机电",
        policies=NO_CLOCKS,
    )
    check(told.answer(4), "陈静", "reply", "仁济医院", without=["上海东方医院"])
    check(told.answer(8), "陈静", "reply", MACHINES)
    assert told.others == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("北京协和医院", "已经是北京协和医院的名字"),
        ("协和", "已经是北京协和医院的名字"),
        ("仁济医院", "就是它的名字"),
        ("医院", "太笼统"),
        ("13800138000", "只有数字"),
    ],
)
async def test_names_that_are_refused(quick: Store, name: str, reason: str) -> None:
    told = await hold(quick, f"10:00 陈静：客户 仁济 改名 {name}", policies=NO_CLOCKS)
    check(told.answer(1), "陈静", "reply", "没改", reason)


async def test_who_may(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 李娜：客户 仁济 改名 上海东方医院",
        "10:01 李娜：合并 客户 星海机电 星海轴承",
        "10:02 林芳：客户 仁济 改名 上海东方医院",
        "10:03 林芳：客户 南城建材市场 并入 仁济医院",
        "10:04 林芳：客户 南城建材市场 改名 城南建材城",
        "10:05 何经理：客户 南城建材市场 并入 仁济医院",
        policies=NO_CLOCKS,
    )
    for line in (1, 2):
        check(told.answer(line), "李娜", "reply", "主管")
    for line in (3, 4):
        check(told.answer(line), "林芳", "reply", "李娜")
    check(told.answer(5), "林芳", "question", "城南建材城")
    check(told.answer(6), "何经理", "question", "并入")


async def test_a_new_name_taken_back(store: Store) -> None:
    told = await hold(
        store,
        "10:00 陈静：客户 仁济 改名 上海东方医院",
        "10:01 陈静：确认",
        "10:02 陈静：撤销",
        "10:03 李娜：客户 仁济",
        "10:04 李娜：客户 上海东方医院",
        policies=NO_CLOCKS,
    )
    check(told.answer(3), "陈静", "reply", "改回原来的名字：仁济医院")
    check(told.answer(4), "李娜", "reply", "仁济医院", without=["也叫", "东方"])
    assert told.answer(5).text.startswith("客户名单里没有")


async def test_what_has_changed_since_the_question_is_not_done(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 陈静：客户 仁济 改名 上海东方医院",
        "10:01 何经理：客户 仁济 改名 上海东郊医院",
        "10:02 何经理：确认",
        "10:03 陈静：确认",
        "10:04 李娜：客户 仁济",
        policies=NO_CLOCKS,
    )
    check(told.answer(3), "何经理", "reply", "上海东郊医院")
    check(told.answer(4), "陈静", "reply", "已经有人改过")
    check(told.answer(5), "李娜", "reply", "上海东郊医院")


# --- 合并 -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "writing",
    [
        "合并 客户 星海机电 星海轴承",
        "合并客户 星海机电、星海轴承",
        "合并客户 星海机电 和 星海轴承",
        "客户 星海机电 并入 星海轴承",
        "客户 星海机电 合并到 星海轴承",
    ],
)
async def test_ways_of_merging(quick: Store, writing: str) -> None:
    told = await hold(
        quick, f"10:00 陈静：{writing}", "10:01 陈静：确认", "10:02 张伟：客户 星海机电", policies=NO_CLOCKS
    )
    check(told.answer(1), "陈静", "question", f"{MACHINES}\n　并入 {BEARINGS}", "确认")
    check(told.answer(2), "陈静", "reply", BEARINGS, MACHINES)
    assert told.answer(3).text.startswith(BEARINGS)


async def test_facts_and_names_go_along(store: Store) -> None:
    told = await hold(
        store,
        "10:00 张伟：电话 星海机电 问交期",
        "10:01 张伟：【承诺】给星海机电寄样 周三",
        "10:02 张伟：日报 今日拜访了星海机电，谈了价格",
        "10:03 张伟：客户 星海机电 别名 老机电",
        *MERGE,
        "10:32 张伟：客户 老机电",
        "10:33 陈静：全程 星海轴承",
        "10:34 陈静：星海轴承 承诺",
        "10:35 张伟：客户 星海",
        "10:36 陈静：撤销",
        policies=NO_CLOCKS,
    )
    check(told.answer(5), "陈静", "question", "联系 1", "未结承诺 1")
    check(told.answer(6), "陈静", "reply", "转过来 2 条记录")
    assert told.answer(7).text.startswith(BEARINGS)
    check(told.answer(8), "陈静", "reply", "共 2 条", about=[2, 1])
    check(told.answer(9), "陈静", "reply", "共 1 条", about=[2])
    assert told.answer(10).text.startswith(BEARINGS), "there is only one by this name now"
    check(told.answer(11), "陈静", "reply", "没有能撤回的")
    assert {item.to for item in told.others if item.kind == "notice"} == {"王磊", "张伟"}


async def test_an_unclear_client_is_asked_for_first(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 陈静：客户 星海 并入 仁济",
        "10:01 陈静：2",
        "10:02 陈静：确认",
        "10:03 陈静：客户 仁济 并入 仁济医院",
        "10:04 陈静：合并 客户 仁济",
        "10:05 陈静：客户 蓝天医院 并入 仁济",
        policies=NO_CLOCKS,
    )
    check(told.answer(1), "陈静", "question", f"2 {MACHINES}")
    check(told.answer(2), "陈静", "question", MACHINES, "仁济医院")
    check(told.answer(3), "陈静", "reply", "仁济医院")
    check(told.answer(4), "陈静", "reply", "同一个客户")
    check(told.answer(5), "陈静", "question", "两个客户")
    check(told.answer(6), "陈静", "reply", "蓝天医院")


async def test_a_question_asked_before_the_merge_means_the_one_that_is_left(quick: Store) -> None:
    told = await hold(
        quick,
        "10:29 王磊：电话 星海 问交期",
        *MERGE,
        "10:32 王磊：2",
        "10:33 王磊：上次联系 星海轴承",
        policies=NO_CLOCKS,
    )
    check(told.answer(4), "王磊", "reply", BEARINGS, about=[1])
    check(told.answer(5), "王磊", "reply", "问交期", about=[1])


async def test_merged_by_two_at_once_it_is_done_once(quick: Store) -> None:
    told = await hold(
        quick,
        "10:30 何经理：客户 星海轴承 并入 星海机电",
        *MERGE,
        "10:32 何经理：确认",
        "10:33 张伟：客户 星海机电",
        policies=NO_CLOCKS,
    )
    check(told.answer(3), "陈静", "reply", "合并好了")
    check(told.answer(4), "何经理", "reply", "已经有人改过")
    assert told.answer(5).text.startswith(BEARINGS)


# --- clocks -----------------------------------------------------------------------------------------------------------


async def test_a_leads_clock_runs_on(store: Store) -> None:
    script = ("10:00 张伟：【线索】星海机电 赵工 官网", *MERGE)
    runs = await hold(store, *script, until="11-25 11:00", policies=GOLDEN)
    assert {(item.to, item.kind) for item in runs.others if item.clock} == {
        ("张伟", "reminder"),
        ("张伟", "overdue"),
        ("陈静", "escalation"),
    }


async def test_and_stops_by_a_contact_with_the_one_that_is_left(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 张伟：【线索】星海机电 赵工 官网",
        *MERGE,
        "10:40 张伟：电话 星海轴承 已通",
        "10:41 张伟：微信 星海轴承 已加",
        until="11-25 11:00",
        policies=GOLDEN,
    )
    assert [item for item in told.others if item.clock] == []


async def test_a_contact_with_the_other_one_before_the_merge_counts_too(store: Store) -> None:
    told = await hold(
        store,
        "09:00 王磊：微信 星海轴承 老话题",
        "10:00 张伟：【线索】星海机电 赵工 官网",
        "10:10 王磊：电话 星海轴承 赵工 已通",
        *MERGE,
        "10:40 张伟：客户 星海轴承",
        "10:41 张伟：微信 星海轴承 已加",
        until="11-25 11:00",
        policies=GOLDEN,
    )
    assert [item for item in told.others if item.clock] == []


async def test_what_was_contacted_before_the_lead_does_not_count(quick: Store) -> None:
    told = await hold(
        quick,
        "09:00 王磊：微信 星海轴承 老话题",
        "10:00 张伟：【线索】星海机电 赵工 官网",
        "10:10 王磊：电话 星海轴承 赵工 已通",
        *MERGE,
        until="11-25 11:00",
        policies=GOLDEN,
    )
    assert {item.to for item in told.others if item.clock} == {"张伟", "陈静"}


async def test_two_leads_are_owed_both(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 张伟：【线索】星海机电 赵工 官网",
        "10:05 王磊：【线索】星海轴承 钱工 官网",
        *MERGE,
        until="11-25 11:00",
        policies=GOLDEN,
    )
    assert {item.to for item in told.others if item.clock} == {"张伟", "王磊", "陈静"}


async def test_of_two_clocks_that_each_contact_starts_anew_the_newest_runs_on(quick: Store, tmp_path: Path) -> None:
    file = tmp_path / "policies.toml"
    file.write_text(UNTENDED, encoding="utf-8")
    policies: dict[str, Policy] = load(file)
    told = await hold(
        quick,
        "10:00 张伟：电话 星海机电 问交期",
        "11-25 10:00 王磊：电话 星海轴承 问交期",
        "11-25 10:30 陈静：合并 客户 星海机电 星海轴承",
        "11-25 10:31 陈静：确认",
        until="12-03 12:00",
        policies=policies,
    )
    assert [(item.at[5:], item.to) for item in told.others if item.clock] == [("12-02 10:00", "陈静")]
