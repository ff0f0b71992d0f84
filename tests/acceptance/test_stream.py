"""The road of DingTalk's Stream mode: a frame in, committed, acknowledged, handled, and the answer out over HTTP."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.platforms.dingtalk_stream import DRAIN_SECONDS, STORE_AGAIN_SECONDS
from storage import sqlite
from tests.acceptance.world import World, turns, world
from tests.fakes.dingtalk_gateway import Link
from tests.fakes.server import NOON

WORDS = "【承诺】给青禾食品寄样品 今天下午5点"


@pytest.fixture
def scene() -> dict[str, Any]:
    return {"dingtalk_mode": "stream"}


async def standing(here: World, number: int = 1) -> Link:
    """The `number`th connection, once the bot reads from it too."""
    link = await here.dingtalk.link(number)
    await link.ping()
    return link


async def code(link: Link, frame: str) -> int:
    answer: int = (await link.ack(frame))["code"]
    return answer


async def test_a_frame_is_stored_acknowledged_and_answered(here: World) -> None:
    link = await standing(here)
    assert await code(link, await link.say("0101", WORDS, "s1")) == 200
    assert await here.stored() == ["s1"]
    assert here.dingtalk.sent == []

    await here.settle()
    (sent,) = here.dingtalk.sent
    assert (sent.to, sent.via) == ("0101", "session")
    assert "#1" in sent.text
    status, told = await here.get("/readyz")
    assert (status, "dingtalk listening" in told) == (200, True)


async def test_in_a_group_who_is_meant_is_named(here: World) -> None:
    link = await standing(here)
    group: dict[str, Any] = {
        "conversationType": "2",
        "conversationId": "cidSouth==",
        "conversationTitle": "华东销售群",
        "atUsers": [{"dingtalkId": "$:LWCP_v1:$robot"}, {"dingtalkId": "x", "staffId": "0101"}],
    }
    assert await code(link, await link.say("0102", WORDS, "s1", **group)) == 200
    await here.settle()
    (sent,) = here.dingtalk.sent
    assert (sent.to, sent.via, sent.at) == ("cidSouth==", "session", ("0101",))


async def test_a_button_of_a_reminder_says_its_words(here: World) -> None:
    link = await standing(here)
    await code(link, await link.say("0101", WORDS, "s1"))
    await here.settle()
    here.dingtalk.sent.clear()
    here.set(NOON + timedelta(hours=3, minutes=5))
    await here.tick()
    (card,) = here.dingtalk.sent
    assert card.via == "private"
    assert "#1" in card.text

    here.dingtalk.sent.clear()
    link = here.dingtalk.links[-1]
    await code(link, await link.say("0101", card.tap("完成"), "s2"))
    await here.settle()
    (done,) = here.dingtalk.sent
    assert "#1" in done.text
    here.set(NOON + timedelta(days=2))
    await here.tick()
    assert "#1" not in "".join(sent.text for sent in here.dingtalk.sent[1:])


async def test_the_callback_over_http_has_no_route(lite: World) -> None:
    assert (await lite.dingtalk_says("0101", "我的承诺", "s1"))[0] == 404


async def test_the_acknowledgement_waits_for_the_commit(here: World) -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()
    write = here.app.store.write

    async def slow(work: Any, lane: Any = "work") -> Any:
        entered.set()
        await go_on.wait()
        return await write(work, lane)

    link = await standing(here)
    setattr(here.app.store, "write", slow)  # noqa: B010
    frame = await link.say("0101", WORDS, "s1")
    await entered.wait()
    await turns()
    assert await link.ping()
    assert not link.acked(frame)

    go_on.set()
    assert await code(link, frame) == 200
    assert await here.stored() == ["s1"]


async def test_a_frame_that_comes_again_is_acknowledged_and_answered_once(here: World) -> None:
    link = await standing(here)
    frames = [await link.say("0101", WORDS, "s1") for _ in range(4)]
    assert [await code(link, frame) for frame in frames] == [200] * 4
    await here.settle()
    assert await code(link, await link.say("0101", WORDS, "s1")) == 200
    await here.settle()

    assert await here.stored() == ["s1"]
    assert len(here.dingtalk.sent) == len(await here.said()) == 1


async def test_a_connection_that_breaks_in_the_middle_loses_and_doubles_nothing(here: World) -> None:
    link = await standing(here)
    await link.say("0101", WORDS, "s1")
    link.reset()
    await here.pauses.over(2.0)
    second = await standing(here, 2)
    assert await code(second, await second.say("0101", WORDS, "s1")) == 200
    assert await code(second, await second.say("0101", "我的承诺", "s2")) == 200
    await here.settle()

    assert await here.stored() == ["s1", "s2"]
    assert [row.state for row in await here.said()] == ["sent", "sent"]


async def test_an_announced_end_loses_nothing(here: World) -> None:
    link = await standing(here)
    here.shift(timedelta(minutes=30))
    last = await link.say("0101", WORDS, "s1")
    await link.announce_end()
    second = await standing(here, 2)
    first = await second.say("0101", "我的承诺", "s2")
    assert [await code(link, last), await code(second, first)] == [200, 200]
    await here.pauses.over(DRAIN_SECONDS)
    await link.gone()
    await here.settle()

    assert sorted(await here.stored()) == ["s1", "s2"]
    assert [row.state for row in await here.said()] == ["sent", "sent"]


async def test_what_the_database_cannot_take_is_not_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    async with world(f"sqlite:///{tmp_path / 'yinuo.db'}", dingtalk_mode="stream") as here:
        link = await standing(here)
        other = sqlite3.connect(tmp_path / "yinuo.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        frame = await link.say("0101", WORDS, "s1")
        await here.pauses.begun(STORE_AGAIN_SECONDS[0])
        assert await link.ping()
        assert not link.acked(frame)
        assert await here.stored() == []

        other.execute("ROLLBACK")
        other.close()
        await here.pauses.over(STORE_AGAIN_SECONDS[0])
        assert await code(link, frame) == 200
        await here.settle()
        assert await here.stored() == ["s1"]
        assert len(here.dingtalk.sent) == 1


async def test_a_robot_is_heard_in_either_mode_unless_one_is_set(tmp_path: Path) -> None:
    async with world(f"sqlite:///{tmp_path / 'yinuo.db'}", dingtalk_mode="auto") as here:
        link = await standing(here)
        assert await code(link, await link.say("0101", WORDS, "s1")) == 200
        assert (await here.dingtalk_says("0101", "我的承诺", "s2"))[0] == 200
        # The same message by both roads is one.
        assert (await here.dingtalk_says("0101", WORDS, "s1"))[0] == 200
        await here.settle()
        assert await here.stored() == ["s1", "s2"]
        assert len(here.dingtalk.sent) == 2


async def test_a_robot_that_is_called_back_is_ready_without_its_connection(tmp_path: Path) -> None:
    async with world(f"sqlite:///{tmp_path / 'yinuo.db'}", dingtalk_mode="auto") as here:
        await standing(here)
        here.app.platforms["dingtalk"].listening = False  # type: ignore[attr-defined]
        status, told = await here.get("/readyz")
        assert (status, "dingtalk connecting" in told) == (200, True)
