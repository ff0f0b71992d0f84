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
from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.delivery import AT_ONCE
from storage import events
from storage.store import open_store
from storage.tables import Inbox, Outbox
from tests.acceptance.serving import Post, Watched, WatchedGateway, prepare, serving

pytestmark = pytest.mark.proof

KILLS = 100
MESSAGES_A_LIFE = 60
LONGEST_LIFE = 1.5


def count(session: Session) -> tuple[Counter[str], Counter[str], Counter[int | None]]:
    """The states of the inbox and of the outbox, and how many replies each message has."""
    replies = select(Outbox.inbox_id, func.count()).where(col(Outbox.is_reply)).group_by(col(Outbox.inbox_id))
    return (
        Counter(session.exec(select(Inbox.state))),
        Counter(session.exec(select(Outbox.state))),
        Counter(dict(session.exec(replies).all())),
    )


@pytest.mark.parametrize("seed", [1])
async def test_a_hundred_kills(database_url: str, tmp_path: Path, unused_tcp_port: int, seed: int) -> None:
    random = Random(seed)
    await prepare(database_url)
    acknowledged: dict[str, str] = {}
    async with Watched() as fake:
        for life in range(KILLS):
            post = Post(fake, MESSAGES_A_LIFE, first=life * MESSAGES_A_LIFE)
            async with serving(database_url, fake, unused_tcp_port, tmp_path) as bot:
                delivering = asyncio.create_task(post.deliver(bot.url))
                # Any moment of the load is as good as another: the more of them are tried, the better.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(random.uniform(0, LONGEST_LIFE)):
                        await asyncio.shield(delivering)
                await bot.end(signal.SIGKILL)
                await delivering
            acknowledged |= post.acknowledged
        async with serving(database_url, fake, unused_tcp_port, tmp_path) as bot:
            # A message that was stored but not acknowledged is answered too: count what the database holds.
            store = open_store(database_url)
            async with asyncio.timeout(180):
                while True:
                    inbox, outbox, _ = await store.read(count)
                    if set(inbox) == {"done"} and set(outbox) == {"sent"}:
                        break
                    with contextlib.suppress(TimeoutError):
                        await fake.arrived(len(fake.sent) + 1, patience=2)
            assert await bot.end(signal.SIGTERM) == 0
        inbox, outbox, replies = await store.read(count)
        stored = await store.read(lambda session: set(session.exec(select(Inbox.message_id))))
        assert await store.read(events.verify) is None
        await store.close()

    said = Counter(sent.to for sent in [*fake.sent, *fake.dropped])
    assert acknowledged
    # Nothing acknowledged is lost, and each has its one reply by the database's own account.
    assert set(acknowledged) <= stored
    assert set(replies.values()) == {1}
    assert inbox.total() == outbox.total() == len(replies)
    assert set(acknowledged.values()) <= set(said)
    # A send whose answer the kill cut off is repeated: at most once a kill, and WeCom itself holds that one back.
    assert said.total() - len(said) <= KILLS
    assert Counter(sent.to for sent in fake.sent).most_common(1)[0][1] == 1
    print(
        f"\n{database_url.partition(':')[0]}: {KILLS} kills, {len(acknowledged)} acknowledged, 0 lost,"
        f" {said.total() - len(said)} sent again, {len(fake.dropped)} of them held back by the platform"
    )


async def test_a_hundred_kills_of_who_listens(database_url: str, tmp_path: Path, unused_tcp_port: int) -> None:
    """DingTalk sends a message once: what was acknowledged on the socket before the kill is answered, and once."""
    random = Random(2)
    await prepare(database_url)
    acknowledged: set[str] = set()
    begun: list[int] = []
    async with WatchedGateway() as fake:

        async def say(life: int) -> None:
            link = await fake.link(life + 1)
            for number in range(MESSAGES_A_LIFE):
                one = f"m{life}-{number}"
                with contextlib.suppress(ConnectionError, TimeoutError):
                    frame = await link.say(f"member{life}-{number}", "我的承诺", one)
                    if (await link.ack(frame))["code"] == 200:
                        acknowledged.add(one)

        for life in range(KILLS):
            begun.append(len(fake.sent))
            async with serving(database_url, fake, unused_tcp_port, tmp_path) as bot:
                saying = asyncio.create_task(say(life))
                await fake.link(life + 1)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(random.uniform(0, LONGEST_LIFE)):
                        await asyncio.shield(saying)
                await bot.end(signal.SIGKILL)
                saying.cancel()
                await asyncio.gather(saying, return_exceptions=True)
        store = open_store(database_url)
        begun.append(len(fake.sent))
        async with serving(database_url, fake, unused_tcp_port, tmp_path) as bot:
            async with asyncio.timeout(180):
                while True:
                    inbox, outbox, _ = await store.read(count)
                    if set(inbox) == {"done"} and set(outbox) == {"sent"}:
                        break
                    await fake.arrives(2)
            assert await bot.end(signal.SIGTERM) == 0
        inbox, outbox, replies = await store.read(count)
        stored = await store.read(lambda session: set(session.exec(select(Inbox.message_id))))
        assert await store.read(events.verify) is None
        await store.close()

    said = Counter(sent.to for sent in fake.sent)
    assert acknowledged
    assert acknowledged <= stored
    assert set(replies.values()) == {1}
    assert inbox.total() == outbox.total() == len(replies)
    assert {one.replace("m", "member", 1) for one in acknowledged} <= set(said)
    # An answer's address knows no repetitions: what a kill cut off is said again by the next life, never by the same.
    for start, end in pairwise([*begun, len(fake.sent)]):
        assert set(Counter(sent.to for sent in fake.sent[start:end]).values()) <= {1}
    assert said.total() - len(said) <= AT_ONCE * KILLS
    print(
        f"\n{database_url.partition(':')[0]}, listening: {KILLS} kills, {len(acknowledged)} acknowledged, 0 lost,"
        f" {said.total() - len(said)} sent again"
    )
