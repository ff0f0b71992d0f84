"""What a sentence that no rule reads asks for, by its likeness to what is taught; and where that denies a rule.

Only what shows something is ever guessed for sure; leave, travel and a matter done are to be asked about.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import get_args

from handlers.language.patterns import rx
from handlers.language.sentence import Sentence, Topic
from handlers.language.sentences_learned import TALK, command_named, table
from handlers.language.sentences_marked import ADDRESSED, COLLEAGUE, Marked, marked
from handlers.language.sentences_names import DAY
from handlers.language.sentences_plain import LONGEST, is_keyworded, plain

# How clearly a message must be a command to be answered, or to be asked about: twice its lead over talk and once that
# over the next command, which counts up to LEAD and must be more than APART. DENIED is by how much anything else must
# be more like a message than what a rule has read in it. All were chosen on the lines of each hand with a table made
# of all the others (`python -m tests.learn_sentences --check`): of the 954 remarks in them 5 are guessed commands.
SURE = 140
ASKED = 60
LEAD = 120
APART = 20
DENIED = 60
OF_A_CLIENT = frozenset({"last_contact", "client", "timeline", "who_follows", "lists_client"})
_DATED = frozenset({"report_show", "report_missing", "report_summary"})
_ACTS = frozenset({"done", "leave", "travel"})
_TOPICS: Mapping[str, Topic] = {topic: topic for topic in get_args(Topic)}


def likeness(text: str, people: Collection[str], client: str = "") -> tuple[Marked, Mapping[str, int]]:
    """The message in classes, and how much it resembles each kind of message; nothing of a message too long for one.

    `people` are the names of the roster, `client` the stretch that names a client of the team.
    """
    if len(text) > LONGEST:
        return Marked("", "", None), {}
    said = marked(text, people, client)
    return said, table().scores(said)


def ranked(scores: Mapping[str, int]) -> Sequence[str]:
    """The commands a message resembles, the most first, be there what they need or not."""
    return sorted((kind for kind in scores if kind != TALK), key=lambda kind: -scores[kind])


def denied(topic: Topic, scores: Mapping[str, int]) -> bool:
    """Whether a message is clearly more like something else, talk included, than what a rule has read in it."""
    return bool(scores) and max(scores.values()) - scores[topic] > DENIED


def guess_sentence(text: str, people: Collection[str], client: str = "") -> Sentence | None:
    """The command that `text` resembles; None for talk, keywords, what is not clearly a command, or an empty slot.

    An act that changes something comes with `sure` false. Arguments as of `likeness`; never raises.
    """
    if is_keyworded(text):
        return None
    said, scores = likeness(text, people, client)
    kind, second, *_ = *(kind for kind in ranked(scores) if _filled(kind, said)), TALK, TALK
    topic = _TOPICS.get(kind)
    if topic is None or (lead := scores[kind] - scores[second]) <= APART:
        return None
    if 2 * (scores[kind] - scores[TALK]) + min(lead, LEAD) <= (ASKED if topic in _ACTS else SURE):
        return None
    if topic in OF_A_CLIENT:
        return Sentence(topic, said.client)
    if topic in _DATED:
        day = rx(DAY).search(plain(text))
        return Sentence(topic, day[0] if day else "", said.person if topic == "report_show" else None)
    if topic in _ACTS:
        return Sentence(topic, plain(text), sure=False)
    if topic == "help":
        return Sentence(topic, command_named(said.text))
    return Sentence(topic, person=said.person if topic == "lists_person" else None)


def _filled(kind: str, said: Marked) -> bool:
    """Whether the message holds what a command cannot do without; somebody the roster does not know is nobody."""
    if kind in OF_A_CLIENT:
        return bool(said.client)
    if kind == "lists_person":
        return said.person is not None
    strangers = COLLEAGUE in said.text or ADDRESSED in said.text
    return not (kind == "report_show" and said.person is None and strangers)
