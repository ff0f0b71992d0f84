"""Clocks of a team's own, made of data alone: what an operator writes into a policy file is kept without new code."""

from __future__ import annotations

from pathlib import Path

from scheduler.policy import Policy, load
from tests.dialogs.helpers import Store, hold
from tests.support import Heard

SIGN_OFF = """
[sign_off]
title = "方案审批"
rule = "8 个工作小时内要批"
opens = ["commitment.made"]
due = { after = "8h", time = "work" }
stops = ["commitment.done", "commitment.cancelled"]
steps = [
    { at = "0", to = "supervisor" },
    { at = "+8h", time = "work", to = "manager" },
]
"""
UNTENDED = """
[untended]
title = "客户没人理"
rule = "7 天没有联系"
opens = ["contact.made"]
due = { after = "7d" }
match = "client"
steps = [{ at = "0", to = "supervisor" }]
"""
MORNING = """
[digest_morning]
title = "早间清单"
each = "workday"
per = "team"
due = "08:50"
steps = [{ at = "0", to = "groups" }]
"""


def policies(folder: Path, *texts: str) -> dict[str, Policy]:
    path = folder / "policies.toml"
    path.write_text("".join(texts), encoding="utf-8")
    return load(path)


def said(told: list[Heard]) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(item.at[5:], item.to, item.kind, item.about) for item in told]


async def test_a_clock_on_promises_counts_working_hours_and_climbs(quick: Store, tmp_path: Path) -> None:
    told = await hold(
        quick,
        "16:00 王磊#华东群：【承诺】送样 12月20日",
        "16:00 李娜：【承诺】报价 12月20日",
        "16:05 赵强：【承诺】回访 12月20日",
        "16:06 赵强：取消 {3} 不做了",
        until="11-27 18:00",
        policies=policies(tmp_path, SIGN_OFF),
    )
    assert said(told.others) == [
        ("11-24 15:00", "陈静", "escalation", ("#1", "#2")),
        ("11-25 14:00", "何经理", "escalation", ("#1", "#2")),
    ]
    assert all(item.clock == "sign_off" and "8 个工作小时内要批" in item.text for item in told.others)


async def test_any_contact_starts_a_clients_clock_anew(quick: Store, tmp_path: Path) -> None:
    told = await hold(
        quick,
        "10:00 王磊：电话 协和 谈交期",
        "10:01 李娜：电话 仁济 谈交期",
        "11-25 14:00 李娜：微信 协和 发了资料",
        "11-25 14:30 李娜：电话 仁济 又谈",
        "11-25 14:31 李娜：撤销",
        until="12-04 18:00",
        policies=policies(tmp_path, UNTENDED),
    )
    assert said(told.others) == [
        ("11-30 10:01", "陈静", "escalation", ("#2",)),
        ("12-02 14:00", "陈静", "escalation", ("#3",)),
    ]
    assert ["仁济医院" in item.text for item in told.others] == [True, False]
    assert ["北京协和医院" in item.text for item in told.others] == [False, True]


async def test_somebody_named_by_a_role_and_absent_is_replaced_by_the_next_one_up(quick: Store, tmp_path: Path) -> None:
    told = await hold(
        quick,
        "09:00 陈静：请假 11月24日",
        "09:01 林芳：请假 11月24日",
        "16:00 王磊：【承诺】送样 12月20日",
        "16:10 赵强：【承诺】报价 12月20日",
        until="11-24 18:00",
        policies=policies(tmp_path, SIGN_OFF.replace('to = "supervisor"', 'to = "region_supervisor"')),
    )
    alerts = [item for item in told.others if item.kind == "alert"]
    assert said(alerts) == [
        ("11-24 15:00", "何经理", "alert", ("#3",)),
        ("11-24 15:10", "何经理", "alert", ("#4",)),
    ]


async def test_a_promise_under_two_clocks_is_one_matter_of_the_morning(quick: Store, tmp_path: Path) -> None:
    promises = SIGN_OFF + SIGN_OFF.replace("sign_off", "second_look")
    told = await hold(
        quick,
        "10:00 王磊#华东群：【承诺】送样 12月20日",
        until="11-24 09:00",
        policies=policies(tmp_path, promises, MORNING),
    )
    (morning,) = [item for item in told.others if item.clock == "digest_morning"]
    assert morning.about == ("#1",)
    assert "共 1 条" in morning.text
