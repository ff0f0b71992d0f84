"""Samples: the daily report drafted, handed in, handed on, looked up and missed."""

from __future__ import annotations

from typing import Any

from tests.prompt_samples.parts import DUE, NOW, PAST, PHONE, TODAY, Sample, bare_report, both, day, report

_OPEN = [
    {"number": 9, "matter": "云栖酒店的报价单", "client": "云栖酒店", "due": PAST, "overdue": True},
    {"number": 12, "matter": "寄样品", "client": None, "due": None, "overdue": False},
]
_PROPOSED = [
    {"matter": "给清河寄样品", "due": DUE, "client_id": 1},
    {"matter": "回访", "due": DUE, "client_id": None},
]

_PASSED_OVER = [{"channel": "微信", "text": "老瑞 发了产品视频"}]
_UNCLEAR = [
    {
        "said": "清河",
        "options": [{"id": 4, "name": "清河人民医院", "last": True}, {"id": 5, "name": "清河中医院", "last": False}],
    },
    {"said": "云栖", "options": [{"id": 6, "name": "云栖酒店"}, {"id": 7, "name": "云栖花园"}]},
]


def _missing(**changed: Any) -> dict[str, Any]:
    return {"day": TODAY, "names": [], "missing": 0, "submitted": 0, "alone": False, "now": NOW} | changed


def _week(*missing: int, **changed: Any) -> dict[str, Any]:
    names = ["郑凯", "周敏", "林涛"]
    days = [
        {"day": day(23 + place), "names": names[:count], "missing": count, "submitted": 3 - count}
        for place, count in enumerate(missing)
    ]
    return {"days": days, "alone": False, "now": NOW} | changed


