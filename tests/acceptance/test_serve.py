"""The real process, killed and stopped under load: what was acknowledged is answered, once."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from tests.acceptance.serving import Post, Watched, all_said, assert_everything_was_answered_once, prepare, serving


@pytest.fixture
async def prepared(tmp_path: Path) -> str:
    """The address of a database with the team in it."""
    url = f"sqlite:///{tmp_path / 'yinuo.db'}"
    await prepare(url)
    return url


async def test_killed_at_any_moment_every_acknowledged_message_is_answered_once(
    prepared: str, tmp_path: Path, unused_tcp_port: int
) -> None:
    async with Watched() as fake:
        post = Post(fake, 90)
        # Right after the first acknowledgements, in the middle of the answers, and in the middle of both.
        async with serving(prepared, fake, unused_tcp_port, tmp_path) as bot:
            await post.deliver(bot.url, enough=5)
            await bot.end(signal.SIGKILL)
        async with serving(prepared, fake, unused_tcp_port, tmp_path) as bot:
            await post.deliver(bot.url, enough=45)
            await fake.arrived(30)
            await bot.end(signal.SIGKILL)
        async with serving(prepared, fake, unused_tcp_port, tmp_path) as bot:
            delivering = asyncio.create_task(post.deliver(bot.url))
            await fake.arrived(60)
            await bot.end(signal.SIGKILL)
            await delivering
        async with serving(prepared, fake, unused_tcp_port, tmp_path) as bot:
            await post.deliver(bot.url)
            await all_said(prepared, fake)
            assert await bot.end(signal.SIGTERM) == 0

        await assert_everything_was_answered_once(prepared, fake, post)


async def test_stopped_under_load_it_ends_in_time_and_loses_nothing(
    prepared: str, tmp_path: Path, unused_tcp_port: int
) -> None:
    async with Watched() as fake:
        post = Post(fake, 60)
        async with serving(prepared, fake, unused_tcp_port, tmp_path) as bot:
            delivering = asyncio.create_task(post.deliver(bot.url))
            await fake.arrived(5)
            assert await bot.end(signal.SIGTERM) == 0
            await delivering
            assert bot.lines == []
        # Nothing was cut off in the middle: an answer that left was recorded.
        assert fake.dropped == []
        async with serving(prepared, fake, unused_tcp_port, tmp_path) as bot:
            await post.deliver(bot.url)
            await all_said(prepared, fake)
            assert await bot.end(signal.SIGINT) == 0

        assert fake.dropped == []
        await assert_everything_was_answered_once(prepared, fake, post)
