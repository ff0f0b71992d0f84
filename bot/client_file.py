"""A directory kept in a file: for so many clients that memory would be a pity. An index, never a source of truth.

The file is SQLite's, with one full-text table of single characters, pairs of characters and pairs of sounds. It may be
thrown away at any time: whoever made it makes it anew.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import add
from pathlib import Path
from typing import Any

from bot.client_search import GramSearch
from handlers.language.names import Alias, spellings
from handlers.language.names_decide import Match
from handlers.language.names_everyday import sayings
from handlers.language.names_index import Posted
from handlers.language.names_sound import sounds
from handlers.language.names_view import View
from handlers.language.names_words import LEGAL_FORMS, core

# Another number whenever the canonical form, the sounds, the sayings or the tables change: older files are made anew.
_EDITION = 4
# SQLite's codes for a file that somebody else holds.
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_SAME_NAME = 200
_COUNTS_KEPT = 50_000
_ROWS = 5_000
_TABLES = """
CREATE TABLE meta(item TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE client(key INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE name(slot INTEGER PRIMARY KEY, key INTEGER NOT NULL, scope INTEGER, text TEXT NOT NULL);
CREATE TABLE saying(text TEXT NOT NULL, slot INTEGER NOT NULL, PRIMARY KEY (text, slot)) WITHOUT ROWID;
CREATE TABLE gram(gram TEXT PRIMARY KEY, names INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE grams USING fts5(text, content='', detail=none, columnsize=0, tokenize='ascii');
"""
_INDEXES = """
CREATE INDEX name_text ON name(text);
CREATE INDEX name_key ON name(key);
"""

Entries = Iterable[tuple[int, str, Sequence[str | Alias]]]


class IndexBroken(Exception):
    """The file is no directory of this edition, is in use, or cannot be read or written: make it anew, elsewhere."""


class IndexInUse(IndexBroken):
    """Another process has the file open."""


class FileDirectory:
    """The clients of a team by name, kept in a file that one process at a time has open; keys are the caller's.

    The same questions and answers as `Directory`, at a cost that hardly grows with the number of clients. Every method
    may raise IndexBroken.
    """

    def __init__(self, path: Path) -> None:
        """Opens what `build` has made. Raises IndexBroken when there is no such file, or it serves another process."""
        if not path.is_file():
            raise IndexBroken("there is no such file")
        self.lock = threading.RLock()
        self._counts: dict[str, int] = {}
        self._search: GramSearch | None = None
        with _telling():
            self._base = _connect(path)
            try:
                self._base.execute("PRAGMA locking_mode=EXCLUSIVE")
                self._base.execute("PRAGMA journal_mode=WAL")
                self._base.execute("PRAGMA synchronous=NORMAL")
                self._base.execute("BEGIN IMMEDIATE")
                self._base.execute("COMMIT")
                if self.noted("edition") != str(_EDITION):
                    raise IndexBroken("of another edition")
                self._clients = int(self.noted("clients") or "")
                self._posted = int(self.noted("names") or "")
            except (ValueError, IndexBroken, sqlite3.Error):
                self._base.close()
                raise

    @classmethod
    def build(cls, path: Path, entries: Entries, notes: dict[str, str] | None = None) -> FileDirectory:
        """Makes the file anew from all entries, each key once, and opens it; until it is whole, an old one stays."""
        with _telling():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
            os.close(handle)
            fresh = Path(name)
            try:
                cls._spare(path)
                with contextlib.closing(_connect(fresh)) as base:
                    base.execute("PRAGMA journal_mode=OFF")
                    base.execute("PRAGMA synchronous=OFF")
                    _fill(base, entries, notes or {})
                cls._spare(path)
                _unlink(path)
                fresh.replace(path)
            finally:
                _unlink(fresh)
        return cls(path)

    @classmethod
    def _spare(cls, path: Path) -> None:
        """Raises IndexInUse when another process has the file open."""
        try:
            cls(path).close()
        except IndexInUse:
            raise
        except IndexBroken:
            pass

    def close(self) -> None:
        """Lets go of the file."""
        with self.lock:
            self._base.close()

    def __len__(self) -> int:
        return self._clients

    def name(self, key: int) -> str:
        """The name a client was put under; KeyError for a key not in the directory."""
        row = self._row("SELECT name FROM client WHERE key = ?", key)
        if row is None:
            raise KeyError(key)
        return str(row[0])

    def noted(self, item: str) -> str | None:
        """What was noted under `item` in the last change that was kept."""
        row = self._row("SELECT value FROM meta WHERE item = ?", item)
        return None if row is None else str(row[0])

    def note(self, item: str, value: str) -> None:
        """Keeps a word with the directory, of how far it has been brought up to date."""
        with self.lock, _telling():
            self._base.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (item, value))

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """All that is put, removed and noted meanwhile is kept together or not at all."""
        with self.lock, _telling():
            clients, posted = self._clients, self._posted
            self._search = None
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.note("clients", str(self._clients))
                self.note("names", str(self._posted))
                self._base.execute("COMMIT")
            except BaseException:
                self._clients, self._posted = clients, posted
                self._search = None
                self._counts.clear()
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise

    def put(self, key: int, name: str, aliases: Sequence[str | Alias] = ()) -> None:
        """Add a client, or replace the one with this key, under its full name and any other names it goes by."""
        with self._change():
            self.remove(key)
            self._base.execute("INSERT INTO client VALUES (?, ?)", (key, name))
            self._clients += 1
            for text, scope in spellings(name, aliases):
                slot = self._base.execute(
                    "INSERT INTO name (key, scope, text) VALUES (?, ?, ?)", (key, scope, text)
                ).lastrowid
                grams = _grams(text)
                self._base.execute("INSERT INTO grams (rowid, text) VALUES (?, ?)", (slot, " ".join(grams)))
                self._count(grams, 1)
                self._base.executemany("INSERT INTO saying VALUES (?, ?)", [(each, slot) for each in sayings(text)])
                self._posted += 1

    def remove(self, key: int) -> None:
        """Forget a client; nothing happens when the key is not in the directory."""
        with self._change():
            if self._base.execute("DELETE FROM client WHERE key = ?", (key,)).rowcount == 0:
                return
            self._clients -= 1
            for slot, text in self._base.execute("SELECT slot, text FROM name WHERE key = ?", (key,)).fetchall():
                grams = _grams(text)
                self._base.execute(
                    "INSERT INTO grams (grams, rowid, text) VALUES ('delete', ?, ?)", (slot, " ".join(grams))
                )
                self._count(grams, -1)
                self._base.executemany(
                    "DELETE FROM saying WHERE text = ? AND slot = ?", [(each, slot) for each in sayings(text)]
                )
                self._posted -= 1
            self._base.execute("DELETE FROM name WHERE key = ?", (key,))

    @contextlib.contextmanager
    def _change(self) -> Iterator[None]:
        with self.lock:
            if self._base.in_transaction:
                yield
            else:
                with self.changing():
                    yield

    def _count(self, grams: list[str], more: int) -> None:
        self._base.executemany(
            "INSERT INTO gram VALUES (?, ?) ON CONFLICT DO UPDATE SET names = names + excluded.names",
            [(gram, more) for gram in set(grams)],
        )
        for gram in grams:
            self._counts.pop(gram, None)

    def seen_by(self, scope: int | None) -> View:
        """The directory as a team sees it, with the names that team has taught; None: as everybody sees it."""
        return View(self, scope)

    def mention(self, text: str) -> Match:
        """`View.mention` as everybody sees the directory."""
        return View(self, None).mention(text)

    def message(self, text: str) -> Match:
        """`View.message` as everybody sees the directory."""
        return View(self, None).message(text)

    def mentions(self, text: str) -> tuple[Match, ...]:
        """`View.mentions` as everybody sees the directory."""
        return View(self, None).mentions(text)

    def called(self, text: str, scope: int | None) -> tuple[int, ...]:
        """The clients of exactly this canonical name; what the team has taught goes before what everybody knows."""
        rows = self._rows(
            "SELECT key, scope FROM name WHERE text = ? AND (scope IS NULL OR scope = ?) ORDER BY key LIMIT ?",
            text,
            scope,
            _SAME_NAME,
        )
        taught = tuple(key for key, whose in rows if whose is not None)
        return taught or tuple(key for key, _ in rows)

    def names_at(self, text: str, start: int, scope: int | None) -> list[int]:
        """The lengths, from four on, of the names that stand in a canonical text at `start`, or do but for a form."""
        found = []
        for size in range(4, len(text) - start + 1):
            piece = text[start : start + size]
            first = self._row("SELECT text FROM name WHERE text >= ? ORDER BY text LIMIT 1", piece)
            if first is None or not first[0].startswith(piece):
                break
            whole = json.dumps([piece, *(piece + form for form in LEGAL_FORMS if core(piece + form) == piece)])
            known = "SELECT 1 FROM name WHERE text IN (SELECT value FROM json_each(?)) AND (scope IS NULL OR scope = ?)"
            if self._row(f"{known} LIMIT 1", whole, scope):
                found.append(size)
        return found

    def sayings(self, texts: Sequence[str], scope: int | None) -> dict[str, tuple[int, ...]]:
        """The clients with a name of everyday words that each canonical text stands for."""
        found: dict[str, dict[int, None]] = {}
        for text, key in self._rows(
            "SELECT saying.text, key FROM saying JOIN name USING (slot) WHERE saying.text IN"
            " (SELECT value FROM json_each(?)) AND (scope IS NULL OR scope = ?) ORDER BY slot LIMIT ?",
            json.dumps(texts),
            scope,
            _SAME_NAME,
        ):
            found.setdefault(text, {})[key] = None
        return {text: tuple(keys) for text, keys in found.items()}

    def posted(self) -> int:
        """How many names and aliases there are."""
        return self._posted

    def count_char(self, char: str) -> int:
        """How many names hold a character."""
        return self._held(char)

    def count_pair(self, pair: str) -> int:
        """How many names hold two characters side by side."""
        return self._held(pair)

    def _held(self, gram: str) -> int:
        count = self._counts.get(gram)
        if count is None:
            row = self._row("SELECT names FROM gram WHERE gram = ?", gram)
            if len(self._counts) >= _COUNTS_KEPT:
                self._counts.clear()
            count = self._counts[gram] = 0 if row is None else int(row[0])
        return count

    def candidates(self, text: str, limit: int) -> list[Posted]:
        """At most `limit` names that share most with a canonical mention, best first."""
        if self._search is None:
            self._search = GramSearch(self._rows, self._held, self._posted)
        return self._search.candidates(text, limit)

    def _row(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        rows = self._rows(statement, *values)
        return rows[0] if rows else None

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with _telling():
            return self._base.execute(statement, values).fetchall()


def _grams(text: str) -> list[str]:
    sound = sounds(text)
    return [*text, *map(add, text, text[1:]), *map(add, sound, sound[1:])]


def _connect(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.0)
    try:
        for setting in ("page_size=8192", "cache_size=-32000", "temp_store=MEMORY"):
            base.execute(f"PRAGMA {setting}")
    except sqlite3.Error:
        base.close()
        raise
    return base


def _fill(base: sqlite3.Connection, entries: Entries, notes: dict[str, str]) -> None:
    """Tables and rows of a new file, in bulk; `notes` are read when all entries are."""
    base.executescript(_TABLES)
    # Flushing seldom makes few and large segments: building takes a third less and reading, too.
    base.execute("INSERT INTO grams (grams, rank) VALUES ('hashsize', ?)", (32 << 20,))
    base.execute("BEGIN")
    clients = slot = 0
    left = iter(entries)
    while page := list(islice(left, _ROWS)):
        names: list[tuple[int, int, int | None, str]] = []
        for key, name, aliases in page:
            for text, scope in spellings(name, aliases):
                slot += 1
                names.append((slot, key, scope, text))
        base.executemany("INSERT INTO client VALUES (?, ?)", ((key, name) for key, name, _ in page))
        base.executemany("INSERT INTO name VALUES (?, ?, ?, ?)", names)
        base.executemany(
            "INSERT INTO grams (rowid, text) VALUES (?, ?)", ((each[0], " ".join(_grams(each[3]))) for each in names)
        )
        base.executemany(
            "INSERT INTO saying VALUES (?, ?)", ((each, slot) for slot, _, _, text in names for each in sayings(text))
        )
        clients += len(page)
    base.execute("COMMIT")
    base.execute("INSERT INTO grams (grams) VALUES ('optimize')")
    base.execute("INSERT INTO grams (grams, rank) VALUES ('hashsize', ?)", (1 << 20,))
    base.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, grams, row)")
    base.execute("INSERT INTO gram SELECT term, doc FROM temp.vocabulary")
    base.execute("DROP TABLE temp.vocabulary")
    base.executescript(_INDEXES)
    meta = {**notes, "edition": str(_EDITION), "clients": str(clients), "names": str(slot)}
    base.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _LOCKED:
            raise IndexInUse(type(error).__name__) from error
        raise IndexBroken(type(error).__name__) from error


def _unlink(path: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)
