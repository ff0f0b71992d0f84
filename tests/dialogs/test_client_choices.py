"""What the bot learns when it is told which client was meant: an alias, a preference, or nothing."""

from __future__ import annotations

import pytest

from bot import team
from tests.dialogs.helpers import NO_CLOCKS, Store, check, hold
from tests.support import TEAM

LEARNED = "以后说「{}」就是{}"
# 恒工 is how one may shorten both, and stands in neither.
PUMPS = team.Team(
    people=TEAM.people,
    chats=TEAM.chats,
    clients=[
        *TEAM.clients,
        {"name": "恒山工程机械有限公司", "owner": "王磊", "region": "华东"},
        {"name": "恒水工程塑料有限公司", "owner": "王磊", "region": "华东"},
    ],
)


async def test_ways_of_asking_all_learn(store: Store) -> None:
    told = await hold(
        store,
        "10:00 王磊：上次联系 星机",
        "10:01 王磊：1",
        "10:02 李娜：客户 星机",
        "10:03 赵强：客户 星机",
        policies=NO_CLOCKS,
    )
    check(told.answer(1), "王磊", "question", "星海机电有限公司")
    check(told.answer(2), "王磊", "reply", LEARNED.format("星机", "星海机电有限公司"), "删除别名 星机")
    check(told.answer(3), "李娜", "reply", "星海机电有限公司", without=["以后说"])
    check(told.answer(4), "赵强", "question", "是星海机电有限公司吗")


@pytest.mark.parametrize(
    "asking",
    [
        "电话 恒工 问交期",
        "上次联系 恒工",
        "客户 恒工",
        "全程 恒工",
        "恒工 承诺",
        "【承诺】给恒工寄样 周三",
        "【线索】恒工 官网",
    ],
)
async def test_the_second_candidate_is_learned_by_every_road(quick: Store, asking: str) -> None:
    told = await hold(
        quick, f"10:00 王磊：{asking}", "10:01 王磊：2", "10:02 李娜：客户 恒工", known=PUMPS, policies=NO_CLOCKS
    )
    question = told.answer(1)
    assert question.kind == "question"
    second = question.text.split("\n2 ")[1].split("\n")[0]
    check(
        told.answer(2), "王磊", told.answer(2).kind, LEARNED.format("恒工", second), about=told_numbers(told.answer(2))
    )
    assert told.answer(3).text.startswith(second)


def told_numbers(heard: object) -> list[int]:
    about: tuple[str, ...] = heard.about  # type: ignore[attr-defined]
    return [int(number.removeprefix("#")) for number in about]


async def test_words_that_several_are_called_by_are_asked_again_the_chosen_first(store: Store) -> None:
    told = await hold(
        store,
        "10:00 王磊：电话 星海 问交期",
        "10:01 王磊：2",
        "10:02 王磊：电话 星海 报价",
        "10:03 李娜：电话 星海 报价",
        "11-24 10:00 王磊：【承诺】给星海寄样 周三",
        "11-24 10:01 王磊：1",
        policies=NO_CLOCKS,
    )
    check(told.answer(1), "王磊", "question", "1 星海轴承有限公司\n2 星海机电有限公司", without=["上次选的"])
    check(told.answer(2), "王磊", "reply", "星海机电有限公司", about=[1], without=["以后说"])
    check(told.answer(3), "王磊", "question", "1 星海机电有限公司（上次选的）\n2 星海轴承有限公司")
    check(told.answer(4), "李娜", "question", "1 星海轴承有限公司\n2 星海机电有限公司", without=["上次选的"])
    check(told.answer(5), "王磊", "question", "1 星海机电有限公司（上次选的）", about=[2])
    check(told.answer(6), "王磊", "reply", "客户：星海机电有限公司", about=[2])


async def test_one_alias_taken_back_with_the_record_it_came_with(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：电话 恒工 问交期",
        "10:01 王磊：2",
        "10:02 王磊：撤销",
        "10:03 王磊：客户 恒工",
        known=PUMPS,
        policies=NO_CLOCKS,
    )
    check(told.answer(3), "王磊", "reply", "#1", "「恒工」不再是", about=[1])
    check(told.answer(4), "王磊", "question", "1 恒", "2 恒")


async def test_a_preference_is_taken_back_too(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：电话 星海 问交期",
        "10:01 王磊：2",
        "10:02 王磊：撤销",
        "10:03 王磊：客户 星海",
        policies=NO_CLOCKS,
    )
    check(told.answer(3), "王磊", "reply", "#1", "照旧问", about=[1])
    check(told.answer(4), "王磊", "question", "1 星海轴承有限公司", without=["上次选的"])


async def test_no_answer_and_a_new_client_teach_nothing(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：电话 恒工 问交期",
        "10:01 王磊：都不是",
        "10:02 王磊：电话 恒工 问交期",
        "10:03 王磊：3",
        "10:04 王磊：客户 恒工 别名",
        known=PUMPS,
        policies=NO_CLOCKS,
    )
    for line in (2, 4):
        assert "以后说" not in told.answer(line).text
    check(told.answer(5), "王磊", "reply", "恒工还没有别名")


# --- 改 12 客户 -------------------------------------------------------------------------------------------------------

SAMPLE = "10:00 王磊：【承诺】给协和医院寄样 周三"


