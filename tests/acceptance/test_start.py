"""The start: it listens before everything is loaded, and what it cannot load ends it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from sqlmodel import select

from bot import service
from bot.app import App
from bot.clock import SystemClock
from bot.front import Front
from bot.service import NotLoaded
from storage.store import open_store
from storage.tables import Inbox
from tests.acceptance.serving import Watched, prepare
from tests.acceptance.world import settings_for
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Starting:
    """A bot that listens and goes on loading until `go_on` is set; `serving` ends with it."""

    url: str
    fake: Watched
    http: aiohttp.ClientSession
    go_on: threading.Event
    serving: asyncio.Task[None]

    async def posts(self, message_id: str, text: str) -> int:
        """The status of a member's message."""
        made = self.fake.text_callback("lisi", text, message_id, at=SystemClock().now())
        async with self.http.post(f"{self.url}/wecom/app", params=made.query, data=made.body) as answer:
            return answer.status

    async def gets(self, path: str) -> int:
        async with self.http.get(self.url + path) as answer:
            return answer.status


@asynccontextmanager
async def starting(
    database_url: str, port: int, monkeypatch: pytest.MonkeyPatch, load: Callable[[], Callable[[Front], App]]
) -> AsyncIterator[Starting]:
    """A bot that has begun to listen; `load` is what it loads with, once it may go on."""
    # The tests' own process is not to be set up for months of service.
    monkeypatch.setattr(service, "settle", lambda: None)
    await prepare(database_url)
    listening, go_on = asyncio.Event(), threading.Event()

    def held() -> Callable[[Front], App]:
        if not go_on.wait(PATIENCE):
            raise TimeoutError
        return load()

    async with Watched() as fake, aiohttp.ClientSession() as http:
        settings = settings_for(database_url, fake.base_url)
        running = asyncio.create_task(
            service.serve(settings, "127.0.0.1", port, load=held, ready=listening.set), name="serving"
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await listening.wait()
            yield Starting(f"http://127.0.0.1:{port}", fake, http, go_on, running)
        finally:
            go_on.set()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def states(database_url: str) -> dict[str, str]:
    """How each message of the inbox stands, by its id."""
    store = open_store(database_url)
    found = await store.read(lambda session: dict(session.exec(select(Inbox.message_id, Inbox.state)).all()))
    await store.close()
    return found


async def test_what_comes_while_it_loads_is_stored_and_answered_afterwards(
    database_url: str, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with starting(database_url, unused_tcp_port, monkeypatch, service.load) as bot:
        assert await bot.posts("m1", "我的承诺") == 200
        assert await states(database_url) == {"m1": "queued"}
        assert await bot.gets("/healthz") == 200
        assert await bot.gets("/readyz") == 503
        assert bot.fake.sent == []

        bot.go_on.set()
        await bot.fake.arrived(1)
        assert bot.fake.sent[0].to == "lisi"
        assert await bot.gets("/readyz") == 200
        assert await bot.posts("m2", "我的承诺") == 200
        await bot.fake.arrived(2)
    assert await states(database_url) == {"m1": "done", "m2": "done"}


async def test_the_console_waits_for_what_is_not_loaded_yet(
    tmp_path: Path, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'yinuo.db'}"
    async with starting(url, unused_tcp_port, monkeypatch, service.load) as bot:
        headers = {"Origin": bot.url}
        assert await bot.gets("/console") == 200
        assert await bot.gets("/console/state") == 200
        moved = asyncio.create_task(bot.http.post(f"{bot.url}/console/clock", json={"minutes": 5}, headers=headers))
        # Asked after it on another connection, answered before it.
        assert await bot.gets("/healthz") == 200
        assert not moved.done()
        bot.go_on.set()
        async with await moved as answer:
            # With a platform configured nobody moves the clock.
            assert answer.status == 409


async def test_one_that_cannot_load_stops_listening_and_keeps_what_it_took(
    database_url: str, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Callable[[Front], App]:
        raise ModuleNotFoundError("No module named 'gone'")

    async with starting(database_url, unused_tcp_port, monkeypatch, broken) as bot:
        assert await bot.posts("m1", "我的承诺") == 200
        bot.go_on.set()
        with pytest.raises(NotLoaded, match="ModuleNotFoundError"):
            await bot.serving
        with pytest.raises(aiohttp.ClientConnectionError):
            await bot.gets("/healthz")
    assert await states(database_url) == {"m1": "queued"}


async def test_told_to_stop_while_it_loads_it_begins_nothing(
    database_url: str, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with starting(database_url, unused_tcp_port, monkeypatch, service.load) as bot:
        assert await bot.posts("m1", "我的承诺") == 200
        signal.raise_signal(signal.SIGTERM)
        # Asked after the signal, answered after it.
        assert await bot.gets("/healthz") == 200
        bot.go_on.set()
        async with asyncio.timeout(PATIENCE):
            await bot.serving
        assert bot.fake.sent == []
    assert await states(database_url) == {"m1": "queued"}


def run_python(code: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs code as a program of its own that finds ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WECOM", "DINGTALK", "DATABASE"))}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_program_with_a_part_missing_ends_with_a_clear_word(tmp_path: Path, unused_tcp_port: int) -> None:
    code = "import sys\nsys.modules['jinja2'] = None\nfrom main import cli\ncli(['serve'])"
    ended = run_python(code, tmp_path, DATABASE_URL="sqlite:///yinuo.db", PORT=str(unused_tcp_port))
    assert ended.returncode == 1
    assert "is serving on" in ended.stderr
    assert "app.not_loaded" in ended.stderr
    assert "could not be loaded (ModuleNotFoundError)" in ended.stderr.splitlines()[-1]


def test_a_database_that_is_away_ends_the_start_with_a_clear_word(tmp_path: Path, unused_tcp_port: int) -> None:
    address = f"postgresql://nobody@127.0.0.1:{unused_tcp_port}/none"
    ended = run_python("from main import cli; cli(['serve'])", tmp_path, DATABASE_URL=address)
    assert ended.returncode == 1
    assert "the database does not answer" in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


# What answering, a migration, a file or another command needs, and what is needed for other settings than these.
_LATER = {"bot.app", "bot.delivery", "bot.worker", "handlers", "jinja2", "prompts", "scheduler.engine", "apscheduler"}
_LATER |= {"pypinyin", "rapidfuzz", "bot.platforms.dingtalk", "bot.platforms.wecom_app", "bot.platforms.wecom_bot"}
_NEVER = {"alembic", "openpyxl", "typst", "wechatpy", "dingtalk_stream", "chinese_calendar", "holidays", "bot.doctor"}
_NEVER |= {"bot.sheets", "bot.exports", "bot.leads", "bot.demo", "bot.replay", "bot.privacy", "asyncpg", "aiosqlite"}


@pytest.mark.parametrize(
    ("imported", "absent"),
    [
        ("main", _LATER | _NEVER | {"pydantic", "sqlalchemy", "sqlmodel", "aiohttp", "structlog"}),
        ("bot.service", _LATER | _NEVER),
        ("bot.app", _NEVER),
    ],
)
def test_nothing_is_loaded_before_it_is_needed(imported: str, absent: set[str], tmp_path: Path) -> None:
    told = run_python(f"import sys, {imported}\nprint(*sys.modules)", tmp_path)
    assert told.returncode == 0, told.stderr
    loaded = set(told.stdout.split())
    assert imported in loaded
    assert absent & loaded == set()


async def test_of_port_0_it_tells_the_one_it_opened(tmp_path: Path) -> None:
    front = Front(settings_for(f"sqlite:///{tmp_path / 'yinuo.db'}", "http://127.0.0.1:9"), {})
    try:
        await front.prepare()
        port = await front.open("127.0.0.1", 0)
        async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/healthz") as answer:
            assert answer.status == 200
    finally:
        await front.close()
