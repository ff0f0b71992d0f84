"""Makes `handlers/language/sentences.weights` out of the corpus of sentences: `python -m tests.learn_sentences`.

With `--check` it writes nothing and tells instead how well each hand's lines are read by a table made of all the
others: the figures by which the numbers below and `SURE` were chosen.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from handlers.language import sentences_guessed, sentences_learned
from handlers.language.sentences import read_sentence
from handlers.language.sentences_guessed import guess_sentence, likeness, ranked
from handlers.language.sentences_learned import TALK, Table, features, written
from handlers.language.sentences_marked import marked

CORPUS = Path(__file__).parent / "corpus" / "intents.jsonl"
TABLE = Path(sentences_learned.__file__).with_name("sentences.weights")
PEOPLE = ("周牧野", "沈知夏", "顾北辰", "林晚舟", "温如玉", "江一帆", "陆鸣")

# Found with `--check`: five rounds put the right command among the two nearest as often, but guess worse; margins of 60
# and 120 read equally much, and 120 takes more talk for commands.
_ROUNDS = 8
_MARGIN = 60
# What occurs in the lines of one batch alone is as likely its author's habit as the language's. With three batches the
# table is a third smaller, but the right command is four times in a hundred less often among the two nearest.
_LEAST_BATCHES = 2
# Weights beyond this are cut off, those that round to nothing left out. A four times finer scale reads no more.
_MOST = 99
# Who wrote which batches of the corpus; all others are by the hand that wrote the rules.
_HANDS = {
    "first other hand": ("fresh-1", "fresh-2", "fresh-3", "fresh-4"),
    "second": ("train-1", "train-2", "train-3", "train-4"),
    "third": ("train-5", "train-6", "train-7", "train-8"),
    "fourth": ("fresh-5", "fresh-6", "fresh-7"),
}

Line = dict[str, Any]


def corpus() -> list[Line]:
    """The lines of the corpus that are no keyworded commands, in their order."""
    lines = (json.loads(line) for line in CORPUS.read_text("utf-8").splitlines())
    return [line for line in lines if line["batch"] != "keyword"]


def kind(line: Line) -> str:
    """What a line is: a topic, an act that other readers know, or talk."""
    return str(line["topic"] or line.get("handler") or TALK)


def learned(lines: Iterable[Line], people: Collection[str] = PEOPLE) -> Table:
    """The table made of labelled lines; the same lines make the same table everywhere, as it takes whole numbers."""
    lines = list(lines)
    # Every client of a batch is labelled: nothing is left to guess, and the table does not depend on how one guesses.
    read = [features(marked(line["text"], people, line.get("client", ""), guess=False)) for line in lines]
    batches: dict[str, set[str]] = defaultdict(set)
    for line, found in zip(lines, read, strict=True):
        for feature in found:
            batches[feature].add(line["batch"])
    known = sorted(feature for feature, where in batches.items() if len(where) >= _LEAST_BATCHES)
    numbers = {feature: number for number, feature in enumerate(known)}
    kinds = sorted({kind(line) for line in lines})
    examples = [
        ([numbers[feature] for feature in found if feature in numbers], kinds.index(kind(line)))
        for line, found in zip(lines, read, strict=True)
    ]
    weights = _averaged(examples, len(known), len(kinds))
    return Table(tuple(kinds), {feature: row for feature in known if (row := _sparse(weights[numbers[feature]]))})


def _averaged(examples: Sequence[tuple[list[int], int]], features: int, kinds: int) -> list[list[float]]:
    """A perceptron with a margin, its weights averaged over all steps: what a single late line says counts little."""
    weights = [[0] * kinds for _ in range(features)]
    late = [[0] * kinds for _ in range(features)]
    order = list(range(len(examples)))
    dice = random.Random(1)
    step = 1
    for _ in range(_ROUNDS):
        dice.shuffle(order)
        for index in order:
            found, right = examples[index]
            points = list(map(sum, zip(*(weights[feature] for feature in found), strict=True)))
            reached = points[right] - _MARGIN
            points[right] = -sys.maxsize
            best = max(points)
            if best > reached:
                wrong = points.index(best)
                for feature in found:
                    now, then = weights[feature], late[feature]
                    now[right] += 1
                    now[wrong] -= 1
                    then[right] += step
                    then[wrong] -= step
            step += 1
    return [
        [(step * one - two) / step for one, two in zip(final, behind, strict=True)]
        for final, behind in zip(weights, late, strict=True)
    ]


def _sparse(row: Sequence[float]) -> list[int]:
    rounded = (max(-_MOST, min(_MOST, round(weight))) for weight in row)
    return [number for index, weight in enumerate(rounded) if weight for number in (index, weight)]


def check(lines: Sequence[Line]) -> None:
    """Prints, for the lines of each hand, how they are read by the rules and a table made of all other lines."""
    for name, batches in _HANDS.items():
        theirs = [line for line in lines if line["batch"] in batches]
        made = learned([line for line in lines if line["batch"] not in batches])
        told: Counter[str] = Counter()
        for line in theirs:
            arguments = line["text"], PEOPLE, line.get("client", "")
            with mock.patch.object(sentences_guessed, "table", lambda made=made: made):
                sentence = read_sentence(*arguments) or guess_sentence(*arguments)
                near = ranked(likeness(*arguments)[1])[:2]
            told["talk" if kind(line) == TALK else "commands"] += 1
            if sentence is not None:
                right = kind(line) == sentence.topic
                told["right" if right else "false" if kind(line) == TALK else "wrong"] += 1
            elif kind(line) != TALK:
                told["not understood"] += 1
                told["right among the two nearest"] += kind(line) in near
        print(name, dict(told))


def main() -> None:
    """Writes the table, or with `--check` tells how well it generalises."""
    if sys.argv[1:] == ["--check"]:
        check(corpus())
    else:
        TABLE.write_text("".join(f"{line}\n" for line in written(learned(corpus()))), encoding="utf-8")


if __name__ == "__main__":
    main()
