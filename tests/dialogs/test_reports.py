"""日报: drafted, confirmed, added to, written out, replaced, looked up, and who is missing."""

from __future__ import annotations

import pytest

from handlers.language.names_decide import Match
from handlers.language.names_view import View
from storage import facts, people
from tests.dialogs.helpers import NO_CLOCKS, Store, check, hold
from tests.support import at

FILE = "日报-王磊-2026-11-23.pdf"
DAY = (
    "10:05 王磊：电话 协和 王主任 问交期",
    "10:06 王磊：【拜访】仁济医院 李主任，床位800张，担心售后，下周二再去",
    "10:07 王磊：【承诺】给协和医院寄样 周二",
    "10:08 王磊：【承诺】给仁济送画册 今天17点",
    "10:09 王磊：完成 {4}",
)


async def test_alone_it_gathers_the_day_into_a_draft(store: Store) -> None:
    told = await hold(store, *DAY, "17:00 王磊：日报", policies=NO_CLOCKS)
    words = ["11月23日 周一", "电话 北京协和医院", "拜访 仁济医院", "#4 给仁济送画册", "#3 给协和医院寄样", "确认"]
    check(told.answer(6), "王磊", "report", *words, about=[5, 4, 3])
    assert told.pairs == []


async def test_confirmed_it_goes_to_the_supervisor_with_its_file(store: Store) -> None:
    told = await hold(store, *DAY, "17:00 王磊：日报", "17:01 王磊：确认", "17:02 陈静：谁没交日报", policies=NO_CLOCKS)
    check(told.answer(7), "王磊", "reply", "11月23日 周一", "#5", "陈静", about=[5])
    (report,) = told.others
    check(
        report, "陈静", "report", "王磊", "11月23日 周一", "问交期", "担心售后", "寄样", about=[5, 4, 3], files=[FILE]
    )
    check(told.answer(8), "陈静", "reply", "李娜", "张伟", without=["王磊"])


@pytest.mark.parametrize("writing", ["確認", "【确认】", " 确认 "])
async def test_the_word_of_confirmation_in_other_writings(quick: Store, writing: str) -> None:
    told = await hold(quick, *DAY, "17:00 王磊：日报", f"17:01 王磊：{writing}", policies=NO_CLOCKS)
    assert told.pairs == [("陈静", "report")]


async def test_a_draft_is_added_to_before_it_goes(quick: Store) -> None:
    told = await hold(
        quick,
        *DAY,
        "17:00 王磊：日报",
        "17:01 王磊：日报 补充 问题：样品库存不足",
        "17:02 王磊：确认",
        policies=NO_CLOCKS,
    )
    check(told.answer(7), "王磊", "report", "样品库存不足", "问交期", about=[5, 4, 3])
    check(told.others[0], "陈静", "report", "样品库存不足", "问交期", about=[5, 4, 3], files=[FILE])
    assert len(told.others) == 1


async def test_contacts_whose_client_nobody_named_are_shown_in_the_draft(store: Store) -> None:
    told = await hold(
        store,
        "10:05 王磊：微信 老瑞医疗 发了产品视频",
        "10:06 王磊：电话 顺达机电 问了交期",
        "10:07 王磊：不用",
        "10:08 王磊：【承诺】给仁济送画册 今天17点",
        "10:09 王磊：拜访 云岭制药 见了刘工",
        "10:10 王磊：帮助",
        "17:00 王磊：日报",
        "17:01 王磊：微信 老瑞医疗 发了产品视频",
        "17:02 王磊：是",
        "17:03 王磊：日报",
        policies=NO_CLOCKS,
    )
    check(
        told.answer(7), "王磊", "report", "2 条没记下", "微信 老瑞医疗", "拜访 云岭制药", about=[2, 1], without=["顺达"]
    )
    check(told.answer(10), "王磊", "report", "微信 老瑞医疗", "1 条没记下", "拜访 云岭制药", about=[2, 1])


async def test_an_older_question_is_not_answered_by_a_later_word(quick: Store) -> None:
    told = await hold(
        quick,
        "10:05 王磊：微信 老瑞医疗 发了产品视频",
        "10:06 王磊：电话 顺达机电 问了交期",
        "10:07 王磊：是",
        "10:08 王磊：是",
        policies=NO_CLOCKS,
    )
    check(told.answer(3), "王磊", "reply", "顺达机电", about=[1])
    check(told.answer(4), "王磊", "reply", without=["老瑞医疗"])


