"""Stream mode against the fake gateway: what is heard, when it is acknowledged, and how connections come and go."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import VirtualClock
from bot.errors import Misconfigured
from bot.platforms import dingtalk_stream
from bot.platforms.dingtalk import DingtalkRobot
from bot.platforms.dingtalk_link import acknowledge, read_frame
from bot.platforms.dingtalk_message import stream_address
from bot.platforms.dingtalk_stream import (
    AT_ONCE,
    DRAIN_SECONDS,
    MAX_FRAME,
    SILENCE_SECONDS,
    STORE_AGAIN_SECONDS,
    DingtalkStream,
)
from bot.types import Inbound, Listener, RawRequest, Refused
from tests.fakes.dingtalk import CLIENT_ID, CLIENT_SECRET, CORP_ID
from tests.fakes.dingtalk_gateway import CARD, CONNECT, OPEN, ROBOT, FakeGateway, Link
from tests.fakes.pauses import Pauses
from tests.fakes.server import BAN_PAGE, NOON, Fault
from tests.patience import PATIENCE


class Ear:
    """Who accepts the messages: takes them at once, unless told to wait or to fail."""

    def __init__(self) -> None:
        self.heard: list[Inbound] = []
        self.asked = 0
        self.failures = 0
        self.open = asyncio.Event()
        self.open.set()
        self._changed = asyncio.Condition()

    async def __call__(self, messages: tuple[Inbound, ...]) -> None:
        self.asked += 1
        async with self._changed:
            self._changed.notify_all()
        await self.open.wait()
        if self.failures:
            self.failures -= 1
            raise OSError("no room")
        self.heard += messages
        async with self._changed:
            self._changed.notify_all()

    async def until(self, met: Callable[[], bool]) -> None:
        """Return once it is so."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(met)

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.heard]


class Stage:
    """A stream that is listened to, in front of its gateway."""

    def __init__(self, gateway: FakeGateway, **settings: Any) -> None:
        base: dict[str, Any] = {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "corp_id": CORP_ID,
            "api_base": gateway.base_url,
            "oapi_base": gateway.base_url,
        }
        self.gateway = gateway
        self.pauses = Pauses()
        self.clock = VirtualClock(NOON)
        self.ear = Ear()
        self.stream = DingtalkStream(DingtalkRobot(**(base | settings)), pause=self.pauses, spread=lambda: 1.0)
        self.task: asyncio.Task[None]

    def listen(self) -> None:
        self.task = asyncio.create_task(self.stream.listen(self.ear, self.clock.now))

    async def stop(self) -> None:
        self.task.cancel()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(self.task, return_exceptions=True)

    def shift(self, forward: timedelta) -> None:
        """Moves everybody's clock."""
        self.clock.set(self.clock.now() + forward)
        self.gateway.now = self.clock.now()


@asynccontextmanager
async def staged(**settings: Any) -> AsyncIterator[Stage]:
    async with FakeGateway() as gateway:
        stage = Stage(gateway, **settings)
        stage.listen()
        yield stage
        await stage.stop()
        await stage.stream.close()


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as made:
        yield made


@pytest.fixture
async def link(stage: Stage) -> Link:
    return await standing(stage, 1)


async def standing(stage: Stage, number: int) -> Link:
    """The `number`th connection, once the bot reads from it too."""
    link = await stage.gateway.link(number)
    await link.ping()
    return link


def ok(data: object) -> dict[str, Any]:
    return {"code": 200, "message": "OK", "data": data}


async def acknowledged(link: Link, frame: str) -> dict[str, Any]:
    answer = await link.ack(frame)
    assert answer.pop("headers") == {"messageId": frame, "contentType": "application/json"}
    return answer


