"""The parts of name matching: canonical form, sounds, alignment, index."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.language.names_index import GramIndex
from handlers.language.names_rank import align, query
from handlers.language.names_sound import sounds, typed_pinyin
from handlers.language.names_spot import read
from handlers.language.names_text import canonical, canonical_text, number_of
from handlers.language.names_words import core, split_words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("第十二中学", "第12中学"),
        ("五〇六医院", "506医院"),
        ("第一百零五厂", "第105厂"),
        ("青岚（云汐）公司", "青岚(云汐) 公司"),
        ("雲汐醫院", "云汐医院"),
        ("ＴＫＲ電子", "tkr电子"),
    ],
)
def test_canonical_form_takes_writing_habits_out(one: str, other: str) -> None:
    assert canonical(one).text == canonical(other).text


@given(st.text(alphabet="云汐一二十百〇0123 （）abＡ第院", max_size=30))
def test_the_quick_canonical_form_is_the_same(text: str) -> None:
    assert canonical_text(text) == canonical(text).text


def test_numbers_are_one_character_each() -> None:
    text = canonical("第十二门市部").text
    assert len(text) == 5
    assert number_of(text[1]) == 12
    assert canonical("第二门市部").text != text


@given(st.text(alphabet="云汐一二十百0123 （）abＡ第院", max_size=30))
def test_canonical_offsets_point_into_the_text(text: str) -> None:
    form = canonical(text)
    assert len(form.text) == len(form.starts) == len(form.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(form.starts, form.ends, strict=True))
    assert list(form.starts) == sorted(form.starts)


@pytest.mark.parametrize(("one", "other"), [("中", "综"), ("鑫", "星"), ("石", "斯"), ("宿", "树"), ("蓝", "南")])
def test_confusable_sounds_are_the_same(one: str, other: str) -> None:
    assert sounds(one) == sounds(other)


def test_typed_pinyin_is_read_in_every_way() -> None:
    assert sounds("云汐") in {sounds(way) for way in typed_pinyin("yunxi")}
    assert sounds("西安") in {sounds(way) for way in typed_pinyin("xian")}
    assert typed_pinyin("tkr") == ()


def test_words_cover_the_name_without_gaps() -> None:
    name = canonical("青岚市远槐精密机械有限公司第三分公司").text
    words = split_words(name)
    assert words[0][0] == 0
    assert words[-1][1] == len(name)
    assert all(left[1] == right[0] for left, right in itertools.pairwise(words))


def test_core_is_never_empty() -> None:
    assert core("远槐有限公司") == "远槐"
    assert core("有限公司") == "有限公司"


def test_alignment_prefers_word_starts() -> None:
    name, coincidence = "柏原林业大学", "松柏林原大饭店"
    asked = query("柏林大", [1.0, 1.0, 1.0], [0, 0])
    assert align(asked, name, sounds(name)).places == (0, 2, 4)
    assert align(asked, name, sounds(name)).score > align(asked, coincidence, sounds(coincidence)).score


def test_alignment_never_takes_one_number_for_another() -> None:
    asked = query(canonical("云汐四中").text, [1.0] * 4, [0] * 3)
    name = canonical("云汐十中").text
    assert align(asked, name, sounds(name)).places[2] == -1


def test_index_forgets_dropped_names() -> None:
    index = GramIndex()
    kept, gone = index.add("云汐松果贸易"), index.add("云汐松果商行")
    index.drop(gone)
    assert index.candidates("松果", 5) == [kept]
    assert len(index) == 1


def test_a_name_is_not_cut_where_no_talk_begins() -> None:
    text = "拜访远槐阀门厂"
    reading = read(text, lambda pair: pair == "远槐", tuple(text))
    assert (2, 7) in {(span.start, span.end) for span in reading.spans}
    assert (2, 4) not in {(span.start, span.end) for span in reading.spans if not span.loose}


def test_import_is_light() -> None:
    script = "import sys, handlers.language.names; print('pypinyin' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
