"""DingTalk's monthly rights over the whole road: counted as they are used, told in time, spared at the end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session, select

from bot import doctor
from storage import outbox, quota
from storage.tables import Person
from tests.acceptance.world import World
from tests.fakes.dingtalk import BATCH_SEND
from tests.fakes.server import Fault

WORDS = "【承诺】给青禾食品寄样品 今天下午5点"


@pytest.fixture
def scene() -> dict[str, Any]:
    return {"dingtalk_monthly_calls": 10, "dingtalk_monthly_messages": 20}


async def used(here: World) -> dict[str, int]:
    now = here.clock.now()
    return {row.right: row.used for row in await here.app.store.read(lambda session: quota.of_month(session, now))}


def to_person(session: Session, now: datetime, key: str, kind: str, staff_id: str = "0101") -> None:
    outbox.queue(session, now, key=key, kind=kind, words="早", address=("dingtalk", "person", staff_id))


async def say(here: World, key: str, kind: str = "reminder") -> None:
    now = here.clock.now()
    await here.app.store.write(lambda session: to_person(session, now, key, kind))
    await here.settle()


async def test_what_is_heard_and_said_is_counted(here: World) -> None:
    await here.dingtalk_says("0101", WORDS, "q1")
    await here.dingtalk_says("0101", WORDS, "q1")
    await here.settle()
    # One message heard, however often it came, and one answer by its reply address.
    assert await used(here) == {"messages": 2}

    await say(here, "k1")
    assert await used(here) == {"messages": 2, "calls": 1}
    await here.wecom_says("lisi", "我的承诺", "9001")
    await here.settle()
    assert await used(here) == {"messages": 2, "calls": 1}


async def test_a_refused_try_is_not_counted_and_one_that_may_have_arrived_is(lite: World) -> None:
    lite.dingtalk.fail(BATCH_SEND, Fault(status=503))
    await say(lite, "k1")
    assert await used(lite) == {"calls": 1}
    lite.dingtalk.fail(BATCH_SEND, Fault(reset=True, accepted=True))
    await say(lite, "k2")
    assert (await used(lite))["calls"] == len(lite.dingtalk.sent) == 3


async def test_an_admin_is_warned_and_at_the_end_only_digests_stop(lite: World) -> None:
    def admin(session: Session) -> None:
        row = session.exec(select(Person).where(Person.name == "柯远")).one()
        row.role = "admin"
        session.add(row)

    await lite.app.store.write(admin)
    for number in range(9):
        await say(lite, f"k{number}")
    await lite.tick()
    (warned,) = lite.wecom.sent
    assert (warned.to, "90%" in warned.text) == ("zhaoliu", True)

    await say(lite, "k9")
    for kind in ("digest", "reminder"):
        await say(lite, kind, kind)
    said = {row.key: (row.state, row.error) for row in await lite.said()}
    assert said["digest"] == ("dead", "the month's calls are used up: digests are not sent")
    assert said["reminder"] == ("sent", "")


async def test_the_platform_calling_them_used_up_is_believed(lite: World) -> None:
    code = "Forbidden.AccessDenied.ApiCountLimitForOrg"
    lite.dingtalk.fail(BATCH_SEND, Fault(status=403, body={"code": code, "message": ""}))
    await say(lite, "k1")
    await say(lite, "k2", "digest")
    await say(lite, "k3")
    assert [row.state for row in await lite.said()] == ["dead", "dead", "sent"]
    assert "used up" in (await lite.said())[0].error


async def test_messages_without_their_words_are_survived_and_shown_by_doctor(lite: World) -> None:
    body = lite.dingtalk.text_body("0101", "", "q1", errorCode=20001, errorMessage="quota")
    del body["text"]
    async with lite.http.post(lite.base_url + "/dingtalk/robot", json=body, headers=lite.dingtalk.headers()) as answer:
        assert answer.status == 200
    await lite.settle()
    assert lite.dingtalk.sent == []

    found = {check.name: check for check in await doctor.examine(lite.app.settings, clock=lite.clock)}
    check = found["钉钉 本月消息"]
    assert not check.ok
    assert check.found.startswith("已用 1 / 20；有 1 条消息没给正文")
    assert "DINGTALK_MONTHLY_MESSAGES" in check.advice


async def test_doctor_shows_how_much_is_left(lite: World) -> None:
    for number in range(8):
        await say(lite, f"k{number}")
    found = {check.name: check for check in await doctor.examine(lite.app.settings, clock=lite.clock)}
    check = found["钉钉 本月调用"]
    assert (check.ok, check.found) == (True, "已用 8 / 10")
    assert "DINGTALK_MONTHLY_CALLS" in check.advice
