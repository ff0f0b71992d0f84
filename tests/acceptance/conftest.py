"""The bot in service between two fake platforms; a module says by `scene` what is different there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.world import World, world


@pytest.fixture
def scene() -> dict[str, Any]:
    """What `world` is opened with in a module."""
    return {}


@pytest.fixture
async def here(database_url: str, tmp_path: Path, scene: dict[str, Any]) -> AsyncIterator[World]:
    async with world(database_url, media_dir=tmp_path / "media", **scene) as made:
        yield made


@pytest.fixture
async def lite(tmp_path: Path, scene: dict[str, Any]) -> AsyncIterator[World]:
    """The same on SQLite alone, for what does not depend on the database."""
    async with world(f"sqlite:///{tmp_path / 'yinuo.db'}", media_dir=tmp_path / "media", **scene) as made:
        yield made