REPORTS: list[Sample] = [
    *both(
        "report_missing_week",
        _week(2, 0, 1),
        _week(0, 0),
        Sample("report_missing_week", "alone", _week(1, 0, alone=True), said=("你还没交",), unsaid=("差 1 份",)),
        Sample("report_missing_week", "alone, all in", _week(0, 0, alone=True), said=("都交了",)),
    ),
    *both(
        "report_of_whom",
        {"name": "王五", "names": ["郑凯", "周敏"], "total": 9},
        {"name": "王五", "names": ["郑凯"], "total": 1},
    ),
    *both("report_empty", {"day": day(23), "now": NOW}, {"day": TODAY, "now": NOW}),
    *both(
        "report_draft",
        report(version=0, plan=["#12 给清河寄样品"]) | {"open": _OPEN, "total": 12, "unrecorded": _PASSED_OVER * 4},
        bare_report(version=0, done=[]) | {"open": [], "total": 0, "unrecorded": []},
        Sample(
            "report_draft",
            "nothing yet",
            bare_report(version=0, done=[]) | {"open": [], "total": 0, "unrecorded": []},
            unsaid=("确认",),
        ),
        Sample(
            "report_draft",
            "open promises alone",
            bare_report(version=0, done=[]) | {"open": _OPEN, "total": 2, "unrecorded": _PASSED_OVER},
            said=("确认", "共 2 条", "没记下"),
        ),
        Sample(
            "report_draft",
            "in a group",
            report(version=0, done=[f"打电话给孙工 {PHONE}"]) | {"open": _OPEN, "total": 2, "unrecorded": _PASSED_OVER},
            in_group=True,
            said=("确认", "139****2222"),
            unsaid=("逾期",),
        ),
    ),
    *both(
        "report_recorded",
        report(day=day(23)) | {"supervisor": "林涛", "proposals": _PROPOSED, "unclear": []},
        bare_report() | {"supervisor": "", "proposals": [], "unclear": []},
        Sample(
            "report_recorded",
            "headed with yesterday",
            report(day=day(23)) | {"supervisor": "林涛", "proposals": [], "unclear": [], "headed": True},
            said=("11月23日 周一",),
            unsaid=("前一个工作日", "补充"),
        ),
        Sample(
            "report_recorded",
            "one proposal",
            report() | {"supervisor": "林涛", "proposals": _PROPOSED[:1], "unclear": []},
            said=("要记回「是」", "已发给林涛"),
        ),
        Sample(
            "report_recorded",
            "a client unclear",
            report() | {"supervisor": "林涛", "proposals": [], "unclear": _UNCLEAR[:1]},
            said=("「清河」是哪个客户", "1 清河人民医院（上次选的）\n2 清河中医院"),
            unsaid=("接着问",),
        ),
        Sample(
            "report_recorded",
            "two clients unclear",
            report() | {"supervisor": "林涛", "proposals": [], "unclear": _UNCLEAR},
            said=("「清河」是哪个客户", "还有「云栖」，答完接着问"),
        ),
        Sample(
            "report_recorded",
            "a client unclear beside a proposal",
            report() | {"supervisor": "林涛", "proposals": _PROPOSED[:1], "unclear": _UNCLEAR},
            said=("要记回「是」", "还有「清河」「云栖」没认准是哪个客户"),
            unsaid=("回数字",),
        ),
    ),
    *both(
        "report_offered",
        {"day": day(23), "done": ["拜访清河"], "plan": ["寄样"], "problems": ["缺货"], "help": [], "now": NOW},
        {"day": day(24), "done": ["拜访清河"], "plan": [], "problems": ["缺货"], "help": [], "now": NOW},
    ),
    *both(
        "report_client_linked",
        {"number": 31, "said": "清河", "client": "清河中医院", "commitments": [32, 33], "unclear": _UNCLEAR[1:]},
        {"number": 31, "said": "云栖", "client": "云栖酒店", "commitments": [], "unclear": []},
        Sample(
            "report_client_linked",
            "the next one asked",
            {"number": 31, "said": "清河", "client": "清河中医院", "commitments": [32], "unclear": _UNCLEAR[1:]},
            said=("日报 #31", "承诺 #32", "「云栖」是哪个客户", "2 云栖花园"),
        ),
    ),
    *both("report_already_in", report(), bare_report()),
    *both("report_handed_on", report(), bare_report(), Sample("report_handed_on", "again", report(), said=("第2版",))),
    *both("report_shown", report(), bare_report()),
    *both(
        "report_missing",
        _missing(names=["周敏", "郑凯"], missing=2, submitted=5),
        _missing(),
        Sample(
            "report_missing",
            "in a group",
            _missing(names=["周敏"], missing=2, submitted=5),
            in_group=True,
            said=("还差 2 份",),
            unsaid=("周敏",),
        ),
        Sample("report_missing", "all in", _missing(submitted=7), said=("日报齐了",)),
        Sample("report_missing", "own in", _missing(submitted=1, alone=True), said=("已经交了",)),
        Sample(
            "report_missing", "own missing", _missing(missing=1, names=["周敏"], alone=True), said=("你的日报还没交",)
        ),
        Sample(
            "report_missing",
            "own missing in a group",
            _missing(missing=1, names=["周敏"], alone=True),
            in_group=True,
            unsaid=("周敏", "没交"),
        ),
        Sample("report_missing", "own not owed", _missing(alone=True), said=("不用交",)),
    ),
    *both(
        "report_not_in",
        {"person": "周敏", "day": day(23), "now": NOW},
        {"person": "周敏", "day": TODAY, "now": NOW},
        Sample(
            "report_not_in",
            "in a group",
            {"person": "周敏", "day": TODAY, "now": NOW},
            in_group=True,
            unsaid=("周敏", "没交"),
        ),
    ),
    *both(
        "report_summary",
        {"day": day(23), "reports": [report(), bare_report(person="郑凯", number=41)], "missing": 1, "now": NOW},
        {"day": TODAY, "reports": [], "missing": 0, "now": NOW},
        Sample(
            "report_summary",
            "many",
            {"day": TODAY, "reports": [bare_report(number=40 + n) for n in range(12)], "missing": 0, "now": NOW},
            said=("共 12 份", "还有 2 份"),
        ),
    ),
    Sample("nothing_to_confirm", "full"),
]
