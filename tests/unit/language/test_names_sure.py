"""When a name is surely the one that was meant, and when another one may be."""

from __future__ import annotations

import pytest

from handlers.language.names import Directory, Match
from handlers.language.names_sound import near_keys


@pytest.fixture(scope="module")
def directory() -> Directory:
    return Directory(
        [
            (1, "青岚市远槐精密机械有限公司", ()),
            (2, "云汐县人民医院", ()),
            (3, "汐阳市砚达国际拍卖有限公司", ()),
            (4, "岚怡投资有限公司", ()),
            (5, "岭桐中意印刷厂", ()),
            (6, "柏原市砚特机电有限公司", ()),
            (7, "汐阳市砚特电机电器厂", ()),
            (8, "岭桐市第三建设工程有限公司", ()),
        ]
    )


@pytest.mark.parametrize("mention", ["青岚市远槐达精密机械有限公司", "青岚市新远槐精密机械", "青岚市远槐瀚精密机械"])
def test_a_character_more_at_the_edge_of_a_brand_may_be_another_brand(directory: Directory, mention: str) -> None:
    assert directory.mention(mention).key is None


@pytest.mark.parametrize("mention", ["青岚市远槐的精密机械有限公司", "青岚市远槐精密机大械有限公司"])
def test_a_character_typed_by_the_way_is_none(directory: Directory, mention: str) -> None:
    assert directory.mention(mention).key == 1


def test_a_character_that_makes_another_kind_is_meant(directory: Directory) -> None:
    assert directory.mention("云汐县人民中医院") == Match(())


def test_a_key_beside_the_right_one_is_a_slip_in_a_long_name(directory: Directory) -> None:
    assert directory.mention("汐阳市砚发国际拍卖有限公司").key == 3
    assert directory.mention("汐阳市砚坤国际拍卖有限公司").key is None


@pytest.mark.parametrize(
    ("one", "other", "near"), [("发", "达", True), ("马", "纳", True), ("达", "他", False), ("发", "发", False)]
)
def test_keys_are_near_that_touch(one: str, other: str, near: bool) -> None:
    assert near_keys(one, other) is near


def test_a_brand_that_some_name_holds_as_it_is_written_is_asked_about(directory: Directory) -> None:
    assert directory.mention("中意投资").key is None
    assert directory.mention("岭桐中意印刷").key == 5


def test_two_that_hold_the_brand_and_the_trade_are_asked_about(directory: Directory) -> None:
    match = directory.mention("砚特机电")
    assert (match.ask, set(match.candidates)) == (True, {6, 7})
    assert directory.mention("柏原市砚特机电").key == 6


def test_a_place_may_be_said_after_the_brand() -> None:
    directory = Directory([(1, "苏州远槐精密机械有限公司", ()), (2, "岭桐砚棠织带厂", ())])
    assert directory.mention("远槐苏州").key == 1
    assert directory.mention("远槐杭州") == Match(())
