"""Daily reports in every order and style."""

from __future__ import annotations

import pytest

from handlers.language.names import Directory
from handlers.language.report import ReportText, read_report
from tests.work import calls


@pytest.mark.parametrize(
    "text",
    [
        "今日拜访蓝湾；明日寄样；问题：交期；需支持：出方案",
        "今日拜访蓝湾，明日寄样，问题：交期，需要支持：出方案",
        "：今天拜访蓝湾 明天寄样 问题交期 需支持 出方案",
        "今天：拜访蓝湾\n明天：寄样\n困难：交期\n求助：出方案",
        "【今日工作】拜访蓝湾【明日计划】寄样【问题】交期【需要支持】出方案",
        "[今日完成]\n拜访蓝湾\n[明日安排]\n寄样\n[存在问题]\n交期\n[需协助]\n出方案",
        "一、今日工作\n1、拜访蓝湾\n二、明日计划\n1、寄样\n三、遇到的问题\n1、交期\n四、需要的支持\n1、出方案".replace(
            "需要的", "需要"
        ),
        "1. 今日工作：拜访蓝湾\n2. 明日计划：寄样\n3. 问题：交期\n4. 需支持：出方案",
        "1.今日拜访蓝湾 2.明日寄样 3.问题：交期 4.需支持：出方案",
        "✅今日\n- 拜访蓝湾\n🎯明日\n- 寄样\n❗问题\n- 交期\n🙏帮忙\n- 出方案",
        "## 今日工作\n* 拜访蓝湾\n**明日计划**\n* 寄样\n**风险**\n* 交期\n**协助**\n* 出方案",
        "需支持：出方案\n问题：交期\n明日计划：寄样\n今日工作：拜访蓝湾",
        "拜访蓝湾\n下一步：寄样\n卡点：交期\n需领导支持：出方案",
        "已完成：拜访蓝湾；计划：寄样；风险：交期；求助：出方案",
        "做了：拜访蓝湾。下一步计划：寄样。困难：交期。需协调：出方案。",
        "今日工作 拜访蓝湾 明日计划 寄样 遇到问题 交期 需要支持 出方案",
    ],
)
def test_the_four_sections_in_any_style(text: str) -> None:
    assert read_report(text) == ReportText(("拜访蓝湾",), ("寄样",), ("交期",), ("出方案",))


def test_traditional_and_full_width() -> None:
    assert read_report("今日工作：拜訪藍灣；明日計劃：寄樣；問題：交期") == ReportText(
        ("拜訪藍灣",), ("寄樣",), ("交期",), ()
    )


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("今日：1.拜访A 2.寄样B 3、报价C", ("拜访A", "寄样B", "报价C")),
        ("今日：①拜访A②寄样B③报价C", ("拜访A", "寄样B", "报价C")),
        ("今日：(1)拜访A（2）寄样B", ("拜访A", "寄样B")),
        ("今日：1️⃣拜访A 2️⃣寄样B", ("拜访A", "寄样B")),
        ("1拜访A 2寄样B 3报价C", ("拜访A", "寄样B", "报价C")),
        ("拜访A\n寄样B", ("拜访A", "寄样B")),
        ("拜访A；寄样B；", ("拜访A", "寄样B")),
        ("1、拜访A；看了样。\n2、寄样B", ("拜访A；看了样", "寄样B")),
        ("• 拜访A • 寄样B", ("拜访A", "寄样B")),
        ("- 拜访A\n  老板在\n- 寄样B", ("拜访A 老板在", "寄样B")),
        ("报价3.5万，见附件 3.报价单", ("报价3.5万，见附件 3.报价单",)),
        ("今日拜访：A、B", ("拜访：A、B",)),
        ("今天下午拜访了A，谈到 6点", ("下午拜访了A，谈到 6点",)),
        ("今日完成报价3份", ("完成报价3份",)),
    ],
)
def test_items_are_split_and_keep_their_words(text: str, done: tuple[str, ...]) -> None:
    assert read_report(text) == ReportText(done, (), (), ())


