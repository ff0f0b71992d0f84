"""What a stranger, a captured request or a hostile platform may try on any road in, and what must never be told."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot import dead
from bot.server import MAX_BODY
from storage.tables import Commitment
from tests.acceptance.world import World, turns, world
from tests.fakes import dingtalk as fake_dingtalk
from tests.fakes import wecom as fake_wecom
from tests.fakes import wecom_gateway
from tests.fakes.console_site import open_site
from tests.fakes.dingtalk_gateway import CARD
from tests.fakes.hostile import HOSTILE
from tests.fakes.listening import PING
from tests.fakes.server import FakeServer, Fault
from tests.fakes.wecom_bot import AES_KEY, TOKEN, FakeWecomBot
from tests.fakes.wecom_gateway import Trouble
from tests.patience import PATIENCE

PHONE = "13912345678"
MEMBER_PHONE = "13700001234"


@asynccontextmanager
async def callbacks(url: str) -> AsyncIterator[tuple[World, FakeWecomBot]]:
    """A bot that is heard on all three paths."""
    async with FakeWecomBot() as bot:
        keys = {"wecom_bot_token": TOKEN, "wecom_bot_aes_key": AES_KEY}
        async with world(url, wecom_api_base=bot.base_url, **keys) as here:
            yield here, bot


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'yinuo.db'}"


async def states(here: World) -> list[str]:
    return await here.app.store.read(lambda session: list(session.exec(select(Commitment.state))))


async def matters(here: World) -> list[str]:
    return await here.app.store.read(lambda session: list(session.exec(select(Commitment.matter))))


# --- a captured request -----------------------------------------------------------------------------------------------


async def test_a_captured_request_is_good_for_nothing(database_url: str) -> None:
    async with callbacks(database_url) as (here, bot):
        app = here.wecom.text_callback("lisi", "【承诺】寄样 周五", "w1")
        talk = bot.says("LiSi", "【承诺】报价 周五", "b1")
        headers, body = here.dingtalk.headers(), here.dingtalk.text_body("0101", "【承诺】回访 周五", "d1")

        async def send(data: dict[str, Any] = body) -> list[int]:
            raw = json.dumps(data).encode()
            posts = (
                here.post("/wecom/app", app.body, query=app.query),
                here.post("/wecom/bot", talk.body, query=talk.query),
                here.post("/dingtalk/robot", raw, headers=headers),
            )
            return [status for status, _ in [await post for post in posts]]

        assert await send() == [200, 200, 200]
        await here.settle()
        said = len(await here.said())
        here.shift(timedelta(minutes=4))
        assert await send() == [200, 200, 200]
        # DingTalk's signature covers no body: another one under the same message id is no news either.
        assert await send(body | {"text": {"content": "【承诺】请客 周五"}}) == [200, 200, 200]
        await here.settle()
        assert len(await here.said()) == said == 3
        assert sorted(await matters(here)) == ["回访", "寄样", "报价"]
        here.shift(timedelta(minutes=2))
        assert await send() == [403, 403, 403]
        assert len(await here.stored()) == 3


async def test_what_was_signed_cannot_be_changed(url: str) -> None:
    async with callbacks(url) as (here, bot):
        one, other = (here.wecom.text_callback("lisi", text, "w1") for text in ("好", "【承诺】寄样 周五"))
        assert await here.post("/wecom/app", other.body, query=one.query) == (403, b"")
        mine, yours = (bot.says("LiSi", text, "b1") for text in ("好", "【承诺】寄样 周五"))
        assert await here.post("/wecom/bot", yours.body, query=mine.query) == (403, b"")
        # The keys of one road open no other.
        assert await here.post("/wecom/bot", one.body, query=one.query) == (400, b"")
        assert await here.post("/wecom/app", mine.body, query=mine.query) == (400, b"")
        assert await here.stored() == []


# --- who speaks -------------------------------------------------------------------------------------------------------


async def test_a_name_or_a_number_in_a_message_makes_nobody_else(url: str) -> None:
    """Authority comes from the platform's user id alone."""
    async with callbacks(url) as (here, _):
        await here.wecom_says("lisi", "【承诺】寄样 周五", "w1")
        await here.settle()
        # A stranger who calls himself like the supervisor, and says the owner's name and number.
        claims = {"senderNick": "邵晴", "senderId": "lisi", "isAdmin": True}
        await here.dingtalk_says("0666", f"我是邵晴 {MEMBER_PHONE} 取消 1", "d1", **claims)
        await here.dingtalk_says("0666", "取消 1", "d2", **claims)
        await here.dingtalk_says("0666", "完成 1", "d3", **claims)
        # A guest of another corp with a colleague's staff id.
        await here.dingtalk_says("0101", "完成 1", "d4", senderCorpId="dinganother")
        await here.settle()
        assert await states(here) == ["open"]


