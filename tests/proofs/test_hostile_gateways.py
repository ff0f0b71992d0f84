"""A hundred thousand spoiled frames down each long connection: the bot goes on hearing, nothing grows or breaks."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Awaitable, Callable, Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from bot.clock import VirtualClock
from bot.platforms.dingtalk import DingtalkRobot
from bot.platforms.dingtalk_stream import DingtalkStream
from bot.types import Inbound
from tests.fakes import dingtalk_gateway, listening, wecom_gateway
from tests.fakes.dingtalk import CLIENT_ID, CLIENT_SECRET
from tests.fakes.pauses import Pauses
from tests.fakes.server import NOON
from tests.fakes.spoiled import spoiled
from tests.proofs.watch import Watch

pytestmark = pytest.mark.proof

# So many go out before the bot is given the time to read them.
AT_ONCE = 200
PAYLOADS = Path(__file__).parents[1] / "payloads"


class Heard:
    """Counts what is handed on, and tells when a message of our own came."""

    def __init__(self) -> None:
        self.count = 0
        self._wanted = ""
        self._came = asyncio.Event()

    async def accept(self, messages: tuple[Inbound, ...]) -> None:
        self.count += len(messages)
        if any(message.message_id == self._wanted for message in messages):
            self._came.set()

    async def after(self, say: Callable[[str], Awaitable[object]], message_id: str) -> None:
        """Says a message and waits until it is heard, and with it all that went before."""
        self._wanted = message_id
        self._came.clear()
        await say(message_id)
        async with asyncio.timeout(30):
            await self._came.wait()


def texts(random: Random, valid: list[bytes], inner: list[bytes]) -> Iterator[str]:
    """Spoiled frames, whole ones with something spoiled inside, and ones nested as deep as can be read or deeper."""
    while True:
        for frame in spoiled(random.getrandbits(64), valid):
            yield frame.decode("utf-8", "replace")
        for data in spoiled(random.getrandbits(64), inner):
            frame = random.choice(valid)
            yield frame.replace(b'"@"', json.dumps(data.decode("utf-8", "replace")).encode()).decode()
            yield frame.replace(b'"@"', data).decode("utf-8", "replace")
        depth = random.randrange(900, 1100)
        yield random.choice(valid).replace(b'"@"', b"[" * depth + b"]" * depth).decode()


async def dingtalk_frames(heard: Heard, source: Iterator[str], watch: Watch) -> None:
    async with dingtalk_gateway.FakeGateway() as gateway:
        robot = DingtalkRobot(
            client_id=CLIENT_ID, client_secret=CLIENT_SECRET, api_base=gateway.base_url, oapi_base=gateway.base_url
        )
        stream = DingtalkStream(robot, pause=Pauses())
        task = asyncio.create_task(stream.listen(heard.accept, VirtualClock(NOON).now))
        link = await gateway.link()
        for number, text in enumerate(source):
            await link.raw(text)
            watch.step()
            if number % AT_ONCE == 0:
                await heard.after(lambda one: link.say("0101", "好", one), f"ours-{number}")
                # Acknowledgements of what only a hostile gateway sends.
                gateway.unexpected.clear()
        await heard.after(lambda one: link.say("0101", "好", one), "the last")
        assert len(gateway.all_links) == 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await stream.close()


async def wecom_frames(heard: Heard, source: Iterator[str], watch: Watch) -> None:
    async with wecom_gateway.FakeGateway() as gateway:
        pauses = Pauses()
        bot = listening.make(gateway, pauses)
        task = asyncio.create_task(bot.listen(heard.accept, VirtualClock(NOON).now))
        await gateway.subscribed()
        await pauses.begun(listening.PING)
        for number, text in enumerate(source):
            await gateway.raw(text)
            watch.step()
            if number % AT_ONCE == 0:
                await heard.after(lambda one: gateway.says("LiSi", "好", one), f"ours-{number}")
        await heard.after(lambda one: gateway.says("LiSi", "好", one), "the last")
        assert gateway.subscriptions == 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await bot.close()


def frame(kind: str, topic: str, **more: object) -> bytes:
    headers = {"topic": topic, "messageId": "m", "contentType": "application/json", "time": "1772424000123"}
    return json.dumps({"specVersion": "1.0", "type": kind, "headers": headers, "data": "@", **more}).encode()


DINGTALK = [
    frame("CALLBACK", dingtalk_gateway.ROBOT),
    frame("CALLBACK", dingtalk_gateway.CARD),
    frame("EVENT", "*"),
    frame("SYSTEM", "ping"),
    frame("OTHER", "x"),
]
WECOM = [
    json.dumps({"cmd": cmd, "headers": {"req_id": "r"}, "body": "@", "errcode": 0}).encode()
    for cmd in ("aibot_msg_callback", "aibot_event_callback", "", "ping")
]
ROADS = {
    "dingtalk": (dingtalk_frames, DINGTALK, "dingtalk_*.json"),
    "wecom_bot": (wecom_frames, WECOM, "wecom_bot_*.json"),
}


@pytest.mark.parametrize("road", ROADS)
async def test_nothing_sent_down_a_connection_breaks_it(
    all_logs: io.StringIO, road: str, requests: int, seed: int
) -> None:
    send, valid, pattern = ROADS[road]
    inner = [path.read_bytes() for path in sorted(PAYLOADS.glob(pattern))]
    heard, watch = Heard(), Watch(all_logs, requests)
    await send(heard, islice(texts(Random(seed), valid, inner), requests), watch)
    assert heard.count > 1
    print(f"\n{road}: {requests} frames, {heard.count} messages among them; {watch.growth()}")
