"""Policies as data: read from TOML, checked with the line of a mistake, and the pure arithmetic of their steps.

Offsets are calendar time unless a step says `work`. Moments are aware; steps fall on whole minutes, never early.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal

from bot.calendar import Calendar

Audience = Literal[
    "owner", "supervisor", "manager", "director", "finance", "groups", "people", "supervisors", "region_supervisor"
]
AUDIENCES = frozenset(
    {"owner", "supervisor", "manager", "director", "finance", "groups", "people", "supervisors", "region_supervisor"}
)
COMPOSED = frozenset({"groups", "people", "supervisors"})
TIMES = frozenset({"calendar", "push", "work"})
DEFAULT_FILE = Path(__file__).with_name("policies.toml")
SPREAD_MINUTES = 20


class PolicyError(Exception):
    """A policy file is wrong; the message names the file, the line and the mistake."""


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time, counted in calendar, push or work time."""

    length: timedelta
    time: str = "calendar"

    def after(self, start: datetime, calendar: Calendar) -> datetime:
        """The moment this span after `start` (before it, when negative)."""
        if self.time == "work":
            return calendar.add_work(start, self.length)
        if self.time == "push":
            return calendar.add_push(start, self.length)
        return start + self.length


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to say: when, to whom. `rank` orders steps; steps of one offset share it."""

    index: int
    rank: int
    offset: Span
    to: str
    origin: bool = False
    nudge: bool = False
    unless_given_within: timedelta | None = None

    @property
    def before(self) -> bool:
        """Is this a reminder, said before due or not at all?"""
        return self.offset.length < timedelta(0)

    @property
    def composed(self) -> bool:
        """Is this one message over many people's obligations, rather than one person's?"""
        return self.to in COMPOSED


@dataclass(frozen=True, slots=True)
class Policy:
    """One clock: what opens it, when it is due, what stops it, and its steps in order."""

    name: str
    title: str
    rule: str
    opens: frozenset[str]
    stops: frozenset[str]
    due: Span | time | None
    daily: bool
    per_rep: bool
    by_client: bool
    needs: frozenset[str]
    steps: tuple[Step, ...]
    expires: timedelta | None


_SPAN = re.compile(r"([+-]?)(\d+)\s*(m|h|d)?")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def read_span(text: str) -> timedelta:
    """`+4h`, `-40m`, `0`, `3d` as a length of time. Raises ValueError."""
    found = _SPAN.fullmatch(text.strip())
    if not found or (found[3] is None and int(found[2]) != 0):
        raise ValueError(f"{text!r} is not a length of time like -2h, +10m, 3d or 0")
    length = timedelta(**{_UNITS[found[3] or "m"]: int(found[2])})
    return -length if found[1] == "-" else length


def _read_due(value: Any) -> Span | time | None:
    if value == "subject":
        return None
    if isinstance(value, str):
        try:
            return time.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f'due {value!r} is neither "subject" nor a time of day') from error
    if isinstance(value, Mapping) and isinstance(value.get("after"), str):
        counted = value.get("time", "calendar")
        if counted not in TIMES:
            raise ValueError(f"time {counted!r} is not one of {', '.join(sorted(TIMES))}")
        return Span(read_span(value["after"]), counted)
    raise ValueError('due must be "subject", a time of day, or { after = …, time = … }')


_STEP_KEYS = frozenset({"at", "to", "time", "where", "nudge", "unless_given_within"})
_POLICY_KEYS = frozenset(
    {"title", "rule", "opens", "each", "per", "due", "stops", "match", "needs", "steps", "expires"}
)


def _read_steps(values: Any) -> tuple[Step, ...]:
    if not isinstance(values, list) or not values:
        raise ValueError("steps must be a list with at least one step")
    steps: list[Step] = []
    rank = -1
    last: Span | None = None
    for index, value in enumerate(values):
        if unknown := set(value) - _STEP_KEYS:
            raise ValueError(f"a step has no setting {', '.join(sorted(unknown))}")
        if value.get("to") not in AUDIENCES:
            raise ValueError(f"to = {value.get('to')!r} is not one of {', '.join(sorted(AUDIENCES))}")
        counted = value.get("time", "calendar")
        if counted not in TIMES:
            raise ValueError(f"time {counted!r} is not one of {', '.join(sorted(TIMES))}")
        offset = Span(read_span(str(value["at"])), counted)
        if last is not None and offset.length < last.length:
            raise ValueError("steps must stand in the order of their offsets")
        rank += offset != last
        last = offset
        fresh = value.get("unless_given_within")
        steps.append(
            Step(
                index=index,
                rank=rank,
                offset=offset,
                to=value["to"],
                origin=value.get("where") == "origin",
                nudge=bool(value.get("nudge", False)),
                unless_given_within=read_span(fresh) if fresh else None,
            )
        )
    return tuple(steps)


def _read_policy(name: str, value: Mapping[str, Any]) -> Policy:
    if unknown := set(value) - _POLICY_KEYS:
        raise ValueError(f"a policy has no setting {', '.join(sorted(unknown))}")
    daily = value.get("each") is not None
    if daily and value["each"] != "workday":
        raise ValueError('each must be "workday"')
    if daily == bool(value.get("opens")):
        raise ValueError("a policy needs either opens or each")
    due = _read_due(value.get("due"))
    if daily and not isinstance(due, time):
        raise ValueError("a policy of every working day needs a time of day as due")
    if not daily and isinstance(due, time):
        raise ValueError("only a policy of every working day may be due at a time of day")
    if value.get("match", "subject") not in {"subject", "client"}:
        raise ValueError('match must be "subject" or "client"')
    return Policy(
        name=name,
        title=str(value.get("title", name)),
        rule=str(value.get("rule", "")),
        opens=frozenset(value.get("opens", ())),
        stops=frozenset(value.get("stops", ())),
        due=due,
        daily=daily,
        per_rep=value.get("per") == "rep",
        by_client=value.get("match") == "client",
        needs=frozenset(value.get("needs", ())),
        steps=_read_steps(value.get("steps")),
        expires=read_span(value["expires"]) if "expires" in value else None,
    )


def load(path: Path = DEFAULT_FILE) -> dict[str, Policy]:
    """The policies of a file, by name, in its order. Raises PolicyError with the line of the mistake."""
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: {error}") from error
    lines = text.splitlines()
    policies: dict[str, Policy] = {}
    for name, value in data.items():
        line = next((i for i, row in enumerate(lines, 1) if row.strip().startswith(f"[{name}]")), 1)
        if not isinstance(value, dict):
            raise PolicyError(f"{path}:{line}: {name} must be a table")
        try:
            policies[name] = _read_policy(name, value)
        except (ValueError, KeyError, TypeError) as error:
            reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else error
            raise PolicyError(f"{path}:{line}: [{name}] {reason}") from error
    return policies


def whole_minute(moment: datetime) -> datetime:
    """The first whole minute at or after a moment, so that what falls into one minute is said together."""
    floor = moment.replace(second=0, microsecond=0)
    return floor if floor == moment else floor + timedelta(minutes=1)


def spread(policy: str, addressee: str) -> timedelta:
    """Where in the minutes after the quiet hours a held push to this addressee goes out: the same every day."""
    digest = hashlib.sha256(f"{policy}|{addressee}".encode()).digest()
    return timedelta(minutes=1 + digest[0] % (SPREAD_MINUTES - 1))


def speak_at(moment: datetime, calendar: Calendar, *, owner_due: date | None, delay: timedelta) -> datetime:
    """When something due to be said at `moment` may be said.

    Quiet hours hold everything; days off hold what is not for the owner of a thing due that day (`owner_due`). What
    is held goes out `delay` after the end of the quiet hours of the next day it may.
    """
    held = False
    while True:
        day = calendar.today(moment)
        if not calendar.is_workday(day) and day != owner_due:
            moment = calendar.at(day + timedelta(days=1), time(0))
            held = True
        elif calendar.is_quiet(moment):
            moment = calendar.next_loud(moment)
            held = True
        else:
            return moment + delay if held else moment
