from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import Misconfigured, Rejected, SendError, Temporary, Throttled, Unreachable
from bot.platforms.wecom_cards import pressed
from bot.types import Action, OutFile, Outgoing
from tests.fakes.listening import HASTY, Ear, listening
from tests.fakes.server import NOON, Fault
from tests.fakes.wecom import FakeWecom
from tests.fakes.wecom_gateway import CHUNK, FakeGateway, Trouble

GROUP = "wrEastGroup01"


@pytest.fixture
async def wecom() -> AsyncIterator[FakeWecom]:
    async with FakeWecom() as made:
        made.groups["group-key-7"] = "华东一组"
        yield made


@asynccontextmanager
async def spoken_to(wecom: FakeWecom, **settings: Any) -> AsyncIterator[Ear]:
    keys = {"华东一组": "group-key-7", "旧群": "gone-key-7"}
    async with (
        FakeGateway() as gateway,
        listening(gateway, api_base=wecom.base_url, group_keys=keys, **settings) as made,
    ):
        await gateway.says("LiSi", "在", "m1")
        await gateway.says("LiSi", "@一诺 在", "m2", chat=GROUP)
        await made.message(2)
        yield made


@pytest.fixture
async def ear(wecom: FakeWecom) -> AsyncIterator[Ear]:
    """A bot that LiSi has written to in private and in a group."""
    async with spoken_to(wecom) as made:
        yield made


@pytest.fixture
async def hasty(wecom: FakeWecom) -> AsyncIterator[Ear]:
    """The same, and it does not wait long for an answer."""
    async with spoken_to(wecom, timing=HASTY) as made:
        yield made


def to_lisi(text: str, key: str = "k1", **more: Any) -> Outgoing:
    return Outgoing(key, "person", "LiSi", text, **more)


def to_group(text: str, key: str = "k1", **more: Any) -> Outgoing:
    return Outgoing(key, "chat", GROUP, text, **more)


async def answering(ear: Ear, text: str, key: str = "k1", number: int = 1, **more: Any) -> Outgoing:
    heard = await ear.message(number)
    target: Callable[..., Outgoing] = to_group if heard.chat_id else to_lisi
    return target(text, key, reply_url=heard.reply_url, reply_until=heard.reply_until, **more)


async def test_an_answer_goes_out_as_the_answer_of_its_message(ear: Ear) -> None:
    for number in (1, 2):
        await ear.bot.send(await answering(ear, "已记录 #1", f"k{number}", number), NOON)

    assert [(told.to, told.via, told.kind, told.text) for told in ear.gateway.told] == [
        ("LiSi", "aibot_respond_msg", "stream", "已记录 #1"),
        (GROUP, "aibot_respond_msg", "stream", "已记录 #1"),
    ]
    assert ear.gateway.unexpected == []


async def test_what_answers_nothing_is_written_unasked(ear: Ear) -> None:
    await ear.bot.send(to_lisi("今天 18:00 前请交日报"), NOON)
    await ear.bot.send(to_group("今日到期 3 项", "k2"), NOON)

    assert [(told.to, told.via, told.kind, told.body["chat_type"]) for told in ear.gateway.told] == [
        ("LiSi", "aibot_send_msg", "markdown", 1),
        (GROUP, "aibot_send_msg", "markdown", 2),
    ]


async def test_an_answer_that_comes_too_late_is_written_unasked(ear: Ear) -> None:
    late = NOON + timedelta(hours=24)
    ear.gateway.now = late
    await ear.bot.send(await answering(ear, "迟到的回答"), late)
    assert [told.via for told in ear.gateway.told] == ["aibot_send_msg"]


@pytest.mark.parametrize("code", [846605, 846608])
async def test_an_answer_the_platform_no_longer_takes_is_written_unasked(ear: Ear, code: int) -> None:
    ear.gateway.trouble("aibot_respond_msg", Trouble(code=code))
    await ear.bot.send(await answering(ear, "已记录"), NOON)
    assert [(told.via, told.text) for told in ear.gateway.told] == [("aibot_send_msg", "已记录")]


