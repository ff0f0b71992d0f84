"""跟进, 电话, 微信, 拜访: channel and client understood, what a visit lacks, unknown and ambiguous clients."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import PICTURE, Store, check, hold


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("【跟进】协和 电话 王主任 问交期", "电话"),
        ("电话 协和 王主任 问交期", "电话"),
        ("電話：協和 王主任問交期", "电话"),
        ("微信 协和 已加", "微信"),
        ("[微信] 协和 发了资料", "微信"),
        ("【跟进】协和 微信 王主任 问报价", "微信"),
        ("  【拜访】协和 见到王主任", "拜访"),
        ("拜訪：协和 见到王主任", "拜访"),
        ("【跟进】协和 王主任 当面聊了交期", "拜访"),
    ],
)
async def test_the_channel_in_every_writing(quick: Store, text: str, channel: str) -> None:
    told = await hold(quick, f"10:00 王磊：{text}", "10:05 王磊：上次联系 协和")
    check(told.answer(1), "王磊", "reply", channel, "#1", "北京协和医院", about=[1])
    check(told.answer(2), "王磊", "reply", channel, "#1", "王磊", about=[1])
    assert told.pairs == []


async def test_both_databases_keep_a_contact_made_in_a_group(store: Store) -> None:
    told = await hold(store, "10:00 王磊#华东群：电话 协和 王主任 问交期", "10:05 陈静：上次联系 协和")
    check(told.answer(1), "#华东群", "reply", "电话", "#1", "北京协和医院", about=[1])
    check(told.answer(2), "陈静", "reply", "王磊", "电话", "王主任 问交期", about=[1])


@pytest.mark.parametrize(
    ("text", "lacks", "has"),
    [
        ("【拜访】协和 见到王主任", ["客户情况", "痛点", "下一步"], []),
        ("【拜访】协和 床位800张，担心售后", ["下一步"], ["客户情况", "痛点"]),
        ("【拜访】协和 床位800张，担心售后，约了下周二演示", [], ["还差"]),
        ("电话 协和 问交期", [], ["还差"]),
    ],
)
async def test_what_a_standard_visit_still_lacks_is_named(
    quick: Store, text: str, lacks: list[str], has: list[str]
) -> None:
    told = await hold(quick, f"10:00 王磊：{text}")
    check(told.answer(1), "王磊", "reply", "#1", *lacks, about=[1], without=has)


async def test_an_unknown_client_is_offered_as_new(store: Store) -> None:
    told = await hold(store, "10:00 王磊：电话 蓝天医院 张主任 问报价", "10:01 王磊：是", "10:02 王磊：客户 蓝天医院")
    check(told.answer(1), "王磊", "question", "蓝天医院")
    check(told.answer(2), "王磊", "reply", "#1", "蓝天医院", about=[1])
    check(told.answer(3), "王磊", "reply", "蓝天医院", "负责人 王磊", "问报价", about=[1])


async def test_a_no_makes_neither_client_nor_contact(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：电话 蓝天医院 张主任 问报价", "10:01 王磊：不用", "10:02 王磊：客户 蓝天医院")
    check(told.answer(3), "王磊", "reply", "没有「蓝天医院」")


async def test_several_clients_are_asked_with_numbers_and_attachments_wait(quick: Store) -> None:
    told = await hold(
        quick, ("10:00 王磊：【拜访】星海 李总 问价", PICTURE), "10:01 王磊：2", "10:02 王磊：上次联系 星海机电"
    )
    check(told.answer(1), "王磊", "question", "1 星海轴承有限公司", "2 星海机电有限公司", "3 新客户：星海")
    check(told.answer(2), "王磊", "reply", "#1", "星海机电有限公司", "1 个附件", about=[1])


@pytest.mark.parametrize("text", ["电话", "【拜访】", "电话 13912345678", "微信 张主任 问交期"])
async def test_without_a_client_nothing_is_stored(quick: Store, text: str) -> None:
    told = await hold(quick, f"10:00 王磊：{text}", "10:01 王磊：撤销")
    check(told.answer(1), "王磊", "question")
    check(told.answer(2), "王磊", "reply", "没有能撤回的")
