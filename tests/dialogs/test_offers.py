"""What was meant but not written as a command: a promise without its keyword, a record by its words."""

from __future__ import annotations

import pytest

from tests.dialogs.helpers import NO_CLOCKS, Store, check, hold


async def test_a_promise_without_its_keyword_is_offered_and_stored_after_a_yes(store: Store) -> None:
    told = await hold(
        store,
        "10:00 王磊：明天下午三点前把标书发给仁济医院，别忘了提醒我",
        "10:01 王磊：我的承诺",
        "10:02 王磊：明天下午三点前把标书发给仁济医院，别忘了提醒我",
        "10:03 王磊：是",
        "10:04 王磊：我的承诺",
        policies=NO_CLOCKS,
    )
    check(told.answer(1), "王磊", "question", "还没记", "把标书发给仁济医院", "11月24日 周二 15:00", "回「是」")
    check(told.answer(2), "王磊", "reply", "共 0 条")
    check(told.answer(4), "王磊", "reply", "#1", "11月24日 周二 15:00", "仁济医院", about=[1])
    check(told.answer(5), "王磊", "reply", "把标书发给仁济医院", "共 1 条", about=[1])


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("提醒我周五给协和打电话", "给协和打电话"),
        ("周四前把样品寄给华联", "把样品寄给华联"),
        ("记一下 下周一给厂里回个话", "给厂里回个话"),
        ("明天给客户送发票", "给客户送发票"),
        ("别忘了后天交标书", "交标书"),
        ("下周三下午两点和仁济医院开会", "和仁济医院开会"),
        ("约了仁济医院周四上午十点", "约了仁济医院"),
        ("周五去仁济量尺寸", "去仁济量尺寸"),
    ],
)
async def test_it_is_offered_in_many_writings(quick: Store, text: str, matter: str) -> None:
    told = await hold(quick, f"10:00 王磊：{text}", "10:01 王磊：不用", "10:02 王磊：我的承诺", policies=NO_CLOCKS)
    check(told.answer(1), "王磊", "question", "像承诺", matter)
    check(told.answer(3), "王磊", "reply", "共 0 条")


@pytest.mark.parametrize(
    "text",
    [
        "周五下午聚餐",
        "明天下午三点开会",
        "明天谁给协和送样？",
        "昨天给协和寄了样品",
        "刚给协和打完电话，说周四答复",
        "标书已经发给客户了，周四出结果",
        "让李娜周五前把合同寄出",
        "明天几点给客户打电话",
        "周末天气不错",
        "周四和老同学吃饭",
        "周四仁济医院开业",
    ],
)
async def test_talk_is_not_offered_as_a_promise(quick: Store, text: str) -> None:
    told = await hold(quick, f"10:00 王磊：{text}", policies=NO_CLOCKS)
    assert "像承诺" not in told.answer(1).text


async def test_an_order_without_its_keyword_is_offered_and_given_after_a_yes(store: Store) -> None:
    told = await hold(
        store,
        "10:00 陈静：让王磊周五前把合同寄给仁济医院",
        "10:01 陈静：是",
        "10:02 陈静：给王磊派个活：周四前整理名单",
        "10:03 陈静：算了",
        "10:04 陈静#华东群：王磊周三前把样机送到仁济医院",
        "10:05 陈静#华东群：是",
        # It is nobody's to give to a colleague, nor is a day off an order.
        "10:06 王磊：让李娜周五前把合同寄出",
        "10:07 陈静：王磊周四休息",
        "10:08 陈静：让王磊什么时候去",
        "10:09 王磊：我的承诺",
        policies=NO_CLOCKS,
    )
    check(told.answer(1), "陈静", "question", "请王磊办", "还没记", "把合同寄给仁济医院", "11月27日 周五 18:00")
    check(told.answer(2), "陈静", "reply", "#1", "负责人：王磊", "11月27日 周五 18:00", about=[1])
    check(told.answer(3), "陈静", "question", "请王磊办", "整理名单")
    check(told.answer(4), "陈静", "reply", "没有改动")
    check(told.answer(5), "#华东群", "question", "请王磊办", "把样机送到仁济医院")
    check(told.answer(6), "#华东群", "reply", "#2", "王磊", about=[2], mention=["王磊"])
    for line in (7, 8, 9):
        assert "还没记" not in told.answer(line).text
    check(told.answer(10), "王磊", "reply", "#1", "#2", "共 2 条", about=[2, 1])
    (given,) = told.others
    check(given, "王磊", "notice", "陈静", "#1", "把合同寄给仁济医院", about=[1])


async def test_done_without_a_word_of_what_asks_which(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：办完了",
        "10:01 王磊：【承诺】给协和寄样品 周三",
        "10:02 王磊：已经办好了",
        "10:03 王磊：1",
        policies=NO_CLOCKS,
    )
    check(told.answer(1), "王磊", "reply", "没听懂")
    check(told.answer(3), "王磊", "question", "完成的是哪一条", "#1", about=[1])
    check(told.answer(4), "王磊", "reply", "#1", "完成", about=[1])


