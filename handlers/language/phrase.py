"""One deadline phrase as it was found in a text."""

from __future__ import annotations

from typing import NamedTuple

from handlers.language.day_rules import Shape
from handlers.language.days import Days
from handlers.language.moments import When


class Phrase(NamedTuple):
    """One phrase, `plain[start:end]`, leading and trailing words of its own included; `core` without leading ones.

    `when` is None for words that are never a deadline; `past` is then the day they name, if any. `strong` tells a
    前, 内, 截止 or a label.
    """

    start: int
    end: int
    core: int
    when: When | None
    shape: Shape
    strong: bool = False
    past: Days | None = None
