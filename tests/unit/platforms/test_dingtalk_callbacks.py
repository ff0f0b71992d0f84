from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.platforms.dingtalk import DingtalkRobot
from bot.platforms.dingtalk_api import robot_sign
from bot.platforms.dingtalk_message import read_message, reply_address
from bot.types import Attachment, Inbound, Mention, RawRequest, Received, Refused
from tests.fakes.dingtalk import CLIENT_ID, CLIENT_SECRET, CORP_ID, FakeDingtalk
from tests.fakes.hostile import GOOD, HOSTILE
from tests.fakes.server import NOON

PAYLOADS = Path(__file__).parents[2] / "payloads"
BASES = ("https://oapi.dingtalk.com", "https://api.dingtalk.com")
FAKE = FakeDingtalk()


def robot(**more: Any) -> DingtalkRobot:
    settings: dict[str, Any] = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "corp_id": CORP_ID}
    return DingtalkRobot(**(settings | more))


async def posted(body: bytes | dict[str, Any], headers: dict[str, str] | None = None) -> Received:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = RawRequest("POST", "/dingtalk/robot", {}, FAKE.headers() if headers is None else headers, raw)
    return await robot().receive(request, NOON)


async def refused(body: bytes | dict[str, Any], headers: dict[str, str] | None = None) -> int:
    with pytest.raises(Refused) as caught:
        await posted(body, headers)
    return caught.value.status


async def payload(name: str) -> Inbound:
    (message,) = (await posted((PAYLOADS / f"dingtalk_{name}.json").read_bytes())).messages
    return message


def read(data: dict[str, Any], corp_id: str = CORP_ID) -> Inbound:
    return read_message(data, robot_code=CLIENT_ID, corp_id=corp_id, reply_bases=BASES, now=NOON)


def text(**more: Any) -> dict[str, Any]:
    return {"msgtype": "text", "msgId": "m1", "robotCode": CLIENT_ID, "senderStaffId": "0101"} | more


def test_the_signature_vector() -> None:
    assert robot_sign("appsecret123", "1760000000000") == "ir79WUTVYzlIBJAentB/7exiEo/pcwms7x8vlxqboek="
    assert robot_sign("SECabc", "1760000000000") == "C3FkurFPc5LIZL0omdt9hF41dWMdMZ4sXr6q8R3r58I="


async def test_a_group_message() -> None:
    assert await payload("group_text") == Inbound(
        platform="dingtalk",
        message_id="msgGroupOne==",
        user_id="0101",
        text="请  协助周四前出方案",
        sent_at=datetime(2026, 3, 2, 4, 0, 0, 123000, UTC),
        user_name="小邹",
        chat_id="cidSouth==",
        chat_name="华南大客户群",
        mentions=(Mention(user_id="0102"),),
        reply_url="https://oapi.dingtalk.com/robot/sendBySession?session=00aa",
        reply_until=datetime(2026, 3, 2, 5, 30, 0, 123000, UTC),
    )


def test_the_robot_itself_is_not_mentioned() -> None:
    users = [{"dingtalkId": "$r", "staffId": "bot1"}, {"staffId": "0102"}, {"dingtalkId": "$p"}, {"staffId": "0102"}]
    assert read(text(atUsers=users, chatbotUserId="$r")).mentions == (Mention(user_id="0102"),)
    assert read(text(atUsers=users[1:])).mentions == (Mention(user_id="0102"),)


async def test_rich_text_is_its_lines_and_pictures() -> None:
    message = await payload("rich_text")
    assert message.text == "今天见了青禾食品\n@周工 下周三前给样品"
    assert message.attachments == (Attachment("image", "", "code1"),)
    assert message.mentions == (Mention(name="周工"),)
    assert message.chat_id is None


async def test_a_voice_note_is_its_transcript() -> None:
    message = await payload("audio")
    assert (message.text, message.spoken) == ("明天下午回访青禾食品", True)
    assert message.attachments == (Attachment("voice", "", "code3"),)


async def test_a_file_keeps_its_name() -> None:
    assert (await payload("file")).attachments == (Attachment("file", "样品单.xlsx", "code4"),)


async def test_a_withheld_message_is_a_quota_notice() -> None:
    message = await payload("quota")
    assert (message.notice, message.text, message.user_id) == ("quota", "", "0101")


