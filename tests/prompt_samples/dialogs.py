"""Samples: a no, a change somebody else came after, a silence somebody above asked for."""

from __future__ import annotations

from tests.prompt_samples.parts import FRIDAY, NOW, Sample, both, shown

_MUTED = {"number": 12, "matter": "给清河寄样品", "owner": "周敏", "by": "林涛"}
_REWORDED = shown(due=FRIDAY) | {"before": FRIDAY, "reason": "", "postponed": 0, "by": "林涛", "now": NOW}

_SAME = {"number": 12, "matter": "给云川寄样", "due": FRIDAY, "now": NOW}

DIALOGS = [
    Sample("declined", "full"),
    *both("undo_overtaken", {"number": 12, "by": "林涛"}, {"number": 7, "by": "林涛"}),
    *both(
        "same_date",
        {"number": 12, "matter": "给云川寄样", "due": FRIDAY, "now": NOW},
        {"number": 7, "matter": "寄样", "due": FRIDAY, "now": NOW},
    ),
    *both("muted_for", _MUTED, _MUTED | {"matter": ""}),
    *both("muted_notice", _MUTED, _MUTED | {"matter": ""}),
    Sample("commitment_changed_notice", "reworded", _REWORDED, said=("林涛改了你的 #12",), unsaid=("原定",)),
]
