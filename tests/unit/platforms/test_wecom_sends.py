from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import Misconfigured, Rejected, SendError, Temporary, Throttled, Unknown, Unreachable
from bot.platforms.wecom_api import typed_error
from bot.platforms.wecom_app import WecomApp
from bot.types import Action, Inbound, OutFile, Outgoing, RawRequest
from tests.fakes.server import NOON, Fault
from tests.fakes.wecom import AES_KEY, AGENT_ID, CORP_ID, SECRET, TOKEN, FakeWecom

SEND = "/cgi-bin/message/send"


@pytest.fixture
async def fake() -> AsyncIterator[FakeWecom]:
    async with FakeWecom() as made:
        made.groups["group-key-1"] = "华南大客户群"
        yield made


@pytest.fixture
async def app(fake: FakeWecom) -> AsyncIterator[WecomApp]:
    made = WecomApp(
        corp_id=CORP_ID,
        agent_id=AGENT_ID,
        secret=SECRET,
        api_base=fake.base_url,
        group_keys={"华南大客户群": "group-key-1", "旧群": "group-key-gone"},
    )
    yield made
    await made.close()


def to_group(text: str, name: str | None = "华南大客户群", **more: object) -> Outgoing:
    return Outgoing("k1", "chat", "wr-chat-1", text, push_chat_name=name, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (-1, Temporary),
        (6000, Temporary),
        (40001, Misconfigured),
        (40013, Misconfigured),
        (40091, Misconfigured),
        (40014, Temporary),
        (42001, Temporary),
        (41001, Temporary),
        (40008, Rejected),
        (40058, Rejected),
        (44004, Rejected),
        (45002, Rejected),
        (82004, Rejected),
        (40007, Rejected),
        (40004, Rejected),
        (40005, Rejected),
        (40006, Rejected),
        (45001, Rejected),
        (45007, Rejected),
        (42014, Rejected),
        (42049, Rejected),
        (93001, Unreachable),
        (93006, Unreachable),
        (846605, Unreachable),
        (846608, Unreachable),
        (846609, Temporary),
        (853000, Misconfigured),
        (40056, Misconfigured),
        (301002, Misconfigured),
        (43012, Misconfigured),
        (45009, Throttled),
        (45033, Throttled),
        (48002, Misconfigured),
        (60011, Misconfigured),
        (84074, Misconfigured),
        (50001, Misconfigured),
        (80001, Misconfigured),
        (85005, Misconfigured),
        (50003, Misconfigured),
        (60020, Misconfigured),
        (60111, Unreachable),
        (60021, Unreachable),
        (81013, Unreachable),
        (93000, Unreachable),
        (93004, Unreachable),
        (93008, Unreachable),
        (123456, Temporary),
    ],
)
async def test_every_code_has_its_type(fake: FakeWecom, app: WecomApp, code: int, expected: type[SendError]) -> None:
    fake.fail(SEND, Fault(body={"errcode": code, "errmsg": "see 13912345678"}), times=2)
    with pytest.raises(SendError) as caught:
        await app.send(Outgoing("k1", "person", "lisi", "好"), NOON)
    assert type(caught.value) is expected
    assert caught.value.code == code
    assert "13912345678" not in str(caught.value)


def test_the_address_to_allow_is_told() -> None:
    error = typed_error(60020, "not allow to access from your ip, hint: [17], from ip: 198.51.100.7, more info at x")
    assert "198.51.100.7" in error.reason


async def test_the_same_message_again_is_dropped_and_the_same_words_are_not(fake: FakeWecom, app: WecomApp) -> None:
    fake.fail(SEND, Fault(reset=True, accepted=True))
    with pytest.raises(Unknown):
        await app.send(Outgoing("k1", "person", "lisi", "已记录"), NOON)
    await app.send(Outgoing("k1", "person", "lisi", "已记录"), NOON + timedelta(seconds=1))
    assert (len(fake.sent), len(fake.dropped)) == (1, 1)

    await app.send(Outgoing("k2", "person", "lisi", "已记录"), NOON + timedelta(seconds=2))
    assert (len(fake.sent), len(fake.dropped)) == (2, 1)


