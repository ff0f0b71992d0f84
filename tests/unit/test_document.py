"""The daily report as a PDF: what it holds, what it leaves out, and that facts stay data."""

from __future__ import annotations

import copy
import struct
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pypdfium2
import pytest

from prompts.document import render_pdf, render_png

FACTS: dict[str, Any] = {
    "person": "钱多多",
    "department": "销售一部",
    "region": "上海",
    "supervisor": "陈静",
    "day": "2026-11-23",
    "weekday": "周一",
    "version": 1,
    "submitted": "11月23日 周一 18:05",
    "counts": [{"label": "拜访", "value": 2}, {"label": "联系", "value": 0}],
    "done": ["拜访蓝湾口腔，看了样机", "电话恒泰五金"],
    "plan": ["签补充协议"],
    "problems": ["交期太长"],
    "help": ["请技术部出方案"],
    "commitments": [
        {"number": 12, "client": "蓝湾口腔", "matter": "寄三证", "due": "11月25日 周三 18:00", "state": "open"},
        {"number": 9, "client": "恒泰五金", "matter": "回复返点", "due": "11月23日 周一 18:00", "state": "done"},
        {"number": 7, "client": "远大建材", "matter": "补报告", "due": "11月20日 周五 18:00", "state": "overdue"},
    ],
    "contacts": [{"number": 3, "client": "蓝湾口腔", "channel": "拜访", "text": "王主任问交期", "time": "10:20"}],
}


def facts(**changes: object) -> dict[str, Any]:
    return {**copy.deepcopy(FACTS), **changes}


def pages(pdf: bytes) -> list[str]:
    """The text of each page, without the white space that layout puts in."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        texts = []
        for page in document:
            text = page.get_textpage()
            texts.append("".join(text.get_text_range().split()))
            text.close()
            page.close()
        return texts
    finally:
        document.close()


def test_every_fact_can_be_read_in_the_document() -> None:
    [page] = pages(render_pdf("daily_report", FACTS))
    for words in (
        "钱多多", "销售一部", "主管陈静", "2026年11月23日", "11月23日周一18:05提交", "今日完成", "看了样机",
        "明日计划", "签补充协议", "交期太长", "请技术部出方案", "#12", "进行中", "已兑现", "已逾期",
        "寄三证", "王主任问交期", "10:20", "第1页/共1页",
    ):  # fmt: skip
        assert words in page


def test_empty_sections_are_left_out() -> None:
    [page] = pages(
        render_pdf(
            "daily_report",
            facts(plan=[], problems=[], help=[], commitments=[], contacts=[], counts=[], supervisor="", region=""),
        )
    )
    assert "今日完成" in page
    for words in ("明日计划", "遇到的问题", "需要支持", "承诺", "客户联系", "主管"):
        assert words not in page


def test_a_later_version_says_so() -> None:
    assert "第2版" in pages(render_pdf("daily_report", facts(version=2)))[0]
    assert "版" not in pages(render_pdf("daily_report", FACTS))[0]


def test_a_long_table_repeats_its_head_on_every_page() -> None:
    rows = [
        {"number": n, "client": "蓝湾口腔", "channel": "电话", "text": "问交期", "time": "10:20"}
        for n in range(100, 170)
    ]
    found = pages(render_pdf("daily_report", facts(contacts=rows)))
    assert len(found) > 1
    assert all("编号时间客户方式内容" in page for page in found if "问交期" in page)
    assert sum(page.count("#1") for page in found) >= 70
    assert f"第{len(found)}页/共{len(found)}页" in found[-1]


def test_long_words_wrap_instead_of_running_off_the_page() -> None:
    words = "低温附着力不够" * 60
    assert words in "".join(pages(render_pdf("daily_report", facts(done=[words], problems=[words]))))


def test_markup_in_facts_is_only_text() -> None:
    hostile = '#panic("x") *b* _i_ $x$ \\ <tag> @ref https://example.com // `raw` [c]'
    [page] = pages(render_pdf("daily_report", facts(done=[hostile], person="#person")))
    assert "".join(hostile.split()) in page
    assert "#person" in page


def test_a_glyph_that_no_font_has_becomes_a_geta_mark() -> None:
    [page] = pages(render_pdf("daily_report", facts(done=["王喆堃在，𠮷字没有，\x07\ud800👍🏽好"])))
    assert "王喆堃在，〓字没有，〓👍" in page


def test_the_same_facts_give_the_same_bytes() -> None:
    assert render_pdf("daily_report", FACTS) == render_pdf("daily_report", copy.deepcopy(FACTS))


def test_threads_may_render_at_once() -> None:
    people = [f"钱多{number}" for number in range(24)]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda person: render_pdf("daily_report", facts(person=person)), people))
    assert all(person in pages(pdf)[0] for person, pdf in zip(people, made, strict=True))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"person": None}, "person must be text"),
        ({"day": "23.11.2026"}, "YYYY-MM-DD"),
        ({"done": "拜访"}, "done must be a list"),
        ({"done": [1]}, "done must hold text only"),
        ({"version": "1"}, "version must be a whole number"),
        ({"commitments": [{"number": 1}]}, "commitments must have client"),
        ({"commitments": [{**FACTS["commitments"][0], "state": "late"}]}, "state must be"),
    ],
)
def test_facts_of_another_shape_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        render_pdf("daily_report", facts(**changes))


@pytest.mark.parametrize("name", ["weekly", "../document", "daily_report.typ", ""])
def test_an_unknown_template_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no document template"):
        render_pdf(name, FACTS)


def test_a_picture_has_the_size_of_its_page() -> None:
    [picture] = render_png("daily_report", FACTS, zoom=1.0)
    assert picture.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", picture[16:24])
    # A4 at 96 pixels an inch.
    assert (width, height) == (794, 1123)
