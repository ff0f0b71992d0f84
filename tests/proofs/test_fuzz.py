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

import pytest

from tests.acceptance.world import World, world
from tests.fakes.console_site import open_site
from tests.fakes.spoiled import spoiled
from tests.fakes.wecom_bot import AES_KEY, TOKEN, FakeWecomBot
from tests.proofs.watch import Watch

pytestmark = pytest.mark.proof

AT_ONCE = 32
# What is typed is stored, handled and answered: there is less of it by so much.
TYPED_SHARE = 5
ORDERS = [b'{"minutes": 10}', b'{"to": "tomorrow 8:40"}', b'{"to": "next"}']
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


def wecom_bot(here: World, random: Random) -> Iterator[Made]:
    """As `wecom` does."""
    fake = FakeWecomBot()
    good = fake.says("LiSi", "好", "1")
    for inner in bodies(random, "wecom_bot_*.json"):
        made = fake.sealed_text(inner.decode("utf-8", "replace"))
        yield Made(made.body, made.query, {})
        outer = next(spoiled(random.getrandbits(64), [good.body]))
        query = {name: value for name, value in good.query.items() if random.random() < 0.95}
        yield Made(outer, query, {})


MAKERS = {"/wecom/app": wecom, "/wecom/bot": wecom_bot, "/dingtalk/robot": dingtalk}


@pytest.mark.parametrize("path", MAKERS)
async def test_nothing_posted_breaks_an_endpoint(
    tmp_path: Path, all_logs: io.StringIO, path: str, requests: int, seed: int
) -> None:
    statuses: Counter[int] = Counter()
    watch = Watch(all_logs, requests)
    url = f"sqlite:///{tmp_path}/fuzz.db"
    async with world(url, wecom_bot_token=TOKEN, wecom_bot_aes_key=AES_KEY) as here:
        source = islice(MAKERS[path](here, Random(seed)), requests)

        async def post() -> None:
            for made in source:
                status, _ = await here.post(path, made.body, query=made.query, headers=made.headers)
                statuses[status] += 1
                watch.step()
                if status >= 500:
                    raise AssertionError((status, made))

        await asyncio.gather(*(post() for _ in range(AT_ONCE)))
    assert statuses.total() == requests
    assert statuses[200]
    told(path, statuses, watch)


async def test_nothing_typed_breaks_the_console(
    tmp_path: Path, all_logs: io.StringIO, requests: int, seed: int
) -> None:
    """Spoiled messages, questions for the state, and now and then a spoiled order to move the clock."""
    statuses: Counter[int] = Counter()
    watch = Watch(all_logs, requests // TYPED_SHARE)
    random = Random(seed)
    typed = bodies(random, "console_*.json")
    people = ["秦朗", "邵云", "", "\x00", "'; --", "😀" * 99]
    async with open_site(tmp_path) as site:

        async def one() -> int:
            if random.random() < 0.1:
                query = {"person": random.choice(people), "chat": random.choice(["晨会群", "cid", "\x00"])}
                async with site.client.get(site.url("/console/state").with_query(query)) as answer:
                    return answer.status
            path, body = "/console/send", next(typed)
            if random.random() < 0.002:
                path, body = "/console/clock", next(spoiled(random.getrandbits(64), ORDERS))
            headers = {"content-type": random.choice(["application/json"] * 9 + ["text/plain"])}
            async with site.client.post(site.url(path), data=body, headers=headers) as answer:
                return answer.status

        for _ in range(requests // TYPED_SHARE):
            status = await one()
            statuses[status] += 1
            watch.step()
            assert status < 500
    assert statuses[200]
    told("/console", statuses, watch)


def told(path: str, statuses: Counter[int], watch: Watch) -> None:
    shown = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    print(f"\n{path}: {statuses.total()} requests, {shown}; {watch.growth()}")
