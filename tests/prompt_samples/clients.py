"""Samples: the names of a client taught, listed, taken away and shared; a client renamed, merged, linked anew."""

from __future__ import annotations

from typing import Any

from tests.prompt_samples.parts import NOW, PAST, Sample, both

_CLIENT = "清河机电有限公司"
_REASONS = [
    {"name": name, "why": why}
    for name, why in (
        ("清", "short"),
        ("清河边上第二个路口往里走的那一家机电公司啊", "long"),
        ("12", "number"),
        ("公司", "generic"),
        ("报价", "talk"),
        ("清河。那家", "sentence"),
        ("周敏", "person"),
        ("老清河", "known"),
        ("清河机电有限公司", "own_name"),
    )
]
_TAKEN = {"name": "北岭", "why": "taken", "by": "北岭物流"}
_NOT_MINE = [
    {"name": "河东", "why": "unknown"},
    {"name": "清河", "why": "everybodys"},
    {"name": "河边店", "why": "other_team", "by": "林涛"},
]


def _alias(name: str, **changed: Any) -> dict[str, Any]:
    told = {"name": name, "by": "周敏", "at": PAST, "everybody": False, "mine": True, "teams": [], "to_share": False}
    return told | changed


CLIENTS: list[Sample] = [
    *both(
        "client_list",
        {
            "whose": "周敏",
            "silence": True,
            "total": 12,
            "items": [{"name": _CLIENT, "ago": None}, {"name": "云栖酒店", "ago": NOW - PAST}],
            "now": NOW,
        },
        {"whose": "", "silence": True, "total": 0, "items": [], "now": NOW},
    ),
    Sample(
        "client_list",
        "in a group",
        {"whose": "", "silence": False, "total": 1, "items": [{"name": _CLIENT, "ago": None}], "now": NOW},
        in_group=True,
        unsaid=("联系过",),
    ),
    *both("alias_learned", {"name": "清河机店", "client": _CLIENT}, {"name": "机店", "client": "云栖酒店"}),
    *both(
        "aliases_taught",
        {"client": _CLIENT, "taught": ["老清河", "河东那边"], "refused": [*_REASONS, _TAKEN]},
        {"client": _CLIENT, "taught": ["老清河"], "refused": []},
        Sample(
            "aliases_taught",
            "refused",
            {"client": _CLIENT, "taught": [], "refused": [_TAKEN]},
            said=("已经是北岭物流的名字",),
            unsaid=("记下了", "撤销"),
        ),
    ),
    *both(
        "aliases_removed",
        {"client": _CLIENT, "removed": ["老清河", "清河厂"], "refused": _NOT_MINE},
        {"client": _CLIENT, "removed": ["老清河"], "refused": []},
        Sample(
            "aliases_removed",
            "refused",
            {"client": _CLIENT, "removed": [], "refused": _NOT_MINE},
            said=("林涛那组",),
            unsaid=("删掉了",),
        ),
    ),
    *both(
        "aliases_shared",
        {
            "client": _CLIENT,
            "shared": ["老清河", "河东那边"],
            "refused": [_TAKEN],
            "everybody": False,
            "teams": ["周敏", "林涛"],
        },
        {"client": _CLIENT, "shared": ["老清河"], "refused": [], "everybody": True, "teams": ["郑凯"]},
        Sample(
            "aliases_shared",
            "refused",
            {"client": _CLIENT, "shared": [], "refused": [_TAKEN], "everybody": False, "teams": ["周敏"]},
            unsaid=("好，",),
        ),
    ),
    *both(
        "client_aliases",
        {
            "client": _CLIENT,
            "items": [
                _alias("清河", by="", everybody=True, mine=False),
                _alias("老清河", teams=["林涛"]),
                _alias("河边店", by="林涛", mine=False, teams=["林涛"], to_share=True),
            ],
            "total": 5,
            "now": NOW,
        },
        {"client": _CLIENT, "items": [], "total": 0, "now": NOW},
        Sample(
            "client_aliases",
            "one",
            {"client": _CLIENT, "items": [_alias("老清河")], "total": 1, "now": NOW},
            said=("周敏", "你们组认"),
            unsaid=("共享", "没列"),
        ),
    ),
    *both("leaders_only", {"what": "merge"}, {"what": "share"}, Sample("leaders_only", "rename", {"what": "rename"})),
    *both("client_not_yours", {"client": _CLIENT, "owner": "郑凯"}, {"client": "云栖酒店", "owner": "郑凯"}),
    Sample("merge_which", "full"),
    *both("merge_same", {"client": _CLIENT}, {"client": "云栖酒店"}),
    *both(
        "merge_confirm",
        {"merged": "清河机电", "kept": _CLIENT, "contacts": 12, "promised": 3, "leads": 1},
        {"merged": "清河机电", "kept": _CLIENT, "contacts": 0, "promised": 0, "leads": 0},
    ),
    *both(
        "client_merged",
        {"merged": "清河机电", "kept": _CLIENT, "by": "林涛", "moved": 16},
        {"merged": "清河机电", "kept": _CLIENT, "by": "林涛", "moved": 0},
    ),
    *both(
        "client_merged_notice",
        {"merged": "清河机电", "kept": _CLIENT, "by": "林涛"},
        {"merged": "清河", "kept": "云栖酒店", "by": "林涛"},
    ),
    *both("rename_confirm", {"client": _CLIENT, "name": "清河智能装备"}, {"client": "云栖", "name": "云栖酒店"}),
    *both(
        "client_renamed",
        {"before": _CLIENT, "name": "清河智能装备", "by": "林涛"},
        {"before": "云栖", "name": "云栖酒店", "by": "林涛"},
    ),
    *both(
        "client_renamed_notice",
        {"before": _CLIENT, "name": "清河智能装备", "by": "林涛"},
        {"before": "云栖", "name": "云栖酒店", "by": "林涛"},
    ),
    *both(
        "rename_refused",
        {"name": "北岭物流", "why": "taken", "by": "北岭物流"},
        {"name": "公司", "why": "generic", "by": ""},
    ),
    *both(
        "client_changed_meanwhile",
        {"names": ["清河机电", _CLIENT]},
        {"names": ["云栖酒店"]},
    ),
    *both(
        "client_relinked",
        {"number": 12, "client": _CLIENT, "before": "云栖酒店", "by": "周敏", "same": False},
        {"number": 12, "client": _CLIENT, "before": None, "by": "周敏", "same": False},
        Sample(
            "client_relinked",
            "same",
            {"number": 12, "client": _CLIENT, "before": _CLIENT, "by": "周敏", "same": True},
            said=("本来就是",),
        ),
    ),
    *both(
        "client_relinked_notice",
        {"number": 12, "client": _CLIENT, "before": "云栖酒店", "by": "林涛"},
        {"number": 12, "client": _CLIENT, "before": None, "by": "林涛"},
    ),
    Sample(
        "undone",
        "names",
        {
            "items": [
                {"number": None, "made": False, "what": what, "name": "老清河", "client": _CLIENT}
                for what in ("alias.taught", "alias.removed", "client.renamed", "client.chosen")
            ],
            "by": "周敏",
            "now": NOW,
        },
        said=("不再是", "还是", "改回", "照旧问"),
    ),
]
