"""What a sentence without a keyword asks for: one of these topics, about whom or what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Topic = Literal[
    "last_contact",
    "client",
    "timeline",
    "lists_mine",
    "lists_team",
    "lists_overdue",
    "lists_person",
    "lists_client",
    "report_missing",
    "report_show",
    "report_summary",
    "report_draft",
    "done",
    "leave",
    "travel",
    "help",
    "who",
    "who_follows",
]


@dataclass(frozen=True, slots=True)
class Sentence:
    """The command a sentence asks for.

    `words` is what is left, folded: the name of a client for last_contact, client, timeline, who_follows and
    lists_client; the matter for done; days with what belongs to them for leave, travel and report_show; a help topic.
    `person` is the roster name meant, for lists_person and report_show; None for report_show means one's own.
    What is not `sure` was guessed, its `words` are the whole message: to be asked about.
    """

    topic: Topic
    words: str = ""
    person: str | None = None
    sure: bool = True
