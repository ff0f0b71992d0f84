"""What people send with a record, on the whole road: heard, committed, fetched from the platform, kept as a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.media_files import folder_of
from storage import events, media, quota
from storage.tables import Contact
from tests.acceptance.sending import DIGEST, PHOTO, SHEET, fetched, files, kept, living, rows, visited, wecom_sends
from tests.acceptance.world import World, settings_for, turns
from tests.fakes.dingtalk import DOWNLOAD, FILE
from tests.fakes.listening import PING
from tests.fakes.wecom import MEDIA
from tests.patience import PATIENCE

# --- the road of each platform ----------------------------------------------------------------------------------------


async def test_wecom_a_photo_and_then_its_promise(here: World) -> None:
    await here.wecom_says("lisi", "【承诺】给青禾食品寄样品 今天下午5点", "w1")
    await here.settle()
    await wecom_sends(here, PHOTO, "w2")
    await here.settle()
    assert await rows(here) == []
    assert "1 个附件" in here.wecom.sent[-1].text

    await here.wecom_says("lisi", "完成 1", "w3")
    assert await fetched(here) == ["kept"]

    assert "附了 1 份凭证" in here.wecom.sent[-1].text
    (row,) = await rows(here)
    assert (row.number, row.platform, row.sha256, row.size) == (1, "wecom", DIGEST, len(PHOTO))
    assert (row.content_type, row.path) == ("image/jpeg", f"{DIGEST[:2]}/{DIGEST}.jpg")
    assert files(here) == kept((PHOTO, ".jpg"))


async def test_wecom_a_file_that_comes_after_its_record(here: World) -> None:
    await here.wecom_says("lisi", "电话 海棠诊所 问了交期", "w1")
    await here.settle()
    await here.wecom_says("lisi", "1", "w2")
    await here.settle()
    await wecom_sends(here, SHEET, "w3", "../../报价 单.pdf", "file")
    await here.settle()
    await here.wecom_says("lisi", "凭证 1", "w4")
    await here.settle()
    assert "归到 #1" in here.wecom.sent[-1].text

    await here.wecom_says("lisi", "上次联系 海棠诊所", "w5")
    await here.settle()
    assert "附件 1（正在保存）" in here.wecom.sent[-1].text
    assert await fetched(here) == ["kept"]
    await here.wecom_says("lisi", "上次联系 海棠诊所", "w6")
    await here.settle()
    assert "附件 1（已存）" in here.wecom.sent[-1].text
    # The name that was given is told, and nowhere a path.
    assert [row.name for row in await rows(here)] == ["../../报价 单.pdf"]
    assert files(here) == kept((SHEET, ".pdf"))


async def test_dingtalk_pictures_with_a_visit(here: World) -> None:
    await visited(here, "d1", PHOTO, SHEET)
    assert await fetched(here) == ["kept", "kept"]
    assert files(here) == kept((PHOTO, ".jpg"), (SHEET, ".pdf"))
    assert here.dingtalk.count(DOWNLOAD) == here.dingtalk.count(FILE) == 2
    assert here.dingtalk.unexpected == []


async def test_dingtalk_what_is_fetched_is_counted_as_a_call(lite: World) -> None:
    await visited(lite)
    before = await calls(lite)
    await fetched(lite)
    assert await calls(lite) == before + 1


async def calls(here: World) -> int:
    def look(session: Any) -> int:
        return sum(row.used for row in quota.of_month(session, here.clock.now()) if row.right == "calls")

    return await here.app.store.read(look)


@pytest.fixture
async def by_bot(tmp_path: Path) -> AsyncIterator[World]:
    async with living(f"sqlite:///{tmp_path / 'yinuo.db'}", tmp_path, platforms=["wecom_bot"]) as made:
        await made.bot.subscribed()
        await made.bot_pauses.begun(PING)
        yield made


async def bot_hears(here: World, message_id: str, words: str, *names: str) -> None:
    """Somebody writes to the WeCom bot, with a picture of each name."""
    before = len(await here.stored())
    parts: list[dict[str, Any]] = [{"msgtype": "text", "text": {"content": words}}]
    parts += [{"msgtype": "image", "image": here.bot.encrypted(name, PHOTO)} for name in names]
    await here.bot.says("LiSi", "", message_id, msgtype="mixed", mixed={"msg_item": parts})
    async with asyncio.timeout(PATIENCE):
        while len(await here.stored()) == before:
            await turns()
    await here.settle()


async def test_wecom_bot_a_photo_with_its_promise(by_bot: World) -> None:
    await bot_hears(by_bot, "m1", "【承诺】给青禾食品寄样品 今天下午5点")
    await bot_hears(by_bot, "m2", "完成 1", "p1")
    assert await fetched(by_bot) == ["kept"]
    assert files(by_bot) == kept((PHOTO, ".jpg"))


async def test_wecom_bot_a_photo_whose_address_is_over_is_lost_and_said_to_be(by_bot: World) -> None:
    await bot_hears(by_bot, "m1", "电话 海棠诊所 问了交期", "p1")
    await bot_hears(by_bot, "m2", "1")
    by_bot.shift(timedelta(minutes=6))
    assert await fetched(by_bot) == ["lost"]
    await bot_hears(by_bot, "m3", "上次联系 海棠诊所")
    assert "附件 1（已过期、未能保存）" in by_bot.bot.told[-1].text
    assert files(by_bot) == {}


# --- once -------------------------------------------------------------------------------------------------------------


async def test_a_redelivered_message_is_fetched_once(lite: World) -> None:
    await visited(lite)
    await visited(lite)
    assert await fetched(lite) == ["kept"]
    assert lite.dingtalk.count(DOWNLOAD) == 1


async def test_the_same_file_again_is_one_file(lite: World) -> None:
    await visited(lite, "d1", PHOTO, PHOTO)
    assert await fetched(lite) == ["kept", "kept"]
    assert files(lite) == kept((PHOTO, ".jpg"))
    assert await lite.app.store.read(media.size) == len(PHOTO)


async def test_one_photo_for_two_promises_is_fetched_once(lite: World) -> None:
    for number, client in enumerate(("青禾食品", "云帆物流")):
        await lite.wecom_says("lisi", f"【承诺】给{client}寄样品 今天下午5点", f"w{number}")
        await lite.settle()
    await wecom_sends(lite, PHOTO, "w5")
    await lite.settle()
    await lite.wecom_says("lisi", "完成 1 2", "w6")
    assert await fetched(lite) == ["kept", "kept"]
    assert lite.wecom.count(MEDIA) == 1
    assert [row.number for row in await rows(lite)] == [1, 2]


async def test_nothing_is_fetched_before_there_is_a_record(lite: World) -> None:
    await wecom_sends(lite, PHOTO, "w1")
    assert await fetched(lite) == []
    assert lite.wecom.count(MEDIA) == 0


async def test_with_media_off_only_the_reference_is_kept(tmp_path: Path) -> None:
    async with living(f"sqlite:///{tmp_path / 'yinuo.db'}", tmp_path, media="off") as here:
        await visited(here)
        assert await fetched(here) == []
        found = await here.app.store.read(lambda session: session.exec(select(Contact.attachments)).one())
        assert [item["kind"] for item in found] == ["image"]


async def test_the_most_urgent_is_fetched_first(lite: World) -> None:
    now = lite.clock.now()

    def work(session: Any) -> list[str]:
        for number, (platform, age) in enumerate((("slow", 60), ("quick", 0), ("slow", 90), ("quick", 4)), 1):
            record = events.number(session, now, "contact", made_by=1, inbox_id=None)
            items = [{"kind": "image", "name": "", "ref": f"r{number}"}]
            media.queue(session, now - timedelta(minutes=age), items, number=record, person_id=1, platform=platform)
        lives = {"slow": timedelta(days=3), "quick": timedelta(minutes=5)}
        return [row.ref for row in media.claim(session, now, 3, lives)]

    assert await lite.app.store.write(work) == ["r4", "r2", "r3"]


async def test_in_service_files_are_fetched_by_themselves(lite: World) -> None:
    await visited(lite)
    running = asyncio.create_task(lite.app.media.run())
    async with asyncio.timeout(PATIENCE):
        while [row.state for row in await rows(lite)] != ["kept"]:
            await turns()
    lite.app.media.stop()
    await running


def test_the_folder_is_beside_the_database_unless_it_is_set(tmp_path: Path) -> None:
    assert folder_of(settings_for(f"sqlite:///{tmp_path / 'a.db'}")) == tmp_path / "media"
    assert folder_of(settings_for("postgresql://u@h/n")) == Path("data/media")
    assert folder_of(settings_for("postgresql://u@h/n", media_dir=tmp_path)) == tmp_path
