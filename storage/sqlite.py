"""The store in a SQLite file: one writer thread with one connection, reads on connections that cannot write."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

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
    lone_statement,
    look,
    settle,
    unavailable,
)

WRITER_CACHE = 16_000
READER_CACHE = 2_000


class SqliteStore:
    """A SQLite file. `durable=False` leaves out the syncs: only for databases that are thrown away."""

    dialect = "sqlite"

    def __init__(self, path: Path | str, *, durable: bool = True) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._writer = _sqlite_engine(path, writes=True, durable=durable)
        self._reader = _sqlite_engine(path, writes=False, durable=durable)
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        # From here on the writer thread's own.
        self._letters: deque[Job] = deque()
        self._outcomes: deque[Job] = deque()
        self._work: deque[Job] = deque()
        self._connection: Connection | None = None
        self._last = False
        self._precedence = Precedence()
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="reader")
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    async def write(self, work: Work[T], lane: Lane = "work") -> T:
        """Runs `work` on the writer thread; returns after its commit. Raises StoreUnavailable when it cannot."""
        if self._closed:
            raise StoreUnavailable("closed")
        job = Job(work, lane)
        self._queue.put(job)
        result: T = await job.future
        return result

    async def read(self, work: Work[T]) -> T:
        """Runs `work` on a connection that cannot write and sees what is committed. Raises StoreUnavailable."""
        if self._closed:
            raise StoreUnavailable("closed")

        def run() -> T:
            with self._reader.connect() as connection:
                return look(connection, work)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, run)
        except Exception as error:
            if is_down(error):
                raise unavailable(error) from error
            raise

    async def close(self) -> None:
        """Commits what waits, then ends the threads."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)
        self._readers.shutdown(wait=True)
        self._reader.dispose()
        self._writer.dispose()

    def _run(self) -> None:
        while self._fetch(self._patience()):
            pressing = bool(self._letters or self._outcomes)
            # Letters in a transaction of their own: a platform waits for its answer, handlers can wait for that.
            if self._letters:
                _tell(self._commit(self._letters, _never))
                self._precedence.letter(time.monotonic())
            # They do not wait for a gap between letters: meanwhile more would be said of which a crash leaves no trace.
            if self._outcomes:
                _tell(self._commit(self._outcomes, _never))
            if not pressing and self._work and not self._patience():
                began = time.monotonic()
                _tell(self._commit(self._work, self._interrupting(began)))
                self._precedence.worked(began, time.monotonic())
        if self._connection is not None:
            self._connection.close()

    def _patience(self) -> float | None:
        """How many seconds to wait for a letter before the work goes on; None when there is no work."""
        if self._letters or self._outcomes or self._last:
            return 0.0
        return self._precedence.wait(time.monotonic()) if self._work else None

    def _fetch(self, patience: float | None) -> bool:
        """Takes over what has been queued, waiting so many seconds for the first of it; False at the end."""
        if self._last and not (self._letters or self._outcomes or self._work):
            return False
        while True:
            try:
                job = self._queue.get(block=patience != 0, timeout=patience)
            except queue.Empty:
                return True
            patience = 0.0
            if job is None:
                self._last = True
            elif job.lane == "outcome":
                self._outcomes.append(job)
            elif job.lane == "inbox":
                self._precedence.letter(time.monotonic())
                self._letters.append(job)
            else:
                self._work.append(job)

    def _interrupting(self, began: float) -> Callable[[], bool]:
        def enough() -> bool:
            self._fetch(0.0)
            return bool(self._outcomes) or self._precedence.enough(began, time.monotonic())

        return enough

    def _commit(self, waiting: deque[Job], enough: Callable[[], bool]) -> list[Outcome]:
        taken: list[Job] = []
        try:
            if self._connection is None:
                self._connection = self._writer.connect()
            statement = lone_statement(waiting)
            if statement is not None:
                taken.append(waiting.popleft())
                return [_run_statement(self._connection, statement, taken[0])]
            outcomes = _attempt(self._connection, waiting, enough, taken)
        except Exception as error:  # recorded on all that waited for it
            outcomes = failed([*taken, *waiting], error)
            waiting.clear()
            # Whatever state it is in: the next batch has a new one.
            if self._connection is not None:
                with contextlib.suppress(Exception):
                    self._connection.invalidate()
                    self._connection.close()
            self._connection = None
        return outcomes


def _attempt(
    connection: Connection, waiting: deque[Job], enough: Callable[[], bool], taken: list[Job]
) -> list[Outcome]:
    """Commits a batch; in a new transaction, each work apart, where one of them failed."""
    try:
        with connection.begin():
            return attempt_together(connection, waiting, enough, taken)
    except WorkFailed as error:
        failure = error
    if len(taken) == 1:
        return [failure.outcome]
    with connection.begin():
        return attempt_apart(connection, taken)


def _never() -> bool:
    return False


def _run_statement(connection: Connection, statement: Statement, job: Job) -> Outcome:
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    # A transaction by itself, begun and committed in one step: at each step the driver gives up the interpreter, and
    # has to get it back from a busy loop.
    try:
        count = raw.execute(statement.text, statement.parameters).rowcount
    except Exception as error:  # recorded on its own job
        if is_down(error):
            raise
        return job, None, error
    return job, count, None


def _tell(outcomes: list[Outcome]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
    for outcome in outcomes:
        by_loop.setdefault(outcome[0].future.get_loop(), []).append(outcome)
    for loop, told in by_loop.items():
        # A loop that is closed has nobody left who waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, told)


def _sqlite_engine(path: Path | str, *, writes: bool, durable: bool) -> Engine:
    arguments = {"check_same_thread": False, "timeout": BUSY_SECONDS}
    # Parameters hold what people wrote; they must not reach a log.
    engine = create_engine(f"sqlite:///{path}", connect_args=arguments, hide_parameters=True)
    pragmas = [
        f"busy_timeout={round(BUSY_SECONDS * 1000)}",
        "journal_mode=WAL",
        f"synchronous={'FULL' if durable else 'OFF'}",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        # In KB, for each connection. Readers ask little at a time, and the system keeps the file's pages anyway.
        f"cache_size=-{WRITER_CACHE if writes else READER_CACHE}",
    ]
    if not writes:
        # Two connections that write at once are what damages a WAL on older SQLites.
        pragmas.append("query_only=ON")

    batch.watch(engine)

    @event.listens_for(engine, "connect")
    def _connect(raw: Any, _record: Any) -> None:
        # The driver's own BEGIN would come too late for savepoints.
        raw.isolation_level = None
        for pragma in pragmas:
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
