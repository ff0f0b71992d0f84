"""What a sentence that no rule reads most resembles among the messages the bot has been taught.

A linear model over what stands in a message side by side: letters, and words by their senses. Its weights are whole
numbers in `sentences.weights`, made from the corpus by `make learn`; they are read when first needed.
"""

from __future__ import annotations

import functools
import itertools
import pkgutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from handlers.language.sentences_marked import Marked
from handlers.language.sentences_senses import COMMAND, SENSES

# Talk is one of the things a message may be.
TALK = "talk"
_FILE = "sentences.weights"
_OPENS, _CLOSES = "^", "$"


class Table(NamedTuple):
    """What a message may be, and for every feature what it adds for some of these: index and weight in turn."""

    kinds: tuple[str, ...]
    weights: Mapping[str, Sequence[int]]

    def scores(self, said: Marked) -> dict[str, int]:
        """How much the message resembles each kind; linear in its length."""
        points = [0] * len(self.kinds)
        for feature in features(said):
            added = self.weights.get(feature)
            if added is not None:
                for at in range(0, len(added), 2):
                    points[added[at]] += added[at + 1]
        return dict(zip(self.kinds, points, strict=True))


def features(said: Marked) -> list[str]:
    """The features of a message, each once: one to three letters, and one or two words by their senses."""
    letters = f"{_OPENS}{said.text}{_CLOSES}"
    found = [letters[at : at + size] for size in (1, 2, 3) for at in range(len(letters) - size + 1)]
    senses = [_OPENS, *_senses(said.text), _CLOSES]
    found += [f"<{sense}" for sense in senses]
    found += [f"<{one}|{two}" for one, two in itertools.pairwise(senses)]
    return list(dict.fromkeys(found))


def command_named(text: str) -> str:
    """The first word of a marked text that a command is about (日报, 承诺); empty for none."""
    return next((word for word in _words(text) if COMMAND in SENSES.get(word, ())), "")


def _senses(text: str) -> Iterator[str]:
    """The words of a text by their senses; a letter of no known word stands for itself."""
    for word in _words(text):
        known = SENSES.get(word)
        yield "".join(sorted(known)) if known else f"={word}"


def _words(text: str) -> Iterator[str]:
    """A text cut into known words, at every place the longest, and the letters between them."""
    lengths, at = _lengths(), 0
    while at < len(text):
        size = next((size for size in lengths.get(text[at], ()) if text[at : at + size] in SENSES), 1)
        yield text[at : at + size]
        at += size


@functools.cache
def _lengths() -> Mapping[str, Sequence[int]]:
    """First letter -> the lengths of the words that begin with it, the longest first."""
    found: dict[str, set[int]] = {}
    for word in SENSES:
        found.setdefault(word[0], set()).add(len(word))
    return {letter: sorted(sizes, reverse=True) for letter, sizes in found.items()}


@functools.cache
def table() -> Table:
    """The table that comes with the program."""
    data = pkgutil.get_data(__package__, _FILE)
    assert data is not None
    return read_table(data.decode("utf-8").split("\n"))


def read_table(lines: Iterable[str]) -> Table:
    """The table that `written` wrote."""
    heading, *rows = (line for line in lines if line)
    weights: dict[str, Sequence[int]] = {}
    for row in rows:
        feature, _, added = row.partition("\t")
        weights[feature] = tuple(int(number) for number in added.split(" "))
    return Table(tuple(heading.split(" ")), weights)


def written(made: Table) -> Iterator[str]:
    """The lines of a table: its kinds, then a feature a line with its indices and weights."""
    yield " ".join(made.kinds)
    for feature, added in sorted(made.weights.items()):
        yield f"{feature}\t{' '.join(map(str, added))}"
