"""What the samples are built of: one Tuesday morning, a few people and clients, and records as handlers show them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZONE)
TODAY = NOW.date()
DUE = datetime(2026, 11, 25, 18, 0, tzinfo=ZONE)
FRIDAY = datetime(2026, 11, 27, 18, 0, tzinfo=ZONE)
PAST = datetime(2026, 11, 23, 18, 0, tzinfo=ZONE)
PHONE = "13911112222"


@dataclass(frozen=True, slots=True)
class Sample:
    """One utterance with its facts. `case` is "full", "sparse" or a word of its own for what else is worth reading.

    `unsaid` are words that must not be read, `said` words that must.
    """

    template: str
    case: str
    facts: dict[str, Any] = field(default_factory=dict)
    in_group: bool = False
    said: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()


def both(template: str, full: dict[str, Any], sparse: dict[str, Any], *more: Sample) -> list[Sample]:
    """The full and the sparse case of an utterance in private, and `more` cases."""
    return [Sample(template, "full", full), Sample(template, "sparse", sparse), *more]


def shown(number: int = 12, **changed: Any) -> dict[str, Any]:
    """A commitment as an answer shows it."""
    return {
        "number": number,
        "matter": "给清河寄样品",
        "client": "清河机电有限公司",
        "due": DUE,
        "owner": "周敏",
        "mine": True,
        "uncertain": False,
        "issue": None,
    } | changed


def bare(number: int = 12, **changed: Any) -> dict[str, Any]:
    """A commitment with neither client nor date."""
    return shown(number, **({"matter": "回电话", "client": None, "due": None, "issue": "none"} | changed))


def golden(number: int = 7, **changed: Any) -> dict[str, Any]:
    """How a lead stands under the 48-hour rule."""
    return {
        "number": number,
        "owner": "周敏",
        "call": True,
        "wechat": False,
        "left": timedelta(hours=20),
        "over": False,
    } | changed


def contact(**changed: Any) -> dict[str, Any]:
    """A contact as a question about a client shows it."""
    return {
        "number": 31,
        "at": datetime(2026, 11, 20, 15, 20, tzinfo=ZONE),
        "ago": timedelta(days=3, hours=19),
        "who": "周敏",
        "channel": "call",
        "text": f"孙工问交期，他手机 {PHONE}",
        "attachments": {"count": 2, "kept": 2, "lost": 0, "waiting": 0},
    } | changed


def report(**changed: Any) -> dict[str, Any]:
    """A daily report as an answer shows it."""
    return {
        "done": ["拜访清河机电，孙工同意试用", "给云栖酒店报价"],
        "plan": ["周三前给清河寄样品"],
        "problems": ["云栖嫌交期长"],
        "help": ["请技术部出一份选型建议"],
        "number": 40,
        "person": "周敏",
        "day": TODAY,
        "version": 2,
        "today": TODAY,
        "counts": {"visits": 1, "contacts": 3, "kept": 2, "open": 4},
        "clients": ["清河机电有限公司", "云栖酒店"],
        "now": NOW,
    } | changed


def bare_report(**changed: Any) -> dict[str, Any]:
    """A daily report with one line and nothing else."""
    empty: dict[str, Any] = {
        "done": ["整理资料"],
        "plan": [],
        "problems": [],
        "help": [],
        "version": 1,
        "counts": {"visits": 0, "contacts": 0, "kept": 0, "open": 0},
        "clients": [],
    }
    return report(**(empty | changed))


def last_said(**changed: Any) -> dict[str, Any]:
    """What was said last to a client, as a push carries it."""
    return {
        "at": datetime(2026, 11, 20, 15, 20, tzinfo=ZONE),
        "channel": "call",
        "text": f"孙工说等领导签字，手机 {PHONE}",
        "who": "周敏",
    } | changed


def due_item(number: int | None = 12, **changed: Any) -> dict[str, Any]:
    """A commitment as the clocks describe it."""
    return {
        "number": number,
        "owner": "周敏",
        "due": DUE,
        "late": timedelta(hours=-2),
        "title": "承诺",
        "rule": "答应客户的事，到期提醒、逾期上报",
        "client": "清河机电有限公司",
        "last": last_said(),
        "muted": False,
        "missing": [],
        "kind": "commitment",
        "matter": "给清河寄样品",
        "postponed": 0,
        "push": "reminder",
    } | changed


def due_lead(number: int = 7, **changed: Any) -> dict[str, Any]:
    """A lead as the clocks describe it."""
    item = due_item(number, title="48小时黄金规则", kind="lead", matter="要进口设备", missing=["wechat"])
    del item["postponed"]
    return item | {"contact": "孙工"} | changed


def day(number: int) -> date:
    """A day of that November."""
    return date(2026, 11, number)
