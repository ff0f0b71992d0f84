from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from bot.platforms.wecom_app import WecomApp
from bot.platforms.wecom_message import read_message
from bot.types import Attachment, Inbound, RawRequest, Received, Refused
from tests.fakes.server import NOON
from tests.fakes.wecom import AES_KEY, AGENT_ID, CORP_ID, SECRET, TOKEN, Callback, FakeWecom

PAYLOADS = Path(__file__).parents[2] / "payloads"

FAKE = FakeWecom()


def app(token: str = TOKEN, aes_key: str = AES_KEY) -> WecomApp:
    return WecomApp(corp_id=CORP_ID, agent_id=AGENT_ID, secret=SECRET, token=token, aes_key=aes_key)


async def posted(callback: Callback) -> Received:
    return await app().receive(RawRequest("POST", "/wecom/app", callback.query, {}, callback.body), NOON)


async def refused(callback: Callback) -> int:
    with pytest.raises(Refused) as caught:
        await posted(callback)
    return caught.value.status


async def payload(name: str) -> Inbound:
    (message,) = (await posted(FAKE.callback((PAYLOADS / f"wecom_{name}.xml").read_text()))).messages
    return message


async def test_a_text_message() -> None:
    assert await payload("text") == Inbound(
        platform="wecom",
        message_id="8801770011223344556",
        user_id="wangwu",
        text="下周二前把 <合同> & 报价发给云杉仪器",
        sent_at=NOON,
    )


@pytest.mark.parametrize(
    ("name", "attachment"),
    [
        ("image", Attachment("image", "", "media-image-1")),
        ("voice", Attachment("voice", "", "media-voice-1")),
        ("location", Attachment("location", "云杉仪器园区三号门", "30.2741,120.1551")),
        ("file", Attachment("file", "回访表.xlsx", "media-file-1")),
    ],
)
async def test_what_is_not_text_is_an_attachment(name: str, attachment: Attachment) -> None:
    message = await payload(name)
    assert (message.text, message.attachments, message.notice) == ("", (attachment,), None)
    assert message.user_id == "lisi"
    assert not message.spoken


async def test_a_link_is_its_title_and_address() -> None:
    (message,) = (
        await posted(FAKE.callback(_xml("link", "<Title>样品图</Title><Url>https://e.test/1</Url>")))
    ).messages
    assert message.text == "样品图\nhttps://e.test/1"


async def test_a_transcribed_voice_note_is_marked_as_spoken() -> None:
    document = _xml("voice", "<MediaId>m</MediaId><Recognition>周四交样品</Recognition>")
    (message,) = (await posted(FAKE.callback(document))).messages
    assert (message.text, message.spoken) == ("周四交样品", True)


async def test_an_unknown_kind_is_said_to_be_unsupported() -> None:
    (message,) = (await posted(FAKE.callback(_xml("hologram", "")))).messages
    assert message.notice == "unsupported"


@pytest.mark.parametrize("name", ["enter_agent", "card_event"])
async def test_an_event_carries_no_message(name: str) -> None:
    answer = await posted(FAKE.callback((PAYLOADS / f"wecom_{name}.xml").read_text()))
    assert (answer.messages, answer.status, answer.body) == ((), 200, b"")