async def test_an_answer_repeated_after_an_unknown_outcome_shows_once(hasty: Ear) -> None:
    hasty.gateway.trouble("aibot_respond_msg", Trouble(silent=True, accepted=True))
    message = await answering(hasty, "已记录")
    with pytest.raises(SendError):
        await hasty.bot.send(message, NOON)
    await hasty.bot.send(message, NOON)
    assert len(hasty.gateway.told) == 1


async def test_a_handle_of_another_platform_is_no_answer(ear: Ear) -> None:
    for index, handle in enumerate(("https://evil.test/reply", "wecom-card:abc", "")):
        until = NOON + timedelta(hours=1)
        await ear.bot.send(to_lisi("好", f"k{index}", reply_url=handle, reply_until=until), NOON)
    assert {told.via for told in ear.gateway.told} == {"aibot_send_msg"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (-1, Temporary),
        (6000, Temporary),
        (45009, Throttled),
        (45033, Throttled),
        (40008, Rejected),
        (40058, Rejected),
        (44004, Rejected),
        (45002, Rejected),
        (42014, Rejected),
        (42049, Rejected),
        (82004, Rejected),
        (93001, Unreachable),
        (93006, Unreachable),
        (846605, Unreachable),
        (846608, Unreachable),
        (846609, Temporary),
        (853000, Misconfigured),
        (777777, Temporary),
    ],
)
async def test_every_code_has_its_type(ear: Ear, code: int, expected: type[SendError]) -> None:
    ear.gateway.trouble("aibot_send_msg", Trouble(answer={"errcode": code, "errmsg": "see 13912345678"}))
    with pytest.raises(SendError) as caught:
        await ear.bot.send(to_lisi("好"), NOON)
    assert type(caught.value) is expected
    assert caught.value.code == code
    assert "13912345678" not in str(caught.value)


async def test_a_chat_nobody_has_written_in_is_unreachable(ear: Ear) -> None:
    with pytest.raises(Unreachable):
        await ear.bot.send(Outgoing("k1", "person", "WangWu", "在吗"), NOON)


@pytest.mark.parametrize("target", ["@all", "LiSi|WangWu", "wwguest:LiSi", "", "a b", "x" * 65])
async def test_what_is_no_user_id_is_never_written_to(ear: Ear, target: str) -> None:
    with pytest.raises(Unreachable):
        await ear.bot.send(Outgoing("k1", "person", target, "在吗"), NOON)
    assert [frame["cmd"] for frame in ear.gateway.frames] == ["aibot_subscribe"]


async def test_a_guest_can_be_answered(ear: Ear) -> None:
    sender: dict[str, Any] = {"from": {"userid": "LiSi", "corpid": "wwguest"}}
    await ear.gateway.says("LiSi", "在", "m3", **sender)
    heard = await ear.message(3)
    assert heard.user_id == "wwguest:LiSi"
    message = Outgoing("k1", "person", heard.user_id, "好", reply_url=heard.reply_url, reply_until=heard.reply_until)
    await ear.bot.send(message, NOON)
    assert [told.via for told in ear.gateway.told] == ["aibot_respond_msg"]


async def test_nothing_to_say_is_rejected(ear: Ear) -> None:
    with pytest.raises(Rejected):
        await ear.bot.send(to_lisi(" \n "), NOON)


async def test_a_long_text_arrives_whole_in_numbered_parts(ear: Ear) -> None:
    lines = [f"{number}. 承诺第{number}项:给第{number}家客户回电并写下结果" for number in range(1, 900)]
    await ear.bot.send(await answering(ear, "\n".join(lines)), NOON)

    texts = [told.text for told in ear.gateway.told]
    assert len(texts) > 1
    assert [told.via for told in ear.gateway.told] == ["aibot_respond_msg"] + ["aibot_send_msg"] * (len(texts) - 1)
    assert [text.split("\n")[0] for text in texts] == [f"（{n}/{len(texts)}）" for n in range(1, len(texts) + 1)]
    assert [line for text in texts for line in text.split("\n")[1:]] == lines


