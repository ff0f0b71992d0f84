"""What two or three characters of a message mean, and where a name told as a whole ends."""

from __future__ import annotations

import pytest

from handlers.language.names import Directory, Match
from handlers.language.names_brief import is_called, may_be_called


@pytest.fixture(scope="module")
def directory() -> Directory:
    return Directory(
        [
            (1, "岭桐市榆钱电器框架加工厂", ()),
            (2, "云汐嘉芳家纺有限公司", ()),
            (3, "汐阳市留溪营镇中心小学", ()),
            (4, "柏原松果酒窖管理有限公司", ()),
            (5, "青岚林业大学", ()),
            (6, "柏原大学附属砚湖医院", ()),
            (7, "云汐县砚棠织带有限公司", ()),
            (8, "汐阳红三泰广告有限公司", ()),
        ]
    )


@pytest.mark.parametrize(
    "message",
    ["把框架合同寄出", "等甲方回话", "留溪那边下大雪", "窗口的灯坏了", "晚点给嘉方回话"],
)
def test_a_short_word_that_is_no_brand_is_nobody(directory: Directory, message: str) -> None:
    assert directory.message(message) == Match(())


@pytest.mark.parametrize(
    ("message", "key"),
    [("给嘉芳寄样", 2), ("榆钱的尾款到了", 1), ("青林要两台打印机", 5), ("砚湖的合同盖章了", 6), ("给松果发报价", 4)],
)
def test_a_brand_or_the_short_form_of_a_university_is_linked(directory: Directory, message: str, key: int) -> None:
    assert directory.message(message).key == key


def test_goods_behind_what_may_be_a_place_are_asked_about_unless_spoken_of_as_somebody(directory: Directory) -> None:
    assert directory.message("酒窖周三验收").key is None
    assert not is_called("酒窖", "利普酒窖管理有限公司", addressed=False)
    assert is_called("瀚川", "岭桐瀚川管理有限公司", addressed=True)
    assert not may_be_called("管理", "岭桐瀚川管理有限公司")


@pytest.mark.parametrize(
    ("message", "key"),
    [
        ("云汐县砚堂织带压光机轴承温度高", 7),
        ("云汐砚棠织代压光机轴承温度高", 7),
        ("汐阳红山泰广告的灯箱空出来了", 8),
        ("云汐县砚堂织带培训学校要课桌", None),
    ],
)
def test_a_misspelt_name_told_as_a_whole_ends_before_words_nobody_listed(
    directory: Directory, message: str, key: int | None
) -> None:
    assert directory.message(message).key == key


def test_sites_of_a_hospital_are_asked_about_by_its_short_form() -> None:
    directory = Directory([(1, "柏原大学附属第二医院（松涛院区）", ()), (2, "柏原大学附属第二医院（北塘院区）", ())])
    match = directory.mention("柏大附二院")
    assert (match.ask, set(match.candidates)) == (True, {1, 2})
