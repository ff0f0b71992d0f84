"""A bot that can be made to die between any two steps, and started again on what it left behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlmodel import Session, SQLModel, col, select

from bot import letters
from bot.app import App
from bot.clock import SystemClock, VirtualClock
from bot.errors import Unknown
from bot.front import Front
from bot.settings import Settings
from bot.types import Check, Inbound, Outgoing, Pace, Platform, RawRequest, Receipt, Received
from storage import inbox, lanes, people
from storage.inbox import Letter
from storage.store import PostgresStore, SqliteStore, StoreUnavailable
from storage.tables import Commitment, DailyReport, Event, Inbox, Obligation, Outbox, Person, Step
from tests.databases import open_kept
from tests.fakes.wecom import FakeWecom
from tests.support import at

PLATFORM = "wecom"
TEAM = {"manager9": ("柯远", "manager", None), "boss7": ("闵航", "supervisor", "柯远"), "rep1": ("邵晴", "rep", "闵航")}


class Died(BaseException):
    """The process is gone. No handler of errors may catch it."""


def name_of(work: Callable[[Session], Any]) -> str:
    """What to call a piece of work: the function it is, or its kind."""
    name: str = getattr(work, "__qualname__", type(work).__qualname__)
    return name


@dataclass
class Fault:
    """When the process dies: at the `count`-th `point`, before or after it has had its effect.

    `point` is write or send. With `lost` the process lives on, but a send's answer never comes.
    """

    point: str = "write"
    count: int = 0
    after: bool = False
    lost: bool = False
    dead: bool = False
    seen: Counter[str] = field(default_factory=Counter)
    hit: str | None = None

    def before(self, point: str, name: str) -> int:
        """Counts the point that is reached now, and returns its number."""
        if self.dead:
            raise Died
        self.seen[point] += 1
        number = self.seen[point]
        if not self.after and (point, number) == (self.point, self.count):
            self._die(name)
        return number

    def afterwards(self, point: str, name: str, number: int) -> None:
        """That point has had its effect."""
        if self.after and (point, number) == (self.point, self.count):
            self._die(name)

    def _die(self, name: str) -> None:
        self.hit = name
        if self.lost:
            raise Unknown("no answer")
        self.dead = True
        raise Died


class Street(Platform):
    """A platform without duplicate detection: `arrived` lists the keys of all that was taken, in order."""

    name = PLATFORM
    paths = ()
    pace = Pace(gap=2.0, merge=False)

    def __init__(self) -> None:
        self.arrived: list[str] = []

    async def receive(self, request: RawRequest, now: datetime) -> Received:
        raise AssertionError("not asked here")

    async def send(self, message: Outgoing, now: datetime) -> Receipt:
        for file in message.files:
            await file.load()
        self.arrived.append(message.key)
        return Receipt(message.key, "street")

    async def check(self, now: datetime) -> list[Check]:
        return []

    async def close(self) -> None:
        return


class Shaky(Platform):
    """Another platform, whose sends are points at which the process may die."""

    name = PLATFORM
    paths = ()

    def __init__(self, inner: Platform, fault: Fault, fake: FakeWecom | None = None) -> None:
        self.inner = inner
        self.pace = inner.pace
        self.fault = fault
        self.fake = fake

    async def receive(self, request: RawRequest, now: datetime) -> Received:
        return await self.inner.receive(request, now)

    async def send(self, message: Outgoing, now: datetime) -> Receipt:
        if self.fake is not None:
            self.fake.now = now
        number = self.fault.before("send", message.key)
        receipt = await self.inner.send(message, now)
        self.fault.afterwards("send", message.key, number)
        return receipt

    async def check(self, now: datetime) -> list[Check]:
        return []

    async def close(self) -> None:
        return


def _render(template: str, facts: Mapping[str, Any]) -> bytes:
    return f"%PDF-1.7 {facts['person']}".encode()


class Life:
    """A bot on one database through as many deaths as it takes. `platform` is the world outside and never dies."""

    def __init__(self, url: str, platform: Platform, fault: Fault, fake: FakeWecom | None = None) -> None:
        self.url = url
        self.fault = fault
        self.clock = VirtualClock(at("2026-11-24 08:00"))
        self.platform = Shaky(platform, fault, fake)

    async def start(self) -> None:
        """Fresh objects on the same database."""
        self.store = open_kept(self.url)
        self._make_shaky(self.store)
        front = Front(
            Settings(_env_file=None, database_url=self.url),
            {PLATFORM: self.platform},
            store=self.store,
            clock=cast(SystemClock, self.clock),
        )
        self.app = App(front, _render)
        await self.app.prepare()

    async def stop(self) -> None:
        await self.store.close()

    def _make_shaky(self, store: SqliteStore | PostgresStore) -> None:
        inner, fault = store.write, self.fault

        async def write(work: Callable[[Session], Any], lane: Any = "work") -> Any:
            number = fault.before("write", name_of(work))
            result = await inner(work, lane)
            fault.afterwards("write", name_of(work), number)
            return result

        setattr(store, "write", write)  # noqa: B010

    async def begin(self) -> None:
        """Starts as often as it takes."""
        while True:
            try:
                return await self.start()
            except Died:
                await self.store.close()
                self.fault.dead = False

    async def run(self, *steps: Callable[[Life], Any]) -> None:
        """Every step to its end, from its beginning again after a death; a platform redelivers what was not acked."""
        await self.begin()
        for step in steps:
            while True:
                try:
                    await step(self)
                    await self.settle()
                    break
                except Died:
                    await self.store.close()
                    self.fault.dead = False
                    await self.begin()

    async def settle(self) -> None:
        """Everything handled and said, waiting for paces and leases by the virtual clock."""
        while True:
            await self.app.worker.drain()
            await self.app.delivery.drain()
            now = self.clock.now()
            coming = await self.store.read(
                lambda session, now=now: (inbox.next_at(session, now), lanes.next_at(session, now))  # type: ignore[misc]
            )
            moments = [moment for moment in coming if moment is not None]
            if not moments:
                return
            self.clock.set(max(now, min(moments)))

    async def facts(self) -> dict[str, list[Any]]:
        """What is true and what was said, without the moments of sending and the ids of rows."""
        return await self.store.read(_facts)


def hears(moment: str, user_id: str, message_id: str, words: str) -> Callable[[Life], Any]:
    """A message of a member, delivered again until it is acknowledged."""

    async def step(life: Life) -> None:
        life.clock.set(max(life.clock.now(), at(moment)))
        message = Inbound(PLATFORM, message_id, user_id, words, at(moment))
        letter = Letter(PLATFORM, message_id, letters.lane(message), letters.pack(message), message.sent_at)
        try:
            await life.app.server.intake.add([letter], life.clock.now())
        except StoreUnavailable:
            # Who waits for the acknowledgement learns no more than that.
            raise Died from None

    return step


def ticks(moment: str) -> Callable[[Life], Any]:
    """The metronome at one moment."""

    async def step(life: Life) -> None:
        life.clock.set(max(life.clock.now(), at(moment)))
        await life.app.tick()

    return step


def roster(session: Session) -> None:
    """The team, known to the platform."""
    by_name: dict[str, int] = {}
    for user_id, (name, role, superior) in TEAM.items():
        person = Person(
            name=name,
            role=role,
            supervisor_id=by_name.get(superior or ""),
            region="华东",
            made_at=at("2026-11-02 09:00"),
        )
        session.add(person)
        session.flush()
        assert person.id is not None
        by_name[name] = person.id
        people.bind(session, person.id, PLATFORM, user_id)


def forget(session: Session) -> None:
    """Empties every table of a PostgreSQL and numbers from one again."""
    tables = ", ".join(f'"{name}"' for name in SQLModel.metadata.tables)
    session.connection().exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


def _facts(session: Session) -> dict[str, list[Any]]:
    heard = {row.id: row for row in session.exec(select(Inbox))}
    owed = {row.id: row for row in session.exec(select(Obligation))}

    def source(row: Outbox) -> str | None:
        return heard[row.inbox_id].message_id if row.inbox_id is not None else None

    return {
        "heard": sorted((row.message_id, row.state) for row in heard.values()),
        "said": sorted(
            (row.kind, row.target_id, row.state, source(row) or "", row.text, [file["name"] for file in row.files])
            for row in session.exec(select(Outbox))
        ),
        "events": [
            (row.seq, row.kind, row.subject, row.digest) for row in session.exec(select(Event).order_by(col(Event.seq)))
        ],
        "commitments": [row.model_dump() for row in session.exec(select(Commitment).order_by(col(Commitment.number)))],
        "reports": [row.model_dump() for row in session.exec(select(DailyReport).order_by(col(DailyReport.number)))],
        "owed": sorted((row.policy, row.subject, row.epoch, row.state, row.due_at) for row in owed.values()),
        "steps": sorted(
            (owed[row.obligation_id].policy, owed[row.obligation_id].subject, row.step, row.outcome)
            for row in session.exec(select(Step))
        ),
    }