async def test_a_message_is_heard_and_acknowledged(stage: Stage, link: Link) -> None:
    assert isinstance(stage.stream, Listener)
    assert stage.stream.paths == ()
    assert not stage.stream.tied
    frame = await link.say("0101", "周三前给青禾食品寄样品", "m1")

    assert await acknowledged(link, frame) == ok({"response": None})
    (message,) = stage.ear.heard
    assert (message.message_id, message.user_id, message.text) == ("m1", "0101", "周三前给青禾食品寄样品")
    assert message.reply_url is not None
    assert stage.stream.listening
    assert link.topics == {("CALLBACK", ROBOT), ("CALLBACK", CARD)}
    assert set(stage.gateway.opened[0]) == {"clientId", "clientSecret", "subscriptions", "ua"}
    assert stage.gateway.unexpected == []


async def test_nothing_is_acknowledged_before_it_is_stored(stage: Stage, link: Link) -> None:
    stage.ear.open.clear()
    frame = await link.say("0101", "好", "m1")
    await stage.ear.until(lambda: stage.ear.asked == 1)
    # The platform's ping is answered meanwhile, or it would take the connection for dead.
    assert await link.ping()
    assert not link.acked(frame)

    stage.ear.open.set()
    assert (await link.ack(frame))["code"] == 200


async def test_a_message_that_cannot_be_stored_is_not_acknowledged_and_tried_again(stage: Stage, link: Link) -> None:
    stage.ear.failures = 2
    frame = await link.say("0101", "好", "m1")
    await stage.pauses.over(STORE_AGAIN_SECONDS[0])
    await stage.ear.until(lambda: stage.ear.asked == 2)
    assert not link.acked(frame)

    await stage.pauses.over(STORE_AGAIN_SECONDS[1])
    assert (await link.ack(frame))["code"] == 200
    assert stage.ear.texts == ["好"]


async def test_a_message_that_was_given_up_is_stored_when_it_is_next_listened(stage: Stage, link: Link) -> None:
    stage.ear.failures = 5
    frame = await link.say("0101", "好", "m1")
    for wait in STORE_AGAIN_SECONDS:
        await stage.pauses.over(wait)
    await stage.ear.until(lambda: stage.ear.failures == 0)
    assert await link.ping()
    assert not link.acked(frame)
    assert stage.ear.heard == []

    await stage.stop()
    stage.listen()
    await stage.ear.until(lambda: stage.ear.texts == ["好"])
    assert stage.stream.unstored == {}


async def test_what_is_in_hand_when_listening_ends_is_stored_when_it_is_next_listened(stage: Stage, link: Link) -> None:
    stage.ear.open.clear()
    frame = await link.say("0101", "好", "m1")
    await stage.ear.until(lambda: stage.ear.asked == 1)
    await stage.stop()
    assert not link.acked(frame)

    stage.ear.open.set()
    stage.listen()
    await stage.ear.until(lambda: stage.ear.texts == ["好"])


async def test_a_ping_is_answered_with_what_it_held(stage: Stage, link: Link) -> None:
    answer = await link.ping()
    assert (answer["code"], answer["data"]) == (200, {"opaque": "7f3a-01"})


async def test_the_end_of_a_connection_is_announced_and_none_is_missing_meanwhile(stage: Stage, link: Link) -> None:
    stage.shift(timedelta(hours=1))
    stage.ear.open.clear()
    held = await link.say("0101", "一", "m1")
    await link.announce_end()
    second = await stage.gateway.link(2)
    # The old one still stands: what came by it is acknowledged on it.
    assert not link.closed.is_set()
    later = await second.say("0101", "二", "m2")
    stage.ear.open.set()
    assert (await link.ack(held))["code"] == (await second.ack(later))["code"] == 200
    assert sorted(stage.ear.texts) == ["一", "二"]
    assert stage.gateway.unexpected == []

    await stage.pauses.over(DRAIN_SECONDS)
    await link.gone()
    assert await second.ping()
    assert stage.stream.listening


async def test_a_connection_the_platform_closes_after_its_announcement_is_let_go(stage: Stage, link: Link) -> None:
    stage.shift(timedelta(hours=1))
    await link.announce_end()
    second = await stage.gateway.link(2)
    await link.close()
    await link.gone()
    assert (await second.ack(await second.say("0101", "好", "m1")))["code"] == 200
    assert stage.gateway.count(OPEN) == 2


