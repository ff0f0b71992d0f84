"""Small slips of the tongue and of memory: names nobody has, words for no date, corrections, days of their own."""

from __future__ import annotations

from tests.dialogs.helpers import NO_CLOCKS, Store, check, hold


async def test_a_report_asked_of_nobody_is_not_handed_in_as_the_leaders_own(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 陈静：日报 吴晗",
        "10:01 陈静：日报 @吴晗 昨天",
        "10:02 陈静：日报 吴晗今天请假，其他人都在跑客户",
        "10:03 王磊：日报 陈列",
        policies=NO_CLOCKS,
    )
    for line in (1, 2):
        check(told.answer(line), "陈静", "question", "「吴晗」", "没有记", "王磊", "李娜", "张伟", without=["赵强"])
    check(told.answer(3), "陈静", "reply", "日报交了 #1", about=[1])
    check(told.answer(4), "王磊", "reply", "日报交了 #2", about=[2])
    assert told.pairs == [("何经理", "report"), ("陈静", "report")]


async def test_a_report_headed_with_its_day(quick: Store) -> None:
    told = await hold(
        quick,
        "10:30 王磊：日报 昨天：给城东药房铺了货",
        "10:31 李娜：今日日报 走访了两家门店，明日回访",
        "10:32 张伟：日报 昨天：盘点 今天：铺货",
        policies=NO_CLOCKS,
    )
    check(told.answer(1), "王磊", "reply", "11月20日 周五 的日报交了", about=[1], without=["补充", "前一个工作日"])
    check(told.answer(2), "李娜", "reply", "11月23日 周一 的日报交了", "今日 1 条", "明日 1 条", about=[2])
    check(told.answer(3), "张伟", "reply", "11月23日 周一 的日报交了", about=[3])
    assert "昨天" not in told.others[0].text
    assert "给城东药房铺了货" in told.others[0].text


async def test_whose_report_is_missing_of_a_week(quick: Store) -> None:
    told = await hold(
        quick,
        "09:00 陈静：本周谁没交日报",
        "11:00 王磊：日报 铺货",
        "11:01 陈静：谁没交",
        "11-24 11:00 李娜：日报 铺货",
        "11-24 11:01 陈静：这周谁没交日报",
        "11-24 11:02 王磊：本周谁没交日报",
        "11-24 11:03 陈静#华东群：本周谁没交日报",
        "11-24 11:04 陈静：上周五谁没交日报",
        policies=NO_CLOCKS,
    )
    check(told.answer(1), "陈静", "reply", "11月20日 周五", "还差 3 份")
    check(told.answer(3), "陈静", "reply", "11月23日 周一", "还没交：李娜、张伟")
    check(told.answer(5), "陈静", "reply", "11月23日 周一 差 2 份：李娜、张伟", "11月24日 周二 差 2 份：王磊、张伟")
    check(told.answer(6), "王磊", "reply", "11月24日 周二", without=["11月23日", "李娜"])
    check(told.answer(7), "#华东群", "reply", "差 2 份", "私聊", without=["王磊", "李娜", "张伟"])
    check(told.answer(8), "陈静", "reply", "11月20日 周五", "还差 3 份")


async def test_a_word_that_no_open_promise_holds(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：延期 图册 周四",
        "10:01 王磊：【承诺】寄试用装 周五",
        "10:02 王磊：延期 图册 周四",
        "10:03 王磊：2",
        "10:04 王磊：1",
        "10:05 王磊：【承诺】换试用装 周五",
        "10:06 王磊：取消 试用装 停产了",
        policies=NO_CLOCKS,
    )
    check(told.answer(1), "王磊", "reply", "没找到和「图册」有关", "没有别的")
    check(told.answer(3), "王磊", "question", "没找到和「图册」有关", "#1", "寄试用装", about=[1])
    check(told.answer(4), "王磊", "reply", "没有 #2", about=[2])
    check(told.answer(5), "王磊", "reply", "没听懂")
    check(told.answer(7), "王磊", "question", "要取消的是哪一条", "#1", "#2", about=[1, 2], without=["没找到"])


async def test_an_answer_that_is_no_date_is_asked_again_and_a_date_put_right(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【承诺】寄试用装",
        "10:01 王磊：越快越好",
        "10:02 王磊：等客户通知吧",
        "10:03 王磊：周四",
        "10:04 王磊：不对，周五上午",
        "10:05 王磊：延期 1",
        "10:06 王磊：到时候再说",
        "10:07 王磊：下周一",
        "10:08 王磊：说错了，是下周二",
        "10:09 王磊：不是周五",
        "10:10 王磊：不是下周二，是下周三",
        "10:30 王磊：不对，周五上午",
        policies=NO_CLOCKS,
    )
    for line, words in ((2, "越快越好"), (3, "等客户通知吧")):
        check(told.answer(line), "王磊", "question", f"「{words}」", "比如「周四」", about=[1])
    check(told.answer(4), "王磊", "reply", "11月26日 周四 18:00", about=[1])
    check(told.answer(5), "王磊", "reply", "11月27日 周五 12:00", "不算延期", about=[1])
    check(told.answer(7), "王磊", "question", "「到时候再说」", about=[1])
    check(told.answer(8), "王磊", "reply", "11月30日 周一", about=[1])
    check(told.answer(9), "王磊", "reply", "12月1日 周二", "不算延期", about=[1])
    # That it is not this day tells no date, and ten minutes later nobody knows which record is meant.
    check(told.answer(10), "王磊", "reply", "没听懂")
    check(told.answer(11), "王磊", "reply", "12月2日 周三", "不算延期", about=[1])
    check(told.answer(12), "王磊", "reply", "没听懂")


async def test_reminders_are_wanted_again(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【承诺】寄试用装 周五",
        "10:01 王磊：静音 1",
        "10:30 王磊：取消静音 1",
        "10:31 王磊：恢复提醒 1",
        "10:32 王磊：#1",
        "10:33 陈静：静音 1",
        "10:50 陈静：恢复提醒 1",
        "10:51 陈静：撤销",
        "10:52 李娜：恢复提醒 1",
        policies=NO_CLOCKS,
    )
    check(told.answer(2), "王磊", "reply", "恢复提醒 1", about=[1])
    check(told.answer(3), "王磊", "reply", "#1 恢复提醒了", "寄试用装", about=[1])
    check(told.answer(4), "王磊", "reply", "#1 没有静音", about=[1])
    assert "静音" not in told.answer(5).text
    check(told.answer(7), "陈静", "reply", "#1 恢复提醒了，已告知王磊", about=[1])
    check(told.answer(8), "陈静", "reply", "#1 照旧静音", about=[1])
    check(told.answer(9), "李娜", "reply", "王磊", about=[1])
    assert told.pairs == [("王磊", "notice")] * 3


async def test_a_part_of_a_day_off_is_noted_as_the_whole(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：请假 周三下午 看牙", "10:01 李娜：请假 周三 看牙", policies=NO_CLOCKS)
    check(told.answer(1), "王磊", "reply", "11月25日 周三", "按整天记", "「周三下午」", about=[1])
    check(told.answer(2), "李娜", "reply", "11月25日 周三", about=[2], without=["整天"])
