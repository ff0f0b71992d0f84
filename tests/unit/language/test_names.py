"""A small team's directory: who is linked, who is asked about, who is nobody."""

from __future__ import annotations

import pytest

from handlers.language.names import Alias, Directory, Match
from handlers.language.names_index import Posted

ENTRIES: list[tuple[int, str, tuple[str, ...]]] = [
    (1, "青岚市协安医院", ()),
    (2, "青岚市第一人民医院", ("市一",)),
    (3, "云汐县第三中学", ()),
    (4, "青岚远槐精密机械有限公司", ()),
    (5, "云汐松果贸易有限公司", ("松果贸易",)),
    (6, "柏原大学附属第二医院", ()),
    (7, "柏原TKR电子有限公司", ()),
]


@pytest.fixture(scope="module")
def directory() -> Directory:
    return Directory(ENTRIES)


def test_exact_name_is_linked_at_once(directory: Directory) -> None:
    match = directory.mention("青岚市第一人民医院")
    assert (match.key, match.exact, match.sure) == (2, True, 1.0)


@pytest.mark.parametrize(
    ("mention", "key"),
    [
        ("协安", 1),
        ("协安医院", 1),
        ("市一", 2),
        ("青岚市第1人民医院", 2),
        ("青岚一院", 2),
        ("云汐三中", 3),
        ("雲汐縣第三中學", 3),
        ("远槐精密", 4),
        ("远怀精密机械", 4),
        ("yuanhuai精密机械", 4),
        ("柏大附二院", 6),
        ("tkr电子", 7),
        ("ＴＫＲ", 7),
    ],
)
def test_mention_is_linked(directory: Directory, mention: str, key: int) -> None:
    assert directory.mention(mention).key == key


@pytest.mark.parametrize(
    "mention", ["青岚市第二人民医院", "云汐五中", "医院", "有限公司", "海棠贸易", "abc电子", "", "，"]
)
def test_other_organisations_are_not_found(directory: Directory, mention: str) -> None:
    assert directory.mention(mention) == Match(())


@pytest.mark.parametrize(
    ("message", "key", "span"),
    [
        ("给协安寄样 周三", 1, "协安"),
        ("【跟进】远槐精密 电话 王主任 问交期", 4, "远槐精密"),
        ("明天去云汐三中送两台打印机", 3, "云汐三中"),
        ("松果贸易的李总说价格太高", 5, "松果贸易"),
        ("上次联系 柏大附二院", 6, "柏大附二院"),
    ],
)
def test_message_finds_the_client_and_its_place(directory: Directory, message: str, key: int, span: str) -> None:
    match = directory.message(message)
    assert match.key == key
    assert match.span is not None
    assert message[slice(*match.span)] == span


@pytest.mark.parametrize(
    "message", ["给大家寄样", "发报价", "问交期", "好的收到", "医院那边催得紧", "下周一开会", "", "12"]
)
def test_message_without_a_client_links_nothing(directory: Directory, message: str) -> None:
    assert directory.message(message) == Match(())


def test_two_with_the_same_brand_are_asked_about() -> None:
    directory = Directory([(1, "青岚市协安医院", ()), (2, "云汐协安骨科医院", ()), (3, "柏原中学", ())])
    match = directory.mention("协安")
    assert match.ask
    assert match.key is None
    assert set(match.candidates) == {1, 2}


def test_put_replaces_and_remove_forgets() -> None:
    directory = Directory(ENTRIES)
    directory.put(1, "青岚市榆钱诊所")
    assert directory.mention("协安").candidates == ()
    assert directory.mention("榆钱诊所").key == 1
    directory.remove(1)
    assert directory.mention("榆钱诊所").candidates == ()
    assert len(directory) == len(ENTRIES) - 1
    with pytest.raises(KeyError):
        directory.name(1)


def test_several_clients_of_a_line_come_in_order(directory: Directory) -> None:
    line = "今日拜访协安和云汐三中，给松果贸易报价"
    found = directory.mentions(line)
    assert [match.key for match in found] == [1, 3, 5]
    assert [line[slice(*match.span)] for match in found if match.span] == ["协安", "云汐三中", "松果贸易"]