@pytest.mark.parametrize("end", ["close", "reset"])
async def test_a_broken_connection_is_renewed_after_a_wait(stage: Stage, link: Link, end: str) -> None:
    stage.shift(timedelta(hours=1))
    if end == "close":
        await link.close()
    else:
        link.reset()
    await stage.pauses.over(2.0)
    second = await stage.gateway.link(2)
    assert await second.ping()
    assert stage.gateway.count(OPEN) == 2


async def test_a_message_whose_connection_breaks_is_stored_once(stage: Stage, link: Link) -> None:
    stage.ear.open.clear()
    await link.say("0101", "好", "m1")
    await stage.ear.until(lambda: stage.ear.asked == 1)
    link.reset()
    await stage.pauses.over(2.0)
    second = await stage.gateway.link(2)
    stage.ear.open.set()
    again = await second.say("0101", "好", "m1")
    assert (await second.ack(again))["code"] == 200
    # Both are handed on: the inbox knows a message by its id.
    assert [message.message_id for message in stage.ear.heard] == ["m1", "m1"]


async def test_waits_grow_to_a_minute_until_a_connection_stands(stage: Stage, link: Link) -> None:
    link.reset()
    for number, wait in enumerate((2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0), 2):
        await stage.pauses.over(wait)
        (await stage.gateway.link(number)).reset()
    await stage.pauses.over(60.0)
    last = await standing(stage, 9)
    stage.shift(timedelta(seconds=60))
    last.reset()
    await stage.pauses.over(2.0)
    await stage.gateway.link(10)


async def test_an_announced_end_right_after_the_start_is_not_followed_at_once(stage: Stage, link: Link) -> None:
    await link.announce_end()
    await stage.pauses.over(2.0)
    await stage.gateway.link(2)


async def test_a_silent_connection_is_replaced(stage: Stage, link: Link) -> None:
    link.die()
    stage.shift(timedelta(hours=1))
    # Once for what was heard before it fell silent.
    await stage.pauses.over(SILENCE_SECONDS)
    await stage.pauses.over(SILENCE_SECONDS)
    second = await stage.gateway.link(2)
    assert (await second.ack(await second.say("0101", "好", "m1")))["code"] == 200
    await stage.pauses.over(DRAIN_SECONDS)
    await link.gone()


async def test_a_gateway_silent_by_nature_is_doubted_ever_more_rarely(stage: Stage, link: Link) -> None:
    await stage.pauses.over(SILENCE_SECONDS)
    for number, silence in enumerate((45.0, 90.0, 180.0, 360.0, 720.0, 900.0), 2):
        assert stage.stream.listening
        stage.shift(timedelta(seconds=61))
        await stage.pauses.over(silence)
        await stage.gateway.link(number)
        await stage.pauses.over(DRAIN_SECONDS)
    # The last one stands long enough to be an ordinary one again.
    stage.shift(timedelta(hours=1))
    await stage.pauses.over(900.0)
    await stage.gateway.link(8)
    await stage.pauses.over(45.0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        "{}",
        '{"headers":[]}',
        '{"headers":{"messageId":7}}',
        "[" * 50_000,
        '{"type":"SYSTEM"}',
    ],
)
async def test_a_broken_frame_is_passed_over(stage: Stage, link: Link, text: str) -> None:
    await link.raw(text)
    assert (await link.ack(await link.say("0101", "好", "m1")))["code"] == 200
    assert stage.gateway.count(OPEN) == 1


async def test_an_oversize_frame_costs_the_connection_and_nothing_else(stage: Stage, link: Link) -> None:
    await link.raw("x" * (MAX_FRAME + 1))
    await stage.pauses.over(2.0)
    second = await stage.gateway.link(2)
    assert (await second.ack(await second.say("0101", "好", "m1")))["code"] == 200