@pytest.mark.parametrize("fields", [{"errCode": 20001}, {"errorCode": 20001, "text": {}}, {"errorCode": "20001"}])
def test_the_quota_notice_in_its_other_spellings(fields: dict[str, Any]) -> None:
    assert read(text(**fields)).notice == "quota"


def test_an_error_beside_words_does_not_hide_the_words() -> None:
    message = read(text(errorCode=20001, text={"content": "好"}))
    assert (message.text, message.notice) == ("好", None)
    assert read(text(errorCode=7)).notice == "platform_error"


async def test_a_guest_does_not_pass_for_a_colleague_with_the_same_id() -> None:
    guest = await payload("guest")
    assert guest.notice == "unidentified"
    assert guest.user_id.startswith("unknown:")
    assert "$" not in guest.user_id
    assert (guest.text, guest.reply_url is not None) == ("完成 #3", True)


@pytest.mark.parametrize("staff_id", [None, "", "  ", [], {}])
def test_a_sender_without_staff_id_is_unidentified(staff_id: object) -> None:
    one, same = (read(text(senderStaffId=staff_id, senderId="$:LWCP:a", text={"content": "好"})) for _ in range(2))
    other = read(text(senderStaffId=staff_id, senderId="$:LWCP:b"))
    assert one.notice == "unidentified"
    assert one.user_id == same.user_id != other.user_id
    assert one.user_id


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"text": {"content": " 好 "}}, "好"),
        ({"text": "好"}, "好"),
        ({"content": "好"}, "好"),
        ({"content": {"content": "好"}}, "好"),
        ({"text": {"content": "好\ud800\u0000"}}, "好"),
        ({"text": None}, ""),
        ({"text": {"content": ["好"]}}, ""),
    ],
)
def test_text_is_found_wherever_it_stands(fields: dict[str, Any], expected: str) -> None:
    assert read(text(**fields)).text == expected


@pytest.mark.parametrize("created", [1772424000123, "1772424000123", 1772424000123.0])
def test_the_time_is_taken_as_number_or_text(created: object) -> None:
    assert read(text(createAt=created)).sent_at == NOON + timedelta(milliseconds=123)


@pytest.mark.parametrize("created", [None, "", "soon", -1, 10**40, float("inf"), float("nan"), True, [], "9" * 5000])
def test_a_time_that_is_none_is_now(created: object) -> None:
    assert read(text(createAt=created)).sent_at == NOON


def test_the_kind_of_chat_is_taken_as_number_or_text() -> None:
    assert read(text(conversationType=2, conversationId="cidA==")).chat_id == "cidA=="
    assert read(text(conversationType="1", conversationId="cidA==")).chat_id is None
    with pytest.raises(Refused):
        read(text(conversationType="2"))


def test_other_kinds_are_unsupported() -> None:
    assert read(text(msgtype="unknownMsgType", content={"unknownMsgType": "x"})).notice == "unsupported"
    assert read(text(msgtype="picture", content={"pictureDownloadCode": "p"})).attachments[0].ref == "p"
    assert read(text(msgtype="video", content={"duration": "5"})).attachments == (Attachment("video"),)


def test_a_message_without_id_is_known_by_its_content() -> None:
    first, again = (read(text(msgId=None, text={"content": "好"})) for _ in range(2))
    other = read(text(msgId=None, text={"content": "坏"}))
    assert first.message_id == again.message_id != other.message_id


async def test_the_answer_is_empty_json() -> None:
    answer = await posted(FAKE.text_body("0101", "好", "m1"))
    assert json.loads(answer.body) == {"msgtype": "empty"}
    assert answer.content_type == "application/json"


async def test_a_wrong_signature_is_refused() -> None:
    body, good = FAKE.text_body("0101", "好", "m1"), FAKE.headers()
    assert (await posted(body, good)).messages
    for wrong in ({"sign": ""}, {"sign": "签"}, {"sign": good["sign"][:-1]}, {"timestamp": ""}, {"timestamp": "x"}):
        assert await refused(body, good | wrong) == 403
    later = str(int(good["timestamp"]) + 1)
    assert await refused(body, good | {"timestamp": later}) == 403
    assert await refused(body, {}) == 403
    spoken_by_another = {"timestamp": good["timestamp"], "sign": robot_sign("another", good["timestamp"])}
    assert await refused(body, spoken_by_another) == 403


