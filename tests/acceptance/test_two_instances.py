"""Several instances on one PostgreSQL: every message answered once, every tick said once, one of them killed."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlmodel import col, select

from bot import letters
from bot.app import App
from bot.clock import SystemClock, VirtualClock
from bot.front import Front
from bot.settings import Settings
from bot.types import Inbound
from storage import clients, events, inbox, lanes
from storage.inbox import Letter
from storage.tables import Commitment, Inbox, Outbox
from tests.acceptance.faults import PLATFORM, TEAM, Died, Fault, Shaky, Street, name_of, roster
from tests.support import at

pytestmark = pytest.mark.postgres


class Instance:
    """One of several bots on one database, which can be made to die."""

    def __init__(self, url: str, street: Street, clock: VirtualClock) -> None:
        self.fault = Fault()
        self.clock = clock
        self.peers: list[Instance] = [self]
        self.working = False
        front = Front(
            Settings(_env_file=None, database_url=url),
            {PLATFORM: Shaky(street, self.fault)},
            clock=cast(SystemClock, clock),
        )
        self.app = App(front, lambda template, facts: b"%PDF-1.7 fake")
        write = self.app.store.write

        async def dying(work: Any, lane: Any = "work") -> Any:
            number = self.fault.before("write", name_of(work))
            result = await write(work, lane)
            self.fault.afterwards("write", name_of(work), number)
            return result

        setattr(self.app.store, "write", dying)  # noqa: B010

    async def hear(self, message_id: str, user_id: str, words: str) -> None:
        message = Inbound(PLATFORM, message_id, user_id, words, self.clock.now())
        letter = Letter(PLATFORM, message_id, letters.lane(message), letters.pack(message), message.sent_at)
        await self.app.server.intake.add([letter], self.clock.now())

    async def work(self) -> None:
        self.working = True
        try:
            await self.app.worker.drain()
            await self.app.delivery.drain()
        finally:
            self.working = False

    async def settle(self) -> None:
        """Everything that waits, in as much virtual time as it takes."""
        while True:
            await self.work()
            while True:
                now = self.clock.now()
                coming = await self.app.store.read(
                    lambda session, now=now: (inbox.next_at(session, now), lanes.next_at(session, now))  # type: ignore[misc]
                )
                # Time does not leap over a lease while the other one is at work.
                if not any(peer.at_work() for peer in self.peers):
                    break
                await asyncio.sleep(0)
            moments = [moment for moment in coming if moment is not None]
            if not moments:
                return
            self.clock.set(max(now, min(moments)))

    def at_work(self) -> bool:
        return not self.fault.dead and (self.working or self.app.delivery.busy())


@pytest.fixture
async def pair(postgres_url: str) -> Any:
    street, clock = Street(), VirtualClock(at("2026-11-24 09:00"))
    instances = [Instance(postgres_url, street, clock) for _ in range(2)]
    for instance in instances:
        instance.peers = instances
    # Both at once, as after a rolling upgrade.
    await asyncio.gather(*(instance.app.prepare() for instance in instances))
    await instances[0].app.store.write(roster)
    yield instances[0], instances[1], street
    for instance in instances:
        await instance.app.stop()


async def states(instance: Instance) -> tuple[Counter[str], Counter[str]]:
    return await instance.app.store.read(
        lambda session: (Counter(session.exec(select(Inbox.state))), Counter(session.exec(select(Outbox.state))))
    )


async def test_messages_are_answered_once_whoever_hears_them(pair: tuple[Instance, Instance, Street]) -> None:
    first, second, street = pair
    members = list(TEAM)
    for number in range(40):
        words = f"【承诺】给青禾食品寄第{number}批样品 周五"
        # A third of them reaches both.
        await first.hear(f"m{number}", members[number % 3], words)
        if number % 3 == 0:
            await second.hear(f"m{number}", members[number % 3], words)
        if number == 7:
            await first.work()
        elif number == 15:
            await second.work()
        elif number % 8 == 7:
            await asyncio.gather(first.work(), second.work())
    await asyncio.gather(first.settle(), second.settle())

    heard, said = await states(first)
    assert heard == {"done": 40}
    assert said == {"sent": 40}
    assert len(street.arrived) == len(set(street.arrived)) == 40
    assert await first.app.store.read(events.verify) is None
    # Both had their share of the handling, or nothing would be shown here.
    assert first.fault.seen["send"] > 0
    assert second.fault.seen["send"] > 0


async def test_messages_of_one_chat_are_handled_in_their_order(pair: tuple[Instance, Instance, Street]) -> None:
    first, second, _ = pair
    for number in range(30):
        await (first if number % 2 else second).hear(f"m{number}", "rep1", f"【承诺】给青禾食品寄第{number}批样品 周五")
        if number % 5 == 4:
            await asyncio.gather(first.app.worker.drain(), second.app.worker.drain())

    rows = await first.app.store.read(
        lambda session: list(session.exec(select(Commitment.matter).order_by(col(Commitment.number))))
    )
    assert [f"第{number}批" in matter for number, matter in enumerate(rows)] == [True] * 30


async def test_a_client_that_one_instance_made_the_other_links(pair: tuple[Instance, Instance, Street]) -> None:
    first, second, _ = pair
    names = ["青岚远槐机械厂", "云汐松果贸易有限公司", "柏原海棠食品厂", "青岚榆钱诊所"]
    made: list[int | None] = []
    now = first.clock.now()
    for number, name in enumerate(names):
        here, there = (first, second) if number % 2 else (second, first)
        client = await here.app.store.write(lambda session, name=name: clients.add(session, name, now))  # type: ignore[misc]
        made.append(client.id)
        await there.hear(f"m{number}", "rep1", f"【承诺】给{name[2:4]}寄样品 周五")
        await there.app.worker.drain()

    linked = await first.app.store.read(
        lambda session: list(session.exec(select(Commitment.client_id).order_by(col(Commitment.number))))
    )
    assert linked == made


async def test_what_falls_due_is_said_once_whoever_ticks(pair: tuple[Instance, Instance, Street]) -> None:
    first, second, street = pair
    await asyncio.gather(first.app.tick(), second.app.tick())
    await first.hear("m1", "rep1", "【承诺】给青禾食品寄样品 今天下午4点")
    await first.settle()
    for moment in ("2026-11-24 14:01", "2026-11-24 16:15", "2026-11-24 18:50"):
        first.clock.set(at(moment))
        for _ in range(3):
            await asyncio.gather(first.app.tick(), second.app.tick(), first.work(), second.work())
        await asyncio.gather(first.settle(), second.settle())

    assert len(street.arrived) == len(set(street.arrived))
    _, said = await states(first)
    assert said == {"sent": len(street.arrived)}
    kinds = await first.app.store.read(lambda session: Counter(session.exec(select(Outbox.kind))))
    assert kinds["reminder"] >= 1
    assert kinds["overdue"] >= 1


@pytest.mark.parametrize(("point", "count", "after"), [("write", 3, True), ("write", 9, False), ("send", 2, False)])
async def test_one_is_killed_and_the_other_takes_over(
    pair: tuple[Instance, Instance, Street], point: str, count: int, after: bool
) -> None:
    first, second, street = pair
    # From here on, not from the start of the process.
    first.fault.point, first.fault.after = point, after
    first.fault.count = first.fault.seen[point] + count
    members = list(TEAM)
    for number in range(24):
        words = f"【承诺】给青禾食品寄第{number}批样品 周五"
        try:
            await first.hear(f"m{number}", members[number % 3], words)
        except Exception:
            # Not acknowledged: the platform turns to the other one.
            await second.hear(f"m{number}", members[number % 3], words)
        if number % 6 == 5:
            await asyncio.gather(first.work(), second.work(), return_exceptions=True)
    await asyncio.gather(first.settle(), second.settle(), return_exceptions=True)
    assert first.fault.hit is not None
    assert first.fault.dead

    started = second.clock.now()
    await second.settle()
    heard, said = await states(second)
    assert heard == {"done": 24}
    assert said == {"sent": 24}
    again = [key for key, times in Counter(street.arrived).items() if times > 1]
    # Only what had left when its sender died, before that could be recorded.
    assert len(again) <= (3 if point == "write" else 2)
    assert set(street.arrived) == {f"reply:{number}" for number in await _ids(second)}
    assert second.clock.now() - started < timedelta(minutes=5)
    assert await second.app.store.read(events.verify) is None
    with pytest.raises(Died):
        await first.app.worker.drain()
    first.fault.dead = False


async def _ids(instance: Instance) -> list[int | None]:
    return await instance.app.store.read(lambda session: list(session.exec(select(Inbox.id))))
