"""The commands nearest to a message that none of them took: by what its words are about, and by who asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from handlers.language.record_act import read_record_act
from handlers.language.subject import Subject, read_subject
from handlers.language.text import fold
from handlers.talk import Talk
from prompts import HELP
from storage import people

_LONGEST = 80
# What is asked or told of something, and the topics that serve it; the stronger first.
_ASKED_OF: Mapping[str, Sequence[str]] = {
    "person": ("lists", "report"),
    "client": ("client", "last_contact"),
    "team": ("report", "lists"),
}
_TOLD_OF: Mapping[str, Sequence[str]] = {
    "person": ("commitment", "transfer"),
    "client": ("contact", "commitment"),
    "dated": ("commitment",),
}
_POINTS = (3, 2)
# An order whose number is no record's.
_ORDERED = 9
_ACTS: Mapping[str, str] = {"完成": "done", "延期": "postpone", "取消": "cancel", "改": "correct", "静音": "mute"}
_LEAST = 2
_FIRST_NEEDED = ("commitment", "report")
_LEADERS_NEED = ("report", "lists")


def nearest(talk: Talk, count: int = 2) -> list[str]:
    """Commands to try, as one would write them, the nearest first; those people need first where nothing is near.

    A leader is pointed to what shows the team, and nobody else is. `count` bounds how many.
    """
    text = talk.text[:_LONGEST]
    folded = fold(text)
    subject = read_subject(text, talk.now, talk.calendar, talk.roster())
    leads = people.leads(talk.me)
    spoken_of = _spoken_of(subject, leads, named=bool(talk.directory.message(text).candidates), own="我" in folded)
    points: Counter[str] = Counter()
    for topic, entry in HELP.items():
        points[topic] += 2 * _letters(entry["words"], folded) + _letters(entry.get("about", ()), folded)
    for what, topics in (_ASKED_OF if subject.asks else _TOLD_OF).items():
        if what in spoken_of:
            for topic, more in zip(topics, _POINTS, strict=False):
                points[topic] += more
    act = read_record_act(text)
    if act is not None:
        points[_ACTS[act.act]] += _ORDERED
    likely = [topic for topic, scored in points.most_common() if scored >= _LEAST]
    needed = _LEADERS_NEED if leads else _FIRST_NEEDED
    topics = list(dict.fromkeys([*likely, *needed]))[:count]
    return [_example(HELP[topic], spoken_of) for topic in topics]


def _spoken_of(subject: Subject, leads: bool, *, named: bool, own: bool) -> Collection[str]:
    # What others do is shown to those above them; a promise may be given to anybody.
    facets = {
        "person": subject.person and (leads or not subject.asks),
        "client": named,
        "late": subject.late,
        "team": leads and (subject.team or not (named or own)),
        "dated": subject.dated,
    }
    return [name for name, there in facets.items() if there]


def _letters(words: Sequence[str], text: str) -> int:
    """How many letters of `text` the longest of the words in it accounts for."""
    return max((len(word) for word in words if fold(word) in text), default=0)


def _example(entry: Mapping[str, Any], spoken_of: Collection[str]) -> str:
    """How a command is written: as it is for what was spoken of, else as it is written first in the help."""
    examples: Mapping[str, str] = entry.get("nearest", {})
    fitting = (example for what, example in examples.items() if what in spoken_of)
    return next(fitting, None) or entry["short"].split(" · ")[0]
