from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.wecom_bot_message import Heard, read_callback
from bot.types import Attachment, Inbound, Refused
from tests.fakes.server import NOON

URL = "https://ww-aibot.myqcloud.com/p1"


def body(**more: Any) -> dict[str, Any]:
    base = {
        "msgid": "m1",
        "aibotid": "aib1",
        "chattype": "single",
        "from": {"userid": "LiSi"},
        "msgtype": "text",
        "text": {"content": "收到"},
    }
    return base | more


def read(data: dict[str, Any], **more: Any) -> Heard:
    settings: dict[str, Any] = {"bot_id": "aib1", "bot_name": "一诺", "corp_id": "ww1", "now": NOON}
    return read_callback(data, **(settings | more))


def message(data: dict[str, Any], **more: Any) -> Inbound:
    heard = read(data, **more)
    assert heard.message is not None
    return heard.message


def test_a_text() -> None:
    assert message(body()) == Inbound(platform="wecom_bot", message_id="m1", user_id="LiSi", text="收到", sent_at=NOON)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("@一诺 承诺 周五报价", "承诺 周五报价"),
        ("@一诺\u2005承诺 周五报价", "承诺 周五报价"),
        ("承诺 周五报价 @一诺", "承诺 周五报价"),
        ("@张伟 你来 @一诺 转交 3", "@张伟 你来  转交 3"),
        ("@销售助手 承诺 周五报价 @李娜", "承诺 周五报价 @李娜"),
        ("承诺 周五报价", "承诺 周五报价"),
        ("@一诺", ""),
        ("@销售助手", ""),
    ],
)
def test_the_mention_of_the_bot_is_taken_out_of_a_groups_text(text: str, heard: str) -> None:
    found = message(body(chattype="group", chatid="wrA", text={"content": text}))
    assert (found.text, found.chat_id) == (heard, "wrA")


def test_in_private_nothing_is_taken_out() -> None:
    assert message(body(text={"content": "@张伟 的承诺"})).text == "@张伟 的承诺"


def test_a_voice_note_comes_as_its_words() -> None:
    found = message(body(msgtype="voice", voice={"content": "周四交样品"}))
    assert (found.text, found.spoken, found.attachments) == ("周四交样品", True, ())


def test_a_voice_note_without_words_is_an_attachment() -> None:
    found = message(body(msgtype="voice", voice={"url": URL}))
    assert [item.kind for item in found.attachments] == ["voice"]
    assert not found.spoken


@pytest.mark.parametrize(("kind", "expected"), [("image", "image"), ("file", "file"), ("video", "video")])
def test_what_is_not_text_is_an_attachment(kind: str, expected: Any) -> None:
    found = message(body(msgtype=kind, **{kind: {"url": URL, "aeskey": "k", "filename": "表.xlsx"}}))
    assert found.attachments == (Attachment(expected, "表.xlsx", f'["{URL}", "k"]'),)
    assert (found.text, found.notice) == ("", None)


def test_pictures_among_words() -> None:
    items = [
        {"msgtype": "text", "text": {"content": "@一诺 完成 12"}},
        {"msgtype": "image", "image": {"url": URL}},
        {"msgtype": "hologram"},
        "nothing",
    ]
    found = message(body(chattype="group", chatid="wrA", msgtype="mixed", mixed={"msg_item": items}))
    assert (found.text, [item.kind for item in found.attachments], found.notice) == ("完成 12", ["image"], None)


def test_an_unknown_kind_is_said_to_be_unsupported() -> None:
    assert message(body(msgtype="hologram")).notice == "unsupported"


def test_what_is_quoted_is_not_what_was_said() -> None:
    quote = {"msgtype": "text", "text": {"content": "【承诺】给别家寄样 周三"}}
    found = message(body(quote=quote))
    assert (found.text, found.quoted) == ("收到", "【承诺】给别家寄样 周三")


@pytest.mark.parametrize(
    ("quote", "quoted"),
    [
        ({"msgtype": "voice", "voice": {"content": "#7 到期了"}}, "#7 到期了"),
        ({"msgtype": "mixed", "mixed": {"msg_item": [{"msgtype": "text", "text": {"content": "#7"}}, 3]}}, "#7"),
        ({"msgtype": "image", "image": {"url": URL}}, ""),
        ({"msgtype": "text", "text": "#7"}, ""),
        ({"msgtype": ["text"]}, ""),
        ({}, ""),
        ("#7", ""),
        (None, ""),
    ],
)
def test_a_quote_of_any_shape_is_its_words_or_nothing(quote: Any, quoted: str) -> None:
    found = message(body(quote=quote))
    assert (found.text, found.quoted, found.attachments, found.notice) == ("收到", quoted, (), None)


def test_the_time_of_a_message_is_its_own_where_it_tells_one() -> None:
    for stamp in (1772424060, "1772424060", 1772424060000):
        assert message(body(create_time=stamp)).sent_at == datetime(2026, 3, 2, 4, 1, tzinfo=UTC)
    for wrong in ("soon", -5, None, 1e99, 10**30):
        assert message(body(create_time=wrong)).sent_at == NOON


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"aibotid": "another"}, 403),
        ({"from": {}}, 400),
        ({"from": "LiSi"}, 400),
        ({"from": {"userid": ["LiSi"]}}, 400),
        ({"chattype": "group"}, 400),
        ({"chattype": "group", "chatid": ""}, 400),
    ],
)
def test_what_is_not_for_us_or_names_nobody_is_refused(more: dict[str, Any], status: int) -> None:
    with pytest.raises(Refused) as caught:
        read(body(**more))
    assert caught.value.status == status


def test_a_guest_is_not_taken_for_a_colleague() -> None:
    assert message(body(**{"from": {"userid": "LiSi", "corpid": "ww1"}})).user_id == "LiSi"
    assert message(body(**{"from": {"userid": "LiSi", "corpid": "ww2"}})).user_id == "ww2:LiSi"
    assert message(body(**{"from": {"userid": "LiSi", "corpid": "ww2"}}), corp_id="").user_id == "ww2:LiSi"


def test_a_message_without_id_is_known_by_its_content() -> None:
    first, again = (message(body(msgid="")) for _ in range(2))
    other = message(body(msgid="", text={"content": "别的"}))
    assert first.message_id == again.message_id != other.message_id
    assert first.message_id.startswith("body:")


def test_a_group_id_keeps_its_case() -> None:
    assert message(body(chattype="group", chatid="wrAbCd")).chat_id == "wrAbCd"


@pytest.mark.parametrize("kind", ["enter_chat", "feedback_event", "disconnected_event", "of_the_future", ""])
def test_an_event_carries_no_message(kind: str) -> None:
    assert read(body(msgtype="event", event={"eventtype": kind, kind: {}})) == Heard(event=kind)


def test_a_poll_of_a_stream_carries_no_message() -> None:
    assert read(body(msgtype="stream", stream={"id": "s"})).message is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_FIELDS = ["msgid", "aibotid", "chattype", "chatid", "from", "msgtype", "text", "mixed", "voice", "image", "event"]


@given(st.dictionaries(st.sampled_from([*_FIELDS, "create_time"]), _JSON))
def test_every_body_is_read_or_refused(spoiled: dict[str, Any]) -> None:
    for data in (spoiled, body(**spoiled)):
        try:
            heard = read(data)
        except Refused:
            continue
        assert heard.message is None or isinstance(heard.message.text, str)
