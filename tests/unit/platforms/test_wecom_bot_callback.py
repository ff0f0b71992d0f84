from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import Misconfigured, Rejected, SendError, Temporary, Throttled, Unknown, Unreachable
from bot.platforms.wecom_bot_callback import WecomBotCallback
from bot.platforms.wecom_cards import pressed
from bot.types import Action, Inbound, Listener, OutFile, Outgoing, RawRequest, Received, Refused
from tests.fakes.server import NOON, Fault
from tests.fakes.wecom import Callback
from tests.fakes.wecom_bot import AES_KEY, BOT_ID, RESPONSE, TOKEN, FakeWecomBot


@pytest.fixture
async def fake() -> AsyncIterator[FakeWecomBot]:
    async with FakeWecomBot() as made:
        made.groups["group-key-8"] = "华东一组"
        yield made


@pytest.fixture
async def bot(fake: FakeWecomBot) -> AsyncIterator[WecomBotCallback]:
    made = WecomBotCallback(
        token=TOKEN,
        aes_key=AES_KEY,
        bot_id=BOT_ID,
        api_base=fake.base_url,
        group_keys={"华东一组": "group-key-8"},
        media_hosts=(fake.base_url,),
    )
    yield made
    await made.close()


async def posted(bot: WecomBotCallback, callback: Callback) -> Received:
    return await bot.receive(RawRequest("POST", "/wecom/bot", callback.query, {}, callback.body), NOON)


async def heard(bot: WecomBotCallback, callback: Callback) -> Inbound:
    (message,) = (await posted(bot, callback)).messages
    return message


async def refused(bot: WecomBotCallback, callback: Callback) -> int:
    with pytest.raises(Refused) as caught:
        await posted(bot, callback)
    return caught.value.status


async def test_a_message_is_read_and_acknowledged_with_nothing(fake: FakeWecomBot, bot: WecomBotCallback) -> None:
    answer = await posted(bot, fake.says("LiSi", "@一诺 【承诺】给青禾寄样 周三", "m1", "wrA"))
    (message,) = answer.messages
    assert (answer.status, answer.body) == (200, b"")
    assert (message.platform, message.user_id, message.chat_id) == ("wecom_bot", "LiSi", "wrA")
    assert (message.message_id, message.text) == ("m1", "【承诺】给青禾寄样 周三")
    assert message.reply_until == NOON + timedelta(hours=1)
    assert not isinstance(bot, Listener)


async def test_the_address_check_is_answered_with_the_bare_text(fake: FakeWecomBot, bot: WecomBotCallback) -> None:
    for number in range(20):
        query = fake.bot_echo(f"echo-{number}")
        for echo in (query["echostr"], query["echostr"].replace("+", " ")):
            answer = await bot.receive(RawRequest("GET", "/wecom/bot", query | {"echostr": echo}, {}, b""), NOON)
            assert (answer.body, answer.messages) == (f"echo-{number}".encode(), ())


async def test_what_is_not_from_wecom_is_refused(fake: FakeWecomBot, bot: WecomBotCallback) -> None:
    good = fake.says("LiSi", "好", "m1")
    for wrong in ({"msg_signature": "0" * 40}, {"msg_signature": ""}, {"nonce": "x"}, {"timestamp": "1772424001"}):
        assert await refused(bot, Callback(good.query | wrong, good.body)) == 403
    assert await refused(bot, Callback({}, good.body)) == 403


