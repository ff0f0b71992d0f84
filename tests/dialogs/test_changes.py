"""延期, 取消, 转交, 改, 静音: by the owner, by others, by somebody above."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import PROMISES_ONLY, Store, check, hold

SAMPLE = "10:00 王磊#华东群：【承诺】给协和医院寄样 周三"
WEDNESDAY = "11月25日 周三 18:00"
THURSDAY = "11月26日 周四 18:00"
FRIDAY = "11月27日 周五 18:00"
MONDAY = "11月30日 周一 18:00"


async def test_a_first_postponement_is_the_owners_own_affair(store: Store) -> None:
    told = await hold(store, SAMPLE, "10:01 王磊#华东群：延期 1 周五 客户出差")
    check(told.answer(2), "#华东群", "reply", "#1", "北京协和医院", FRIDAY, WEDNESDAY, "客户出差", about=[1])
    assert told.pairs == []


async def test_the_second_postponement_tells_the_supervisor(store: Store) -> None:
    told = await hold(store, SAMPLE, "10:01 王磊：延期 1 周五 客户出差", "10:02 王磊：延期 1 下周一 还在外地")
    check(told.answer(3), "王磊", "reply", "#1", MONDAY, "陈静", about=[1])
    (notice,) = told.others
    check(notice, "陈静", "notice", "王磊", "#1", "第 2 次", MONDAY, FRIDAY, "还在外地", "北京协和医院", about=[1])


async def test_a_postponed_promise_is_nudged_at_its_new_date_only(quick: Store) -> None:
    told = await hold(quick, SAMPLE, "10:01 王磊：延期 1 周五", until="11-27 18:30", policies=PROMISES_ONLY)
    assert [(item.at, item.kind) for item in told.others] == [
        ("2026-11-27 16:00", "reminder"),
        ("2026-11-27 18:10", "overdue"),
    ]


async def test_a_first_date_is_no_postponement(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【承诺】给协和医院寄样",
        "10:01 王磊：延期 1 周四",
        "10:02 王磊：延期 1 周五",
        "10:03 王磊：我的承诺",
    )
    check(told.answer(4), "王磊", "reply", FRIDAY, "延过 1 次", about=[1])
    assert told.pairs == []


async def test_a_supervisor_may_postpone_and_the_owner_is_told(store: Store) -> None:
    told = await hold(store, SAMPLE, "10:01 陈静：延期 1 周五 等货")
    check(told.answer(2), "陈静", "reply", "#1", FRIDAY, "王磊", about=[1])
    check(told.others[0], "王磊", "notice", "陈静", "#1", FRIDAY, WEDNESDAY, "等货", about=[1])
    assert len(told.others) == 1


async def test_the_second_postponement_by_the_manager_tells_both(quick: Store) -> None:
    told = await hold(quick, SAMPLE, "10:01 何经理：延期 1 周五", "10:02 何经理：延期 1 下周一")
    assert sorted(told.pairs) == [("王磊", "notice"), ("王磊", "notice"), ("陈静", "notice")]


@pytest.mark.parametrize(
    ("command", "date"),
    [
        ("延期 1 两天 客户出差", FRIDAY),
        ("延期 1 两个工作日", FRIDAY),
        ("延两天", FRIDAY),
        # Counted from now, which is Monday.
        ("延期 1 4天内", FRIDAY),
        ("延期 1 4天后", FRIDAY),
    ],
)
async def test_a_bare_length_of_time_is_added_to_the_old_date(quick: Store, command: str, date: str) -> None:
    told = await hold(quick, SAMPLE, f"10:01 王磊#华东群：{command}")
    check(told.answer(2), "#华东群", "reply", "#1", date, about=[1])


async def test_a_length_keeps_the_time_of_day_and_never_ends_in_the_past(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【承诺】给协和医院寄样 今天下午3点",
        "10:01 王磊：延期 1 一天",
        "10:02 王磊：延期 1 两小时",
        "11-27 10:00 王磊：延期 1 两天",
    )
    check(told.answer(2), "王磊", "reply", "11月24日 周二 15:00", about=[1])
    check(told.answer(3), "王磊", "reply", "11月24日 周二 17:00", about=[1])
    # Two days after Tuesday are over: then two days from now.
    check(told.answer(4), "王磊", "reply", "11月29日 周日 18:00", about=[1])


@pytest.mark.parametrize(
    ("command", "reply"),
    [("延期 1", "周五"), ("延期 1 昨天", "周五"), ("延期 1 尽快", "11月27日"), ("延期 1 11月20日", "27号")],
)
async def test_without_a_usable_date_it_is_asked(quick: Store, command: str, reply: str) -> None:
    told = await hold(quick, SAMPLE, f"10:01 王磊：{command}", f"10:02 王磊：{reply}")
    check(told.answer(2), "王磊", "question", "#1", about=[1])
    check(told.answer(3), "王磊", "reply", "#1", FRIDAY, about=[1])


async def test_an_answer_too_vague_is_asked_again(quick: Store) -> None:
    told = await hold(
        quick, SAMPLE, "10:01 王磊：延期 1", "10:02 王磊：尽快", "10:03 王磊：11月20日", "10:04 王磊：周五"
    )
    check(told.answer(3), "王磊", "question", "尽快", about=[1])
    check(told.answer(4), "王磊", "question", "已经过了", about=[1])
    check(told.answer(5), "王磊", "reply", FRIDAY, about=[1])


async def test_a_correction_is_not_counted(quick: Store) -> None:
    told = await hold(
        quick,
        SAMPLE,
        "10:01 王磊：改 1 周四",
        "10:02 王磊：改 1 周五",
        "10:03 王磊：延期 1 下周一",
        "10:04 王磊：我的承诺",
    )
    check(told.answer(2), "王磊", "reply", "#1", THURSDAY, "不算延期", about=[1])
    check(told.answer(5), "王磊", "reply", "延过 1 次", about=[1])
    assert told.pairs == []


async def test_a_correction_of_the_words_keeps_the_date(quick: Store) -> None:
    told = await hold(quick, SAMPLE, "10:01 王磊：改 1 给仁济医院寄合同", "10:02 王磊：仁济 承诺")
    check(told.answer(2), "王磊", "reply", "#1", "给仁济医院寄合同", "仁济医院", WEDNESDAY, about=[1])
    check(told.answer(3), "王磊", "reply", "共 1 条", about=[1])


async def test_a_correction_by_the_supervisor_is_told_whatever_it_changes(quick: Store) -> None:
    told = await hold(quick, SAMPLE, "10:01 陈静：改 1 周四", "10:02 陈静：改 1 给协和医院寄合同")
    check(told.others[0], "王磊", "notice", "陈静", "#1", THURSDAY, about=[1])
    check(told.others[1], "王磊", "notice", "陈静", "#1", "寄合同", about=[1])
    assert len(told.others) == 2


async def test_a_correction_without_anything_asks(quick: Store) -> None:
    told = await hold(quick, SAMPLE, "10:01 王磊：改 1", "10:02 王磊：周四", "10:03 王磊：我的承诺")
    check(told.answer(2), "王磊", "question", "#1", about=[1])
    check(told.answer(3), "王磊", "reply", THURSDAY, "不算延期", about=[1])
    check(told.answer(4), "王磊", "reply", THURSDAY, about=[1], without=["延过"])


async def test_a_date_given_by_a_correction_settles_the_question(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【承诺】给协和医院寄样",
        "10:01 王磊：改 1 周四",
        "10:02 王磊：周五",
        "10:03 王磊：我的承诺",
    )
    check(told.answer(2), "王磊", "reply", "#1", THURSDAY, about=[1])
    check(told.answer(3), "王磊", "reply", "没听懂")
    check(told.answer(4), "王磊", "reply", THURSDAY, about=[1])


async def test_withdrawn_with_its_reason_it_is_never_nudged(store: Store) -> None:
    told = await hold(store, SAMPLE, "10:01 王磊：取消 1 客户不需要了", until="11-25 19:00", policies=PROMISES_ONLY)
    check(told.answer(2), "王磊", "reply", "#1", "客户不需要了", about=[1])
    assert told.pairs == []


async def test_without_a_reason_it_is_asked(quick: Store) -> None:
    told = await hold(quick, SAMPLE, "10:01 王磊：取消 1", "10:02 王磊：好", "10:03 王磊：客户不需要了")
    check(told.answer(2), "王磊", "question", "#1", "原因", about=[1])
    check(told.answer(3), "王磊", "question", "#1", "原因", about=[1])
    check(told.answer(4), "王磊", "reply", "取消了", "客户不需要了", about=[1])


async def test_a_no_leaves_everything_as_it_was(quick: Store) -> None:
    told = await hold(quick, SAMPLE, "10:01 王磊：取消 1", "10:02 王磊：不取消了", "10:03 王磊：我的承诺")
    check(told.answer(3), "王磊", "reply", without=["取消了"])
    check(told.answer(4), "王磊", "reply", "共 1 条", about=[1])


async def test_the_supervisor_may_withdraw_and_the_owner_is_told(quick: Store) -> None:
    told = await hold(quick, SAMPLE, "10:01 陈静：取消 1 客户暂停")
    check(told.answer(2), "陈静", "reply", "#1", "王磊", "客户暂停", about=[1])
    check(told.others[0], "王磊", "notice", "陈静", "#1", "客户暂停", about=[1])
    assert len(told.others) == 1


async def test_handed_over_the_new_owner_is_told_and_nudged(store: Store) -> None:
    told = await hold(
        store,
        "10:00 王磊：【承诺】给协和医院寄样 周三",
        "10:01 王磊：转交 1 @李娜",
        until="11-25 17:00",
        policies=PROMISES_ONLY,
    )
    check(told.answer(2), "王磊", "reply", "#1", "李娜", "北京协和医院", about=[1])
    check(told.others[0], "李娜", "notice", "王磊", "#1", "北京协和医院", WEDNESDAY, about=[1])
    check(told.others[1], "李娜", "reminder", "#1", about=[1])
    assert len(told.others) == 2


async def test_handed_over_in_a_group_the_new_owner_is_mentioned_and_told(quick: Store) -> None:
    told = await hold(quick, SAMPLE, "10:01 王磊#华东群：转交 1 李娜")
    check(told.answer(2), "#华东群", "reply", "#1", "李娜", about=[1], mention=["李娜"])
    assert told.pairs == [("李娜", "notice")]


async def test_handed_over_by_the_supervisor_both_are_told(quick: Store) -> None:
    told = await hold(quick, SAMPLE, "10:01 陈静：转交 1 给@张伟", "10:02 王磊：完成 1")
    check(told.others[0], "张伟", "notice", "陈静", "#1", about=[1])
    check(told.others[1], "王磊", "notice", "陈静", "#1", "张伟", about=[1])
    assert len(told.others) == 2
    check(told.answer(3), "王磊", "reply", "张伟", about=[1])


@pytest.mark.parametrize(
    ("words", "said"), [("转交 1", "转交给谁"), ("转交 1 @刘能", "刘能"), ("转交 1 @王磊", "本来就由王磊")]
)
async def test_handed_to_nobody_known_nothing_changes(quick: Store, words: str, said: str) -> None:
    told = await hold(quick, SAMPLE, f"10:01 王磊：{words}", "10:02 王磊：我的承诺")
    assert said in told.answer(2).text
    check(told.answer(3), "王磊", "reply", "共 1 条", about=[1])
    assert told.pairs == []


async def test_muted_it_is_not_nudged_but_listed_and_escalated(store: Store) -> None:
    told = await hold(
        store,
        "10:00 王磊：【承诺】给协和医院寄样 周三",
        "10:01 王磊：静音 1",
        "11-25 18:30 王磊：我的承诺",
        until="11-26 14:00",
        policies=PROMISES_ONLY,
    )
    check(told.answer(2), "王磊", "reply", "#1", about=[1])
    check(told.answer(3), "王磊", "reply", "#1", "逾期", about=[1])
    assert told.pairs == [("陈静", "escalation")]


async def test_muted_by_the_supervisor_the_owner_is_told(quick: Store) -> None:
    told = await hold(quick, SAMPLE, "10:01 陈静：静音 1")
    check(told.answer(2), "陈静", "reply", "#1", "王磊", about=[1])
    check(told.others[0], "王磊", "notice", "陈静", "#1", about=[1])
    assert len(told.others) == 1


@pytest.mark.parametrize("command", ["延期 1 周五", "取消 1 不做了", "转交 1 @李娜", "改 1 周四", "静音 1"])
@pytest.mark.parametrize("who", ["李娜", "林芳"])
async def test_others_are_refused_with_the_owners_name(quick: Store, command: str, who: str) -> None:
    told = await hold(quick, SAMPLE, f"10:01 {who}：{command}", "10:02 王磊：我的承诺")
    check(told.answer(2), who, "reply", "#1", "王磊", about=[1])
    check(told.answer(3), "王磊", "reply", "共 1 条", WEDNESDAY, about=[1], without=["延过", "静音"])
    assert told.pairs == []


@pytest.mark.parametrize("who", ["陈静", "何经理", "周岚"])
async def test_everybody_above_may(quick: Store, who: str) -> None:
    told = await hold(quick, SAMPLE, f"10:01 {who}：延期 1 周五")
    check(told.answer(2), who, "reply", FRIDAY, about=[1])


@pytest.mark.parametrize("command", ["延期 1 周五", "取消 1 不做了", "转交 1 @李娜", "改 1 周四", "静音 1"])
async def test_a_closed_one_stays_as_it_is(quick: Store, command: str) -> None:
    told = await hold(quick, SAMPLE, "10:01 王磊：完成 1", f"10:02 王磊：{command}")
    check(told.answer(3), "王磊", "reply", "#1", "已完成", "11月23日 周一 10:01", "王磊", about=[1])
    assert told.pairs == []