def test_what_a_team_taught_is_known_to_that_team_only() -> None:
    directory = Directory(
        [(1, "青岚市协安医院", (Alias("老槐树", 7), Alias("东边那栋", None))), (2, "云汐槐树小学", ())]
    )
    assert directory.seen_by(7).mention("老槐树").key == 1
    assert directory.seen_by(7).message("给老槐树寄样").key == 1
    for other in (directory.seen_by(8), directory.seen_by(None), directory):
        assert other.mention("老槐树").key != 1
        assert other.mention("东边那栋").key == 1


def test_what_a_team_taught_goes_before_what_everybody_knows() -> None:
    directory = Directory([(1, "青岚市协安医院", ("协安",)), (2, "云汐协安骨科医院", ("协安",))])
    assert directory.mention("协安").ask
    directory.put(2, "云汐协安骨科医院", ("协安", Alias("协安", 7)))
    assert directory.mention("协安").ask
    assert directory.seen_by(7).mention("协安").key == 2


def test_a_place_that_is_written_otherwise_is_asked_about_unless_more_is_said() -> None:
    directory = Directory(
        [
            (1, "汐阳县第二中学", ()),
            (2, "青岚柏草堂大药房", ()),
            (3, "云汐市瀚川精密仪器有限公司", ()),
            (4, "岭桐市中心医院", ()),
        ]
    )
    for doubtful in ("溪阳县第二中学", "松草堂大药房"):
        assert directory.mention(doubtful).ask or not directory.mention(doubtful).candidates
    assert directory.mention("云西市瀚川精密").key == 3
    for other in ("碧桐市中心医院", "瀚海精密仪器", "云汐三建"):
        assert directory.mention(other) == Match(())


@pytest.mark.parametrize("mention", ["柏大附二院", "柏大二附院", "柏原大学二附院"])
def test_the_number_of_an_attached_hospital_stands_on_either_side(directory: Directory, mention: str) -> None:
    assert directory.mention(mention).key == 6
    assert directory.mention(mention.replace("二", "三")) == Match(())


@pytest.mark.parametrize(
    ("message", "key"),
    [
        ("跟明天广告约了周四谈价格", 1),
        ("今日装饰尾款还没回", 2),
        ("联系大客户咨询的孙总", 3),
        ("明天广告部开会", None),
        ("今日装饰材料涨价了吗", None),
        ("明天给大客户发报价", None),
        ("明天开会", None),
    ],
)
def test_a_name_of_everyday_words_is_found_with_its_trade_only(message: str, key: int | None) -> None:
    directory = Directory(
        [(1, "云汐明天广告有限公司", ()), (2, "青岚市今日装饰工程有限公司", ()), (3, "柏原大客户管理咨询公司", ())]
    )
    assert directory.message(message).key == key
    for gone in (1, 2, 3):
        directory.remove(gone)
    assert directory.message(message) == Match(())


@pytest.mark.parametrize(
    ("mention", "key"),
    [
        ("青岚市协安医阮", 1),
        ("青岚远槐精蜜机械", 4),
        ("青岚远愧精密机械有限公司", 4),
        ("青岚远槐精密我机械有限公司", 4),
        ("柏原大学附有属第二医院", 6),
        ("云汐县第三这中学", 3),
    ],
)
def test_a_slip_of_the_eye_or_of_the_hand_is_forgiven(directory: Directory, mention: str, key: int) -> None:
    assert directory.mention(mention).key == key


@pytest.mark.parametrize("mention", ["柏原新大学附属第二医院", "青岚远瑾精密机械有限公司"])
def test_what_may_be_meant_is_no_slip(directory: Directory, mention: str) -> None:
    assert directory.mention(mention).key is None


def test_another_kind_or_ward_is_another_organisation() -> None:
    directory = Directory([(1, "云汐省肿瘤医院", ()), (2, "岭桐市太平镇中心卫生院", ()), (3, "汐阳县客坪乡卫生院", ())])
    for other in ("云汐省中医院", "岭桐市太平镇姚岗卫生院", "汐阳县黄坪乡卫生院"):
        assert directory.mention(other).key is None, other


def test_a_bare_brand_of_a_hospital_and_its_branch_is_asked_about() -> None:
    directory = Directory([(1, "柏原医科大学松湖医院", ()), (2, "柏原医科大学松湖医院北塘院区", ())])
    for text in ("松湖", "上次联系 松湖"):
        match = directory.message(text)
        assert (match.ask, set(match.candidates)) == (True, {1, 2}), text
    assert directory.mention("松湖医院").key == 1
    assert directory.mention("松湖医院北塘院区").key == 2
    company = Directory([(1, "柏原瀚川精密仪器有限公司", ()), (2, "柏原瀚川精密仪器有限公司云汐分公司", ())])
    assert company.mention("瀚川").key == 1


