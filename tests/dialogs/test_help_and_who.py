"""帮助, 我是谁."""

from __future__ import annotations

import pytest

from handlers.routes import ROUTES
from prompts import HELP
from tests.dialogs.helpers import Store, check, hold


@pytest.mark.parametrize("words", ["帮助", "【帮助】", "幫助", "help", "？"])
async def test_help_lists_every_command_of_the_route_table(quick: Store, words: str) -> None:
    told = await hold(quick, f"10:00 王磊：{words}")
    check(told.answer(1), "王磊", "reply", *(HELP[route.topic]["short"] for route in ROUTES))


@pytest.mark.parametrize(
    ("words", "said"),
    [("帮助 承诺", "【承诺】"), ("帮助 延期", "延期 12"), ("帮助：日报", "日报 补充"), ("帮助 电话", "电话 协和")],
)
async def test_help_on_one_command(quick: Store, words: str, said: str) -> None:
    told = await hold(quick, f"10:00 王磊：{words}")
    check(told.answer(1), "王磊", "reply", said, without=["静音"])


async def test_help_on_something_else_lists_all(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：帮助 打车")
    check(told.answer(1), "王磊", "reply", "打车", "【承诺】", "日报")


async def test_who_am_i_names_role_superior_and_ids(store: Store) -> None:
    told = await hold(store, "10:00 王磊：我是谁", "10:01 陈静#华东群：我是谁？")
    check(told.answer(1), "王磊", "reply", "王磊", "销售", "陈静", "华东", "账号")
    check(told.answer(2), "#华东群", "reply", "陈静", "主管", "何经理", "华东群")
    assert told.pairs == []
