from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.errors import Misconfigured, Temporary, Unknown
from bot.types import Contested, Listener, Outgoing
from tests.fakes.listening import HASTY, PING, Ear, listening, make
from tests.fakes.pauses import Pauses
from tests.fakes.server import NOON
from tests.fakes.wecom_gateway import SECRET, FakeGateway, Trouble


@pytest.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    async with FakeGateway() as made:
        yield made


@pytest.fixture
async def ear(gateway: FakeGateway) -> AsyncIterator[Ear]:
    async with listening(gateway) as made:
        yield made


@pytest.fixture
async def hasty(gateway: FakeGateway) -> AsyncIterator[Ear]:
    async with listening(gateway, timing=HASTY) as made:
        yield made


def to_lisi(text: str, key: str = "k1") -> Outgoing:
    return Outgoing(key, "person", "LiSi", text)


async def test_it_subscribes_once_and_hears(ear: Ear) -> None:
    await ear.gateway.says("LiSi", "周三前给青禾食品寄样品", "m1")

    message = await ear.message()
    assert (message.platform, message.message_id, message.user_id) == ("wecom_bot", "m1", "LiSi")
    assert message.text == "周三前给青禾食品寄样品"
    assert ear.gateway.subscriptions == 1
    assert ear.gateway.unexpected == []


async def test_it_is_a_listener_that_alone_can_send(ear: Ear) -> None:
    assert isinstance(ear.bot, Listener)
    assert ear.bot.tied
    assert ear.bot.paths == ()


async def test_nothing_is_sent_while_the_connection_does_not_stand(gateway: FakeGateway) -> None:
    bot = make(gateway, Pauses())
    with pytest.raises(Temporary) as caught:
        await bot.send(to_lisi("好"), NOON)
    assert caught.value.code == "offline"
    assert not bot.listening
    await bot.close()


async def test_a_wrong_secret_ends_the_listening_and_is_not_told(gateway: FakeGateway) -> None:
    bot = make(gateway, Pauses(), secret="not-the-secret")
    with pytest.raises(Misconfigured) as caught:
        await bot.listen(Ear(bot, gateway, Pauses()).accept, lambda: NOON)
    assert caught.value.code == 853000
    assert "not-the-secret" not in str(caught.value)
    assert gateway.subscriptions == 0
    await bot.close()


async def test_pings_keep_the_connection(ear: Ear) -> None:
    for _ in range(4):
        await ear.pauses.over(lambda seconds: seconds == PING)
    await ear.gateway.until(lambda: [frame["cmd"] for frame in ear.gateway.frames].count("ping") >= 4)
    assert ear.gateway.subscriptions == 1
    assert ear.bot.listening


async def test_an_answer_to_a_ping_without_a_code_is_a_sign_of_life(ear: Ear) -> None:
    ear.gateway.trouble("ping", Trouble(answer={}), times=3)
    for _ in range(4):
        await ear.pauses.over(lambda seconds: seconds == PING)
    assert ear.gateway.subscriptions == 1
    assert ear.bot.listening


async def test_a_connection_that_died_in_silence_is_made_anew(hasty: Ear) -> None:
    await hasty.gateway.go_silent()
    await hasty.pauses.over(lambda seconds: seconds == PING)
    await hasty.pauses.over(lambda seconds: seconds == PING)
    await hasty.pauses.over(lambda seconds: seconds == 1.0)
    await hasty.gateway.recover()
    await hasty.subscribed(2)

    await hasty.gateway.says("LiSi", "还在吗", "m2")
    assert (await hasty.message()).text == "还在吗"


async def test_one_lost_ping_is_forgiven(hasty: Ear) -> None:
    hasty.gateway.trouble("ping", Trouble(silent=True))
    for _ in range(3):
        await hasty.pauses.over(lambda seconds: seconds == PING)
    await hasty.gateway.until(lambda: [frame["cmd"] for frame in hasty.gateway.frames].count("ping") >= 3)
    assert hasty.gateway.subscriptions == 1


async def test_a_cut_connection_comes_back_slower_each_time(ear: Ear) -> None:
    for number, wait in enumerate((1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0), 2):
        await ear.gateway.cut()
        assert await ear.pauses.over(lambda seconds: seconds != PING) == wait
        await ear.subscribed(number)


async def test_after_a_steady_time_the_waiting_begins_anew(ear: Ear) -> None:
    for number in (2, 3):
        await ear.gateway.cut()
        await ear.pauses.over(lambda seconds: seconds != PING)
        await ear.subscribed(number)
    ear.gateway.now += timedelta(minutes=11)
    await ear.gateway.cut()
    assert await ear.pauses.over(lambda seconds: seconds != PING) == 1.0


async def test_the_jitter_spreads_the_waiting(gateway: FakeGateway) -> None:
    for jitter, wait in ((0.0, 0.5), (1.0, 1.5)):
        async with listening(gateway, jitter=lambda jitter=jitter: jitter) as ear:
            await gateway.cut()
            assert await ear.pauses.over(lambda seconds: seconds != PING) == wait


