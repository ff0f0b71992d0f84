"""Calls, chats, visits and follow-ups in one line."""

from __future__ import annotations

import pytest

from handlers.language.contact import ContactText, apart_from, read_contact


def test_a_follow_up_names_its_channel_and_person() -> None:
    assert read_contact("【跟进】蓝湾口腔 电话 王主任 问交期") == ContactText(
        channel="call", body="蓝湾口腔 王主任 问交期", person="王主任", lacks=("profile", "next")
    )


@pytest.mark.parametrize(
    ("text", "channel", "body"),
    [
        ("电话 蓝湾 已通", "call", "蓝湾 已通"),
        ("電話：藍灣 已通", "call", "藍灣 已通"),
        ("微信 蓝湾 已加", "wechat", "蓝湾 已加"),
        ("【拜访】蓝湾 看样", "visit", "蓝湾 看样"),
        ("［ 拜訪 ］：蓝湾 看样", "visit", "蓝湾 看样"),
        ("【拜访记录】蓝湾", "visit", "蓝湾"),
        ("拜访 蓝湾", "visit", "蓝湾"),
        ("拜访【蓝湾】看样", "visit", "【蓝湾】看样"),
        ("  跟进 蓝湾 微信 发了报价", "wechat", "蓝湾 发了报价"),
        ("跟进：蓝湾，拜访，看了样机", "visit", "蓝湾 看了样机"),
        ("跟进 蓝湾 打电话聊了聊", "call", "蓝湾 打电话聊了聊"),
        ("跟进 蓝湾 加了他微信", "wechat", "蓝湾 加了他微信"),
        ("跟进 蓝湾 上门演示完了", "visit", "蓝湾 上门演示完了"),
        ("跟进 蓝湾 上门拜访了", "visit", "蓝湾 上门拜访了"),
        ("跟进 蓝湾 约了周三上门拜访", "other", "蓝湾 约了周三上门拜访"),
        ("📞电话 蓝湾", "call", "蓝湾"),
        ("电话", "call", ""),
    ],
)
def test_channel_and_body(text: str, channel: str, body: str) -> None:
    contact = read_contact(text)
    assert contact is not None
    assert (contact.channel, contact.body) == (channel, body)


@pytest.mark.parametrize(
    "text", ["电话会议改到周三", "微信群里说了", "拜访蓝湾", "今天拜访 蓝湾", "跟进一下蓝湾", "明天电话 蓝湾", ""]
)
def test_a_word_that_is_no_keyword_makes_no_contact(text: str) -> None:
    assert read_contact(text) is None


@pytest.mark.parametrize(
    ("said", "person"),
    [
        ("蓝湾 王主任 问交期", "王主任"),
        ("蓝湾 跟李总聊了", "李总"),
        ("蓝湾 张工说图纸要改", "张工"),
        ("蓝湾的采购刘经理要样品", "刘经理"),
        ("蓝湾 欧阳院长在", "欧阳院长"),
        ("蓝湾 陈晓明总监", "陈晓明总监"),
        ("蓝湾 和老周聊了", "老周"),
        ("蓝湾 Linda经理", "Linda经理"),
        ("蓝湾 设备科周科长", "周科长"),
        ("陪李总监去蓝湾见周院长", "周院长"),
        ("蓝湾 @李总 一起", None),
        ("蓝湾 施工现场 项目经理不在", None),
        ("蓝湾 工程总监不在", None),
        ("蓝湾 由于经理出差", None),
        ("蓝湾 下周总结", None),
        ("蓝湾 王总部还没批", None),
        ("蓝湾 员工都在", None),
        ("老王烧烤店 没人", None),
    ],
)
def test_the_person_at_the_client(said: str, person: str | None) -> None:
    contact = read_contact(f"拜访 {said}")
    assert contact is not None
    assert contact.person == person


@pytest.mark.parametrize(
    ("said", "lacks"),
    [
        ("蓝湾", ("profile", "pain", "next")),
        ("蓝湾 现用竞品，嫌交期太慢，周三前给他寄样", ()),
        ("蓝湾 三个产线 换了采购负责人，约好下周二试机", ("pain",)),
        ("蓝湾 抱怨返修多", ("profile", "next")),
        ("蓝湾 没什么问题", ("profile", "pain", "next")),
        ("蓝湾 答应月底签", ("profile", "pain")),
        ("蓝湾 科室床位60张", ("pain", "next")),
    ],
)
def test_what_a_standard_visit_still_lacks(said: str, lacks: tuple[str, ...]) -> None:
    contact = read_contact(f"【拜访】{said}")
    assert contact is not None
    assert contact.lacks == lacks


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("拜访 蓝湾 设备处项处长牵线 见了总工武总", "武总"),
        ("跟进 蓝湾 邮件发了合同 宿经理在看", "宿经理"),
        ("电话 老会员桑阿姨 让她来换", "桑阿姨"),
        ("微信 蓝湾 采购Lily 要资料", "Lily"),
        ("微信 蓝湾 芳姐说周五定", "芳姐"),
        ("微信 蓝湾 情况总结发了", None),
    ],
)
def test_whom_they_spoke_with(text: str, person: str | None) -> None:
    contact = read_contact(text)
    assert contact is not None
    assert contact.person == person


def test_coming_home_and_an_invoice_are_no_next_step() -> None:
    contact = read_contact("微信 蓝湾 12月8号回来 要发票抬头")
    assert contact is not None
    assert "next" in contact.lacks


@pytest.mark.parametrize("past", ["上周五来过", "周三发了报价", "11月20日送过样", "昨天打了没接"])
def test_what_was_done_on_a_day_is_no_next_step(past: str) -> None:
    contact = read_contact(f"拜访 蓝湾 {past}")
    assert contact is not None
    assert "next" in contact.lacks


@pytest.mark.parametrize("coming", ["下周一前发过来", "明天再去", "周五前给报告"])
def test_what_is_to_be_done_on_a_day_is_one(coming: str) -> None:
    contact = read_contact(f"拜访 蓝湾 {coming}")
    assert contact is not None
    assert "next" not in contact.lacks


def test_a_person_is_looked_for_outside_of_the_clients_name() -> None:
    read = read_contact("拜访 李姐药房 王主任说下周换货")
    assert read is not None
    alone = read_contact("拜访 李姐鲜果 下周换货")
    assert alone is not None
    assert apart_from(read, (0, 4)).person == "王主任"
    assert (alone.person, apart_from(alone, (0, 4)).person) == ("李姐", None)
    assert apart_from(read, None) == read
