"""The store in a PostgreSQL that any number of instances share: asyncpg through `run_sync`, two writer lanes."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage import batch
from storage.work import (
    BUSY_SECONDS,
    Job,
    Lane,
    Outcome,
    Precedence,
    Statement,
    StoreUnavailable,
    T,
    Work,
    WorkFailed,
    attempt_apart,
    attempt_together,
    failed,
    is_down,
    is_rolled_back,
    lone_statement,
    look,
    settle,
    unavailable,
)

COMMAND_SECONDS = 60.0
# A batch that met another one crosswise goes again; more than this in a row is the database's own trouble.
ROLLED_BACK_TRIES = 5
_WORK_LOCK = 0x59494E04
_LOCK_WORK = text("SELECT pg_advisory_xact_lock(:key)")


class PostgresStore:
    """A PostgreSQL database, shared by any number of instances."""

    dialect = "postgresql"

    def __init__(self, url: str, *, pool_size: int = 6) -> None:
        self.engine: AsyncEngine = create_async_engine(
            make_url(url).set(drivername="postgresql+asyncpg"),
            pool_size=pool_size,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={
                "timeout": BUSY_SECONDS,
                "command_timeout": COMMAND_SECONDS,
                # An instance that hangs in a transaction must not hold the others' locks for ever.
                "server_settings": {"idle_in_transaction_session_timeout": str(round(COMMAND_SECONDS * 1000))},
            },
        )
        batch.watch(self.engine.sync_engine)
        self._queues: dict[str, asyncio.Queue[Job]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._precedence = Precedence()
        self._closed = False

    async def write(self, work: Work[T], lane: Lane = "work") -> T:
        """Runs `work` in the lane's next transaction; returns after its commit. Raises StoreUnavailable."""
        if self._closed:
            raise StoreUnavailable("closed")
        if lane == "outcome":
            lane = "work"
        if lane not in self._queues:
            self._queues[lane] = asyncio.Queue()
            self._tasks.append(asyncio.create_task(self._run(lane), name=f"writer-{lane}"))
        if lane == "inbox":
            self._precedence.letter(time.monotonic())
        job = Job(work, lane)
        self._queues[lane].put_nowait(job)
        result: T = await job.future
        return result

    async def read(self, work: Work[T]) -> T:
        """Runs `work` in a transaction that is rolled back and sees what is committed. Raises StoreUnavailable."""
        if self._closed:
            raise StoreUnavailable("closed")
        try:
            async with self.engine.connect() as connection:
                result = await connection.run_sync(look, work)
                await connection.rollback()
                return result
        except Exception as error:
            if is_down(error):
                raise unavailable(error) from error
            raise

    async def close(self) -> None:
        """Commits what waits, then closes every connection."""
        if self._closed:
            return
        self._closed = True
        for pending in self._queues.values():
            await pending.join()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.engine.dispose()

    async def _run(self, lane: str) -> None:
        pending = self._queues[lane]
        waiting: deque[Job] = deque()
        connection: AsyncConnection | None = None
        try:
            while True:
                if not waiting:
                    waiting.append(await pending.get())
                taken: list[Job] = []
                began = time.monotonic()
                try:
                    if lane == "work":
                        await self._give_way()
                        began = time.monotonic()
                    while not pending.empty():
                        waiting.append(pending.get_nowait())
                    connection, outcomes = await self._commit(lane, waiting, taken, connection)
                except asyncio.CancelledError:
                    outcomes = failed([*taken, *waiting], StoreUnavailable("closed"))
                    raise
                except Exception as error:  # recorded on all that waited for it
                    outcomes = failed([*taken, *waiting], error)
                    waiting.clear()
                    connection = None
                finally:
                    if lane == "work":
                        self._precedence.worked(began, time.monotonic())
                    else:
                        self._precedence.letter(time.monotonic())
                    settle(outcomes)
                    for _ in outcomes:
                        pending.task_done()
        finally:
            if connection is not None:
                await connection.close()

    async def _give_way(self) -> None:
        seconds = self._precedence.wait(time.monotonic())
        while seconds and not self._closed:
            await asyncio.sleep(seconds)
            seconds = self._precedence.wait(time.monotonic())

    def _interrupting(self, lane: str) -> Callable[[], bool]:
        if lane == "inbox":
            return lambda: False
        began = time.monotonic()
        return lambda: self._precedence.enough(began, time.monotonic())

    async def _attempt(
        self, lane: str, waiting: deque[Job], taken: list[Job], connection: AsyncConnection
    ) -> list[Outcome]:
        """Runs a batch in a transaction that it begins; in a new one, each work apart, where one of them failed."""
        await self._begin(lane, connection)
        try:
            return await connection.run_sync(attempt_together, waiting, self._interrupting(lane), taken)
        except WorkFailed as error:
            failure = error
        await connection.rollback()
        if len(taken) == 1:
            return [failure.outcome]
        await self._begin(lane, connection)
        return await connection.run_sync(attempt_apart, taken)

    @staticmethod
    async def _begin(lane: str, connection: AsyncConnection) -> None:
        _ = await connection.begin()
        if lane == "work":
            await connection.execute(_LOCK_WORK, {"key": _WORK_LOCK})

    async def _commit(
        self, lane: str, waiting: deque[Job], taken: list[Job], connection: AsyncConnection | None
    ) -> tuple[AsyncConnection, list[Outcome]]:
        """Runs and commits a batch on the lane's connection, or on a new one where that has gone stale."""
        tries = 0
        while True:
            reused = connection is not None
            connection = connection or await self.engine.connect()
            try:
                try:
                    statement = lone_statement(waiting) if lane == "inbox" else None
                    if statement is not None:
                        taken.append(waiting.popleft())
                        return connection, [await _run_statement(connection, statement, taken[0])]
                    outcomes = await self._attempt(lane, waiting, taken, connection)
                except Exception as error:
                    # Nothing of it is committed, or bears a repetition: a connection that idled too long is no
                    # reason to fail, nor is a crossing of locks.
                    tries += 1
                    crossed = is_rolled_back(error) and tries < ROLLED_BACK_TRIES
                    if not (crossed or (reused and is_down(error))):
                        raise
                    waiting.extendleft(reversed(taken))
                    taken.clear()
                    await _discard(connection)
                    connection = None
                    continue
                await connection.commit()
            except BaseException:
                if connection is not None:
                    await _discard(connection)
                raise
            return connection, outcomes


async def _run_statement(connection: AsyncConnection, statement: Statement, job: Job) -> Outcome:
    """Runs a statement in the transaction it is by itself: one journey to the server instead of five."""
    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None
    try:
        status: str = await raw.execute(statement.text, *statement.parameters)
    except Exception as error:  # recorded on its own job
        if raw.is_closed():
            raise ConnectionError(type(error).__name__) from error
        if is_down(error):
            raise
        return job, None, error
    return job, int(status.rpartition(" ")[2]), None


async def _discard(connection: AsyncConnection) -> None:
    with contextlib.suppress(Exception):
        await connection.invalidate()
        await connection.close()
