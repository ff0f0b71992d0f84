"""Waiting that a test ends by hand, in place of `asyncio.sleep`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Pauses:
    """Call it to wait. `asked` lists how long everybody wanted to wait, in order."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._waiting: list[tuple[float, asyncio.Future[None]]] = []
        self._news = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.asked.append(seconds)
        self._waiting.append((seconds, gate))
        self._news.set()
        try:
            await gate
        finally:
            self._waiting.remove((seconds, gate))

    async def over(self, fits: Callable[[float], bool]) -> float:
        """Wait until somebody waits for a time that fits, and end it; returns the time."""
        seconds, gate = await self._found(fits)
        gate.set_result(None)
        return seconds

    async def begun(self, fits: Callable[[float], bool]) -> None:
        """Wait until somebody waits for a time that fits."""
        await self._found(fits)

    async def _found(self, fits: Callable[[float], bool]) -> tuple[float, asyncio.Future[None]]:
        async with asyncio.timeout(5.0):
            while True:
                for seconds, gate in self._waiting:
                    if fits(seconds) and not gate.done():
                        return seconds, gate
                self._news.clear()
                await self._news.wait()
