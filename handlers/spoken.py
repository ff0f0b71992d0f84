"""Sentences without a keyword, led to the handler they ask for. A record is never changed without a question first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from handlers import basics, commitments, leave, lists, queries, reports, reports_lookup
from handlers.language.names import Match
from handlers.language.sentence import Sentence
from handlers.language.sentences import read_sentence
from handlers.language.sentences_guessed import guess_sentence
from handlers.language.sentences_plain import LONGEST
from handlers.talk import Answer, Talk, said_in

_Act = Callable[[Talk, Sentence], Answer | None]


def client_named(talk: Talk) -> str:
    """The stretch of a short message that names a client of the team, or several alike; empty for none."""
    match = talk.directory.message(talk.text) if len(talk.text) <= LONGEST else Match(())
    return said_in(talk.text, match) if match.candidates else ""


def answer(talk: Talk, client: str, topics: Sequence[str]) -> Answer | None:
    """What a sentence in free words asks for; None for talk. `client` is as `client_named` finds it, `topics` are those
    of the help."""
    return _act(talk, read_sentence(talk.text, talk.roster(), client), topics)


def guessed(talk: Talk, client: str, topics: Sequence[str]) -> Answer | None:
    """What a sentence that nobody has read asks for by its likeness to others: shown, or asked about where it would
    change something. None for talk; arguments as of `answer`."""
    return _act(talk, guess_sentence(talk.text, talk.roster(), client), topics)


def _act(talk: Talk, sentence: Sentence | None, topics: Sequence[str]) -> Answer | None:
    if sentence is None:
        return None
    if sentence.topic == "help":
        return basics.help_page(talk, sentence.words, topics)
    return _ACTS[sentence.topic](talk, sentence)


def _absence(kind: str) -> _Act:
    def act(talk: Talk, sentence: Sentence) -> Answer:
        return (leave.leave if sentence.sure else leave.offer)(talk, sentence.words, kind)

    return act


def _about_client(ask: Callable[[Talk, str], Answer], query: str) -> _Act:
    def act(talk: Talk, sentence: Sentence) -> Answer:
        return ask(talk, sentence.words) if sentence.words else Answer("client_which_name", {"query": query})

    return act


def _of_person(talk: Talk, sentence: Sentence) -> Answer:
    return lists.of_person(talk, sentence.person) if sentence.person else lists.mine(talk)


def _done(talk: Talk, sentence: Sentence) -> Answer | None:
    """A promise of one's own that a statement says is kept: asked, never closed in silence."""
    return commitments.ask_done(talk, sentence.words)


_ACTS: dict[str, _Act] = {
    "last_contact": _about_client(queries.last_contact, "last_contact"),
    "client": _about_client(queries.card, "card"),
    "who_follows": _about_client(queries.card, "card"),
    "timeline": _about_client(queries.timeline, "timeline"),
    "lists_mine": lambda talk, _: lists.mine(talk),
    "lists_team": lambda talk, _: lists.team(talk),
    "lists_overdue": lambda talk, _: lists.overdue(talk),
    "lists_person": _of_person,
    "lists_client": _about_client(lists.of_client, "list"),
    "report_missing": lambda talk, _: reports_lookup.missing(talk, talk.text),
    "report_show": lambda talk, sentence: reports_lookup.show(
        talk, f"{sentence.person or talk.me.name} {sentence.words}"
    ),
    "report_summary": lambda talk, sentence: reports_lookup.summary(talk, sentence.words),
    "report_draft": lambda talk, _: reports.draft(talk),
    "done": _done,
    "leave": _absence("leave"),
    "travel": _absence("travel"),
    "who": lambda talk, _: basics.who_am_i(talk),
}