@pytest.mark.parametrize("code", [40014, 42001, 41001])
async def test_a_token_refused_once_is_renewed_without_a_word(fake: FakeWecom, app: WecomApp, code: int) -> None:
    fake.fail(SEND, Fault(body={"errcode": code, "errmsg": "token"}))
    await app.send(Outgoing("k1", "person", "lisi", "好"), NOON)
    assert len(fake.sent) == 1
    assert fake.count("/cgi-bin/gettoken") == 2


async def test_chinese_text_is_split_at_2048_bytes_between_characters(fake: FakeWecom, app: WecomApp) -> None:
    text = "订" * 682 + "ab"
    await app.send(Outgoing("k1", "person", "lisi", text), NOON)
    assert [sent.text for sent in fake.sent] == [text]

    await app.send(Outgoing("k2", "person", "lisi", "单" * 1500), NOON)
    parts = [sent.text for sent in fake.sent[1:]]
    assert [len(part.encode()) <= 2048 for part in parts] == [True] * 3
    assert "".join(part.split("\n")[1] for part in parts) == "单" * 1500


@pytest.mark.parametrize("link", ['<a href="https://evil.test">报销</a>', "<A HREF='x'>", "< a href=x>"])
async def test_echoed_words_become_no_link(fake: FakeWecom, app: WecomApp, link: str) -> None:
    await app.send(Outgoing("k1", "person", "lisi", f"已记录:{link} 3<5"), NOON)
    (sent,) = fake.sent
    assert "<a" not in sent.text.lower().replace(" ", "")
    assert "3<5" in sent.text


async def test_a_group_is_written_to_by_its_push_robot(fake: FakeWecom, app: WecomApp) -> None:
    mentions = (("lisi", "李四"), (None, "外部"), ("wangwu", "王五"), ("lisi", "李四"))
    receipt = await app.send(to_group("@李四 今天到期", mentions=mentions), NOON)

    (sent,) = fake.sent
    assert (sent.to, sent.text, sent.mentioned) == ("华南大客户群", "@李四 今天到期", ("lisi", "wangwu"))
    assert receipt.channel == "webhook"
    assert fake.count("/cgi-bin/gettoken") == 0


async def test_only_the_first_part_in_a_group_notifies(fake: FakeWecom, app: WecomApp) -> None:
    await app.send(to_group("长" * 2000, mentions=(("lisi", "李四"),)), NOON)
    assert [sent.mentioned for sent in fake.sent] == [("lisi",), (), ()]


@pytest.mark.parametrize("name", [None, "没有机器人的群"])
async def test_a_group_without_a_push_robot_is_unreachable(app: WecomApp, name: str | None) -> None:
    with pytest.raises(Unreachable, match="WECOM_GROUP_KEYS"):
        await app.send(to_group("好", name), NOON)


async def test_a_removed_push_robot_is_unreachable_and_its_key_is_not_told(app: WecomApp) -> None:
    with pytest.raises(Unreachable) as caught:
        await app.send(to_group("好", "旧群"), NOON)
    assert "group-key-gone" not in str(caught.value)


async def test_a_file_reaches_a_group(fake: FakeWecom, app: WecomApp) -> None:
    await app.send(to_group("", files=(OutFile("周报-华南.xlsx", _bytes(b"PK sheet")),)), NOON)
    (sent,) = fake.sent
    assert (sent.to, sent.kind, sent.file, sent.content) == ("华南大客户群", "file", "周报-华南.xlsx", b"PK sheet")


async def test_a_picture_is_shown_as_a_picture(fake: FakeWecom, app: WecomApp) -> None:
    await app.send(Outgoing("k1", "person", "lisi", "", files=(OutFile("看板.PNG", _bytes(b"\x89PNG....")),)), NOON)
    assert [(sent.kind, sent.file) for sent in fake.sent] == [("image", "看板.PNG")]


async def test_a_failed_upload_is_temporary_since_nobody_saw_anything(fake: FakeWecom, app: WecomApp) -> None:
    fake.fail("/cgi-bin/media/upload", Fault(reset=True, accepted=True))
    with pytest.raises(SendError) as caught:
        await app.send(Outgoing("k1", "person", "lisi", "", files=(OutFile("a.pdf", _bytes(b"%PDF-1")),)), NOON)
    assert type(caught.value) is Temporary


async def test_doctor_names_the_address_to_allow(fake: FakeWecom, app: WecomApp) -> None:
    fake.allow_ip = False
    wrong = [check for check in await app.check(NOON) if not check.ok]
    assert "203.0.113.9" in wrong[0].advice
    assert "可信IP" in wrong[0].advice


