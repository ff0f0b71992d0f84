"""Leads in one line, their parts in any order."""

from __future__ import annotations

import itertools

import pytest

from handlers.language.lead import LeadText, read_lead

FULL = LeadText(
    client="蓝湾口腔医院",
    contact="张主任",
    phone="13912340001",
    source="官网",
    budget=300_000,
    region="上海",
    note="",
    mentions=("张小满",),
)


ORDERS = list(itertools.permutations(("张主任", "13912340001", "官网", "预算30万", "上海")))


@pytest.mark.parametrize("parts", ORDERS[::7])
def test_the_parts_may_come_in_any_order(parts: tuple[str, ...]) -> None:
    assert read_lead(f"【线索】{' '.join(parts)} 蓝湾口腔医院 @张小满") == FULL


@pytest.mark.parametrize(
    "opening", ["【线索】", "[线索] ", "线索：", "線索 ", "線索:", "（线索）", "  线索　", "新线索 "]
)
@pytest.mark.parametrize("gap", [" ", "，", "、", "\n", "  "])
def test_the_keyword_and_the_gaps_in_any_writing(opening: str, gap: str) -> None:
    parts = ["蓝湾口腔医院", "张主任", "13912340001", "官网", "预算30万", "上海", "@张小满"]
    assert read_lead(opening + gap.join(parts)) == FULL


@pytest.mark.parametrize("text", ["线索发给我了吗", "这条线索 蓝湾", "没有线索", ""])
def test_other_lines_are_no_leads(text: str) -> None:
    assert read_lead(text) is None


def test_the_keyword_alone_is_an_empty_lead() -> None:
    assert read_lead("线索") == LeadText(None, None, None, None, None, None, "", ())


def test_labels_are_read() -> None:
    text = (
        "【线索】\n客户：恒泰五金\n联系人：陈海\n电话：0512-62345678\n来源：老客户介绍\n"
        "预算：20-30万\n地区：江苏苏州\n备注：急，想看样"
    )
    assert read_lead(text) == LeadText("恒泰五金", "陈海", "0512-62345678", "转介绍", 300_000, "苏州", "急，想看样", ())


def test_a_spoken_line_is_read() -> None:
    text = "线索 有个客户叫恒泰五金 电话是13912340001 从抖音来的 预算大概二十万 在苏州"
    assert read_lead(text) == LeadText("恒泰五金", None, "13912340001", "抖音", 200_000, "苏州", "", ())


@pytest.mark.parametrize(
    ("written", "regions", "region", "note"),
    [
        ("上海", ["华东", "华北"], "华东", "上海"),
        ("上海", ["上海", "华东"], "上海", ""),
        ("苏州", ["江苏", "华东"], "江苏", "苏州"),
        ("广东省深圳市", ["华南区"], "华南区", "广东省深圳市"),
        ("华南", ["华东"], "华南", ""),
        ("成都", [], "成都", ""),
        ("鲁南", ["鲁南"], "鲁南", ""),
    ],
)
def test_a_place_becomes_the_region_of_the_team(written: str, regions: list[str], region: str, note: str) -> None:
    lead = read_lead(f"线索 恒泰五金 {written}", regions=regions)
    assert lead is not None
    assert (lead.client, lead.region, lead.note) == ("恒泰五金", region, note)


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("展会扫码", "展会"),
        ("客户介绍", "转介绍"),
        ("老客户", "老客户"),
        ("400热线", "电话呼入"),
        ("小红书私信", "小红书"),
        ("百度推广", "百度"),
        ("微信公众号", "公众号"),
        ("抖音来的", "抖音"),
    ],
)
def test_a_source_has_one_word(written: str, source: str) -> None:
    lead = read_lead(f"线索 恒泰五金 {written} 20万")
    assert lead is not None
    assert (lead.source, lead.note) == (source, "")


def test_a_name_after_at_ends_where_a_known_name_ends() -> None:
    lead = read_lead("线索 恒泰五金 @张小满急，今天联系 @李四", people=["张小", "张小满"])
    assert lead is not None
    assert lead.mentions == ("张小满", "李四")
    assert lead.note == "急 今天联系"


def test_what_was_not_told_is_not_invented() -> None:
    lead = read_lead("线索 王总 13912340001")
    assert lead == LeadText(None, "王总", "13912340001", None, None, None, "", ())


def test_a_city_in_the_client_s_name_is_no_region() -> None:
    lead = read_lead("线索 上海恒泰五金有限公司 李经理")
    assert lead == LeadText("上海恒泰五金有限公司", "李经理", None, None, None, None, "", ())
