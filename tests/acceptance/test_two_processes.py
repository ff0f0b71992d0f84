"""Two processes on one PostgreSQL and one long connection: the one that holds it is killed, the other goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import select

from storage import events, migrate
from storage.store import Store, open_store
from storage.tables import Inbox, Outbox
from tests.fakes.exchange import Exchange
from tests.patience import PATIENCE

pytestmark = pytest.mark.postgres
ROOT = Path(__file__).resolve().parents[2]
NAMES = ("east", "west")


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    made = Exchange()
    yield made
    await made.stop()


async def begin(url: str, port: int, name: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.fakes.exchange",
        url,
        str(port),
        name,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
    )


async def test_the_holder_is_killed_and_nothing_is_lost_or_said_twice(postgres_url: str, exchange: Exchange) -> None:
    store = open_store(postgres_url)
    await migrate.upgrade(store)
    port = await exchange.start()
    processes = {name: await begin(postgres_url, port, name) for name in NAMES}
    try:
        await exchange.until(lambda: bool(exchange.holders))
        (holder,) = exchange.holders
        for number in range(40):
            await exchange.hand(f"m{number}", f"u{number % 8}")
        await exchange.until(lambda: len(exchange.said) >= 10)
        processes[holder].send_signal(signal.SIGKILL)
        await processes[holder].wait()
        for number in range(40, 60):
            await exchange.hand(f"m{number}", f"u{number % 8}")

        await exchange.until(lambda: len(exchange.holders) == 2)
        assert set(exchange.holders) == set(NAMES)
        await exchange.until(lambda: len(exchange.acknowledged) == 60)
        ids = set(await store.read(lambda session: list(session.exec(select(Inbox.id)))))
        assert len(ids) == 60

        await _all_said(store)
        rows = await store.read(lambda session: list(session.exec(select(Outbox))))
        assert {row.inbox_id for row in rows} == ids
        assert len(rows) == 60
        # Every row is in exactly one of the messages that were shown.
        assert {row.bundle for row in rows} == set(exchange.said)
        shown = {key: text.split("\n\n") for key, text in exchange.said.items()}
        assert sum(len(parts) for parts in shown.values()) == sum(len(row.text.split("\n\n")) for row in rows)
        # Only what had left and was not recorded when its sender died; the key told the platform so.
        assert exchange.repeats <= 8
        assert await store.read(events.verify) is None

        (heir,) = (process for name, process in processes.items() if name != holder)
        heir.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            assert await heir.wait() == 0
    finally:
        for process in processes.values():
            if process.returncode is None:
                process.kill()
                await process.wait()
        await store.close()


async def _all_said(store: Store) -> None:
    """Returns once every answer is recorded as said."""
    async with asyncio.timeout(PATIENCE):
        while await store.read(lambda session: list(session.exec(select(Outbox.state)))) != ["sent"] * 60:
            pass
