"""Samples: what the clocks say by themselves, one thing or several, to the owner, a group, or those above."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.prompt_samples.parts import DUE, PAST, PHONE, TODAY, Sample, both, day, due_item, due_lead

_LATE = timedelta(hours=4, minutes=5)


def _push(items: list[dict[str, Any]], audience: str, title: str = "承诺", rule: str = "") -> dict[str, Any]:
    kinds = ("reminder", "overdue", "alert", "escalation")
    kind = max((item["push"] for item in items), key=kinds.index)
    rule = rule or "答应客户的事，到期提醒、逾期上报"
    return {"items": items, "kind": kind, "audience": audience, "title": title, "rule": rule}


def _due(number: int, push: str, **changed: Any) -> dict[str, Any]:
    late = timedelta(hours=-2) if push == "reminder" else _LATE
    return due_item(number, push=push, late=late, **changed)


_BARE = {"client": None, "last": None, "matter": "回电话"}
_PROMISES = [
    *both(
        "push_commitment",
        _push(
            [_due(12, "escalation", postponed=2, matter=f"打孙工 {PHONE}"), _due(13, "escalation", **_BARE)], "above"
        ),
        _push([_due(12, "reminder", **_BARE)], "owner"),
        Sample(
            "push_commitment",
            "one above",
            _push([_due(12, "escalation", postponed=2)], "above"),
            said=(
                "周敏的 #12",
                "逾期 4 小时",
                "清河机电",
                "11月25日 周三 18:00",
                "139****2222",
                "答应客户的事",
                "转交 12",
            ),
            unsaid=(PHONE,),
        ),
        Sample("push_commitment", "above, never contacted", _push([_due(12, "escalation", last=None)], "above")),
        Sample("push_commitment", "overdue", _push([_due(12, "overdue")], "owner"), said=("#12 到期了",)),
        Sample(
            "push_commitment",
            "several",
            _push([_due(12, "reminder"), _due(13, "overdue", **_BARE), _due(14, "overdue")], "owner"),
            said=("你有 3 项",),
        ),
        Sample(
            "push_commitment",
            "own and above",
            _push([_due(12, "overdue", owner="林涛"), _due(13, "escalation")], "owner"),
            said=("#12 到期了", "周敏的 #13 逾期"),
        ),
        Sample(
            "push_commitment",
            "group",
            _push([_due(12, "overdue", matter=f"打 {PHONE}")], "group"),
            in_group=True,
            said=("到期", "139****2222"),
            unsaid=("逾期", "未完成", "周敏"),
        ),
        Sample(
            "push_commitment",
            "group, several",
            _push([_due(n, "overdue", owner=owner) for n, owner in ((12, "周敏"), (13, "郑凯"))], "group"),
            in_group=True,
            said=("有 2 项到期", "郑凯"),
            unsaid=("逾期", "未完成"),
        ),
        Sample(
            "push_commitment",
            "many above",
            _push([_due(n, "escalation", **_BARE) for n in range(1, 13)], "above"),
            said=("12 项", "还有 2 条"),
        ),
        Sample(
            "push_commitment",
            "many own",
            _push([_due(n, "overdue", **_BARE) for n in range(1, 13)], "owner"),
            said=("12 项", "还有 2 条"),
        ),
    ),
]


def _report(owner: str, push: str, late: timedelta, on: int = 24) -> dict[str, Any]:
    item = due_item(None, owner=owner, push=push, late=late, kind="report", matter="", client=None, last=None)
    del item["postponed"]
    return item | {"day": day(on), "title": "日报"}


_SOON = timedelta(minutes=-40)
_REPORTS = [
    *both(
        "push_daily_report",
        _push(
            [_report(name, "escalation", timedelta(minutes=15), on) for name, on in (("周敏", 24), ("郑凯", 23))],
            "above",
            "日报",
        ),
        _push([_report("周敏", "reminder", _SOON)], "owner", "日报"),
    ),
    Sample("push_daily_report", "late", _push([_report("周敏", "overdue", _LATE)], "owner"), said=("还没收到",)),
]

_TOUCH = "线索 4 小时内要有第一次联系"
_GOLDEN = "分到线索 48 小时内，电话和微信都要联系到"
_LEAD_BARE = {"client": None, "last": None, "contact": "", "matter": ""}


def _lead(number: int, push: str, **changed: Any) -> dict[str, Any]:
    late = timedelta(hours=-12) if push == "reminder" else timedelta(0)
    return due_lead(number, push=push, late=late, **changed)


_LEADS = [
    *both(
        "push_lead_first_touch",
        _push([_lead(7, "overdue"), _lead(8, "overdue", **_LEAD_BARE)], "owner", "线索首次联系", _TOUCH),
        _push([_lead(7, "overdue", **_LEAD_BARE)], "owner", "线索首次联系", _TOUCH),
        Sample(
            "push_lead_first_touch",
            "one",
            _push([_lead(7, "overdue")], "owner", "线索首次联系", _TOUCH),
            said=("清河机电", "孙工", "4 小时"),
        ),
        Sample(
            "push_lead_first_touch",
            "above",
            _push([_lead(7, "escalation")], "above", "线索首次联系", _TOUCH),
            said=("周敏", "转交 7"),
        ),
    ),
    *both(
        "push_lead_golden_48h",
        _push(
            [_lead(7, "escalation"), _lead(8, "escalation", missing=["call", "wechat"], last=None)],
            "above",
            "48小时黄金规则",
            _GOLDEN,
        ),
        _push([_lead(7, "reminder", **_LEAD_BARE)], "owner", "48小时黄金规则", _GOLDEN),
        Sample(
            "push_lead_golden_48h",
            "one above",
            _push([_lead(7, "escalation", missing=["call", "wechat"])], "above", "48小时黄金规则", _GOLDEN),
            said=("电话、微信", "周敏", "48小时黄金规则", "139****2222", "转交 7"),
            unsaid=(PHONE,),
        ),
        Sample(
            "push_lead_golden_48h",
            "one soon",
            _push([_lead(7, "reminder")], "owner", "48小时黄金规则", _GOLDEN),
            said=("还差微信", "12 小时", "微信 清河机电"),
        ),
    ),
]

_OTHER = {"kind": "deal", "title": "商机停滞", "rule": "5 天没有进展要说明", "matter": "商机停滞"}
_RULE = "5 天没有进展要说明"
_DEFAULT = [
    *both(
        "push_default",
        _push([due_item(n, push="alert", late=_LATE) | _OTHER for n in (51, 52)], "above", "商机停滞", _RULE),
        {
            "items": [
                due_item(None, push="overdue", late=_LATE) | _OTHER | {"client": None, "last": None, "owner": ""}
            ],
            "kind": "overdue",
            "audience": "owner",
            "title": "商机停滞",
            "rule": "",
        },
        Sample(
            "push_default",
            "soon",
            _push([due_item(51, push="reminder") | _OTHER], "owner", "商机停滞", _RULE),
            said=("还有 2 小时",),
        ),
        Sample(
            "push_default",
            "one above",
            _push(
                [due_item(51, push="alert", late=_LATE, matter="清河项目") | {"kind": "deal"}], "above", "停滞", _RULE
            ),
            said=("周敏", "清河项目", "5 天没有进展", "139****2222"),
            unsaid=(PHONE,),
        ),
        Sample(
            "push_default",
            "group",
            _push([due_item(51, push="alert", late=_LATE) | _OTHER], "group", "商机停滞", _RULE),
            in_group=True,
            unsaid=("周敏的",),
        ),
    ),
]


def _row(number: int, matter: str, owner: str = "周敏") -> dict[str, Any]:
    return {"number": number, "matter": matter, "owner": owner, "due": DUE}


def _morning(number: int, *, overdue: bool, **changed: Any) -> dict[str, Any]:
    item = due_item(number, due=PAST if overdue else DUE, **changed)
    del item["push"]
    return item | {"overdue": overdue}


def _morning_lead(number: int) -> dict[str, Any]:
    item = due_lead(number)
    del item["push"]
    return item | {"overdue": False}


_EVENING = {"kept": [], "missed": [], "new": [], "day": TODAY, "submitted": 0, "owing": 0}
_DIGESTS = [
    *both(
        "digest_morning_person",
        {"day": TODAY, "items": [_morning(12, overdue=False), _morning(9, overdue=True, **_BARE), _morning_lead(7)]},
        {"day": TODAY, "items": [_morning(9, overdue=True, **_BARE)]},
        Sample(
            "digest_morning_person",
            "many",
            {"day": TODAY, "items": [_morning(n, overdue=False) for n in range(1, 13)]},
            said=("12 项", "还有 2 条"),
        ),
        Sample("digest_morning_person", "lead", {"day": TODAY, "items": [_morning_lead(7)]}, unsaid=("完成 7",)),
    ),
    Sample(
        "digest_morning_group",
        "full",
        {"day": TODAY, "items": [_morning(n, overdue=n == 12, matter=f"打 {PHONE}") for n in range(1, 13)]},
        in_group=True,
        said=("11月24日", "共 12 条", "还有 2 条", "139****2222"),
        unsaid=("周敏", "逾期"),
    ),
    Sample(
        "digest_morning_group",
        "sparse",
        {"day": TODAY, "items": [_morning(9, overdue=True, **_BARE)]},
        in_group=True,
        unsaid=("周敏", "逾期"),
    ),
    Sample(
        "digest_evening_group",
        "full",
        {
            "kept": [_row(12, "给清河寄样品"), _row(13, "报价")],
            "missed": [_row(14, f"打 {PHONE}", "郑凯")],
            "new": [_row(n, "回访") for n in range(20, 32)],
            "day": TODAY,
            "submitted": 5,
            "owing": 7,
        },
        in_group=True,
        said=("兑现 2 条", "139****2222", "还有 2 条", "应交 7 份"),
        unsaid=("周敏", "郑凯", "逾期"),
    ),
    Sample("digest_evening_group", "sparse", _EVENING | {"new": [_row(20, "回访")]}, in_group=True),
    Sample("digest_evening_group", "reports", _EVENING | {"owing": 3}, in_group=True, said=("已交 0 份",)),
    *both(
        "digest_evening_supervisor",
        {"day": TODAY, "missed": [_row(n, f"打 {PHONE}") for n in range(1, 13)], "missing": ["周敏", "郑凯"]},
        {"day": TODAY, "missed": [_row(12, "寄样品")], "missing": []},
        Sample("digest_evening_supervisor", "reports", {"day": TODAY, "missed": [], "missing": ["周敏"]}),
    ),
    Sample("report_count_group", "full", {"day": TODAY, "submitted": 5, "missing": 2}, in_group=True),
    Sample("report_count_group", "sparse", {"day": TODAY, "submitted": 7, "missing": 0}, in_group=True),
]

_QUOTA = {"platform": "dingtalk", "right": "calls", "used": 3512, "allowed": 5000, "level": 70}
_QUOTAS = both(
    "quota_warning",
    _QUOTA,
    _QUOTA | {"right": "messages", "used": 12, "allowed": 0, "level": 100},
    Sample("quota_warning", "nearly", _QUOTA | {"level": 90}, said=("已用 90%", "3512/5000"), unsaid=("用完了",)),
    Sample("quota_warning", "over", _QUOTA | {"used": 5000, "level": 100}, said=("用完了", "共 5000"), unsaid=("%",)),
)

CLOCKS: list[Sample] = [*_QUOTAS, *_PROMISES, *_REPORTS, *_LEADS, *_DEFAULT, *_DIGESTS]