@pytest.mark.parametrize(
    ("data", "topic", "kind", "code"),
    [
        ({"a": 1}, "/v1.0/card/dynamicData/get", "CALLBACK", 404),
        ({"a": 1}, ROBOT, "SOMETHING", 400),
        ({"robotCode": "another", "senderStaffId": "0101"}, ROBOT, "CALLBACK", 400),
        ({"chatbotCorpId": "dingother", "senderStaffId": "0101"}, ROBOT, "CALLBACK", 400),
        ({"conversationType": "2"}, ROBOT, "CALLBACK", 400),
        ({"corpId": "dingother", "userId": "0101"}, CARD, "CALLBACK", 400),
        ({"content": "{}"}, CARD, "CALLBACK", 400),
        ({"userId": "0101", "content": "{}"}, CARD, "CALLBACK", 200),
        ({"opaque": "1"}, "KEEPALIVE", "SYSTEM", 200),
    ],
)
async def test_what_is_no_message_is_acknowledged_and_not_stored(
    stage: Stage, link: Link, data: dict[str, Any], topic: str, kind: str, code: int
) -> None:
    assert (await link.ack(await link.push(data, topic, kind)))["code"] == code
    assert stage.ear.asked == 0


async def test_an_event_that_nobody_asked_for_is_not_sent_again(stage: Stage, link: Link) -> None:
    frame = await link.push({"x": 1}, "*", "EVENT", eventType="user_add_org", eventId="e1")
    assert (await link.ack(frame))["data"] == {"status": "SUCCESS"}
    assert stage.ear.asked == 0


async def test_a_message_without_a_robot_code_is_for_our_robot(stage: Stage, link: Link) -> None:
    body = stage.gateway.text_body("0101", "好", "m1")
    del body["robotCode"]
    assert (await link.ack(await link.push(body)))["code"] == 200
    assert stage.ear.texts == ["好"]


async def test_a_message_withheld_for_the_quota_is_a_notice(stage: Stage, link: Link) -> None:
    body = stage.gateway.text_body("0101", "", "m1", errorCode=20001, errorMessage="quota")
    del body["text"]
    assert (await link.ack(await link.push(body)))["code"] == 200
    assert [message.notice for message in stage.ear.heard] == ["quota"]


async def test_a_press_on_a_card_says_what_its_button_says(stage: Stage, link: Link) -> None:
    press = stage.gateway.card_press("0101", "完成 12")
    frames = [await link.push(press, CARD), await link.push(press, CARD)]
    assert [await acknowledged(link, frame) for frame in frames] == [ok({"response": {}})] * 2
    first, again = stage.ear.heard
    assert (first.user_id, first.text, first.chat_id) == ("0101", "完成 12", None)
    assert first.message_id == again.message_id


async def test_a_flood_is_read_no_faster_than_it_is_stored(stage: Stage, link: Link) -> None:
    stage.ear.open.clear()
    frames = [await link.say("0101", f"第 {number} 条", f"m{number}") for number in range(AT_ONCE + 20)]
    await stage.ear.until(lambda: stage.ear.asked == AT_ONCE)
    stage.ear.open.set()
    assert {(await link.ack(frame))["code"] for frame in frames} == {200}
    assert sorted(stage.ear.texts) == sorted(f"第 {number} 条" for number in range(AT_ONCE + 20))


