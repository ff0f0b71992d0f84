"""Who a stranger is: asked of the contacts once, believed for name and superior, and never for rights."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlmodel import col, select

from storage.tables import Event, Person
from tests.acceptance.world import World, world
from tests.fakes.server import Fault

GET = "/cgi-bin/user/get"


@pytest.fixture
async def here(database_url: str) -> AsyncIterator[World]:
    async with world(database_url, platforms=["wecom"]) as made:
        await made.wecom_says("QinYue", "我的承诺", "w1")
        await made.settle()
        yield made


async def stranger(here: World) -> tuple[str, str | None, bool]:
    """The name, the superior's name, and whether known."""

    def read(session: Any) -> tuple[str, str | None, bool]:
        person = session.exec(select(Person).where(col(Person.known).is_(False))).one()
        superior = session.get(Person, person.supervisor_id) if person.supervisor_id else None
        return person.name, superior.name if superior else None, person.known

    return await here.app.store.read(read)


async def test_a_stranger_gets_a_name_and_a_superior_and_no_rights(here: World) -> None:
    here.wecom.members["qinyue"] = {"userid": "QinYue", "name": "秦越", "direct_leader": ["WangWu"]}
    assert await stranger(here) == ("qinyue", None, False)
    await here.app.introductions.look_up()
    assert await stranger(here) == ("秦越", "闵航", False)

    def introduced(session: Any) -> list[Event]:
        return list(session.exec(select(Event).where(Event.kind == "person.introduced")))

    (event,) = await here.app.store.read(introduced)
    assert event.payload is not None
    assert event.payload["before"] == {"name": "qinyue", "supervisor_id": None}


@pytest.mark.parametrize(
    "member",
    [
        {},
        {"name": "", "direct_leader": []},
        {"name": "qinyue"},
        {"name": ["秦越"], "direct_leader": "WangWu"},
        {"direct_leader": ["QinYue"]},
        {"direct_leader": ["nobody"]},
        {"direct_leader": [7]},
    ],
)
async def test_what_the_contacts_do_not_tell_changes_nothing(here: World, member: dict[str, Any]) -> None:
    here.wecom.members["qinyue"] = member
    await here.app.introductions.look_up()
    assert await stranger(here) == ("qinyue", None, False)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(body={"errcode": 48002, "errmsg": "api forbidden"}),
        Fault(status=502),
        Fault(reset=True),
        Fault(body="<p>"),
    ],
)
async def test_contacts_that_may_not_be_read_are_no_harm_and_not_asked_again(here: World, fault: Fault) -> None:
    here.wecom.fail(GET, fault)
    for _ in range(3):
        await here.app.introductions.look_up()
    # A question whose connection breaks off is asked once more by itself.
    assert here.wecom.count(GET) == (2 if fault.reset else 1)
    assert await stranger(here) == ("qinyue", None, False)
    await here.wecom_says("QinYue", "我是谁", "w2")
    await here.settle()
    assert len(here.wecom.sent) == 0  # outside the visible range, and no worse for it


async def test_who_is_known_is_not_asked_about(here: World) -> None:
    await here.wecom_says("LiSi", "我的承诺", "w2")
    await here.settle()
    await here.app.introductions.look_up()
    assert here.wecom.count(GET) == 1
