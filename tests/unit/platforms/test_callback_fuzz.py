"""Ten thousand bodies per endpoint and more: whatever is posted is received or refused, never anything else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.platforms.dingtalk import DingtalkRobot
from bot.platforms.wecom_app import WecomApp
from bot.types import Platform, RawRequest, Received, Refused
from tests.fakes.dingtalk import CLIENT_ID, CLIENT_SECRET, FakeDingtalk
from tests.fakes.server import NOON
from tests.fakes.spoiled import BATCH, spoiled
from tests.fakes.wecom import AES_KEY, AGENT_ID, CORP_ID, SECRET, TOKEN, FakeWecom

PAYLOADS = Path(__file__).parents[2] / "payloads"
DOCUMENTS = [path.read_bytes() for path in sorted(PAYLOADS.glob("wecom_*.xml"))]
OBJECTS = [path.read_bytes() for path in sorted(PAYLOADS.glob("dingtalk_*.json"))]

WECOM, DINGTALK = FakeWecom(), FakeDingtalk()
APP = WecomApp(corp_id=CORP_ID, agent_id=AGENT_ID, secret=SECRET, token=TOKEN, aes_key=AES_KEY)
ROBOT = DingtalkRobot(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)

ten_thousand = settings(max_examples=10_000 // BATCH, deadline=None, database=None)
seeds = st.integers(0, 2**64)


def received_or_refused(platform: Platform, requests: Iterable[RawRequest]) -> int:
    """Give the requests to the platform; return how many messages came out, each of them fit to be stored."""

    async def post() -> int:
        messages = 0
        for request in requests:
            with suppress(Refused):
                received = await platform.receive(request, NOON)
                assert isinstance(received, Received)
                for message in received.messages:
                    assert message.user_id
                    assert message.message_id
                    words = [message.text, message.user_id, message.message_id, message.user_name or ""]
                    words += [message.chat_id or "", message.chat_name or "", message.reply_url or ""]
                    words += [part for found in message.attachments for part in (found.name, found.ref or "")]
                    words += [part for found in message.mentions for part in (found.name or "", found.user_id or "")]
                    assert "\0" not in "".join(words)
                    "".join(words).encode()
                    messages += 1
        return messages

    return asyncio.run(post())


@ten_thousand
@given(seed=seeds)
def test_wecom_any_body(seed: int) -> None:
    good = WECOM.text_callback("LiSi", "好", "1")
    requests = (RawRequest("POST", "/wecom/app", good.query, {}, body) for body in spoiled(seed, [good.body]))
    received_or_refused(APP, requests)


@ten_thousand
@given(seed=seeds)
def test_wecom_any_signed_document(seed: int) -> None:
    made = (WECOM.callback(body.decode("utf-8", "replace")) for body in spoiled(seed, DOCUMENTS))
    received_or_refused(APP, (RawRequest("POST", "/wecom/app", one.query, {}, one.body) for one in made))


@settings(max_examples=300, deadline=None, database=None)
@given(
    method=st.sampled_from(["GET", "POST"]),
    query=st.dictionaries(
        st.sampled_from(["timestamp", "nonce", "msg_signature", "echostr"]), st.text(st.characters(codec=None))
    ),
)
def test_wecom_any_query(method: str, query: dict[str, str]) -> None:
    request = RawRequest(method, "/wecom/app", query, {}, WECOM.text_callback("LiSi", "好", "1").body)
    assert received_or_refused(APP, [request]) == 0


@ten_thousand
@given(seed=seeds)
def test_dingtalk_any_signed_body(seed: int) -> None:
    headers = DINGTALK.headers()
    received_or_refused(
        ROBOT, (RawRequest("POST", "/dingtalk/robot", {}, headers, body) for body in spoiled(seed, OBJECTS))
    )


@settings(max_examples=300, deadline=None, database=None)
@given(headers=st.dictionaries(st.sampled_from(["timestamp", "sign"]), st.text(st.characters(codec=None))))
def test_dingtalk_any_header(headers: dict[str, str]) -> None:
    assert received_or_refused(ROBOT, [RawRequest("POST", "/dingtalk/robot", {}, headers, OBJECTS[0])]) == 0


KEYS = [
    *("msgtype", "msgId", "createAt", "conversationType", "conversationId", "conversationTitle", "senderStaffId"),
    *("senderId", "senderNick", "atUsers", "sessionWebhook", "sessionWebhookExpiredTime", "text", "content"),
    *("errorCode", "richText", "downloadCode", "atName", "dingtalkId", "staffId", "fileName", "recognition", "type"),
]
KINDS = ["text", "richText", "picture", "audio", "video", "file", "2", "https://oapi.dingtalk.com/robot/x", 2]
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None))
    | st.sampled_from(KINDS)
)
keyed = st.sampled_from(KEYS)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keyed, inner, max_size=4))


@settings(max_examples=300, deadline=None, database=None)
@given(data=st.dictionaries(keyed, values, max_size=10))
def test_dingtalk_any_signed_object(data: dict[str, Any]) -> None:
    body = json.dumps({"robotCode": CLIENT_ID} | data).encode()
    received_or_refused(ROBOT, [RawRequest("POST", "/dingtalk/robot", {}, DINGTALK.headers(), body)])


def test_the_valid_bodies_come_through() -> None:
    made = [WECOM.callback(body.decode()) for body in DOCUMENTS]
    posts = [RawRequest("POST", "/wecom/app", one.query, {}, one.body) for one in made]
    assert received_or_refused(APP, posts) == len(DOCUMENTS) - 3  # two events and the entity bomb
    headers = DINGTALK.headers()
    posts = [RawRequest("POST", "/dingtalk/robot", {}, headers, body) for body in OBJECTS]
    assert received_or_refused(ROBOT, posts) == len(OBJECTS)