async def test_the_window_is_never_wider_than_an_hour() -> None:
    wide = robot(freshness=timedelta(days=1))
    body = json.dumps(FAKE.text_body("0101", "好", "m1")).encode()
    for minutes, accepted in ((59, True), (61, False)):
        request = RawRequest("POST", "/", {}, FAKE.headers(NOON - timedelta(minutes=minutes)), body)
        if accepted:
            assert (await wide.receive(request, NOON)).messages
        else:
            with pytest.raises(Refused):
                await wide.receive(request, NOON)


def test_without_a_secret_there_is_no_robot() -> None:
    with pytest.raises(ValueError, match="secret"):
        robot(client_secret="")


async def test_another_robots_or_corps_message_is_refused() -> None:
    for wrong in ({"robotCode": "other"}, {"robotCode": None}, {"chatbotCorpId": "dingother"}):
        assert await refused(FAKE.text_body("0101", "好", "m1", **wrong)) == 403
    assert read(text(chatbotCorpId="dingother"), corp_id="").user_id == "0101"


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000, b'"x"', b"1" * 10_000])
async def test_a_broken_body_is_refused(body: bytes) -> None:
    assert await refused(body) == 400


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_reply_address_is_not_kept(url: object) -> None:
    assert reply_address(url, BASES) is None
    message = read(text(sessionWebhook=url, sessionWebhookExpiredTime=1772429400123))
    assert (message.reply_url, message.reply_until) == (None, None)


@pytest.mark.parametrize(
    "url",
    [
        GOOD,
        "https://api.dingtalk.com/robot/sendBySession?session=0f0f",
        "https://OAPI.DingTalk.com/robot/sendBySession?session=0f0f",
        "https://oapi.dingtalk.com:443/robot/sendBySession?session=0f0f",
        "HTTPS://oapi.dingtalk.com/robot/sendBySession?session=0f0f",
    ],
)
def test_a_reply_address_of_the_platform_is_kept(url: str) -> None:
    host = "api" if "//api" in url else "oapi"
    assert reply_address(url, BASES) == f"https://{host}.dingtalk.com/robot/sendBySession?session=0f0f"


def test_a_private_deployment_is_held_to_its_own_scheme_and_port() -> None:
    bases = ("http://127.0.0.1:8123/", "https://ding.corp.test:8443")
    assert reply_address("http://127.0.0.1:8123/robot/sendBySession?session=1", bases)
    assert reply_address("https://ding.corp.test:8443/robot/sendBySession?session=1", bases)
    for url in (
        "http://127.0.0.1/robot/sendBySession?session=1",
        "https://127.0.0.1:8123/robot/sendBySession?session=1",
        "https://ding.corp.test/robot/sendBySession?session=1",
        "http://127.0.0.1:8124/robot/sendBySession?session=1",
    ):
        assert reply_address(url, bases) is None


@pytest.mark.parametrize(
    ("content", "quoted"),
    [
        ({"text": "#7 明天到期\n回「完成 7」"}, "#7 明天到期\n回「完成 7」"),
        ("#7 明天到期", "#7 明天到期"),
        ('{"text": "#7 明天到期"}', "#7 明天到期"),
        ({"richText": [{"text": "#7 "}, {"text": "明天到期"}]}, "#7 明天到期"),
        ({"text": ["#7"]}, ""),
        ("{", ""),
        ({}, ""),
        (None, ""),
    ],
)
def test_what_a_message_replies_to_is_told_apart_from_its_words(content: Any, quoted: str) -> None:
    replied = {"msgType": "text", "msgId": "m0", "senderId": "$:LWCP_v1:$robot", "content": content}
    found = read(text(text={"content": "完成", "isReplyMsg": True, "repliedMsg": replied}))
    assert (found.text, found.quoted) == ("完成", quoted)


def test_a_rich_message_may_reply_too_and_a_reply_may_be_broken() -> None:
    rich = {"richText": [{"text": "完成"}], "repliedMsg": {"content": {"text": "#7 明天到期"}}}
    assert read(text(msgtype="richText", content=rich)).quoted == "#7 明天到期"
    broken: tuple[Any, ...] = ("#7", [], 7, None)
    for replied in broken:
        assert read(text(text={"content": "完成", "repliedMsg": replied})).quoted == ""