async def test_a_newer_connection_is_left_alone_for_ever_longer(ear: Ear, caplog: pytest.LogCaptureFixture) -> None:
    waits = []
    for number in range(2, 10):
        await ear.gateway.kick()
        waits.append(await ear.pauses.over(lambda seconds: seconds != PING))
        await ear.subscribed(number)

    assert waits == [60.0, 120.0, 240.0, 480.0, 960.0, 1800.0, 1800.0, 1800.0]
    told = [record for record in caplog.records if "another program" in record.message]
    assert [record.levelno for record in told] == [logging.ERROR]


@pytest.mark.parametrize("closes", [True, False])
async def test_it_closes_the_connection_it_was_pushed_out_of(gateway: FakeGateway, closes: bool) -> None:
    gateway.close_when_kicked = closes
    async with listening(gateway) as ear:
        await gateway.kick()
        await ear.pauses.over(lambda seconds: seconds == 60.0)
        await ear.subscribed(2)
        assert len(gateway._open) == 1
        # Doctor tells of it while the next connection stands.
        assert isinstance(ear.bot, Contested)
        assert ear.bot.taken_at is not None


async def test_a_connection_that_broke_was_not_taken(gateway: FakeGateway) -> None:
    async with listening(gateway) as ear:
        await gateway.cut()
        await ear.pauses.over(lambda seconds: seconds != PING)
        await ear.subscribed(2)
        assert ear.bot.taken_at is None


async def test_a_lost_subscription_is_renewed_and_the_message_goes_out_then(ear: Ear) -> None:
    await ear.gateway.says("LiSi", "在", "m1")
    await ear.message()
    await ear.gateway.lose_subscription()

    with pytest.raises(Temporary) as caught:
        await ear.bot.send(to_lisi("今天到期"), NOON)
    assert caught.value.code == 846609
    await ear.pauses.over(lambda seconds: seconds == 1.0)
    await ear.subscribed(2)
    await ear.bot.send(to_lisi("今天到期"), NOON)

    assert [told.text for told in ear.gateway.told] == ["今天到期"]


async def test_a_lost_subscription_is_noticed_by_the_ping(ear: Ear) -> None:
    await ear.gateway.lose_subscription()
    await ear.pauses.over(lambda seconds: seconds == PING)
    await ear.pauses.over(lambda seconds: seconds == 1.0)
    await ear.subscribed(2)


@pytest.mark.parametrize("accepted", [True, False])
async def test_a_connection_that_breaks_before_the_answer_leaves_the_outcome_unknown(ear: Ear, accepted: bool) -> None:
    await ear.gateway.says("LiSi", "在", "m1")
    await ear.message()
    ear.gateway.trouble("aibot_send_msg", Trouble(close=True, accepted=accepted))

    with pytest.raises(Unknown):
        await ear.bot.send(to_lisi("今天到期"), NOON)
    assert len(ear.gateway.told) == int(accepted)


async def test_an_answer_that_does_not_come_leaves_the_outcome_unknown(hasty: Ear) -> None:
    await hasty.gateway.says("LiSi", "在", "m1")
    await hasty.message()
    for trouble in (Trouble(silent=True, accepted=True), Trouble(answer={})):
        hasty.gateway.trouble("aibot_send_msg", trouble)
        with pytest.raises(Unknown):
            await hasty.bot.send(to_lisi("今天到期"), NOON)
    assert hasty.bot.listening


async def test_answers_find_their_question_in_any_order(ear: Ear) -> None:
    await ear.gateway.says("LiSi", "在", "m1")
    await ear.gateway.says("WangWu", "在", "m2")
    await ear.message(2)
    ear.gateway.trouble("aibot_send_msg", Trouble(code=45009))

    first, second = await asyncio.gather(
        ear.bot.send(Outgoing("k1", "person", "LiSi", "甲"), NOON),
        ear.bot.send(Outgoing("k2", "person", "WangWu", "乙"), NOON),
        return_exceptions=True,
    )
    assert isinstance(first, Temporary)
    assert not isinstance(second, BaseException)
    assert [told.text for told in ear.gateway.told] == ["乙"]


async def test_a_message_the_store_does_not_take_is_offered_again(ear: Ear) -> None:
    ear.broken = True
    await ear.gateway.says("LiSi", "第一条", "m1")
    await ear.pauses.over(lambda seconds: seconds == 1.0)
    await ear.gateway.says("LiSi", "第二条", "m2")
    await ear.pauses.over(lambda seconds: seconds == 2.0)
    ear.broken = False

    assert [(await ear.message(number)).text for number in (1, 2)] == ["第一条", "第二条"]


async def test_what_waits_for_the_store_outlives_the_connection(ear: Ear) -> None:
    ear.broken = True
    await ear.gateway.says("LiSi", "第一条", "m1")
    await ear.pauses.over(lambda seconds: seconds == 1.0)
    await ear.gateway.cut()
    await ear.pauses.over(lambda seconds: seconds == 1.0)
    await ear.subscribed(2)
    ear.broken = False
    await ear.pauses.over(lambda seconds: seconds == 2.0)
    assert (await ear.message()).text == "第一条"


