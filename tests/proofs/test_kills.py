"""kill -9 at a hundred moments under load, on both databases: nothing acknowledged is lost, nothing counted twice.

By callbacks, where what was not acknowledged is delivered again, and down a long connection, where nothing is.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections import Counter
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from sqlmodel import select

from bot.delivery import AT_ONCE
from storage import events
from storage.store import open_store
from storage.tables import Inbox
from tests.acceptance.serving import Post, Watched, WatchedGateway, prepare, serving
from tests.proofs.backlog import STILL, Load, state, worked_off

pytestmark = pytest.mark.proof

LONGEST_LIFE = 1.5


async def test_a_hundred_kills(database_url: str, tmp_path: Path, unused_tcp_port: int, kills: int, seed: int) -> None:
    random, load = Random(seed), Load()
    await prepare(database_url)
    acknowledged: dict[str, str] = {}
    async with Watched() as fake:
        for life in range(kills):
            post = Post(fake, load.next, first=life * load.most)
            async with serving(database_url, fake, unused_tcp_port, tmp_path, STILL) as bot:
                delivering = asyncio.create_task(post.deliver(bot.url))
                # Any moment of the load is as good as another: the more of them are tried, the better.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(random.uniform(0, LONGEST_LIFE)):
                        await asyncio.shield(delivering)
                await bot.end(signal.SIGKILL)
                await delivering
            acknowledged |= post.acknowledged
            load.learn(len(acknowledged), len(fake.sent))
        async with serving(database_url, fake, unused_tcp_port, tmp_path, STILL) as bot:
            # A message that was stored but not acknowledged is answered too: count what the database holds.
            store = open_store(database_url)
            await worked_off(store, fake.arrives)
            assert await bot.end(signal.SIGTERM) == 0
        end = await store.read(state)
        stored = await store.read(lambda session: set(session.exec(select(Inbox.message_id))))
        assert await store.read(events.verify) is None
        await store.close()

    said = Counter(sent.to for sent in [*fake.sent, *fake.dropped])
    assert acknowledged
    # Nothing acknowledged is lost, and each has its one reply by the database's own account.
    assert set(acknowledged) <= stored
    assert end.done
    assert set(end.replies.values()) == {1}
    assert end.inbox.total() == end.outbox.total() == len(end.replies)
    assert set(acknowledged.values()) <= set(said)
    # Sends whose answers the kill cut off are repeated, and WeCom itself holds them back: nobody reads anything twice.
    assert Counter(sent.to for sent in fake.sent).most_common(1)[0][1] == 1
    assert said.total() - len(said) <= AT_ONCE * kills
    print(
        f"\n{database_url.partition(':')[0]}: {kills} kills from seed {seed}, {len(acknowledged)} acknowledged,"
        f" 0 lost, {said.total() - len(said)} sent again, {len(fake.dropped)} of them held back by the platform"
    )


async def test_a_hundred_kills_of_who_listens(
    database_url: str, tmp_path: Path, unused_tcp_port: int, kills: int, seed: int
) -> None:
    """DingTalk sends a message once: what was acknowledged on the socket before the kill is answered, and once."""
    random, load = Random(seed), Load()
    await prepare(database_url)
    acknowledged: set[str] = set()
    begun: list[int] = []
    async with WatchedGateway() as fake:

        async def say(life: int) -> None:
            link = await fake.link(life + 1)
            for number in range(load.next):
                one = f"m{life}-{number}"
                with contextlib.suppress(ConnectionError, TimeoutError):
                    frame = await link.say(f"member{life}-{number}", "我的承诺", one)
                    if (await link.ack(frame))["code"] == 200:
                        acknowledged.add(one)

        for life in range(kills):
            begun.append(len(fake.sent))
            async with serving(database_url, fake, unused_tcp_port, tmp_path, STILL) as bot:
                saying = asyncio.create_task(say(life))
                await fake.link(life + 1)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(random.uniform(0, LONGEST_LIFE)):
                        await asyncio.shield(saying)
                await bot.end(signal.SIGKILL)
                saying.cancel()
                await asyncio.gather(saying, return_exceptions=True)
            load.learn(len(acknowledged), len(fake.sent))
        begun.append(len(fake.sent))
        async with serving(database_url, fake, unused_tcp_port, tmp_path, STILL) as bot:
            store = open_store(database_url)
            await worked_off(store, fake.arrives)
            assert await bot.end(signal.SIGTERM) == 0
        end = await store.read(state)
        stored = await store.read(lambda session: set(session.exec(select(Inbox.message_id))))
        assert await store.read(events.verify) is None
        await store.close()

    said = Counter(sent.to for sent in fake.sent)
    assert acknowledged
    assert acknowledged <= stored
    assert end.done
    assert set(end.replies.values()) == {1}
    assert end.inbox.total() == end.outbox.total() == len(end.replies)
    assert {one.replace("m", "member", 1) for one in acknowledged} <= set(said)
    # An answer's address knows no repetitions: what a kill cut off is said again by the next life, never by the same.
    for first, last in pairwise([*begun, len(fake.sent)]):
        assert set(Counter(sent.to for sent in fake.sent[first:last]).values()) <= {1}
    assert said.total() - len(said) <= AT_ONCE * kills
    print(
        f"\n{database_url.partition(':')[0]}, listening: {kills} kills from seed {seed},"
        f" {len(acknowledged)} acknowledged, 0 lost, {said.total() - len(said)} sent again"
    )
