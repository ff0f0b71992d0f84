"""What both databases' stores are made of: work and its fate, savepoints, and whose fault a failure is."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from storage.batch import Batch

T = TypeVar("T")
Work = Callable[[Session], T]
# "outcome": goes before other work, because a crash before it is recorded makes something happen twice.
Lane = Literal["inbox", "work", "outcome"]

BATCH = 256
# Nobody waits longer than this for the work of others: what is left goes into the next transaction.
WORK_SECONDS = 0.05
# While letters come, work goes on for so long at a time.
LETTER_SECONDS = 0.005
# Letters closer together than this are a stream.
STREAM_SECONDS = 0.003
# In a stream of letters that does not end the work gets one part of the time in so many and one.
STREAM_SHARE = 4.0
BUSY_SECONDS = 4.0

# SQLite's result codes that tell of the database and not of a statement: busy, locked, out of memory, read-only,
# interrupted, input/output, corrupt, full, cannot open, not a database.
_SQLITE_DOWN = frozenset({5, 6, 7, 8, 9, 10, 11, 13, 14, 26})
# PostgreSQL's error classes of the same meaning: connection, transaction state, authorization, no such database,
# rolled back by the server, resources, shutdown, system.
_POSTGRES_DOWN = frozenset({"08", "25", "28", "3D", "40", "53", "57", "58"})
_POSTGRES_ROLLED_BACK = "40"
# What the usual failures mean to an operator, by SQLite's result code and by the kinds of error of PostgreSQL's driver
# and of the network. A driver's own words may hold what people wrote, or where the database is.
_SQLITE_MEANS = {
    5: "it is locked by another program",
    6: "it is locked by another program",
    8: "it may not be written",
    10: "the disk cannot be read or written",
    11: "the file is damaged",
    13: "the disk is full",
    14: "the file cannot be opened",
    26: "the file is no SQLite database",
}
_POSTGRES_MEANS = {
    "ConnectionRefusedError": "nobody listens at its address",
    "gaierror": "its host is not known",
    "InvalidPasswordError": "it refuses the user or the password",
    "InvalidAuthorizationSpecificationError": "it refuses the user or the password",
    "InvalidCatalogNameError": "there is no database of this name",
    "TooManyConnectionsError": "it has no connection left",
}


class Precedence:
    """Letters before work: how long the work has to wait for them, and how long it may go on.

    A platform waits for its answer; what is to be made of a message can wait for a gap between them. A stream without
    gaps slows the work down and does not stop it. Moments are those of one monotonic clock, in seconds.
    """

    def __init__(self) -> None:
        self._letter = self._ended = -math.inf
        self._took = 0.0

    def letter(self, now: float) -> None:
        """A letter came, or was stored."""
        self._letter = now

    def worked(self, began: float, ended: float) -> None:
        """A slice of work is over, its commit included."""
        self._ended, self._took = ended, ended - began

    def wait(self, now: float) -> float:
        """For how many seconds the work leaves the way to letters, from now on; 0 when it may go."""
        until = min(self._letter + STREAM_SECONDS, self._ended + STREAM_SHARE * self._took)
        return max(0.0, until - now)

    def enough(self, began: float, now: float) -> bool:
        """Is a slice of work that began then to end now, because others wait?"""
        # A letter that came meanwhile waits so long at least, or every letter would end a transaction.
        return now - began > (LETTER_SECONDS if self._letter + STREAM_SECONDS > began else WORK_SECONDS)


class StoreUnavailable(Exception):
    """The database could not take the work: locked, full, or away. Nothing of it is stored.

    When the connection broke during a commit, it may be stored nevertheless: work is written to bear a repetition.
    """


@dataclass(frozen=True, slots=True)
class Statement:
    """Work that is one statement, written to bear a repetition: returns how many rows it changed.

    `text` and `parameters` are in the driver's own style. Alone in its transaction it goes straight to the driver.
    """

    text: str
    parameters: Sequence[Any]

    def __call__(self, session: Session) -> int:
        return session.connection().exec_driver_sql(self.text, tuple(self.parameters)).rowcount


class Job:
    """One caller's work and where its fate is told."""

    __slots__ = ("future", "lane", "work")

    def __init__(self, work: Work[Any], lane: Lane) -> None:
        self.work = work
        self.lane = lane
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()


Outcome = tuple[Job, Any, BaseException | None]


def is_down(error: BaseException | None) -> bool:
    """Does this failure concern the database, and not the one work that met it?"""
    if error is None:
        return False
    # A savepoint that went with its transaction makes a second error on top of the first.
    return _tells_of_database(error) or is_down(error.__context__)


