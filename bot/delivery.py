"""From the outbox to the platforms: outbox row → paced → platform.send → sent | retry at | dead.

One lane (a target on a platform) speaks in order and at its pace. A reply that fails to send never undoes the facts.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import structlog
from sqlmodel import Session

from bot import retry
from bot.clock import Clock
from bot.errors import SendError, Temporary, Throttled, Unreachable, UsedUp
from bot.types import OutFile, Outgoing, Platform, Receipt
from storage import outbox, people, quota
from storage.store import Store, StoreUnavailable
from storage.tables import Chat, Outbox, Person

log = structlog.get_logger("delivery")

POLL_SECONDS = 1.0
# After this long the others no longer wait for a slow send.
SLOW_SECONDS = 0.5
AT_ONCE = 50
Render = Callable[[str, Mapping[str, Any]], bytes]
OnSent = Callable[[Outbox, list[str]], None]
Claimed = tuple[Outbox, Outgoing, list[str]]


class Delivery:
    """Says what is in the outbox. `render` makes the bytes of a file; `on_sent` hears of each row that was said.

    `silent` names the platforms that this instance cannot send by at the moment: their messages are left to others.
    `quotas` are the monthly rights that what is sent is counted against.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        platforms: Mapping[str, Platform],
        render: Render,
        *,
        on_sent: OnSent = lambda row, mentions: None,
        silent: Callable[[], Collection[str]] = frozenset,
        quotas: quota.Limits = MappingProxyType({}),
    ) -> None:
        self.store = store
        self.clock = clock
        self.platforms = dict(platforms)
        self.render = render
        self.on_sent = on_sent
        self.silent = silent
        self.quotas = quotas
        self._wake = asyncio.Event()
        self._rendering = asyncio.Semaphore(2)
        self._stopping = self._halted = False
        self._flying: dict[asyncio.Task[None], Outbox] = {}
        self._unrecorded: list[Callable[[], Awaitable[None]]] = []

    def wake(self) -> None:
        """Something new is in the outbox."""
        self._wake.set()

    def stop(self, *, at_once: bool = False) -> None:
        """Makes `run` end when nothing can be said any more; at once: when the sends under way have ended."""
        self._stopping = True
        self._halted = at_once
        self._wake.set()

    async def run(self) -> None:
        """Delivers until stopped or cancelled; a database that is away is waited for."""
        while True:
            # Before the look and not after it, or what comes in between would wait for the next poll.
            self._wake.clear()
            try:
                await self.drain()
            except StoreUnavailable as error:
                log.warning("the outbox cannot be read", action="delivery.store_unavailable", error=str(error))
            except Exception:  # nothing may end this loop but `stop`
                log.exception("the delivery stumbled", action="delivery.stumbled")
            if self._stopping and not self._flying:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wake.wait()

    async def drain(self) -> int:
        """Says all that may be said now; returns how many messages were tried. Raises StoreUnavailable.

        Sends that take long go on beside the next ones; their leases are kept alive.
        """
        tried = 0
        try:
            while True:
                await self._record_late()
                claimed = await self._claim_next()
                for item in claimed:
                    task = asyncio.create_task(self._one(*item))
                    self._flying[task] = item[0]
                    task.add_done_callback(self._landed)
                tried += len(claimed)
                if not self._flying:
                    return tried
                await asyncio.wait(list(self._flying), timeout=SLOW_SECONDS)
        except asyncio.CancelledError:
            for task in self._flying:
                task.cancel()
            raise

    def _landed(self, task: asyncio.Task[None]) -> None:
        row = self._flying.pop(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("an outcome is lost", action="delivery.lost", outbox_id=row.id, error=type(error).__name__)

    async def _record_late(self) -> None:
        """Records what could not be recorded when it happened, before anything is claimed anew."""
        late, self._unrecorded = self._unrecorded, []
        for record in late:
            await record()
        if self._unrecorded:
            raise StoreUnavailable("what was sent cannot be recorded")

    async def _claim_next(self) -> list[Claimed]:
        now = self.clock.now()
        room = 0 if self._halted else AT_ONCE - len(self._flying)
        held = [(row.id or 0, row.attempts) for row in self._flying.values()]
        if room <= 0 and not held:
            return []
        silent = self.silent()
        return await self.store.write(lambda session: self._claim(session, now, room, held, silent))

    def _claim(
        self, session: Session, now: datetime, room: int, held: list[tuple[int, int]], silent: Collection[str]
    ) -> list[Claimed]:
        for row_id, attempt in held:
            outbox.keep(session, row_id, attempt, now)
        claimed = []
        for row in outbox.claim(session, now, room, silent) if room > 0 else ():
            platform = self.platforms.get(row.platform)
            if platform is not None and platform.pace.gap > 0:
                outbox.rest(session, row.lane, now + timedelta(seconds=platform.pace.gap))
            message, mentions = self._outgoing(session, row)
            claimed.append((row, message, mentions))
        return claimed

    def _outgoing(self, session: Session, row: Outbox) -> tuple[Outgoing, list[str]]:
        mentions: list[tuple[str | None, str]] = []
        for person_id in row.mentions:
            mentions.append((people.user_id(session, person_id, row.platform), session.get_one(Person, person_id).name))
        chat = session.get(Chat, row.chat_id) if row.chat_id is not None else None
        message = Outgoing(
            key=row.key,
            target_kind="chat" if row.target_kind == "chat" else "person",
            target_id=row.target_id,
            text=row.text,
            mentions=tuple(mentions),
            files=tuple(OutFile(file["name"], self._loader(file)) for file in row.files),
            reply_url=row.reply_url,
            reply_until=row.reply_until,
            push_chat_name=chat.name if chat else None,
        )
        return message, [name for _, name in mentions]

    def _loader(self, file: Mapping[str, Any]) -> Callable[[], Any]:
        async def load() -> bytes:
            async with self._rendering:
                return await asyncio.to_thread(self.render, file["template"], file["facts"])

        return load

    async def _one(self, row: Outbox, message: Outgoing, mentions: list[str]) -> None:
        assert row.id is not None
        now = self.clock.now()
        platform = self.platforms.get(row.platform)
        try:
            if platform is None:
                raise Unreachable(f"platform {row.platform!r} is not configured")
            receipt = await platform.send(message, now)
        except SendError as error:
            await self._failed(row, error)
        except Exception as error:  # recorded on the outbox row
            log.exception("a send broke", action="delivery.broke", outbox_id=row.id, platform=row.platform)
            await self._failed(row, Temporary(type(error).__name__))
        else:
            await self._sent(row, receipt, mentions)

    async def _sent(self, row: Outbox, receipt: Receipt, mentions: list[str]) -> None:
        row_id, attempt, now = row.id, row.attempts, self.clock.now()
        assert row_id is not None

        def write(session: Session) -> bool:
            self._count(session, now, row.platform, receipt)
            return outbox.sent(session, row_id, attempt, now, receipt=receipt.message_id or "", channel=receipt.channel)

        async def record() -> None:
            if await self.store.write(write):
                row.sent_at = now
                log.info("a message was said", action="delivery.sent", outbox_id=row_id, kind=row.kind, clock=row.clock)
                self.on_sent(row, mentions)

        await self._record(record)

    async def _failed(self, row: Outbox, error: SendError) -> None:
        row_id, attempt, now = row.id, row.attempts, self.clock.now()
        assert row_id is not None
        wait = retry.decide(error, attempt, row.key)
        retry_at = now + wait if wait is not None else None
        log.warning(
            "a message was not said",
            action="delivery.failed",
            outbox_id=row_id,
            error=type(error).__name__,
            code=error.code,
            again_in=wait.total_seconds() if wait else None,
        )

        def write(session: Session) -> None:
            self._count(session, now, row.platform, error)
            outbox.fail(session, row_id, attempt, f"{type(error).__name__}: {error.reason}", retry_at)
            if retry_at is not None:
                # The whole lane waits, so that nothing overtakes.
                rest = now + timedelta(seconds=error.retry_after) if isinstance(error, Throttled) else retry_at
                outbox.rest(session, row.lane, max(rest, retry_at))

        async def record() -> None:
            await self.store.write(write)

        await self._record(record)

    def _count(self, session: Session, now: datetime, platform: str, outcome: Receipt | SendError) -> None:
        quota.spend(session, now, platform, outcome.spent, self.quotas)
        if isinstance(outcome, UsedUp):
            quota.refused(session, now, platform, outcome.right, self.quotas)

    async def _record(self, record: Callable[[], Awaitable[None]]) -> None:
        """Records an outcome; one that the database cannot take now is kept: forgotten, it would be said again."""
        try:
            await record()
        except StoreUnavailable as error:
            log.warning("an outcome waits", action="delivery.unrecorded", error=str(error))
            self._unrecorded.append(lambda: self._record(record))
