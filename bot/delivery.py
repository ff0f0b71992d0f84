"""From the outbox to the platforms: outbox row → paced → platform.send → sent | retry at | dead.

One lane (a target on a platform) speaks in order and at its pace. A reply that fails to send never undoes the facts.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlmodel import Session, select

from bot import retry
from bot.clock import Clock
from bot.errors import SendError, Temporary, Throttled, Unreachable
from bot.types import OutFile, Outgoing, Platform, Receipt
from storage import outbox
from storage.store import Store, StoreUnavailable
from storage.tables import Chat, Identity, Outbox, Person

log = structlog.get_logger("delivery")

POLL_SECONDS = 1.0
Render = Callable[[str, Mapping[str, Any]], bytes]
OnSent = Callable[[Outbox, list[str]], None]


class Delivery:
    """Says what is in the outbox. `render` makes the bytes of a file; `on_sent` hears of each row that was said."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        platforms: Mapping[str, Platform],
        render: Render,
        *,
        on_sent: OnSent = lambda row, mentions: None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.platforms = dict(platforms)
        self.render = render
        self.on_sent = on_sent
        self._wake = asyncio.Event()
        self._rendering = asyncio.Semaphore(2)

    def wake(self) -> None:
        """Something new is in the outbox."""
        self._wake.set()

    async def run(self) -> None:
        """Delivers until cancelled; a database that is away is waited for."""
        while True:
            try:
                await self.drain()
            except StoreUnavailable as error:
                log.warning("the outbox cannot be read", action="delivery.store_unavailable", error=str(error))
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wake.wait()

    async def drain(self) -> int:
        """Says all that may be said now; returns how many messages were tried."""
        tried = 0
        while True:
            now = self.clock.now()
            claimed = await self.store.write(lambda session, now=now: self._claim(session, now))  # type: ignore[misc]
            if not claimed:
                return tried
            await asyncio.gather(*(self._one(*item) for item in claimed))
            tried += len(claimed)

    def _claim(self, session: Session, now: datetime) -> list[tuple[Outbox, Outgoing, list[str]]]:
        claimed = []
        for row in outbox.claim(session, now):
            platform = self.platforms.get(row.platform)
            if platform is not None and platform.pace.gap > 0:
                outbox.rest(session, row.lane, now + timedelta(seconds=platform.pace.gap))
            message, mentions = self._outgoing(session, row)
            claimed.append((row, message, mentions))
        return claimed

    def _outgoing(self, session: Session, row: Outbox) -> tuple[Outgoing, list[str]]:
        mentions: list[tuple[str | None, str]] = []
        for person_id in row.mentions:
            identity = session.exec(
                select(Identity.user_id).where(Identity.person_id == person_id, Identity.platform == row.platform)
            ).first()
            mentions.append((identity, session.get_one(Person, person_id).name))
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
        said = await self.store.write(
            lambda session: outbox.sent(
                session, row_id, attempt, now, receipt=receipt.message_id or "", channel=receipt.channel
            )
        )
        if said:
            row.sent_at = now
            log.info("a message was said", action="delivery.sent", outbox_id=row_id, kind=row.kind, clock=row.clock)
            self.on_sent(row, mentions)

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

        def record(session: Session) -> None:
            outbox.fail(session, row_id, attempt, f"{type(error).__name__}: {error.reason}", retry_at)
            if retry_at is not None and isinstance(error, Temporary):
                # The whole lane waits, so that nothing overtakes.
                rest = now + timedelta(seconds=error.retry_after) if isinstance(error, Throttled) else retry_at
                outbox.rest(session, row.lane, max(rest, retry_at))

        await self.store.write(record)
