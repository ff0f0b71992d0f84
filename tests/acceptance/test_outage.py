"""Half an hour in which the platforms answer with one error or another: then everything is said, once and in order."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from storage import lanes
from tests.acceptance.world import World, turns, world
from tests.fakes.listening import PING
from tests.fakes.server import BAN_PAGE, NOON, Fault
from tests.fakes.wecom_gateway import Trouble
from tests.patience import PATIENCE

END = NOON + timedelta(minutes=30)
ROUNDS = 8
NAMES = ("一", "二", "三", "四", "五", "六", "七", "八")
BROKEN = [Fault(status=502), Fault(status=503), Fault(body="not JSON", status=500)]
APP = [
    *BROKEN,
    Fault(body={"errcode": -1, "errmsg": "system busy"}),
    Fault(body={"errcode": 45009, "errmsg": "api freq out of limit"}),
    Fault(body={"errcode": 42001, "errmsg": "access_token expired"}),
    Fault(status=429),
    Fault(status=403, body=BAN_PAGE),
    Fault(body={"errcode": 77777, "errmsg": "never heard of"}),
]
SESSION = [
    *BROKEN,
    Fault(body={"errcode": -1, "errmsg": "system busy"}),
    Fault(body={"errcode": 90018, "errmsg": "too fast"}),
    Fault(body={"errcode": 130101, "errmsg": "send too fast"}),
    Fault(status=403, body={"code": "Forbidden.AccessDenied.QpsLimitForApi", "message": "qps"}),
    Fault(status=403, body=BAN_PAGE),
]
BOT = [Trouble(code=-1), Trouble(code=45009), Trouble(code=6000), Trouble(code=45033), Trouble(code=77777)]


@pytest.fixture
async def here(database_url: str) -> AsyncIterator[World]:
    async with world(database_url, platforms=["wecom", "dingtalk", "wecom_bot"]) as made:
        await made.bot.subscribed()
        await made.bot_pauses.begun(PING)
        yield made


async def pump(here: World, until: datetime) -> None:
    """Says what can be said until then, by a clock that goes from one try to the next."""
    while True:
        await here.app.worker.drain()
        await here.app.delivery.drain()
        now = here.clock.now()
        coming = await here.app.store.read(lambda session, now=now: lanes.next_at(session, now))  # type: ignore[misc]
        if coming is None or coming > until:
            break
        here.set(max(now, coming))
    here.set(max(until, here.clock.now()))


async def say_on_every_road(here: World, number: int) -> None:
    words = f"【承诺】寄第{NAMES[number]}批样品 周五"
    before = len(await here.stored())
    assert (await here.wecom_says("lisi", words, f"w{number}"))[0] == 200
    assert (await here.dingtalk_says("0101", words, f"d{number}"))[0] == 200
    await here.bot.says("LiSi", words, f"b{number}")
    async with asyncio.timeout(PATIENCE):
        while len(await here.stored()) < before + 3:
            await turns()


async def test_everything_is_said_once_and_in_order_when_it_is_over(here: World) -> None:
    for _ in range(100):
        for fault in APP:
            here.wecom.fail("/cgi-bin/message/send", fault)
        for fault in SESSION:
            here.dingtalk.fail("/robot/sendBySession", fault)
        for trouble in BOT:
            here.bot.trouble("aibot_respond_msg", trouble)
            here.bot.trouble("aibot_send_msg", trouble)
    for number in range(ROUNDS):
        await say_on_every_road(here, number)
        await pump(here, NOON + (number + 1) * timedelta(minutes=30) / ROUNDS)
    assert here.clock.now() >= END
    assert [*here.wecom.sent, *here.dingtalk.sent, *here.bot.told] == []
    for fake, path in ((here.wecom, "/cgi-bin/message/send"), (here.dingtalk, "/robot/sendBySession")):
        fake._faults[path].clear()
    here.bot._troubles.clear()

    await pump(here, END + timedelta(hours=3))

    roads = {
        "wecom": [sent.text for sent in here.wecom.sent],
        "dingtalk": [sent.text for sent in here.dingtalk.sent],
        "wecom_bot": [told.text for told in here.bot.told],
    }
    for texts in roads.values():
        assert re.findall(r"第(.)批", "\n".join(texts)) == list(NAMES)
        # Merged: nobody is flooded when it is over.
        assert len(texts) < ROUNDS
    assert {row.state for row in await here.said()} == {"sent"}
    assert [*here.wecom.dropped, *here.dingtalk.dropped, *here.bot.dropped] == []
    assert here.wecom.unexpected == here.dingtalk.unexpected == here.bot.unexpected == []


async def test_an_answer_that_gets_lost_in_it_is_said_once(here: World) -> None:
    """The platforms that know a repetition by its key drop it; this one took the message and could not say so."""
    here.wecom.fail("/cgi-bin/message/send", Fault(reset=True, accepted=True))
    here.bot.trouble("aibot_respond_msg", Trouble(silent=True, accepted=True))
    await say_on_every_road(here, 0)
    await pump(here, NOON + timedelta(minutes=5))
    assert len(here.wecom.sent) == len(here.bot.told) == len(here.dingtalk.sent) == 1
    assert len(here.wecom.dropped) == 1
    assert {row.state for row in await here.said()} == {"sent"}
