from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from yarl import URL

from bot.errors import Misconfigured, Rejected, SendError, Temporary, Throttled, Unknown, Unreachable, UsedUp
from bot.platforms.client import Client, Response
from bot.platforms.dingtalk import DingtalkRobot
from bot.types import Action, Line, OutFile, Outgoing
from tests.fakes.dingtalk import (
    BATCH_SEND,
    CLIENT_ID,
    CLIENT_SECRET,
    CORP_ID,
    CUSTOM,
    GROUP_SEND,
    SESSION,
    FakeDingtalk,
)
from tests.fakes.hostile import HOSTILE
from tests.fakes.server import NOON, Fault

GROUP = "华南大客户群"


@pytest.fixture
async def fake() -> AsyncIterator[FakeDingtalk]:
    async with FakeDingtalk() as made:
        made.robots["robot-token-1"] = ("SECfake1", "cidSouth==")
        yield made


@pytest.fixture
async def robot(fake: FakeDingtalk) -> AsyncIterator[DingtalkRobot]:
    made = DingtalkRobot(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        corp_id=CORP_ID,
        api_base=fake.base_url,
        oapi_base=fake.base_url,
        group_robots={
            GROUP: ("robot-token-1", "SECfake1"),
            "旧群": ("robot-token-gone", "SECx"),
            "错群": ("robot-token-1", "SECwrong"),
        },
    )
    yield made
    await made.close()


def to_group(text: str, name: str | None = None, key: str = "k1", **more: Any) -> Outgoing:
    return Outgoing(key, "chat", "cidSouth==", text, push_chat_name=name, **more)


def reply(fake: FakeDingtalk, text: str, kind: str = "chat", **more: Any) -> Outgoing:
    target = "cidSouth==" if kind == "chat" else "0101"
    url, until = fake.session(target)
    settings: dict[str, Any] = {"reply_url": url, "reply_until": until}
    return Outgoing("k1", kind, target, text, **(settings | more))  # type: ignore[arg-type]


async def error_of(robot: DingtalkRobot, message: Outgoing) -> SendError:
    with pytest.raises(SendError) as caught:
        await robot.send(message, NOON)
    return caught.value


