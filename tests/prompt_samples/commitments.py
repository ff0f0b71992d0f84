"""Samples: promises recorded, closed, changed, listed, and what is asked about them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.prompt_samples.parts import DUE, FRIDAY, NOW, PAST, PHONE, Sample, bare, both, shown


def _recorded(items: list[dict[str, Any]], todo: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"items": items, "todo": todo, "now": NOW}


def _due(issue: str | None, phrase: str, number: int = 12, matter: str = "回电话") -> dict[str, Any]:
    return {"kind": "due", "number": number, "issue": issue, "phrase": phrase, "matter": matter}


def _moved(**changed: Any) -> dict[str, Any]:
    told = {"before": DUE, "reason": "孙工出差", "postponed": 2, "by": "周敏", "now": NOW}
    return shown(due=FRIDAY) | told | changed


def _bare_moved(**changed: Any) -> dict[str, Any]:
    return bare(due=FRIDAY) | {"before": None, "reason": "", "postponed": 1, "by": "周敏", "now": NOW} | changed


def _asked(issue: str | None, phrase: str, verb: str) -> dict[str, Any]:
    return {"number": 12, "matter": "给清河寄样品", "issue": issue, "phrase": phrase, "verb": verb}


def _listed(scope: str, items: list[dict[str, Any]], **changed: Any) -> dict[str, Any]:
    late = sum(item["late"] for item in items)
    told = {"scope": scope, "name": "", "items": items, "total": len(items), "late": late, "owners": False}
    return told | {"hidden": False, "now": NOW} | changed


def _row(number: int, **changed: Any) -> dict[str, Any]:
    row = {"number": number, "matter": "给清河寄样品", "client": "清河机电有限公司", "due": DUE, "owner": "周敏"}
    return row | {"late": False, "postponed": 0, "muted": False} | changed


_LATE = _row(9, matter="云栖酒店的报价单", client="云栖酒店", due=PAST, late=True, postponed=2)
_UNDATED = _row(14, matter="回访", client=None, due=None, muted=True)
_OPTIONS = [{"id": 1, "name": "清河机电有限公司"}, {"id": 2, "name": "清河物业"}]
_WHICH = {"kind": "client", "number": 12, "options": _OPTIONS, "matter": "给清河寄样品"}
_DATED = SimpleNamespace(matter="", due=DUE, issue=None)

_RECORDING = [
    *both("commitment_recorded", _recorded([shown(uncertain=True)]), _recorded([])),
    Sample("commitment_recorded", "plain", _recorded([shown()]), said=("#12", "11月25日 周三 18:00", "改 12")),
    Sample("commitment_recorded", "undated", _recorded([bare()], _due("none", "")), said=("还差日期",)),
    Sample("commitment_recorded", "no issue", _recorded([bare(issue=None)], _due(None, ""))),
    Sample("commitment_recorded", "vague", _recorded([bare(issue="vague")], _due("vague", "尽快")), said=("「尽快」",)),
    Sample("commitment_recorded", "past", _recorded([bare(issue="past")], _due("past", "本周一")), said=("已经过了",)),
    Sample(
        "commitment_recorded", "conflict", _recorded([bare()], _due("conflict", "12月4日（周一）")), said=("对不上",)
    ),
    Sample(
        "commitment_recorded", "no such day", _recorded([bare()], _due("conflict", "2月29日")), said=("没有这一天",)
    ),
    Sample(
        "commitment_recorded", "which client", _recorded([shown(client=None)], _WHICH), said=("1 清河机电", "回数字")
    ),
    Sample(
        "commitment_recorded", "which client of another", _recorded([bare(13, due=DUE)], _WHICH), said=("#12 是哪个",)
    ),
    Sample(
        "commitment_recorded",
        "several",
        _recorded([shown(), shown(13, mine=False, owner="郑凯", matter="报价"), bare(14)], _due("none", "", 14)),
        in_group=True,
        said=("3 条", "郑凯", "#14 回电话："),
    ),
    Sample(
        "commitment_recorded",
        "several undated",
        _recorded([bare(), bare(13, matter=f"打 {PHONE}")], _due("vague", "有空")),
        in_group=True,
        said=("没日期的 2 条", "139****2222"),
    ),
    Sample("commitment_recorded", "for another", _recorded([shown(mine=False, owner="郑凯")]), said=("负责人：郑凯",)),
    *both(
        "commitment_empty",
        {"items": [_DATED], "now": NOW},
        {"items": [], "now": NOW},
    ),
    *both("commitment_too_many", {"most": 30}, {"most": 1}),
    *both("person_unknown", {"names": ["阿毛", "小何"], "bot": "一诺"}, {"names": ["阿毛"], "bot": "一诺"}),
    *both(
        "commitment_given",
        {"items": [shown(mine=False, uncertain=True), bare(13)], "by": "林涛", "now": NOW},
        {"items": [bare()], "by": "林涛", "now": NOW},
        Sample("commitment_given", "one", {"items": [shown()], "by": "林涛", "now": NOW}, said=("#12 · 11月25日",)),
    ),
]

_CLOSED = {"why": "closed", "number": 15, "matter": "报价", "state": "done", "at": PAST, "by": "周敏"}
_NEVER = {"closed": [], "left": 2, "proof": 0, "note": "", "now": NOW}
_CLOSING = [
    *both(
        "commitment_done",
        {
            "closed": [shown() | {"late": True}, bare(13, matter=f"打 {PHONE}") | {"late": False}],
            "refused": [
                {"why": "owner", "number": 14, "owner": "郑凯"},
                _CLOSED,
                _CLOSED | {"number": 16, "state": "cancelled", "matter": ""},
                {"why": "unknown", "number": 99, "kind": ""},
                {"why": "unknown", "number": 7, "kind": "lead"},
                {"why": "unknown", "number": 17, "kind": "commitment"},
            ],
            "left": 3,
            "proof": 2,
            "note": "孙工已签收",
            "now": NOW,
        },
        {"closed": [bare() | {"late": False}], "refused": [], "left": 0, "proof": 0, "note": "", "now": NOW},
        Sample(
            "commitment_done",
            "late, in a group",
            {"closed": [shown() | {"late": True}], "refused": [], "left": 0, "proof": 0, "note": "", "now": NOW},
            in_group=True,
            said=("完成 #12",),
            unsaid=("逾期", "晚"),
        ),
        Sample(
            "commitment_done",
            "somebody else's",
            _NEVER | {"refused": [{"why": "owner", "number": 12, "owner": "郑凯"}]},
            said=("郑凯",),
            unsaid=("撤销",),
        ),
        Sample("commitment_done", "closed before", _NEVER | {"refused": [_CLOSED]}, said=("11月23日", "周敏")),
        Sample(
            "commitment_done",
            "unknown",
            _NEVER | {"refused": [{"why": "unknown", "number": 99, "kind": ""}, _CLOSED]},
            said=("没有 #99", "我的承诺"),
        ),
    ),
    *both("commitment_not_found", {"words": "寄样品给清河", "verb": "完成"}, {"words": "寄", "verb": "完成"}),
    Sample("nothing_open", "full"),
    *both("done_which", {"items": [shown(), bare(13)], "now": NOW}, {"items": [bare()], "now": NOW}),
]

_CHANGING = [
    *both("number_unknown", {"number": 7, "kind": "contact"}, {"number": 99, "kind": ""}),
    Sample("number_unknown", "taken back", {"number": 7, "kind": "commitment"}, said=("撤回",)),
    Sample("not_yours", "full", {"number": 12, "owner": "郑凯"}, in_group=True, said=("郑凯",)),
    Sample("not_yours", "sparse", {"number": 12, "owner": "郑凯"}),
    *both(
        "already_closed",
        {"number": 12, "matter": "报价", "state": "cancelled", "at": PAST, "by": "周敏", "now": NOW},
        {"number": 12, "matter": "", "state": "done", "at": None, "by": "", "now": NOW},
    ),
    *both("acts_apart", {"count": 2, "verb": "延期", "number": 2}, {"count": 3, "verb": "完成", "number": 1}),
    *both("one_at_a_time", {"verb": "延期"}, {"verb": "转交"}),
    *both(
        "number_missing",
        {"verb": "延期", "example": "延期 12 周五 客户出差"},
        {"verb": "静音", "example": "静音 12"},
    ),
    *both("date_missing", _asked("conflict", "12月4日（周一）", "延期"), _asked(None, "", "延期")),
    Sample("date_missing", "vague", _asked("vague", "尽快", "改"), said=("「尽快」",)),
    Sample("date_missing", "past", _asked("past", "本周一", "改"), said=("已经过了",)),
    Sample("date_missing", "none", _asked("none", "", "改"), said=("改内容",)),
    *both(
        "commitment_postponed",
        _moved(supervisor="林涛", uncertain=True),
        _bare_moved(supervisor=""),
        Sample("commitment_postponed", "same day", _moved(before=FRIDAY, supervisor=""), unsaid=("原定",)),
        Sample("commitment_postponed", "in a group", _moved(supervisor="林涛"), in_group=True, unsaid=("第 2 次",)),
        Sample(
            "commitment_postponed",
            "by the supervisor",
            _moved(supervisor="林涛", by="林涛", mine=False),
            said=("负责人：周敏",),
            unsaid=("同步给林涛",),
        ),
    ),
    *both(
        "commitment_postponed_notice",
        _moved(by="何洁", uncertain=True),
        _bare_moved(postponed=2),
        Sample(
            "commitment_postponed_notice",
            "telephone numbers",
            _moved(matter=f"打 {PHONE}", reason=f"{PHONE} 停机"),
            unsaid=(PHONE,),
        ),
    ),
    *both("commitment_changed_notice", _moved(by="林涛"), _bare_moved(by="林涛", postponed=0)),
    *both(
        "commitment_corrected",
        _moved(postponed=0, uncertain=True, supervisor="", mine=False),
        bare() | {"before": None, "now": NOW},
        Sample("commitment_corrected", "words only", shown() | {"before": DUE, "now": NOW}, unsaid=("原来",)),
    ),
    *both("reason_missing", shown() | {"now": NOW}, bare() | {"now": NOW}),
    *both(
        "commitment_cancelled",
        shown(mine=False) | {"reason": "客户停产", "by": "林涛", "now": NOW},
        bare() | {"reason": "客户停产", "by": "周敏", "now": NOW},
    ),
    *both(
        "commitment_cancelled_notice",
        shown(mine=False) | {"reason": "客户停产", "by": "林涛", "now": NOW},
        bare() | {"reason": "客户停产", "by": "林涛", "now": NOW},
    ),
    *both(
        "heir_missing",
        {"number": 12, "verb": "转交", "example": "转交 12 @李娜", "names": ["阿毛"]},
        {"number": 12, "verb": "转交", "example": "转交 12 @李娜", "names": []},
    ),
    Sample("already_owner", "full", {"number": 12, "owner": "郑凯"}),
    Sample("already_owner", "sparse", {"number": 12, "owner": "郑凯"}, in_group=True),
    *both(
        "unmuted",
        {"number": 12, "matter": "给清河寄样品", "before": True, "owner": "周敏", "by": "林涛"},
        {"number": 7, "matter": "", "before": False, "owner": "", "by": "周敏"},
        Sample(
            "unmuted",
            "one's own",
            {"number": 12, "matter": "寄样品", "before": True, "owner": "", "by": "周敏"},
            said=("恢复提醒了",),
            unsaid=("已告知",),
        ),
    ),
    *both(
        "unmuted_notice",
        {"number": 12, "matter": "给清河寄样品", "by": "林涛"},
        {"number": 7, "matter": "", "by": "林涛"},
    ),
    *both(
        "nothing_fits",
        {"words": "样品", "verb": "延期", "items": [shown(), bare(13)], "total": 12, "now": NOW},
        {"words": "样品", "verb": "延期", "items": [], "total": 0, "now": NOW},
        Sample(
            "nothing_fits",
            "several fit",
            {"words": "", "verb": "延期", "items": [shown(), bare(13)], "total": 2, "now": NOW},
            said=("要延期的是哪一条",),
            unsaid=("没找到",),
        ),
    ),
    *both("muted", {"number": 12, "matter": "给清河寄样品"}, {"number": 7, "matter": ""}),
]


_STAYS = {"came_along": False, "keeper": ""}


def _handed(**changed: Any) -> dict[str, Any]:
    return shown(owner="郑凯") | {"kind": "commitment", "former": "周敏", "by": "林涛", "now": NOW} | _STAYS | changed


def _handed_lead(**changed: Any) -> dict[str, Any]:
    told = {"number": 7, "matter": "", "client": "北岭物流", "due": None, "kind": "lead"}
    return told | {"owner": "郑凯", "former": "周敏", "by": "周敏", "now": NOW} | _STAYS | changed


_HANDING = [
    *both("handed_over", _handed(), _handed_lead()),
    Sample("handed_over", "to oneself", _handed(by="郑凯", due=None), said=("接手", "还没定日期")),
    *both("handed_over_notice", _handed(contact="", phone=""), _handed_lead(contact="", phone="")),
    Sample("handed_over_notice", "lead", _handed_lead(contact="孙工", phone=PHONE), said=(f"孙工 {PHONE}",)),
    Sample("handed_over_notice", "undated", _handed(due=None, contact="", phone=""), said=("定日期",)),
    *both("handed_away_notice", _handed(), _handed_lead(by="郑凯")),
    Sample("handed_over", "client too", _handed_lead(came_along=True, keeper="郑凯"), said=("北岭物流，一起归郑凯",)),
    Sample("handed_over", "client stays", _handed_lead(keeper="周敏"), said=("北岭物流，仍归你",)),
    Sample(
        "handed_over_notice",
        "client too",
        _handed_lead(came_along=True, keeper="郑凯", contact="", phone=""),
        said=("北岭物流，一起归你",),
    ),
    Sample("handed_away_notice", "client too", _handed_lead(came_along=True, keeper="郑凯"), said=("，一起转走",)),
    Sample("handed_away_notice", "client stays", _handed_lead(keeper="周敏"), said=("，仍归你",)),
    Sample("handed_away_notice", "telephone number", _handed(matter=f"打 {PHONE}"), unsaid=(PHONE,)),
]

_LISTS = [
    *both("commitment_list", _listed("mine", [_LATE, _row(12), _UNDATED], total=13), _listed("mine", [])),
    Sample(
        "commitment_list",
        "team",
        _listed("team", [_LATE, _row(12, owner="郑凯")], owners=True),
        said=("逾期", "郑凯", "共 2 条"),
    ),
    Sample(
        "commitment_list",
        "team in a group",
        _listed("team", [_LATE | {"matter": f"打 {PHONE}"}, _row(12)], hidden=True),
        in_group=True,
        said=("139****2222", "私聊"),
        unsaid=("周敏", "延过"),
    ),
    Sample(
        "commitment_list",
        "a person in a group",
        _listed("person", [_LATE, _row(12)], name="周敏"),
        in_group=True,
        unsaid=("逾期", "到期", "延过"),
    ),
    Sample("commitment_list", "a person", _listed("person", [_LATE], name="周敏"), said=("周敏的承诺", "逾期")),
    Sample("commitment_list", "nothing late", _listed("own_overdue", []), said=("没有逾期", "共 0 条")),
    Sample("commitment_list", "late", _listed("overdue", [_LATE], owners=True), said=("团队逾期的承诺",)),
    Sample("commitment_list", "own late in a group", _listed("own_overdue", [_LATE]), in_group=True, unsaid=("逾期",)),
    Sample("commitment_list", "own", _listed("own", [_row(12)])),
    Sample("commitment_list", "client", _listed("client", [_row(12)], name="清河机电有限公司", owners=True)),
    Sample("not_below_you", "full", {"name": "郑凯"}),
    Sample("not_below_you", "sparse", {"name": "郑凯"}, in_group=True),
]

COMMITMENTS: list[Sample] = [*_RECORDING, *_CLOSING, *_CHANGING, *_HANDING, *_LISTS]
