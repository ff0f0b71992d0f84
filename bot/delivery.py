"""From the outbox to the platforms: rows → paced, merged → platform.send → sent | retry at | another platform | dead.

One lane (a target on a platform) speaks in order and at its pace. A reply that fails to send never undoes the facts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import structlog
from sqlmodel import Session

from bot import outgoing, retry
from bot.clock import Clock
from bot.errors import Misconfigured, Rejected, SendError, Temporary, Throttled, Unknown, Unreachable, UsedUp
from bot.runner import Runner
from bot.types import OutFile, Outgoing, Platform, Receipt
from storage import lanes, outbox, quota, settings
from storage.lanes import Bundle, Said, Way
from storage.store import Store, StoreUnavailable
from storage.turns import Waiting

log = structlog.get_logger("delivery")

# After this long the others no longer wait for a slow send.
SLOW_SECONDS = 0.5
AT_ONCE = 50
# A clock that goes back by less delays by less, and is left alone.
STEP_BACK = timedelta(seconds=5)
Render = Callable[[str, Mapping[str, Any]], bytes]
OnSent = Callable[[Waiting, list[str]], None]


@dataclass(frozen=True, slots=True)
class Flight:
    """A bundle on its way: the message it became, and whom each of its rows mentions."""

    bundle: Bundle
    message: Outgoing
    mentions: list[list[str]]


@dataclass(frozen=True, slots=True)
class Failed:
    """A flight that ended badly at `at`."""

    flight: Flight
    error: SendError
    at: datetime


@dataclass(frozen=True, slots=True)
class Landed:
    """A flight whose message was taken."""

    flight: Flight
    said: Said
    receipt: Receipt


Outcome = Landed | Failed


class Delivery(Runner):
    """Says what is in the outbox. `render` makes the bytes of a file; `on_sent` hears of each row that was said.

    `silent` names the platforms that this instance cannot send by at the moment: their messages are left to others.
    `quotas` are the monthly rights that what is sent is counted against. `turns` are the platforms to which a person's
    message may turn when theirs cannot be reached. `on_set_back` is called when the clock was seen to be set back.
    """

    name = "delivery"

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
        turns: Collection[str] = (),
        on_set_back: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self.store = store
        self.clock = clock
        self.platforms = dict(platforms)
        self.render = render
        self.on_sent = on_sent
        self.silent = silent
        self.quotas = quotas
        self.turns = frozenset(turns)
        self.on_set_back = on_set_back
        self._latest: datetime | None = None
        self._rendering = asyncio.Semaphore(2)
        self._flying: dict[asyncio.Task[None], Flight] = {}
        self._outcomes: list[Outcome] = []
        self._recording: asyncio.Task[None] | None = None

    def busy(self) -> bool:
        """Is a message still on its way?"""
        return bool(self._flying)

    async def drain(self) -> int:
        """Says all that may be said now; returns how many messages were tried. Raises StoreUnavailable.

        Sends that take long go on beside the next ones; their leases are kept alive.
        """
        tried = 0
        try:
            while True:
                await self._record_all()
                # What ends during the look may leave room for more than was looked for.
                full = len(self._flying) >= AT_ONCE
                flights = await self._claim_next()
                for flight in flights:
                    task = asyncio.create_task(self._one(flight))
                    self._flying[task] = flight
                    task.add_done_callback(self._ended)
                tried += len(flights)
                if not self._flying:
                    if full and not self._halted:
                        continue
                    return tried
                await asyncio.wait(list(self._flying), timeout=SLOW_SECONDS)
        except asyncio.CancelledError:
            for task in self._flying:
                task.cancel()
            raise

    def _ended(self, task: asyncio.Task[None]) -> None:
        flight = self._flying.pop(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("an outcome is lost", action="delivery.lost", key=flight.bundle.key, error=type(error).__name__)

    # --- what is said next ------------------------------------------------------------------------------------

    def _ways(self) -> dict[str, Way]:
        return {
            name: Way(pace.gap, pace.max_bytes if pace.merge else 0, pace.app_gap, pace.app_burst)
            for name, platform in self.platforms.items()
            for pace in (platform.pace,)
        }

    async def _claim_next(self) -> list[Flight]:
        now = self.clock.now()
        room = 0 if self._halted else AT_ONCE - len(self._flying)
        held = [flight.bundle for flight in self._flying.values()]
        if room <= 0 and not held:
            return []
        silent = self.silent()
        latest = self._latest

        def claim(session: Session) -> list[Flight]:
            # After a start the last tick tells what this clock, or another instance's, showed before.
            before = latest or settings.moment(session, "clock.tick") or now
            if before - now > STEP_BACK:
                lanes.set_back(session, now)
            lanes.keep(session, held, now)
            bundles = lanes.claim(session, now, room, self._ways(), silent) if room > 0 else []
            return [Flight(bundle, *outgoing.build(session, bundle, self._file)) for bundle in bundles]

        flights = await self.store.write(claim)
        self._latest = now
        if latest is not None and latest - now > STEP_BACK:
            log.warning("the clock was set back", action="delivery.set_back", seconds=(latest - now).total_seconds())
            self.on_set_back()
        return flights

    def _file(self, file: Mapping[str, Any]) -> OutFile:
        async def load() -> bytes:
            async with self._rendering:
                return await asyncio.to_thread(self.render, file["template"], file["facts"])

        return OutFile(file["name"], load)

    async def _one(self, flight: Flight) -> None:
        now = self.clock.now()
        name = flight.bundle.rows[0].platform
        platform = self.platforms.get(name)
        outcome: Outcome
        try:
            if platform is None:
                raise Unreachable(f"platform {name!r} is not configured")
            receipt = await platform.send(flight.message, now)
        except SendError as error:
            outcome = Failed(flight, error, self.clock.now())
        except Exception as error:  # recorded on the outbox row
            log.exception("a send broke", action="delivery.broke", key=flight.bundle.key, platform=name)
            outcome = Failed(flight, Temporary(type(error).__name__), self.clock.now())
        else:
            said = Said(flight.bundle, self.clock.now(), receipt.message_id or "", receipt.channel)
            outcome = Landed(flight, said, receipt)
        self._outcomes.append(outcome)
        await self._record()

    # --- what became of it ------------------------------------------------------------------------------------

    async def _record(self) -> None:
        """Records the outcomes; what the database cannot take now is kept: forgotten, it would be said again."""
        try:
            await self._record_all()
        except StoreUnavailable as error:
            log.warning("an outcome waits", action="delivery.unrecorded", error=str(error))

    async def _record_all(self) -> None:
        """All that has ended meanwhile in one transaction. Raises StoreUnavailable, and keeps them then."""
        while self._outcomes or self._recording is not None:
            if self._recording is None:
                batch, self._outcomes = self._outcomes, []
                self._recording = asyncio.create_task(self._write(batch))
            await asyncio.shield(self._recording)

    async def _write(self, batch: Sequence[Outcome]) -> None:
        landed = [outcome for outcome in batch if isinstance(outcome, Landed)]
        failed = [outcome for outcome in batch if isinstance(outcome, Failed)]

        def record(session: Session) -> set[int]:
            for landing in landed:
                self._count(session, landing.flight, landing.said.at, landing.receipt)
            held = lanes.sent(session, [landing.said for landing in landed])
            for failure in failed:
                self._count(session, failure.flight, failure.at, failure.error)
                self._fail(session, failure)
            return held

        try:
            # Not behind the handlers that wait: what was said and is not recorded is said again after a crash.
            held = await self.store.write(record, "outcome")
        except BaseException:
            self._outcomes = [*batch, *self._outcomes]
            raise
        finally:
            self._recording = None
        for failure in failed:
            self._tell(failure)
        for landing in landed:
            self._said(landing, held)

    def _said(self, outcome: Landed, held: Collection[int]) -> None:
        for row, mentions in zip(outcome.flight.bundle.rows, outcome.flight.mentions, strict=True):
            if row.id in held:
                row.sent_at = outcome.said.at
                log.info("a message was said", action="delivery.sent", outbox_id=row.id, kind=row.kind, clock=row.clock)
                self.on_sent(row, mentions)

    def _count(self, session: Session, flight: Flight, at: datetime, outcome: Receipt | SendError) -> None:
        platform = flight.bundle.rows[0].platform
        quota.spend(session, at, platform, outcome.spent, self.quotas)
        if isinstance(outcome, UsedUp):
            quota.refused(session, at, platform, outcome.right, self.quotas)

    def _wait(self, outcome: Failed) -> timedelta | None:
        first = outcome.flight.bundle.rows[0]
        bundle, platform = outcome.flight.bundle, self.platforms.get(first.platform)
        return retry.decide(
            outcome.error,
            first.attempts - first.retries_from,
            bundle.key,
            repeated=bundle.repeated,
            repeatable=platform is not None and platform.pace.repeatable,
        )

    def _fail(self, session: Session, outcome: Failed) -> None:
        bundle, error, now = outcome.flight.bundle, outcome.error, outcome.at
        wait = self._wait(outcome)
        why = f"{type(error).__name__}: {error.reason}"
        if isinstance(error, Rejected) and len(bundle.rows) > 1:
            # Whatever it is that is refused, the others are not to die of it.
            lanes.fail(session, bundle, why, now, apart=True)
            return
        lanes.fail(session, bundle, why, now + wait if wait is not None else None, arrived=isinstance(error, Unknown))
        if isinstance(error, Throttled):
            until = now + timedelta(seconds=error.retry_after)
            lanes.rest(session, bundle.rows[0].platform if error.whole_app else bundle.lane, until)
        if wait is None and isinstance(error, Unreachable | Misconfigured):
            for row in bundle.rows:
                outbox.turn(session, row, self.turns, now, why)

    def _tell(self, outcome: Failed) -> None:
        wait = self._wait(outcome)
        log.warning(
            "a message was not said",
            action="delivery.failed",
            outbox_id=outcome.flight.bundle.rows[0].id,
            error=type(outcome.error).__name__,
            code=outcome.error.code,
            again_in=wait.total_seconds() if wait else None,
        )
