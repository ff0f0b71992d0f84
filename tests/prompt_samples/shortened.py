"""Samples: commands that leave out the number, and one record shown by its number alone."""

from __future__ import annotations

from tests.prompt_samples.parts import DUE, NOW, PAST, PHONE, TODAY, Sample, bare, both, golden, shown

_NONE = {"count": 0, "kept": 0, "lost": 0, "waiting": 0}
_TWO = {"count": 2, "kept": 2, "lost": 0, "waiting": 0}
_OPEN = {"state": "open", "at": None, "by": "", "postponed": 0, "muted": False, "attachments": _NONE, "now": NOW}
_WHO = {"number": 12, "owner": "周敏", "mine": True}
_CONTACT = _WHO | {"channel": "visit", "client": "清河机电", "at": PAST, "matter": f"孙工 {PHONE} 问交期", "now": NOW}
_CONTACT |= {"attachments": _TWO}
_LEAD = _WHO | {"client": "清河机电", "matter": "要进口设备", "contact": "孙工", "phone": PHONE, "now": NOW}
_AWAY = _WHO | {"kind": "travel", "first": TODAY, "last": DUE.date(), "cancelled": False, "now": NOW}

SHORTENED = [
    *both(
        "number_which",
        {"verb": "延期", "phrase": "周四", "items": [shown(), bare(13)], "total": 12, "now": NOW},
        {"verb": "改", "phrase": "周四", "items": [shown()], "total": 1, "now": NOW},
    ),
    *both(
        "done_all",
        {"items": [shown(), bare(13)], "total": 30, "now": NOW},
        {"items": [bare()], "total": 1, "now": NOW},
        Sample("done_all", "two", {"items": [shown(), bare(13)], "total": 2, "now": NOW}, said=("这 2 条都完成了吗",)),
    ),
    *both(
        "record_commitment",
        shown(mine=False) | _OPEN | {"postponed": 2, "muted": True},
        bare() | _OPEN,
        Sample(
            "record_commitment",
            "closed",
            shown() | _OPEN | {"state": "done", "at": PAST, "by": "周敏", "attachments": _TWO},
            said=("已完成：11月23日", "附件 2（已存）"),
            unsaid=("办好回",),
        ),
        Sample("record_commitment", "cancelled", bare() | _OPEN | {"state": "cancelled"}, said=("已取消",)),
        Sample("record_commitment", "in a group", shown() | _OPEN | {"postponed": 2}, in_group=True, unsaid=("延过",)),
    ),
    *both("record_contact", _CONTACT | {"mine": False}, _CONTACT | {"matter": "问价", "attachments": _NONE}),
    *both(
        "record_lead",
        _LEAD | {"mine": False, "golden": golden(12)},
        _LEAD | {"matter": "", "contact": "", "phone": "", "golden": golden(12, wechat=True)},
    ),
    *both("record_absence", _AWAY | {"mine": False, "cancelled": True}, _AWAY | {"last": TODAY, "kind": "leave"}),
]
