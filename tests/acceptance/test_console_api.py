"""The console over HTTP: what it shows, what it takes, whom it turns away, and how it ends."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.console_site import Site, open_site
from tests.patience import PATIENCE

TOKEN = "a-long-console-token"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as opened:
        yield opened


def texts(state: dict[str, Any]) -> list[str]:
    return [message["text"] for message in state["messages"]]


def told(state: dict[str, Any], words: str) -> bool:
    """Has the bot said this here?"""
    return any(message["from"] is None and words in message["text"] for message in state["messages"])


# --- showing and talking ----------------------------------------------------------------------------------------------


async def test_the_page_and_its_parts_are_served_without_inline_scripts(site: Site) -> None:
    assert site.served
    async with site.client.get(site.url("/console")) as answer:
        page = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    assert answer.status == 200
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "<script>" not in page
    assert "style=" not in page
    for name in ("console.css", "console.js", "message.js", "icon.svg"):
        async with site.client.get(site.url(f"/console/static/{name}")) as part:
            assert part.status == 200
    for name in ("console.html", "..%2fconsole.py", "nothing.js"):
        async with site.client.get(site.url(f"/console/static/{name}")) as part:
            assert part.status == 404
            assert await part.read() == b""


async def test_the_state_tells_team_chats_and_time(site: Site) -> None:
    state = await site.state("秦朗")
    assert state["now"] == "2026-11-23T10:00:00+08:00"
    assert [person["name"] for person in state["people"]] == ["秦朗", "易晨", "邵云", "乔安"]
    assert [chat["name"] for chat in state["chats"]] == [None, "晨会群"]
    assert [chat["name"] for chat in (await site.state("乔安"))["chats"]] == [None]
    assert state["can_shift"] is True
    assert state["next"]["at"] > state["now"]


async def test_without_a_person_the_state_is_that_of_a_rep(site: Site) -> None:
    async with site.client.get(site.url("/console/state")) as answer:
        assert (await answer.json())["person"]["name"] == "秦朗"


async def test_what_is_typed_is_answered(site: Site) -> None:
    assert (await site.send("秦朗", "【承诺】给海棠寄样 今天16:00"))["heard"] is True
    state = await site.until(lambda state: told(state, "#1"), "秦朗")
    typed, answer = state["messages"]
    assert (typed["mine"], typed["text"]) == (True, "【承诺】给海棠寄样 今天16:00")
    assert answer["about"] == ["#1"]
    assert answer["kind"] == "reply"
    assert state["next"]["about"] in {"#1", None}
    assert texts(await site.state("易晨")) == []


async def test_the_same_message_twice_is_one(site: Site) -> None:
    await site.send("秦朗", "我的承诺", id="twice")
    await site.until(lambda state: len(state["messages"]) == 2, "秦朗")
    await site.send("秦朗", "我的承诺", id="twice")
    await site.app.worker.drain()
    assert len((await site.state("秦朗"))["messages"]) == 2


async def test_a_group_is_read_by_its_members_and_heard_only_with_the_mention(site: Site) -> None:
    assert (await site.send("秦朗", "大家早", "晨会群"))["heard"] is False
    assert (await site.send("秦朗", "@一诺 【承诺】给海棠报价 周三", "晨会群"))["heard"] is True
    state = await site.until(lambda state: told(state, "#1"), "易晨", "晨会群")
    assert texts(state)[0] == "【承诺】给海棠报价 周三"
    assert state["messages"][0]["to_bot"] is True
    assert state["messages"][0]["mine"] is False
    assert (await site.state("乔安", "晨会群"))["chat"] is None


async def test_an_attachment_travels_by_name_and_kind(site: Site) -> None:
    await site.send("秦朗", "【拜访】海棠 看样机", attachments=[{"kind": "image", "name": "签到.jpg"}])
    state = await site.until(lambda state: len(state["messages"]) >= 2, "秦朗")
    assert state["messages"][0]["attachments"] == [{"kind": "image", "name": "签到.jpg"}]


async def test_somebody_unknown_can_speak_and_is_answered(site: Site) -> None:
    assert (await site.state("新来的"))["messages"] == []
    await site.send("新来的", "帮助")
    state = await site.until(lambda state: len(state["messages"]) == 2, "新来的")
    assert state["person"]["name"] == "新来的"


async def test_a_report_reaches_the_supervisor_as_a_pdf(site: Site) -> None:
    await site.send("秦朗", "日报 今日：拜访海棠\n明日：给海棠报价")
    state = await site.until(lambda state: any(message.get("files") for message in state["messages"]), "邵云")
    (file,) = next(message["files"] for message in state["messages"] if message.get("files"))
    assert file["name"].endswith(".pdf")
    async with site.client.get(site.url(file["url"])) as answer:
        assert answer.content_type == "application/pdf"
        assert answer.headers["Content-Disposition"].startswith("inline;")
        assert (await answer.read()).startswith(b"%PDF")
    for wrong in ("/console/file/999999/0", f"{file['url']}9", "/console/file/x/0", "/console/file/²/0"):
        async with site.client.get(site.url(wrong)) as answer:
            assert answer.status == 404


# --- the clock --------------------------------------------------------------------------------------------------------


async def move(site: Site, **body: Any) -> tuple[int, Any]:
    async with site.client.post(site.url("/console/clock"), json=body) as answer:
        raw = await answer.read()
        return answer.status, json.loads(raw) if raw else None


async def test_moving_the_clock_brings_the_reminder(site: Site) -> None:
    await site.send("秦朗", "【承诺】给海棠寄样 今天16:00")
    await site.until(lambda state: told(state, "#1"), "秦朗")
    status, moved = await move(site, to="next")
    assert status == 200
    assert moved["now"].startswith("2026-11-23T14:00")
    assert moved["said"] == [{"chat": None, "person": "秦朗"}]
    state = await site.until(lambda state: len(state["messages"]) == 3, "秦朗")
    assert state["messages"][-1]["kind"] == "reminder"
    assert state["messages"][-1]["title"] == "承诺"
    status, moved = await move(site, minutes=130)
    assert moved["now"].startswith("2026-11-23T16:10")
    state = await site.until(lambda state: len(state["messages"]) == 4, "秦朗")
    assert state["messages"][-1]["kind"] == "overdue"


async def test_the_clock_goes_to_a_time_of_tomorrow(site: Site) -> None:
    status, moved = await move(site, to="tomorrow 8:40")
    assert (status, moved["now"]) == (200, "2026-11-24T08:40:00+08:00")


async def test_a_move_that_is_none_is_refused(site: Site) -> None:
    for body in (
        {},
        {"minutes": 0},
        {"minutes": -5},
        {"minutes": 10**9},
        {"minutes": True},
        {"minutes": "5"},
        {"to": "yesterday"},
        {"to": "tomorrow 25:00"},
    ):
        assert await move(site, **body) == (400, None), body
    assert (await site.state("秦朗"))["now"] == "2026-11-23T10:00:00+08:00"


async def test_with_a_real_platform_the_clock_stays(tmp_path: Path) -> None:
    async with open_site(tmp_path, dingtalk_client_id="an-app") as site:
        status, refused = await move(site, minutes=10)
        assert status == 409
        assert "不能" in refused["error"]
        state = await site.state("秦朗")
        assert (state["can_shift"], state["now"]) == (False, "2026-11-23T10:00:00+08:00")


# --- strangers --------------------------------------------------------------------------------------------------------


STRANGERS = (
    {"Host": "bot.example.com"},
    {"Host": "127.0.0.1.example.com:8080"},
    {"Host": "[::1"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"Forwarded": "for=127.0.0.1"},
    {"Via": "1.1 somewhere"},
)


async def test_a_stranger_meets_nothing(site: Site) -> None:
    for headers in STRANGERS:
        for path in ("/console", "/console/", "/console/state", "/console/events", "/console/static/console.js"):
            async with site.client.get(site.url(path), headers=headers) as answer:
                assert (answer.status, await answer.read()) == (404, b""), headers
        for path in ("/console/send", "/console/clock"):
            body = {"id": "1", "person": "秦朗", "text": "帮助", "minutes": 60}
            async with site.client.post(site.url(path), json=body, headers=headers) as answer:
                assert (answer.status, await answer.read()) == (404, b""), headers
    state = await site.state("秦朗")
    assert (state["messages"], state["now"]) == ([], "2026-11-23T10:00:00+08:00")


async def test_a_proxy_that_tells_nothing_of_itself_is_not_let_in(site: Site) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.server.port)
    writer.write(b"GET /console/state HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.0 404")


async def test_another_page_cannot_post(site: Site) -> None:
    body = {"id": "1", "person": "秦朗", "chat": None, "text": "帮助"}
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1", "file://", "http://[::1"):
        async with site.client.post(site.url("/console/send"), json=body, headers={"Origin": origin}) as answer:
            assert answer.status == 403, origin
    assert (await site.state("秦朗"))["messages"] == []


async def test_the_page_itself_can_post(site: Site) -> None:
    origin = f"http://127.0.0.1:{site.server.port}"
    body = {"id": "1", "person": "秦朗", "chat": None, "text": "帮助"}
    async with site.client.post(site.url("/console/send"), json=body, headers={"Origin": origin}) as answer:
        assert answer.status == 200


async def test_only_json_is_taken(site: Site) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        async with site.client.post(
            site.url("/console/send"),
            data=b'{"id":"1","person":"x","text":"y"}',
            headers={"Content-Type": content_type},
        ) as answer:
            assert answer.status == 415
    for broken in (b"{", b"[]", b'{"id":"1"}', b'{"id":"1","person":"x","text":1}', b"\xff"):
        async with site.client.post(
            site.url("/console/send"), data=broken, headers={"Content-Type": "application/json"}
        ) as answer:
            assert (answer.status, await answer.read()) == (400, b"")


@pytest.mark.parametrize(
    ("host", "settings"),
    [
        ("127.0.0.1", {"console": "off"}),
        ("127.0.0.1", {"console": "off", "console_token": TOKEN}),
        ("0.0.0.0", {}),
        ("192.168.1.5", {"console_token": TOKEN}),
        ("127.0.0.1", {"public_url": "https://bot.example.com"}),
    ],
)
async def test_where_nobody_may_open_it_there_is_no_page(tmp_path: Path, host: str, settings: dict[str, Any]) -> None:
    async with open_site(tmp_path, host=host, **settings) as site:
        assert not site.served
        for path in ("/console", f"/console?token={TOKEN}", "/console?token=", "/console/state"):
            async with site.client.get(site.url(path)) as answer:
                assert (answer.status, await answer.read()) == (404, b"")


async def test_the_token_opens_the_page_once_and_a_cookie_from_then_on(tmp_path: Path) -> None:
    async with open_site(tmp_path, host="0.0.0.0", console="on", console_token=TOKEN) as site:
        assert site.served
        for path in (
            "/console",
            "/console?token=wrong",
            "/console?token=",
            "/console/state",
            f"/console/state?token={TOKEN}",
        ):
            async with site.client.get(site.url(path)) as answer:
                assert (answer.status, await answer.read()) == (404, b"")
        proxied = {"Host": "bot.example.com", "X-Forwarded-For": "203.0.113.9"}
        async with site.client.get(site.url(f"/console?token={TOKEN}"), headers=proxied) as answer:
            assert answer.status == 200
            cookie = answer.cookies["yinuo_console"]
        assert cookie["httponly"] is True
        assert cookie["samesite"] == "Strict"
        assert TOKEN not in cookie.value
        given = proxied | {"Cookie": f"yinuo_console={cookie.value}"}
        async with site.client.get(site.url("/console/state"), headers=given) as answer:
            assert answer.status == 200
        forged = proxied | {"Cookie": f"yinuo_console={'0' * len(cookie.value)}"}
        site.client.cookie_jar.clear()
        async with site.client.get(site.url("/console/state"), headers=forged) as answer:
            assert answer.status == 404


# --- what is new ------------------------------------------------------------------------------------------------------


async def test_the_stream_tells_of_news_and_ends_with_the_server(site: Site) -> None:
    async with asyncio.timeout(PATIENCE), site.client.get(site.url("/console/events")) as stream:
        assert stream.content_type == "text/event-stream"
        assert await stream.content.readline() == b"retry: 1000\n"
        await site.send("秦朗", "帮助")
        while (line := await stream.content.readline()) != b"event: changed\n":
            assert line
        await site.until(lambda state: len(state["messages"]) == 2, "秦朗")
        closing = asyncio.create_task(site.server.close())
        while not stream.content.at_eof():
            await stream.content.read(1024)
        await closing
    assert site.app.listeners == set()


async def test_a_page_that_goes_away_is_forgotten(site: Site) -> None:
    async with site.client.get(site.url("/console/events")) as stream:
        await stream.content.readline()
        assert len(site.app.listeners) == 1
        stream.close()
    async with asyncio.timeout(PATIENCE):
        for count in itertools.count():
            if not site.app.listeners:
                break
            # The server learns that a page is gone when it next writes to it.
            await site.send("秦朗", "帮助", id=f"nudge-{count}")
