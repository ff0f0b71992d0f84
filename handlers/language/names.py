"""The clients of a team by name: whom a mention or a message means, as people shorten, mishear and misspell names."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from handlers.language.names_decide import Match
from handlers.language.names_everyday import sayings
from handlers.language.names_index import GramIndex, Posted
from handlers.language.names_text import canonical_text
from handlers.language.names_view import View
from handlers.language.names_words import core

__all__ = ["Alias", "Directory", "Match", "View"]


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of a client. One with a `scope`, the id of the team that taught it, is known to that team only."""

    text: str
    scope: int | None = None


def spellings(name: str, aliases: Sequence[str | Alias]) -> list[tuple[str, int | None]]:
    """The canonical texts a client is known by, the full name first, each with the team that alone knows it."""
    texts: dict[tuple[str, int | None], None] = {}
    for each in (name, *aliases):
        written, scope = (each.text, each.scope) if isinstance(each, Alias) else (each, None)
        if text := canonical_text(written):
            texts[(text, scope)] = None
    return list(texts)


class Directory:
    """The clients of a team by name, kept in memory; keys are the caller's.

    Asked itself, it knows the names everybody knows; `seen_by` a team, also the names that team has taught.
    """

    def __init__(self, entries: Iterable[tuple[int, str, Sequence[str | Alias]]] = ()) -> None:
        self._names: dict[int, str] = {}
        self._slots: dict[int, list[int]] = {}
        self._keys: list[int] = []
        self._scopes: list[int | None] = []
        self._exact: dict[str, dict[tuple[int, int | None], bool]] = {}
        self._cores: dict[str, dict[tuple[int, int | None], bool]] = {}
        self._sayings: dict[str, dict[tuple[int, int | None], bool]] = {}
        self._texts: dict[int, list[tuple[str, int | None]]] = {}
        self._longest = 0
        self._index = GramIndex()
        self.lock = threading.RLock()
        for key, name, aliases in entries:
            self.put(key, name, aliases)

    def __len__(self) -> int:
        return len(self._names)

    def name(self, key: int) -> str:
        """The name a client was put under; KeyError for a key not in the directory."""
        return self._names[key]

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Nobody is answered meanwhile: all changes are seen together."""
        with self.lock:
            yield

    def put(self, key: int, name: str, aliases: Sequence[str | Alias] = ()) -> None:
        """Add a client, or replace the one with this key, under its full name and any other names it goes by."""
        with self.lock:
            self.remove(key)
            self._names[key] = name
            texts = self._texts[key] = spellings(name, aliases)
            slots = self._slots[key] = []
            for text, scope in texts:
                self._exact.setdefault(text, {})[(key, scope)] = True
                for saying in sayings(text):
                    self._sayings.setdefault(saying, {})[(key, scope)] = True
                self._longest = max(self._longest, len(text))
                self._cores.setdefault(core(text), {})[(key, scope)] = True
                slots.append(self._post(key, text, scope))

    def _post(self, key: int, text: str, scope: int | None) -> int:
        self._keys.append(key)
        self._scopes.append(scope)
        return self._index.add(text)

    def remove(self, key: int) -> None:
        """Forget a client; nothing happens when the key is not in the directory."""
        with self.lock:
            if key not in self._names:
                return
            del self._names[key]
            for text, scope in self._texts.pop(key):
                _forget(self._exact, text, (key, scope))
                _forget(self._cores, core(text), (key, scope))
                for saying in sayings(text):
                    _forget(self._sayings, saying, (key, scope))
            for slot in self._slots.pop(key):
                self._index.drop(slot)
            if self._index.wasteful:
                self._rebuild()

    def _rebuild(self) -> None:
        self._index = GramIndex()
        self._keys = []
        self._scopes = []
        for key, texts in self._texts.items():
            self._slots[key] = [self._post(key, text, scope) for text, scope in texts]

    def seen_by(self, scope: int | None) -> View:
        """The directory as a team sees it, with the names that team has taught; None: as everybody sees it."""
        return View(self, scope)

    def called(self, text: str, scope: int | None) -> tuple[int, ...]:
        """The clients of exactly this canonical name; what the team has taught goes before what everybody knows."""
        found = self._exact.get(text, {})
        taught = tuple(key for key, whose in found if whose is not None and whose == scope)
        return taught or tuple(key for key, whose in found if whose is None)

    def names_at(self, text: str, start: int, scope: int | None) -> list[int]:
        """The lengths, from four on, of the names that stand in a canonical text at `start`, or do but for a form."""
        return [
            size
            for size in range(4, min(len(text) - start, self._longest) + 1)
            if any(
                whose is None or whose == scope
                for table in (self._exact, self._cores)
                for _, whose in table.get(text[start : start + size], ())
            )
        ]

    def sayings(self, texts: Sequence[str], scope: int | None) -> dict[str, tuple[int, ...]]:
        """The clients with a name of everyday words that each canonical text stands for."""
        found = {
            text: tuple(dict.fromkeys(key for key, whose in self._sayings.get(text, ()) if whose in (None, scope)))
            for text in texts
        }
        return {text: keys for text, keys in found.items() if keys}

    def posted(self) -> int:
        """How many names and aliases there are."""
        return len(self._index.names)

    def count_char(self, char: str) -> int:
        """How many names hold a character."""
        return self._index.count_char(char)

    def count_pair(self, pair: str) -> int:
        """How many names hold two characters side by side."""
        return self._index.count_pair(pair)

    def candidates(self, text: str, limit: int) -> list[Posted]:
        """At most `limit` names that share most with a canonical mention, best first."""
        index = self._index
        return [
            Posted(self._keys[slot], self._scopes[slot], index.names[slot], index.sounds[slot])
            for slot in index.candidates(text, limit)
        ]

    def mention(self, text: str) -> Match:
        """`View.mention` as everybody sees the directory."""
        return View(self, None).mention(text)

    def message(self, text: str) -> Match:
        """`View.message` as everybody sees the directory."""
        return View(self, None).message(text)

    def mentions(self, text: str) -> tuple[Match, ...]:
        """`View.mentions` as everybody sees the directory."""
        return View(self, None).mentions(text)


def _forget(table: dict[str, dict[tuple[int, int | None], bool]], text: str, key: tuple[int, int | None]) -> None:
    keys = table.get(text)
    if keys is not None:
        keys.pop(key, None)
        if not keys:
            del table[text]
