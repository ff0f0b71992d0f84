"""Telephone numbers, and the numbers that only look like one."""

from __future__ import annotations

import pytest

from handlers.language.phones import find_phones, normalise_phone


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in find_phones(text)]


@pytest.mark.parametrize(
    ("text", "written", "normal"),
    [
        ("打 13912340001 找他", "13912340001", "13912340001"),
        ("139 1234 0001", "139 1234 0001", "13912340001"),
        ("139-1234-0001", "139-1234-0001", "13912340001"),
        ("139 123 40001", "139 123 40001", "13912340001"),
        ("+86 139-1234-0001", "+86 139-1234-0001", "13912340001"),
        ("(+86)13912340001", "(+86)13912340001", "13912340001"),
        ("008613912340001", "008613912340001", "13912340001"),
        ("钱总13912340001微信同号", "13912340001", "13912340001"),
        ("Tel:13912340001", "13912340001", "13912340001"),
        ("１３９１２３４０００１", "１３９１２３４０００１", "13912340001"),
        ("号码是幺三九一二三四零零零幺", "幺三九一二三四零零零幺", "13912340001"),
        ("座机021-12345678", "021-12345678", "021-12345678"),
        ("（021）6234 5678", "（021）6234 5678", "021-62345678"),
        ("0512-6234567转801", "0512-6234567转801", "0512-6234567-801"),
        ("075586123456", "075586123456", "0755-86123456"),
        ("400-123-4567", "400-123-4567", "4001234567"),
        ("4001234567", "4001234567", "4001234567"),
    ],
)
def test_a_number_is_found_as_written_and_normalised(text: str, written: str, normal: str) -> None:
    assert found(text) == [written]
    assert normalise_phone(written) == normal


@pytest.mark.parametrize(
    "text",
    [
        "订单号13912340001",
        "合同编号：13912340001",
        "HT13912340001",
        "金额13912340001元",
        "139123400012",
        "完成 13 14 15 16 17 18",
        "2026-11-23 18:05",
        "预算 1280000 元",
        "0.0212345678",
        "",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_several_numbers_come_in_order() -> None:
    text = "张 13912340001，座机 010-82345678，热线 400-810-1234"
    assert found(text) == ["13912340001", "010-82345678", "400-810-1234"]
