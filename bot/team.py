"""A team as data: the TOML of a replay or of the demo, checked, and written into a database."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from storage import clients, people
from storage.tables import Person

PLATFORM = "console"


class TeamError(Exception):
    """A team file is wrong; the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Team:
    """Who works here, in which groups, with which clients."""

    bot: str = "一诺"
    timezone: str = "Asia/Shanghai"
    work_hours: tuple[time, time] = (time(9), time(18))
    people: list[dict[str, Any]] = field(default_factory=list)
    chats: list[dict[str, Any]] = field(default_factory=list)
    clients: list[dict[str, Any]] = field(default_factory=list)


_NEEDED = {
    "people": ("name", "role", "region", "department"),
    "chats": ("name", "members"),
    "clients": ("name",),
}


def read(path: Path) -> Team:
    """The team of a TOML file. Raises TeamError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TeamError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TeamError(f"{path}: {error}") from error
    try:
        return _checked(data)
    except (ValueError, TypeError, KeyError) as error:
        raise TeamError(f"{path}: {error}") from error


def _checked(data: dict[str, Any]) -> Team:
    hours = data.get("work_hours", ["09:00", "18:00"])
    if not isinstance(hours, list) or len(hours) != 2:
        raise ValueError('work_hours must be like ["09:00", "18:00"]')
    for section, needed in _NEEDED.items():
        for index, entry in enumerate(data.get(section, []), 1):
            for key in needed:
                if key not in entry:
                    raise ValueError(f"[[{section}]] number {index} has no {key}")
    names = [entry["name"] for entry in data.get("people", [])]
    for entry in data.get("people", []):
        if entry["role"] not in people.ROLES:
            raise ValueError(f"{entry['name']}: role {entry['role']!r} is not one of {', '.join(people.ROLES)}")
        if entry.get("supervisor") and entry["supervisor"] not in names:
            raise ValueError(f"{entry['name']}: supervisor {entry['supervisor']!r} is nobody in this team")
    for entry in data.get("chats", []):
        for member in entry["members"]:
            if member not in names:
                raise ValueError(f"{entry['name']}: member {member!r} is nobody in this team")
    zone = data.get("timezone", "Asia/Shanghai")
    ZoneInfo(zone)
    return Team(
        bot=data.get("bot", "一诺"),
        timezone=zone,
        work_hours=(time.fromisoformat(hours[0]), time.fromisoformat(hours[1])),
        people=list(data.get("people", [])),
        chats=list(data.get("chats", [])),
        clients=list(data.get("clients", [])),
    )


def _joined(value: Any) -> date | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, date) else date.fromisoformat(value)


def write(session: Session, team: Team, now: datetime) -> None:
    """Makes the team known; doing it again changes nothing."""
    by_name: dict[str, Person] = {}
    for entry in team.people:
        found = people.by_identity(session, PLATFORM, entry["name"])
        person = found or Person(name=entry["name"], made_at=now)
        person.role, person.region, person.department = entry["role"], entry["region"], entry["department"]
        person.joined, person.phone = _joined(entry.get("joined")), entry.get("phone", "")
        session.add(person)
        session.flush()
        assert person.id is not None
        people.bind(session, person.id, PLATFORM, entry["name"])
        by_name[person.name] = person
    for entry in team.people:
        if entry.get("supervisor"):
            by_name[entry["name"]].supervisor_id = by_name[entry["supervisor"]].id
    session.flush()
    for entry in team.chats:
        chat = people.chat(session, PLATFORM, entry["name"], entry["name"], now)
        chat.region = entry.get("region", "")
        assert chat.id is not None
        people.join(session, chat.id, [by_name[name].id or 0 for name in entry["members"]])
    for entry in team.clients:
        owner = by_name.get(entry.get("owner", ""))
        clients.add(
            session,
            entry["name"],
            now,
            owner_id=owner.id if owner else None,
            region=entry.get("region", ""),
            tags=list(entry.get("tags", [])),
            phone=entry.get("phone", ""),
            aliases=list(entry.get("aliases", [])),
        )
