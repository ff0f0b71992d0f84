"""What a directory of names must answer, wherever its names are kept."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from handlers.language.names_index import Posted


class Register(Protocol):
    """Where the names of a directory are kept, in memory or in a file. Asked under its `lock` only."""

    @property
    def lock(self) -> AbstractContextManager[Any]: ...

    def name(self, key: int) -> str:
        """The name a client was put under; KeyError for an unknown key."""
        ...

    def called(self, text: str, scope: int | None) -> tuple[int, ...]:
        """The clients of exactly this canonical name; what the team has taught goes before what everybody knows."""
        ...

    def names_at(self, text: str, start: int, scope: int | None) -> list[int]:
        """The lengths, from four on, of the names that stand in a canonical text at `start`, or do but for a form."""
        ...

    def sayings(self, texts: Sequence[str], scope: int | None) -> dict[str, tuple[int, ...]]:
        """The clients with a name of everyday words that each canonical text stands for."""
        ...

    def posted(self) -> int:
        """How many names and aliases there are."""
        ...

    def count_char(self, char: str) -> int:
        """How many names hold a character."""
        ...

    def count_pair(self, pair: str) -> int:
        """How many names hold two characters side by side."""
        ...

    def candidates(self, text: str, limit: int) -> list[Posted]:
        """At most `limit` names that share most with a canonical mention, best first."""
        ...
