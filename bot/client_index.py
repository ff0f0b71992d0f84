"""The names of the database's clients, ready to be asked and brought up to date by the log of their changes.

A small team's names are kept in memory, a large one's in a file of this instance's own. Neither is a source of truth:
what is missing, damaged or of another database is made anew, and a change that was undone is looked up again.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import structlog
from sqlalchemy.engine import make_url
from sqlmodel import Session

from bot.client_file import FileDirectory, IndexBroken, IndexInUse
from handlers.language.names import Alias, Directory
from storage import clients
from storage.store import Store

log = structlog.get_logger("client_index")

IN_MEMORY = 20_000
# So many changes may be taken over while a message waits; more are fetched beforehand, page by page.
AT_ONCE = 200
_PAGE = 2_000
_REMEMBERED = 200
_INSTANCES = 8
_ROUNDS = 5


class Behind(Exception):
    """So much has changed that it must be caught up with outside a transaction: `catch_up`, then ask again."""


class _Seen(NamedTuple):
    """A change the index has taken over; the first one remembered stands for all before it, without a client."""

    seq: int
    mark: str
    client_id: int | None


class _Changes(NamedTuple):
    """What a session says of the changes since those seen: which of these stand, and the clients as they are now."""

    seen: list[_Seen]
    ids: set[int]
    entries: list[clients.Entry]


def place_of(database_url: str) -> Path:
    """Where an instance may keep its index: beside a SQLite file, or in the user's cache folder for a server."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        return Path(url.database).with_name(Path(url.database).name + ".names")
    cache = os.environ.get("XDG_CACHE_HOME")
    folder = Path(cache) if cache else Path.home() / ".cache"
    address = url.set(password=None, drivername="postgresql").render_as_string()
    return folder / "yinuo" / f"{hashlib.sha256(address.encode()).hexdigest()[:16]}.names"