async def test_an_answer_goes_to_the_reply_address_without_a_token(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    receipt = await robot.send(reply(fake, "@小邹 已记录 #12", mentions=(("0101", "小邹"),)), NOON)

    (sent,) = fake.sent
    assert (sent.to, sent.via, sent.text, sent.at) == ("cidSouth==", "session", "@0101 已记录 #12", ("0101",))
    assert receipt.channel == "session"
    assert fake.calls == [SESSION]


async def test_in_private_nobody_is_mentioned(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    await robot.send(reply(fake, "@小邹 已记录", "person", mentions=(("0101", "小邹"),)), NOON)
    assert [(sent.text, sent.at) for sent in fake.sent] == [("@小邹 已记录", ())]


async def test_who_is_not_named_in_the_text_is_put_in_front(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    mentions = (("0101", "小邹"), (None, "外人"), ("0102", "小邹航"), ("manager7", "周工"))
    await robot.send(reply(fake, "@小邹航 和 @小邹 今天到期,@外人 请看", mentions=mentions), NOON)

    (sent,) = fake.sent
    assert sent.text == "@manager7 @0102 和 @0101 今天到期,@外人 请看"
    assert set(sent.at) == {"0101", "0102", "manager7"}
    assert fake.unexpected == []


async def test_two_people_of_one_name_are_both_notified(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    await robot.send(reply(fake, "@小邹 请看", mentions=(("0101", "小邹"), ("0102", "小邹"))), NOON)
    assert set(fake.sent[0].at) == {"0101", "0102"}
    assert fake.unexpected == []


async def test_a_minute_before_its_end_a_reply_address_is_not_used(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    for left, via in ((61, "session"), (60, "group")):
        await robot.send(reply(fake, "好", reply_until=NOON + timedelta(seconds=left)), NOON)
        assert fake.sent[-1].via == via


@pytest.mark.parametrize("kind", ["chat", "person"])
async def test_an_expired_session_goes_on_actively_in_the_same_call(
    fake: FakeDingtalk, robot: DingtalkRobot, kind: str
) -> None:
    message = reply(fake, "好", kind)
    fake.forget_sessions()
    receipt = await robot.send(message, NOON)

    assert fake.count(SESSION) == 1
    assert [(sent.to, sent.text) for sent in fake.sent] == [(message.target_id, "好")]
    assert receipt.channel == ("group" if kind == "chat" else "private")


async def test_a_session_that_expires_between_two_parts_loses_none(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    fake.fail(SESSION, Fault())
    fake.fail(SESSION, Fault(body={"errcode": 300001, "errmsg": "session 不存在"}))
    await robot.send(reply(fake, "很长的说明。" * 2000), NOON)

    assert fake.count(SESSION) == 2
    numbers = [sent.text.split("\n")[0] for sent in fake.sent]
    assert numbers == [f"（{n}/{len(numbers)}）" for n in range(1, len(numbers) + 1)]


async def test_a_reset_reply_is_unknown_and_not_said_twice(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    fake.fail(SESSION, Fault(reset=True, accepted=True))
    assert isinstance(await error_of(robot, reply(fake, "好")), Unknown)
    assert [sent.via for sent in fake.sent] == ["session"]


@pytest.mark.parametrize("url", [*HOSTILE, "http://127.0.0.1:9/robot/sendBySession?session=1"])
async def test_a_hostile_reply_address_is_never_contacted(
    fake: FakeDingtalk, robot: DingtalkRobot, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    asked: set[str] = set()
    call = Client.call

    async def watched(self: Client, method: str, url: str, **more: Any) -> Response:
        asked.add(str(URL(url).origin()))
        return await call(self, method, url, **more)

    monkeypatch.setattr(Client, "call", watched)
    await robot.send(reply(fake, "好", reply_url=url), NOON)
    assert [sent.via for sent in fake.sent] == ["group"]
    assert asked == {fake.base_url}


async def test_reply_addresses_see_no_proxy_of_the_environment(
    fake: FakeDingtalk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    robot = DingtalkRobot(
        client_id=CLIENT_ID, client_secret=CLIENT_SECRET, api_base=fake.base_url, oapi_base=fake.base_url
    )
    await robot.send(reply(fake, "好"), NOON)
    assert [sent.via for sent in fake.sent] == ["session"]
    with pytest.raises(Temporary):
        await robot.send(to_group("好"), NOON)
    await robot.close()


async def test_a_group_without_a_push_robot_reads_names(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    receipt = await robot.send(to_group("@小邹 今天到期", mentions=(("0101", "小邹"),)), NOON)
    assert [(sent.via, sent.text, sent.at) for sent in fake.sent] == [("group", "@小邹 今天到期", ())]
    assert (receipt.channel, receipt.message_id) == ("group", "key-1")


async def test_a_push_robot_mentions_and_is_idempotent(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    message = to_group("@小邹 今天到期", GROUP, mentions=(("0101", "小邹"),))
    fake.fail(CUSTOM, Fault(reset=True, accepted=True))
    assert type(await error_of(robot, message)) is Temporary
    await robot.send(message, NOON + timedelta(seconds=1))

    assert [(sent.via, sent.text, sent.at) for sent in fake.sent] == [("robot", "@0101 今天到期", ("0101",))]
    assert len(fake.dropped) == 1

    await robot.send(to_group("@小邹 今天到期", GROUP, "k2", mentions=(("0101", "小邹"),)), NOON)
    assert len(fake.sent) == 2


async def test_the_signature_survives_the_address_line(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    for second in range(40):
        fake.now = NOON + timedelta(seconds=second)
        await robot.send(to_group("好", GROUP, f"k{second}"), fake.now)
    assert len(fake.sent) == 40


async def test_long_group_messages_have_one_id_a_part(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    await robot.send(to_group("很长的说明。\n" * 3000, GROUP), NOON)
    assert len(fake.sent) > 3
    assert fake.dropped == []


async def test_a_text_full_of_line_breaks_keeps_to_the_limit_of_the_escaped_form(
    fake: FakeDingtalk, robot: DingtalkRobot
) -> None:
    await robot.send(to_group('"\n' * 14_000 + "完"), NOON)
    assert sum(sent.text.count('"') for sent in fake.sent) == 14_000


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (400013, Unreachable),
        (130101, Throttled),
        (410100, Throttled),
        (460101, Rejected),
        (430101, Rejected),
        (430104, Rejected),
        (400105, Rejected),
        (90018, Throttled),
        (90002, Throttled),
        (90020, UsedUp),
        (88, Misconfigured),
        (60020, Misconfigured),
        (60121, Unreachable),
        (50002, Unreachable),
        (15, Temporary),
        (-1, Temporary),
        (987654, Temporary),
    ],
)
async def test_every_code_of_a_push_robot_has_its_type(
    fake: FakeDingtalk, robot: DingtalkRobot, code: int, expected: type[SendError]
) -> None:
    fake.fail(CUSTOM, Fault(body={"errcode": code, "errmsg": "access_token=abc 13912345678"}))
    error = await error_of(robot, to_group("好", GROUP))
    assert type(error) is expected
    assert error.code == code
    assert "abc" not in str(error)
    assert "139" not in str(error)
    if code in (130101, 410100):
        assert isinstance(error, Throttled)
        assert error.retry_after == 600


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("keywords not in content", "keyword"),
        ("invalid timestamp", "timestamp"),
        ("sign not match", "signature"),
        ("ip 203.0.113.1 not in whitelist", "address"),
        ("?", "unknown"),
    ],
)
async def test_a_failed_security_check_is_named(
    fake: FakeDingtalk, robot: DingtalkRobot, caplog: pytest.LogCaptureFixture, words: str, named: str
) -> None:
    fake.fail(CUSTOM, Fault(body={"errcode": 310000, "errmsg": words}))
    await robot.send(to_group("好", GROUP), NOON)
    assert f"security check failed: {named}" in caplog.text


@pytest.mark.parametrize("code", [300005, 400106, 400102, 400101, 310000])
async def test_where_a_push_robot_is_of_no_use_the_app_robot_writes(
    fake: FakeDingtalk, robot: DingtalkRobot, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    fake.fail(CUSTOM, Fault(body={"errcode": code, "errmsg": "access_token=abc"}))
    for key in ("k1", "k2"):
        await robot.send(to_group("@小邹 今天到期", GROUP, key, mentions=(("0101", "小邹"),)), NOON)
    assert [(sent.via, sent.text) for sent in fake.sent] == [("group", "@小邹 今天到期")] * 2
    assert fake.count(CUSTOM) == 1
    assert caplog.text.count("of no use") == 1
    assert "abc" not in caplog.text


async def test_a_wrong_or_gone_push_robot(
    fake: FakeDingtalk, robot: DingtalkRobot, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("错群", "旧群"):
        await robot.send(to_group("好", name, name), NOON)
    assert [sent.via for sent in fake.sent] == ["group", "group"]
    for secret in ("SECwrong", "robot-token"):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", Throttled),
        (403, "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi", Throttled),
        (403, "Forbidden.AccessDenied.QpsLimitForApi", Throttled),
        (400, "send.too.fast", Throttled),
        (403, "Forbidden.AccessDenied.ApiCountLimitForOrg", UsedUp),
        (403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", Misconfigured),
        (403, "Forbidden.AccessDenied.IpNotInWhiteList", Misconfigured),
        (400, "service.timeout", Unknown),
        (504, "gateway", Unknown),
        (503, "ServiceUnavailable", Temporary),
        (400, "robot.oto.notExist", Misconfigured),
        (400, "chatbotId.notAllow.sendOTO", Misconfigured),
        (400, "robotCode.auth", Misconfigured),
        (400, "staffId.notExisted", Unreachable),
        (400, "msgParam.tooLong", Rejected),
        (400, "contain.unsafe.url", Rejected),
        (400, "contain.notAllowed.text", Rejected),
        (400, "invalidParameter.msgKey", Rejected),
        (400, "somethingNew", Rejected),
        (404, "InvalidAction.NotFound", Misconfigured),
    ],
)
async def test_every_code_of_the_new_api_has_its_type(
    fake: FakeDingtalk, robot: DingtalkRobot, status: int, code: str, expected: type[SendError]
) -> None:
    fake.fail(BATCH_SEND, Fault(status=status, body={"code": code, "message": "13912345678", "requestid": "R"}))
    error = await error_of(robot, Outgoing("k1", "person", "0101", "好"))
    assert type(error) is expected
    assert "139" not in str(error)


@pytest.mark.parametrize("code", ["conversation.org.notMatch", "group.disbanded", "bot.stopped"])
async def test_a_group_that_is_gone_is_unreachable(fake: FakeDingtalk, robot: DingtalkRobot, code: str) -> None:
    fake.fail(GROUP_SEND, Fault(status=400, body={"code": code, "message": ""}))
    assert isinstance(await error_of(robot, to_group("好")), Unreachable)


async def test_a_flow_controlled_person_is_throttled(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    fake.flow_controlled.add("0102")
    error = await error_of(robot, Outgoing("k1", "person", "0102", "好"))
    assert isinstance(error, Throttled)
    assert error.retry_after == 60


async def test_a_table_of_an_unlisted_kind_travels_in_an_archive(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    for number in (1, 2):
        file = OutFile("客户.csv", _bytes("名称\n青禾\n".encode()))
        await robot.send(Outgoing(f"k{number}", "person", "0101", "", files=(file,)), NOON)

    first, second = fake.sent
    assert (first.file, first.kind) == ("客户.csv.zip", "sampleFile")
    assert first.content == second.content
    with zipfile.ZipFile(io.BytesIO(first.content)) as archive:
        assert archive.read("客户.csv").decode() == "名称\n青禾\n"


async def test_a_picture_is_shown_as_a_picture(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    await robot.send(to_group("", GROUP, files=(OutFile("看板.png", _bytes(b"\x89PNG")),)), NOON)
    assert [(sent.via, sent.kind, sent.file) for sent in fake.sent] == [("group", "sampleImageMsg", "看板.png")]


async def test_an_upload_renews_a_revoked_token(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    await robot.send(Outgoing("k1", "person", "0101", "好"), NOON)
    fake.expire_tokens()
    await robot.send(Outgoing("k2", "person", "0101", "", files=(OutFile("a.pdf", _bytes(b"%PDF")),)), NOON)
    assert fake.sent[-1].file == "a.pdf"
    assert fake.count("/v1.0/oauth2/accessToken") == 2


async def test_doctor_gives_the_link_to_apply_for_a_missing_right(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    fake.missing_scope = "qyapi_robot_sendmsg"
    wrong = [check for check in await robot.check(NOON) if not check.ok]
    link = f"https://open-dev.dingtalk.com/appscope/apply?content={CLIENT_ID}%23qyapi_robot_sendmsg"
    assert link in wrong[0].advice


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("Forbidden.AccessDenied.AccessTokenPermissionDenied", "权限"),
        ("Forbidden.AccessDenied.IpNotInWhiteList", "IP"),
        ("robotCode.auth", "DINGTALK_ROBOT_CODE"),
        ("Forbidden.AccessDenied.ApiCountLimitForOrg", "用完"),
        ("ServiceUnavailable", "稍后"),
    ],
)
async def test_doctor_tells_what_to_do(fake: FakeDingtalk, robot: DingtalkRobot, code: str, named: str) -> None:
    fake.fail(BATCH_SEND, Fault(status=403, body={"code": code, "message": ""}))
    wrong = [check for check in await robot.check(NOON) if not check.ok]
    if code != "ServiceUnavailable":
        assert named in wrong[0].advice
    assert len(wrong) == 1


@pytest.mark.parametrize(
    ("path", "name", "fault"),
    [
        (CUSTOM, GROUP, Fault(body={"errcode": 460101, "errmsg": "too long"})),
        (GROUP_SEND, None, Fault(status=400, body={"code": "msgParam.tooLong", "message": ""})),
    ],
)
async def test_what_is_too_long_after_all_is_cut_once_more(
    fake: FakeDingtalk, robot: DingtalkRobot, path: str, name: str | None, fault: Fault
) -> None:
    lines = [f"第 {number} 项:回电并写下结果" for number in range(300)]
    fake.fail(path, fault)
    await robot.send(to_group("\n".join(lines), name), NOON)
    assert len(fake.sent) > 1
    assert [line for sent in fake.sent for line in sent.text.split("\n")[1:]] == lines
    assert fake.dropped == []

    fake.fail(path, fault)
    assert type(await error_of(robot, to_group("好", name, "k2"))) is Rejected


BUTTONS = (Action("完成", "完成 12"), Action("延期", "延期 12 明天"))


async def test_in_private_actions_are_buttons_that_speak(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    await robot.send(Outgoing("k1", "person", "0101", "#12 今天到期", actions=BUTTONS, title="到期提醒"), NOON)
    await robot.send(reply(fake, "#12 今天到期", "person", actions=BUTTONS[:1]), NOON)
    await robot.send(Outgoing("k3", "person", "0101", "#12 今天到期", actions=BUTTONS[:1]), NOON)

    assert [(sent.via, sent.kind) for sent in fake.sent] == [
        ("private", "sampleActionCard2"),
        ("session", "actionCard"),
        ("private", "sampleActionCard"),
    ]
    assert [sent.tap("完成") for sent in fake.sent] == ["完成 12"] * 3
    assert fake.sent[0].tap("延期") == "延期 12 明天"
    assert "+" not in fake.sent[0].buttons[1][1]
    assert [sent.title for sent in fake.sent] == ["到期提醒", "#12 今天到期", "#12 今天到期"]
    assert all("#12 今天到期" in sent.text for sent in fake.sent)


async def test_in_a_group_there_are_no_buttons(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    await robot.send(to_group("#12 今天到期", GROUP, actions=BUTTONS), NOON)
    await robot.send(to_group("#12 今天到期", None, "k2", actions=BUTTONS), NOON)
    assert [(sent.via, sent.kind, sent.buttons) for sent in fake.sent] == [
        ("robot", "text", ()),
        ("group", "sampleText", ()),
    ]


async def test_a_title_and_a_tone_are_markdown_and_mention(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    lines = (Line("@小邹 有 2 项到期"), Line("#12 报价", "bad"))
    message = to_group("@小邹 有 2 项到期\n#12 报价", GROUP, mentions=(("0101", "小邹"),), lines=lines, title="到期")
    await robot.send(message, NOON)
    await robot.send(to_group(message.text, None, "k2", mentions=message.mentions, lines=lines, title="到期"), NOON)

    robot_sent, group_sent = fake.sent
    assert (robot_sent.kind, robot_sent.at) == ("markdown", ("0101",))
    assert robot_sent.text.split("  \n") == ["#### 到期\n", "@0101 有 2 项到期", "**\u200b#12 报价**"]
    assert group_sent.kind == "sampleMarkdown"
    assert "@小邹 有 2 项到期" in group_sent.text
    assert fake.unexpected == []


@pytest.mark.parametrize("kind", ["chat", "person"])
async def test_a_card_that_is_refused_becomes_plain_text(fake: FakeDingtalk, robot: DingtalkRobot, kind: str) -> None:
    fake.fail(SESSION, Fault(body={"errcode": 400105, "errmsg": "unsupported msgtype"}))
    receipt = await robot.send(reply(fake, "#12 今天到期", kind, actions=BUTTONS, title="到期"), NOON)
    assert [(sent.kind, sent.text) for sent in fake.sent] == [("text", "#12 今天到期")]
    assert receipt.spent == {"messages": 1}

    fake.sent.clear()
    fake.fail(BATCH_SEND, Fault(status=400, body={"code": "invalidParameter.msgKey", "message": ""}))
    await robot.send(Outgoing("k2", "person", "0101", "#12 今天到期", actions=BUTTONS), NOON)
    assert [(sent.kind, sent.text) for sent in fake.sent] == [("sampleText", "#12 今天到期")]


async def test_a_push_robot_refusing_markdown_takes_the_text(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    fake.fail(CUSTOM, Fault(body={"errcode": 400105, "errmsg": "x"}))
    await robot.send(to_group("今天到期", GROUP, title="到期"), NOON)
    assert [(sent.via, sent.kind) for sent in fake.sent] == [("robot", "text")]
    assert fake.dropped == []


async def test_what_a_send_took_of_the_months_rights_is_told(fake: FakeDingtalk, robot: DingtalkRobot) -> None:
    file = OutFile("a.pdf", _bytes(b"%PDF"))
    assert (await robot.send(reply(fake, "好"), NOON)).spent == {"messages": 1}
    assert (await robot.send(to_group("好", GROUP, "k2"), NOON)).spent == {"messages": 1}
    assert (await robot.send(to_group("好", None, "k3"), NOON)).spent == {"calls": 1}
    assert (await robot.send(to_group("好", None, "k4", files=(file,)), NOON)).spent == {"calls": 3}
    parts = await robot.send(Outgoing("k5", "person", "0101", "很长的说明。" * 2000), NOON)
    assert parts.spent == {"calls": sum(sent.to == "0101" for sent in fake.sent)}


@pytest.mark.parametrize(
    ("fault", "spent"),
    [
        (Fault(status=403, body={"code": "send.too.fast", "message": ""}), {}),
        (Fault(status=503), {}),
        (Fault(reset=True, accepted=True), {"calls": 1}),
    ],
    ids=str,
)
async def test_what_failed_is_counted_only_where_it_may_have_arrived(
    fake: FakeDingtalk, robot: DingtalkRobot, fault: Fault, spent: dict[str, int]
) -> None:
    fake.fail(BATCH_SEND, fault)
    error = await error_of(robot, Outgoing("k1", "person", "0101", "好"))
    assert {right: count for right, count in error.spent.items() if count} == spent


def _bytes(content: bytes):  # type: ignore[no-untyped-def]
    async def load() -> bytes:
        return content

    return load