async def test_it_ends_also_while_a_message_hangs(stage: Stage, link: Link) -> None:
    stage.ear.open.clear()
    await link.say("0101", "好", "m1")
    await stage.ear.until(lambda: stage.ear.asked == 1)
    await stage.stop()
    assert stage.task.cancelled()
    await link.gone()
    assert not stage.stream.listening


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=401, body={"code": "authFailed", "message": "x"}),
        Fault(status=400, body={"code": "invalidParameter", "message": "x"}),
        Fault(status=403, body={"code": "Forbidden.AccessDenied.IpNotInWhiteList", "message": "x"}),
    ],
    ids=lambda fault: str(fault.status),
)
async def test_what_no_retry_can_help_ends_the_listening(fault: Fault) -> None:
    async with FakeGateway() as gateway:
        stage = Stage(gateway)
        gateway.fail(OPEN, fault)
        with pytest.raises(Misconfigured):
            await stage.stream.listen(stage.ear, stage.clock.now)
        assert not stage.stream.listening
        await stage.stream.close()


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (Fault(status=503), 2.0),
        (Fault(status=504, body="<html>timeout</html>"), 2.0),
        (Fault(reset=True), 2.0),
        (Fault(body={"endpoint": "", "ticket": ""}), 2.0),
        (Fault(body="<endpoint>wss://x</endpoint>"), 300.0),
        (Fault(status=403, body=BAN_PAGE), 300.0),
        (Fault(status=429, body={"code": "throttling", "message": ""}), 5.0),
    ],
    ids=str,
)
async def test_an_open_call_that_fails_is_made_again(fault: Fault, wait: float) -> None:
    async with FakeGateway() as gateway:
        stage = Stage(gateway)
        gateway.fail(OPEN, fault)
        stage.listen()
        await stage.pauses.over(wait)
        if wait == 300.0:
            stage.shift(timedelta(seconds=300))
            await asyncio.sleep(0)
        link = await gateway.link()
        assert await link.ping()
        await stage.stop()
        await stage.stream.close()


async def test_a_refused_ticket_is_replaced_by_another(stage: Stage, link: Link) -> None:
    stage.gateway.fail(CONNECT, Fault(status=401))
    link.reset()
    await stage.pauses.over(2.0)
    await stage.pauses.over(4.0)
    second = await stage.gateway.link(2)
    assert await second.ping()
    assert stage.gateway.count(OPEN) == 3


OFFICIAL = "https://api.dingtalk.com"
HOSTILE_ENDPOINTS = [
    "ws://wss-open-connection.dingtalk.com/connect",
    "wss://wss-open-connection.dingtalk.com.evil.test/connect",
    "wss://evil-dingtalk.com/connect",
    "wss://dingtalk.com@evil.test/connect",
    "wss://user@wss-open-connection.dingtalk.com/connect",
    "wss://wss-open-connection.dingtalk.com:8443/connect",
    "wss://wss-open-connection.dingtalk.com%2eevil.test/connect",
    "wss://wss-open-connection.dingtalk.com\\@evil.test/connect",
    "wss://wss-open-connection.dingtalk.com/connect#x",
    "wss://127.0.0.1/connect",
    "wss://[::1]/connect",
    "wss://[::1/connect",
    "https://wss-open-connection.dingtalk.com/connect",
    "//wss-open-connection.dingtalk.com/connect",
    "file:///etc/passwd",
    "wss://wss-open-connection.dingtalk.com/" + "x" * 2048,
    "wss://wss-open-connection.dingtalk.com/\n",
    "",
    None,
    7,
]


@pytest.mark.parametrize("endpoint", HOSTILE_ENDPOINTS)
def test_a_hostile_endpoint_is_no_address(endpoint: object) -> None:
    assert stream_address(endpoint, "t", OFFICIAL) is None


@pytest.mark.parametrize(
    ("endpoint", "base", "address"),
    [
        ("wss://wss-open-connection.dingtalk.com:443/connect", OFFICIAL, "wss://wss-open-connection.dingtalk.com:443/connect"),
        ("wss://WSS-open-connection-union.DingTalk.com/connect", OFFICIAL, "wss://wss-open-connection-union.dingtalk.com:443/connect"),
        ("wss://wss-open-connection.dingtalk.com", "https://proxy.test", "wss://wss-open-connection.dingtalk.com:443/"),
        ("wss://ding.test:8443/connect", "https://ding.test:8443", "wss://ding.test:8443/connect"),
        ("ws://[::1]:81/c", "http://[::1]:81", "ws://[::1]:81/c"),
    ],
)  # fmt: skip
def test_an_endpoint_of_the_platform_is_an_address(endpoint: str, base: str, address: str) -> None:
    assert stream_address(endpoint, "a+b/c=", base) == f"{address}?ticket=a%2Bb%2Fc%3D"
    assert stream_address(f"{endpoint}?x=1", "t", base) == f"{address}?x=1&ticket=t"


