from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.text import byte_length, clean, json_length, split_text

NUMBER = re.compile(r"\A（\d+/\d+）\n")


def bodies(parts: list[str]) -> list[str]:
    return [NUMBER.sub("", part) for part in parts] if len(parts) > 1 else parts


def solid(text: str) -> str:
    return "".join(text.split())


def test_a_short_text_stays_as_it_is() -> None:
    assert split_text("好的\n收到", 2048) == ["好的\n收到"]
    assert split_text("  \n ", 2048) == []


def test_exactly_the_limit_is_one_part_and_one_byte_more_is_two() -> None:
    text = "签" * 682 + "ab"
    assert byte_length(text) == 2048
    assert split_text(text, 2048) == [text]
    assert len(split_text(text + "c", 2048)) == 2


def test_cuts_are_made_between_lines() -> None:
    lines = [f"第{number}行:回访一家客户" for number in range(100)]
    parts = split_text("\n".join(lines), 300)

    assert [line for part in bodies(parts) for line in part.split("\n")] == lines
    assert [part.split("\n")[0] for part in parts] == [f"（{n}/{len(parts)}）" for n in range(1, len(parts) + 1)]


def test_without_lines_cuts_are_made_between_sentences() -> None:
    parts = split_text("今天拜访两家客户。" * 60, 200)
    assert all(part.endswith("。") for part in parts)


def test_a_line_longer_than_a_part_is_cut_between_characters() -> None:
    parts = split_text("签" * 5000, 2048)
    assert "".join(bodies(parts)) == "签" * 5000
    assert all(2048 - 3 - 20 < byte_length(part) <= 2048 for part in parts[:-1])


def test_an_emoji_of_several_code_points_stays_whole() -> None:
    family = "👩‍👩‍👧‍👦"
    for shift in range(30):
        parts = bodies(split_text("x" * shift + family * 40, 120))
        assert all(part.lstrip("x").replace(family, "") == "" for part in parts)


def test_more_parts_than_nine_still_fit() -> None:
    parts = split_text("签" * 4000, 100)
    assert len(parts) > 100
    assert all(byte_length(part) <= 100 for part in parts)


def test_a_limit_without_room_is_an_error() -> None:
    with pytest.raises(ValueError, match="no room"):
        split_text("签" * 100, 20)


@given(text=st.text(max_size=3000), limit=st.integers(80, 400))
def test_nothing_is_lost_and_no_part_is_too_long(text: str, limit: int) -> None:
    for cost in (byte_length, json_length):
        parts = split_text(clean(text), limit, cost)
        assert all(cost(part) <= limit for part in parts)
        assert solid("".join(bodies(parts))) == solid(clean(text))


@given(text=st.text(st.characters(codec=None)))
def test_clean_text_can_always_be_stored(text: str) -> None:
    cleaned = clean(text)
    assert "\0" not in cleaned
    assert cleaned.encode().decode() == cleaned


def test_json_length_counts_escapes() -> None:
    assert json_length('签"\n') == 3 + 2 + 2