@pytest.mark.parametrize(
    ("message", "key", "span"),
    [
        ("市一培训 周三", 2, "市一"),
        ("松果贸易出证书 周五前", 5, "松果贸易"),
        ("尾款交市一", 2, "市一"),
        ("后天跟协安碰个面", 1, "协安"),
        ("把市一的发票重开一下", 2, "市一"),
    ],
)
def test_an_alias_beside_the_work_that_is_done_is_linked(
    directory: Directory, message: str, key: int, span: str
) -> None:
    match = directory.message(message)
    assert match.key == key
    assert match.span is not None
    assert message[slice(*match.span)] == span


@pytest.mark.parametrize(
    "message",
    [
        "把岭桐矿业集团有限责任公司第六机械厂的发票重开一下",
        "给浦陵县北塘庄恒丰石料加工厂补两箱配件",
        "松果贸易培训学校周三要课桌",
    ],
)
def test_nothing_is_cut_out_of_an_unknown_name(message: str) -> None:
    directory = Directory(
        [
            (1, "岭桐矿业（集团）有限责任公司第二机械厂", ()),
            (2, "汐台县北塘庄恒丰石料加工厂", ()),
            (3, "云汐松果贸易有限公司", ("松果贸易",)),
        ]
    )
    assert directory.message(message).key is None


@pytest.mark.parametrize(
    ("message", "key"),
    [
        ("老地方见，七点", None),
        ("阳光明媚，跑了三家", None),
        ("好日子定在周五", None),
        ("电视大学(北塘分校)要招标", None),
        ("给老地方送两箱酒", 1),
        ("【跟进】阳光 电话 问交期", 2),
        ("好日子酒店的布草周五送", 3),
    ],
)
def test_what_everybody_says_is_a_client_only_when_spoken_of_as_one(message: str, key: int | None) -> None:
    directory = Directory(
        [
            (1, "岭桐老地方餐饮店", ()),
            (2, "青岚阳光物业服务有限公司", ()),
            (3, "汐阳好日子酒店", ()),
            (4, "云汐电视大学（南湖分校）", ()),
        ]
    )
    assert directory.message(message).key == key


@pytest.mark.parametrize(
    ("message", "key", "span"),
    [
        ("云汐三中操场翻新，先报个价", 3, "云汐三中"),
        ("青岚远槐精密机械有限公司夏会计说发票抬头写错了", 4, "青岚远槐精密机械有限公司"),
        ("柏大附二院输送带月底前换完", 6, "柏大附二院"),
        ("云汐松果贸易托盘要退", 5, "云汐松果贸易"),
        ("汐阳的金桐要改包装", 8, "汐阳的金桐"),
    ],
)
def test_a_name_may_end_where_no_known_talk_begins(message: str, key: int, span: str) -> None:
    directory = Directory([*ENTRIES, (8, "汐阳市金桐塑料有限公司", ()), (9, "汐阳县第一小学", ())])
    match = directory.message(message)
    assert match.key == key
    assert match.span is not None
    assert message[slice(*match.span)] == span


@pytest.mark.parametrize("verb", ["出", "传", "绘"])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("砚棠精密", "砚棠精密"),
        ("汐阳砚棠精密科技有限公司", "砚棠精密"),
        ("砚棠织带有限公司", "砚棠织带"),
        ("汐阳市砚棠织带有限公司", "砚棠织带"),
    ],
)
def test_a_name_of_any_trade_may_end_before_a_verb_and_a_thing_nobody_listed(name: str, said: str, verb: str) -> None:
    # The second name holds 密传, so that 精密 and 传 may belong together.
    directory = Directory([(1, name, ()), (2, "岭桐精密传动有限公司", ())])
    match = directory.message(f"给{said}{verb}剖面图")
    assert (match.key, match.span) == (1, (1, 1 + len(said)))


def test_no_name_of_an_unlisted_trade_is_cut_out_of_a_longer_one() -> None:
    directory = Directory([(1, "砚棠织带有限公司", ()), (2, "岭桐精密传动有限公司", ())])
    for longer in ("砚棠织带培训学校", "砚棠织带柳岸分厂", "砚棠织带城南支行", "砚棠织带第三机械厂", "新砚棠织带"):
        assert directory.message(f"给{longer}出剖面图").key is None


