"""The road out under trouble: outages, refusals, limits, people on two platforms; each thing said once and in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.clock import VirtualClock
from bot.delivery import Delivery
from bot.errors import Misconfigured, Rejected, SendError, Temporary, Throttled, Unknown, Unreachable
from bot.types import Check, Outgoing, Pace, Platform, RawRequest, Receipt, Received
from storage import lanes, outbox, people
from storage.store import PostgresStore, SqliteStore
from storage.tables import Outbox, Person
from tests.fakes.server import NOON

AnyStore = SqliteStore | PostgresStore


class Post(Platform):
    """A platform that takes messages, unless `trouble` says otherwise; `heard` is what arrived."""

    paths = ()

    def __init__(self, name: str, pace: Pace | None = None) -> None:
        self.name = name
        self.pace = pace or Pace(gap=2.0, max_bytes=2000)
        self.heard: list[Outgoing] = []
        self.trouble: Callable[[Outgoing], SendError | None] = lambda message: None
        self.tries = 0

    async def receive(self, request: RawRequest, now: datetime) -> Received:
        raise AssertionError("not asked here")

    async def send(self, message: Outgoing, now: datetime) -> Receipt:
        self.tries += 1
        error = self.trouble(message)
        if error is None or isinstance(error, Unknown):
            self.heard.append(message)
        if error is not None:
            raise error
        return Receipt(f"{self.name}-{len(self.heard)}", "app")

    async def check(self, now: datetime) -> list[Check]:
        return []

    async def close(self) -> None:
        return


class Office:
    """A delivery between a database and two platforms, on a clock the test moves."""

    def __init__(self, store: AnyStore) -> None:
        self.store = store
        self.clock = VirtualClock(NOON)
        self.first, self.second = Post("first"), Post("second")
        self.said: list[str] = []
        platforms = {"first": self.first, "second": self.second}
        self.delivery = Delivery(
            store,
            self.clock,
            platforms,
            lambda template, facts: b"",
            on_sent=lambda row, mentions: self.said.append(row.key),
            turns=tuple(platforms),
        )

    async def queue(self, key: str, target: str = "ann", **more: Any) -> None:
        now = self.clock.now()
        values = {"kind": "reminder", "words": f"words of {key}", "address": ("first", "person", target)} | more
        await self.store.write(lambda session: outbox.queue(session, now, key=key, **values))

    async def settle(self, until: datetime | None = None) -> None:
        """Says what can be said, waiting by the clock for paces and retries."""
        while True:
            await self.delivery.drain()
            now = self.clock.now()
            coming = await self.store.read(lambda session, now=now: lanes.next_at(session, now))  # type: ignore[misc]
            if coming is None or (until is not None and coming > until):
                return
            self.clock.set(max(coming, now))

    async def rows(self) -> list[Outbox]:
        return await self.store.read(lambda session: list(session.exec(select(Outbox).order_by(Outbox.id))))  # type: ignore[arg-type]


@pytest.fixture
async def office(store: AnyStore) -> Office:
    return Office(store)


def two_sided(session: Session) -> int:
    """Somebody on both platforms, last heard from on the first."""
    person = Person(name="段誉", made_at=NOON)
    session.add(person)
    session.flush()
    person_id = person.id or 0
    for minute, platform in enumerate(("second", "first")):
        people.bind(session, person_id, platform, f"dy-{platform}")
        session.flush()
        people.seen(session, person_id, platform, f"dy-{platform}", NOON + timedelta(minutes=minute))
    return person_id


async def test_an_outage_of_half_an_hour_ends_in_few_messages(office: Office) -> None:
    end = NOON + timedelta(minutes=30)
    office.first.trouble = lambda message: Temporary("away") if office.clock.now() < end else None
    for minute in range(0, 30, 3):
        office.clock.set(max(office.clock.now(), NOON + timedelta(minutes=minute)))
        await office.queue(f"k{minute:02}")
        await office.settle(until=NOON + timedelta(minutes=minute + 2))
    await office.settle()

    words = "\n".join(message.text for message in office.first.heard)
    assert [line for line in words.split("\n") if line] == [f"words of k{minute:02}" for minute in range(0, 30, 3)]
    assert len(office.first.heard) <= 2
    assert office.said == [f"k{minute:02}" for minute in range(0, 30, 3)]
    # Asked now and then, not at every message that came in.
    assert office.first.tries <= 12
    assert len({row.receipt for row in await office.rows()}) == len(office.first.heard)


async def test_what_may_have_arrived_is_repeated_unchanged_and_once(office: Office) -> None:
    office.first.trouble = lambda message: Unknown("no answer") if office.first.tries == 1 else None
    await office.queue("a")
    await office.queue("b")
    office.clock.set(NOON + 2 * lanes.PATIENCE)
    await office.delivery.drain()
    await office.queue("c")
    await office.settle()

    (one, again, rest) = office.first.heard
    assert (one.key, one.text) == (again.key, again.text) == ("a", "words of a\n\nwords of b")
    assert rest.text == "words of c"
    assert office.said == ["a", "b", "c"]


async def test_one_refused_part_does_not_take_the_others_along(office: Office) -> None:
    def refuse(message: Outgoing) -> SendError | None:
        return Rejected("bad words") if "words of b" in message.text else None

    office.first.trouble = refuse
    for key in ("a", "b", "c"):
        await office.queue(key)
    office.clock.set(NOON + 2 * lanes.PATIENCE)
    await office.settle()

    assert [message.text for message in office.first.heard] == ["words of a", "words of c"]
    assert [(row.key, row.state) for row in await office.rows()] == [("a", "sent"), ("b", "dead"), ("c", "sent")]


@pytest.mark.parametrize("error", [Unreachable("left the company"), Misconfigured("the secret is wrong")])
async def test_a_person_is_told_by_the_other_platform(office: Office, error: SendError) -> None:
    office.first.trouble = lambda message: error
    person_id = await office.store.write(two_sided)
    await office.queue("k", address=None, person_id=person_id)
    await office.settle()

    assert [(message.target_id, message.text) for message in office.second.heard] == [("dy-second", "words of k")]
    (row,) = await office.rows()
    assert (row.state, row.platform, row.channel) == ("sent", "second", "app after first")
    assert office.said == ["k"]


async def test_who_cannot_be_reached_anywhere_is_a_dead_letter(office: Office) -> None:
    office.first.trouble = office.second.trouble = lambda message: Unreachable("gone")
    person_id = await office.store.write(two_sided)
    await office.queue("k", address=None, person_id=person_id)
    await office.settle()

    assert (office.first.tries, office.second.tries) == (1, 1)
    assert [row.state for row in await office.rows()] == ["dead"]


async def test_a_group_stays_where_it_is(office: Office) -> None:
    office.first.trouble = lambda message: Unreachable("thrown out")

    def group(session: Session) -> int:
        person_id = two_sided(session)
        chat = people.chat(session, "first", "g1", "华东群", NOON)
        people.join(session, chat.id or 0, [person_id])
        return chat.id or 0

    chat_id = await office.store.write(group)
    await office.queue("k", address=None, chat_id=chat_id)
    await office.settle()
    assert office.second.tries == 0
    assert [row.state for row in await office.rows()] == ["dead"]


async def test_a_replayed_letter_has_its_retries_again(office: Office) -> None:
    office.first.trouble = lambda message: Rejected("too long") if office.first.tries == 1 else None
    await office.queue("k")
    await office.settle()
    assert await office.store.write(lambda session: outbox.replay(session, 1, office.clock.now()))

    office.first.trouble = lambda message: Unknown("no answer") if office.first.tries == 2 else None
    await office.settle()
    assert [message.key for message in office.first.heard] == ["k", "k"]
    assert [row.state for row in await office.rows()] == ["sent"]


async def test_a_limit_of_the_whole_app_holds_everybody_back(office: Office) -> None:
    office.first.trouble = lambda message: (
        Throttled("quota", retry_after=60, whole_app=True) if office.first.tries == 1 else None
    )
    await office.queue("a")
    await office.delivery.drain()
    await office.queue("b", "bob")
    await office.delivery.drain()
    assert office.first.heard == []

    await office.settle()
    assert office.clock.now() >= NOON + timedelta(seconds=60)
    assert office.said == ["b", "a"]


async def test_an_app_has_a_pace_over_all_its_targets(office: Office) -> None:
    office.first.pace = Pace(gap=2.0, app_gap=0.5, app_burst=2)
    for number in range(6):
        await office.queue(f"k{number}", f"t{number}")
    await office.settle()
    assert office.clock.now() == NOON + timedelta(seconds=2)
    assert office.said == [f"k{number}" for number in range(6)]


async def test_what_ends_during_the_look_leaves_room_for_the_rest(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.AT_ONCE", 1)
    monkeypatch.setattr("bot.delivery.SLOW_SECONDS", 0)
    for target in ("ann", "bob"):
        await office.queue(f"to {target}", target)
    looking = asyncio.Event()
    write = office.store.write

    async def send(message: Outgoing, now: datetime) -> Receipt:
        await looking.wait()
        return Receipt(message.key, "app")

    async def watched(work: Callable[[Session], Any], lane: Any = "work") -> Any:
        if lane == "work" and office.delivery.busy():
            # The send ends while the database is asked what is next, and there was no room yet.
            looking.set()
            await asyncio.wait(list(office.delivery._flying))
        return await write(work, lane)

    monkeypatch.setattr(office.first, "send", send)
    monkeypatch.setattr(office.store, "write", watched)

    assert await office.delivery.drain() == 2
    assert office.said == ["to ann", "to bob"]
