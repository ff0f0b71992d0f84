"""The commands nearest to a message that none of them took: what it is like, what its words are about, who asks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from handlers.language.record_act import read_record_act
from handlers.language.sentences_guessed import likeness, ranked
from handlers.language.sentences_learned import TALK
from handlers.language.subject import Subject, read_subject
from handlers.language.text import fold
from handlers.talk import Talk
from prompts import HELP
from storage import people

_LONGEST = 80
# What a message may be like: the topic of the help that serves it and which of its examples; else by its own name.
_SERVED: Mapping[str, tuple[str, str]] = {
    "who_follows": ("client", ""),
    "lists_mine": ("lists", ""),
    "lists_team": ("lists", "team"),
    "lists_overdue": ("lists", "late"),
    "lists_person": ("lists", "person"),
    "lists_client": ("lists", "client"),
    "report_draft": ("report", ""),
    "report_show": ("report", "person"),
    "report_summary": ("report", "team"),
    "travel": ("leave", "travel"),
}
# What is asked or told of something, and the commands that serve it; the stronger first.
_ASKED_OF: Mapping[str, Sequence[str]] = {
    "late": ("lists_overdue",),
    "person": ("lists_person", "report_show"),
    "client": ("client", "last_contact"),
    "team": ("report_summary", "lists_team"),
}
_TOLD_OF: Mapping[str, Sequence[str]] = {
    "person": ("commitment", "transfer"),
    "client": ("contact", "commitment"),
    "dated": ("commitment",),
}
_POINTS = (3, 2)
# What others do is shown to those above them.
_LEADERS = frozenset({"lists_team", "lists_person", "report_show", "report_summary"})
# The answer points to the help as it is.
_SAID_ANYWAY = frozenset({"help"})
# A letter of a word of the help counts as much as this much likeness. On the lines of other hands 3 to 20 put the right
# command among the first two a little oftener than likeness alone; talk, of which likeness says little, wants more.
_LETTER = 12
# An order whose number is no record's.
_ORDERED = 9
_ACTS: Mapping[str, str] = {"完成": "done", "延期": "postpone", "取消": "cancel", "改": "correct", "静音": "mute"}
# Near is what the words speak of so much, or what is so much like the message compared with talk: nineteen of twenty
# commands that were not understood are.
_LEAST = 2
_LEAST_LIKE = -120
_FIRST_NEEDED = ("commitment", "report_draft")
_LEADERS_NEED = ("report_summary", "lists_team")


def nearest(talk: Talk, client: str, count: int = 2) -> list[str]:
    """Commands to try, as one would write them, the nearest first; those people need first where nothing is near.

    A leader is pointed to what shows the team, and nobody else is. `client` is the stretch of the message that names a
    client of the team, empty for none; `count` bounds how many.
    """
    text = talk.text[:_LONGEST]
    subject = read_subject(text, talk.now, talk.calendar, talk.roster())
    leads = people.leads(talk.me)
    spoken_of = _spoken_of(subject, leads, named=bool(client), own="我" in fold(text))
    _, scores = likeness(text, talk.roster(), client)
    hidden = _SAID_ANYWAY if leads else _SAID_ANYWAY | _LEADERS
    like = {kind: scores[kind] - scores[TALK] for kind in ranked(scores) if kind not in hidden}
    words = {kind: _letters(kind, fold(text)) for kind in like}
    for what, kinds in (_ASKED_OF if subject.asks else _TOLD_OF).items():
        if what in spoken_of:
            for kind, more in zip(kinds, _POINTS, strict=False):
                words[kind] = words.get(kind, 0) + more
    act = read_record_act(text)
    if act is not None:
        words[_ACTS[act.act]] += _ORDERED
    points = {kind: like.get(kind, _LEAST_LIKE) + _LETTER * words[kind] for kind in words}
    near = [kind for kind in words if words[kind] >= _LEAST or points[kind] >= _LEAST_LIKE]
    needed = _LEADERS_NEED if leads else _FIRST_NEEDED
    kinds = [*sorted(near, key=lambda kind: -points[kind]), *needed]
    return list(dict.fromkeys(_example(kind, spoken_of) for kind in kinds))[:count]


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


def _letters(kind: str, text: str) -> int:
    """How many letters of a folded text the words of the help for this kind account for; its own words count double."""
    entry = HELP[_served(kind)[0]]
    own, about = (
        max((len(word) for word in words if fold(word) in text), default=0)
        for words in (entry["words"], entry.get("about", ()))
    )
    return 2 * own + about


def _served(kind: str) -> tuple[str, str]:
    return _SERVED.get(kind, (kind, ""))


def _example(kind: str, spoken_of: Collection[str]) -> str:
    """How a command is written: for what it is like, else for what was spoken of, else as it is written first."""
    topic, of = _served(kind)
    examples: Mapping[str, str] = {} if kind in {"lists_mine", "report_draft"} else HELP[topic].get("nearest", {})
    fitting = (example for what, example in examples.items() if what == of or (not of and what in spoken_of))
    return next(fitting, None) or str(HELP[topic]["short"]).split(" · ")[0]
