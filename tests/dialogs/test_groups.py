"""绑定: who names a group, and what it is called then."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from storage.tables import Chat, Event
from tests.dialogs.helpers import Store, check, hold


async def names(store: Store) -> list[str]:
    return await store.read(lambda session: list(session.exec(select(Chat.name).order_by(col(Chat.id)))))


async def named(store: Store) -> list[Event]:
    return await store.read(lambda session: list(session.exec(select(Event).where(Event.kind == "chat.named"))))


@pytest.mark.parametrize(
    "words", ["绑定 华东销售一群", "【绑定】华东销售一群", "绑定「华东销售一群」", "绑定：华东销售一群"]
)
async def test_a_supervisor_names_the_group(quick: Store, words: str) -> None:
    told = await hold(quick, f"10:00 陈静#华东群：{words}")
    check(told.answer(1), "#华东群", "reply", "华东销售一群", "记住了")
    assert await names(quick) == ["华东销售一群", "华南群"]


async def test_naming_a_group_is_kept_in_the_history(store: Store) -> None:
    await hold(store, "10:00 陈静#华东群：绑定 华东销售一群")
    (event,) = await named(store)
    assert event.payload == {"before": {"name": "华东群"}, "after": {"name": "华东销售一群"}}
    assert event.actor_id is not None


async def test_the_same_name_again_changes_nothing(quick: Store) -> None:
    told = await hold(quick, "10:00 陈静#华东群：绑定 华东群", "10:01 陈静#华东群：绑定")
    for line in (1, 2):
        check(told.answer(line), "#华东群", "reply", "华东群")
    assert await named(quick) == []


async def test_two_groups_cannot_have_one_name(quick: Store) -> None:
    told = await hold(quick, "10:00 陈静#华东群：绑定 华南群")
    check(told.answer(1), "#华东群", "reply", "已经有一个群", without=["记住了"])
    assert await names(quick) == ["华东群", "华南群"]


async def test_a_rep_does_not_and_a_private_chat_has_no_name(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊#华东群：绑定 新群", "10:01 陈静：绑定 新群")
    check(told.answer(1), "#华东群", "reply", "主管", without=["记住了"])
    check(told.answer(2), "陈静", "reply", "群里", without=["记住了"])
    assert await names(quick) == ["华东群", "华南群"]
