"""Databases for the tests: a fresh SQLite file, or a fresh schema of a PostgreSQL the tests start themselves."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import SystemRandom

import pytest
import structlog
from hypothesis import HealthCheck, settings

from bot import logs
from storage.store import PostgresStore, SqliteStore
from tests import databases
from tests.postgres import fresh_database, postgres

logs.set_up("ERROR")
# What these assert for the tests is explained as what a test itself asserts.
pytest.register_assert_rewrite("tests.acceptance.serving")
# The programs that tests start are compiled once and not each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# How quickly examples are made says something of the machine, nothing of the bot.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

DIALECTS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL: TEST_DATABASE_URL, else one started for this run and thrown away after it."""
    with postgres(durable=False) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """A migrated database that nobody is connected to."""
    with fresh_database(postgres_server) as url:
        asyncio.run(databases.upgrade(url))
        yield url


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """An empty, migrated database of its own on the PostgreSQL server."""
    with fresh_database(postgres_server, postgres_template) as url:
        yield url


@pytest.fixture
def bare_postgres_url(postgres_server: str) -> Iterator[str]:
    """A database of its own on the PostgreSQL server, without a table."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture(params=DIALECTS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty, migrated database; a test that takes it runs on both kinds."""
    if request.param == "sqlite":
        return databases.lay(f"sqlite:///{tmp_path / 'yinuo.db'}")
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(params=DIALECTS)
def bare_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without a table; a test that takes it runs on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'yinuo.db'}"
    url: str = request.getfixturevalue("bare_postgres_url")
    return url


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[SqliteStore | PostgresStore]:
    """An open, migrated store; a test that takes it runs on both kinds."""
    async with databases.opened(database_url) as made:
        yield made


@pytest.fixture
def unused_tcp_port() -> int:
    """A free port that nothing gets by chance, other tests at the same time included: no system hands these out."""
    while True:
        port = SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as trial, contextlib.suppress(OSError):
            trial.bind(("127.0.0.1", port))
            return port


@pytest.fixture
def all_logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that is logged, as JSON lines."""
    root = logging.getLogger()
    before = root.level, root.handlers[:]
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logs.set_up("DEBUG", "json")
    yield written
    root.level, root.handlers[:] = before
    structlog.reset_defaults()