class ClientIndex:
    """An instance's index of client names. `place` is the file it may use, None for one that is thrown away."""

    def __init__(self, place: Path | None = None, *, in_memory: int = IN_MEMORY) -> None:
        self._place = place
        self._in_memory = in_memory
        self._thrown_away: Path | None = None
        self._directory: Directory | FileDirectory | None = None
        self._seen: list[_Seen] = []
        self._catching_up = asyncio.Lock()

    @property
    def ready(self) -> bool:
        """Whether there is a directory at all, were it an old one."""
        return self._directory is not None

    def current(self, session: Session) -> Directory | FileDirectory:
        """The directory as this session sees the clients. Raises Behind, or IndexBroken for a damaged file."""
        directory = self._directory
        if directory is None or self._outgrown(directory):
            raise Behind
        for _ in range(_ROUNDS):
            newest, seen = _newest(session), self._seen
            if newest[:2] == seen[-1][:2]:
                return directory
            changes = None if newest.seq - seen[-1].seq > AT_ONCE else _changes(session, seen)
            if changes is None:
                break
            # Another may take over the same meanwhile: then there is nothing left to do in the next round.
            self._take_over(directory, seen, changes)
        raise Behind

    async def catch_up(self, store: Store, *, anew: bool = False) -> None:
        """Brings the index up to what is committed, or makes it `anew`. Raises StoreUnavailable."""
        before = self._directory
        async with self._catching_up:
            if self._directory is not before:
                # Somebody who came first has just made it anew.
                return
            if anew:
                self.close()
            elif self._directory is None:
                await asyncio.to_thread(self._open_file)
            if not await self._caught_up(store):
                await self._make_anew(store)

    async def _caught_up(self, store: Store) -> bool:
        """Whether the index is as the database is, after taking over what was missing; False: it is to be made anew."""
        newest = await store.read(_newest)
        while (directory := self._directory) is not None and not self._outgrown(directory):
            seen = self._seen
            if newest.seq - seen[-1].seq > max(_PAGE, len(directory) // 4):
                return False
            changes = await store.read(lambda session, seen=seen: _changes(session, seen))  # type: ignore[misc]
            if changes is None:
                return False
            if changes.seen == seen:
                return True
            await asyncio.to_thread(self._take_over, directory, seen, changes)
        return False

    def _outgrown(self, directory: Directory | FileDirectory) -> bool:
        return isinstance(directory, Directory) and len(directory) > 2 * self._in_memory

    def _take_over(self, directory: Directory | FileDirectory, seen: list[_Seen], changes: _Changes) -> None:
        with directory.changing():
            if self._seen is not seen:
                # Another took over newer changes meanwhile; these must not bring older names back.
                return
            there = {entry.id for entry in changes.entries}
            for key in changes.ids - there:
                directory.remove(key)
            for key, name, aliases in changes.entries:
                directory.put(key, name, _aliases(aliases))
            if isinstance(directory, FileDirectory):
                directory.note("seen", json.dumps(changes.seen[-_REMEMBERED:]))
        self._seen = changes.seen[-_REMEMBERED:]

    def _open_file(self) -> None:
        """The index as it was left, when there is one."""
        for path in self._places():
            try:
                directory = FileDirectory(path)
            except IndexInUse:
                continue
            except IndexBroken:
                return
            try:
                seen = [_Seen(*each) for each in json.loads(directory.noted("seen") or "")]
            except (ValueError, TypeError):
                directory.close()
                return
            if seen:
                self._directory, self._seen = directory, seen
            return

    async def _make_anew(self, store: Store) -> None:
        self.close()
        newest = await store.read(_newest)
        number = await store.read(clients.count)
        loop = asyncio.get_running_loop()

        def pages() -> Iterator[tuple[int, str, list[Alias]]]:
            last = 0
            while True:
                reading = store.read(lambda session, last=last: clients.entries_after(session, last, _PAGE))  # type: ignore[misc]
                page: list[clients.Entry] = asyncio.run_coroutine_threadsafe(reading, loop).result()
                if not page:
                    return
                last = page[-1].id
                yield from ((key, name, _aliases(aliases)) for key, name, aliases in page)

        def build() -> Directory | FileDirectory:
            if number <= self._in_memory:
                return Directory(pages())
            for path in self._places():
                try:
                    return FileDirectory.build(path, pages(), {"seen": json.dumps([newest])})
                except IndexInUse:
                    continue
                except IndexBroken as error:
                    log.warning(
                        "the index of client names cannot be kept there",
                        action="client_index.place_refused",
                        error=str(error),
                    )
                    break
            self._thrown_away = self._thrown_away or Path(tempfile.mkdtemp(prefix="yinuo-"))
            return FileDirectory.build(self._thrown_away / "clients.names", pages(), {"seen": json.dumps([newest])})

        self._directory = await asyncio.to_thread(build)
        self._seen = [newest]

    def _places(self) -> list[Path]:
        """The files this instance may use, when others of the same machine have the first ones."""
        if self._place is None:
            return []
        return [self._place.with_name(f"{self._place.name}{number or ''}") for number in range(_INSTANCES)]

    def close(self) -> None:
        """Lets go of the file, and throws it away when it has no place of its own."""
        if isinstance(self._directory, FileDirectory):
            self._directory.close()
        self._directory, self._seen = None, []
        if self._thrown_away is not None:
            shutil.rmtree(self._thrown_away, ignore_errors=True)
            self._thrown_away = None


def _newest(session: Session) -> _Seen:
    newest = clients.latest(session)
    return _Seen(newest.seq, newest.mark, None) if newest is not None else _Seen(0, "", None)


def _changes(session: Session, seen: list[_Seen]) -> _Changes | None:
    """What has changed since `seen`; None when not even the first of these stands: the index is another database's."""
    standing = list(seen)
    undone: set[int] = set()
    while standing and not clients.stands(session, standing[-1].seq, standing[-1].mark):
        last = standing.pop()
        if last.client_id is not None:
            undone.add(last.client_id)
    if not standing:
        return None
    changes = clients.changes_since(session, standing[-1].seq, AT_ONCE)
    ids = undone | {change.client_id for change in changes}
    standing += [_Seen(change.seq or 0, change.mark, change.client_id) for change in changes]
    return _Changes(standing, ids, clients.entries(session, ids))


def _aliases(aliases: list[tuple[str, int | None]]) -> list[Alias]:
    return [Alias(text, team_id) for text, team_id in aliases]