def test_only_what_may_settle_a_question_is_looked_up_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    directory = Directory([(1, "汐阳松果塑料有限公司", ()), (2, "岭桐松果塑料有限公司", ())])
    looked_up: list[str] = []
    candidates = directory.candidates

    def counted(text: str, limit: int) -> list[Posted]:
        looked_up.append(text)
        return candidates(text, limit)

    monkeypatch.setattr(directory, "candidates", counted)
    assert directory.message("明天下午去松果塑料送两台打印机").ask
    assert looked_up
    assert not any("去" in text for text in looked_up)


@pytest.mark.parametrize(
    "message",
    [
        "云汐松果贸易培训学校周三要课桌",
        "岭桐瀚川股份有限公司北塘支行的尾款还差三万",
        "汐阳十二中要两台打印机",
        "松果17小要课桌",
        "青岚县自来水公司梅溪水厂的尾款",
    ],
)
def test_no_part_of_a_longer_or_otherwise_numbered_name_is_taken(message: str) -> None:
    directory = Directory(
        [
            (1, "云汐松果贸易有限公司", ()),
            (2, "岭桐瀚川股份有限公司柳岸支行", ()),
            (3, "汐阳市第一中学", ()),
            (4, "松果第一小学", ()),
            (5, "青岚县自来水公司门市部", ()),
        ]
    )
    assert directory.message(message).key is None


def test_what_names_double_is_not_taken_for_typed_twice() -> None:
    directory = Directory([(1, "柏原六建建设集团有限公司北塘分公司", ()), (2, "云汐县六建设备有限公司", ())])
    assert directory.mention("六建建设").key != 2
    assert directory.mention("六建建设集团").key == 1
    assert directory.mention("柏原六建建建设集团").key == 1


@pytest.mark.parametrize(
    ("mention", "key"),
    [("云汐中一院", 1), ("云汐中一医院", 1), ("柏原四验学校", 2), ("岭桐人民一院", 3), ("柏原一院", None)],
)
def test_a_numeral_may_be_a_syllable_of_a_common_word(mention: str, key: int | None) -> None:
    directory = Directory(
        [(1, "云汐县中医院", ()), (2, "柏原实验学校", ()), (3, "岭桐县人民医院", ()), (4, "柏原医院", ())]
    )
    assert directory.mention(mention).key == key


def test_several_that_hold_the_words_are_asked_about_and_sites_of_one_organisation_too() -> None:
    directory = Directory(
        [
            (1, "青岚市瀚川暖通设备制造厂", ()),
            (2, "云汐瀚川连锁药业有限公司北塘店", ()),
            (3, "柏原大学附属第一医院（柳岸院区）", ()),
            (4, "柏原大学附属第一医院（总院）", ()),
            (5, "岭桐松果贸易有限公司", ()),
            (6, "岭桐松果贸易有限公司停车场", ()),
        ]
    )
    for text, keys in (("瀚川", {1, 2}), ("柏大附一院", {3, 4})):
        match = directory.mention(text)
        assert (match.ask, set(match.candidates)) == (True, keys), text
    assert directory.mention("松果贸易").key == 5
    assert directory.message("松果停车场的道闸报价改好了").key == 6


def test_characters_scattered_over_a_name_are_no_short_form_of_it() -> None:
    directory = Directory([(1, "云汐市波远电信器材厂", ()), (2, "青岚大学附属第二医院", ()), (3, "柏原药科大学", ())])
    assert directory.mention("示波器") == Match(())
    assert directory.mention("岭大附二院").key is None
    assert directory.mention("柏药").key == 3


@pytest.mark.parametrize(
    "message", ["已平安到家，明天见", "一起学习新产品资料", "开门红业绩完成了", "小米那台平板谁借走了"]
)
def test_what_is_said_of_things_and_days_is_no_client(message: str) -> None:
    directory = Directory(
        [
            (1, "岭桐平安到家家政服务部", ()),
            (2, "青岚一起学托育中心", ()),
            (3, "柏原开门红商贸有限公司", ()),
            (4, "云汐小米农产品有限公司", ()),
        ]
    )
    assert directory.message(message).key is None
