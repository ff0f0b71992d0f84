"""我的承诺, somebody's, the team's, the overdue, a client's: who sees what, in which order, how many."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import NO_CLOCKS, Store, check, hold

PROMISES = (
    "09:00 王磊：【承诺】给协和医院寄样 今天10点",
    "09:01 王磊：【承诺】给仁济医院送图纸 周四",
    "09:02 李娜：【承诺】给仁济医院送画册 周五",
    "09:03 张伟：【承诺】整理报价 周三",
    "09:04 赵强：【承诺】回访南城建材 周三",
)


async def listed(
    store: Store, who: str, words: str, about: list[int], *said: str, without: tuple[str, ...] = ()
) -> None:
    told = await hold(store, *PROMISES, f"11:00 {who}：{words}", policies=NO_CLOCKS)
    to = f"#{who.partition('#')[2]}" if "#" in who else who
    check(told.answer(6), to, "reply", f"共 {len(about)} 条", *said, about=about, without=without)
    assert told.pairs == []


@pytest.mark.parametrize(
    "words", ["我的承诺", "我的承诺清单", "我的承诺有哪些？", "@王磊 的承诺", "王磊的承诺", "团队承诺"]
)
async def test_a_rep_sees_own_promises_overdue_first(quick: Store, words: str) -> None:
    await listed(quick, "王磊", words, [1, 2], "逾期", "11月23日 周一 10:00", "北京协和医院", without=("李娜", "#3"))


async def test_both_databases_list_alike(store: Store) -> None:
    await listed(store, "陈静", "团队承诺", [1, 4, 2, 3], "王磊", "李娜", "张伟", without=("赵强",))


@pytest.mark.parametrize(
    ("who", "about"), [("陈静", [1, 4, 2, 3]), ("林芳", [5]), ("何经理", [1, 4, 5, 2, 3]), ("周岚", [1, 4, 5, 2, 3])]
)
async def test_everybody_above_sees_everybody_below(quick: Store, who: str, about: list[int]) -> None:
    await listed(quick, who, "团队承诺", about)


@pytest.mark.parametrize(("who", "about"), [("王磊", [1]), ("李娜", []), ("陈静", [1]), ("林芳", []), ("周岚", [1])])
async def test_the_overdue(quick: Store, who: str, about: list[int]) -> None:
    await listed(quick, who, "逾期", about)


@pytest.mark.parametrize(("who", "about"), [("王磊", [2]), ("李娜", [3]), ("张伟", []), ("陈静", [2, 3]), ("赵强", [])])
@pytest.mark.parametrize("words", ["仁济医院 承诺", "仁济的承诺"])
async def test_a_clients(quick: Store, who: str, about: list[int], words: str) -> None:
    await listed(quick, who, words, about, "仁济医院")


@pytest.mark.parametrize("words", ["@张伟 的承诺", "张伟的承诺", "＠张伟的承诺"])
async def test_a_supervisor_sees_one_persons(quick: Store, words: str) -> None:
    await listed(quick, "陈静", words, [4], "张伟", "11月25日 周三 18:00")


@pytest.mark.parametrize("who", ["王磊", "林芳", "赵强"])
async def test_a_peer_and_another_supervisor_do_not(quick: Store, who: str) -> None:
    told = await hold(quick, *PROMISES, f"11:00 {who}：@张伟 的承诺", policies=NO_CLOCKS)
    check(told.answer(6), who, "reply", "张伟", without=["整理报价"])


async def test_mine_is_ones_own_for_a_supervisor_too(quick: Store) -> None:
    await listed(quick, "陈静", "我的承诺", [])


async def test_a_name_nobody_bears(quick: Store) -> None:
    told = await hold(quick, "10:00 陈静：@刘能 的承诺")
    check(told.answer(1), "陈静", "reply", "刘能", without=["客户"])


async def test_in_a_group_the_teams_list_names_no_owner(quick: Store) -> None:
    await listed(quick, "陈静#华东群", "团队承诺", [1, 4, 2, 3], "寄样", without=("王磊", "李娜", "张伟"))


async def test_at_most_ten_and_always_how_many(quick: Store) -> None:
    items = " ".join(f"{index}. 寄样品{letter} 周三" for index, letter in enumerate("甲乙丙丁戊己庚辛壬癸子丑", 1))
    told = await hold(quick, f"10:00 王磊：【承诺】{items}", "10:01 王磊：我的承诺", "10:02 陈静：团队承诺")
    for line, who in ((2, "王磊"), (3, "陈静")):
        check(told.answer(line), who, "reply", "共 12 条", "还有 2 条", about=range(1, 11), without=["寄样品子", "#11"])


async def test_an_ambiguous_client_is_asked(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：【承诺】给星海轴承寄样 周三", "10:01 王磊：星海 承诺", "10:02 王磊：1")
    check(told.answer(2), "王磊", "question", "1 星海轴承有限公司", "2 星海机电有限公司")
    check(told.answer(3), "王磊", "reply", "星海轴承有限公司", "共 1 条", about=[1])


async def test_an_unknown_client_is_said(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：蓝天医院 承诺")
    check(told.answer(1), "王磊", "reply", "蓝天医院")


async def test_an_empty_list_still_counts(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：我的承诺", "10:01 王磊：逾期", "10:02 陈静：团队承诺")
    for line, who in ((1, "王磊"), (2, "王磊"), (3, "陈静")):
        check(told.answer(line), who, "reply", "共 0 条")
