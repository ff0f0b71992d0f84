"""From the references of records to files: fetched from the platforms while they can be, and kept in a folder.

A file is written before its row says so, and a row that nobody finished is taken up again: after a crash it is fetched
once more, or not even that where its bytes had arrived.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

import structlog
from sqlmodel import Session

from bot import retry
from bot.clock import Clock
from bot.errors import Misconfigured, Rejected, SendError, Temporary, Throttled, Unreachable, UsedUp
from bot.media_files import MediaFolder, mark
from bot.runner import Runner
from bot.types import Fetched, Fetcher, Platform
from storage import media, quota
from storage.media import Stored
from storage.store import Store, StoreUnavailable
from storage.tables import Media

log = structlog.get_logger("media")

AT_ONCE = 4
LOOK_SECONDS = 0.5
# What an operator has to put right, and a disk that has to be emptied, are not waited for by the second.
OPERATOR_WAIT = timedelta(minutes=10)
DISK_WAIT = timedelta(minutes=1)
SHORTEST_WAIT = timedelta(seconds=1)
FULL = "the folder of media is full"
UNWRITABLE = "the folder of media cannot be written"


class MediaKeeper(Runner):
    """Fetches what is queued from every platform that is a Fetcher, what is over first first.

    No file has more than `most` bytes, all together at most `total`. `quotas` are the monthly rights that fetching is
    counted against.
    """

    name = "media"

    def __init__(
        self,
        store: Store,
        clock: Clock,
        platforms: Mapping[str, Platform],
        folder: MediaFolder,
        *,
        most: int,
        total: int,
        quotas: quota.Limits = MappingProxyType({}),
    ) -> None:
        super().__init__()
        self.store = store
        self.clock = clock
        self.folder = folder
        self.most = most
        self.total = total
        self.quotas = quotas
        self._fetchers = {name: platform for name, platform in platforms.items() if isinstance(platform, Fetcher)}
        self._lives = {name: fetcher.media_life for name, fetcher in self._fetchers.items()}
        self._fetching: set[asyncio.Task[None]] = set()
        self._tidy = False

    def busy(self) -> bool:
        """Is a file still on its way?"""
        return bool(self._fetching)

    async def prepare(self) -> None:
        """Deletes, once, what a stopped instance left and nobody needs. Raises StoreUnavailable."""
        if self._tidy or not self._fetchers:
            return
        try:
            marks = await asyncio.to_thread(self.folder.marks)
            if marks:
                # After the look at the folder: whatever is there now belongs to a row that is known by now.
                needed = {mark(*one) for one in await self.store.read(media.waiting)}
                await asyncio.to_thread(self.folder.tidy, [name for name in marks if name not in needed])
        except OSError as error:
            log.error("the folder of media cannot be read", action="media.unreadable", error=type(error).__name__)
        self._tidy = True

    async def drain(self) -> int:
        """Fetches all that can be fetched now; returns how much was tried. Raises StoreUnavailable."""
        tried = 0
        try:
            while True:
                rows = await self._claim()
                self._fetching |= {asyncio.create_task(self._one(row), name=f"media-{row.id}") for row in rows}
                tried += len(rows)
                if not self._fetching:
                    return tried
                # Something more urgent may come in the meantime.
                done, self._fetching = await asyncio.wait(
                    self._fetching, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    task.result()
        except BaseException:
            for task in self._fetching:
                task.cancel()
            await asyncio.gather(*self._fetching, return_exceptions=True)
            self._fetching = set()
            raise

    async def _claim(self) -> list[Media]:
        room = 0 if self._halted or not self._fetchers else AT_ONCE - len(self._fetching)
        if room <= 0:
            return []
        now = self.clock.now()
        # A look is cheaper than a transaction that writes, and there is seldom anything.
        due = await self.store.read(lambda session: media.next_at(session, now))
        if due is None or due > now:
            return []

        def claim(session: Session) -> list[Media]:
            rows = media.claim(session, now, room, self._lives)
            if rows and media.size(session) >= self.total:
                for row in rows:
                    session.flush()
                    media.failed(session, row, FULL, now + OPERATOR_WAIT)
                return []
            return rows

        return await self.store.write(claim)

    async def _one(self, row: Media) -> None:
        """Fetches one file and keeps it, or records why not."""
        name = mark(row.platform, row.ref)
        try:
            content = await asyncio.to_thread(self.folder.arrived, name)
            if content is None:
                content = await self._fetch(row)
                await asyncio.to_thread(self.folder.arrive, name, content)
            stored = await asyncio.to_thread(self.folder.keep, name, content)
            await self._kept(row, stored)
            await asyncio.to_thread(self.folder.settle, name)
        except StoreUnavailable:
            raise
        except OSError as error:
            log.error("a file cannot be written", action="media.unwritable", error=type(error).__name__)
            await self._failed(row, UNWRITABLE, self.clock.now() + DISK_WAIT)
        except SendError as error:
            await self._not_fetched(row, error)
        except Exception as error:  # recorded on the row
            log.exception("a file could not be kept", action="media.stumbled", media_id=row.id)
            await self._not_fetched(row, Temporary(type(error).__name__))

    async def _fetch(self, row: Media) -> bytes:
        now = self.clock.now()
        try:
            fetched: Fetched = await self._fetchers[row.platform].fetch(row.ref, now, self.most)
        except SendError as error:
            await self._spend(row, now, error.spent, error)
            raise
        await self._spend(row, now, fetched.spent)
        return fetched.content

    async def _spend(self, row: Media, now: datetime, spent: Mapping[str, int], error: SendError | None = None) -> None:
        def count(session: Session) -> None:
            quota.spend(session, now, row.platform, spent, self.quotas)
            if isinstance(error, UsedUp):
                quota.refused(session, now, row.platform, error.right, self.quotas)

        if spent or isinstance(error, UsedUp):
            await self.store.write(count)

    async def _kept(self, row: Media, stored: Stored) -> None:
        now = self.clock.now()

        def keep(session: Session) -> bool:
            return media.kept(session, now, row, stored) or media.has(session, stored.path)

        if await self.store.write(keep):
            log.info("a file is kept", action="media.kept", number=row.number, size=stored.size)
        else:
            # Its sender was erased in the meantime.
            await asyncio.to_thread(self.folder.remove, stored.path)

    async def _not_fetched(self, row: Media, error: SendError) -> None:
        again = _again(row, error, self.clock.now(), self._lives[row.platform])
        log.warning(
            "a file was not fetched",
            action="media.failed",
            number=row.number,
            platform=row.platform,
            attempt=row.attempts,
            code=error.code,
            reason=error.reason,
            again_at=again.isoformat() if again else None,
        )
        await self._failed(row, error.reason, again)

    async def _failed(self, row: Media, reason: str, again: datetime | None) -> None:
        await self.store.write(lambda session: media.failed(session, row, reason, again))


def _again(row: Media, error: SendError, now: datetime, life: timedelta) -> datetime | None:
    """When a file is tried again: never once the platform says that it is gone, and not after its reference's life."""
    left = row.made_at + life - now
    if isinstance(error, Unreachable | Rejected) or left <= timedelta(0):
        return None
    if isinstance(error, Misconfigured):
        wait = OPERATOR_WAIT
    else:
        wait = retry.decide(error, min(row.attempts, len(retry.WAITS)), f"media:{row.id}") or OPERATOR_WAIT
        if isinstance(error, Throttled):
            return now + wait
    # The nearer the end, the more often.
    return now + max(min(wait, left / 2), SHORTEST_WAIT)