@pytest.mark.parametrize("skew", [301, -301])
async def test_a_stale_message_is_refused(fake: FakeWecomBot, bot: WecomBotCallback, skew: int) -> None:
    assert await refused(bot, fake.says("LiSi", "好", "m1", at=NOON + timedelta(seconds=skew))) == 403
    assert (await posted(bot, fake.says("LiSi", "好", "m1", at=NOON + timedelta(seconds=skew // 301 * 299)))).messages


async def test_another_bots_message_is_refused(fake: FakeWecomBot, bot: WecomBotCallback) -> None:
    body = fake.body("LiSi", "m1", msgtype="text", text={"content": "好"}) | {"aibotid": "another"}
    assert await refused(bot, fake.sealed(body)) == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD"])
async def test_another_method_is_refused(bot: WecomBotCallback, method: str) -> None:
    with pytest.raises(Refused) as caught:
        await bot.receive(RawRequest(method, "/wecom/bot", {}, {}, b""), NOON)
    assert caught.value.status == 405


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"<xml/>",
        b'{"encrypt": 7}',
        b'{"encrypt": ""}',
        b'{"Encrypt": "a"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
    ],
)
async def test_a_broken_body_is_refused(fake: FakeWecomBot, bot: WecomBotCallback, body: bytes) -> None:
    assert await refused(bot, Callback(fake.says("LiSi", "好", "m1").query, body)) == 400


@pytest.mark.parametrize("inside", ["", "好", "[]", "7", "[" * 50_000])
async def test_a_sealed_body_that_is_no_object_is_refused(
    fake: FakeWecomBot, bot: WecomBotCallback, inside: str
) -> None:
    assert bot._envelope is not None
    stamp = str(int(NOON.timestamp()))
    encrypted, signature = bot._envelope.seal(inside, stamp, "n")
    query = {"msg_signature": signature, "timestamp": stamp, "nonce": "n"}
    assert await refused(bot, Callback(query, json.dumps({"encrypt": encrypted}).encode())) == 400


@pytest.mark.parametrize("event", ["enter_chat", "feedback_event"])
async def test_an_event_is_acknowledged_with_nothing(fake: FakeWecomBot, bot: WecomBotCallback, event: str) -> None:
    body = fake.body("LiSi", "m1", msgtype="event", event={"eventtype": event, event: {}})
    answer = await posted(bot, fake.sealed(body))
    assert (answer.messages, answer.body) == ((), b"")


# --- answers ----------------------------------------------------------------------------------------------------------


async def answer_to(bot: WecomBotCallback, callback: Callback, text: str, key: str = "k1", **more: Any) -> Outgoing:
    message = await heard(bot, callback)
    kind: Any = "chat" if message.chat_id else "person"
    target = message.chat_id or message.user_id
    return Outgoing(key, kind, target, text, reply_url=message.reply_url, reply_until=message.reply_until, **more)


async def test_an_answer_goes_to_the_address_of_its_message(fake: FakeWecomBot, bot: WecomBotCallback) -> None:
    receipt = await bot.send(await answer_to(bot, fake.says("LiSi", "好", "m1"), "已记录 #1\n给青禾寄样"), NOON)
    assert [(sent.to, sent.kind, sent.text) for sent in fake.answers] == [("m1", "markdown", "已记录 #1\n给青禾寄样")]
    assert receipt.channel == "answer"


@pytest.mark.parametrize("when", [timedelta(minutes=59), timedelta(hours=2)])
async def test_an_answer_that_comes_too_late_is_unreachable(
    fake: FakeWecomBot, bot: WecomBotCallback, when: timedelta
) -> None:
    message = await answer_to(bot, fake.says("LiSi", "好", "m1"), "迟到")
    with pytest.raises(Unreachable):
        await bot.send(message, NOON + when)
    assert fake.count(RESPONSE) == 0


async def test_an_address_takes_one_answer(fake: FakeWecomBot, bot: WecomBotCallback) -> None:
    callback = fake.says("LiSi", "好", "m1")
    await bot.send(await answer_to(bot, callback, "已记录"), NOON)
    with pytest.raises(Unreachable):
        await bot.send(await answer_to(bot, callback, "又一句", "k2"), NOON)
    assert len(fake.answers) == 1


async def test_a_long_answer_is_cut_at_the_limit(fake: FakeWecomBot, bot: WecomBotCallback) -> None:
    await bot.send(await answer_to(bot, fake.says("LiSi", "好", "m1"), "一行说明\n" * 3000), NOON)
    (sent,) = fake.answers
    assert sent.text.endswith("…")
    assert 20_000 < len(sent.text.replace("\n", "  \n").encode()) <= 20_480


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/cgi-bin/aibot/response?response_code=a",
        "http://127.0.0.1:1/cgi-bin/aibot/response?response_code=a",
        "{base}/cgi-bin/aibot/other?response_code=a",
        "{base}/cgi-bin/aibot/response/../../x?response_code=a",
        "{base}/cgi-bin/aibot/response",
        "{base}/cgi-bin/aibot/response?response_code=a#x",
        "{base}@evil.test/cgi-bin/aibot/response?response_code=a",
        "{base}/cgi-bin/aibot/response\\?response_code=a",
        "{base}/cgi-bin/aibot/response?response_code=a\r\nHost: evil.test",
        "{base}/cgi-bin/aibot/response?response_code=好",
        "//evil.test/cgi-bin/aibot/response?response_code=a",
        "",
        7,
        None,
        "x" * 5000,
    ],
)
async def test_a_strange_address_is_never_asked(fake: FakeWecomBot, bot: WecomBotCallback, url: object) -> None:
    strange = url.replace("{base}", fake.base_url) if isinstance(url, str) else url
    body = fake.body("LiSi", "m1", msgtype="text", text={"content": "好"}) | {"response_url": strange}
    message = await heard(bot, fake.sealed(body))
    assert message.reply_url is None
    handed_on = Outgoing("k1", "person", "LiSi", "好", reply_url=str(strange), reply_until=NOON + timedelta(hours=1))
    with pytest.raises(Unreachable):
        await bot.send(handed_on, NOON)
    assert fake.calls == []


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(body={"errcode": -1, "errmsg": "busy"}), Temporary),
        (Fault(body={"errcode": 45009, "errmsg": "busy"}), Throttled),
        (Fault(body={"errcode": 40058, "errmsg": "bad"}), Rejected),
        (Fault(body={"errcode": 600099, "errmsg": "over"}), Unreachable),
        (Fault(body={"errcode": 93006, "errmsg": "over"}), Unreachable),
        (Fault(status=404), Unreachable),
        (Fault(status=302), Unreachable),
        (Fault(status=502), Temporary),
        (Fault(reset=True), Unknown),
    ],
)
async def test_every_failure_of_an_answer_has_its_type(
    fake: FakeWecomBot, bot: WecomBotCallback, fault: Fault, expected: type[SendError]
) -> None:
    message = await answer_to(bot, fake.says("LiSi", "好", "m1"), "已记录")
    fake.fail(RESPONSE, fault)
    with pytest.raises(SendError) as caught:
        await bot.send(message, NOON)
    assert type(caught.value) is expected
    assert "code-m1" not in str(caught.value)