async def test_a_retry_goes_on_after_the_last_part_that_arrived(ear: Ear) -> None:
    text = "这是很长的一段说明。" * 1800
    ear.gateway.trouble("aibot_send_msg", Trouble(accepted=True))
    ear.gateway.trouble("aibot_send_msg", Trouble(code=45009))
    with pytest.raises(Throttled):
        await ear.bot.send(to_lisi(text), NOON)
    await ear.bot.send(to_lisi(text), NOON)

    numbers = [told.text.split("\n")[0] for told in ear.gateway.told]
    assert numbers == [f"（{n}/{len(numbers)}）" for n in range(1, len(numbers) + 1)]


async def test_thirty_a_minute_are_kept_without_asking(ear: Ear) -> None:
    for number in range(30):
        await ear.bot.send(to_lisi("好", f"k{number}"), NOON)
    with pytest.raises(Throttled) as caught:
        await ear.bot.send(to_lisi("好", "k31"), NOON)
    assert caught.value.retry_after == 60
    assert len(ear.gateway.told) == 30
    await ear.bot.send(to_group("好", "g1"), NOON)


# --- markdown ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "规格 3*5*8,共 *两* 箱",
        "[点这里](https://evil.test/pay)",
        "![图](https://evil.test/x.png)",
        "[a]: https://evil.test",
        "<script>alert(1)</script> 3<5",
        "<@WangWu> 请假",
        "# 大标题\n第二行",
        "> 引用\n---\n`代码` ~~删~~",
        "标题\n===",
    ],
)
async def test_somebodys_words_stay_words(ear: Ear, text: str) -> None:
    await ear.bot.send(to_lisi(text), NOON)
    shown = ear.gateway.told[0].text
    assert not any(mark in shown for mark in ("*", "](", "]:", "<s", "<@", "</", "`", "~~", "\n---", "\n==="))
    assert not shown.startswith(("# ", "> "))
    assert len(shown.split("\n")) == len(text.split("\n"))


async def test_lines_stay_lines(ear: Ear) -> None:
    await ear.bot.send(to_lisi("已记录 #12\n给青禾寄样\n\n周五 17:00"), NOON)
    assert ear.gateway.told[0].body["markdown"]["content"] == "已记录 #12  \n给青禾寄样\n\n周五 17:00"


# --- cards ------------------------------------------------------------------------------------------------------------

NUDGE = "#12 今天 17:00 到期\n给青禾食品寄样品"
BUTTONS = (Action("完成", "完成 12"), Action("延到明天", "延期 12 明天"))


async def test_a_message_with_actions_is_a_card_with_its_whole_text(ear: Ear) -> None:
    await ear.bot.send(to_lisi(NUDGE, actions=BUTTONS), NOON)
    (told,) = ear.gateway.told
    card = told.body["template_card"]
    assert told.kind == "template_card"
    assert (card["main_title"]["title"], card["sub_title_text"]) == tuple(NUDGE.split("\n"))
    assert [button["text"] for button in card["button_list"]] == ["完成", "延到明天"]
    says = [found.says for button in card["button_list"] if (found := pressed(button["key"]))]
    assert says == ["完成 12", "延期 12 明天"]


async def test_a_question_is_answered_with_a_card(ear: Ear) -> None:
    await ear.bot.send(await answering(ear, "哪一家?", actions=(Action("青禾", "1"), Action("青和", "2"))), NOON)
    assert [(told.via, told.kind) for told in ear.gateway.told] == [("aibot_respond_msg", "template_card")]


@pytest.mark.parametrize("code", [42014, 42049, 40058, 43012])
async def test_a_card_that_is_refused_goes_out_as_text(ear: Ear, code: int) -> None:
    ear.gateway.trouble("aibot_send_msg", Trouble(code=code))
    await ear.bot.send(to_lisi(NUDGE, actions=BUTTONS), NOON)
    assert [(told.kind, told.text) for told in ear.gateway.told] == [("markdown", NUDGE)]


