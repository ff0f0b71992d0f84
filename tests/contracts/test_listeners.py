"""What everybody who is listened to over a long connection keeps: the same cases against each, in front of its fake."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.clock import VirtualClock
from bot.errors import Misconfigured
from bot.platforms.dingtalk import DingtalkRobot
from bot.platforms.dingtalk_stream import DingtalkStream
from bot.types import Inbound, Listener
from tests.fakes import dingtalk_gateway, wecom_gateway
from tests.fakes import listening as wecom_listening
from tests.fakes.dingtalk import CLIENT_ID, CLIENT_SECRET
from tests.fakes.pauses import Pauses
from tests.fakes.server import NOON
from tests.patience import PATIENCE


@dataclass
class Stage:
    """A listener and how to speak to it; what it hands on waits in `hands` until the test lets it pass."""

    listener: Listener
    pauses: Pauses
    up: Callable[[int], Awaitable[object]]
    says: Callable[[str, str], Awaitable[object]]
    cut: Callable[[], Awaitable[object]]
    heard: list[Inbound] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    broken: bool = False
    asked: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    passed: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    task: asyncio.Task[None] | None = None

    def listen(self) -> None:
        self.open.set()
        self.task = asyncio.create_task(self.listener.listen(self.accept, VirtualClock(NOON).now))

    async def accept(self, messages: tuple[Inbound, ...]) -> None:
        self.asked.release()
        await self.open.wait()
        if self.broken:
            raise OSError("no room")
        self.heard += messages
        self.passed.release()

    async def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(self.task, return_exceptions=True)

    async def once(self, semaphore: asyncio.Semaphore) -> None:
        async with asyncio.timeout(PATIENCE):
            await semaphore.acquire()


@asynccontextmanager
async def dingtalk(secret: str = CLIENT_SECRET) -> AsyncIterator[Stage]:
    async with dingtalk_gateway.FakeGateway() as gateway:
        robot = DingtalkRobot(
            client_id=CLIENT_ID, client_secret=secret, api_base=gateway.base_url, oapi_base=gateway.base_url
        )
        pauses = Pauses()
        stream = DingtalkStream(robot, pause=pauses, spread=lambda: 0.5)

        async def up(number: int) -> None:
            await (await gateway.link(number)).ping()

        async def says(text: str, message_id: str) -> None:
            await gateway.links[-1].say("0101", text, message_id)

        async def cut() -> None:
            gateway.links[-1].reset()

        stage = Stage(stream, pauses, up, says, cut)
        try:
            yield stage
        finally:
            await stage.stop()
            await stream.close()


@asynccontextmanager
async def wecom_bot(secret: str = wecom_gateway.SECRET) -> AsyncIterator[Stage]:
    async with wecom_gateway.FakeGateway() as gateway:
        pauses = Pauses()
        bot = wecom_listening.make(gateway, pauses, secret=secret)

        async def up(number: int) -> None:
            await wecom_listening.Ear(bot, gateway, pauses).subscribed(number)

        async def says(text: str, message_id: str) -> None:
            await gateway.says("LiSi", text, message_id)

        stage = Stage(bot, pauses, up, says, gateway.cut)
        try:
            yield stage
        finally:
            await stage.stop()
            await bot.close()


STAGES = {"dingtalk": dingtalk, "wecom_bot": wecom_bot}


@pytest.fixture(params=sorted(STAGES))
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with STAGES[request.param]() as made:
        yield made


async def test_it_is_heard_and_answers_no_callback(stage: Stage) -> None:
    assert getattr(stage.listener, "paths", None) == ()
    assert not stage.listener.listening
    stage.listen()
    await stage.up(1)
    assert stage.listener.listening

    await stage.says("周三前给青禾食品寄样品", "m1")
    await stage.once(stage.passed)
    (message,) = stage.heard
    assert (message.platform, message.message_id, message.text) == (stage.listener.name, "m1", "周三前给青禾食品寄样品")
    await stage.stop()
    assert not stage.listener.listening


async def test_a_message_that_comes_again_has_the_same_id(stage: Stage) -> None:
    stage.listen()
    await stage.up(1)
    for text, message_id in (("好", "m1"), ("好", "m1"), ("好", "m2")):
        await stage.says(text, message_id)
        await stage.once(stage.passed)
    assert [message.message_id for message in stage.heard] == ["m1", "m1", "m2"]


async def test_a_connection_that_breaks_is_renewed_after_a_wait(stage: Stage) -> None:
    stage.listen()
    await stage.up(1)
    await stage.cut()
    await stage.pauses.over(lambda seconds: 0.5 <= seconds <= 2.0)
    await stage.up(2)
    await stage.says("好", "m1")
    await stage.once(stage.passed)
    assert stage.listener.listening


async def test_what_the_store_does_not_take_is_offered_again(stage: Stage) -> None:
    stage.listen()
    await stage.up(1)
    stage.broken = True
    await stage.says("好", "m1")
    await stage.once(stage.asked)
    await stage.pauses.begun(1.0)
    assert stage.heard == []

    stage.broken = False
    await stage.pauses.over(1.0)
    await stage.once(stage.passed)
    assert [message.message_id for message in stage.heard] == ["m1"]


async def test_it_ends_when_it_is_cancelled_and_what_is_in_hand_is_kept(stage: Stage) -> None:
    stage.listen()
    await stage.up(1)
    stage.open.clear()
    await stage.says("好", "m1")
    await stage.once(stage.asked)
    assert stage.task is not None
    stage.task.cancel()
    stage.open.set()
    await stage.stop()
    assert {message.message_id for message in stage.heard} == {"m1"}
    assert not stage.listener.listening


@pytest.mark.parametrize("name", sorted(STAGES))
async def test_a_wrong_secret_ends_it_and_is_not_told(name: str) -> None:
    async with STAGES[name]("not-the-secret") as stage:
        with pytest.raises(Misconfigured) as caught:
            await stage.listener.listen(stage.accept, VirtualClock(NOON).now)
        assert "not-the-secret" not in f"{caught.value!r} {caught.value}"
        assert not stage.listener.listening
