"""Commitments scored over invented messages (`tests/corpus/deadlines.jsonl`), most of them written to mislead.

Each line holds a message, when it was sent, the items it should become, derived from the contract by hand, and what it
tries. `matter_any` lists matters that are all right; the first of them is `matter`.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.calendar import Calendar
from handlers.language.clauses import Item, commitments

CORPUS = Path(__file__).parents[2] / "corpus" / "deadlines.jsonl"
MESSAGES: list[dict[str, Any]] = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
TAGS = sorted({message["tag"] for message in MESSAGES})
CALENDAR = Calendar()


def read(message: dict[str, Any]) -> tuple[Item, ...]:
    return commitments(message["text"], datetime.fromisoformat(message["now"]), CALENDAR)


def due_is_right(expected: dict[str, Any], item: Item) -> bool:
    due = item.due.strftime("%Y-%m-%dT%H:%M") if item.due else None
    return (due, item.issue) == (expected["due"], expected["issue"])


def is_right(message: dict[str, Any]) -> bool:
    """Whether all items are there, none too many, each with its matter and its deadline."""
    items = read(message)
    return len(items) == len(message["items"]) and all(
        due_is_right(expected, item) and item.matter in expected.get("matter_any", [expected["matter"]])
        for expected, item in zip(message["items"], items, strict=True)
    )


def test_the_corpus_is_large_and_has_no_line_twice() -> None:
    assert len(MESSAGES) >= 500
    assert len({(message["text"], message["now"]) for message in MESSAGES}) == len(MESSAGES)


def test_97_of_100_messages_are_wholly_right() -> None:
    wrong = [message["text"] for message in MESSAGES if not is_right(message)]
    assert len(wrong) <= 0.03 * len(MESSAGES), wrong


@pytest.mark.parametrize("tag", TAGS)
def test_of_every_kind_at_most_one_message_in_twenty_is_wrong(tag: str) -> None:
    messages = [message for message in MESSAGES if message["tag"] == tag]
    wrong = [message["text"] for message in messages if not is_right(message)]
    assert len(wrong) <= 0.05 * len(messages), wrong


def test_99_of_100_deadlines_are_right() -> None:
    rows = [(message, expected, index) for message in MESSAGES for index, expected in enumerate(message["items"])]
    wrong = []
    for message, expected, index in rows:
        items = read(message)
        if index >= len(items) or not due_is_right(expected, items[index]):
            wrong.append(message["text"])
    assert len(wrong) <= 0.01 * len(rows), wrong


def test_no_date_is_invented_from_a_time_of_the_matter() -> None:
    quiet = [message for message in MESSAGES if all(item["issue"] == "none" for item in message["items"])]
    assert len(quiet) >= 80
    assert [message["text"] for message in quiet if any(item.due for item in read(message))] == []