async def test_a_coming_suspension_is_logged_loudly(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        await posted(FAKE.callback(_xml("event", "<Event>inactive_alert</Event>")))
    assert "inactive_alert" in caplog.text


async def test_the_address_check_is_answered_with_the_bare_text() -> None:
    for number in range(20):
        query = FAKE.echo(f"61512345678{number}")
        answer = await app().receive(RawRequest("GET", "/wecom/app", query, {}, b""), NOON)
        assert (answer.body, answer.messages) == (f"61512345678{number}".encode(), ())


async def test_a_plus_sign_that_became_a_space_is_repaired() -> None:
    queries = [FAKE.echo(f"echo-{number}") for number in range(20)]
    with_plus = [query for query in queries if "+" in query["echostr"]]
    assert with_plus
    for query in with_plus:
        spoiled = query | {"echostr": query["echostr"].replace("+", " ")}
        answer = await app().receive(RawRequest("GET", "/wecom/app", spoiled, {}, b""), NOON)
        assert answer.body.startswith(b"echo-")


async def test_an_address_check_of_somebody_else_is_refused() -> None:
    for query in ({}, FAKE.echo("x") | {"msg_signature": "0" * 40}, FAKE.echo("x", NOON - timedelta(hours=1))):
        with pytest.raises(Refused) as caught:
            await app().receive(RawRequest("GET", "/wecom/app", query, {}, b""), NOON)
        assert caught.value.status == 403


async def test_a_wrong_signature_is_refused() -> None:
    good = FAKE.text_callback("LiSi", "好", "1")
    assert (await posted(good)).messages
    for wrong in ({}, {"msg_signature": ""}, {"nonce": "other"}, {"timestamp": "1772424001"}):
        query = (good.query | wrong) if wrong else {}
        assert await refused(Callback(query, good.body)) == 403


async def test_another_corps_message_is_refused() -> None:
    good = (PAYLOADS / "wecom_text.xml").read_text()
    assert await refused(FAKE.callback(good.replace("wwfakecorp77", "wwothercorp"))) == 403


async def test_an_entity_bomb_is_refused_outside_and_inside() -> None:
    bomb = (PAYLOADS / "wecom_entity_bomb.xml").read_text()
    query = FAKE.text_callback("LiSi", "好", "1").query
    assert await refused(Callback(query, bomb.encode())) == 400
    assert await refused(FAKE.callback(bomb)) == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<xml/>",
        b"<xml><Encrypt/></xml>",
        b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
        b"<xml><Encrypt><a>1</a></Encrypt></xml>",
        b"<xml><Encrypt>a</Encrypt>",
        b"\xff\xfe<xml>",
        b"<a>" * 50_000,
        b"<a>" * 20_000 + b"</a>" * 20_000,
    ],
)
async def test_a_broken_body_is_refused(body: bytes) -> None:
    assert await refused(Callback(FAKE.text_callback("LiSi", "好", "1").query, body)) == 400


@pytest.mark.parametrize(
    "document",
    [
        "",
        "hello",
        "<xml/>",
        "<xml><ToUserName>wwfakecorp77</ToUserName></xml>",
        "<xml><ToUserName>wwfakecorp77</ToUserName><MsgType>text</MsgType><Content>好</Content></xml>",
        "<xml><ToUserName>wwfakecorp77</ToUserName><MsgType><a/></MsgType></xml>",
        "<xml><ToUserName>wwfakecorp77</ToUserName><MsgType>event</MsgType></xml>",
    ],
)
def test_a_document_that_says_too_little_is_refused(document: str) -> None:
    with pytest.raises(Refused):
        read_message(document.encode(), CORP_ID)


@pytest.mark.parametrize("stamp", ["", "soon", "9" * 30, "-9999999999999", "<a>1</a>"])
def test_a_creation_time_that_is_none_is_refused(stamp: str) -> None:
    document = _xml("text", "<Content>好</Content>").replace("1772424000", stamp)
    with pytest.raises(Refused) as caught:
        read_message(document.encode(), CORP_ID)
    assert caught.value.status == 400


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(Refused):
        read_message(b"<xml>\xff</xml>", CORP_ID)


def test_a_message_without_id_is_known_by_its_content() -> None:
    document = _xml("text", "<Content>好</Content>").replace("<MsgId>99</MsgId>", "")
    first, again = (read_message(document.encode(), CORP_ID) for _ in range(2))
    other = read_message(document.replace("好", "坏").encode(), CORP_ID)
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.message_id == again.message_id != other.message_id


async def test_without_a_callback_key_there_is_no_route() -> None:
    assert app().paths == ("/wecom/app",)
    assert app(token="").paths == ()
    assert app(aes_key="").paths == ()


async def test_a_malformed_callback_key_refuses_everything_and_doctor_tells() -> None:
    broken = app(aes_key="short")
    made = FAKE.text_callback("LiSi", "好", "1")
    with pytest.raises(Refused):
        await broken.receive(RawRequest("POST", "/wecom/app", made.query, {}, made.body), NOON)
    async with FakeWecom() as fake:
        broken = WecomApp(
            corp_id=CORP_ID, agent_id=AGENT_ID, secret=SECRET, token=TOKEN, aes_key="short", api_base=fake.base_url
        )
        (wrong,) = [check for check in await broken.check(NOON) if not check.ok]
        assert "5" in wrong.found
        assert "43" in wrong.found
        await broken.close()


def _xml(kind: str, inside: str) -> str:
    return (
        "<xml><ToUserName>wwfakecorp77</ToUserName><FromUserName>LiSi</FromUserName><CreateTime>1772424000</CreateTime>"
        f"<MsgType>{kind}</MsgType>{inside}<MsgId>99</MsgId></xml>"
    )
