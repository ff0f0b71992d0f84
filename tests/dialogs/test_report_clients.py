"""A name in a daily report that several clients could go by: asked about once, learned, taken back."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from bot import team
from storage import facts, people
from storage.tables import Client
from tests.dialogs.helpers import NO_CLOCKS, Store, check, hold
from tests.support import TEAM, at

BEARINGS, ELECTRICS = "星海轴承有限公司", "星海机电有限公司"
# 恒工 is how one may shorten both, and stands in neither.
TWO_PAIRS = team.Team(
    people=TEAM.people,
    chats=TEAM.chats,
    clients=[
        *TEAM.clients,
        {"name": "恒山工程机械有限公司", "owner": "王磊", "region": "华东"},
        {"name": "恒水工程塑料有限公司", "owner": "王磊", "region": "华东"},
    ],
)


async def linked(store: Store) -> list[str]:
    """The clients that the report of the day is linked to."""

    def names(session: Session) -> list[str]:
        (person,) = people.named(session, "王磊")
        assert person.id is not None
        row = facts.report(session, person.id, at("2026-11-23 00:00").date())
        words = facts.report_words(session, row) if row is not None else None
        assert words is not None
        return [client.name for key in words.client_ids if (client := session.get(Client, key)) is not None]

    return await store.read(names)


async def test_a_name_of_two_clients_is_asked_about_and_the_report_is_in_all_the_same(store: Store) -> None:
    told = await hold(
        store,
        "17:00 王磊：日报 今日拜访星海，送了画册",
        "17:01 王磊：2",
        "17:02 王磊：上次联系 星海机电",
        policies=NO_CLOCKS,
    )
    check(told.answer(1), "王磊", "question", "「星海」是哪个客户", f"1 {BEARINGS}\n2 {ELECTRICS}", about=[1])
    assert told.pairs == [("陈静", "report")]
    check(told.answer(2), "王磊", "reply", "日报 #1 里的「星海」", ELECTRICS, about=[1], without=["以后说"])
    check(told.answer(3), "王磊", "reply", "送了画册")
    assert await linked(store) == [ELECTRICS]


async def test_the_answer_is_learned_where_the_words_stand_in_no_other_name(quick: Store) -> None:
    told = await hold(
        quick,
        "17:00 王磊：日报 今日拜访恒工",
        "17:01 王磊：2",
        "17:02 王磊：日报 今日拜访恒工，谈了价格",
        known=TWO_PAIRS,
        policies=NO_CLOCKS,
    )
    second = told.answer(1).text.split("\n2 ")[1].split("\n")[0]
    check(told.answer(2), "王磊", "reply", f"以后说「恒工」就是{second}", about=[1])
    check(told.answer(3), "王磊", "reply", "第2版", f"客户：{second}", about=[1], without=["哪个客户"])


async def test_two_names_are_asked_about_one_after_the_other(quick: Store) -> None:
    told = await hold(
        quick,
        "17:00 王磊：日报 今日拜访星海；下午去恒工对账",
        "17:01 王磊：1",
        "17:02 王磊：1",
        known=TWO_PAIRS,
        policies=NO_CLOCKS,
    )
    check(told.answer(1), "王磊", "question", "「星海」是哪个客户", "还有「恒工」，答完接着问", about=[1])
    check(told.answer(2), "王磊", "question", BEARINGS, "「恒工」是哪个客户", about=[1])
    check(told.answer(3), "王磊", "reply", "「恒工」：", about=[1], without=["哪个客户"])
    assert len(await linked(quick)) == 2


async def test_a_proposal_comes_first_and_one_answer_links_the_report_and_its_promise(quick: Store) -> None:
    told = await hold(
        quick,
        "17:00 王磊：日报 今日对账 明日计划：周四前给星海寄样",
        "17:01 王磊：是",
        "17:02 王磊：2",
        "17:03 王磊：我的承诺",
        policies=NO_CLOCKS,
    )
    check(told.answer(1), "王磊", "reply", "要记回「是」", "「星海」没认准", about=[1], without=["回数字"])
    check(told.answer(2), "王磊", "question", "#2", "日报里的「星海」是哪个客户", f"2 {ELECTRICS}", about=[2, 1])
    check(told.answer(3), "王磊", "reply", "日报 #1", ELECTRICS, "承诺 #2 也记上了", about=[1, 2])
    check(told.answer(4), "王磊", "reply", ELECTRICS, about=[2])
    assert await linked(quick) == [ELECTRICS]


@pytest.mark.parametrize("reply", ["都不是", "不用"])
async def test_declined_it_is_linked_to_none(quick: Store, reply: str) -> None:
    told = await hold(
        quick, "17:00 王磊：日报 今日拜访星海", f"17:01 王磊：{reply}", "17:02 王磊：1", policies=NO_CLOCKS
    )
    check(told.answer(2), "王磊", "reply")
    check(told.answer(3), "王磊", told.answer(3).kind, without=[BEARINGS])
    assert await linked(quick) == []


async def test_another_client_may_be_named_instead(quick: Store) -> None:
    told = await hold(quick, "17:00 王磊：日报 今日拜访星海", "17:01 王磊：仁济医院", policies=NO_CLOCKS)
    check(told.answer(2), "王磊", "reply", "仁济医院", about=[1])
    assert await linked(quick) == ["仁济医院"]


async def test_beside_the_full_name_the_short_one_is_not_asked_about(quick: Store) -> None:
    told = await hold(quick, "17:00 王磊：日报 今日拜访星海轴承有限公司，谈价格；星海要账期60天", policies=NO_CLOCKS)
    check(told.answer(1), "王磊", "reply", f"客户：{BEARINGS}", about=[1], without=["哪个客户"])


async def test_the_answer_is_taken_back_and_the_report_stays(store: Store) -> None:
    told = await hold(
        store,
        "17:00 王磊：日报 今日拜访星海",
        "17:01 王磊：2",
        "17:02 王磊：撤销",
        "17:03 陈静：日报 王磊",
        policies=NO_CLOCKS,
    )
    check(told.answer(3), "王磊", "reply", "#1 日报恢复原来的客户", about=[1])
    check(told.answer(4), "陈静", "reply", "拜访星海", about=[1])
    assert await linked(store) == []


async def test_an_answer_after_the_report_says_something_else_links_nothing(quick: Store) -> None:
    told = await hold(
        quick,
        "17:00 王磊：日报 今日拜访星海",
        "17:01 王磊：日报 今日拜访仁济医院",
        "17:02 王磊：2",
        policies=NO_CLOCKS,
    )
    check(told.answer(2), "王磊", "reply", "第2版", about=[1])
    check(told.answer(3), "王磊", told.answer(3).kind, without=[ELECTRICS])
    assert await linked(quick) == ["仁济医院"]


async def test_words_added_later_are_asked_about_and_those_before_not_again(quick: Store) -> None:
    told = await hold(
        quick,
        "17:00 王磊：日报 今日拜访星海",
        "17:01 王磊：1",
        "17:02 王磊：日报 补充 下午去恒工对账",
        known=TWO_PAIRS,
        policies=NO_CLOCKS,
    )
    check(told.answer(3), "王磊", "question", "「恒工」是哪个客户", about=[1], without=["「星海」是"])


async def test_a_draft_asks_when_it_is_confirmed_as_a_written_report_does(store: Store) -> None:
    told = await hold(
        store,
        "16:58 王磊：电话 仁济医院 问交期",
        "16:59 王磊：日报",
        "17:00 王磊：日报 补充 下午拜访星海",
        "17:01 王磊：日报 补充 问题：恒工压价",
        "17:02 王磊：确认",
        "17:03 王磊：2",
        "17:04 王磊：1",
        known=TWO_PAIRS,
        policies=NO_CLOCKS,
    )
    check(told.answer(4), "王磊", "report", "恒工压价", about=[2], without=["哪个客户"])
    check(
        told.answer(5), "王磊", "question", "客户：仁济医院", f"「星海」是哪个客户？回数字就行\n1 {BEARINGS}", about=[2]
    )
    check(told.answer(6), "王磊", "question", ELECTRICS, "「恒工」是哪个客户", about=[2])
    check(told.answer(7), "王磊", "reply", "「恒工」：", about=[2], without=["哪个客户"])
    assert told.pairs == [("陈静", "report")]
    assert (await linked(store))[:2] == ["仁济医院", ELECTRICS]


async def test_a_draft_asks_about_a_promise_only_as_long_as_its_client_is_unknown(quick: Store) -> None:
    told = await hold(
        quick,
        "16:50 王磊：【承诺】给星海寄样 周二",
        "16:51 王磊：2",
        "16:52 王磊：【承诺】给恒工报价 周二",
        "16:59 王磊：日报",
        "17:00 王磊：确认",
        "17:01 王磊：1",
        "17:02 王磊：我的承诺",
        known=TWO_PAIRS,
        policies=NO_CLOCKS,
    )
    check(told.answer(5), "王磊", "question", ELECTRICS, "「恒工」是哪个客户", about=[3], without=["「星海」"])
    first = told.answer(5).text.split("\n1 ")[1].split("\n")[0]
    check(told.answer(6), "王磊", "reply", f"「恒工」：{first}", "承诺 #2 也记上了", about=[3, 2])
    check(told.answer(7), "王磊", "reply", first, ELECTRICS, about=[1, 2])
    assert await linked(quick) == [ELECTRICS, first]
