"""What people sent, as an operator meets it: `person show`, `person erase` and the line of `doctor`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlmodel import Session, col, select

from bot import media as keeping
from bot.doctor import media as doctor
from bot.media_files import MediaFolder
from bot.settings import Settings
from bot.types import Check
from main import cli
from storage import media
from storage.store import open_store
from storage.tables import Contact, Media
from tests.acceptance.sending import PHOTO, SHEET, fetched, files, living, rich, visited
from tests.acceptance.world import World, settings_for


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["person", *arguments])


@pytest.fixture
def used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database in which 邵晴 has sent two files and 闵航 one of them as well."""
    url = f"sqlite:///{tmp_path / 'yinuo.db'}"
    monkeypatch.setenv("DATABASE_URL", url)

    async def live() -> None:
        async with living(url, tmp_path) as here:
            await visited(here, "d1", PHOTO, SHEET)
            await here.dingtalk_says("0102", "", "d5", **rich(here, "【拜访】海棠诊所 一起去的", PHOTO))
            assert await fetched(here) == ["kept", "kept", "kept"]
            assert len(files(here)) == 2

    asyncio.run(live())
    return url


def read(url: str, work: Any) -> Any:
    async def go() -> Any:
        store = open_store(url)
        try:
            return await store.read(work)
        finally:
            await store.close()

    return asyncio.run(go())


def left(tmp_path: Path) -> list[bytes]:
    return [path.read_bytes() for path in (tmp_path / "media").rglob("*") if path.is_file()]


def everything(session: Session) -> list[tuple[Any, ...]]:
    return [
        (row.state, row.ref, row.name, row.path, row.sha256)
        for row in session.exec(select(Media).order_by(col(Media.id)))
    ]


def test_files_are_told_and_erased_with_their_sender(used: str, tmp_path: Path) -> None:
    assert "2 files sent" in run("show", "邵晴").output
    assert run("erase", "邵晴", "--yes").exit_code == 0

    # What somebody else has sent as well stays theirs.
    assert left(tmp_path) == [PHOTO]
    erased, kept = read(used, everything)[:2], read(used, everything)[2]
    assert erased == [("erased", "", "", "", "")] * 2
    assert kept[0] == "kept"
    bare = read(used, lambda session: session.exec(select(Contact.attachments).where(Contact.number == 1)).one())
    assert bare == [{"kind": "image"}, {"kind": "image"}]
    assert "files sent" not in run("show", "#3").output

    assert run("erase", "闵航", "--yes").exit_code == 0
    assert left(tmp_path) == []


def test_an_erasure_that_was_interrupted_is_finished_by_the_next(
    used: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: MediaFolder, path: str) -> None:
        raise PermissionError("no")

    with monkeypatch.context() as patched:
        patched.setattr(MediaFolder, "remove", refused)
        assert run("erase", "邵晴", "--yes").exit_code == 1
    assert len(left(tmp_path)) == 2
    assert run("erase", "#3", "--yes").exit_code == 0
    assert left(tmp_path) == [PHOTO]


async def test_who_is_erased_while_a_file_is_on_its_way_leaves_none(tmp_path: Path) -> None:
    async with living(f"sqlite:///{tmp_path / 'yinuo.db'}", tmp_path) as here:
        await visited(here)
        keep = here.app.media.folder.keep

        def slowly(name: str, content: bytes) -> Any:
            found = keep(name, content)
            loop.call_soon_threadsafe(erased.set_result, None)
            asyncio.run_coroutine_threadsafe(here.app.store.write(erase), loop).result()
            return found

        def erase(session: Session) -> None:
            media.erase(session, 3)

        loop = asyncio.get_running_loop()
        erased: asyncio.Future[None] = loop.create_future()
        setattr(here.app.media.folder, "keep", slowly)  # noqa: B010
        assert await fetched(here) == ["erased"]
        await erased
        assert files(here) == {}


# --- doctor -----------------------------------------------------------------------------------------------------------


async def told(here: World, **more: Any) -> Check:
    settings: Settings = settings_for("sqlite:///unused.db", media_dir=here.app.media.folder.root, **more)
    return await here.app.store.read(lambda session: doctor.check(session, settings))


async def test_doctor_tells_what_is_kept_and_what_waits(lite: World) -> None:
    check = await told(lite)
    assert (check.ok, check.found, check.advice) == (True, "存了 0 个，共 0.0 MB", "")
    await visited(lite)
    assert (await told(lite)).found.endswith("1 个等着取")
    await fetched(lite)
    assert (await told(lite)).found == "存了 1 个，共 0.0 MB"


async def test_doctor_tells_why_nothing_is_kept(lite: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await visited(lite, "d1", PHOTO)

    def full(self: MediaFolder, name: str, content: bytes) -> None:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(MediaFolder, "arrive", full)
        await fetched(lite)
    unwritable = await told(lite)
    assert (unwritable.ok, "写不进去" in unwritable.found) == (False, True)
    lite.shift(keeping.DISK_WAIT)
    await fetched(lite)

    full_up = await told(lite, media_total_gb=1e-9)
    assert (full_up.ok, "存满了" in full_up.found, "MEDIA_TOTAL_GB" in full_up.advice) == (False, True, True)
    assert (await told(lite, media="off")).found.startswith("不保存")
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 1 << 20})())
    short = await told(lite)
    assert (short.ok, "只剩 1 MB" in short.found) == (False, True)


async def test_doctor_asks_for_an_instance_that_fetches(lite: World) -> None:
    await visited(lite)
    check = await told(lite, media="queue")
    assert (check.ok, "MEDIA=on" in check.advice) == (True, True)
