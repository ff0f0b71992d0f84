"""The clock engine: what is due is a function of the database and the time.

`observe` opens and stops obligations in the transaction of the change itself; `tick` says what has fallen due. A
step is claimed in the transaction that queues its message, so that a restart, a second instance, a repeated tick or
a clock set back says nothing twice and forgets nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache

from sqlmodel import Session

from bot.calendar import Calendar
from bot.types import Happening
from scheduler import context, digests
from scheduler.policy import Policy, PolicyError, Step, speak_at, spread, whole_minute
from scheduler.saying import Saying
from storage import obligations, people, settings
from storage.obligations import Opening
from storage.tables import Obligation

BATCH = 2000
# The reports of a day before these are no news to anybody when the bot comes back.
SLEPT_DAYS = timedelta(days=7)


def _open_under(policy: Policy, known: Sequence[Obligation]) -> list[Obligation]:
    return [row for row in known if row.policy == policy.name and row.state == "open"]


class Engine:
    """Keeps every clock of the team. Raises PolicyError for a policy it has no composer for."""

    def __init__(self, policies: Mapping[str, Policy], calendar: Calendar) -> None:
        self.policies = dict(policies)
        self.calendar = calendar
        for policy in self.policies.values():
            for step in policy.steps:
                if step.composed and (policy.name, step.to) not in digests.COMPOSERS:
                    raise PolicyError(f"[{policy.name}] has no message to {step.to}")

    # --- what changed -----------------------------------------------------------------------------------------

    def observe(self, session: Session, happening: Happening) -> None:
        """Opens and stops what this change opens and stops; a changed owner or client is taken over."""
        known = [] if happening.new else obligations.on(session, happening.subject)
        for policy in self.policies.values():
            if happening.kind in policy.stops:
                for row in self._touched(session, policy, happening, known):
                    self._stop(session, policy, row, happening)
            if happening.kind in policy.opens:
                self._open(session, policy, happening, known)
        for row in known:
            if row.state != "open":
                continue
            if happening.owner_id is not None and row.owner_id != happening.owner_id:
                row.owner_id = happening.owner_id
                self._replan(session, row)
            if happening.client_id is not None and row.client_id != happening.client_id:
                row.client_id = happening.client_id
                session.add(row)

    def retract(self, session: Session, happening: Happening) -> None:
        """Takes back what the event `happening.seq` did to the clocks."""
        opened, stopped = obligations.touched_by(session, happening.seq)
        for row in opened:
            row.state, row.next_at = "void", None
            session.add(row)
        for row in stopped:
            row.state, row.stopped_at, row.stopped_by, row.intervention = "open", None, None, None
            self._forget(row, happening.seq)
            self._replan(session, row)
        if happening.client_id is not None:
            needing = [policy.name for policy in self.policies.values() if policy.needs]
            for row in obligations.open_for_client(session, happening.client_id, needing):
                self._forget(row, happening.seq)
                session.add(row)

    def join(self, session: Session, merged_id: int, happening: Happening, earlier: Sequence[Happening]) -> None:
        """Makes the clocks of two clients those of one, the client of `happening`, as if they had always been.

        `earlier` is what happened with either since the oldest of their open clocks was opened, oldest first: what
        would have stopped a clock of the other stops it now. What each record owes by itself is owed still; of
        clocks that nothing stops, only starts anew, the newest runs on. The rows are moved with the records.
        """
        assert happening.client_id is not None
        both = (merged_id, happening.client_id)
        for policy in self.policies.values():
            if not policy.by_client:
                continue
            rows = [row for key in both for row in obligations.open_for_client(session, key, [policy.name])]
            for past in earlier:
                for row in rows:
                    other = row.client_id != past.client_id and row.opened_at <= past.at
                    if other and row.state == "open" and past.kind in policy.stops:
                        self._stop(session, policy, row, past)
            if not policy.stops:
                for row in sorted(rows, key=lambda row: (row.opened_at, row.id or 0))[:-1]:
                    self._close(session, row, happening, "replaced")

    @staticmethod
    def _forget(row: Obligation, seq: int) -> None:
        seen = {tag: event for tag, event in row.data.get("seen", {}).items() if event != seq}
        row.data = row.data | {"seen": seen}

    def _touched(
        self, session: Session, policy: Policy, happening: Happening, known: Sequence[Obligation]
    ) -> list[Obligation]:
        rows = _open_under(policy, known)
        if policy.by_client and happening.client_id is not None:
            kind = happening.subject.partition(":")[0]
            rows += [
                row
                for row in obligations.open_for_client(session, happening.client_id, [policy.name])
                if row.subject.partition(":")[0] != kind
            ]
        return rows

    def _stop(self, session: Session, policy: Policy, row: Obligation, happening: Happening) -> None:
        withdrawn = happening.kind.endswith((".withdrawn", ".cancelled"))
        if policy.needs and not withdrawn:
            seen = dict(row.data.get("seen", {}))
            for tag in policy.needs & set(happening.tags):
                seen.setdefault(tag, happening.seq)
            row.data = row.data | {"seen": seen}
            if not policy.needs <= seen.keys():
                session.add(row)
                return
        self._close(session, row, happening, "void" if withdrawn else "met")

    @staticmethod
    def _close(session: Session, row: Obligation, happening: Happening, state: str) -> None:
        row.state, row.next_at = state, None
        row.stopped_at, row.stopped_by = happening.at, happening.seq
        if row.alerted_at is not None:
            row.intervention = max(0, round((happening.at - row.alerted_at).total_seconds()))
        session.add(row)

    def _open(self, session: Session, policy: Policy, happening: Happening, known: Sequence[Obligation]) -> None:
        running = _open_under(policy, known)
        if policy.by_client and happening.client_id is not None:
            others = obligations.open_for_client(session, happening.client_id, [policy.name])
            running += [row for row in others if row.subject != happening.subject]
        for row in running:
            self._close(session, row, happening, "replaced")
        if policy.due is None:
            due = happening.due_at
        elif isinstance(policy.due, time):
            raise TypeError("a daily policy is not opened by an event")
        else:
            due = whole_minute(policy.due.after(happening.at, self.calendar))
        if due is None:
            return
        # Nobody else opens a clock on the same subject: the history was locked before this change.
        opening = Opening(
            policy=policy.name,
            subject=happening.subject,
            epoch=max((row.epoch for row in known if row.policy == policy.name), default=-1) + 1,
            number=happening.number,
            owner_id=happening.owner_id,
            chat_id=happening.chat_id,
            client_id=happening.client_id,
            opened_at=happening.at,
            opened_by=happening.seq,
            given_at=happening.at,
            due_at=due,
        )
        obligations.begin(session, opening, self._next(session, policy, opening, {}))

    # --- what is due ------------------------------------------------------------------------------------------

    def tick(self, session: Session, now: datetime) -> int:
        """Says what has fallen due by `now` and returns how many obligations it looked at.

        A full batch means that more may be due: call again. Another instance's tick makes this one a no-op.
        """
        if not obligations.lock(session):
            return 0
        started = settings.moment(session, "clock.started")
        if started is None:
            started = now
            settings.put(session, "clock.started", now.isoformat())
        self._open_day(session, now)
        rows = obligations.due(session, now, BATCH)
        saying = Saying()
        for row in rows:
            self._look(session, row, now, started, saying)
        saying.queue(session, self.calendar, now)
        settings.put(session, "clock.tick", now.isoformat())
        return len(rows)

    def next_at(self, session: Session, now: datetime) -> datetime:
        """When the next tick has something to do: at the latest when the next day begins."""
        midnight = self.calendar.at(self.calendar.today(now) + timedelta(days=1), time(0))
        due = obligations.next_at(session)
        return min(midnight, due) if due is not None else midnight

    def _open_day(self, session: Session, now: datetime) -> None:
        """Opens the clocks of a working day when it has begun, and of those slept through."""
        today = self.calendar.today(now)
        known = settings.get(session, "clock.day")
        day = date.fromisoformat(known) + timedelta(days=1) if known is not None else today
        if day > today:
            return
        settings.put(session, "clock.day", today.isoformat())
        day = max(day, today - SLEPT_DAYS)
        while day <= today:
            if self.calendar.is_workday(day):
                self._open_policies_of(session, day, now)
            day += timedelta(days=1)

    def _open_policies_of(self, session: Session, day: date, now: datetime) -> None:
        for policy in self.policies.values():
            if not isinstance(policy.due, time):
                continue
            due = self.calendar.at(day, policy.due)
            subjects: list[tuple[str, int | None]] = [(f"day:{day}", None)]
            if policy.per_rep:
                # Those on leave too: whether they are is asked when the time to speak has come.
                reps = [
                    person for person in people.with_role(session, "rep") if not person.joined or person.joined <= day
                ]
                subjects += [(f"report:{person.id}:{day}", person.id) for person in reps]
            for subject, owner_id in subjects:
                row = Obligation(
                    policy=policy.name, subject=subject, owner_id=owner_id, opened_at=now, given_at=now, due_at=due
                )
                if obligations.add(session, row) is not None:
                    self._replan(session, row)

    def _steps(self, policy: Policy, row: Obligation | Opening) -> list[Step]:
        composed = row.subject.startswith("day:")
        return [step for step in policy.steps if step.composed == composed]

    def _moment(self, step: Step, row: Obligation | Opening) -> datetime:
        return whole_minute(step.offset.after(row.due_at, self.calendar))

    def _speak_at(
        self,
        policy: Policy,
        step: Step,
        row: Obligation | Opening,
        above: Callable[[], Sequence[int]],
        now: datetime | None = None,
    ) -> datetime:
        """When a step may be said; one that is late at `now` waits for the quiet hours and days off it has run into."""
        owner_due = self.calendar.today(row.due_at) if step.to == "owner" else None
        delay = spread(policy.name, self._addressed(step, row, above))
        planned = speak_at(self._moment(step, row), self.calendar, owner_due=owner_due, delay=delay)
        if now is None or now <= planned:
            return planned
        return speak_at(now, self.calendar, owner_due=owner_due, delay=delay)

    @staticmethod
    def _above(session: Session, row: Obligation | Opening) -> Callable[[], Sequence[int]]:
        """Whoever is above the owner, read when it is first asked for."""
        return cache(lambda: people.superiors(session, row.owner_id))

    @staticmethod
    def _addressed(step: Step, row: Obligation | Opening, above: Callable[[], Sequence[int]]) -> str:
        if step.to == "owner":
            in_group = step.origin and row.chat_id is not None
            return f"chat:{row.chat_id}" if in_group else f"person:{row.owner_id}"
        if step.to in {"supervisor", "manager"} and row.owner_id is not None:
            level = 0 if step.to == "supervisor" else 1
            return f"person:{above()[level]}" if len(above()) > level else ""
        return step.to

    def _replan(
        self,
        session: Session,
        row: Obligation,
        claimed: Mapping[int, str] | None = None,
        now: datetime | None = None,
    ) -> None:
        policy = self.policies.get(row.policy)
        row.next_at = None
        if policy is not None and row.state == "open":
            if claimed is None:
                claimed = obligations.steps(session, row.id) if row.id is not None else {}
            row.next_at = self._next(session, policy, row, claimed, now)
        session.add(row)

    def _next(
        self,
        session: Session,
        policy: Policy,
        row: Obligation | Opening,
        claimed: Collection[int],
        now: datetime | None = None,
    ) -> datetime | None:
        """The first moment at which a step that is not claimed may be said."""
        above = self._above(session, row)
        waiting = (step for step in self._steps(policy, row) if step.index not in claimed)
        return min((self._speak_at(policy, step, row, above, now) for step in waiting), default=None)

    def _look(self, session: Session, row: Obligation, now: datetime, started: datetime, saying: Saying) -> None:
        """Decides on every step of one obligation that has fallen due, and plans the next look.

        Of several, the highest that reaches somebody is said; it overtakes the lower ones even while it is held back.
        """
        policy = self.policies.get(row.policy)
        assert row.id is not None
        claimed = obligations.steps(session, row.id)
        if policy is not None:
            waiting = [step for step in self._steps(policy, row) if step.index not in claimed]
            fallen = [step for step in waiting if self._moment(step, row) <= now]
            overtaken = False
            for rank in sorted({step.rank for step in fallen}, reverse=True):
                higher = overtaken
                for step in fallen:
                    if step.rank != rank:
                        continue
                    outcome = "overtaken" if higher else self._outcome(session, policy, step, row, now, started, saying)
                    overtaken = overtaken or outcome in {"said", None}
                    if outcome is None:
                        continue
                    obligations.claim(session, row.id, step.index, now, outcome)
                    claimed[step.index] = outcome
                    if outcome == "said" and not step.before and row.alerted_at is None and not step.composed:
                        row.alerted_at = now
            if row.subject.startswith("day:") and len(claimed) >= len(self._steps(policy, row)):
                row.state = "met"
        self._replan(session, row, claimed, now)

    def _outcome(
        self,
        session: Session,
        policy: Policy,
        step: Step,
        row: Obligation,
        now: datetime,
        started: datetime,
        saying: Saying,
    ) -> str | None:
        """What becomes of a step that has fallen due; None while it is held back."""
        above = self._above(session, row)
        if not self._addressed(step, row, above):
            return "nobody"
        if self._speak_at(policy, step, row, above, now) > now:
            return None
        return self._speak(session, policy, step, row, now, started, saying)

    def _speak(
        self,
        session: Session,
        policy: Policy,
        step: Step,
        row: Obligation,
        now: datetime,
        started: datetime,
        saying: Saying,
    ) -> str:
        """Adds what a step says to `saying` and returns `said`, or why nothing is said."""
        moment = self._moment(step, row)
        if moment < started:
            return "before start"
        if step.before and now > row.due_at:
            return "after due"
        if policy.expires is not None and now > moment + policy.expires:
            return "expired"
        if step.unless_given_within is not None and row.due_at - row.given_at < step.unless_given_within:
            return "date given late"
        if step.composed:
            day = date.fromisoformat(row.subject.partition(":")[2])
            scope = digests.Scope(session, self.calendar, self.policies, policy, day, now)
            composed = digests.COMPOSERS[policy.name, step.to](scope)
            saying.compose(policy, row, step, composed)
            return "said" if composed else "nothing to say"
        item = context.describe(session, row, policy, self.calendar, now)
        if item is None:
            return "closed"
        return saying.address(session, policy, step, row, self.calendar.today(now), item)