async def test_a_pressed_button_acts_for_who_pressed_it(url: str) -> None:
    async with world(url, dingtalk_mode="stream") as here:
        link = await here.dingtalk.link()
        await here.wecom_says("lisi", "【承诺】寄样 周五", "w1")
        await here.settle()
        claims: dict[str, Any] = {
            "userName": "邵晴",
            "staffId": "0101",
            "senderStaffId": "0101",
            "mobile": MEMBER_PHONE,
        }
        frames = [
            here.dingtalk.card_press("0666", "完成 1", **claims),
            here.dingtalk.card_press("0666", "取消 1", "card-2", **claims),
            here.dingtalk.card_press("0101", "完成 1", "card-3", corpId="dinganother"),
            here.dingtalk.card_press("", "完成 1", "card-4", **claims),
        ]
        for data in frames:
            await link.ack(await link.push(data, CARD))
        await here.settle()
        assert await states(here) == ["open"]
        # Whose it is may.
        await link.ack(await link.push(here.dingtalk.card_press("0101", "完成 1", "card-5"), CARD))
        await here.settle()
        assert await states(here) == ["done"]


# --- where answers go -------------------------------------------------------------------------------------------------


class Trap(FakeServer):
    """A server that nobody is ever to call."""

    def routes(self) -> list[Any]:
        return []


@pytest.mark.parametrize("road", ["http", "stream"])
async def test_no_hostile_reply_address_is_ever_called(url: str, road: str) -> None:
    async with Trap() as trap, world(url, dingtalk_mode=road) as here:
        own = here.dingtalk.base_url
        at = trap.base_url.removeprefix("http://")
        addresses = [
            *HOSTILE,
            f"http://{at}/robot/sendBySession?session=1",
            f"{own}@{at}/robot/sendBySession?session=1",
            f"{own}/robot/send?access_token=1",
            f"{own}\\@{at}/robot/sendBySession?session=1",
            f"//{at}/robot/sendBySession?session=1",
        ]
        for number, address in enumerate(addresses):
            more = {"sessionWebhook": address}
            if road == "http":
                assert (await here.dingtalk_says("0101", "我的承诺", f"d{number}", **more))[0] == 200
            else:
                link = await here.dingtalk.link()
                assert (await link.ack(await link.say("0101", "我的承诺", f"d{number}", **more)))["code"] == 200
        while {row.state for row in await here.said()} != {"sent"}:
            await here.settle()
        assert trap.calls == []
        assert here.dingtalk.count("/robot/send") == here.dingtalk.count("/robot/sendBySession") == 0
        assert {sent.via for sent in here.dingtalk.sent} == {"private"}


async def test_a_gateway_elsewhere_is_not_connected_to(url: str) -> None:
    async with Trap() as trap, world(url, dingtalk_mode="stream") as here:
        link = await here.dingtalk.link()
        here.dingtalk.endpoint = trap.base_url.replace("http", "ws") + "/connect"
        await link.close()
        await here.pauses.over(2.0)
        async with asyncio.timeout(PATIENCE):
            while here.app.listening.states() != {"dingtalk": "misconfigured"}:
                await turns()
        assert trap.calls == []


# --- what is too much -------------------------------------------------------------------------------------------------


async def test_bodies_that_are_too_large_or_too_deep_are_refused(url: str) -> None:
    async with callbacks(url) as (here, bot):
        assert (await here.post("/wecom/bot", b"x" * (MAX_BODY + 1)))[0] == 413
        # Some are just shallow enough to be read, and too deep to be written again.
        for depth in range(880, 1000, 4):
            nested = "[" * depth + "]" * depth
            made = bot.sealed_text(_with(bot.body("LiSi", ""), nested))
            data = _with(here.dingtalk.text_body("0101", "好", ""), nested).encode()
            answers = {
                await here.post("/wecom/bot", made.body, query=made.query),
                await here.post("/dingtalk/robot", data, headers=here.dingtalk.headers()),
            }
            assert {status for status, _ in answers} <= {200, 400}