@pytest.mark.parametrize("nothing", ["无", "没有", "暂无", "無", "没问题", "无。", "没有了", "/", "-", "N/A"])
def test_a_section_that_says_nothing_is_empty(nothing: str) -> None:
    assert read_report(f"今日拜访A\n问题：{nothing}\n需支持：{nothing}") == ReportText(("拜访A",), (), (), ())


@pytest.mark.parametrize("text", ["", "  \n", "：", "无"])
def test_an_empty_report_says_so(text: str) -> None:
    assert read_report(text).empty


def test_a_filled_report_is_not_empty() -> None:
    assert not read_report("问题：交期").empty


def test_a_promised_time_stays_with_its_clause() -> None:
    assert read_report("拜访A，王主任约好，明天上午上门") == ReportText(
        ("拜访A，王主任约好，明天上午上门",), (), (), ()
    )


def test_a_time_inside_a_headed_list_does_not_open_a_section() -> None:
    text = "今日工作：\n1. 拜访A\n2. 明天的会议材料\n明日计划：\n1. 今天没做完的报价"
    assert read_report(text) == ReportText(("拜访A", "明天的会议材料"), ("今天没做完的报价",), (), ())


def test_a_transcript_without_punctuation_is_told_apart() -> None:
    text = "今天拜访了蓝湾明天寄样问题是交期太长"
    assert read_report(text) == ReportText(("拜访了蓝湾",), ("寄样",), ("交期太长",), ())


def test_a_transcript_with_fillers_is_told_apart() -> None:
    text = "今天呢，去了蓝湾，明天的话准备寄样，问题就是交期太长，需要技术部支持一下"
    assert read_report(text) == ReportText(("去了蓝湾",), ("准备寄样",), ("交期太长",), ("需要技术部支持一下",))


def test_the_heading_with_date_and_name_is_no_item() -> None:
    text = "11月23日 周一\n汇报人：钱多多\n今日：拜访A"
    assert read_report(text) == ReportText(("拜访A",), (), (), ())


def test_other_headings_keep_their_words_as_done() -> None:
    assert read_report("明日：寄样\n心得：多跑一家") == ReportText(("心得：多跑一家",), ("寄样",), (), ())


def test_a_joint_heading_is_split_by_what_is_wanted() -> None:
    text = "问题/需支持：1.交期长 2.请技术部协助出方案"
    assert read_report(text) == ReportText((), (), ("交期长",), ("请技术部协助出方案",))


def test_a_second_form_ends_the_sections_of_the_first() -> None:
    text = "客户：甲\n事项：验收\n下一步：开票\n客户：乙\n事项：报价\n下一步：寄样"
    assert read_report(text) == ReportText(
        ("客户：甲", "事项：验收", "客户：乙", "事项：报价"), ("开票", "寄样"), (), ()
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("✅签了A ✅对账 📌明天 装机 ⚠️演示机还没到", ReportText(("签了A", "对账"), ("装机",), ("演示机还没到",), ())),
        ("量房3户（南城2、北城1）；签单1户", ReportText(("量房3户（南城2、北城1）", "签单1户"), (), (), ())),
        ("| 客户 | 事 |\n| A | 签约 |\n明日：装机", ReportText(("客户 | 事", "A | 签约"), ("装机",), (), ())),
        (
            "A提了三条：1、交期 2、包装 3、资料 明天回复",
            ReportText(("A提了三条：1、交期 2、包装 3、资料",), ("回复",), (), ()),
        ),
        ("1.**A店**：签约\n2.**B店**：对账", ReportText(("A店：签约", "B店：对账"), (), (), ())),
        ("今日：收款✅；修机器❌", ReportText(("收款", "修机器"), (), (), ())),
        ("问题：\n1、6寸阀停产\n2、8寸管断货", ReportText((), (), ("6寸阀停产", "8寸管断货"), ())),
        ("困难\n（1）3.5米的货架缺", ReportText((), (), ("3.5米的货架缺",), ())),
        ("明日：寄样；后天：装机", ReportText((), ("寄样", "后天：装机"), (), ())),
        ("明日目标：回款5w；明日拜访：A店", ReportText((), ("回款5w", "拜访：A店"), (), ())),
        (
            "签了A\n明天装机\n手提袋不够，麻烦仓库补100个",
            ReportText(("签了A",), ("装机",), ("手提袋不够",), ("麻烦仓库补100个",)),
        ),
        ("跟厂里确认，明天发图", ReportText(("跟厂里确认",), ("发图",), (), ())),
        ("今日业绩：8600 进店42", ReportText(("业绩：8600 进店42",), (), (), ())),
        ("搞定：签A。没搞定：B的比价表。", ReportText(("签A",), (), ("B的比价表",), ())),
        ("卡在哪：A不配合", ReportText((), (), ("A不配合",), ())),
        ("- [x] 改稿\n- [ ] 写方案\n明日\n- [ ] 看展", ReportText(("改稿", "写方案"), ("看展",), (), ())),
        ("今日：1改稿2验收3收款", ReportText(("改稿", "验收", "收款"), (), (), ())),
        ("一 今日 改稿 二 明日 看展 三 问题 无", ReportText(("改稿",), ("看展",), (), ())),
        ("今日 改稿 明日 看展 问题 排队 支持 加急", ReportText(("改稿",), ("看展",), ("排队",), ("加急",))),
        ("到1楼2楼3楼看了", ReportText(("到1楼2楼3楼看了",), (), (), ())),
        (
            "客户 甲\n事项 验收\n下一步 开票\n客户 乙\n事项 报价",
            ReportText(("客户 甲", "事项 验收", "客户 乙", "事项 报价"), ("开票",), (), ()),
        ),
        ("跑A 没啥要支持的", ReportText(("跑A",), (), (), ())),
    ],
)
def test_other_hands(text: str, expected: ReportText) -> None:
    assert read_report(text) == expected


