"""The long connections: each platform that is listened to is held by one instance of all, the others stand by.

A holder that stops hands over at once; one that dies, hangs or loses the database is replaced within half a minute.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Literal

import structlog

from bot.clock import Clock
from bot.errors import Misconfigured
from bot.types import Contested, Inbound, Listener, Platform
from storage import settings
from storage.holders import Holder, holder
from storage.store import Store, StoreUnavailable

log = structlog.get_logger("listening")

State = Literal["standby", "connecting", "listening", "misconfigured"]
Commit = Callable[[tuple[Inbound, ...], datetime], Awaitable[None]]

# The settings under which the holder of a platform tells how it stands, as JSON: `state`, `at` which moment, the
# `reason` while it is misconfigured, and when another program last took the connection, `taken_at`; else both empty.
PREFIX = "listening."
CHECK_SECONDS = 5.0
# An operator has to act first; nobody is helped by asking more often.
MISCONFIGURED_SECONDS = 300.0
REPORT_SECONDS = 60.0
REPORT_PATIENCE = 2.0


class Listening:
    """Listens to every platform that is a Listener, as long as this instance holds it.

    `commit` stores messages and returns once they are committed, or raises.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        platforms: Mapping[str, Platform],
        commit: Commit,
        *,
        check_seconds: float = CHECK_SECONDS,
        misconfigured_seconds: float = MISCONFIGURED_SECONDS,
    ) -> None:
        self.store = store
        self.clock = clock
        self.commit = commit
        self.check_seconds = check_seconds
        self.misconfigured_seconds = misconfigured_seconds
        self._listeners = {name: platform for name, platform in platforms.items() if isinstance(platform, Listener)}
        self._held: set[str] = set()
        self._misconfigured: dict[str, str] = {}
        self._reported: dict[str, tuple[tuple[State, str, str], datetime]] = {}

    def states(self) -> dict[str, State]:
        """How this instance stands with every platform that is listened to."""
        return {name: self._state(name) for name in self._listeners}

    def _state(self, name: str) -> State:
        if name not in self._held:
            return "standby"
        if self._listeners[name].listening:
            return "listening"
        return "misconfigured" if name in self._misconfigured else "connecting"

    def silent(self) -> frozenset[str]:
        """The platforms this instance cannot send by now, because their connection is elsewhere or not up.

        One that is misconfigured is not among them: its messages are to fail and be seen.
        """
        return frozenset(
            name
            for name, listener in self._listeners.items()
            if listener.tied and self._state(name) in {"standby", "connecting"}
        )

    async def run(self) -> None:
        """Listens until cancelled; then every connection is closed and handed over."""
        async with asyncio.TaskGroup() as group:
            for name, listener in self._listeners.items():
                group.create_task(self._keep(name, listener), name=f"listening-{name}")

    async def _keep(self, name: str, listener: Listener) -> None:
        """Tries for one platform; listens while it is held, and lets go of it as soon as that is in doubt."""
        seat: Holder = holder(self.store, PREFIX + name)
        task: asyncio.Task[None] | None = None
        try:
            while True:
                held = await seat.take()
                if held and task is None:
                    log.info("listening here", action="listening.held", platform=name)
                    self._held.add(name)
                    task = asyncio.create_task(self._listen(name, listener), name=f"listen-{name}")
                elif not held and task is not None:
                    log.warning("another may listen now", action="listening.lost", platform=name)
                    await self._end(name, task)
                    task = None
                state = self._state(name)
                if state == "listening":
                    self._misconfigured.pop(name, None)
                if held:
                    await self._report(name, state)
                await asyncio.sleep(self.check_seconds)
        finally:
            if task is not None:
                await self._end(name, task)
            await seat.release()

    async def _end(self, name: str, task: asyncio.Task[None]) -> None:
        self._held.discard(name)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _listen(self, name: str, listener: Listener) -> None:
        async def accept(messages: tuple[Inbound, ...]) -> None:
            await self.commit(messages, self.clock.now())

        while True:
            wait = self.check_seconds
            try:
                await listener.listen(accept, self.clock.now)
                log.warning("a connection ended", action="listening.ended", platform=name)
            except Misconfigured as error:
                wait = self.misconfigured_seconds
                if name not in self._misconfigured:
                    self._misconfigured[name] = error.reason
                    log.error(
                        "cannot listen until an operator acts",
                        action="listening.misconfigured",
                        platform=name,
                        code=error.code,
                        reason=error.reason,
                    )
            except Exception:  # one platform's fault must not end the listening
                log.exception("a connection broke", action="listening.broke", platform=name)
            await asyncio.sleep(wait)

    async def _report(self, name: str, state: State) -> None:
        """Tells `doctor`, which is another process: at every change, and now and then that it still holds."""
        now = self.clock.now()
        listener = self._listeners[name]
        taken_at = listener.taken_at if isinstance(listener, Contested) else None
        reason = self._misconfigured.get(name, "") if state == "misconfigured" else ""
        new = (state, reason, taken_at.isoformat() if taken_at else "")
        known, at = self._reported.get(name, (None, now))
        if known == new and abs((now - at).total_seconds()) < REPORT_SECONDS:
            return
        told = json.dumps({"state": state, "at": now.isoformat(), "reason": reason, "taken_at": new[2]})
        # A slow database must not keep the next look waiting, or the server takes this instance for dead.
        with contextlib.suppress(StoreUnavailable, TimeoutError):
            async with asyncio.timeout(REPORT_PATIENCE):
                await self.store.write(lambda session: settings.put(session, PREFIX + name, told))
            self._reported[name] = (new, now)