async def test_a_foreign_endpoint_is_never_contacted() -> None:
    async with FakeGateway() as gateway, FakeGateway() as other:
        stage = Stage(gateway)
        gateway.endpoint = other.base_url.replace("http", "ws", 1) + CONNECT
        with pytest.raises(Misconfigured) as caught:
            await stage.stream.listen(stage.ear, stage.clock.now)
        assert other.calls == []
        assert other.base_url not in str(caught.value)
        await stage.stream.close()


async def test_neither_ticket_nor_endpoint_nor_words_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with staged() as stage:
        link = await stage.gateway.link()
        stage.ear.failures = 1
        frame = await link.say("0101", "给青禾食品的底价", "m1")
        await stage.pauses.over(STORE_AGAIN_SECONDS[0])
        await link.ack(frame)
        await link.raw("给青禾食品的底价")
        stage.gateway.fail(CONNECT, Fault(status=500))
        link.reset()
        await stage.pauses.over(2.0)
        await stage.pauses.over(4.0)
        await stage.gateway.link(2)
    told = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("bot"))
    assert "connected" in told
    for secret in ("fake+ticket", "fake%2Bticket", CONNECT, CLIENT_SECRET, "青禾"):
        assert secret not in told


async def test_nothing_comes_by_http_in_stream_mode(stage: Stage) -> None:
    with pytest.raises(Refused) as caught:
        await stage.stream.receive(RawRequest("POST", "/dingtalk/robot", {}, stage.gateway.headers(), b"{}"), NOON)
    assert caught.value.status == 404


async def test_doctor_asks_for_a_connection() -> None:
    async with FakeGateway() as gateway:
        stage = Stage(gateway)
        found = {check.name: check for check in await stage.stream.check(NOON)}
        assert all(check.ok for check in found.values())
        assert set(found) == {"钉钉 凭证", "钉钉 发送权限", "钉钉 时钟", "钉钉 Stream"}
        assert gateway.all_links == []

        gateway.fail(OPEN, Fault(status=401, body={"code": "authFailed", "message": ""}))
        (wrong,) = [check for check in await stage.stream.check(NOON) if not check.ok]
        assert wrong.name == "钉钉 Stream"
        assert "选 Stream" in wrong.advice
        assert "DINGTALK_MODE=http" in wrong.advice
        await stage.stream.close()


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("all", "no", "http", "https", "ws", "wss"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)
    address = "wss://wss-open-connection.dingtalk.com:443/connect?ticket=t"
    assert dingtalk_stream._proxy(address) is None
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    assert dingtalk_stream._proxy(address) == "http://proxy.test:3128"
    assert dingtalk_stream._proxy("ws://ding.test/connect") is None
    monkeypatch.setenv("NO_PROXY", "dingtalk.com")
    assert dingtalk_stream._proxy(address) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("msgtype", "text", "content", "msgId", "senderStaffId", "conversationType", "conversationId", "robotCode")
CARD_FIELDS = ("userId", "corpId", "content", "value", "outTrackId", "cardPrivateData", "params", "says", "actionIds")
STREAM = DingtalkStream(DingtalkRobot(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, corp_id=CORP_ID))


@given(
    st.sampled_from([ROBOT, CARD]),
    st.dictionaries(st.sampled_from(FIELDS + CARD_FIELDS), JSON | JSON.map(json.dumps), max_size=6),
    st.booleans(),
)
def test_whatever_a_frame_holds_it_is_a_message_or_refused(topic: str, data: dict[str, Any], twice: bool) -> None:
    headers = {"topic": topic, "messageId": "f\ud800"}
    held = json.dumps(data) if twice else data
    frame = read_frame(json.dumps({"type": "CALLBACK", "headers": headers, "data": held}))
    acknowledge(frame, 200, frame.data).encode()
    with suppress(Refused):
        message = STREAM.read(frame, NOON)
        assert message is None or message.user_id
