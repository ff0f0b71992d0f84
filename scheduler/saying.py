"""Who hears of what has fallen due, and what they read: one message per clock and addressee."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce
from typing import Any

from sqlmodel import Session

import prompts
from bot.calendar import Calendar
from scheduler.digests import Digest
from scheduler.policy import Policy, Step
from storage import outbox, people
from storage.tables import Obligation, Person

_KINDS = ("reminder", "overdue", "alert", "escalation")
# The tone of a push's first line, which says what is the matter.
_TONES = {"reminder": "warn", "overdue": "bad", "alert": "warn", "escalation": "bad"}


@dataclass(slots=True)
class Push:
    """One part of a message: what one step of one obligation has to say to one addressee."""

    policy: Policy
    kind: str
    row_id: int
    step: int
    item: dict[str, Any]
    audience: str
    person_id: int | None = None
    chat_id: int | None = None

    @property
    def addressee(self) -> str:
        return f"chat:{self.chat_id}" if self.chat_id is not None else f"person:{self.person_id}"


def _is_own(pushes: list[Push]) -> bool:
    """Is this about one thing, said to whom it is up to?"""
    return len(pushes) == 1 and pushes[0].kind in {"reminder", "overdue"} and pushes[0].item["number"] is not None


@dataclass(slots=True)
class Saying:
    """What one look at the clocks has to say, until it is queued."""

    pushes: list[Push] = field(default_factory=list)
    digests: list[tuple[Policy, Obligation, Step, Digest]] = field(default_factory=list)

    def compose(self, policy: Policy, row: Obligation, step: Step, composed: Iterable[Digest]) -> None:
        """Takes up the digests of a step."""
        self.digests.extend((policy, row, step, digest) for digest in composed)

    def address(
        self, session: Session, policy: Policy, step: Step, row: Obligation, today: date, item: dict[str, Any]
    ) -> str:
        """Takes up what a step says to whom it concerns; returns `said`, or why nobody hears of it.

        Somebody absent `today` is replaced by the next one up, and where all of these are absent hears of it all the
        same; an owner who is absent is left in peace.
        """
        owner = session.get(Person, row.owner_id) if row.owner_id is not None else None
        assert row.id is not None

        def push(kind: str, audience: str, person: Person | None = None) -> Push:
            chat_id = row.chat_id if audience == "group" else None
            assert row.id is not None
            return Push(policy, kind, row.id, step.index, item, audience, person.id if person else None, chat_id)

        if step.to == "owner":
            if owner is None or owner.id is None or not owner.active:
                return "nobody"
            if people.is_away(session, owner.id, today):
                return "away"
            if step.nudge and item["muted"]:
                return "muted"
            kind = "reminder" if step.before else "overdue"
            in_group = step.origin and row.chat_id is not None
            item["owner_id"] = owner.id
            self.pushes.append(push(kind, "group") if in_group else push(kind, "owner", owner))
            return "said"
        if step.to in {"supervisor", "manager"}:
            kind = "escalation"
            chains = [people.above(session, owner)[0 if step.to == "supervisor" else 1 :]]
        else:
            kind = "alert"
            region_only = step.to == "region_supervisor"
            role = "supervisor" if region_only else step.to
            region = (owner.region if owner else "") if region_only else None
            named = people.with_role(session, role, region=region)
            chains = [[person, *people.above(session, person)] for person in named]
        away = people.away_on(session, today)
        present = (next((person for person in chain if person.id not in away), None) for chain in chains)
        named_first = [chain[0] for chain in chains if chain]
        reached = [person for person in present if person is not None] or named_first
        heard = list({person.id: person for person in reached}.values())
        self.pushes.extend(push(kind, "above", person) for person in heard)
        return "said" if heard else "nobody"

    def queue(self, session: Session, calendar: Calendar, now: datetime) -> None:
        """Queues one message per policy and addressee; the text lists every part."""
        self._queue_pushes(session, calendar, now)
        self._queue_digests(session, calendar, now)

    def _queue_pushes(self, session: Session, calendar: Calendar, now: datetime) -> None:
        merged: dict[tuple[str, str], list[Push]] = {}
        for push in self.pushes:
            merged.setdefault((push.policy.name, push.addressee), []).append(push)
        for (name, addressee), pushes in merged.items():
            pushes.sort(key=lambda push: (push.item["due"], push.item["number"] or 0))
            first = pushes[0]
            kind = max((push.kind for push in pushes), key=_KINDS.index)
            items = [push.item | {"push": push.kind} for push in pushes]
            facts = {
                "items": items,
                "kind": kind,
                "audience": first.audience,
                "title": first.policy.title,
                "rule": first.policy.rule,
            }
            template = f"push_{name}" if prompts.exists(f"push_{name}") else "push_default"
            parts = "|".join(sorted(f"{push.row_id}:{push.step}" for push in pushes))
            words = prompts.compose(template, in_group=first.audience == "group", now=calendar.local(now), **facts)
            owners = [item["owner_id"] for item in items if "owner_id" in item] if first.audience == "group" else []
            outbox.queue(
                session,
                now,
                key=f"push:{name}:{addressee}:{hashlib.sha256(parts.encode()).hexdigest()[:24]}",
                kind=kind,
                words=words.text,
                title=first.policy.title,
                tones=(_TONES[kind], *words.tones[1:]),
                actions=prompts.actions(template, number=first.item["number"]) if _is_own(pushes) else (),
                person_id=first.person_id,
                chat_id=first.chat_id,
                clock=name,
                about=list(dict.fromkeys(item["number"] for item in items if item["number"] is not None)),
                mentions=list(dict.fromkeys(owners)),
            )

    def _queue_digests(self, session: Session, calendar: Calendar, now: datetime) -> None:
        composed: dict[tuple[str, str], list[tuple[Policy, Obligation, Step, Digest]]] = {}
        for part in self.digests:
            policy, row, step, digest = part
            target = f"chat:{digest.chat_id}" if digest.chat_id is not None else f"person:{digest.person_id}"
            composed.setdefault((policy.name, target), []).append(part)
        for (name, target), several in composed.items():
            # Several only after a stop of some days: still one message.
            policy, row, step, digest = several[0]
            words = reduce(
                prompts.Words.then,
                (
                    prompts.compose(
                        part.template, in_group=part.chat_id is not None, now=calendar.local(now), **part.facts
                    )
                    for *_, part in several
                ),
            )
            outbox.queue(
                session,
                now,
                key=f"digest:{row.id}:{step.index}:{target}",
                kind=digest.kind,
                words=words.text,
                title=policy.title,
                tones=words.tones,
                person_id=digest.person_id,
                chat_id=digest.chat_id,
                clock=name,
                about=list(dict.fromkeys(number for *_, part in several for number in part.about)),
            )
