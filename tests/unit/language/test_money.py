"""Amounts of money, and the numbers that are none."""

from __future__ import annotations

import pytest

from handlers.language.money import find_amounts, read_amount


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("30万", 300_000),
        ("3.5w", 35_000),
        ("５０Ｗ", 500_000),
        ("¥128,000", 128_000),
        ("￥128,000.00", 128_000),
        ("1.2亿", 120_000_000),
        ("1亿2000万", 120_000_000),
        ("五十万", 500_000),
        ("一百二十万", 1_200_000),
        ("两萬五", 25_000),
        ("三万五千", 35_000),
        ("12万8", 128_000),
        ("二十来万", 200_000),
        ("30多万", 300_000),
        ("30-50万", 500_000),
        ("30万到50万", 500_000),
        ("20~30w", 300_000),
        ("三四十万", 400_000),
        ("两三万", 30_000),
        ("1280元", 1_280),
        ("五千块钱", 5_000),
        ("3千左右", 3_000),
        ("RMB 50万", 500_000),
        ("预算300000", 300_000),
        ("预算大概是三十万", 300_000),
        ("30万5月签", 300_000),
        ("300000", 300_000),
    ],
)
def test_an_amount_is_read_in_yuan(text: str, yuan: int) -> None:
    assert read_amount(text) == yuan


@pytest.mark.parametrize(
    "text",
    [
        "", "几十万", "十几万", "3万件",
        "3万5件", "10万级洁净室", "周一万达见", "一万科员工", "30万美元", "三千克", "4K屏",
        "两块屏", "11月23日", "13912340001", "预算30", "HT30万", "三点半",
    ],
)  # fmt: skip
def test_what_is_no_amount_stays_unread(text: str) -> None:
    assert read_amount(text) is None


def test_offsets_point_at_the_amount_without_its_label() -> None:
    text = "报价 30万，预算：５０万 左右"
    assert [(text[start:end], yuan) for start, end, yuan in find_amounts(text)] == [
        ("30万", 300_000),
        ("５０万", 500_000),
    ]
