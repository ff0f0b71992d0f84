"""Long connections: what is heard over one is committed before it is acknowledged, and one instance holds it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from sqlmodel import select

from bot.app import App
from bot.clock import SystemClock, VirtualClock
from bot.doctor import running
from bot.errors import Misconfigured
from bot.front import Front
from bot.listening import Listening
from bot.settings import Settings
from bot.types import Accept, Check, Inbound, Outgoing, Pace, Platform, RawRequest, Receipt, Received
from storage import inbox, outbox
from storage.store import StoreUnavailable
from storage.tables import Inbox, Outbox
from tests.fakes.server import NOON
from tests.patience import PATIENCE

NAME = "radio"
SOON = 0.02


class Radio(Platform):
    """A platform that is heard by `hear` alone; `ups` counts how often its connection was made."""

    name = NAME
    paths = ()
    pace = Pace()
    tied = True

    def __init__(self) -> None:
        self.listening = False
        self.wrong = False
        self.ups = 0
        self.tries = 0
        self.said: list[str] = []
        self.accept: Accept | None = None
        self.changed = asyncio.Condition()

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def until(self, predicate: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE), self.changed:
            await self.changed.wait_for(predicate)

    async def listen(self, accept: Accept, clock: Callable[[], datetime]) -> None:
        self.tries += 1
        await self._tell()
        if self.wrong:
            raise Misconfigured("the secret is wrong")
        self.listening, self.accept = True, accept
        self.ups += 1
        await self._tell()
        try:
            await asyncio.Event().wait()
        finally:
            self.listening, self.accept = False, None
            await self._tell()

    async def hear(self, message_id: str, words: str = "我的承诺") -> None:
        assert self.accept is not None
        await self.accept((Inbound(NAME, message_id, "ann", words, NOON),))

    async def receive(self, request: RawRequest, now: datetime) -> Received:
        raise AssertionError("not asked here")

    async def send(self, message: Outgoing, now: datetime) -> Receipt:
        self.said.append(message.key)
        await self._tell()
        return Receipt(message.key, NAME)

    async def check(self, now: datetime) -> list[Check]:
        return []

    async def close(self) -> None:
        return


class Station:
    """An instance of the bot with a radio."""

    def __init__(self, url: str) -> None:
        self.radio = Radio()
        self.clock = VirtualClock(NOON)
        settings = Settings(_env_file=None, database_url=url)
        front = Front(settings, {NAME: self.radio}, clock=cast(SystemClock, self.clock))
        self.app = App(front, lambda template, facts: b"")
        self.app.listening.check_seconds = SOON
        self.task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self.task = asyncio.create_task(self.app.listening.run())

    async def end(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
            self.task = None


@pytest.fixture
async def station(database_url: str) -> AsyncIterator[Station]:
    made = Station(database_url)
    await made.app.prepare()
    yield made
    await made.end()
    await made.app.stop()


async def test_what_is_heard_is_committed_and_answered(station: Station) -> None:
    station.begin()
    await station.radio.until(lambda: station.radio.listening)

    await station.radio.hear("m1")
    await station.radio.hear("m1")
    assert await station.app.store.read(lambda session: list(session.exec(select(Inbox.message_id)))) == ["m1"]

    await station.app.worker.drain()
    await station.app.delivery.drain()
    assert station.radio.said == ["reply:1"]


async def test_what_cannot_be_committed_is_not_accepted(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    station.begin()
    await station.radio.until(lambda: station.radio.listening)

    async def away(work: Any, lane: Any = "work") -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(station.app.server.intake._store, "write", away)
    with pytest.raises(StoreUnavailable):
        await station.radio.hear("m1")


async def test_only_the_listener_says_what_is_tied_to_its_connection(station: Station) -> None:
    await station.app.store.write(
        lambda session: outbox.queue(session, NOON, key="k", kind="notice", words="早", address=(NAME, "person", "ann"))
    )
    await station.app.delivery.drain()
    assert station.radio.said == []
    assert station.app.listening.states() == {NAME: "standby"}

    station.begin()
    await station.radio.until(lambda: station.radio.listening)
    await station.app.delivery.drain()
    assert station.radio.said == ["k"]

    await station.end()
    assert station.app.listening.silent() == {NAME}


async def test_a_wrong_setting_is_tried_again_slowly_and_seen(station: Station) -> None:
    station.radio.wrong = True
    station.app.listening.misconfigured_seconds = SOON
    station.begin()
    await station.radio.until(lambda: station.radio.tries >= 3)
    assert station.app.listening.states() == {NAME: "misconfigured"}
    # Its messages are to fail where somebody sees it.
    assert station.app.listening.silent() == frozenset()

    station.radio.wrong = False
    await station.radio.until(lambda: station.radio.listening)
    assert station.app.listening.states() == {NAME: "listening"}


async def test_doctor_reads_what_the_holder_tells(station: Station) -> None:
    told = asyncio.Event()
    write = station.app.store.write

    async def watched(work: Any, lane: Any = "work") -> Any:
        result = await write(work, lane)
        told.set()
        return result

    setattr(station.app.store, "write", watched)  # noqa: B010
    station.radio.wrong = True
    station.begin()
    async with asyncio.timeout(PATIENCE):
        await told.wait()
        while "平台不接受" not in (await _checks(station, NOON))[0].found:
            told.clear()
            await told.wait()
    assert not (await _checks(station, NOON))[0].ok
    (later,) = await _checks(station, NOON + timedelta(hours=1))
    assert "没有实例在听" in later.found


async def _checks(station: Station, now: datetime) -> list[Check]:
    return await station.app.store.read(
        lambda session: list(running.connections(session, Settings(_env_file=None), now))
    )


@pytest.mark.postgres
async def test_one_instance_listens_and_the_other_takes_over(postgres_url: str) -> None:
    first, second = Station(postgres_url), Station(postgres_url)
    await first.app.prepare()
    first.begin()
    await first.radio.until(lambda: first.radio.listening)
    second.begin()
    await first.radio.hear("m1")

    await first.end()
    await second.radio.until(lambda: second.radio.listening)
    await second.radio.hear("m1")
    await second.radio.hear("m2")

    assert not first.radio.listening
    assert await second.app.store.read(inbox.waiting) == 2
    await second.end()
    for station in (first, second):
        await station.app.stop()


async def test_nobody_to_listen_to_is_fine(station: Station) -> None:
    alone = Listening(station.app.store, station.clock, {}, station.app.server.accept)
    await alone.run()
    assert alone.states() == {}
    assert await station.app.store.read(lambda session: session.exec(select(Outbox)).first()) is None
