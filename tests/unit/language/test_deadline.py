"""Deadline phrases against the tables of the contract, section by section, in texts of our own."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.calendar import Calendar
from handlers.language.clauses import Item, plain_item

CALENDAR = Calendar()
SHANGHAI = ZoneInfo("Asia/Shanghai")
MATTER = "给老孙回函"
TUESDAY = "2026-11-24T10:00"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def read(phrase: str, now: str = TUESDAY) -> Item:
    item = plain_item(f"{MATTER} {phrase}", at(now), CALENDAR)
    assert item.matter == MATTER
    assert item.phrase == phrase
    return item


def check(phrase: str, now: str, answer: str) -> None:
    """`answer` is the due instant, without a year in the year of `now`, or the issue."""
    item = read(phrase, now)
    if answer in ("past", "conflict", "vague"):
        assert (item.due, item.issue) == (None, answer)
        return
    assert item.issue is None
    assert item.due == at(answer if len(answer) > 11 else f"{now[:4]}-{answer}")


@pytest.mark.parametrize(
    ("phrase", "now", "answer"),
    [
        ("今天", TUESDAY, "11-24T18:00"),
        ("今日", "2026-11-24T18:00", "11-24T23:59"),
        ("今儿", TUESDAY, "11-24T18:00"),
        ("当天", TUESDAY, "11-24T18:00"),
        ("24号", "2026-11-24T19:00", "11-24T23:59"),
        ("11月24日", "2026-11-24T19:00", "11-24T23:59"),
        ("明天", TUESDAY, "11-25T18:00"),
        ("明儿个", TUESDAY, "11-25T18:00"),
        ("后天", TUESDAY, "11-26T18:00"),
        ("大后天", TUESDAY, "11-27T18:00"),
        ("今明两天", TUESDAY, "11-25T18:00"),
        ("这两天", TUESDAY, "11-26T18:00"),
        ("这几天", TUESDAY, "11-27T18:00"),
        ("周二", TUESDAY, "11-24T18:00"),
        ("周二", "2026-11-24T18:00", "12-01T18:00"),
        ("周二上午", "2026-11-24T13:00", "12-01T12:00"),
        ("星期天", TUESDAY, "11-29T18:00"),
        ("礼拜一", TUESDAY, "11-30T18:00"),
        ("本周五", TUESDAY, "11-27T18:00"),
        ("这周一", TUESDAY, "past"),
        ("本周二", "2026-11-24T18:30", "past"),
        ("下周三", TUESDAY, "12-02T18:00"),
        ("下周周三", TUESDAY, "12-02T18:00"),
        ("下个星期三", TUESDAY, "12-02T18:00"),
        ("下下周三", TUESDAY, "12-09T18:00"),
        ("11月25号", TUESDAY, "11-25T18:00"),
        ("11/25", TUESDAY, "11-25T18:00"),
        ("11-25", TUESDAY, "11-25T18:00"),
        ("11.25", TUESDAY, "11-25T18:00"),
        ("２５号", TUESDAY, "11-25T18:00"),
        ("二十五号", TUESDAY, "11-25T18:00"),
        ("十一月二十五日", TUESDAY, "11-25T18:00"),
        ("2026-11-25", TUESDAY, "11-25T18:00"),
        ("2026年11月25日", TUESDAY, "11-25T18:00"),
        ("二〇二六年十二月五日", TUESDAY, "12-05T18:00"),
        ("2025-11-25", TUESDAY, "past"),
        ("3月15日", TUESDAY, "2027-03-15T18:00"),
        ("8月15日", TUESDAY, "past"),
        ("11月20日", TUESDAY, "past"),
        ("20号", TUESDAY, "12-20T18:00"),
        ("31号", TUESDAY, "12-31T18:00"),
        ("30号", "2026-01-31T11:00", "03-30T18:00"),
        ("下月15号", TUESDAY, "12-15T18:00"),
        ("周三到周五", TUESDAY, "11-27T18:00"),
        ("周五到下周二", TUESDAY, "12-01T18:00"),
        ("周五到周一", TUESDAY, "11-30T18:00"),
        ("周三至五", TUESDAY, "11-27T18:00"),
        ("25号-27号", TUESDAY, "11-27T18:00"),
        ("23号-26号", TUESDAY, "11-26T18:00"),
        ("28号到2号", TUESDAY, "12-02T18:00"),
        ("12月1-4日", TUESDAY, "12-04T18:00"),
        ("12.1-12.4", TUESDAY, "12-04T18:00"),
        ("周三或周四", TUESDAY, "11-26T18:00"),
        ("周四或者周三", TUESDAY, "11-26T18:00"),
        ("周末", TUESDAY, "11-29T18:00"),
        ("本周末", "2026-11-29T19:00", "11-29T23:59"),
        ("下周末", TUESDAY, "12-06T18:00"),
        ("12月4日（周五）前", TUESDAY, "12-04T18:00"),
        ("12月4日前（周五）", TUESDAY, "12-04T18:00"),
        ("12月4日（周四）前", TUESDAY, "conflict"),
        ("周五（12月4日）", TUESDAY, "12-04T18:00"),
        ("周三（12.4）", TUESDAY, "conflict"),
        ("明天（周三）", TUESDAY, "11-25T18:00"),
        ("明天（周四）", TUESDAY, "conflict"),
        ("2月29日", TUESDAY, "conflict"),
        ("2月29日", "2027-12-20T10:00", "2028-02-29T18:00"),
        ("11月31日", TUESDAY, "conflict"),
        ("周末前", TUESDAY, "11-27T18:00"),
        ("周末前", "2026-11-28T10:00", "12-04T18:00"),
        ("下周末前", TUESDAY, "12-04T18:00"),
        ("次周周三", TUESDAY, "12-02T18:00"),
        ("次周五前", TUESDAY, "12-04T18:00"),
    ],
)
def test_days(phrase: str, now: str, answer: str) -> None:
    check(phrase, now, answer)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("第二天上午给老孙回函", None),
        ("周三布展，第二天上午给老孙回函", None),
        ("每次周五例会前给老孙回函", None),
        ("周三前把第二天的安排发给老孙", "11-25T18:00"),
        ("上次周三说的函 周五", "11-27T18:00"),
    ],
)
def test_a_day_told_by_another_is_no_date(text: str, answer: str | None) -> None:
    item = plain_item(text, at(TUESDAY), CALENDAR)
    assert (item.due, item.issue) == ((at(f"2026-{answer}"), None) if answer else (None, "none"))


@pytest.mark.parametrize(
    ("phrase", "now", "answer"),
    [
        ("本周", TUESDAY, "11-27T18:00"),
        ("本周内", "2026-11-27T18:30", "11-29T18:00"),
        ("这周", "2026-11-29T19:00", "11-29T23:59"),
        ("下周", TUESDAY, "12-04T18:00"),
        ("上旬", TUESDAY, "12-10T18:00"),
        ("下旬", TUESDAY, "11-30T18:00"),
        ("本月中旬", TUESDAY, "past"),
        ("下月上旬", TUESDAY, "12-10T18:00"),
        ("2月中旬", TUESDAY, "2027-02-20T18:00"),
        ("月初", TUESDAY, "12-05T18:00"),
        ("月中", TUESDAY, "12-15T18:00"),
        ("月底", TUESDAY, "11-30T18:00"),
        ("月末", "2026-11-30T20:00", "12-31T18:00"),
        ("本月底", "2026-11-30T20:00", "11-30T23:59"),
        ("下月初", TUESDAY, "12-05T18:00"),
        ("3月底", TUESDAY, "2027-03-31T18:00"),
        ("周初", TUESDAY, "11-30T18:00"),
        ("周中", TUESDAY, "11-25T18:00"),
        ("下周初", TUESDAY, "11-30T18:00"),
        ("下周中", TUESDAY, "12-02T18:00"),
        ("本月", TUESDAY, "11-30T18:00"),
        ("月内", TUESDAY, "11-30T18:00"),
        ("下个月", TUESDAY, "12-31T18:00"),
        ("3月份", TUESDAY, "2027-03-31T18:00"),
        ("3月内", TUESDAY, "2027-03-31T18:00"),
        ("季度末", TUESDAY, "12-31T18:00"),
        ("本季度", TUESDAY, "12-31T18:00"),
        ("Q1", TUESDAY, "2027-03-31T18:00"),
        ("二季度", TUESDAY, "2027-06-30T18:00"),
        ("上半年", TUESDAY, "2027-06-30T18:00"),
        ("年底", TUESDAY, "12-31T18:00"),
        ("今年", TUESDAY, "12-31T18:00"),
        ("明年", TUESDAY, "2027-12-31T18:00"),
        ("2027年底", TUESDAY, "2027-12-31T18:00"),
    ],
)
def test_spans(phrase: str, now: str, answer: str) -> None:
    check(phrase, now, answer)


@pytest.mark.parametrize(
    ("phrase", "now", "answer"),
    [
        ("凌晨", TUESDAY, "11-25T06:00"),
        ("早上", TUESDAY, "11-25T10:00"),
        ("明早", TUESDAY, "11-25T10:00"),
        ("后天一早", TUESDAY, "11-26T10:00"),
        ("上午", TUESDAY, "11-24T12:00"),
        ("中午", TUESDAY, "11-24T13:00"),
        ("下午", TUESDAY, "11-24T18:00"),
        ("傍晚", TUESDAY, "11-24T19:00"),
        ("晚上", TUESDAY, "11-24T22:00"),
        ("半夜", TUESDAY, "11-24T23:59"),
        ("今晚", "2026-11-24T22:30", "11-24T23:59"),
        ("今早", TUESDAY, "past"),
        ("今天中午", "2026-11-24T14:00", "past"),
        ("下班前", "2026-11-27T18:30", "11-30T18:00"),
        ("下班前", "2026-11-28T11:00", "11-28T18:00"),
        ("上班前", TUESDAY, "11-25T09:00"),
        ("今天下班前", "2026-11-24T18:30", "past"),
        ("明天上班前", TUESDAY, "11-25T09:00"),
        ("早9点", TUESDAY, "11-25T09:00"),
        ("晚8点", TUESDAY, "11-24T20:00"),
        ("下午3点", TUESDAY, "11-24T15:00"),
        ("三点半", TUESDAY, "11-24T15:30"),
        ("3点一刻", TUESDAY, "11-24T15:15"),
        ("3点15", TUESDAY, "11-24T15:15"),
        ("15：30", TUESDAY, "11-24T15:30"),
        ("晚上八点", TUESDAY, "11-24T20:00"),
        ("今晚12点", TUESDAY, "11-25T00:00"),
        ("周五晚上1点", TUESDAY, "11-28T01:00"),
        ("明天凌晨12点", TUESDAY, "11-25T00:00"),
        ("明天凌晨1点", TUESDAY, "11-25T01:00"),
        ("中午12点", TUESDAY, "11-24T12:00"),
        ("中午1点", TUESDAY, "11-24T13:00"),
        ("9点", TUESDAY, "11-24T21:00"),
        ("今天9点", TUESDAY, "11-24T21:00"),
        ("3点", TUESDAY, "11-24T15:00"),
        ("3点", "2026-11-24T16:00", "11-25T15:00"),
        ("9点", "2026-11-24T22:00", "11-25T09:00"),
        ("9:30", TUESDAY, "11-24T21:30"),
        ("09:30", TUESDAY, "11-25T09:30"),
        ("明天9点", TUESDAY, "11-25T09:00"),
        ("明天6:30", TUESDAY, "11-25T18:30"),
        ("周四9-11点", TUESDAY, "11-26T11:00"),
        ("下午3点到5点", TUESDAY, "11-24T17:00"),
        ("11 月 25 日 下午 3 点 前", TUESDAY, "11-25T15:00"),
        ("今天下午3点", "2026-11-24T16:20", "past"),
    ],
)
def test_parts_of_a_day_and_clock_times(phrase: str, now: str, answer: str) -> None:
    check(phrase, now, answer)


@pytest.mark.parametrize(
    ("phrase", "now", "answer"),
    [
        ("2小时内", "2026-11-24T10:00:42", "11-24T12:00"),
        ("48h内", TUESDAY, "11-26T10:00"),
        ("三个钟头后", TUESDAY, "11-24T13:00"),
        ("两个半小时", TUESDAY, "11-24T12:30"),
        ("1小时30分钟内", TUESDAY, "11-24T11:30"),
        ("半小时", TUESDAY, "11-24T10:30"),
        ("一个半小时", TUESDAY, "11-24T11:30"),
        ("20分钟", TUESDAY, "11-24T10:20"),
        ("一刻钟", TUESDAY, "11-24T10:15"),
        ("半天", TUESDAY, "11-24T14:00"),
        ("3天内", TUESDAY, "11-27T18:00"),
        ("3日内", TUESDAY, "11-27T18:00"),
        ("两天后", TUESDAY, "11-26T18:00"),
        ("两三天", TUESDAY, "11-27T18:00"),
        ("3-5天", TUESDAY, "11-29T18:00"),
        ("2~3天内", TUESDAY, "11-27T18:00"),
        ("明后天", TUESDAY, "11-26T18:00"),
        ("3个工作日", TUESDAY, "11-27T18:00"),
        ("3-5个工作日内", TUESDAY, "12-01T18:00"),
        ("5个工作日", "2026-09-28T10:00", "10-10T18:00"),
        ("两周内", TUESDAY, "12-08T18:00"),
        ("一个星期内", TUESDAY, "12-01T18:00"),
        ("半个月", TUESDAY, "12-09T18:00"),
        ("一个半月", TUESDAY, "2027-01-08T18:00"),
        ("3个月内", "2026-11-30T10:00", "2027-02-28T18:00"),
        ("半年内", TUESDAY, "2027-05-24T18:00"),
        ("一年内", TUESDAY, "2027-11-24T18:00"),
    ],
)
def test_durations(phrase: str, now: str, answer: str) -> None:
    check(phrase, now, answer)


@pytest.mark.parametrize(
    ("phrase", "now", "answer"),
    [
        ("国庆前", "2026-09-22T10:00", "09-30T18:00"),
        ("中秋节前", "2026-09-22T10:00", "09-24T18:00"),
        ("节前", "2026-09-22T10:00", "09-24T18:00"),
        ("清明后", "2026-04-01T10:00", "04-07T18:00"),
        ("春节前", "2026-02-11T10:00", "02-14T18:00"),
        ("年前", "2026-02-11T10:00", "02-14T18:00"),
        ("年后", "2026-02-11T10:00", "02-24T18:00"),
        ("国庆放假前", "2026-09-22T10:00", "09-30T18:00"),
        ("国庆", "2026-09-22T10:00", "10-01T18:00"),
        ("劳动节", "2026-04-01T10:00", "05-01T18:00"),
        ("国庆当天", "2026-09-22T10:00", "10-01T18:00"),
        ("除夕", "2026-02-11T10:00", "02-16T18:00"),
        ("国庆后", "2026-10-03T10:00", "10-08T18:00"),
        ("节前", "2026-10-03T10:00", "12-31T18:00"),
        ("中秋后", "2025-09-20T10:00", "2025-10-09T18:00"),
        ("春节前", TUESDAY, "2027-02-04T18:00"),
        ("春节后", TUESDAY, "2027-02-09T18:00"),
    ],
)
def test_round_the_holidays(phrase: str, now: str, answer: str) -> None:
    check(phrase, now, answer)


def test_unannounced_days_off_make_it_uncertain() -> None:
    assert read("春节前").uncertain
    assert read("30个工作日").uncertain
    assert not read("国庆前", "2026-09-22T10:00").uncertain
    assert not read("1月5日").uncertain


@pytest.mark.parametrize(
    ("phrase", "now", "answer"),
    [
        ("周三前", TUESDAY, "11-25T18:00"),
        ("25号之前", TUESDAY, "11-25T18:00"),
        ("月底前", TUESDAY, "11-30T18:00"),
        ("年底前", TUESDAY, "12-31T18:00"),
        ("季度末前", TUESDAY, "12-31T18:00"),
        ("下午3点以前", TUESDAY, "11-24T15:00"),
        ("下周前", TUESDAY, "11-27T18:00"),
        ("下周前", "2026-09-30T10:00", "09-30T18:00"),
        ("下月前", TUESDAY, "11-30T18:00"),
        ("12月前", TUESDAY, "11-30T18:00"),
        ("最迟周五", TUESDAY, "11-27T18:00"),
        ("不晚于周五下班前", TUESDAY, "11-27T18:00"),
        ("截止时间：周五", TUESDAY, "11-27T18:00"),
        ("ddl 12/1", TUESDAY, "12-01T18:00"),
        ("by 周五", TUESDAY, "11-27T18:00"),
        ("周五截止", TUESDAY, "11-27T18:00"),
    ],
)
def test_before_within_and_labels(phrase: str, now: str, answer: str) -> None:
    check(phrase, now, answer)


@pytest.mark.parametrize(
    "writing",
    ["周五", "週五", "星期五", "礼拜五", "禮拜五", "周5", "礼拜5", "星期５", "周⑤", "周 五"],
)
def test_one_weekday_in_every_writing(writing: str) -> None:
    check(writing, TUESDAY, "11-27T18:00")


@pytest.mark.parametrize(
    "word", ["尽快", "儘快", "马上", "立刻", "近期", "有空", "抽空", "ASAP", "改天", "回头", "第一时间", "过几天"]
)
def test_vague_words(word: str) -> None:
    check(word, TUESDAY, "vague")


@pytest.mark.parametrize(
    "text",
    [
        "整理2026年框架合同",
        "给3号楼送灯带",
        "谈60天账期",
        "回应质检的5点建议",
        "催三期款",
        "核第二周期的排产",
        "写24小时客服方案",
        "补周三例会纪要",
        "找上周五答应的报价",
        "核Q3对账单",
        "做618活动方案",
        "对12月货款",
        "给365天便利店换招牌",
        "双十一前把货备齐",
        "情人节前铺货",
        "每周三交排班表",
        "3天前漏发的货补上",
        "周三以后再寄",
        "报V2.3版本",
        "给七天酒店装地垫",
        "买M12-25螺丝",
        "收2/3货款",
        "问一下回头客的意见",
        "把6个月质保写进合同",
    ],
)
def test_times_that_belong_to_the_matter(text: str) -> None:
    item = plain_item(text, at(TUESDAY), CALENDAR)
    assert (item.due, item.issue, item.matter, item.phrase) == (None, "none", text, "")


@pytest.mark.parametrize(
    ("text", "due", "matter"),
    [
        ("周三例会纪要周四前交", "11-26T18:00", "周三例会纪要交"),
        ("五一活动方案下周一前给到客户", "11-30T18:00", "五一活动方案给到客户"),
        ("把上周五会上说的样品下周二寄走", "12-01T18:00", "把上周五会上说的样品寄走"),
        ("10天内把30天账期的合同签下来", "12-04T18:00", "把30天账期的合同签下来"),
        ("今天下班前把节前欠的货补上", "11-24T18:00", "把节前欠的货补上"),
        ("昨天答应的三份报价明早发", "11-25T10:00", "昨天答应的三份报价发"),
        ("周五给老孙寄样，下午3点前", "11-27T15:00", "给老孙寄样"),
        ("下午3点前给老孙寄样，周五", "11-27T15:00", "给老孙寄样"),
        ("尽快，最迟周五 给老孙寄样", "11-27T18:00", "给老孙寄样"),
        ("给老孙寄样（周五前）", "11-27T18:00", "给老孙寄样"),
        ("+给老孙寄样+周五", "11-27T18:00", "给老孙寄样"),
        ("给老孙周五前寄样", "11-27T18:00", "给老孙寄样"),
        ("我会在周五之前寄样", "11-27T18:00", "我会寄样"),
        ("给IT 周五 PPT", "11-27T18:00", "给IT PPT"),
        ("报价单，最迟周五给老孙", "11-27T18:00", "报价单，给老孙"),
        ("争取周五前寄样", "11-27T18:00", "争取寄样"),
        ("周五 寄样 周六", "11-28T18:00", "周五 寄样"),
        ("把日报补上周五前", "11-27T18:00", "把日报补上"),
        ("上午10点整理台账", "11-25T10:00", "整理台账"),
        ("今晚上门换滤芯", "11-24T22:00", "上门换滤芯"),
        ("把函发出去年底前", "12-31T18:00", "把函发出去"),
        ("更新版本周五前", "11-27T18:00", "更新版本"),
        ("签合同下周五", "12-04T18:00", "签合同"),
        ("给仁和周五寄样", "11-27T18:00", "给仁和寄样"),
        ("下周二最迟给老孙寄样", "12-01T18:00", "给老孙寄样"),
        ("25号店里盘点", "11-25T18:00", "店里盘点"),
    ],
)
def test_the_deadline_among_other_times(text: str, due: str, matter: str) -> None:
    item = plain_item(text, at("2026-11-24T10:30"), CALENDAR)
    assert item.issue is None
    assert item.due == at(f"2026-{due}")
    assert item.matter == matter
