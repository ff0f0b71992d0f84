from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.errors import Misconfigured, Rejected, SendError, Temporary, Throttled, Unknown, Unreachable
from bot.platforms.wecom_api import typed_error
from bot.platforms.wecom_app import WecomApp
from bot.types import OutFile, Outgoing
from tests.fakes.server import NOON, Fault
from tests.fakes.wecom import AGENT_ID, CORP_ID, SECRET, FakeWecom

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


def _bytes(content: bytes):  # type: ignore[no-untyped-def]
    async def load() -> bytes:
        return content

    return load
