"""Leads in one line, their parts in any order."""

from __future__ import annotations

import itertools

import pytest

from handlers.language.lead import LeadText, read_lead
from handlers.language.names import Directory

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


@pytest.mark.parametrize(
    "text",
    [
        "线索 抖音团购 13912340001 回礼两百份 预算9千",
        "线索 展会 13912340001 小两口 想看婚宴",
        "线索 门面已经租好 朋友圈看到的 想代理",
        "线索 运营负责人姓冯 13912340001 官网",
        "线索 抖音 自建房 张师傅 13912340001",
        "线索 官网 张师傅 13912340001 护栏40米",
        "线索 官网 品质部 张小姐 13912340001",
        "线索 李芳 13912340001 官网",
    ],
)
def test_a_client_is_not_made_out_of_what_is_told(text: str) -> None:
    lead = read_lead(text)
    assert lead is not None
    assert lead.client is None


@pytest.mark.parametrize(
    ("text", "client"),
    [
        ("线索 小区门口新开的果满园 老板13912340001", "果满园"),
        ("线索 老客户青石公寓要加模块", "青石公寓"),
        ("线索 月子中心 小橡树 甘店长 13912340001", "小橡树"),
        ("线索 官网 云帆物联 张工 13912340001", "云帆物联"),
        ("线索 青田泵业的张工介绍他同学的厂 亿达模具 方总", "亿达模具"),
        ("线索 云帆物联 13912340001", "云帆物联"),
        ("线索 13912340001 云帆物联 预算3万", "云帆物联"),
        ("线索 @张小满 上海 云帆物联", "云帆物联"),
    ],
)
def test_the_client_is_cut_out_of_the_words_around(text: str, client: str) -> None:
    lead = read_lead(text)
    assert lead is not None
    assert lead.client == client


@pytest.mark.parametrize(
    "text",
    [
        "线索：公司 恒泰五金；联系人 仓管 陈主管；手机 13912340001；渠道 小红书；需求 要货架",
        "线索\n公司｜恒泰五金\n联系人｜仓管 陈主管\n手机｜13912340001\n渠道｜小红书\n需求｜要货架",
        "线索\n公司\n恒泰五金\n联系人\n仓管 陈主管\n手机\n13912340001\n渠道\n小红书\n需求\n要货架",
        "线索\n公司：恒泰五金\n联系人 仓管 陈主管\n手机 13912340001\n渠道 小红书\n需求：要货架",
    ],
)
def test_a_form_needs_no_colons(text: str) -> None:
    lead = read_lead(text)
    assert lead is not None
    assert (lead.client, lead.contact, lead.phone) == ("恒泰五金", "陈主管", "13912340001")
    assert lead.source == "小红书"
    assert set(lead.note.split()) == {"仓管", "要货架"}


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("线索 云帆物联 采购 Lily 官网", "Lily"),
        ("线索 云帆物联 采购Lily 官网", "Lily"),
        ("线索 云帆物联 Sam 官网", "Sam"),
        ("线索 Mike Chen 13912340001 恒泰五金", "Mike Chen"),
        ("线索 恒泰五金 李芳 官网", "李芳"),
        ("线索 恒泰五金 业主方代表 卫总", "卫总"),
        ("线索 恒泰五金 现在管采购 邢女士", "邢女士"),
        ("线索 恒泰五金 Demo 官网", None),
    ],
)
def test_the_contact_has_a_title_or_a_name(text: str, contact: str | None) -> None:
    lead = read_lead(text)
    assert lead is not None
    assert lead.contact == contact


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("300份*25元", None),
        ("25元×300份", None),
        ("标签纸 15元", None),
        ("一个月五六千", 6_000),
        ("预算：6000/年", 6_000),
        ("首批50万", 500_000),
    ],
)
def test_the_price_of_one_is_no_budget(text: str, budget: int | None) -> None:
    lead = read_lead(f"线索 恒泰五金 {text}")
    assert lead is not None
    assert lead.budget == budget


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("抖音上私信的", "抖音"),
        ("恒泰采购顺口提的", "转介绍"),
        ("有个做外贸的朋友推荐了一家叫云帆物联的", "转介绍"),
        ("客户自己打400电话来的", "电话呼入"),
        ("来源：老客户青石推荐", "转介绍"),
        ("昨天工博会展位来的", "展会"),
        ("县里招标网挂的", "招标"),
    ],
)
def test_sources_told_by_the_way(text: str, source: str) -> None:
    lead = read_lead(f"线索 {text} 恒泰五金")
    assert lead is not None
    assert (lead.client in {"恒泰五金", "云帆物联"}, lead.source) == (True, source)