@pytest.mark.parametrize(
    "writing", ["日报补充下午给仁济打了电话", "日报，补充：下午给仁济打了电话", "日报补充：下午给仁济打了电话"]
)
async def test_an_addition_in_one_breath_replaces_nothing(quick: Store, writing: str) -> None:
    told = await hold(
        quick,
        "16:00 王磊：日报 今天：拜访协和谈价格",
        f"17:00 王磊：{writing}",
        "17:01 王磊：日报今天",
        policies=NO_CLOCKS,
    )
    check(told.answer(3), "王磊", "reply", "拜访协和谈价格", "下午给仁济打了电话", "第2版", about=[1])


async def test_a_draft_is_no_report(quick: Store) -> None:
    told = await hold(
        quick, *DAY, "17:00 王磊：日报", "17:01 陈静：谁没交日报", "17:02 陈静：日报 王磊", policies=NO_CLOCKS
    )
    check(told.answer(7), "陈静", "reply", "王磊")
    check(told.answer(8), "陈静", "reply", "王磊", "还没交")
    assert told.pairs == []


@pytest.mark.parametrize(
    "text",
    [
        "日报 今日拜访星海轴承 明日整理合同 问题：交期太长 需支持：请总部调货",
        "日报：今日：拜访星海轴承；明日：整理合同；问题：交期太长；需支持：请总部调货",
        "【日报】\n今日工作：\n1. 拜访星海轴承\n明日计划：\n1. 整理合同\n问题：交期太长\n需支持：请总部调货",
        "[日報]\n明日计划：整理合同\n今日工作：拜访星海轴承\n需支持：请总部调货\n问题：交期太长",
    ],
)
async def test_written_out_it_is_read_in_any_order_and_goes_at_once(quick: Store, text: str) -> None:
    told = await hold(quick, f"17:00 王磊：{text}", policies=NO_CLOCKS)
    check(
        told.answer(1),
        "王磊",
        "reply",
        "#1",
        "星海轴承有限公司",
        "今日 1 条",
        "明日 1 条",
        "问题 1 条",
        "需支持 1 条",
        about=[1],
    )
    (report,) = told.others
    check(report, "陈静", "report", "拜访星海轴承", "整理合同", "交期太长", "请总部调货", about=[1], files=[FILE])


async def test_a_second_one_replaces_the_first_and_both_versions_are_kept(store: Store) -> None:
    told = await hold(
        store,
        "17:00 王磊：日报 今日拜访协和",
        "17:30 王磊：日报 今日拜访仁济",
        "17:31 陈静：日报 王磊",
        policies=NO_CLOCKS,
    )
    check(told.answer(2), "王磊", "reply", "#1", "版", about=[1])
    check(told.answer(3), "陈静", "reply", "拜访仁济", about=[1], without=["拜访协和"])
    assert told.pairs == [("陈静", "report"), ("陈静", "report")]

    def versions(session: object) -> list[list[str]]:
        (person,) = people.named(session, "王磊")  # type: ignore[arg-type]
        assert person.id is not None
        row = facts.report(session, person.id, at("2026-11-23 00:00").date())  # type: ignore[arg-type]
        assert row is not None
        found = [facts.report_words(session, row, version) for version in (1, 2)]  # type: ignore[arg-type]
        return [words.done for words in found if words is not None]

    assert await store.read(versions) == [["拜访协和"], ["拜访仁济"]]


async def test_added_to_when_it_is_in_it_goes_again(quick: Store) -> None:
    told = await hold(quick, "17:00 王磊：日报 今日拜访协和", "17:30 王磊：日报 补充 今日回访仁济", policies=NO_CLOCKS)
    check(told.others[1], "陈静", "report", "拜访协和", "回访仁济", about=[1], files=[FILE])
    assert len(told.others) == 2


