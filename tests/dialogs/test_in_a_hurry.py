"""Written in a hurry: numbers glued to words, an answer that is only a name, the same line twice, small talk."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import NO_CLOCKS, PROMISES_ONLY, Store, check, hold
from tests.support import POLICIES

PROMISE = "09:00 王磊：【承诺】给协和医院寄样 周三"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("延期1后天", "11月25日 周三"),
        ("延期1周五 客户出差", "11月27日 周五"),
        ("延期1下周一，客户出差", "11月30日 周一"),
        ("延期1星期五", "11月27日 周五"),
        ("改1周四", "11月26日 周四"),
        ("取消1客户不要了", "原因：客户不要了"),
        ("完成1已经寄了", "备注：已经寄了"),
        ("转交1给李娜", "转给李娜了"),
    ],
)
async def test_a_number_may_run_into_the_words(quick: Store, words: str, said: str) -> None:
    told = await hold(quick, "09:00 王磊：【承诺】寄样 周四下午", f"09:05 王磊：{words}", policies=PROMISES_ONLY)
    check(told.answer(2), "王磊", "reply", "#1", said, about=[1])


@pytest.mark.parametrize("words", ["延期1周", "延期3天", "延期12月5日", "延期 2个月"])
async def test_a_length_or_a_date_is_no_number(quick: Store, words: str) -> None:
    told = await hold(quick, PROMISE, f"09:05 王磊：{words}", policies=PROMISES_ONLY)
    check(told.answer(2), "王磊", "question", "回编号就行")


async def test_a_measure_after_done_is_no_number(quick: Store) -> None:
    told = await hold(quick, "09:00 王磊：【承诺】寄1台样机 周四", "09:05 王磊：完成1台样机", policies=PROMISES_ONLY)
    check(told.answer(2), "王磊", "reply", "完成 #1 寄1台样机", about=[1], without=["备注"])


@pytest.mark.parametrize("name", ["李娜", "@李娜", "给李娜", "转给 李娜", "还给李娜"])
async def test_to_whom_may_be_answered_by_a_name(quick: Store, name: str) -> None:
    told = await hold(quick, PROMISE, "09:05 王磊：转交 1", f"09:06 王磊：{name}", policies=PROMISES_ONLY)
    check(told.answer(2), "王磊", "question", "#1 转交给谁", about=[1])
    check(told.answer(3), "王磊", "reply", "#1 转给李娜了", about=[1])
    check(told.others[-1], "李娜", "notice", "王磊把 #1 转给你了", about=[1])


async def test_a_name_nobody_has_is_asked_again_and_talk_is_no_answer(quick: Store) -> None:
    told = await hold(
        quick,
        PROMISE,
        "09:05 王磊：转交 1 @里娜",
        "09:06 王磊：李娜今天不在",
        "09:07 王磊：李娜",
        policies=PROMISES_ONLY,
    )
    check(told.answer(2), "王磊", "question", "没认出「里娜」", about=[1])
    check(told.answer(3), "王磊", "reply", "没听懂")
    check(told.answer(4), "王磊", "reply", "转给李娜了", about=[1])


async def test_which_client_may_be_answered_by_its_name(quick: Store) -> None:
    told = await hold(
        quick,
        "09:00 王磊：电话 星海 问交期",
        "09:01 王磊：星海机电",
        "09:02 王磊：电话 老陈那边 问价",
        "09:03 王磊：协和",
        "09:04 王磊：电话 阿力家 问价",
        "09:05 王磊：明天再说",
        policies=NO_CLOCKS,
    )
    check(told.answer(1), "王磊", "question", "星海轴承", "星海机电")
    check(told.answer(2), "王磊", "reply", "星海机电有限公司", about=[1])
    check(told.answer(3), "王磊", "question", "要新建吗", "回客户全名")
    check(told.answer(4), "王磊", "reply", "北京协和医院", about=[2])
    check(told.answer(6), "王磊", "reply", "没听懂")


async def test_a_line_sent_twice_is_pointed_out(quick: Store) -> None:
    told = await hold(
        quick,
        PROMISE,
        PROMISE.replace("09:00", "09:01"),
        "09:02 王磊：撤销",
        "09:03 王磊：【承诺】给协和医院寄样 周四",
        "09:04 王磊：我的承诺",
        policies=PROMISES_ONLY,
    )
    check(told.answer(2), "王磊", "reply", "记下了 #2", "和 #1 一样", "「撤销」", about=[2, 1])
    check(told.answer(3), "王磊", "reply", "承诺 #2 撤回了：给协和医院寄样", about=[2])
    check(told.answer(4), "王磊", "reply", "记下了 #3", about=[3], without=["一样"])
    check(told.answer(5), "王磊", "reply", "共 2 条", about=[1, 3])


@pytest.mark.parametrize("words", ["在吗", "你好", "早上好！", "在不在呀", "一诺，在吗"])
@pytest.mark.parametrize("speaker", ["王磊", "王磊#华东群"])
async def test_a_greeting_is_greeted(quick: Store, speaker: str, words: str) -> None:
    told = await hold(quick, f"09:00 {speaker}：{words}", policies=NO_CLOCKS)
    assert "我是一诺" in told.answer(1).text


@pytest.mark.parametrize("words", ["收到", "谢谢啦", "好的～", "OK", "辛苦了", "收到，辛苦"])
async def test_thanks_are_no_riddle(quick: Store, words: str) -> None:
    told = await hold(quick, f"09:00 王磊：{words}", policies=NO_CLOCKS)
    check(told.answer(1), "王磊", "reply", "好的", "「帮助」", without=["没听懂", "\n"])


async def test_a_name_before_the_bare_word_lists_that_persons(quick: Store) -> None:
    told = await hold(
        quick,
        PROMISE,
        "09:05 陈静：王磊 承诺",
        "09:06 李娜：王磊 承诺",
        "09:07 陈静：协和 承诺",
        policies=PROMISES_ONLY,
    )
    check(told.answer(2), "陈静", "reply", "王磊的承诺，共 1 条", about=[1])
    check(told.answer(3), "李娜", "reply", "王磊的记录只给本人和上级看")
    check(told.answer(4), "陈静", "reply", "北京协和医院的承诺，共 1 条", about=[1], without=["· 北京协和医院"])


async def test_what_was_taken_back_is_said(quick: Store) -> None:
    told = await hold(
        quick,
        PROMISE,
        "09:01 王磊：延期 1 周五",
        "09:02 王磊：撤销",
        "09:03 王磊：出差 周四",
        "09:04 王磊：撤销",
        "09:05 王磊：日报 今日寄样",
        "09:06 王磊：日报 补充 明日回访",
        "09:07 王磊：撤销",
        "09:08 王磊：改 1 客户 仁济",
        "09:09 王磊：撤销",
        policies=PROMISES_ONLY,
    )
    check(told.answer(3), "王磊", "reply", "#1 恢复原来的日期：11月25日 周三 18:00", about=[1])
    check(told.answer(5), "王磊", "reply", "出差 #2 撤回了", about=[2])
    check(told.answer(8), "王磊", "reply", "#3 日报恢复成第1版", about=[3])
    check(told.answer(10), "王磊", "reply", "#1 恢复原来的客户：给协和医院寄样", about=[1], without=["照旧问", "2 处"])


async def test_a_renaming_taken_back_says_the_name_once(quick: Store) -> None:
    told = await hold(
        quick, "09:00 陈静：客户 仁济 改名 仁济总院", "09:01 陈静：确认", "09:02 陈静：撤销", policies=NO_CLOCKS
    )
    check(told.answer(3), "陈静", "reply", "改回原来的名字：仁济医院", without=["不再是", "2 处"])


async def test_a_lead_in_the_morning_list_and_handed_over_says_what_to_do(quick: Store) -> None:
    told = await hold(
        quick,
        "09:00 王磊：【线索】长桥印务 施经理 展会",
        "09:05 王磊：转交 1 @李娜",
        until="11-24 09:00",
        policies={name: POLICIES[name] for name in ("lead_first_touch", "digest_morning")},
    )
    check(told.others[0], "李娜", "notice", "联系后回「电话 长桥印务 聊了什么」", about=[1])
    check(told.others[-1], "李娜", "digest", "联系后回「电话 长桥印务 聊了什么」", about=[1])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("1 完成", "完成 #1"),
        ("1完成了", "完成 #1"),
        ("#1 搞定，已经寄了", "备注：已经寄了"),
        ("1延期明天", "#1 延到 11月24日 周二"),
        ("1 延期到周五", "#1 延到 11月27日 周五"),
        ("1取消 客户不要了", "原因：客户不要了"),
        ("1 转交给李娜", "#1 转给李娜了"),
    ],
)
async def test_the_number_may_stand_first(quick: Store, words: str, said: str) -> None:
    told = await hold(quick, PROMISE, f"09:05 王磊：{words}", policies=PROMISES_ONLY)
    check(told.answer(2), "王磊", "reply", said, about=[1])


@pytest.mark.parametrize("words", ["3 个客户完成签约", "1 月 5 日取消", "100 完成率不错"])
async def test_a_number_before_other_words_is_talk(quick: Store, words: str) -> None:
    told = await hold(quick, PROMISE, f"09:05 王磊：{words}", "09:06 王磊：我的承诺", policies=PROMISES_ONLY)
    check(told.answer(2), "王磊", "reply", "没听懂")
    check(told.answer(3), "王磊", "reply", "共 1 条", about=[1])


@pytest.mark.parametrize(
    ("verb", "number", "said"),
    [
        ("延期", "1 周五 客户没空", "#1 延到 11月27日 周五"),
        ("静音", "1", "#1 不再提醒你了"),
        ("取消", "#1 客户不要了", "原因：客户不要了"),
        ("改", "1周四", "#1 改好了 · 11月26日 周四"),
    ],
)
async def test_which_one_may_be_answered_by_its_number(quick: Store, verb: str, number: str, said: str) -> None:
    told = await hold(
        quick,
        PROMISE,
        f"09:05 王磊：{verb}",
        "09:06 王磊：3 台样机明天到",
        f"09:07 王磊：{number}",
        policies=PROMISES_ONLY,
    )
    check(told.answer(2), "王磊", "question", f"要{verb}哪一条？回编号就行")
    check(told.answer(3), "王磊", "reply", "没听懂")
    check(told.answer(4), "王磊", "reply", said, about=[1])


@pytest.mark.parametrize("words", ["延期 1 3 天后", "延期 1 2 号"])
async def test_a_measure_behind_the_number_is_a_date(quick: Store, words: str) -> None:
    told = await hold(quick, PROMISE, "09:01 王磊：【承诺】发报价 周四", f"09:05 王磊：{words}", policies=PROMISES_ONLY)
    check(told.answer(3), "王磊", "reply", "#1 延到", about=[1])


async def test_the_same_leave_told_twice_is_one(quick: Store) -> None:
    told = await hold(
        quick,
        "09:00 王磊：请假 周四",
        "09:01 王磊：请假 周四",
        "09:02 王磊：出差 周三到周五",
        "09:03 陈静：取消 1",
        "09:04 王磊：取消 2",
        policies=PROMISES_ONLY,
    )
    check(told.answer(2), "王磊", "reply", "请假已经记过了 #1", about=[1])
    check(told.answer(4), "陈静", "reply", "#1 请假取消了", "#2 还在", about=[1], without=["照常"])
    check(told.others[0], "王磊", "notice", "陈静取消了你的 #1 请假", "#2 还在", about=[1])
    check(told.answer(5), "王磊", "reply", "#2 出差取消了", "照常提醒", about=[2], without=["还在"])


async def test_a_date_that_never_was_is_not_restored(quick: Store) -> None:
    told = await hold(quick, "09:00 王磊：【承诺】寄样", "09:01 王磊：周四", "09:02 王磊：撤销", policies=PROMISES_ONLY)
    check(told.answer(3), "王磊", "reply", "#1 恢复成未定日期", about=[1])


@pytest.mark.parametrize("words", ["本周承诺", "今天的承诺"])
async def test_promises_of_a_time_are_ones_own(quick: Store, words: str) -> None:
    told = await hold(quick, PROMISE, f"09:05 王磊：{words}", policies=PROMISES_ONLY)
    check(told.answer(2), "王磊", "reply", "你的承诺，共 1 条", about=[1])


async def test_a_question_about_what_was_closed_since_takes_no_more_answers(quick: Store) -> None:
    told = await hold(
        quick,
        PROMISE,
        "09:01 王磊：取消 1",
        "09:02 王磊：完成 1",
        "09:03 王磊：客户今天心情不错",
        "09:04 王磊：【承诺】发报价 周四",
        "09:05 王磊：延期 5",
        "09:06 王磊：延期 2",
        "09:07 王磊：完成 2",
        "09:08 王磊：周六",
        policies=PROMISES_ONLY,
    )
    for line in (4, 9):
        check(told.answer(line), "王磊", "reply", "没听懂")


@pytest.mark.parametrize("words", ["取消请假", "取消 请假", "取消休假"])
async def test_the_one_leave_to_come_is_cancelled_without_a_number(quick: Store, words: str) -> None:
    told = await hold(
        quick, "09:00 王磊：请假 周四", "09:01 王磊：出差 周五", f"09:02 王磊：{words}", policies=PROMISES_ONLY
    )
    check(told.answer(3), "王磊", "reply", "#1 请假取消了", about=[1])


async def test_which_of_two_leaves_is_asked(quick: Store) -> None:
    told = await hold(
        quick,
        "09:00 王磊：请假 周四",
        "09:01 王磊：请假 12月7日",
        "09:02 王磊：取消请假",
        "09:03 王磊：2",
        policies=PROMISES_ONLY,
    )
    check(told.answer(3), "王磊", "question", "要取消哪一条")
    check(told.answer(4), "王磊", "reply", "#2 请假取消了", about=[2])


@pytest.mark.parametrize("words", ["完成第1条", "完成 第1条", "完成第 1 个，已经寄了"])
async def test_an_ordinal_is_a_number(quick: Store, words: str) -> None:
    told = await hold(quick, PROMISE, f"09:05 王磊：{words}", policies=PROMISES_ONLY)
    check(told.answer(2), "王磊", "reply", "完成 #1", about=[1])


async def test_ones_own_lead_told_again_is_not_somebody_elses(quick: Store) -> None:
    told = await hold(
        quick,
        "09:00 王磊：【线索】长桥印务 施经理 展会",
        "09:01 王磊：【线索】长桥印务 施经理",
        "09:02 李娜：【线索】长桥印务",
        policies=NO_CLOCKS,
    )
    check(told.answer(2), "王磊", "reply", "没有重复记", "王磊，就是你", "「电话 长桥印务", about=[1], without=["一声"])
    check(told.answer(3), "李娜", "reply", "先和王磊说一声", about=[1])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("延期 到周五 客户出差", "#1 延到 11月27日 周五"),
        ("延期 周五 客户出差", "原因：客户出差"),
        ("改 到周四", "#1 改好了 · 11月26日 周四"),
        ("取消 客户不要了", "原因：客户不要了"),
        ("转交 @李娜", "#1 转给李娜了"),
    ],
)
async def test_what_was_said_before_the_number_is_not_asked_again(quick: Store, words: str, said: str) -> None:
    told = await hold(quick, PROMISE, f"09:05 王磊：{words}", "09:06 王磊：1", policies=PROMISES_ONLY)
    check(told.answer(2), "王磊", "question", "哪一条？回编号就行")
    check(told.answer(3), "王磊", "reply", said, about=[1])


async def test_a_date_without_its_matter_needs_only_the_matter(quick: Store) -> None:
    told = await hold(
        quick,
        "09:00 王磊：承诺 周五",
        "09:01 王磊：你是谁",
        "09:02 王磊：给协和医院寄报价单",
        "09:03 王磊：给仁济医院寄样",
        "09:04 王磊：承诺 周五",
        "09:05 王磊：好的",
        "09:06 王磊：把方案写完",
        "09:07 王磊：承诺 周五",
        "09:08 王磊：算了",
        policies=PROMISES_ONLY,
    )
    check(told.answer(1), "王磊", "question", "11月27日 周五", "要做什么")
    check(told.answer(2), "王磊", "reply", "没听懂")
    check(told.answer(3), "王磊", "reply", "11月27日 周五", "给协和医院寄报价单", "北京协和医院", about=[1])
    check(told.answer(4), "王磊", "reply", "没听懂")
    check(told.answer(6), "王磊", "reply", "有事直接发我")
    check(told.answer(7), "王磊", "reply", "11月27日 周五", "把方案写完", about=[2])
    check(told.answer(9), "王磊", "reply", without=["没听懂"])


async def test_a_remark_is_offered_as_no_new_client(quick: Store) -> None:
    told = await hold(quick, "09:00 王磊：电话 没接", "09:01 王磊：电话 有研新材 谈了价格", policies=NO_CLOCKS)
    check(told.answer(1), "王磊", "question", "没听出是哪个客户", without=["新建"])
    check(told.answer(2), "王磊", "question", "「有研新材」", "要新建吗")