def is_rolled_back(error: BaseException) -> bool:
    """Did the server undo the transaction to let another one through, so that it may be tried again at once?"""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if _state(cause) == _POSTGRES_ROLLED_BACK:
        return True
    return error.__context__ is not None and is_rolled_back(error.__context__)


def _state(error: BaseException | None) -> str:
    """PostgreSQL's class of an error."""
    return (getattr(error, "sqlstate", None) or "")[:2]


def _tells_of_database(error: BaseException) -> bool:
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        error = error.orig or error
    # Drivers let the network's own errors and timeouts through.
    if isinstance(error, OSError | PoolTimeout):
        return True
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return (code & 0xFF) in _SQLITE_DOWN
    return _state(error) in _POSTGRES_DOWN


class WorkFailed(Exception):
    """A work failed by its own fault: nothing of its transaction may be kept. `outcome` is its own, if it was alone."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(type(outcome[2]).__name__)
        self.outcome = outcome


def _run(batch: Batch, job: Job) -> Any:
    session = batch.session()
    try:
        result = job.work(session)
        session.flush()
    finally:
        session.close()
    return result


def attempt_together(
    connection: Connection, waiting: deque[Job], enough: Callable[[], bool], taken: list[Job]
) -> list[Outcome]:
    """Takes jobs off `waiting` into `taken` and runs them, at least one, until `enough` or a full batch.

    Raises WorkFailed when a work of them fails: the transaction is to be undone, and the jobs to be attempted apart.
    """
    outcomes: list[Outcome] = []
    batch = Batch(connection)
    try:
        while waiting and len(taken) < BATCH and not (taken and enough()):
            taken.append(waiting.popleft())
            outcomes.append((taken[-1], _run(batch, taken[-1]), None))
        batch.write()
    except Exception as error:  # recorded on the job it belongs to
        if _concerns_all(connection, error):
            raise
        raise WorkFailed((taken[-1], None, error)) from error
    finally:
        batch.end()
    return outcomes


def attempt_apart(connection: Connection, jobs: Iterable[Job]) -> list[Outcome]:
    """Runs each job under a savepoint of its own, so that one whose work fails costs nobody else."""
    return [_attempt(connection, job) for job in jobs]


def _attempt(connection: Connection, job: Job) -> Outcome:
    # The ORM's own savepoints cost as much as several statements.
    connection.exec_driver_sql("SAVEPOINT job")
    batch = Batch(connection)
    try:
        result = _run(batch, job)
        batch.write()
    except Exception as error:  # recorded on its own job
        if _concerns_all(connection, error):
            raise
        batch.end()
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT job")
        connection.exec_driver_sql("RELEASE SAVEPOINT job")
        return job, None, error
    finally:
        batch.end()
    connection.exec_driver_sql("RELEASE SAVEPOINT job")
    return job, result, None


def _concerns_all(connection: Connection, error: Exception) -> bool:
    """Is this a failure of the database, or one that undid the whole transaction, the neighbours' work with it?"""
    gone = connection.dialect.name == "sqlite" and not connection.connection.in_transaction
    return gone or is_down(error)


def lone_statement(waiting: deque[Job]) -> Statement | None:
    """The statement that is all there is to do, if it is one."""
    work = waiting[0].work
    return work if len(waiting) == 1 and isinstance(work, Statement) else None


def settle(outcomes: list[Outcome]) -> None:
    """Tells every caller that still listens; on the loop of the callers."""
    for job, result, error in outcomes:
        if job.future.done():
            continue
        if error is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(error)


def failed(jobs: Iterable[Job], error: BaseException) -> list[Outcome]:
    """What a failure of the database means to each of these jobs."""
    return [(job, None, unavailable(error)) for job in jobs]


def unavailable(error: BaseException) -> StoreUnavailable:
    """A failure of the database as the callers know it."""
    if isinstance(error, StoreUnavailable):
        return error
    told = StoreUnavailable(_meaning(error))
    told.__cause__ = error
    return told


def _meaning(error: BaseException) -> str:
    """What a failure means, in words for an operator; of one that is not usual, its kind."""
    first = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    code = getattr(first, "sqlite_errorcode", None)
    told = _SQLITE_MEANS.get(code & 0xFF) if isinstance(code, int) else None
    # SQLAlchemy wraps what asyncpg raises.
    kinds = [type(each).__name__ for each in (first, first.__cause__) if each is not None]
    return told or next((_POSTGRES_MEANS[kind] for kind in kinds if kind in _POSTGRES_MEANS), kinds[0])


def look(connection: Connection, work: Work[T]) -> T:
    """Runs work that only reads."""
    with Session(connection, expire_on_commit=False) as session:
        result = work(session)
        # What was read stays readable after the session is gone.
        session.expunge_all()
        return result
