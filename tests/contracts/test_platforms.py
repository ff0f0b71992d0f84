"""What every platform keeps, whichever it is: the same cases against each, over real HTTP to its fake."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import Misconfigured, Rejected, SendError, Temporary, Throttled, Unknown, Unreachable
from bot.platforms.client import Client
from bot.platforms.dingtalk import DingtalkRobot
from bot.platforms.wecom_app import WecomApp
from bot.types import Inbound, OutFile, Outgoing, Platform, RawRequest, Refused
from tests.fakes import dingtalk as fake_dingtalk
from tests.fakes import wecom as fake_wecom
from tests.fakes.dingtalk import FakeDingtalk
from tests.fakes.listening import listening
from tests.fakes.server import BAN_PAGE, NOON, Fault
from tests.fakes.wecom import FakeWecom
from tests.fakes.wecom_gateway import FakeGateway


@dataclass
class Stage:
    """A platform in front of its fake, and what the cases need to know of the channel."""

    platform: Platform
    fake: FakeWecom | FakeDingtalk | FakeGateway
    person: str
    send_path: str
    token_path: str
    busy: Fault
    message: Callable[[str, str], RawRequest]


@asynccontextmanager
async def wecom(**settings: Any) -> AsyncIterator[Stage]:
    async with FakeWecom() as fake:
        base: dict[str, Any] = {
            "corp_id": fake_wecom.CORP_ID,
            "agent_id": fake_wecom.AGENT_ID,
            "secret": fake_wecom.SECRET,
            "token": fake_wecom.TOKEN,
            "aes_key": fake_wecom.AES_KEY,
            "api_base": fake.base_url,
        }
        platform = WecomApp(**(base | settings))

        def message(text: str, message_id: str) -> RawRequest:
            made = fake.text_callback("LiSi", text, message_id)
            return RawRequest("POST", "/wecom/app", made.query, {}, made.body)

        yield Stage(
            platform,
            fake,
            "lisi",
            "/cgi-bin/message/send",
            "/cgi-bin/gettoken",
            Fault(body={"errcode": 45009, "errmsg": "api freq out of limit"}),
            message,
        )
        await platform.close()


@asynccontextmanager
async def dingtalk(**settings: Any) -> AsyncIterator[Stage]:
    async with FakeDingtalk() as fake:
        base: dict[str, Any] = {
            "client_id": fake_dingtalk.CLIENT_ID,
            "client_secret": fake_dingtalk.CLIENT_SECRET,
            "corp_id": fake_dingtalk.CORP_ID,
            "api_base": fake.base_url,
            "oapi_base": fake.base_url,
        }
        platform = DingtalkRobot(**(base | settings))

        def message(text: str, message_id: str) -> RawRequest:
            body = json.dumps(fake.text_body("0101", text, message_id)).encode()
            return RawRequest("POST", "/dingtalk/robot", {}, fake.headers(), body)

        yield Stage(
            platform,
            fake,
            "0101",
            fake_dingtalk.BATCH_SEND,
            fake_dingtalk.ACCESS_TOKEN,
            Fault(status=403, body={"code": "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "message": "slow"}),
            message,
        )
        await platform.close()


@asynccontextmanager
async def wecom_bot() -> AsyncIterator[Stage]:
    def message(text: str, message_id: str) -> RawRequest:
        raise AssertionError("heard over its connection")

    async with FakeGateway() as fake, listening(fake) as ear:
        await fake.says("LiSi", "在", "m0")
        await ear.message()
        busy = Fault(body={"errcode": 45009, "errmsg": "freq out of limit"})
        yield Stage(ear.bot, fake, "LiSi", "aibot_send_msg", "", busy, message)


STAGES = {"wecom": wecom, "dingtalk": dingtalk}
# What fetches no token and takes no requests keeps the rest.
CHANNELS: dict[str, Callable[[], AbstractAsyncContextManager[Stage]]] = {**STAGES, "wecom_bot": wecom_bot}
WRONG_SECRET: dict[str, dict[str, str]] = {
    "wecom": {"secret": "not-the-secret"},
    "dingtalk": {"client_secret": "not-the-secret"},
}


@pytest.fixture(params=sorted(STAGES))
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with STAGES[request.param]() as made:
        yield made


@pytest.fixture(params=sorted(CHANNELS))
async def channel(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with CHANNELS[request.param]() as made:
        yield made


def said(stage: Stage, text: str = "今天 18:00 前请交日报", key: str = "k1", **more: Any) -> Outgoing:
    return Outgoing(key, "person", stage.person, text, **more)


async def received(stage: Stage, request: RawRequest) -> Inbound:
    answer = await stage.platform.receive(request, stage.fake.now)
    assert answer.status == 200
    (message,) = answer.messages
    return message


async def failing(stage: Stage, *faults: Fault, path: str | None = None) -> SendError:
    for fault in faults:
        stage.fake.fail(path or stage.send_path, fault)
    with pytest.raises(SendError) as caught:
        await stage.platform.send(said(stage), stage.fake.now)
    return caught.value


async def test_a_message_is_read_as_it_was_written(stage: Stage) -> None:
    message = await received(stage, stage.message("周三前给青禾食品寄样品", "77001"))

    assert message.platform == stage.platform.name
    assert message.user_id == stage.person
    assert message.text == "周三前给青禾食品寄样品"
    assert message.message_id == "77001"
    assert message.sent_at == NOON
    assert message.chat_id is None
    assert message.notice is None


async def test_a_redelivered_message_has_the_same_id(stage: Stage) -> None:
    first = await received(stage, stage.message("收到", "77002"))
    again = await received(stage, stage.message("收到", "77002"))
    other = await received(stage, stage.message("收到", "77003"))

    assert first.message_id == again.message_id != other.message_id


async def test_a_stale_message_is_refused(stage: Stage) -> None:
    request = stage.message("收到", "77004")
    for skew in (timedelta(seconds=301), timedelta(seconds=-301)):
        with pytest.raises(Refused) as caught:
            await stage.platform.receive(request, NOON + skew)
        assert caught.value.status == 403
    assert len((await stage.platform.receive(request, NOON + timedelta(seconds=299))).messages) == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD"])
async def test_another_method_is_refused(stage: Stage, method: str) -> None:
    with pytest.raises(Refused) as caught:
        await stage.platform.receive(RawRequest(method, "/", {}, {}, b""), NOON)
    assert caught.value.status == 405


async def test_a_message_reaches_the_person(channel: Stage) -> None:
    receipt = await channel.platform.send(said(channel), NOON)

    assert [(sent.to, sent.text) for sent in channel.fake.sent] == [(channel.person, "今天 18:00 前请交日报")]
    # The answers of the long connection hold no id.
    assert receipt.message_id or channel.platform.name == "wecom_bot"
    assert receipt.channel


async def test_the_token_is_fetched_once(stage: Stage) -> None:
    for number in range(3):
        await stage.platform.send(said(stage, f"第 {number} 条", f"k{number}"), NOON)

    assert stage.fake.count(stage.token_path) == 1


async def test_the_token_is_renewed_five_minutes_before_its_end(stage: Stage) -> None:
    await stage.platform.send(said(stage, "早", "k1"), NOON)
    await stage.platform.send(said(stage, "中", "k2"), NOON + timedelta(seconds=6899))
    assert stage.fake.count(stage.token_path) == 1

    await stage.platform.send(said(stage, "晚", "k3"), NOON + timedelta(seconds=6901))
    assert stage.fake.count(stage.token_path) == 2


async def test_fifty_senders_with_a_revoked_token_renew_it_once(stage: Stage) -> None:
    await stage.platform.send(said(stage, "先取一次", "k0"), NOON)
    stage.fake.expire_tokens()

    await asyncio.gather(
        *(stage.platform.send(said(stage, f"第 {number} 条", f"k{number}"), NOON) for number in range(1, 51))
    )

    assert stage.fake.count(stage.token_path) == 2
    assert len(stage.fake.sent) == 51


async def test_a_token_refused_twice_is_given_up(stage: Stage) -> None:
    await stage.platform.send(said(stage, "先取一次", "k0"), NOON)
    refusal: dict[str, Any] = {"errcode": 42001, "errmsg": "expired", "code": "InvalidAuthentication"}
    fault = Fault(status=401 if stage.platform.name == "dingtalk" else 200, body=refusal)
    before = stage.fake.count(stage.send_path)

    error = await failing(stage, *[fault] * 5)

    assert isinstance(error, Temporary)
    assert stage.fake.count(stage.send_path) == before + 2
    assert stage.fake.count(stage.token_path) == 2


async def test_a_cancelled_sender_leaves_the_others_their_token(stage: Stage) -> None:
    first = asyncio.create_task(stage.platform.send(said(stage, "甲", "k1"), NOON))
    second = asyncio.create_task(stage.platform.send(said(stage, "乙", "k2"), NOON))
    await asyncio.sleep(0)
    first.cancel()
    await second

    assert first.cancelled() or first.cancelling()
    assert [sent.text for sent in stage.fake.sent] == ["乙"]


@pytest.mark.parametrize("name", sorted(STAGES))
async def test_a_wrong_secret_needs_an_operator(name: str) -> None:
    async with STAGES[name](**WRONG_SECRET[name]) as stage:
        for key in ("k1", "k2", "k3"):
            with pytest.raises(Misconfigured) as caught:
                await stage.platform.send(said(stage, key=key), NOON)
            assert "not-the-secret" not in str(caught.value)
        assert stage.fake.count(stage.token_path) == 1

        with pytest.raises(Misconfigured):
            await stage.platform.send(said(stage), NOON + timedelta(seconds=61))
        assert stage.fake.count(stage.token_path) == 2


async def test_a_dropped_connection_leaves_the_outcome_unknown(channel: Stage) -> None:
    error = await failing(channel, Fault(reset=True, accepted=True))

    assert isinstance(error, Unknown)
    assert len(channel.fake.sent) == 1


async def test_a_dropped_connection_at_the_token_is_temporary(stage: Stage) -> None:
    # Twice: what only asks may be asked once more by itself.
    error = await failing(stage, Fault(reset=True), Fault(reset=True), path=stage.token_path)

    assert isinstance(error, Temporary)
    assert stage.fake.sent == []


async def test_no_answer_in_time_leaves_the_outcome_unknown() -> None:
    for make in STAGES.values():
        async with Client(timeout=0.2) as client, make(client=client) as stage:
            assert isinstance(await failing(stage, Fault(hang=True, accepted=True)), Unknown)


async def test_a_closed_port_is_temporary() -> None:
    async with FakeWecom() as gone:
        address = gone.base_url
    for name, make in STAGES.items():
        more = {"oapi_base": address} if name == "dingtalk" else {}
        async with make(api_base=address, **more) as stage:
            error = await failing(stage)
            assert type(error) is Temporary


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_server_error_is_temporary(stage: Stage, status: int) -> None:
    assert type(await failing(stage, Fault(status=status))) is Temporary


async def test_a_gateway_timeout_is_unknown(stage: Stage) -> None:
    assert isinstance(await failing(stage, Fault(status=504, body="<html>timeout</html>")), Unknown)


async def test_too_many_requests_are_throttled(channel: Stage) -> None:
    error = await failing(channel, channel.busy)
    assert isinstance(error, Throttled)
    assert error.retry_after >= 1


async def test_the_status_of_too_many_requests_is_one_to_wait_for(stage: Stage) -> None:
    assert isinstance(await failing(stage, Fault(status=429)), Throttled)


async def test_a_redirect_is_not_followed(stage: Stage) -> None:
    assert isinstance(await failing(stage, Fault(status=302)), Misconfigured)
    assert stage.fake.sent == []


async def test_a_ban_page_silences_all_calls_for_five_minutes(stage: Stage) -> None:
    error = await failing(stage, Fault(status=200, body=BAN_PAGE))
    assert isinstance(error, Throttled)
    assert error.retry_after == 300
    calls = len(stage.fake.calls)

    with pytest.raises(Throttled) as caught:
        await stage.platform.send(said(stage), NOON + timedelta(seconds=100))
    assert caught.value.retry_after == 200
    assert len(stage.fake.calls) == calls

    await stage.platform.send(said(stage), NOON + timedelta(seconds=300))
    assert len(stage.fake.sent) == 1


async def test_a_ban_told_in_json_is_a_ban(stage: Stage) -> None:
    error = await failing(stage, Fault(body={"status": 1111, "wait": 5, "source": "x5", "punish": "deny"}))

    assert isinstance(error, Throttled)
    assert error.retry_after == 300


async def test_an_answer_that_says_nothing_is_unknown(channel: Stage) -> None:
    assert isinstance(await failing(channel, Fault(body={})), Unknown)


async def test_somebody_out_of_range_is_unreachable(channel: Stage) -> None:
    with pytest.raises(Unreachable):
        await channel.platform.send(Outgoing("k1", "person", "nobody9", "在吗"), NOON)


@pytest.mark.parametrize("target", ["@all", "lisi|wangwu", "0101,0102", "unknown:0a1b", "", "a b", "x" * 65])
async def test_what_is_no_user_id_is_never_written_to(channel: Stage, target: str) -> None:
    with pytest.raises(Unreachable):
        await channel.platform.send(Outgoing("k1", "person", target, "在吗"), NOON)
    assert channel.fake.sent == []
    assert channel.fake.unexpected == []


async def test_nothing_to_say_is_rejected(channel: Stage) -> None:
    with pytest.raises(Rejected):
        await channel.platform.send(said(channel, " \n "), NOON)


async def test_a_long_text_arrives_whole_in_numbered_parts(channel: Stage) -> None:
    lines = [f"{number}. 承诺第{number}项:给第{number}家客户回电并写下结果" for number in range(1, 900)]
    await channel.platform.send(said(channel, "\n".join(lines)), NOON)

    texts = [sent.text for sent in channel.fake.sent]
    assert len(texts) > 1
    assert [text.split("\n")[0] for text in texts] == [f"（{n}/{len(texts)}）" for n in range(1, len(texts) + 1)]
    assert [line for text in texts for line in text.split("\n")[1:]] == lines
    assert max(len(text.encode()) for text in texts) <= channel.platform.pace.max_bytes


async def test_a_retry_goes_on_after_the_last_part_that_arrived(channel: Stage) -> None:
    text = "这是很长的一段说明。" * 1200
    channel.fake.fail(channel.send_path, Fault())
    channel.fake.fail(channel.send_path, channel.busy)
    with pytest.raises(Throttled):
        await channel.platform.send(said(channel, text), NOON)
    assert len(channel.fake.sent) == 1

    await channel.platform.send(said(channel, text), NOON + timedelta(seconds=60))

    numbers = [sent.text.split("\n")[0] for sent in channel.fake.sent]
    assert numbers == [f"（{n}/{len(numbers)}）" for n in range(1, len(numbers) + 1)]
    assert channel.fake.dropped == []


async def test_a_file_arrives_under_its_chinese_name(channel: Stage) -> None:
    async def load() -> bytes:
        return b"%PDF-1.7 fake"

    await channel.platform.send(said(channel, "请查收", files=(OutFile("日报-小邹.pdf", load),)), NOON)

    assert [(sent.text, sent.file, sent.content) for sent in channel.fake.sent] == [
        ("请查收", "", b""),
        ("", "日报-小邹.pdf", b"%PDF-1.7 fake"),
    ]


@pytest.mark.parametrize("size", [0, (20 << 20) + 1])
async def test_a_file_of_an_impossible_size_is_rejected(channel: Stage, size: int) -> None:
    async def load() -> bytes:
        return b"x" * size

    with pytest.raises(Rejected):
        await channel.platform.send(said(channel, "", files=(OutFile("表.xlsx", load),)), NOON)


async def test_a_file_that_cannot_be_made_is_temporary_and_the_text_is_not_repeated(channel: Stage) -> None:
    tries = 0

    async def load() -> bytes:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise OSError("disk")
        return b"PK fake xlsx"

    message = said(channel, "请查收", files=(OutFile("表.xlsx", load),))
    with pytest.raises(Temporary):
        await channel.platform.send(message, NOON)
    await channel.platform.send(message, NOON)

    assert [sent.text or sent.file for sent in channel.fake.sent] == ["请查收", "表.xlsx"]


async def test_nothing_secret_is_logged_or_raised(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echoing = {"errcode": 99999, "code": "x", "errmsg": "bad access_token=fake-token-1 for 13800000001", "message": ""}
    error = await failing(stage, Fault(status=400, body=echoing))
    stage.fake.fail(stage.send_path, Fault(reset=True, accepted=True))
    with pytest.raises(Unknown) as caught:
        await stage.platform.send(said(stage), NOON)

    for text in (caplog.text, str(error), repr(error), str(caught.value), repr(caught.value.__cause__)):
        for secret in ("fake-token", "13800000001", fake_wecom.SECRET, fake_dingtalk.CLIENT_SECRET, "交日报"):
            assert secret not in text
    assert caught.value.__suppress_context__


async def test_doctor_finds_everything_right(stage: Stage) -> None:
    checks = await stage.platform.check(NOON)

    assert [check.found for check in checks if not check.ok] == []
    assert len(checks) == 4
    assert stage.fake.sent == []


async def test_doctor_tells_a_clock_that_is_off(stage: Stage) -> None:
    late = await stage.platform.check(NOON + timedelta(seconds=200))

    (wrong,) = [check for check in late if not check.ok]
    assert "200" in wrong.found
    assert "NTP" in wrong.advice


@pytest.mark.parametrize("name", sorted(STAGES))
async def test_doctor_tells_a_wrong_secret(name: str) -> None:
    async with STAGES[name](**WRONG_SECRET[name]) as stage:
        wrong = [check for check in await stage.platform.check(NOON) if not check.ok]
        assert "SECRET" in wrong[0].advice
        assert "not-the-secret" not in repr(wrong)


async def test_doctor_tells_a_platform_that_is_not_there() -> None:
    async with FakeWecom() as gone:
        address = gone.base_url
    for name, make in STAGES.items():
        more = {"oapi_base": address} if name == "dingtalk" else {}
        async with make(api_base=address, **more) as stage:
            wrong = [check for check in await stage.platform.check(NOON) if not check.ok]
            assert "_API_BASE" in wrong[0].advice
