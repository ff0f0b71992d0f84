"""Promises without their keyword: what sounds like one, and what only tells, asks or is somebody else's."""

from __future__ import annotations

import pytest

from bot.calendar import Calendar
from handlers.language.promise import Promise, read_promise
from tests.support import at

NOW = at("2026-11-23 10:00")
PEOPLE = ("周牧野", "沈知夏")


def known(words: str) -> bool:
    return "白鹭" in words


@pytest.mark.parametrize(
    ("text", "promise"),
    [
        ("周四前把目录寄给白鹭酒店", Promise("把目录寄给白鹭酒店", at("2026-11-26 18:00"))),
        ("明天带样品过去 帮我记着", Promise("带样品过去", at("2026-11-24 18:00"))),
        ("答应了白鹭酒店周五前给报价，帮我记一下", Promise("答应了白鹭酒店给报价", at("2026-11-27 18:00"))),
        ("下周三下午两点和白鹭开会", Promise("和白鹭开会", at("2026-12-02 14:00"))),
        ("我跟白鹭说好了周五之前送车贴 你记着", Promise("我跟白鹭说好了送车贴", at("2026-11-27 18:00"))),
    ],
)
def test_a_promise_and_its_date(text: str, promise: Promise) -> None:
    assert read_promise(text, NOW, Calendar(), PEOPLE, known) == promise


@pytest.mark.parametrize(
    "text",
    [
        "上午给白鹭打了个电话 他们主任说下月再看",
        "周五前给白鹭报价了吗",
        "让沈知夏周五前把合同寄给白鹭",
        "给白鹭寄样",
        "刚给白鹭打完电话，说周四答复",
        "周四和老同学吃饭",
        "下周三和苍鹭开会",
        "周四白鹭开业",
    ],
)
def test_what_tells_asks_has_no_date_or_is_anothers(text: str) -> None:
    assert read_promise(text, NOW, Calendar(), PEOPLE, known) is None