async def test_doctor_tells_what_else_is_wrong(fake: FakeWecom, app: WecomApp) -> None:
    fake.closed = 1
    found = [check.found for check in await app.check(NOON) if not check.ok]
    assert found[0] == "应用已被停用"
    assert "未配置" in found[1]

    other = WecomApp(corp_id=CORP_ID, agent_id=7, secret=SECRET, api_base=fake.base_url)
    wrong = [check for check in await other.check(NOON) if not check.ok]
    assert "WECOM_AGENT_ID" in wrong[0].advice
    await other.close()

    fake.fail("/cgi-bin/agent/get", Fault(body={"errcode": 48002, "errmsg": "api forbidden"}))
    wrong = [check for check in await app.check(NOON) if not check.ok]
    assert "权限" in wrong[0].advice

    fake.fail("/cgi-bin/gettoken", Fault(body={"errcode": 40013, "errmsg": "invalid corpid"}))
    wrong = [check for check in await app.check(NOON) if not check.ok]
    assert "WECOM_CORP_ID" in wrong[0].advice


NUDGE = "#12 今天 17:00 到期\n给青禾食品寄样品"
BUTTONS = (Action("完成", "完成 12"), Action("延到明天", "延期 12 明天"))


@pytest.fixture
async def hearing(fake: FakeWecom) -> AsyncIterator[WecomApp]:
    """An app that is called back, without which no button works."""
    made = WecomApp(
        corp_id=CORP_ID, agent_id=AGENT_ID, secret=SECRET, token=TOKEN, aes_key=AES_KEY, api_base=fake.base_url
    )
    yield made
    await made.close()


def to_lisi(text: str, key: str = "k1", **more: Any) -> Outgoing:
    return Outgoing(key, "person", "lisi", text, **more)


async def pressing(fake: FakeWecom, hearing: WecomApp, key: str, code: str = "code-1") -> tuple[Inbound, ...]:
    made = fake.pressed_callback("LiSi", key, "t1", code)
    return (await hearing.receive(RawRequest("POST", "/wecom/app", made.query, {}, made.body), NOON)).messages


async def test_a_message_with_actions_is_a_card_with_its_whole_text(fake: FakeWecom, hearing: WecomApp) -> None:
    await hearing.send(to_lisi(NUDGE, actions=BUTTONS), NOON)
    (card,) = fake.cards
    assert [(sent.to, sent.kind) for sent in fake.sent] == [("lisi", "template_card")]
    assert (card["main_title"]["title"], card["sub_title_text"]) == tuple(NUDGE.split("\n"))
    assert [button["text"] for button in card["button_list"]] == ["完成", "延到明天"]
    assert len({button["key"] for button in card["button_list"]}) == 2
    assert re.fullmatch(r"[0-9A-Za-z_@-]{1,128}", card["task_id"])


async def test_a_long_first_line_is_told_whole_below(fake: FakeWecom, hearing: WecomApp) -> None:
    text = "#12 " + "很长的一件事" * 10
    await hearing.send(to_lisi(text, actions=BUTTONS), NOON)
    (card,) = fake.cards
    assert len(card["main_title"]["title"]) == 36
    assert card["sub_title_text"] == text


async def test_a_title_of_its_own_stands_above_the_whole_text(fake: FakeWecom, hearing: WecomApp) -> None:
    await hearing.send(to_lisi(NUDGE, title="到期提醒", actions=BUTTONS), NOON)
    (card,) = fake.cards
    assert (card["main_title"]["title"], card["sub_title_text"]) == ("到期提醒", NUDGE)


@pytest.mark.parametrize("code", [42014, 42030, 42049, 43012, 40058])
async def test_a_card_that_is_refused_goes_out_as_text(fake: FakeWecom, hearing: WecomApp, code: int) -> None:
    fake.fail(SEND, Fault(body={"errcode": code, "errmsg": "card"}))
    await hearing.send(to_lisi(NUDGE, actions=BUTTONS), NOON)
    assert [(sent.kind, sent.text) for sent in fake.sent] == [("text", NUDGE)]