async def test_a_record_is_changed_by_a_word_for_it(store: Store) -> None:
    told = await hold(
        store,
        "10:00 王磊：【承诺】给协和寄样品 周三；给仁济发合同 周四；给华联发报价 周五",
        "10:01 王磊：延期 样品 下周二 客户出差",
        "10:02 王磊：改 合同 周五",
        "10:03 王磊：取消 报价 客户不要了",
        "10:04 王磊：静音 样品",
        "10:05 王磊：转交 合同 @李娜",
        "10:06 李娜：取消 合同 客户不要了",
        policies=NO_CLOCKS,
    )
    check(told.answer(2), "王磊", "reply", "#1", "12月1日 周二", "客户出差", about=[1])
    check(told.answer(3), "王磊", "reply", "#2", "11月27日 周五", about=[2])
    check(told.answer(4), "王磊", "reply", "#3", "客户不要了", about=[3])
    check(told.answer(5), "王磊", "reply", "#1", about=[1])
    check(told.answer(6), "王磊", "reply", "#2", "李娜", about=[2])
    check(told.answer(7), "李娜", "reply", "#2", "取消", about=[2])


async def test_words_for_several_or_for_none_are_asked_about(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：【承诺】给协和寄样品 周三；给仁济寄样品 周四",
        "10:01 王磊：延期 样品 下周二",
        "10:02 王磊：2",
        "10:03 王磊：取消 发票 客户不要了",
        "10:04 李娜：延期 样品 下周二",
        policies=NO_CLOCKS,
    )
    check(told.answer(2), "王磊", "question", "哪一条", about=[1, 2], without=["没找到"])
    check(told.answer(3), "王磊", "reply", "#2", "12月1日 周二", about=[2])
    check(told.answer(4), "王磊", "question", "没找到和「发票」有关", "哪一条", about=[1, 2])
    check(told.answer(5), "李娜", "reply", "没找到和「样品」有关")


async def test_a_contact_without_its_keyword_is_offered_and_stored_after_a_yes(store: Store) -> None:
    told = await hold(
        store,
        "10:00 王磊：上午去了仁济医院 见了李经理，嫌交期长",
        "10:01 王磊：上次联系 仁济医院",
        "10:02 王磊：上午去了仁济医院 见了李经理，嫌交期长",
        "10:03 王磊：是",
        "10:04 王磊：上次联系 仁济医院",
        "10:05 王磊：撤销",
        policies=NO_CLOCKS,
    )
    check(told.answer(1), "王磊", "question", "拜访记录", "还没记", "仁济医院", "回「是」", about=[])
    check(told.answer(2), "王磊", "reply", without=["李经理"])
    check(told.answer(4), "王磊", "reply", "拜访", "#1", "仁济医院", about=[1])
    check(told.answer(5), "王磊", "reply", "见了李经理", about=[1])
    check(told.answer(6), "王磊", "reply", "#1", about=[1])


async def test_a_contact_with_one_of_several_clients_is_offered_with_their_numbers(quick: Store) -> None:
    told = await hold(
        quick,
        "10:00 王磊：刚跟星海的采购通了电话，要样品",
        "10:01 王磊：2",
        "10:02 王磊：加了协和赵主任的微信",
        "10:03 王磊：不用",
        "10:04 王磊：确认",
        "10:05 王磊：【联系】仁济医院 微信 发了报价",
        "10:06 王磊：仁济医院 电话 张主任要样品",
        "10:07 王磊：仁济医院张主任来电，催样品",
        policies=NO_CLOCKS,
    )
    for line, channel in ((6, "微信记录"), (7, "电话记录"), (8, "电话记录")):
        check(told.answer(line), "王磊", "question", channel, "仁济医院", about=[])
    check(told.answer(1), "王磊", "question", "电话记录", "星海轴承有限公司", "星海机电有限公司", about=[])
    check(told.answer(2), "王磊", "reply", "电话", "#1", "星海", about=[1])
    check(told.answer(3), "王磊", "question", "微信记录", "北京协和医院")
    check(told.answer(5), "王磊", "reply", "没有", about=[])


@pytest.mark.parametrize(
    "text",
    [
        "还没去过协和",
        "明天要去仁济见李主任",
        "去过仁济吗",
        "李娜去了仁济",
        "刚去了趟银行",
        "仁济要的样品寄出去了",
        "跟仁济一共聊过几次",
        "听说仁济换了新院长",
        "仁济医院 电话 021-66668888",
        "仁济医院 电话 多少",
    ],
)
async def test_what_tells_of_no_contact_of_ones_own_is_not_offered(quick: Store, text: str) -> None:
    told = await hold(quick, f"10:00 王磊：{text}", policies=NO_CLOCKS)
    assert "记录，要记吗" not in told.answer(1).text
