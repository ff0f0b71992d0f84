"""Talk that is not for the bot, or that it does not understand."""

from __future__ import annotations

import pytest

from bot.replay import Line
from tests import support
from tests.dialogs.helpers import NO_CLOCKS, Store, check, hold


@pytest.mark.parametrize("text", ["【承诺】给协和医院寄样 周三", "完成 1", "今天天气不错", "@李娜 【承诺】寄样 周三"])
async def test_in_a_group_without_an_at_nothing_is_heard(quick: Store, text: str) -> None:
    unheard = Line(support.at("2026-11-23 10:00"), "华东群", "王磊", text, "1")
    said = await support.play(quick, [unheard, support.line("2026-11-23 10:01", "王磊", "我的承诺", "2")])
    assert [(item.reply_to, item.about) for item in said] == [("2", ())]


async def test_the_bot_is_heard_wherever_it_is_mentioned(quick: Store) -> None:
    spoken = Line(support.at("2026-11-23 10:00"), "华东群", "王磊", "【承诺】给协和医院寄样 周三 @一诺", "1")
    (heard,) = await support.play(quick, [spoken])
    check(heard, "#华东群", "reply", "#1", "11月25日 周三 18:00", about=[1])


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("延期到周五可以吗", "延期 12"),
        ("完成得不错", "完成 12"),
        ("今天的日报写完了", "日报"),
        ("这几条都别再催了", "静音"),
        ("刚记的那个当我没说", "撤销"),
        ("这件事转给李娜跟吧", "转交"),
        ("我这边想休息几天", "请假"),
    ],
)
async def test_not_understood_names_the_nearest_command(store: Store, text: str, nearest: str) -> None:
    told = await hold(store, f"10:00 王磊：{text}", f"10:01 王磊#华东群：{text}")
    check(told.answer(1), "王磊", "reply", "没听懂", nearest)
    assert "没听懂" in told.answer(2).text
    assert "\n" not in told.answer(2).text
    assert told.pairs == []


async def test_the_nearest_commands_are_near_by_subject_and_by_who_asks(quick: Store) -> None:
    lines = [
        ("陈静：二组这周情况咋样", "「日报汇总」"),
        ("王磊：二组这周情况咋样", "「日报」"),
        ("何经理：给李娜派个活：把合同改完", "「【承诺】周五前发报价 @李娜」"),
        ("陈静：张伟到底行不行", "「张伟的承诺」"),
        ("陈静：组里拖着的多不多", "「逾期」"),
        ("周岚：这茶挺香", "「日报汇总」或「团队承诺」"),
        ("王磊：这茶挺香", "「【承诺】给协和医院寄样 周三」或「日报」"),
        ("王磊：仁济到底啥意思", "「客户 协和」"),
        ("王磊：仁济觉得咱们卖贵了", "「客户 协和」"),
        ("陈静：这摊子让李娜接手", "「转交 12 @李娜」"),
    ]
    told = await hold(quick, *(f"10:{minute:02} {said}" for minute, (said, _) in enumerate(lines)), policies=NO_CLOCKS)
    for number, (said, nearest) in enumerate(lines, 1):
        assert nearest in told.answer(number).text, said


@pytest.mark.parametrize(
    "text",
    [
        "电话会议改到周三",
        "取消会议",
        "改天再说",
        "客户反馈不错",
        "完成得不错",
        "请假单怎么填",
        "日报模板在哪",
        "撤销权限怎么弄",
        "日报今天还写吗",
        "日报汇总谁来做",
        "日报补好了",
        "协和最近联系得挺勤",
        "你什么时候联系我都行",
        "谁手上的活最多",
        "谁的客户最多",
    ],
)
async def test_a_command_word_inside_a_sentence_is_no_command(quick: Store, text: str) -> None:
    told = await hold(quick, "10:00 王磊：【承诺】给协和医院寄样 周五", f"10:01 王磊：{text}", "10:02 王磊：我的承诺")
    check(told.answer(2), "王磊", "reply", "没听懂")
    check(told.answer(3), "王磊", "reply", "共 1 条", "11月27日 周五 18:00", about=[1])


async def test_nothing_near_points_to_the_help(quick: Store) -> None:
    told = await hold(quick, "10:00 王磊：今天天气不错", "10:01 王磊#华东群：今天天气不错")
    check(told.answer(1), "王磊", "reply", "帮助")
    check(told.answer(2), "#华东群", "reply", "帮助")
