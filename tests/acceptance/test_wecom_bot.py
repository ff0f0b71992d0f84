"""The road of the 智能机器人: a frame in, committed, handled, and the answer out by the same connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from storage.store import StoreUnavailable
from storage.tables import Commitment, Identity, Person
from tests.acceptance.world import World, turns, world
from tests.fakes.listening import PING
from tests.fakes.server import NOON
from tests.fakes.wecom_bot import AES_KEY, TOKEN, FakeWecomBot
from tests.fakes.wecom_gateway import Trouble
from tests.patience import PATIENCE

WORDS = "【承诺】给青禾食品寄样品 今天下午5点"
GROUP = "wrEastGroup01"


@pytest.fixture
async def here(database_url: str) -> AsyncIterator[World]:
    async with world(database_url, platforms=["wecom_bot"]) as made:
        await subscribed(made)
        yield made


@pytest.fixture
async def lite(tmp_path: Path) -> AsyncIterator[World]:
    """The same on SQLite alone, for what does not depend on the database."""
    async with world(f"sqlite:///{tmp_path / 'yinuo.db'}", platforms=["wecom_bot"]) as made:
        await subscribed(made)
        yield made


async def subscribed(here: World, times: int = 1) -> None:
    await here.bot.subscribed(times)
    await here.bot_pauses.begun(PING)


async def arrived(here: World, count: int) -> None:
    """Wait until so many messages are stored."""
    async with asyncio.timeout(PATIENCE):
        while len(await here.stored()) < count:
            await turns()


async def hears(here: World, user: str, text: str, msgid: str, chat: str | None = None, **more: Any) -> None:
    """Somebody writes, and it is stored."""
    before = len(await here.stored())
    await here.bot.says(user, text, msgid, chat, **more)
    await arrived(here, before + 1)


async def test_a_message_is_stored_and_answered(here: World) -> None:
    await hears(here, "LiSi", WORDS, "m1")
    assert await here.stored() == ["m1"]
    assert here.bot.told == []

    await here.settle()
    (told,) = here.bot.told
    assert (told.to, told.via) == ("LiSi", "aibot_respond_msg")
    assert "#1" in told.text
    assert "17:00" in told.text
    assert here.bot.unexpected == []
    status, ready = await here.get("/readyz")
    assert (status, "wecom_bot listening" in ready) == (200, True)


async def test_a_bare_command_that_quotes_an_answer_is_said_of_its_record(lite: World) -> None:
    for number, words in enumerate((WORDS, "【承诺】给远帆寄合同 今天下午5点"), 1):
        await hears(lite, "LiSi", words, f"m{number}")
        await lite.settle()
    quote = {"msgtype": "text", "text": {"content": lite.bot.told[0].text}}
    await hears(lite, "LiSi", "完成", "m3", quote=quote)
    await lite.settle()
    assert "#1" in lite.bot.told[-1].text
    assert "#2" not in lite.bot.told[-1].text


async def test_who_is_known_to_the_app_is_known_to_the_bot(here: World) -> None:
    await hears(here, "LiSi", WORDS, "m1")
    await here.settle()

    def identities(session: Any) -> list[tuple[str, str, str]]:
        statement = select(Identity.platform, Identity.user_id, Person.name).join(Person)
        return sorted(session.exec(statement.where(Identity.platform != "dingtalk", Person.name == "邵晴")))

    assert await here.app.store.read(identities) == [("wecom", "lisi", "邵晴"), ("wecom_bot", "LiSi", "邵晴")]
    assert "名册" not in here.bot.told[0].text


async def test_in_a_group_it_hears_and_answers(here: World) -> None:
    await hears(here, "LiSi", f"@一诺 {WORDS}", "m1", GROUP)
    await here.settle()
    assert [(told.to, told.via) for told in here.bot.told] == [(GROUP, "aibot_respond_msg")]


async def test_a_reminder_comes_by_itself(here: World) -> None:
    await hears(here, "LiSi", WORDS, "m1")
    await here.settle()
    here.bot.told.clear()
    here.set(NOON + timedelta(hours=3, minutes=5))
    await here.tick()
    assert [(told.to, told.via) for told in here.bot.told] == [("LiSi", "aibot_send_msg")]


async def test_a_reminder_is_closed_by_its_button(here: World) -> None:
    await hears(here, "LiSi", WORDS, "m1")
    await here.settle()
    here.bot.told.clear()
    here.set(NOON + timedelta(hours=5, minutes=15))
    await here.tick()
    (told,) = here.bot.told
    card = told.body["template_card"]
    assert "青禾食品" in card["main_title"]["title"] + card["sub_title_text"]
    (done,) = [button for button in card["button_list"] if button["text"] == "完成"]

    await here.bot.presses("LiSi", done["key"], card["task_id"], "m2")
    await here.bot.presses("LiSi", done["key"], card["task_id"], "m2")
    await arrived(here, 2)
    await here.bot.until(lambda: here.bot.updated)
    await here.settle()
    assert await here.stored() == ["m1", "m2"]
    answer = here.bot.told[-1]
    assert (answer.to, answer.via, "#1" in answer.text) == ("LiSi", "aibot_send_msg", True)

    def state(session: Any) -> str:
        found: str = session.exec(select(Commitment.state)).one()
        return found

    assert await here.app.store.read(state) == "done"


async def test_a_report_goes_to_the_supervisor_as_a_file(here: World) -> None:
    await hears(here, "WangWu", "我是谁", "m0")
    await hears(here, "LiSi", "日报 今日：拜访青禾食品，谈妥试用 明日：寄样品 问题：交期紧", "m1")
    await here.settle()
    (file,) = [told for told in here.bot.told if told.kind == "file"]
    assert (file.to, file.file) == ("WangWu", "日报-邵晴-2026-03-02.pdf")
    assert file.content.startswith(b"%PDF-")


async def test_the_same_message_again_is_one_message(here: World) -> None:
    await hears(here, "LiSi", WORDS, "m1")
    await here.bot.says("LiSi", WORDS, "m1")
    await hears(here, "LiSi", "我的承诺", "m2")
    await here.settle()
    assert await here.stored() == ["m1", "m2"]
    assert sum(told.text.count("#1") for told in here.bot.told) == 2


async def test_an_answer_whose_connection_breaks_is_said_once_by_the_next(here: World) -> None:
    await hears(here, "LiSi", WORDS, "m1")
    here.bot.trouble("aibot_respond_msg", Trouble(close=True, accepted=True))
    await here.app.worker.drain()
    await here.app.delivery.drain()
    await here.bot_pauses.over(1.0)
    await subscribed(here, 2)
    await here.settle()

    assert len(here.bot.told) == 1
    assert [row.state for row in await here.said()] == ["sent"]


async def test_a_lost_subscription_delays_the_answer_and_loses_nothing(here: World) -> None:
    await hears(here, "LiSi", WORDS, "m1")
    await here.bot.lose_subscription()
    await here.app.worker.drain()
    await here.app.delivery.drain()
    assert here.bot.told == []
    await here.bot_pauses.over(1.0)
    await subscribed(here, 2)
    await here.settle()
    assert len(here.bot.told) == 1


async def test_what_is_to_be_said_waits_while_another_has_the_connection(here: World) -> None:
    await hears(here, "LiSi", WORDS, "m1")
    await here.bot.kick()
    await here.bot_pauses.begun(60.0)
    await here.app.worker.drain()
    await here.app.delivery.drain()
    assert here.bot.told == []
    assert (await here.get("/readyz"))[0] == 503

    await here.bot_pauses.over(60.0)
    await subscribed(here, 2)
    await here.settle()
    assert len(here.bot.told) == 1
    assert (await here.get("/readyz"))[0] == 200


async def test_a_message_the_database_cannot_take_is_kept(lite: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write = lite.app.store.write

    async def away(work: Any, lane: Any = "work") -> Any:
        if lane == "inbox":
            raise StoreUnavailable("away")
        return await write(work, lane)

    monkeypatch.setattr(lite.app.store, "write", away)
    await lite.bot.says("LiSi", WORDS, "m1")
    await lite.bot_pauses.over(1.0)
    await lite.bot_pauses.begun(2.0)
    assert await lite.stored() == []
    monkeypatch.undo()
    await lite.bot_pauses.over(2.0)
    await arrived(lite, 1)
    await lite.settle()
    assert len(lite.bot.told) == 1


async def test_a_nudge_in_a_named_group_comes_from_its_push_robot(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'yinuo.db'}"
    async with world(url, platforms=["wecom_bot"], wecom_group_keys="华东销售群=group-key-5") as here:
        await subscribed(here)
        await hears(here, "WangWu", "@一诺 绑定 华东销售群", "m1", GROUP)
        await hears(here, "LiSi", f"@一诺 {WORDS}", "m2", GROUP)
        await here.settle()
        assert {told.to for told in here.bot.told} == {GROUP}
        here.set(NOON + timedelta(hours=5, minutes=30))
        await here.tick()
        assert [(sent.to, sent.mentioned) for sent in here.wecom.sent] == [("华东销售群", ("LiSi",))]


# --- by callbacks -----------------------------------------------------------------------------------------------------


async def test_by_callbacks_a_message_is_answered_at_its_address(database_url: str) -> None:
    async with FakeWecomBot() as fake:
        more = {"wecom_bot_token": TOKEN, "wecom_bot_aes_key": AES_KEY, "wecom_api_base": fake.base_url}
        async with world(database_url, platforms=[], **more) as here:
            for _ in range(2):
                made = fake.says("LiSi", WORDS, "m1")
                assert await here.post("/wecom/bot", made.body, query=made.query) == (200, b"")
            await here.settle()
            assert await here.stored() == ["m1"]
            (sent,) = fake.answers
            assert sent.to == "m1"
            assert "#1" in sent.text


async def test_by_callbacks_what_is_not_from_wecom_is_refused(tmp_path: Path) -> None:
    async with FakeWecomBot() as fake:
        more = {"wecom_bot_token": TOKEN, "wecom_bot_aes_key": AES_KEY, "wecom_api_base": fake.base_url}
        async with world(f"sqlite:///{tmp_path / 'yinuo.db'}", platforms=[], **more) as here:
            made = fake.says("LiSi", WORDS, "m1")
            assert await here.post("/wecom/bot", b"x" * (256 * 1024 + 1), query=made.query) == (413, b"")
            assert await here.post("/wecom/bot", b"{}", query=made.query) == (400, b"")
            assert await here.post("/wecom/bot", made.body) == (403, b"")
            assert await here.stored() == []


async def test_with_both_roads_set_there_is_no_callback(tmp_path: Path) -> None:
    more = {
        "wecom_bot_token": TOKEN,
        "wecom_bot_aes_key": AES_KEY,
        "wecom_bot_id": "b",
        "wecom_bot_secret": "s",
        "wecom_bot_ws_url": "ws://127.0.0.1:1",
    }
    async with world(f"sqlite:///{tmp_path / 'yinuo.db'}", platforms=["wecom_bot"], **more) as here:
        assert (await here.get("/wecom/bot"))[0] == 404
