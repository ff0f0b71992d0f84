"""A part of the bot that does what there is to do whenever it is woken, and looks by itself now and then."""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod

import structlog

from storage.store import StoreUnavailable

POLL_SECONDS = 1.0


class Runner(ABC):
    """Runs `drain` of the part that inherits it; `name` is the part's name in the log."""

    name: str

    def __init__(self) -> None:
        self._wake = asyncio.Event()
        self._stopping = self._halted = False

    def wake(self) -> None:
        """There is something new to do."""
        self._wake.set()

    def stop(self, *, at_once: bool = False) -> None:
        """Makes `run` end when nothing is left to do; at once: when what is under way is finished."""
        self._stopping = True
        self._halted = at_once
        self._wake.set()

    async def prepare(self) -> None:
        """Gets ready before a round, as far as that is still to be done. Raises StoreUnavailable."""
        return

    @abstractmethod
    async def drain(self) -> int:
        """Does all that can be done now; returns how much that was. Raises StoreUnavailable."""

    def busy(self) -> bool:
        """Is something still under way that the end must wait for?"""
        return False

    async def run(self) -> None:
        """Works until stopped or cancelled; a database that is away is waited for."""
        log = structlog.get_logger(self.name)
        while True:
            # Before the look and not after it, or what comes in between would wait for the next poll.
            self._wake.clear()
            try:
                await self.prepare()
                await self.drain()
            except StoreUnavailable as error:
                log.warning("the database is away", action=f"{self.name}.store_unavailable", error=str(error))
            except Exception:  # nothing may end this loop but `stop`
                log.exception("a round failed", action=f"{self.name}.stumbled")
            if self._stopping and not self.busy():
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wake.wait()