async def test_what_is_said_unasked_goes_through_the_push_robot_or_nowhere(
    fake: FakeWecomBot, bot: WecomBotCallback
) -> None:
    mentions = (("lisi", "李四"),)
    await bot.send(Outgoing("k1", "chat", "wrA", "到期", mentions=mentions, push_chat_name="华东一组"), NOON)
    assert [(sent.to, sent.mentioned) for sent in fake.sent] == [("华东一组", ("lisi",))]
    for target in (Outgoing("k2", "chat", "wrA", "到期"), Outgoing("k3", "person", "LiSi", "到期")):
        with pytest.raises(Unreachable):
            await bot.send(target, NOON)


async def test_a_file_is_for_another_channel(fake: FakeWecomBot, bot: WecomBotCallback) -> None:
    async def load() -> bytes:
        return b"%PDF-1.7"

    message = await answer_to(bot, fake.says("LiSi", "好", "m1"), "请查收", files=(OutFile("a.pdf", load),))
    with pytest.raises(Unreachable):
        await bot.send(message, NOON)
    assert fake.answers == []


async def test_nothing_to_say_is_rejected(fake: FakeWecomBot, bot: WecomBotCallback) -> None:
    with pytest.raises(Rejected):
        await bot.send(await answer_to(bot, fake.says("LiSi", "好", "m1"), " \n"), NOON)
    with pytest.raises(Rejected):
        await bot.send(Outgoing("k2", "person", "LiSi", " "), NOON)


# --- cards ------------------------------------------------------------------------------------------------------------


async def test_a_question_is_answered_with_a_card_and_its_button_settles_it(
    fake: FakeWecomBot, bot: WecomBotCallback
) -> None:
    actions = (Action("青禾食品", "1"), Action("青和物流", "2"))
    await bot.send(await answer_to(bot, fake.says("LiSi", "好", "m1"), "哪一家?", actions=actions), NOON)
    card = json.loads(fake.answers[0].text)
    callback = fake.presses("LiSi", card["button_list"][1]["key"], card["task_id"], "m2")

    answer = await posted(bot, callback)
    (message,) = answer.messages
    assert (message.text, message.message_id) == ("2", "m2")
    assert message.reply_url is not None
    told = fake.opened(answer.body)
    assert answer.content_type == "application/json"
    assert json.loads(answer.body)["nonce"] == callback.query["nonce"]
    assert told["response_type"] == "update_template_card"
    assert told["template_card"]["task_id"] == card["task_id"]
    (button,) = told["template_card"]["button_list"]
    assert (button["text"], pressed(button["key"])) == ("已处理", None)


async def test_a_card_that_is_refused_goes_out_as_text(fake: FakeWecomBot, bot: WecomBotCallback) -> None:
    fake.fail(RESPONSE, Fault(body={"errcode": 42014, "errmsg": "bad card"}))
    message = await answer_to(bot, fake.says("LiSi", "好", "m1"), "哪一家?", actions=(Action("青禾", "1"),))
    await bot.send(message, NOON)
    assert [(sent.kind, sent.text) for sent in fake.answers] == [("markdown", "哪一家?")]


# --- doctor -----------------------------------------------------------------------------------------------------------


async def test_doctor_finds_the_callback_right(bot: WecomBotCallback) -> None:
    (check,) = await bot.check(NOON)
    assert check.ok


async def test_a_malformed_key_refuses_everything_and_doctor_tells(fake: FakeWecomBot) -> None:
    broken = WecomBotCallback(token=TOKEN, aes_key="short", api_base=fake.base_url)
    assert await refused(broken, fake.says("LiSi", "好", "m1")) == 403
    (check,) = await broken.check(NOON)
    assert not check.ok
    assert "43" in check.found
    await broken.close()


def test_an_empty_token_would_let_anybody_sign() -> None:
    with pytest.raises(ValueError, match="token"):
        WecomBotCallback(token="", aes_key=AES_KEY)


async def test_no_address_and_no_words_are_logged(
    fake: FakeWecomBot, bot: WecomBotCallback, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    message = await answer_to(bot, fake.says("LiSi", "电话 13912345678", "m1"), "给青禾寄样")
    assert "code-m1" not in repr(message)
    fake.fail(RESPONSE, Fault(body={"errcode": 40001, "errmsg": "response_code=code-m1 13912345678"}))
    with pytest.raises(SendError) as caught:
        await bot.send(message, NOON)
    assert not isinstance(caught.value, Misconfigured)
    for text in (caplog.text, str(caught.value), repr(caught.value)):
        for secret in ("code-m1", "13912345678", "青禾", TOKEN, AES_KEY):
            assert secret not in text