@pytest.mark.parametrize(
    ("moment", "day", "weekday"),
    [
        ("11-24 09:59", "2026-11-23", "11月23日 周一"),
        ("11-24 10:00", "2026-11-24", "11月24日 周二"),
        ("11-23 09:30", "2026-11-20", "11月20日 周五"),
        ("11-28 11:00", "2026-11-27", "11月27日 周五"),
        ("11-29 23:00", "2026-11-27", "11月27日 周五"),
    ],
)
async def test_the_working_day_it_belongs_to_is_said(quick: Store, moment: str, day: str, weekday: str) -> None:
    told = await hold(quick, f"{moment} 王磊：日报 今日拜访协和", policies=NO_CLOCKS)
    check(told.answer(1), "王磊", "reply", weekday, about=[1])
    check(told.others[0], "陈静", "report", weekday, about=[1], files=[f"日报-王磊-{day}.pdf"])


async def test_a_report_without_the_word_is_offered_and_handed_in_after_a_yes(store: Store) -> None:
    told = await hold(
        store,
        "17:00 王磊：今天：1、拜访云栖酒店，谈妥试用 2、电话仁济医院 明天：去仁济量尺寸 问题：仓库缺货",
        "17:01 王磊：日报 王磊",
        "17:02 王磊：今天：1、拜访云栖酒店，谈妥试用 2、电话仁济医院\n明天：去仁济量尺寸\n问题：仓库缺货",
        "17:03 王磊：是",
        # Headings of one kind alone, and talk of the days, are none.
        "17:04 王磊：今天：大家辛苦了",
        "17:05 王磊：今天太忙 明天再说",
    )
    check(told.answer(1), "王磊", "question", "像", "日报", "还没交", "今日 2 条，明日 1 条，问题 1 条")
    check(told.answer(2), "王磊", "reply", "还没交")
    check(told.answer(4), "王磊", "reply", "日报交了", "今日 2 条，明日 1 条，问题 1 条", about=[1])
    for line in (5, 6):
        assert "像" not in told.answer(line).text


async def test_promises_in_the_plan_are_proposed_and_stored_after_a_yes(store: Store) -> None:
    told = await hold(
        store,
        "17:00 王磊：日报 今日拜访协和 明日计划：1. 给星海轴承发合同，周三前 2. 整理资料",
        "17:01 王磊：我的承诺",
        "17:02 王磊：确认",
        "17:03 王磊：我的承诺",
        policies=NO_CLOCKS,
    )
    check(told.answer(1), "王磊", "reply", "1 给星海轴承发合同", "11月25日 周三 18:00", about=[1], without=["2 整理"])
    check(told.answer(2), "王磊", "reply", "共 0 条")
    check(told.answer(3), "王磊", "reply", "#2", "星海轴承有限公司", "11月25日 周三 18:00", about=[2])
    check(told.answer(4), "王磊", "reply", "共 1 条", about=[2])
    assert told.pairs == [("陈静", "report")]


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        ("是", [2, 3]),
        ("2", [2]),
        ("只记 2", [2]),
        ("挑2", [2]),
        ("选 2", [2]),
        ("1 2", [2, 3]),
        ("全部", [2, 3]),
        ("不用", []),
    ],
)
async def test_proposals_are_picked_or_declined(quick: Store, reply: str, kept: list[int]) -> None:
    told = await hold(
        quick,
        "17:00 王磊：日报 今日拜访协和 明日计划：1. 给星海轴承发合同，周三前 2. 给仁济医院送画册，周四",
        f"17:01 王磊：{reply}",
        "17:02 王磊：我的承诺",
        policies=NO_CLOCKS,
    )
    check(told.answer(2), "王磊", "reply", about=kept)
    check(told.answer(3), "王磊", "reply", f"共 {len(kept)} 条", about=kept)


@pytest.mark.parametrize(
    ("report", "due"),
    [
        ("日报 今日拜访协和 明日计划：答应王主任周三前把仁济医院的样品寄出", "11月25日"),
        ("日报 今天跑了两家 明天把合同发给星海轴承", "11月24日"),
        ("日报\n今日：对账\n下一步：\n1）周四给仁济医院报价", "11月26日"),
        ("日报 今天对账了 明儿个把报价发给仁济医院 没什么问题", "11月24日"),
    ],
)
async def test_a_promise_hidden_in_a_plan_is_proposed_and_never_stored_in_silence(
    quick: Store, report: str, due: str
) -> None:
    told = await hold(
        quick,
        f"17:00 王磊：{report}",
        "17:01 王磊：我的承诺",
        "17:02 王磊：1",
        "17:03 王磊：我的承诺",
        policies=NO_CLOCKS,
    )
    check(told.answer(1), "王磊", "reply", due, about=[1])
    check(told.answer(2), "王磊", "reply", without=["#"])
    check(told.answer(3), "王磊", "reply", "#2", due, about=[2])
    check(told.answer(4), "王磊", "reply", "共 1 条", about=[2])


