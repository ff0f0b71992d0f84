"""A quick SQLite store for dialogs: migrated once for the run, copied for each test."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import migrate
from storage.store import PostgresStore, SqliteStore, open_store


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite file."""
    path = tmp_path_factory.mktemp("dialogs") / "migrated.db"

    async def make() -> None:
        store = open_store(f"sqlite:///{path}", durable=False)
        await migrate.upgrade(store)
        await store.close()

    asyncio.run(make())
    return path


@pytest.fixture
async def quick(migrated: Path, tmp_path: Path) -> AsyncIterator[SqliteStore | PostgresStore]:
    """An empty SQLite store."""
    path = tmp_path / "dialog.db"
    shutil.copy(migrated, path)
    store = open_store(f"sqlite:///{path}", durable=False)
    yield store
    await store.close()
