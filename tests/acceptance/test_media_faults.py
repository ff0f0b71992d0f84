"""Fetching what people send when the platform, the disk or the process fails: nothing lost, no half file."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import media as keeping
from bot.media_files import ARRIVED, MediaFolder
from storage import media
from tests.acceptance.sending import PHOTO, SHEET, fetched, files, kept, living, rows, visited
from tests.acceptance.world import World
from tests.fakes.dingtalk import DOWNLOAD, FILE
from tests.fakes.server import NOON, FakeServer, Fault

# --- what goes wrong --------------------------------------------------------------------------------------------------


async def test_a_platform_that_is_busy_is_asked_again(lite: World) -> None:
    await visited(lite)
    lite.dingtalk.fail(DOWNLOAD, Fault(status=500, body="no"), times=3)
    states = await fetched(lite)
    assert states == ["queued"]
    for _ in range(3):
        waits = await lite.app.store.read(lambda session: media.next_at(session, lite.clock.now()))
        assert waits is not None
        lite.set(max(waits, lite.clock.now()))
        states = await fetched(lite)
    assert states == ["kept"]
    assert lite.dingtalk.count(DOWNLOAD) == 4


async def test_what_cannot_be_fetched_in_its_time_is_lost(lite: World) -> None:
    await visited(lite)
    lite.dingtalk.fail(DOWNLOAD, Fault(status=500, body="no"), times=100)
    states = await fetched(lite)
    while states == ["queued"]:
        waits = await lite.app.store.read(lambda session: media.next_at(session, lite.clock.now()))
        assert waits is not None
        lite.set(waits)
        states = await fetched(lite)
    assert states == ["lost"]
    assert timedelta(hours=24) <= lite.clock.now() - NOON < timedelta(hours=25)
    assert lite.dingtalk.count(DOWNLOAD) < 40


async def test_a_code_that_is_over_is_lost_at_once(lite: World) -> None:
    await visited(lite)
    lite.shift(timedelta(hours=3))
    assert await fetched(lite) == ["lost"]
    assert lite.dingtalk.count(DOWNLOAD) == 1


async def test_an_address_elsewhere_is_not_asked(lite: World) -> None:
    class Inside(FakeServer):
        """Something on the same machine that must not be reached."""

        def routes(self) -> list[Any]:
            return []

    async with Inside() as inside:
        await visited(lite)
        lite.dingtalk.elsewhere = inside.base_url + "/secret"
        assert await fetched(lite) == ["lost"]
        assert inside.calls == []


async def test_a_file_larger_than_allowed_is_lost(tmp_path: Path) -> None:
    async with living(f"sqlite:///{tmp_path / 'yinuo.db'}", tmp_path, media_max_mb=1) as here:
        await visited(here, "d1", b"x" * (1 << 20), b"x" * ((1 << 20) + 1))
        assert await fetched(here) == ["kept", "lost"]


async def test_a_full_folder_waits_and_is_filled_no_further(tmp_path: Path) -> None:
    async with living(f"sqlite:///{tmp_path / 'yinuo.db'}", tmp_path, media_total_gb=1e-9) as here:
        await visited(here, "d1", PHOTO)
        assert await fetched(here) == ["kept"]
        await visited(here, "d2", SHEET)
        assert await fetched(here) == ["kept", "queued"]
        assert await here.app.store.read(media.errors) == [keeping.FULL]


async def test_a_full_disk_is_waited_for(lite: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await visited(lite)

    def full(self: MediaFolder, name: str, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(MediaFolder, "arrive", full)
        assert await fetched(lite) == ["queued"]
        assert await lite.app.store.read(media.errors) == [keeping.UNWRITABLE]
    lite.shift(keeping.DISK_WAIT)
    assert await fetched(lite) == ["kept"]


async def test_a_half_written_file_is_never_a_file(lite: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await visited(lite)

    def broken(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", broken)
        assert await fetched(lite) == ["queued"]
        assert files(lite) == {}
    lite.shift(keeping.DISK_WAIT)
    assert await fetched(lite) == ["kept"]


# --- stopped between any two steps ------------------------------------------------------------------------------------


class Died(BaseException):
    """The process is gone."""


STEPS = ("arrived", "arrive", "keep", "settle")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
async def test_dying_at_any_step_loses_nothing(
    lite: World, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    await visited(lite)
    original: Callable[..., Any] = getattr(MediaFolder, step)

    def deadly(self: MediaFolder, *arguments: Any) -> Any:
        if after:
            original(self, *arguments)
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(MediaFolder, step, deadly)
        with pytest.raises(Died):
            await fetched(lite)
    arrived = (step, after) not in {("arrived", False), ("arrived", True), ("arrive", False)}
    # What was fetched is not fetched again: by now the code is over.
    lite.shift(timedelta(hours=3) if arrived else timedelta(minutes=5))
    again(lite)
    assert await fetched(lite) == ["kept"]
    assert files(lite) == kept((PHOTO, ".jpg"))
    assert lite.dingtalk.count(FILE) == (2 if (step, after) == ("arrive", False) else 1)


def again(here: World) -> None:
    """Another process on the same database and folder."""
    old = here.app.media
    here.app.media = keeping.MediaKeeper(
        old.store, old.clock, here.app.platforms, old.folder, most=old.most, total=old.total
    )


async def test_dying_before_the_commit_loses_nothing(lite: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await visited(lite)

    def deadly(*arguments: Any) -> bool:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(keeping.MediaKeeper, "_kept", deadly)
        with pytest.raises(Died):
            await fetched(lite)
    lite.shift(timedelta(hours=3))
    assert await fetched(lite) == ["kept"]
    assert files(lite) == kept((PHOTO, ".jpg"))


async def test_what_a_dead_one_left_is_tidied_once_nobody_needs_it(lite: World) -> None:
    folder = lite.app.media.folder
    folder.arrive("0123abcd", b"of nobody")
    (folder.root / ARRIVED / "4567cdef.9-part.part").write_bytes(b"half")
    await visited(lite)
    assert await fetched(lite) == ["kept"]
    assert files(lite) == kept((PHOTO, ".jpg"))


# --- several instances ------------------------------------------------------------------------------------------------


@pytest.mark.postgres
async def test_two_instances_fetch_each_file_once(postgres_url: str, tmp_path: Path) -> None:
    async with living(postgres_url, tmp_path) as here:
        for number in range(6):
            await visited(here, f"d{number}", PHOTO + bytes([number]))
        second = keeping.MediaKeeper(
            here.app.store, here.clock, here.app.platforms, here.app.media.folder, most=1 << 20, total=1 << 30
        )
        await asyncio.gather(here.app.media.drain(), second.drain())
        assert [row.state for row in await rows(here)] == ["kept"] * 6
        assert here.dingtalk.count(DOWNLOAD) == 6
        assert len(files(here)) == 6


async def test_what_another_instance_had_claimed_is_taken_over_after_its_lease(here: World) -> None:
    await visited(here)
    now = here.clock.now()
    claimed = await here.app.store.write(
        lambda session: media.claim(session, now, 4, {"dingtalk": timedelta(hours=24)})
    )
    assert len(claimed) == 1
    assert await fetched(here) == ["fetching"]
    here.shift(media.LEASE)
    assert await fetched(here) == ["kept"]
    # Whoever was so slow has nothing to say any more.
    await here.app.store.write(lambda session: media.failed(session, claimed[0], "late", None))
    assert [row.state for row in await rows(here)] == ["kept"]


async def test_after_a_restart_on_sqlite_nothing_waits_for_a_lease(lite: World) -> None:
    await visited(lite)
    now = lite.clock.now()
    await lite.app.store.write(lambda session: media.claim(session, now, 4, {"dingtalk": timedelta(hours=24)}))
    await lite.app.prepare()
    assert await fetched(lite) == ["kept"]
