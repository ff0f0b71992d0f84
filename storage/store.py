"""The unit of work: plain functions over one session, run where the database wants them.

`Store.write(work)` runs `work(session)` in a transaction and returns when it is committed; an exception undoes that
work alone. Whatever waits is committed together (group commit), each under its own savepoint. Work may run a second
time after a failure, so it changes nothing but the database.

SQLite: one writer thread with one connection (WAL, synchronous=FULL), reads on connections that cannot write.
PostgreSQL: asyncpg through `run_sync`, two writer lanes so that an acknowledgement never waits for a handler. Of the
instances that share one, a single one at a time works in the lane "work": no two can lock each other out.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel import Session

T = TypeVar("T")
Work = Callable[[Session], T]
Lane = Literal["inbox", "work"]

BATCH = 256
BUSY_SECONDS = 4.0
COMMAND_SECONDS = 60.0
_WORK_LOCK = 0x59494E04
_LOCK_WORK = text("SELECT pg_advisory_xact_lock(:key)")

# SQLite's result codes that tell of the database and not of a statement: busy, locked, out of memory, read-only,
# interrupted, input/output, corrupt, full, cannot open, not a database.
_SQLITE_DOWN = frozenset({5, 6, 7, 8, 9, 10, 11, 13, 14, 26})
# PostgreSQL's error classes of the same meaning: connection, transaction state, authorization, no such database,
# rolled back by the server, resources, shutdown, system.
_POSTGRES_DOWN = frozenset({"08", "25", "28", "3D", "40", "53", "57", "58"})


class StoreUnavailable(Exception):
    """The database could not take the work: locked, full, or away. Nothing of it is stored.

    When the connection broke during a commit, it may be stored nevertheless: work is written to bear a repetition.
    """


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


_Outcome = tuple[_Job, Any, BaseException | None]


def _session(connection: Connection) -> Session:
    return Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)


def _is_down(error: BaseException | None) -> bool:
    """Does this failure concern the database, and not the one work that met it?"""
    if error is None:
        return False
    # A savepoint that went with its transaction makes a second error on top of the first.
    return _tells_of_database(error) or _is_down(error.__context__)


def _tells_of_database(error: BaseException) -> bool:
    if not isinstance(error, DBAPIError):
        # Drivers let the network's own errors and timeouts through.
        return isinstance(error, OSError | PoolTimeout)
    if error.connection_invalidated:
        return True
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return (code & 0xFF) in _SQLITE_DOWN
    return (getattr(error.orig, "sqlstate", None) or "")[:2] in _POSTGRES_DOWN


def _attempt(connection: Connection, job: _Job) -> _Outcome:
    """Runs one job under its savepoint; a failure of its own is kept for it, a failure of the database is raised."""
    session = _session(connection)
    try:
        result = job.work(session)
        session.commit()
    except Exception as error:  # recorded on its own job
        # Some failures undo the whole transaction, the neighbours' work with it.
        gone = connection.dialect.name == "sqlite" and not connection.connection.in_transaction
        if gone or _is_down(error):
            raise
        session.rollback()
        return job, None, error
    finally:
        session.close()
    return job, result, None


def _attempt_all(connection: Connection, jobs: list[_Job]) -> list[_Outcome]:
    return [_attempt(connection, job) for job in jobs]


def _settle(outcomes: list[_Outcome]) -> None:
    for job, result, error in outcomes:
        if not job.future.set_running_or_notify_cancel():
            continue
        if error is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(error)


def _unavailable(error: BaseException) -> StoreUnavailable:
    unavailable = StoreUnavailable(type(error).__name__)
    unavailable.__cause__ = error
    return unavailable


def _fail(jobs: list[_Job], error: BaseException) -> None:
    _settle([(job, None, _unavailable(error)) for job in jobs])


class SqliteStore:
    """A SQLite file. `durable=False` leaves out the syncs: only for databases that are thrown away."""

    dialect = "sqlite"

    def __init__(self, path: Path | str, *, durable: bool = True) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._writer = _sqlite_engine(path, writes=True, durable=durable)
        self._reader = _sqlite_engine(path, writes=False, durable=durable)
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
        """Runs `work` on a connection that cannot write and sees what is committed. Raises StoreUnavailable."""
        if self._closed:
            raise StoreUnavailable("closed")

        def run() -> T:
            with self._reader.connect() as connection:
                return _look(connection, work)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, run)
        except Exception as error:
            if _is_down(error):
                raise _unavailable(error) from error
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
        connection: Connection | None = None
        last = False
        while not last and (first := self._queue.get()) is not None:
            jobs = [first]
            while len(jobs) < BATCH and not last:
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    last = True
                else:
                    jobs.append(more)
            try:
                if connection is None:
                    connection = self._writer.connect()
                with connection.begin():
                    outcomes = _attempt_all(connection, jobs)
            except Exception as error:  # recorded on every job of the batch
                _fail(jobs, error)
                # Whatever state it is in: the next batch has a new one.
                if connection is not None:
                    with contextlib.suppress(Exception):
                        connection.invalidate()
                        connection.close()
                connection = None
            else:
                _settle(outcomes)
        if connection is not None:
            connection.close()


def _look(connection: Connection, work: Work[T]) -> T:
    with Session(connection, expire_on_commit=False) as session:
        result = work(session)
        # What was read stays readable after the session is gone.
        session.expunge_all()
        return result


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
        "cache_size=-16000",
    ]
    if not writes:
        # Two connections that write at once are what damages a WAL on older SQLites.
        pragmas.append("query_only=ON")

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
        self._queues: dict[str, asyncio.Queue[_Job]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False

    async def write(self, work: Work[T], lane: Lane = "work") -> T:
        """Runs `work` in the lane's next transaction; returns after its commit. Raises StoreUnavailable."""
        if self._closed:
            raise StoreUnavailable("closed")
        if lane not in self._queues:
            self._queues[lane] = asyncio.Queue()
            self._tasks.append(asyncio.create_task(self._run(lane), name=f"writer-{lane}"))
        future: Future[T] = Future()
        self._queues[lane].put_nowait(_Job(work, future))
        return await asyncio.wrap_future(future)

    async def read(self, work: Work[T]) -> T:
        """Runs `work` in a transaction that is rolled back and sees what is committed. Raises StoreUnavailable."""
        if self._closed:
            raise StoreUnavailable("closed")
        try:
            async with self.engine.connect() as connection:
                result = await connection.run_sync(_look, work)
                await connection.rollback()
                return result
        except Exception as error:
            if _is_down(error):
                raise _unavailable(error) from error
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
        connection: AsyncConnection | None = None
        try:
            while True:
                jobs = [await pending.get()]
                while len(jobs) < BATCH and not pending.empty():
                    jobs.append(pending.get_nowait())
                try:
                    connection, outcomes = await self._commit(lane, jobs, connection)
                except asyncio.CancelledError:
                    _fail(jobs, StoreUnavailable("closed"))
                    raise
                except Exception as error:  # recorded on every job of the batch
                    _fail(jobs, error)
                    connection = None
                else:
                    _settle(outcomes)
                finally:
                    for _ in jobs:
                        pending.task_done()
        finally:
            if connection is not None:
                await connection.close()

    async def _commit(
        self, lane: str, jobs: list[_Job], connection: AsyncConnection | None
    ) -> tuple[AsyncConnection, list[_Outcome]]:
        """Runs and commits a batch on the lane's connection, or on a new one where that has gone stale."""
        while True:
            reused = connection is not None
            connection = connection or await self.engine.connect()
            try:
                transaction = await connection.begin()
                try:
                    if lane == "work":
                        await connection.execute(_LOCK_WORK, {"key": _WORK_LOCK})
                    outcomes = await connection.run_sync(_attempt_all, jobs)
                except Exception as error:
                    # Nothing of it is committed: a connection that idled too long is no reason to fail.
                    if not (reused and _is_down(error)):
                        raise
                    await _discard(connection)
                    connection = None
                    continue
                await transaction.commit()
            except BaseException:
                if connection is not None:
                    await _discard(connection)
                raise
            return connection, outcomes


async def _discard(connection: AsyncConnection) -> None:
    with contextlib.suppress(Exception):
        await connection.invalidate()
        await connection.close()


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
