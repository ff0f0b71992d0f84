"""A platform of long connections in one small protocol: JSON lines over TCP, one connection heard at a time.

The exchange hands out messages until each is acknowledged, and shows what it is given once per key. Run as a program,
this is an instance of the bot that is connected to it: `python -m tests.fakes.exchange DATABASE_URL PORT NAME`.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.app import App
from bot.errors import Temporary
from bot.front import Front
from bot.settings import Settings
from bot.types import Accept, Check, Inbound, Outgoing, Pace, Platform, RawRequest, Receipt, Received
from storage import inbox, lanes
from tests.patience import PATIENCE


class Exchange:
    """The platform's side. `holders` lists who connected, `said` what was shown, `repeats` the keys that came again."""

    def __init__(self) -> None:
        self.waiting: dict[str, str] = {}
        self.acknowledged: set[str] = set()
        self.said: dict[str, str] = {}
        self.repeats = 0
        self.holders: list[str] = []
        self.changed = asyncio.Condition()
        self._writer: asyncio.StreamWriter | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Listens on a free port and returns it."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def hand(self, message_id: str, user_id: str) -> None:
        """Somebody writes."""
        self.waiting[message_id] = user_id
        self._send({"id": message_id, "user": user_id})

    async def until(self, predicate: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE), self.changed:
            await self.changed.wait_for(predicate)

    def _send(self, data: dict[str, Any]) -> None:
        if self._writer is not None:
            self._writer.write(json.dumps(data).encode() + b"\n")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writer = writer
        try:
            while line := await reader.readline():
                await self._take(json.loads(line))
        except ConnectionError:
            pass
        finally:
            self._tasks.discard(task)
            if self._writer is writer:
                self._writer = None
            writer.close()

    async def _take(self, data: dict[str, Any]) -> None:
        if "hello" in data:
            self.holders.append(data["hello"])
            for message_id, user_id in self.waiting.items():
                self._send({"id": message_id, "user": user_id})
        elif "ack" in data:
            self.acknowledged.add(data["ack"])
            self.waiting.pop(data["ack"], None)
        else:
            self.repeats += data["key"] in self.said
            self.said[data["key"]] = data["text"]
            self._send({"taken": data["key"]})
        async with self.changed:
            self.changed.notify_all()


class Wire(Platform):
    """The bot's side: can be heard and can speak only while connected."""

    name = "wire"
    paths = ()
    pace = Pace()
    tied = True

    def __init__(self, port: int, holder: str) -> None:
        self.port = port
        self.holder = holder
        self.listening = False
        self._writer: asyncio.StreamWriter | None = None
        self._taken: dict[str, asyncio.Future[None]] = {}

    async def listen(self, accept: Accept, clock: Callable[[], datetime]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._writer, self.listening = writer, True
        try:
            self._send({"hello": self.holder})
            while line := await reader.readline():
                data = json.loads(line)
                if "taken" in data:
                    self._taken.pop(data["taken"]).set_result(None)
                    continue
                await accept((Inbound(self.name, data["id"], data["user"], "我的承诺", clock()),))
                self._send({"ack": data["id"]})
        finally:
            self.listening, self._writer = False, None
            writer.close()

    def _send(self, data: dict[str, Any]) -> None:
        assert self._writer is not None
        self._writer.write(json.dumps(data).encode() + b"\n")

    async def receive(self, request: RawRequest, now: datetime) -> Received:
        raise AssertionError("not asked here")

    async def send(self, message: Outgoing, now: datetime) -> Receipt:
        if self._writer is None:
            raise Temporary("not connected")
        taken = self._taken[message.key] = asyncio.get_running_loop().create_future()
        self._send({"key": message.key, "text": message.text})
        await taken
        return Receipt(message.key, "wire")

    async def check(self, now: datetime) -> list[Check]:
        return []

    async def close(self) -> None:
        return


async def main(url: str, port: int, name: str) -> None:
    """An instance in service until SIGTERM; leases are short, so that nobody has to wait for a dead one's."""
    lanes.LEASE = inbox.LEASE = timedelta(seconds=4)
    app = App(
        Front(Settings(_env_file=None, database_url=url), {"wire": Wire(port, name)}), lambda template, facts: b""
    )
    app.listening.check_seconds = 0.2
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await app.prepare()
    await app.start()
    await stop.wait()
    await app.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