async def test_a_record_gets_its_right_client(store: Store) -> None:
    told = await hold(store, SAMPLE, "10:01 王磊#华东群：改 1 客户 仁济", "10:02 王磊：仁济 承诺", policies=NO_CLOCKS)
    check(told.answer(2), "#华东群", "reply", "#1", "仁济医院", "原来是北京协和医院", about=[1])
    check(told.answer(3), "王磊", "reply", "共 1 条", about=[1])


async def test_correcting_the_date_teaches_no_name(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【承诺】给南城建材寄样 周三",
        "10:01 王磊：改 1 周四",
        "10:02 王磊：改 1 给协和寄合同",
        "10:03 王磊：客户 协和 别名",
        policies=NO_CLOCKS,
    )
    for line in (2, 3):
        assert "以后说" not in told.answer(line).text
    check(told.answer(4), "王磊", "reply", "1 个别名")


async def test_the_phrase_it_was_guessed_by_is_learned(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【承诺】给星海承轴寄样 周三",
        "10:01 王磊：改 1 客户 星海机电",
        "10:02 李娜：客户 星海承轴",
        "10:03 王磊：撤销",
        "10:04 李娜：客户 星海承轴",
        policies=NO_CLOCKS,
    )
    check(told.answer(1), "王磊", "reply", "客户：星海轴承有限公司", about=[1])
    check(told.answer(2), "王磊", "reply", LEARNED.format("星海承轴", "星海机电有限公司"), about=[1])
    assert told.answer(3).text.startswith("星海机电有限公司")
    check(told.answer(4), "王磊", "reply", "恢复原来的客户", "不再是", about=[1])
    assert told.answer(5).text.startswith("星海轴承有限公司")


async def test_a_name_of_the_former_client_is_not_given_away_but_asked_about(quick: Store) -> None:
    told = await hold(
        quick,
        SAMPLE,
        "10:01 王磊：改 1 客户 仁济",
        "10:02 王磊：电话 协和医院 问交期",
        "10:03 李娜：客户 协和医院",
        policies=NO_CLOCKS,
    )
    assert "以后说" not in told.answer(2).text
    check(told.answer(3), "王磊", "question", "1 仁济医院（上次选的）", "2 北京协和医院")
    assert told.answer(4).text.startswith("北京协和医院")


async def test_an_exact_name_is_never_given_away(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【承诺】给协和寄样 周三",
        "10:01 王磊：改 1 客户 仁济",
        "10:02 王磊：客户 协和",
        policies=NO_CLOCKS,
    )
    assert "以后说" not in told.answer(2).text
    assert told.answer(3).text.startswith("北京协和医院")


async def test_an_unclear_unknown_or_missing_client(quick: Store) -> None:
    told = await hold(
        quick,
        SAMPLE,
        "10:01 王磊：改 1 客户 星海",
        "10:02 王磊：1",
        "10:03 王磊：改 1 客户 蓝天医院",
        "10:04 王磊：改 1 客户",
        "10:05 王磊：改 1 客户 星海轴承",
        "10:06 王磊：改 9 客户 仁济",
        policies=NO_CLOCKS,
    )
    check(told.answer(2), "王磊", "question", "1 星海轴承有限公司", about=[1])
    check(told.answer(3), "王磊", "reply", "#1", "星海轴承有限公司", about=[1])
    check(told.answer(4), "王磊", "reply", "蓝天医院", about=[1])
    check(told.answer(5), "王磊", "question", "哪个客户", about=[1])
    check(told.answer(6), "王磊", "reply", "本来就是", about=[1])
    check(told.answer(7), "王磊", "reply", "#9", about=[9])


async def test_it_is_the_owners_or_somebodys_above(quick: Store) -> None:
    told = await hold(quick, SAMPLE, "10:01 李娜：改 1 客户 仁济", "10:02 陈静：改 1 客户 仁济", policies=NO_CLOCKS)
    check(told.answer(2), "李娜", "reply", "王磊", about=[1])
    check(told.answer(3), "陈静", "reply", "仁济医院", about=[1])
    assert [(item.to, item.kind) for item in told.others] == [("王磊", "notice")]


async def test_a_contact_linked_anew_moves_its_clocks_along(store: Store) -> None:
    """The lead on the client that was not called after all is owed its call again."""
    told = await hold(
        store,
        "10:00 王磊：【线索】星海轴承 赵工 官网",
        "10:05 王磊：电话 星海轴承 赵工 问交期",
        "10:06 王磊：改 2 客户 仁济",
        "10:07 王磊：上次联系 仁济",
        until="14:30",
        policies=NO_CLOCKS,
    )
    check(told.answer(3), "王磊", "reply", "仁济医院", about=[2])
    check(told.answer(4), "王磊", "reply", "问交期", about=[2])
    assert [(item.at[11:], item.kind) for item in told.others] == [("14:00", "overdue")]


async def test_and_taken_back_they_stand_as_before(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【线索】星海轴承 赵工 官网",
        "10:05 王磊：电话 星海轴承 赵工 问交期",
        "10:06 王磊：改 2 客户 仁济",
        "10:07 王磊：撤销",
        until="14:30",
        policies=NO_CLOCKS,
    )
    check(told.answer(4), "王磊", "reply", "#2", "恢复原来的客户", about=[2])
    assert told.others == []
