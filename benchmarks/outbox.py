"""The outbox: messages claimed and marked a second, and the search for work behind a backlog that has to wait.

Both databases; PostgreSQL is started for the run and thrown away, unless TEST_DATABASE_URL names one. Sends cost
nothing here. The search is compared with one of the same run behind an empty backlog: the ratio tells whether what
waits costs anything.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
from datetime import UTC, datetime, timedelta
from time import perf_counter

from sqlalchemy import insert
from sqlmodel import Session

from benchmarks.webhook import databases
from storage import lanes, migrate, turns
from storage.lanes import Said
from storage.store import PostgresStore, SqliteStore, open_store
from storage.tables import Lane, Outbox

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BLOCKED_LANES = 100
LOOKS = 200
ROWS = 10_000
Store = SqliteStore | PostgresStore


def _rows(first: int, count: int, lanes_of: int, name: str) -> list[dict[str, object]]:
    return [
        {
            "key": f"{name}{number}",
            "platform": "p",
            "lane": f"p:person:{name}{number % lanes_of}",
            "target_kind": "person",
            "target_id": f"{name}{number % lanes_of}",
            "kind": "notice",
            "about": [],
            "mentions": [],
            "text": "寄样品给青禾食品，周五之前",
            "tones": [],
            "actions": [],
            "files": [],
            "tried": [],
            "made_at": NOW,
            "not_before": NOW,
        }
        for number in range(first, first + count)
    ]


async def _fill(store: Store, count: int, lanes_of: int, name: str, next_at: datetime) -> None:
    def write(session: Session) -> None:
        rows = _rows(0, count, lanes_of, name)
        for start in range(0, count, 5000):
            session.connection().execute(insert(Outbox), rows[start : start + 5000])
        targets = [
            {"lane": f"p:person:{name}{number}", "platform": "p", "ready_at": next_at, "next_at": next_at}
            for number in range(min(count, lanes_of))
        ]
        session.connection().execute(insert(Lane), targets)
        if store.dialect == "postgresql":
            session.connection().exec_driver_sql("ANALYZE")

    await store.write(write)


async def _search(store: Store) -> float:
    """Milliseconds for finding the messages whose turn it is: the median of many looks."""
    statement = turns.first_heads(store.dialect)

    def look(session: Session) -> list[float]:
        took = []
        for _ in range(LOOKS):
            started = perf_counter()
            rows = session.connection().execute(statement, {"now": NOW, "limit": 50, "without": []}).all()
            took.append((perf_counter() - started) * 1000)
            assert len(rows) == 1
        return took

    return statistics.median(await store.write(look))


async def _rate(store: Store, batch: int) -> float:
    """Messages a second, claimed and marked in batches."""
    done = 0
    started = perf_counter()
    while True:
        bundles = await store.write(lambda session: lanes.claim(session, NOW, batch))
        if not bundles:
            return done / (perf_counter() - started)
        said = [Said(bundle, NOW, "receipt", "app") for bundle in bundles]
        done += len(await store.write(lambda session, said=said: lanes.sent(session, said)))  # type: ignore[misc]


async def measure(url: str, blocked: int) -> None:
    """Fills a fresh database and prints what it takes."""
    store = open_store(url)
    try:
        await migrate.upgrade(store)
        await _fill(store, 1, 1, "free", NOW)
        bare = await _search(store)
        await _fill(store, blocked, BLOCKED_LANES, "blocked", NOW + timedelta(hours=1))
        behind = await _search(store)
        sys.stdout.write(
            f"{store.dialect:11} search behind {blocked} waiting messages {behind:.3f} ms, behind none {bare:.3f} ms, "
            f"ratio {behind / bare:.2f}\n"
        )
        for batch in (50, 200):
            await _fill(store, ROWS, ROWS, f"b{batch}-", NOW)
            rate = await _rate(store, batch)
            sys.stdout.write(f"{store.dialect:11} claimed and marked by {batch}: {rate:,.0f} a second\n")
    finally:
        await store.close()


def main(blocked: int = 100_000) -> None:
    """Both databases, one after the other."""
    with databases() as found:
        for url in found.values():
            asyncio.run(measure(url, blocked))


if __name__ == "__main__":
    main()