@pytest.mark.parametrize("code", [40001, 81013, 45009])
async def test_another_failure_of_a_card_is_no_reason_for_text(fake: FakeWecom, hearing: WecomApp, code: int) -> None:
    fake.fail(SEND, Fault(body={"errcode": code, "errmsg": "no"}))
    with pytest.raises(SendError):
        await hearing.send(to_lisi(NUDGE, actions=BUTTONS), NOON)
    assert fake.sent == []


async def test_what_a_card_cannot_hold_goes_out_as_text(fake: FakeWecom, hearing: WecomApp) -> None:
    text = "说明。" * 100
    await hearing.send(to_lisi(text, actions=BUTTONS), NOON)
    assert [(sent.kind, sent.text) for sent in fake.sent] == [("text", text)]


async def test_without_a_callback_and_in_a_group_there_are_no_buttons(fake: FakeWecom, app: WecomApp) -> None:
    await app.send(to_lisi(NUDGE, actions=BUTTONS), NOON)
    await app.send(to_group(NUDGE, actions=BUTTONS), NOON)
    assert [(sent.kind, sent.text) for sent in fake.sent] == [("text", NUDGE)] * 2


async def test_a_card_repeated_after_an_unknown_outcome_arrives_once(fake: FakeWecom, hearing: WecomApp) -> None:
    fake.fail(SEND, Fault(reset=True, accepted=True))
    with pytest.raises(Unknown):
        await hearing.send(to_lisi(NUDGE, actions=BUTTONS), NOON)
    await hearing.send(to_lisi(NUDGE, actions=BUTTONS), NOON + timedelta(seconds=1))
    assert (len(fake.sent), len(fake.dropped)) == (1, 1)


async def test_a_pressed_button_is_what_it_says(fake: FakeWecom, hearing: WecomApp) -> None:
    await hearing.send(to_lisi(NUDGE, actions=BUTTONS), NOON)
    for button, says in zip(fake.cards[0]["button_list"], ("完成 12", "延期 12 明天"), strict=True):
        (message,) = await pressing(fake, hearing, button["key"])
        assert (message.text, message.user_id, message.sent_at) == (says, "lisi", NOON)
        assert message.reply_until == NOON + timedelta(hours=72)


async def test_a_press_that_comes_twice_has_the_same_id(fake: FakeWecom, hearing: WecomApp) -> None:
    await hearing.send(to_lisi(NUDGE, actions=BUTTONS), NOON)
    done, later = (button["key"] for button in fake.cards[0]["button_list"])
    (first,) = await pressing(fake, hearing, done, "code-1")
    (again,) = await pressing(fake, hearing, done, "code-2")
    (other,) = await pressing(fake, hearing, later, "code-1")
    fake.now += timedelta(seconds=1)
    (afterwards,) = await pressing(fake, hearing, done, "code-1")
    assert first.message_id == again.message_id
    assert len({first.message_id, other.message_id, afterwards.message_id}) == 3


async def test_the_answer_takes_the_buttons_off_the_card_once(fake: FakeWecom, hearing: WecomApp) -> None:
    await hearing.send(to_lisi(NUDGE, actions=BUTTONS), NOON)
    (message,) = await pressing(fake, hearing, fake.cards[0]["button_list"][0]["key"])
    answer = to_lisi("#12 完成了", "k2", reply_url=message.reply_url, reply_until=message.reply_until)
    fake.fail(SEND, Fault(status=502))
    with pytest.raises(Temporary):
        await hearing.send(answer, NOON)
    await hearing.send(answer, NOON)

    assert fake.settled == [(("lisi",), "已处理")]
    assert [sent.text for sent in fake.sent][1:] == ["#12 完成了"]


async def test_a_card_that_can_no_longer_be_changed_is_left(fake: FakeWecom, hearing: WecomApp) -> None:
    until = NOON + timedelta(hours=72)
    await hearing.send(to_lisi("好", reply_url="wecom-card:code-9", reply_until=until), until)
    assert fake.count("/cgi-bin/message/update_template_card") == 0
    assert [sent.text for sent in fake.sent] == ["好"]


@pytest.mark.parametrize("key", ["", "rec:9:done", "yn1.", "yn1.0.e30", "yn1-settled", "x" * 1500])
async def test_a_button_that_is_not_ours_says_nothing(fake: FakeWecom, hearing: WecomApp, key: str) -> None:
    assert await pressing(fake, hearing, key) == ()


def _bytes(content: bytes):  # type: ignore[no-untyped-def]
    async def load() -> bytes:
        return content

    return load
