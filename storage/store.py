"""The unit of work: plain functions over one session, run where the database wants them.

`Store.write(work)` runs `work(session)` in a transaction and returns when it is committed; an exception undoes that
work alone. Whatever waits is committed together (group commit), each under its own savepoint.

SQLite: one writer thread with one connection (WAL, synchronous=FULL), reads on other connections.
PostgreSQL: asyncpg through `run_sync`, two writer lanes so that an acknowledgement never waits for a handler.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import Session

T = TypeVar("T")
Work = Callable[[Session], T]
Lane = Literal["inbox", "work"]

BATCH = 256
BUSY_SECONDS = 4.0


class StoreUnavailable(Exception):
    """The database could not take the work: locked, full, or away. Nothing of it is stored."""


class Store(Protocol):
    """Runs plain functions over a session, each all or nothing."""

    dialect: str

    async def write(self, work: Work[T], lane: Lane = "work") -> T: ...

    async def read(self, work: Work[T]) -> T: ...

    async def close(self) -> None: ...


class _Job:
    __slots__ = ("future", "work")

    def __init__(self, work: Work[Any], future: Future[Any]) -> None:
        self.work = work
        self.future = future


def _session(connection: Connection) -> Session:
    return Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)


def _attempt(connection: Connection, job: _Job) -> tuple[_Job, Any, BaseException | None]:
    """Runs one job under its savepoint; a failure of its own is kept for it, a failure of the database is raised."""
    session = _session(connection)
    try:
        result = job.work(session)
        session.commit()
    except DBAPIError as error:
        session.rollback()
        if error.connection_invalidated or type(error).__name__ == "OperationalError":
            raise
        return job, None, error
    except Exception as error:  # recorded on its own job
        session.rollback()
        return job, None, error
    finally:
        session.close()
    return job, result, None


def _attempt_all(connection: Connection, jobs: list[_Job]) -> list[tuple[_Job, Any, BaseException | None]]:
    return [_attempt(connection, job) for job in jobs]


def _settle(outcomes: list[tuple[_Job, Any, BaseException | None]]) -> None:
    for job, result, error in outcomes:
        if not job.future.set_running_or_notify_cancel():
            continue
        if error is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(error)


def _fail(jobs: list[_Job], error: BaseException) -> None:
    unavailable = StoreUnavailable(type(error).__name__)
    unavailable.__cause__ = error
    for job in jobs:
        if not job.future.done():
            job.future.set_exception(unavailable)


class SqliteStore:
    """A SQLite file. `durable=False` leaves out the syncs: only for databases that are thrown away."""

    dialect = "sqlite"

    def __init__(self, path: Path | str, *, durable: bool = True) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.engine = sqlite_engine(path, durable=durable)
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="reader")
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    async def write(self, work: Work[T], lane: Lane = "work") -> T:
        """Runs `work` on the writer thread; returns after its commit. Raises StoreUnavailable when it cannot."""
        if self._closed:
            raise StoreUnavailable("closed")
        future: Future[T] = Future()
        self._queue.put(_Job(work, future))
        return await asyncio.wrap_future(future)

    async def read(self, work: Work[T]) -> T:
        """Runs `work` on a connection that only reads; changes are thrown away."""

        def run() -> T:
            with self.engine.connect() as connection, Session(connection, expire_on_commit=False) as session:
                result = work(session)
                # What was read stays readable after the session is gone.
                session.expunge_all()
                return result

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    async def close(self) -> None:
        """Commits what waits, then ends the threads."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)
        self._readers.shutdown(wait=True)
        self.engine.dispose()

    def _run(self) -> None:
        with self.engine.connect() as connection:
            while (first := self._queue.get()) is not None:
                jobs = [first]
                last = False
                while len(jobs) < BATCH:
                    try:
                        more = self._queue.get_nowait()
                    except queue.Empty:
                        break
                    if more is None:
                        last = True
                        break
                    jobs.append(more)
                self._commit(connection, jobs)
                if last:
                    return

    def _commit(self, connection: Connection, jobs: list[_Job]) -> None:
        try:
            with connection.begin():
                outcomes = _attempt_all(connection, jobs)
        except Exception as error:  # recorded on every job of the batch
            connection.rollback()
            _fail(jobs, error)
        else:
            _settle(outcomes)


def sqlite_engine(path: Path | str, *, durable: bool = True) -> Engine:
    """An engine whose transactions begin as writers only on the writer thread's connection."""
    arguments = {"check_same_thread": False, "timeout": BUSY_SECONDS}
    # Parameters hold what people wrote; they must not reach a log.
    engine = create_engine(f"sqlite:///{path}", connect_args=arguments, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _connect(raw: Any, _record: Any) -> None:
        # The driver's own BEGIN would come too late for savepoints.
        raw.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={'FULL' if durable else 'OFF'}",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-16000",
        ):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writer = threading.current_thread().name == "writer"
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


class PostgresStore:
    """A PostgreSQL database, shared by any number of instances."""

    dialect = "postgresql"

    def __init__(self, url: str, *, pool_size: int = 6) -> None:
        self.engine: AsyncEngine = create_async_engine(
            make_url(url).set(drivername="postgresql+asyncpg"),
            pool_size=pool_size,
            pool_pre_ping=True,
            hide_parameters=True,
        )
        self._queues: dict[str, asyncio.Queue[_Job]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def write(self, work: Work[T], lane: Lane = "work") -> T:
        """Runs `work` in the lane's next transaction; returns after its commit."""
        if lane not in self._queues:
            self._queues[lane] = asyncio.Queue()
            self._tasks.append(asyncio.create_task(self._run(self._queues[lane]), name=f"writer-{lane}"))
        future: Future[T] = Future()
        self._queues[lane].put_nowait(_Job(work, future))
        return await asyncio.wrap_future(future)

    async def read(self, work: Work[T]) -> T:
        """Runs `work` in a transaction that is rolled back."""

        def run(connection: Connection) -> T:
            with Session(connection, expire_on_commit=False) as session:
                return work(session)

        async with self.engine.connect() as connection:
            result = await connection.run_sync(run)
            await connection.rollback()
            return result

    async def close(self) -> None:
        """Commits what waits, then closes every connection."""
        for pending in self._queues.values():
            await pending.join()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.engine.dispose()

    async def _run(self, pending: asyncio.Queue[_Job]) -> None:
        while True:
            jobs = [await pending.get()]
            while len(jobs) < BATCH and not pending.empty():
                jobs.append(pending.get_nowait())
            try:
                async with self.engine.begin() as connection:
                    outcomes = await connection.run_sync(_attempt_all, jobs)
            except asyncio.CancelledError:
                _fail(jobs, StoreUnavailable("closed"))
                raise
            except Exception as error:  # recorded on every job of the batch
                _fail(jobs, error)
            else:
                _settle(outcomes)
            finally:
                for _ in jobs:
                    pending.task_done()


def open_store(url: str, *, durable: bool = True) -> SqliteStore | PostgresStore:
    """The store of a `sqlite:///…` or `postgresql://…` address; a driver part is accepted and ignored.

    Raises ValueError for any other address.
    """
    try:
        parsed = make_url(url)
    except Exception as error:
        raise ValueError("DATABASE_URL is not a database address") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ValueError("SQLite needs a file: sqlite:///data/yinuo.db")
        return SqliteStore(parsed.database, durable=durable)
    if backend in {"postgresql", "postgres"}:
        return PostgresStore(url)
    raise ValueError(f"DATABASE_URL must begin with sqlite:/// or postgresql://, not {backend}://")