@pytest.mark.parametrize(
    "message",
    [
        to_lisi("很长的说明。" * 30, actions=BUTTONS),
        to_lisi(NUDGE, actions=tuple(Action(str(n), f"完成 {n}") for n in range(7))),
        to_lisi(NUDGE, actions=(Action("很长的一个按钮上的字很长的一个按钮上的字很长", "完成 12"),)),
        to_lisi(NUDGE, actions=(Action("完成", "完成 12 " + "说明" * 300),)),
    ],
)
async def test_what_a_card_cannot_hold_goes_out_as_text(ear: Ear, message: Outgoing) -> None:
    await ear.bot.send(message, NOON)
    assert [(told.kind, told.text) for told in ear.gateway.told] == [("markdown", message.text)]


async def test_another_failure_of_a_card_is_no_reason_for_text(ear: Ear) -> None:
    ear.gateway.trouble("aibot_send_msg", Trouble(code=45009))
    with pytest.raises(Throttled):
        await ear.bot.send(to_lisi(NUDGE, actions=BUTTONS), NOON)
    assert ear.gateway.told == []


async def test_a_pressed_button_is_said_and_its_card_settled(ear: Ear) -> None:
    await ear.bot.send(to_lisi(NUDGE, actions=BUTTONS), NOON)
    card = ear.gateway.told[0].body["template_card"]
    await ear.gateway.presses("LiSi", card["button_list"][0]["key"], card["task_id"], "m9")

    said = await ear.message(3)
    assert (said.text, said.user_id, said.message_id, said.reply_url) == ("完成 12", "LiSi", "m9", None)
    await ear.gateway.until(lambda: ear.gateway.updated)
    (settled,) = ear.gateway.updated
    assert settled["task_id"] == card["task_id"]
    assert settled["main_title"]["title"] == "#12 今天 17:00 到期"
    (button,) = settled["button_list"]
    assert (button["text"], pressed(button["key"])) == ("已处理", None)


async def test_a_card_is_not_settled_before_the_store_has_what_it_says(ear: Ear) -> None:
    await ear.bot.send(to_lisi(NUDGE, actions=BUTTONS), NOON)
    card = ear.gateway.told[0].body["template_card"]
    ear.broken = True
    await ear.gateway.presses("LiSi", card["button_list"][0]["key"], card["task_id"], "m9")
    await ear.pauses.begun(1.0)
    assert ear.gateway.updated == []
    ear.broken = False
    await ear.pauses.over(1.0)
    await ear.gateway.until(lambda: ear.gateway.updated)


async def test_a_card_that_cannot_be_settled_is_no_harm(ear: Ear) -> None:
    await ear.bot.send(to_lisi(NUDGE, actions=BUTTONS), NOON)
    card = ear.gateway.told[0].body["template_card"]
    ear.gateway.trouble("aibot_respond_update_msg", Trouble(code=846605))
    await ear.gateway.presses("LiSi", card["button_list"][0]["key"], card["task_id"], "m9")
    assert (await ear.message(3)).text == "完成 12"
    await ear.gateway.says("LiSi", "再说一句", "m10")
    assert (await ear.message(4)).text == "再说一句"


@pytest.mark.parametrize("key", ["", "cmt:12:done", "yn1.0.", "yn1.0.!!!", "yn1-settled", "yn1.0.W10", "x" * 2000])
async def test_a_button_that_is_not_ours_says_nothing(ear: Ear, key: str) -> None:
    await ear.gateway.presses("LiSi", key, "t", "m9")
    await ear.gateway.enters("LiSi", "m10")
    await ear.gateway.says("LiSi", "再说一句", "m11")
    assert (await ear.message(3)).text == "再说一句"


# --- groups -----------------------------------------------------------------------------------------------------------


async def test_who_is_mentioned_in_a_named_group_is_told_by_its_push_robot(ear: Ear, wecom: FakeWecom) -> None:
    mentions = (("lisi", "李四"), (None, "外部"))
    receipt = await ear.bot.send(to_group("@李四 今天到期", push_chat_name="华东一组", mentions=mentions), NOON)
    (sent,) = wecom.sent
    assert (sent.to, sent.text, sent.mentioned) == ("华东一组", "@李四 今天到期", ("lisi",))
    assert receipt.channel == "webhook"
    assert ear.gateway.told == []