def test_the_name_of_a_client_is_no_heading() -> None:
    clients = Directory([(1, "明日精工有限公司", ["明日精工"])])
    text = "明日精工签了合同，今天去了晨光\n明天跑城北"
    assert read_report(text, clients).done == ("明日精工签了合同，今天去了晨光",)
    assert read_report(text, clients).plan == ("跑城北",)


@pytest.mark.parametrize(
    "unit", ["没有问题，", "（今天拜访了）", "①", "|a|\n", "拜访客户 a\n", "今天 ", "\n字", "#1 字\n"]
)
def test_a_hostile_report_costs_no_more_than_its_length(unit: str) -> None:
    whole = (unit * 4000)[:4000]
    half = whole[:2000]
    read_report(half)
    assert calls(lambda: read_report(whole)) < 2.6 * calls(lambda: read_report(half)) + 2000


@pytest.mark.parametrize(
    ("text", "done", "plan"),
    [
        ("今天晨光闹了一出。厂家明天到，我明天一早去接。", ("晨光闹了一出",), ("厂家明天到，我明天一早去接",)),
        ("今天处理投诉 已经补发 明天上午到", ("处理投诉 已经补发 明天上午到",), ()),
        ("今天和明天都在晨光驻场", ("今天和明天都在晨光驻场",), ()),
        ("今：装机2台、送货1、收款8,800；明：复训", ("装机2台、送货1、收款8,800",), ("复训",)),
        ("A 今日\n晨光装机\nB 明日\n青岚复训", ("晨光装机",), ("青岚复训",)),
        ("工作完成情况（共2项）：\n1、晨光装机\n2、青岚报价\n明日→青岚复训", ("晨光装机", "青岚报价"), ("青岚复训",)),
    ],
)
def test_done_and_planned_are_told_apart(text: str, done: tuple[str, ...], plan: tuple[str, ...]) -> None:
    report = read_report(text)
    assert (report.done, report.plan, report.problems, report.help) == (done, plan, (), ())


@pytest.mark.parametrize(
    "wish",
    [
        "希望研发别在白天发版",
        "希望给点陈列费",
        "需要技术部出一份图纸",
        "要是公司能派车就好了",
        "财务那边帮我准备保证金",
    ],
)
def test_a_wish_behind_the_plan_is_help_wanted(wish: str) -> None:
    report = read_report(f"今天去了晨光 明天跑青岚 {wish}")
    assert (report.done, report.plan, report.help) == (("去了晨光",), ("跑青岚",), (wish,))
