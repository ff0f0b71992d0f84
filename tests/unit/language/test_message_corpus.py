"""Reports, leads and contacts scored over invented messages of six trades (`tests/corpus/messages.jsonl`).

Each line holds a message and the record it should become. A field counts as right when it is equal; as invented when
nothing was told and something was read.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.language.commands import report_words
from handlers.language.contact import read_contact
from handlers.language.lead import read_lead
from handlers.language.report import read_report

CORPUS = Path(__file__).parents[2] / "corpus" / "messages.jsonl"
MESSAGES: list[dict[str, Any]] = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]


def read(message: dict[str, Any]) -> dict[str, Any]:
    """The fields our readers make of one message, lists for tuples; empty when they make nothing of it."""
    text: str = message["text"]
    record: Any
    if message["kind"] == "report":
        rest = report_words(text)
        assert rest is not None, text
        record = read_report(rest)
    elif message["kind"] == "lead":
        record = read_lead(text)
    elif message["kind"] == "contact":
        record = read_contact(text)
    else:
        record = read_lead(text) or read_contact(text)
    return json.loads(json.dumps(dataclasses.asdict(record))) if record else {}


def compared(kind: str) -> Iterator[tuple[str, str, Any, Any]]:
    """Message id, field, expected and read value, over all messages of `kind`."""
    for message in MESSAGES:
        if message["kind"] == kind:
            found = read(message)
            for field, expected in message["expect"].items():
                yield message["id"], field, expected, found.get(field)


def test_the_corpus_is_large_and_has_no_line_twice() -> None:
    assert len(MESSAGES) >= 420
    assert len({message["text"] for message in MESSAGES}) == len(MESSAGES)


@pytest.mark.parametrize("kind", ["report", "lead", "contact"])
def test_at_least_95_of_100_fields_are_right(kind: str) -> None:
    rows = list(compared(kind))
    wrong = [row for row in rows if row[2] != row[3]]
    assert len(wrong) <= 0.05 * len(rows), wrong


@pytest.mark.parametrize("kind", ["report", "lead", "contact"])
def test_no_field_is_invented(kind: str) -> None:
    assert [row for row in compared(kind) if not row[2] and row[3] and row[1] != "lacks"] == []


def test_other_messages_become_nothing() -> None:
    assert {message["text"]: read(message) for message in MESSAGES if message["kind"] == "none" and read(message)} == {}


PIECES = st.sampled_from(
    [
        *"今明日天问题：；，。 \n1.2、(（【】✅①@+¥万w亿三十-",
        "需要支持",
        "王主任",
        "13912340001",
        "官网",
        "上海",
        "客户：",
        "电话",
        "预算",
        "拜访",
        "𠮷",
    ]
)
JUMBLE = st.lists(PIECES | st.characters(), max_size=40).map("".join)


@settings(database=None, derandomize=True, deadline=None)
@given(JUMBLE)
def test_a_report_of_any_text_holds_only_words_of_that_text(text: str) -> None:
    report = read_report(text)
    written = "".join(text.split())
    for item in (*report.done, *report.plan, *report.problems, *report.help):
        assert item.strip() == item != ""
        assert "".join(item.split()) in written


@settings(database=None, derandomize=True, deadline=None)
@given(JUMBLE)
def test_a_lead_or_contact_of_any_text_holds_only_words_of_that_text(text: str) -> None:
    lead, contact = read_lead(f"线索 {text}"), read_contact(f"【跟进】{text}")
    assert lead is not None
    assert contact is not None
    assert all(part in text for part in (lead.client, lead.contact, contact.person, *lead.mentions) if part)
    assert lead.budget is None or lead.budget > 0
