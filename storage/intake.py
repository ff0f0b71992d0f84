"""Many messages at once into the inbox: whatever arrives while one batch is being committed goes into the next."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from storage import inbox
from storage.inbox import Letter
from storage.store import Store, StoreUnavailable

BATCH = 512
COMMIT_SECONDS = 4.0
_Waiting = tuple[Sequence[Letter], datetime, asyncio.Future[None]]


class Intake:
    """Stores letters in batches. Nobody waits for company: a letter that comes alone is committed alone."""

    def __init__(self, store: Store, *, seconds: float = COMMIT_SECONDS) -> None:
        self._store = store
        self._seconds = seconds
        self._waiting: list[_Waiting] = []
        self._running: asyncio.Task[None] | None = None
        self._deadline: asyncio.TimerHandle

    def add(self, letters: Sequence[Letter], now: datetime) -> asyncio.Future[None]:
        """Done once all of these letters are committed, those known already included.

        Fails with StoreUnavailable when the database cannot take them, within `seconds` at the latest; they may be
        stored then all the same. A future that is cancelled stops nothing.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((letters, now, future))
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="intake")
        return future

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                self._watch(batch)
                try:
                    await self._store_all(batch)
                finally:
                    self._deadline.cancel()
                    # Stopped in the middle: nobody is left waiting for what will not be told any more.
                    _tell(batch, StoreUnavailable("stopped"))
        finally:
            self._running = None

    async def _store_all(self, batch: list[_Waiting]) -> None:
        letters = [letter for item, _, _ in batch for letter in item]
        try:
            await self._store.write(inbox.adding(self._store.dialect, letters, batch[0][1]), "inbox")
        except StoreUnavailable as error:
            _tell(batch, error)
        except Exception as error:
            if len(batch) == 1:
                _tell(batch, error)
            else:
                # One letter the database refuses must not spoil its neighbours.
                for item in batch:
                    await self._store_all([item])
        else:
            _tell(batch, None)

    def _watch(self, batch: list[_Waiting]) -> None:
        self._deadline = asyncio.get_running_loop().call_later(self._seconds, self._give_up, batch)

    def _give_up(self, batch: list[_Waiting]) -> None:
        # Those behind it wait for the same database; whoever comes from now on is given as long again.
        behind, self._waiting = self._waiting, []
        _tell(batch + behind, StoreUnavailable("no answer in time"))
        self._watch(batch)


def _tell(batch: list[_Waiting], error: Exception | None) -> None:
    for _, _, future in batch:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
            # Whoever has given up waiting does not ask for it.
            future.exception()
