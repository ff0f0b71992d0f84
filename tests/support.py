"""Talk as talk: who said what when, and what everyone then read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from bot import team
from bot.replay import Line, Replay
from bot.types import Attachment
from scheduler.policy import Policy, load
from storage.store import PostgresStore, SqliteStore

CHINA = timezone(timedelta(hours=8))
POLICIES = load()


def at(text: str) -> datetime:
    """`2026-11-23 10:00` in the team's zone."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@dataclass(frozen=True, slots=True)
class Heard:
    """One message somebody read. `to` is a person, or a group with a # before it."""

    at: str
    to: str
    kind: str
    text: str
    clock: str | None
    about: tuple[str, ...]
    mention: tuple[str, ...]
    files: tuple[str, ...]
    reply_to: str | None


TEAM = team.Team(
    people=[
        {"name": "周岚", "role": "director", "region": "", "department": "销售部"},
        {"name": "何经理", "role": "manager", "supervisor": "周岚", "region": "华东", "department": "销售部"},
        {"name": "陈静", "role": "supervisor", "supervisor": "何经理", "region": "华东", "department": "销售部"},
        {"name": "王磊", "role": "rep", "supervisor": "陈静", "region": "华东", "department": "销售部"},
        {"name": "李娜", "role": "rep", "supervisor": "陈静", "region": "华东", "department": "销售部"},
        {"name": "张伟", "role": "rep", "supervisor": "陈静", "region": "华东", "department": "销售部"},
        {"name": "林芳", "role": "supervisor", "supervisor": "何经理", "region": "华南", "department": "销售部"},
        {"name": "赵强", "role": "rep", "supervisor": "林芳", "region": "华南", "department": "销售部"},
    ],
    chats=[
        {"name": "华东群", "kind": "group", "members": ["陈静", "王磊", "李娜", "张伟"], "region": "华东"},
        {"name": "华南群", "kind": "group", "members": ["林芳", "赵强"], "region": "华南"},
    ],
    clients=[
        {"name": "北京协和医院", "aliases": ["协和"], "owner": "王磊", "region": "华东", "phone": "13800138000"},
        {"name": "仁济医院", "owner": "李娜", "region": "华东"},
        {"name": "星海轴承有限公司", "owner": "王磊", "region": "华东"},
        {"name": "星海机电有限公司", "owner": "张伟", "region": "华东"},
        {"name": "南城建材市场", "owner": "赵强", "region": "华南"},
    ],
)


def line(moment: str, speaker: str, text: str, key: str, *attachments: Attachment) -> Line:
    """A line of a dialog. `speaker` is `王磊` in private, `王磊#华东群` in a group (the @ is added)."""
    person, _, chat = speaker.partition("#")
    return Line(at(moment), chat or None, person, f"@一诺 {text}" if chat else text, key, attachments)


async def play(
    store: SqliteStore | PostgresStore,
    lines: Sequence[Line],
    until: str | None = None,
    *,
    known: team.Team = TEAM,
    policies: dict[str, Policy] | None = None,
) -> list[Heard]:
    """Everything everybody read, in order."""
    ordered = sorted(lines, key=lambda item: item.at)
    await store.write(lambda session: team.write(session, known, ordered[0].at))
    bot = Replay(store, known, policies or POLICIES, ordered[0].at)
    return [as_heard(item) for item in await bot.run(ordered, at(until) if until else ordered[-1].at)]


def as_heard(item: dict[str, Any]) -> Heard:
    """One line of a replay's output."""
    return Heard(
        at=datetime.fromisoformat(item["at"]).strftime("%Y-%m-%d %H:%M"),
        to=item["to"].get("person") or f"#{item['to']['chat']}",
        kind=item["kind"],
        text=item["text"],
        clock=item["clock"],
        about=tuple(item["about"]),
        mention=tuple(item["mention"]),
        files=tuple(item["files"]),
        reply_to=item["reply_to"],
    )
