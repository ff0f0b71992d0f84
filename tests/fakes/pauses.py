"""Waiting without time: whoever pauses goes on when the test says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.patience import PATIENCE

Fits = Callable[[float], bool]


class Pauses:
    """Stands in for asyncio.sleep. `asked` lists the seconds of every pause, the oldest first."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._waiting: list[tuple[float, asyncio.Future[None]]] = []
        self._changed = asyncio.Condition()

    async def __call__(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.asked.append(seconds)
        self._waiting.append((seconds, future))
        async with self._changed:
            self._changed.notify_all()
        await future

    async def begun(self, seconds: float | Fits) -> None:
        """Return once somebody pauses for this long, or for a time that fits."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: self._pending(seconds) is not None)

    async def over(self, seconds: float | Fits) -> float:
        """End the oldest such pause, once there is one; return how long it was meant to be."""
        await self.begun(seconds)
        found = self._pending(seconds)
        assert found is not None
        found[1].set_result(None)
        return found[0]

    def _pending(self, seconds: float | Fits) -> tuple[float, asyncio.Future[None]] | None:
        fits = seconds if callable(seconds) else lambda asked: asked == seconds
        return next(((asked, future) for asked, future in self._waiting if fits(asked) and not future.done()), None)