def _with(body: dict[str, Any], nested: str) -> str:
    return f'{json.dumps(body)[:-1]}, "more": {nested}}}'


async def test_a_frame_that_is_too_large_ends_one_connection_and_no_more(url: str) -> None:
    async with world(url, platforms=["dingtalk", "wecom_bot"], dingtalk_mode="stream") as here:
        await here.bot.subscribed()
        await here.bot_pauses.begun(PING)
        link = await here.dingtalk.link()
        await link.raw("x" * (2 << 20))
        await here.bot.raw("x" * (2 << 20))
        await here.pauses.over(2.0)
        await here.bot_pauses.over(1.0)
        second = await here.dingtalk.link(2)
        await here.bot.subscribed(2)
        assert (await second.ack(await second.say("0101", "好", "d1")))["code"] == 200
        await here.bot.says("LiSi", "好", "b1")
        async with asyncio.timeout(PATIENCE):
            while len(await here.stored()) < 2:
                await turns()


# --- the console ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "settings", "served"),
    [
        ("0.0.0.0", {}, False),
        ("192.0.2.7", {}, False),
        ("0.0.0.0", {"console_token": "a-long-console-token"}, False),
        ("127.0.0.1", {"public_url": "https://bot.example.com"}, False),
        ("0.0.0.0", {"console": "on", "console_token": "a-long-console-token"}, True),
    ],
    ids=str,
)
async def test_the_console_is_closed_off_loopback(
    tmp_path: Path, host: str, settings: dict[str, Any], served: bool
) -> None:
    async with open_site(tmp_path, host=host, **settings) as site:
        assert site.served is served
        for path in ("/console", "/console/state", "/console/static/console.js", "/console?token=", "/console?token=x"):
            async with site.client.get(site.url(path)) as answer:
                assert (answer.status, await answer.read()) == (404, b"")
        body = {"id": "1", "person": "秦朗", "chat": None, "text": "好"}
        async with site.client.post(site.url("/console/send"), json=body) as answer:
            assert answer.status == 404


async def test_a_cookie_of_any_bytes_opens_nothing_and_breaks_nothing(tmp_path: Path, all_logs: io.StringIO) -> None:
    async with open_site(tmp_path, host="0.0.0.0", console="on", console_token="a-long-console-token") as site:
        for line in (b"Cookie: yinuo_console=\xff\xfe", b'Cookie: yinuo_console="\xed\xa0\x80"', b"Cookie: \x80=\xff"):
            reader, writer = await asyncio.open_connection(site.server.host, site.server.port)
            writer.write(b"GET /console HTTP/1.1\r\nHost: x\r\n" + line + b"\r\n\r\n")
            assert (await reader.readline()).split()[1] == b"404"
            writer.close()
            await writer.wait_closed()
    assert "Traceback" not in all_logs.getvalue()


async def test_half_a_character_typed_breaks_nothing(tmp_path: Path) -> None:
    async with open_site(tmp_path) as site:
        body = b'{"id": "a\\ud800", "person": "\xe7\xa7\xa6\xe6\x9c\x97", "chat": null, "text": "\\ud800\\u0000"}'
        async with site.client.post(
            site.url("/console/send"), data=body, headers={"content-type": "application/json"}
        ) as answer:
            assert (answer.status, await answer.json()) == (200, {"id": "a", "heard": True})


# --- what is never told -----------------------------------------------------------------------------------------------

SECRETS = (
    PHONE,
    MEMBER_PHONE,
    "fake-token",
    "fake+ticket",
    "fake%2Bticket",
    fake_wecom.SECRET,
    fake_wecom.TOKEN,
    fake_wecom.AES_KEY,
    fake_dingtalk.CLIENT_SECRET,
    wecom_gateway.SECRET,
    TOKEN,
    AES_KEY,
    "group-key-5",
    "code-b1",
    "press-code",
    "session=0000",
    "青禾",
)


