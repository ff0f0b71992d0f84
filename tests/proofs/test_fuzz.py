"""A hundred thousand requests per endpoint over real HTTP: none is a 5xx, none leaves a traceback, no memory grows."""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

import psutil
import pytest

from tests.acceptance.world import World, world
from tests.fakes.spoiled import spoiled

pytestmark = pytest.mark.proof

REQUESTS = 100_000
AT_ONCE = 32
GROWTH = 24 << 20
PAYLOADS = Path(__file__).parents[1] / "payloads"


@dataclass(frozen=True, slots=True)
class Made:
    """One request as a stranger or a broken platform posts it."""

    body: bytes
    query: Mapping[str, str]
    headers: Mapping[str, str]


def bodies(random: Random, pattern: str) -> Iterator[bytes]:
    valid = [path.read_bytes() for path in sorted(PAYLOADS.glob(pattern))]
    while True:
        yield from spoiled(random.getrandbits(64), valid)


def wecom(here: World, random: Random) -> Iterator[Made]:
    """Half of them signed and sealed properly, what is inside spoiled; the others spoiled outside."""
    good = here.wecom.text_callback("lisi", "好", "1")
    for inner in bodies(random, "wecom_*.xml"):
        made = here.wecom.callback(inner.decode("utf-8", "replace"))
        yield Made(made.body, made.query, {})
        outer = next(spoiled(random.getrandbits(64), [good.body]))
        query = {name: value for name, value in good.query.items() if random.random() < 0.95}
        yield Made(outer, query, {})


def dingtalk(here: World, random: Random) -> Iterator[Made]:
    """Half of them signed, the others with something wrong in their headers."""
    for body in bodies(random, "dingtalk_*.json"):
        yield Made(body, {}, here.dingtalk.headers())
        headers = {name: value for name, value in here.dingtalk.headers().items() if random.random() < 0.7}
        yield Made(body, {}, headers | {"timestamp": str(random.randrange(10**14))})


MAKERS = {"/wecom/app": wecom, "/dingtalk/robot": dingtalk}


@pytest.mark.parametrize("path", MAKERS)
async def test_nothing_posted_breaks_an_endpoint(tmp_path: Path, all_logs: io.StringIO, path: str) -> None:
    statuses: Counter[int] = Counter()
    memory = psutil.Process()
    used: list[int] = []
    async with world(f"sqlite:///{tmp_path}/fuzz.db") as here:
        source = islice(MAKERS[path](here, Random(7)), REQUESTS)

        async def post() -> None:
            for made in source:
                status, _ = await here.post(path, made.body, query=made.query, headers=made.headers)
                statuses[status] += 1
                if statuses.total() % (REQUESTS // 10) == 0:
                    assert "Traceback" not in all_logs.getvalue()
                    all_logs.seek(0)
                    all_logs.truncate()
                    used.append(memory.memory_info().rss)
                if status >= 500:
                    raise AssertionError((status, made))

        await asyncio.gather(*(post() for _ in range(AT_ONCE)))
    assert statuses.total() == REQUESTS
    assert statuses[200]
    # What is needed once is there after a fifth of them.
    growth = max(used[2:]) - used[1]
    assert growth < GROWTH
    shown = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    print(f"\n{path}: {REQUESTS} requests, {shown}; memory grew by {growth / 1e6:.1f} MB from {used[1] / 1e6:.0f} MB")
