"""A quick store for dialogs that need not be held on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.store import PostgresStore, SqliteStore
from tests import databases


@pytest.fixture
async def quick(tmp_path: Path) -> AsyncIterator[SqliteStore | PostgresStore]:
    """An empty SQLite store."""
    async with databases.opened(databases.lay(f"sqlite:///{tmp_path / 'dialog.db'}")) as made:
        yield made
