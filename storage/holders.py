"""Who of several instances holds something there is one of, such as a platform's long connection.

On PostgreSQL an advisory lock on a connection of its own: freed at once when its process ends, and within
`IDLE_SECONDS` when that only hangs or its machine is gone. A SQLite file has one process, which holds everything.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Protocol
from zlib import crc32

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from storage.store import PostgresStore, Store

IDLE_SECONDS = 15.0
ANSWER_SECONDS = 4.0
# Beside the keys of the store and of the migrations: the first of two parts is ours.
_SPACE = 0x59494E
_TRY = text("SELECT pg_try_advisory_lock(:space, :key)")
_ALIVE = text("SELECT 1")
# Servers before 14 do not know the setting: there a hanging process keeps what it holds.
_END_WHEN_IDLE = text(
    "SELECT set_config(name, :milliseconds, false) FROM pg_settings WHERE name = 'idle_session_timeout'"
)


class Holder(Protocol):
    """One thing that at most one instance holds."""

    async def take(self) -> bool:
        """Tries to get hold of it, or makes sure that it is still held; False when another has it, or nobody can."""
        ...

    async def release(self) -> None:
        """Lets go of it."""
        ...


class LocalHolder:
    """The only process there is."""

    async def take(self) -> bool:
        """Always held."""
        return True

    async def release(self) -> None:
        """Nothing to let go of."""


class PostgresHolder:
    """An advisory lock. `take` must be called more often than every `idle_seconds`, or the server frees it."""

    def __init__(self, store: PostgresStore, name: str, *, idle_seconds: float = IDLE_SECONDS) -> None:
        self._engine: AsyncEngine = create_async_engine(
            store.engine.url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args={"timeout": ANSWER_SECONDS, "command_timeout": ANSWER_SECONDS},
        )
        self._key = crc32(name.encode()) - 2**31
        self._idle = str(round(idle_seconds * 1000))
        self._connection: AsyncConnection | None = None
        self._held = False

    async def take(self) -> bool:
        """Tries to get hold of it, or makes sure that it is still held; False when another has it, or nobody can."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                connection = self._connection
                if connection is None:
                    connection = self._connection = await self._engine.connect()
                    await connection.execute(_END_WHEN_IDLE, {"milliseconds": self._idle})
                if self._held:
                    await connection.execute(_ALIVE)
                else:
                    answer = await connection.execute(_TRY, {"space": _SPACE, "key": self._key})
                    self._held = bool(answer.scalar())
        except Exception:  # whatever the driver raises, the lock is as good as gone
            await self.release()
        return self._held

    async def release(self) -> None:
        """Lets go of it by ending the connection."""
        connection, self._connection, self._held = self._connection, None, False
        if connection is None:
            return
        with contextlib.suppress(Exception):
            async with asyncio.timeout(ANSWER_SECONDS):
                await connection.invalidate()
                await connection.close()


def holder(store: Store, name: str) -> Holder:
    """What decides which instance on this database holds `name`."""
    return PostgresHolder(store, name) if isinstance(store, PostgresStore) else LocalHolder()