async def test_no_road_tells_a_secret_or_a_number(url: str, all_logs: io.StringIO) -> None:
    lead = f"【线索】青禾食品 汪经理 {PHONE} 官网 预算30万 上海"
    more = {"dingtalk_mode": "stream", "wecom_group_keys": "华东销售群=group-key-5"}
    async with world(url, platforms=["wecom", "dingtalk", "wecom_bot"], **more) as here:
        await here.bot.subscribed()
        await here.bot_pauses.begun(PING)
        link = await here.dingtalk.link()

        async def by_stream(text: str, message_id: str) -> None:
            await link.ack(await link.say("0101", text, message_id))

        await by_stream(lead, "d1")
        await link.raw('{"headers": {"messageId": "m"}, "type": "CALLBACK", "data": "' + PHONE + '"}')
        await link.ack(await link.push(here.dingtalk.card_press("0101", PHONE), CARD))
        await link.push({"phone": PHONE, "sessionWebhook": "http://x/?session=0000"}, "other/topic")
        await here.bot.says("LiSi", lead, "b1")
        await here.bot.raw('{"cmd": "aibot_msg_callback", "body": {"aibotid": "another", "text": "' + PHONE + '"}}')
        await here.bot.raw(PHONE)
        await here.wecom_says("lisi", lead, "w1")
        key = "yn1.0.x"
        pressed = here.wecom.pressed_callback("lisi", key, "t", "press-code")
        await here.post("/wecom/app", pressed.body, query=pressed.query)
        # Everything the platforms can answer that is not a success, with what must not be repeated in it.
        words = f"bad secret={fake_wecom.SECRET} {PHONE} token=fake-token-1"
        for path in ("/cgi-bin/message/send", "/v1.0/robot/oToMessages/batchSend", "/robot/sendBySession"):
            fake: FakeServer = here.wecom if "cgi" in path else here.dingtalk
            fake.fail(path, Fault(body={"errcode": 99999, "errmsg": words, "code": "strange", "message": words}))
            fake.fail(path, Fault(status=400, body={"code": "contain.x", "message": words}))
            fake.fail(path, Fault(body={"errcode": 90020, "errmsg": words}))
            fake.fail(path, Fault(reset=True))
            fake.fail(path, Fault(status=500, body=f"<html>{words}"))
        for cmd in ("aibot_respond_msg", "aibot_send_msg"):
            here.bot.trouble(cmd, Trouble(answer={"errcode": 99999, "errmsg": words}))
            here.bot.trouble(cmd, Trouble(code=40008))
        for number in range(6):
            await by_stream("我的承诺", f"d1{number}")
            await here.bot.says("LiSi", "我的承诺", f"b1{number}")
            await here.wecom_says("lisi", "我的承诺", f"w1{number}")
            await here.settle()
        here.dingtalk.people.clear()
        here.wecom.people.clear()
        await here.wecom_says("lisi", "我的承诺", "w99")
        await here.settle()
        await here.bot.lose_subscription()
        await here.bot.cut()
        link.reset()
        await here.pauses.over(lambda seconds: seconds == 2.0)
        await here.tick()

        assert any(row.state == "dead" for row in await here.said())
        metrics = (await here.get("/metrics"))[1] + (await here.get("/readyz"))[1]
        errors = "\n".join(row.error for row in await here.said())
    listed = str(await dead.listed(url, 50))
    text = all_logs.getvalue()
    assert "worker.answered" in text
    assert "delivery.failed" in text
    for secret in SECRETS:
        assert secret not in text, secret
        assert secret not in metrics + errors + listed, secret


async def test_by_callbacks_nothing_is_told_either(url: str, all_logs: io.StringIO) -> None:
    async with callbacks(url) as (here, bot):
        made = bot.says("LiSi", f"【线索】青禾食品 汪经理 {PHONE} 官网", "b1")
        await here.post("/wecom/bot", made.body, query=made.query | {"msg_signature": "x"})
        await here.post("/wecom/bot", made.body, query=made.query)
        bot.fail("/cgi-bin/aibot/response", Fault(body={"errcode": 40008, "errmsg": f"{PHONE} response_code=code-b1"}))
        await here.settle()
        bot.fail("/cgi-bin/aibot/response", Fault(reset=True))
        made = bot.says("LiSi", "我的承诺", "b2")
        await here.post("/wecom/bot", made.body, query=made.query)
        await here.settle()
        told = all_logs.getvalue() + (await here.get("/metrics"))[1] + "".join(row.error for row in await here.said())
    assert "server.refused" in told
    for secret in (*SECRETS, "code-b2"):
        assert secret not in told, secret
