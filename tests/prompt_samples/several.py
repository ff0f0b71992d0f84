"""Samples: one command for several records, what it lacks, what others hear of it."""

from __future__ import annotations

from typing import Any

from tests.prompt_samples.parts import DUE, FRIDAY, NOW, PAST, PHONE, Sample, both, shown


def _item(number: int = 12, **changed: Any) -> dict[str, Any]:
    item = {"number": number, "matter": "给清河寄样品", "client": "清河机电有限公司", "before": DUE}
    return item | {"absence": "", "lead": False, "owner": ""} | changed


_REFUSED = [
    {"why": "not_yours", "number": 14, "owner": "郑凯"},
    {"why": "already_closed", "number": 15, "state": "done", "at": PAST, "by": "周敏"},
    {"why": "already_closed", "number": 16, "state": "cancelled", "at": None, "by": ""},
    {"why": "same_date", "number": 17, "due": FRIDAY},
    {"why": "already_owner", "number": 18, "owner": "周敏"},
    {"why": "number_unknown", "number": 7, "kind": "lead"},
    {"why": "number_unknown", "number": 8, "kind": "commitment"},
    {"why": "number_unknown", "number": 99, "kind": ""},
]


def _told(verb: str, **changed: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"verb": verb, "items": [_item(), _item(13, matter="回电话", client=None)], "refused": []}
    told |= {"due": FRIDAY, "owner": "周敏", "reason": "", "supervisors": [], "uncertain": False, "by": "周敏"}
    return told | {"now": NOW} | changed


def _heard(what: str, **changed: Any) -> dict[str, Any]:
    item = {"due": FRIDAY, "owner": "周敏", "reason": "客户停产", "postponed": 2} | changed
    items = [shown() | item, shown(13, matter=f"打 {PHONE}", client=None) | item]
    return {"what": what, "items": items, "by": "林涛", "now": NOW}


def _missing(what: str, **changed: Any) -> dict[str, Any]:
    told = {"what": what, "numbers": [12, 13], "verb": "延期", "issue": None, "phrase": "", "names": ()}
    return told | changed


SEVERAL = [
    *both(
        "changed_several",
        _told("延期", refused=_REFUSED, reason="孙工出差", supervisors=["林涛"], uncertain=True),
        _told("取消", items=[], refused=_REFUSED[:2], due=None),
        Sample("changed_several", "corrected", _told("改"), said=("2 条改到 11月27日", "原定 11月25日")),
        Sample(
            "changed_several",
            "cancelled",
            _told("取消", items=[_item(owner="郑凯"), _item(2, absence="travel", matter="")], reason="客户停产"),
            said=("取消了 2 条", "郑凯负责，已告知", "#2 出差"),
        ),
        Sample("changed_several", "handed over", _told("转交", owner="郑凯", due=None), said=("转给郑凯了",)),
        Sample("changed_several", "taken over", _told("转交", due=None), said=("2 条由你接手了",)),
        Sample(
            "changed_several",
            "muted",
            _told("静音", items=[_item(before=None), _item(7, lead=True, matter="", before=None)], due=None),
            said=("线索 #7",),
        ),
    ),
    *both(
        "changed_several_notice",
        _heard("commitment_postponed_notice"),
        _heard("commitment_changed_notice", reason=""),
        Sample(
            "changed_several_notice", "above", _heard("commitment_postponed_notice"), said=("第 2 次",), unsaid=(PHONE,)
        ),
        Sample("changed_several_notice", "cancelled", _heard("commitment_cancelled_notice"), said=("原因：客户停产",)),
        Sample("changed_several_notice", "handed over", _heard("handed_over_notice", reason=""), said=("办好回",)),
        Sample(
            "changed_several_notice", "handed away", _heard("handed_away_notice"), said=("转给周敏",), unsaid=(PHONE,)
        ),
        Sample(
            "changed_several_notice",
            "muted",
            {"what": "muted_notice", "items": [{"number": 12, "matter": "寄样"}] * 2, "by": "林涛", "now": NOW},
            said=("静音",),
        ),
    ),
    *both(
        "several_missing",
        _missing("date", issue="vague", phrase="尽快"),
        _missing("date"),
        Sample("several_missing", "correction", _missing("date", verb="改", issue="none"), said=("定在哪天",)),
        Sample("several_missing", "reason", _missing("reason", verb=""), said=("取消 #12 #13 要写一句原因",)),
        Sample("several_missing", "heir", _missing("heir", verb=""), said=("转交给谁",)),
        Sample("several_missing", "unknown heir", _missing("heir", names=["阿毛"]), said=("「阿毛」",)),
    ),
]