CLIENTS = Directory([(1, "晨光医院", []), (2, "青岚", []), (3, "翠微重工有限公司", []), (4, "李姐药房", [])])


@pytest.mark.parametrize(
    ("text", "client", "contact"),
    [
        ("李主任 13900001111 官网 晨光", "晨光", "李主任"),
        ("张总 13900001111 想进轴承 青岚", "青岚", "张总"),
        ("青岚想要10台机床 李工", "青岚", "李工"),
        ("翠微 李工 电机10台", "翠微", "李工"),
        ("李姐药房 13900001111 要口罩", "李姐药房", None),
        ("晨光医院东院 李主任 官网", "晨光医院东院", "李主任"),
        ("青岚王总推荐 明远口腔 李主任 牙椅", "明远口腔", "李主任"),
        ("宏图诊所 李主任 想参考晨光的方案", "宏图诊所", "李主任"),
        ("抖音 李姐 13900001111 要轴承", None, "李姐"),
    ],
)
def test_a_client_of_the_team_is_the_client_wherever_it_stands(
    text: str, client: str | None, contact: str | None
) -> None:
    lead = read_lead(f"线索 {text}", directory=CLIENTS)
    assert lead is not None
    assert (lead.client, lead.contact) == (client, contact)


def test_a_directory_without_the_client_changes_nothing() -> None:
    text = "线索 官网 宏达 30万 王主任 13900001111 上海"
    lead = read_lead(text)
    assert lead is not None
    assert lead.client == "宏达"
    assert read_lead(text, directory=CLIENTS) == lead


def test_what_stands_far_behind_is_kept_in_the_note() -> None:
    lead = read_lead("线索 晨光医院 王主任 " + "很长的故事，" * 200 + "完")
    assert lead is not None
    assert lead.client == "晨光医院"
    assert lead.note.endswith("很长的故事，完")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("青岚酒店王总推荐｜晨光生鲜｜车姐｜1w以内", {"client": "晨光生鲜", "contact": "车姐", "source": "转介绍"}),
        ("【来源】抖音【客户】晨光火锅【联系人】卢老板", {"client": "晨光火锅", "contact": "卢老板", "source": "抖音"}),
        ("company: Delta Works contact: Rahul source: 官网", {"client": "Delta Works", "contact": "Rahul"}),
        ("知乎文章下面留言的 晨光口腔 别经理", {"client": "晨光口腔", "contact": "别经理", "source": "知乎"}),
        ("晨光酒店工程总监 臧总 预算陆拾万元", {"client": "晨光酒店", "contact": "臧总", "budget": 600_000}),
        ("客户名“晨光酒店” 采购经理 Tony", {"client": "晨光酒店", "contact": "Tony"}),
        ("有个做外贸的 叫Jerry 要样品", {"client": None, "contact": "Jerry"}),
        ("直播间下单客户 私信要批发", {"client": None}),
        ("地铁广告 打来问 培训班", {"client": None, "source": "广告"}),
        ("政府采购意向公告 晨光中学 126.8万", {"client": "晨光中学", "source": "招标", "budget": 1_268_000}),
    ],
)
def test_more_ways_to_tell_a_lead(text: str, expected: dict[str, object]) -> None:
    lead = read_lead(f"线索 {text}")
    assert lead is not None
    assert {name: getattr(lead, name) for name in expected} == expected