async def test_what_is_held_at_the_end_is_offered_once_more(gateway: FakeGateway) -> None:
    async with listening(gateway) as ear:
        ear.broken = True
        await gateway.says("LiSi", "最后一条", "m1")
        await ear.pauses.over(lambda seconds: seconds == 1.0)
        ear.broken = False
    assert [message.text for message in ear.heard] == ["最后一条"]


async def test_a_message_no_store_ever_takes_is_given_up_and_the_next_is_not(
    ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    ear.broken = True
    await ear.gateway.says("LiSi", "第一条", "m1")
    for _ in range(19):
        await ear.pauses.over(lambda seconds: seconds != PING)
    await ear.pauses.begun(lambda seconds: seconds != PING)
    ear.broken = False
    await ear.pauses.over(lambda seconds: seconds != PING)
    await ear.gateway.says("LiSi", "第二条", "m2")
    assert (await ear.message()).text == "第二条"
    assert "1 messages are lost" in caplog.text
    assert "第一条" not in caplog.text


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "not json",
        "[]",
        "[" * 5000,
        "{}",
        '{"cmd": "aibot_msg_callback"}',
        '{"cmd": "aibot_msg_callback", "headers": [], "body": {}}',
        '{"cmd": "aibot_msg_callback", "headers": {"req_id": 7}, "body": {"from": {"userid": ""}, "msgtype": "text"}}',
        '{"cmd": "aibot_msg_callback", "headers": {}, "body": {"aibotid": "another", "from": {"userid": "x"}}}',
        '{"cmd": "of_the_future", "headers": {"req_id": "r"}, "body": {}}',
        '{"headers": {"req_id": "unknown"}, "errcode": 0}',
    ],
)
async def test_a_frame_that_says_nothing_is_survived(ear: Ear, frame: str) -> None:
    await ear.gateway.raw(frame)
    await ear.gateway.says("LiSi", "接着说", "m1")
    assert (await ear.message()).text == "接着说"
    assert len(ear.heard) == 1
    assert ear.gateway.subscriptions == 1


async def test_an_oversize_frame_ends_the_connection_and_not_the_bot(ear: Ear) -> None:
    await ear.gateway.raw("x" * ((1 << 20) + 1))
    await ear.pauses.over(lambda seconds: seconds == 1.0)
    await ear.subscribed(2)
    await ear.gateway.says("LiSi", "接着说", "m1")
    assert (await ear.message()).text == "接着说"


async def test_a_gateway_that_is_away_is_waited_for(gateway: FakeGateway) -> None:
    async with FakeGateway() as gone:
        address = gone.ws_url
    pauses = Pauses()
    bot = make(gateway, pauses, ws_url=address)
    task = asyncio.create_task(bot.listen(Ear(bot, gateway, pauses).accept, lambda: NOON))
    assert [await pauses.over(lambda _: True) for _ in range(3)] == [1.0, 2.0, 4.0]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await bot.close()


@pytest.mark.parametrize("trouble", [Trouble(silent=True), Trouble(code=45009), Trouble(close=True), Trouble(code=-1)])
async def test_a_subscription_that_fails_is_tried_again(gateway: FakeGateway, trouble: Trouble) -> None:
    gateway.trouble("aibot_subscribe", trouble)
    pauses = Pauses()
    bot = make(gateway, pauses, timing=HASTY)
    task = asyncio.create_task(bot.listen(Ear(bot, gateway, pauses).accept, lambda: NOON))
    assert await pauses.over(lambda seconds: seconds != PING) == 1.0
    await gateway.subscribed()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await bot.close()


async def test_no_secret_and_no_words_are_logged(ear: Ear, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await ear.gateway.says("LiSi", "客户电话 13912345678", "m1", msgtype="hologram")
    await ear.message()
    ear.gateway.trouble("aibot_send_msg", Trouble(answer={"errcode": 99999, "errmsg": f"secret={SECRET} 13912345678"}))
    with pytest.raises(Temporary) as caught:
        await ear.bot.send(to_lisi("给青禾寄样"), NOON)
    await ear.gateway.cut()
    await ear.pauses.over(lambda seconds: seconds == 1.0)

    for text in (caplog.text, str(caught.value), repr(caught.value)):
        for secret in (SECRET, "13912345678", "青禾", "req-1"):
            assert secret not in text


async def test_doctor_opens_a_connection_and_pushes_nobody_out(ear: Ear) -> None:
    (check,) = await ear.bot.check(NOON)
    assert check.ok
    assert ear.gateway.subscriptions == 1
    assert ear.bot.listening


async def test_doctor_tells_a_gateway_that_is_not_there(gateway: FakeGateway) -> None:
    async with FakeGateway() as gone:
        address = gone.ws_url
    bot = make(gateway, Pauses(), ws_url=address)
    (check,) = await bot.check(NOON)
    assert not check.ok
    assert "WECOM_BOT_WS_URL" in check.advice
    await bot.close()