async def test_a_line_is_looked_at_for_clients_once(quick: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    plain = View.mentions

    def mentions(view: View, text: str) -> tuple[Match, ...]:
        looked.append(text)
        return plain(view, text)

    monkeypatch.setattr(View, "mentions", mentions)
    told = await hold(
        quick,
        "16:00 王磊：电话 协和 谈交期",
        "17:00 王磊：日报",
        "17:01 王磊：日报 补充 今日 星海轴承对账；星海轴承对账",
        "17:02 王磊：确认",
        policies=NO_CLOCKS,
    )
    assert len(looked) == len(set(looked)) == 2
    assert [word for word in ("北京协和医院", "星海轴承有限公司") if word not in told.answer(4).text] == []


async def test_without_a_supervisor_it_is_kept_and_said(quick: Store) -> None:
    told = await hold(quick, "17:00 周岚：日报 今日开周会", policies=NO_CLOCKS)
    check(told.answer(1), "周岚", "reply", "#1", "主管", about=[1])
    assert told.pairs == []


async def test_nothing_to_confirm(quick: Store) -> None:
    told = await hold(quick, "17:00 王磊：确认", "17:01 王磊：日报", "17:02 王磊：确认", policies=NO_CLOCKS)
    check(told.answer(1), "王磊", "reply", "没有要确认的")
    check(told.answer(3), "王磊", "question", "没交")
    assert told.pairs == []


async def test_asked_for_again_it_says_it_is_in(quick: Store) -> None:
    told = await hold(quick, "17:00 王磊：日报 今日拜访协和", "17:01 王磊：日报", policies=NO_CLOCKS)
    check(told.answer(2), "王磊", "reply", "交过了", "拜访协和", about=[1])
    assert told.pairs == [("陈静", "report")]


# --- who is missing ---------------------------------------------------------------------------------------------------


async def test_who_is_missing_for_the_supervisor_and_those_above(store: Store) -> None:
    told = await hold(
        store,
        "10:00 李娜：请假 今天",
        "17:00 王磊：日报 今日拜访协和",
        "17:01 陈静：谁没交日报",
        "17:02 何经理：谁没交日报？",
        "17:03 周岚：今天谁还没交日报",
        policies=NO_CLOCKS,
    )
    check(told.answer(3), "陈静", "reply", "张伟", "差 1 份", without=["李娜", "王磊", "赵强"])
    check(told.answer(4), "何经理", "reply", "张伟", "赵强", "差 2 份", without=["李娜"])
    check(told.answer(5), "周岚", "reply", "张伟", "赵强", without=["李娜"])


async def test_in_a_group_only_counts(quick: Store) -> None:
    told = await hold(quick, "17:00 王磊：日报 今日拜访协和", "17:01 陈静#华东群：谁没交日报", policies=NO_CLOCKS)
    check(told.answer(2), "#华东群", "reply", "1 份", "2 份", without=["李娜", "张伟"])


@pytest.mark.parametrize("who", ["张伟", "张伟#华东群"])
async def test_a_rep_hears_only_of_the_own_one(quick: Store, who: str) -> None:
    told = await hold(
        quick,
        f"17:00 {who}：谁没交日报",
        "17:01 张伟：日报 今日拜访协和",
        f"17:02 {who}：谁没交日报",
        policies=NO_CLOCKS,
    )
    assert "日报" in told.answer(1).text
    assert not {"王磊", "李娜"} & set(told.answer(1).text.split())
    assert "已经交了" in told.answer(3).text


async def test_on_a_day_off_the_last_working_day_is_meant(quick: Store) -> None:
    told = await hold(quick, "11-28 11:00 陈静：谁没交日报", policies=NO_CLOCKS)
    check(told.answer(1), "陈静", "reply", "11月27日 周五", "王磊", "李娜", "张伟")


# --- looked up --------------------------------------------------------------------------------------------------------

REPORTED = ("17:00 王磊：日报 今日拜访协和", "17:01 李娜：日报 今日拜访仁济 问题：缺样品")


@pytest.mark.parametrize("words", ["日报 王磊 昨天", "日报 王磊 周一", "日报 @王磊 11月23日", "日报 王磊昨天"])
async def test_one_persons_of_a_day(quick: Store, words: str) -> None:
    told = await hold(quick, *REPORTED, f"11-24 11:00 陈静：{words}", policies=NO_CLOCKS)
    check(told.answer(3), "陈静", "reply", "王磊", "11月23日 周一", "拜访协和", about=[1])


async def test_yesterday_said_on_a_monday_is_friday(quick: Store) -> None:
    told = await hold(
        quick, "11-20 17:00 王磊：日报 今日拜访协和", "11-23 11:00 陈静：日报 王磊 昨天", policies=NO_CLOCKS
    )
    check(told.answer(2), "陈静", "reply", "11月20日 周五", "拜访协和", about=[1])


async def test_one_that_is_not_in_is_said(quick: Store) -> None:
    told = await hold(quick, *REPORTED, "11-24 11:00 陈静：日报 张伟 昨天", policies=NO_CLOCKS)
    check(told.answer(3), "陈静", "reply", "张伟", "11月23日 周一", "还没交")


@pytest.mark.parametrize("who", ["李娜", "林芳"])
async def test_a_peer_is_refused(quick: Store, who: str) -> None:
    told = await hold(quick, *REPORTED, f"11-24 11:00 {who}：日报 王磊 昨天", policies=NO_CLOCKS)
    check(told.answer(3), who, "reply", "王磊", without=["拜访协和"])


async def test_the_teams_summary(store: Store) -> None:
    told = await hold(
        store,
        *REPORTED,
        "17:10 陈静：日报汇总",
        "17:11 王磊：日报汇总",
        "11-24 11:00 陈静：日报汇总 昨天",
        policies=NO_CLOCKS,
    )
    check(told.answer(3), "陈静", "reply", "共 2 份", "差 1 份", "王磊", "拜访协和", "李娜", "缺样品", about=[1, 2])
    check(told.answer(4), "王磊", "reply", "拜访协和", about=[1], without=["李娜"])
    check(told.answer(5), "陈静", "reply", "11月23日 周一", about=[1, 2])


async def test_a_draft_of_open_promises_alone_may_be_confirmed(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：【承诺】给协和寄样 周五", "17:00 王磊：日报", "17:01 王磊：确认")
    assert told.answer(2).kind == "report"
    check(told.answer(3), "王磊", "reply", "陈静", about=[2], without=["听到"])
    assert [(item.to, item.kind, item.files) for item in told.others] == [
        ("陈静", "report", ("日报-王磊-2026-11-23.pdf",))
    ]


async def test_a_draft_begun_before_ten_is_confirmed_after_ten(quick: Store) -> None:
    told = await hold(
        quick,
        "11-23 11:00 王磊：电话 协和 谈交期",
        "11-24 09:55 王磊：日报",
        "11-24 10:01 王磊：日报 补充 明日 送样",
        "11-24 10:03 王磊：确认",
        "11-24 10:04 王磊：确认",
        policies=NO_CLOCKS,
    )
    check(told.answer(2), "王磊", "report", "11月23日", about=[2])
    check(told.answer(3), "王磊", "report", "11月23日", "谈交期", "送样", about=[2])
    check(told.answer(4), "王磊", "reply", "11月23日", "陈静", about=[2])
    check(told.answer(5), "王磊", "reply", "没有要确认的")
    assert [(item.to, item.files) for item in told.others] == [("陈静", ("日报-王磊-2026-11-23.pdf",))]


async def test_a_draft_left_alone_overnight_is_not_confirmed_by_the_way(quick: Store) -> None:
    told = await hold(
        quick,
        "11-23 17:00 王磊：电话 协和 谈交期",
        "11-23 17:01 王磊：日报",
        "11-24 10:03 王磊：确认",
        policies=NO_CLOCKS,
    )
    check(told.answer(3), "王磊", "reply", "没有要确认的")
    assert told.pairs == []
