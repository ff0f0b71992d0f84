"""Waiting without time: whoever pauses goes on when the test says so."""

from __future__ import annotations

import asyncio

PATIENCE = 10.0


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

    async def begun(self, seconds: float) -> None:
        """Return once somebody pauses for this long."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: self._pending(seconds) is not None)

    async def over(self, seconds: float) -> None:
        """End the oldest pause of this length, once there is one."""
        await self.begun(seconds)
        future = self._pending(seconds)
        assert future is not None
        future.set_result(None)

    def _pending(self, seconds: float) -> asyncio.Future[None] | None:
        fitting = (future for asked, future in self._waiting if asked == seconds and not future.done())
        return next(fitting, None)