@pytest.mark.parametrize(
    "more",
    [
        {"push_chat_name": "华东一组"},
        {"push_chat_name": "华东一组", "mentions": ((None, "外部"),)},
        {"push_chat_name": "没有机器人的群", "mentions": (("lisi", "李四"),)},
        {"push_chat_name": None, "mentions": (("lisi", "李四"),)},
    ],
)
async def test_otherwise_the_bot_speaks_itself(ear: Ear, wecom: FakeWecom, more: dict[str, Any]) -> None:
    await ear.bot.send(to_group("今日到期 3 项", **more), NOON)
    assert [told.to for told in ear.gateway.told] == [GROUP]
    assert wecom.sent == []


async def test_an_answer_in_a_group_comes_from_the_bot(ear: Ear, wecom: FakeWecom) -> None:
    message = await answering(ear, "已记录", number=2, push_chat_name="华东一组", mentions=(("lisi", "李四"),))
    await ear.bot.send(message, NOON)
    assert [told.via for told in ear.gateway.told] == ["aibot_respond_msg"]
    assert wecom.sent == []


@pytest.mark.parametrize("code", [93000, 93004, 93008])
async def test_a_push_robot_that_is_gone_is_replaced_by_the_bot(
    ear: Ear, wecom: FakeWecom, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    wecom.fail("/cgi-bin/webhook/send", Fault(body={"errcode": code, "errmsg": "gone"}))
    await ear.bot.send(to_group("@李四 到期", push_chat_name="旧群", mentions=(("lisi", "李四"),)), NOON)
    assert [told.text for told in ear.gateway.told] == ["@李四 到期"]
    assert "WECOM_GROUP_KEYS" in caplog.text
    assert "gone-key-7" not in caplog.text


async def test_a_push_robot_is_held_to_twenty_a_minute(ear: Ear, wecom: FakeWecom) -> None:
    def nudge(key: str) -> Outgoing:
        return to_group("@李四 到期", key, push_chat_name="华东一组", mentions=(("lisi", "李四"),))

    for number in range(20):
        await ear.bot.send(nudge(f"k{number}"), NOON)
    with pytest.raises(Throttled):
        await ear.bot.send(nudge("k20"), NOON)
    assert len(wecom.sent) == 20
    await ear.bot.send(nudge("k20"), NOON + timedelta(seconds=60))


async def test_a_busy_push_robot_is_waited_for(ear: Ear, wecom: FakeWecom) -> None:
    wecom.fail("/cgi-bin/webhook/send", Fault(body={"errcode": 45009, "errmsg": "busy"}))
    with pytest.raises(Throttled):
        await ear.bot.send(to_group("到期", push_chat_name="华东一组", mentions=(("lisi", "李四"),)), NOON)
    assert ear.gateway.told == []


# --- files ------------------------------------------------------------------------------------------------------------


def made(content: bytes) -> Callable[[], Awaitable[bytes]]:
    async def load() -> bytes:
        return content

    return load


@pytest.mark.parametrize("first_piece", [0, 1])
@pytest.mark.parametrize("size", [6, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
async def test_a_file_goes_up_in_pieces_however_they_are_counted(ear: Ear, first_piece: int, size: int) -> None:
    ear.gateway.first_piece = first_piece
    content = bytes(number % 251 for number in range(size))
    await ear.bot.send(to_lisi("请查收", files=(OutFile("日报-小邹.pdf", made(content)),)), NOON)

    assert [(told.kind, told.text, told.file, told.content == content) for told in ear.gateway.told] == [
        ("markdown", "请查收", "", False),
        ("file", "", "日报-小邹.pdf", True),
    ]


async def test_a_picture_is_shown_as_a_picture(ear: Ear) -> None:
    await ear.bot.send(to_group("", files=(OutFile("看板.PNG", made(b"\x89PNG....")),)), NOON)
    assert [(told.to, told.kind, told.file) for told in ear.gateway.told] == [(GROUP, "image", "看板.PNG")]


async def test_a_piece_without_an_answer_is_sent_again(hasty: Ear) -> None:
    hasty.gateway.trouble("aibot_upload_media_chunk", Trouble(silent=True))
    await hasty.bot.send(to_lisi("", files=(OutFile("a.pdf", made(b"%PDF-1.7")),)), NOON)
    assert [told.content for told in hasty.gateway.told] == [b"%PDF-1.7"]


@pytest.mark.parametrize("cmd", ["aibot_upload_media_init", "aibot_upload_media_finish"])
async def test_an_upload_without_an_answer_is_temporary_since_nobody_saw_anything(hasty: Ear, cmd: str) -> None:
    hasty.gateway.trouble(cmd, Trouble(silent=True, accepted=True))
    message = to_lisi("请查收", files=(OutFile("a.pdf", made(b"%PDF-1.7")),))
    with pytest.raises(SendError) as caught:
        await hasty.bot.send(message, NOON)
    assert type(caught.value) is Temporary
    await hasty.bot.send(message, NOON)
    assert [told.text or told.file for told in hasty.gateway.told] == ["请查收", "a.pdf"]


@pytest.mark.parametrize("size", [0, (20 << 20) + 1])
async def test_a_file_of_an_impossible_size_is_rejected(ear: Ear, size: int) -> None:
    with pytest.raises(Rejected):
        await ear.bot.send(to_lisi("", files=(OutFile("表.xlsx", made(b"x" * size)),)), NOON)


# --- what comes in ----------------------------------------------------------------------------------------------------


async def test_a_picture_is_fetched_and_decrypted(ear: Ear) -> None:
    for size in (1, 31, 32, 33, 5000):
        content = b"\xff\xd8" + b"p" * size
        body: dict[str, Any] = {"msgtype": "image", "image": ear.gateway.encrypted(f"p{size}", content)}
        await ear.gateway.says("LiSi", "", f"p{size}", **body)
        (picture,) = (await ear.message(len(ear.heard) + 1)).attachments
        assert picture.kind == "image"
        assert picture.ref is not None
        assert (await ear.bot.fetch(picture.ref, NOON, 5002)).content == content


async def test_a_picture_whose_address_is_over_is_unreachable(ear: Ear) -> None:
    body: dict[str, Any] = {"msgtype": "file", "file": ear.gateway.encrypted("f1", b"content")}
    await ear.gateway.says("LiSi", "", "f1", **body)
    (file,) = (await ear.message(3)).attachments
    assert file.ref is not None
    ear.gateway.now += timedelta(minutes=5)
    with pytest.raises(Unreachable):
        await ear.bot.fetch(file.ref, NOON, 1000)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x",
        "https://evil.test/x",
        "https://qq.com.evil.test/x",
        "https://evilqq.com/x",
        "https://user@ww-aibot.myqcloud.com/x",
        "http://ww-aibot.myqcloud.com/x",
        "https://ww-aibot.myqcloud.com:8443/x",
        "file:///etc/passwd",
        "//x",
        "https://[::1",
        "",
    ],
)
async def test_a_picture_elsewhere_is_never_fetched(ear: Ear, url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await ear.gateway.says("LiSi", "", "p1", msgtype="image", image={"url": url, "aeskey": "k"})
    (picture,) = (await ear.message(3)).attachments
    with pytest.raises(Rejected):
        await ear.bot.fetch(picture.ref or "", NOON, 1000)


@pytest.mark.parametrize("key", ["", "short", "!" * 43, "A" * 43])
async def test_a_picture_with_a_wrong_key_is_rejected(ear: Ear, key: str) -> None:
    body = ear.gateway.encrypted("p1", b"content") | {"aeskey": key}
    await ear.gateway.says("LiSi", "", "p1", msgtype="image", image=body)
    (picture,) = (await ear.message(3)).attachments
    assert picture.ref is not None
    with pytest.raises(Rejected):
        await ear.bot.fetch(picture.ref, NOON, 1000)
