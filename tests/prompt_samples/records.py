"""Samples: contacts, leads, questions about a client, leave, undo, help and being known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.prompt_samples.parts import DUE, NOW, PAST, PHONE, Sample, both, contact, day, golden

_OPTIONS = [{"id": 1, "name": "清河机电有限公司", "last": True}, {"id": 2, "name": "清河物业", "last": False}]

_CONTACTS = [
    *both("contact_empty", {"channel": "visit"}, {"channel": "other"}),
    *both(
        "contact_which_client",
        {"channel": "call", "options": _OPTIONS, "new": "清河"},
        {"channel": "other", "options": [], "new": "清河"},
        Sample(
            "contact_which_client",
            "one",
            {"channel": "wechat", "options": _OPTIONS[:1], "new": ""},
            said=("是清河机电有限公司吗",),
        ),
    ),
    *both(
        "contact_offered",
        {"channel": "visit", "text": "下午去了清河，见了孙工，嫌交期太长", "options": _OPTIONS},
        {"channel": "other", "text": "刚跟清河聊完", "options": _OPTIONS[:1]},
    ),
    *both("contact_no_client", {"channel": "visit"}, {"channel": "other"}),
    *both(
        "contact_recorded",
        {
            "number": 31,
            "channel": "visit",
            "client": "清河机电有限公司",
            "lacks": ["profile", "pain", "next"],
            "attachments": 2,
            "leads": [golden(), golden(8, wechat=True), golden(9, over=True, left=timedelta(hours=-3))],
            "now": NOW,
        },
        {
            "number": 31,
            "channel": "call",
            "client": "云栖酒店",
            "lacks": [],
            "attachments": 0,
            "leads": [],
            "now": NOW,
        },
        Sample(
            "contact_recorded",
            "in a group",
            {
                "number": 31,
                "channel": "call",
                "client": "云栖酒店",
                "lacks": [],
                "attachments": 0,
                "leads": [golden(over=True, left=timedelta(hours=-3))],
                "now": NOW,
            },
            in_group=True,
            said=("还差微信",),
            unsaid=("已过", "周敏"),
        ),
    ),
]


def _lead(**changed: Any) -> dict[str, Any]:
    told = {"number": 7, "client": "北岭物流", "contact": "孙工", "source": "官网", "budget": 300_000}
    told |= {"region": "上海", "owner": "郑凯", "mine": False, "now": NOW, "phone": PHONE, "note": "急用"}
    return told | changed


_BARE_LEAD = _lead(contact="", source="", budget=None, region="", phone="", note="", mine=True)
_LEADS = [
    *both("lead_no_client", {"contact": "孙工", "phone": "139****2222"}, {"contact": "", "phone": ""}),
    *both(
        "lead_known",
        {"number": 7, "client": "北岭物流", "owner": "郑凯"},
        {"number": None, "client": "北岭物流", "owner": ""},
    ),
    Sample(
        "lead_known", "mine", {"number": 7, "client": "北岭物流", "owner": "周敏", "mine": True}, unsaid=("说一声",)
    ),
    *both("lead_recorded", _lead(), _BARE_LEAD),
    Sample("lead_recorded", "in a group", _lead(mine=True), in_group=True, said=("139****2222", "30万", "郑凯")),
    *both("lead_given_notice", _lead(by="林涛"), _BARE_LEAD | {"by": "林涛"}),
    Sample("leads_imported_notice", "full", {"leads": [_lead()]}, said=("1 条", "#7 北岭物流 孙工", PHONE)),
    Sample("leads_imported_notice", "sparse", {"leads": [_BARE_LEAD, _BARE_LEAD]}, said=("2 条", "#7 北岭物流\n")),
    Sample("leads_imported_notice", "many", {"leads": [_lead()] * 42}, said=("42 条", "另有 12 条")),
]


def _last(**changed: Any) -> dict[str, Any]:
    told = {"client": "清河机电有限公司", "sure": True, "contact": None, "others": False, "owner": "", "mention": None}
    return told | {"next": None, "now": NOW} | changed


_NEXT = {"number": 12, "matter": "寄样品", "due": PAST, "owner": "周敏", "late": True}
_MENTION = {"day": day(23), "who": "郑凯", "text": "清河的合同在走流程"}


def _files(count: int, kept: int = 0, lost: int = 0, waiting: int = 0) -> dict[str, int]:
    return {"count": count, "kept": kept, "lost": lost, "waiting": waiting}


def _entry(number: int, what: str, text: str) -> dict[str, Any]:
    return {"at": PAST, "number": number, "who": "周敏", "what": what, "text": text}


_CARD: dict[str, Any] = {
    "client": "清河机电有限公司",
    "owner": "周敏",
    "region": "上海",
    "tags": ["设备", "老客户"],
    "aliases": ["清河", "清河机电"],
    "phone": PHONE,
    "contact": contact(),
    "contacts": 8,
    "promised": [{"number": 12, "matter": "寄样品", "due": DUE}, {"number": 13, "matter": "回访", "due": None}],
    "total": 6,
    "leads": [golden()],
    "now": NOW,
}
_BARE_CARD: dict[str, Any] = {
    "client": "云栖酒店",
    "owner": "",
    "region": "",
    "tags": [],
    "aliases": [],
    "phone": "",
    "contact": None,
    "contacts": 0,
    "promised": [],
    "total": 0,
    "leads": [],
    "now": NOW,
}

_QUERIES = [
    *both("client_which", {"options": _OPTIONS}, {"options": _OPTIONS[:1]}),
    *both("client_unknown", {"words": "东山药业", "query": "list"}, {"words": "", "query": "card"}),
    *both("client_which_name", {"query": "last_contact"}, {"query": "timeline"}),
    *both(
        "last_contact",
        _last(contact=contact(), owner="周敏", mention=_MENTION, next=_NEXT, sure=False),
        _last(),
        Sample("last_contact", "others", _last(others=True, owner="郑凯", mention=_MENTION), said=("郑凯", "日报提到")),
        Sample("last_contact", "kept", _last(contact=contact()), said=("附件 2（已存）",)),
        Sample(
            "last_contact",
            "bare",
            _last(contact=contact(attachments=_files(0))),
            unsaid=("附件",),
        ),
        Sample(
            "last_contact", "by name", _last(contact=contact(attachments=_files(2))), said=("附件 2",), unsaid=("（",)
        ),
        Sample("last_contact", "waiting", _last(contact=contact(attachments=_files(2, 1, 0, 1))), said=("正在保存",)),
        Sample("last_contact", "lost", _last(contact=contact(attachments=_files(2, 0, 2))), said=("已过期、未能保存",)),
        Sample(
            "last_contact",
            "partly",
            _last(contact=contact(attachments=_files(3, 2, 1))),
            said=("附件 3（存了 2，1 个已过期、未能保存）",),
        ),
        Sample("last_contact", "never", _last(owner="郑凯"), said=("还没有联系记录",)),
        Sample("last_contact", "just now", _last(contact=contact(ago=timedelta(seconds=5))), said=("刚刚",)),
        Sample(
            "last_contact",
            "in a group",
            _last(contact=contact(), next=_NEXT | {"due": None}),
            in_group=True,
            said=("139****2222",),
            unsaid=("逾期",),
        ),
    ),
    *both("client_card", _CARD, _BARE_CARD),
    Sample("client_card", "in a group", _CARD, in_group=True, said=("139****2222",)),
    *both(
        "client_timeline",
        {
            "client": "清河机电有限公司",
            "entries": [
                _entry(31, "call", f"孙工问交期 {PHONE}"),
                _entry(12, "done", "寄样品"),
                _entry(13, "cancelled", "送合同"),
                _entry(12, "promised", "寄样品"),
                _entry(30, "other", "寄了资料"),
                _entry(7, "lead", ""),
            ],
            "total": 9,
            "now": NOW,
        },
        {"client": "云栖酒店", "entries": [], "total": 0, "now": NOW},
    ),
]

_LEAVE = [
    *both("leave_which_days", {"kind": "travel", "issue": "past"}, {"kind": "leave", "issue": "none"}),
    *both(
        "leave_offered",
        {"kind": "travel", "first": day(25), "last": day(27), "now": NOW},
        {"kind": "leave", "first": day(25), "last": day(25), "now": NOW},
    ),
    *both(
        "leave_recorded",
        {"number": 15, "kind": "travel", "first": day(25), "last": day(27), "now": NOW},
        {"number": 15, "kind": "leave", "first": day(25), "last": day(25), "now": NOW},
        Sample(
            "leave_recorded",
            "a part of a day",
            {"number": 15, "kind": "leave", "first": day(25), "last": day(25), "hours": "周三下午", "now": NOW},
            said=("按整天记", "「周三下午」"),
        ),
    ),
    *both(
        "absence_list",
        {
            "whose": "",
            "own": False,
            "first": day(25),
            "last": day(25),
            "items": [
                {"who": "周敏", "kind": "travel", "first": day(24), "last": day(27)},
                {"who": "林涛", "kind": "leave", "first": day(25), "last": day(25)},
            ],
            "now": NOW,
        },
        {"whose": "周敏", "own": False, "first": None, "last": None, "items": [], "now": NOW},
    ),
    *both(
        "absence_cancelled",
        {"number": 15, "kind": "travel", "first": day(25), "last": day(27), "now": NOW},
        {"number": 15, "kind": "leave", "first": day(25), "last": day(25), "now": NOW},
    ),
]


def _taken(number: int, what: str, *, made: bool = False, kind: str = "commitment") -> dict[str, Any]:
    return {"number": number, "kind": kind, "made": made, "what": what}


_TAKEN = {
    "items": [
        _taken(12, "commitment.made", made=True),
        _taken(13, "commitment.done"),
        _taken(14, "commitment.dated"),
        _taken(14, "commitment.reworded"),
        _taken(40, "report.in", kind="dailyreport"),
        _taken(15, "absence.made", made=True, kind="absence"),
        _taken(16, "something.new"),
    ],
    "by": "周敏",
    "now": NOW,
}
_TAKEN_ONE = {"items": [_taken(7, "lead.assigned", kind="lead")], "by": "周敏", "now": NOW}

_TOPICS = [
    {"title": "承诺", "words": ["承诺"], "short": "【承诺】寄样品 周三", "text": "　【承诺】做什么 什么时候"},
    {"title": "完成", "words": ["完成"], "short": "完成 12", "text": "　完成 12"},
]
_KNOWN: dict[str, Any] = {
    "name": "周敏",
    "role": "rep",
    "known": True,
    "supervisor": "林涛",
    "region": "上海",
    "department": "华东一部",
    "ids": [{"platform": "wecom", "id": "ZhouMin"}, {"platform": "dingtalk", "id": PHONE}],
    "chat": {"name": "", "id": "cid1"},
}
_BASICS = [
    *both(
        "who_am_i",
        _KNOWN | {"chat": None},
        _KNOWN | {"known": False, "supervisor": "", "region": "", "department": "", "ids": [], "chat": None},
        Sample("who_am_i", "in a group", _KNOWN, in_group=True, said=("cid1", "139****2222")),
    ),
    Sample("bind_in_group", "full"),
    Sample("bind_supervisor_only", "full", in_group=True),
    Sample("bind_which_name", "full", in_group=True),
    Sample("bind_name_taken", "full", {"name": "华东销售群"}, in_group=True),
    Sample("bind_name_taken", "sparse", {"name": "一部"}, in_group=True),
    Sample("bound", "full", {"name": "华东销售群"}, in_group=True),
    Sample("bound", "sparse", {"name": "一部"}, in_group=True),
    *both(
        "help",
        {"topics": _TOPICS, "unknown": "报销", "bot": "一诺"},
        {"topics": _TOPICS, "unknown": "", "bot": "一诺"},
    ),
    *both("help_topic", {"topic": _TOPICS[0]}, {"topic": _TOPICS[1]}),
    *both(
        "promise_offered",
        {"matter": "把标书发给王院长", "due": DUE, "client": "云栖酒店", "now": NOW},
        {"matter": "打电话给孙工", "due": DUE, "client": None, "now": NOW},
    ),
    *both(
        "assignment_offered",
        {"owner": "马骏", "matter": "把标书发给王院长", "due": DUE, "client": "云栖酒店", "now": NOW},
        {"owner": "马骏", "matter": "整理名单", "due": DUE, "client": None, "now": NOW},
    ),
    *both("not_understood", {"nearest": ["日报汇总", "团队承诺"], "bot": "一诺"}, {"nearest": [], "bot": "一诺"}),
    Sample("not_understood", "in a group", {"nearest": ["日报汇总", "团队承诺"], "bot": "一诺"}, in_group=True),
    Sample("not_understood", "in a group, far off", {"nearest": [], "bot": "一诺"}, in_group=True, said=("帮助",)),
    Sample("greeting", "full", {"bot": "一诺"}),
    Sample("greeting", "sparse", {"bot": "一诺"}, in_group=True),
    Sample("courtesy", "full", {}),
    Sample("courtesy", "sparse", {}, in_group=True),
    *both(
        "attachment_alone",
        {"count": 3, "asked": False, "joined": False},
        {"count": 1, "asked": False, "joined": False},
        Sample("attachment_alone", "with a question", {"count": 2, "asked": True, "joined": True}, said=("一起记",)),
        Sample("attachment_alone", "in between", {"count": 2, "asked": True, "joined": False}, said=("再发一次",)),
    ),
    *both(
        "proof_added",
        {"number": 31, "name": "清河机电有限公司", "count": 2, "open": False},
        {"number": 12, "name": "", "count": 1, "open": True},
    ),
    *both("proof_missing", {"number": 12}, {"number": 3}),
    *both(
        "stranger_note",
        {"name": "何洁", "ask": ["林涛", "郑凯"], "bot": "一诺"},
        {"name": "何洁", "ask": [], "bot": "一诺"},
    ),
    Sample("unidentified", "full", {"bot": "一诺"}, in_group=True),
    Sample("unidentified", "sparse", {"bot": "一诺"}),
    Sample("went_wrong", "full", {"bot": "一诺"}, in_group=True),
    Sample("went_wrong", "sparse", {"bot": "一诺"}),
    *both("undone", _TAKEN, _TAKEN_ONE),
    *both("undone_notice", _TAKEN, _TAKEN_ONE),
    Sample(
        "undone",
        "what it was",
        {
            "items": [
                _taken(7, "commitment.made", made=True) | {"name": f"打 {PHONE}"},
                _taken(8, "commitment.dated") | {"name": "寄样", "due": NOW},
                _taken(9, "absence.made", kind="absence", made=True) | {"absence": "travel"},
                _taken(10, "report.in", kind="dailyreport") | {"version": 2},
            ],
            "by": "周敏",
            "now": NOW,
        },
        said=("撤回了：打 139****2222", "恢复原来的日期：", "出差 #9 撤回了", "#10 日报恢复成第2版"),
    ),
    Sample("nothing_to_undo", "full", {"minutes": 10}),
    Sample("nothing_to_undo", "sparse", {"minutes": 10}),
]

RECORDS: list[Sample] = [*_CONTACTS, *_LEADS, *_QUERIES, *_LEAVE, *_BASICS]
