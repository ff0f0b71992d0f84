"""People who send pictures and files with their words, and what the bot in service has kept of them."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from storage.tables import Media
from tests.acceptance.world import World, world

PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 30
SHEET = b"%PDF-1.7\n" + b"price list " * 500
DIGEST = hashlib.sha256(PHOTO).hexdigest()


@asynccontextmanager
async def living(database_url: str, tmp_path: Path, **more: Any) -> AsyncIterator[World]:
    async with world(database_url, media_dir=tmp_path / "media", **more) as made:
        yield made


async def rows(here: World) -> list[Media]:
    return await here.app.store.read(lambda session: list(session.exec(select(Media).order_by(col(Media.id)))))


async def fetched(here: World) -> list[str]:
    """Everything handled and fetched that can be now; the states of what was queued."""
    await here.settle()
    await here.app.media.prepare()
    await here.app.media.drain()
    return [row.state for row in await rows(here)]


def files(here: World) -> dict[str, bytes]:
    """Every file in the folder of media, by its path there."""
    root = here.app.media.folder.root
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def kept(*contents: tuple[bytes, str]) -> dict[str, bytes]:
    digests = [(hashlib.sha256(content).hexdigest(), content, ending) for content, ending in contents]
    return {f"{digest[:2]}/{digest}{ending}": content for digest, content, ending in digests}


async def wecom_sends(here: World, content: bytes, message_id: str, name: str = "", kind: str = "image") -> None:
    made = here.wecom.file_callback("lisi", name, content, message_id, kind)
    assert await here.post("/wecom/app", made.body, query=made.query) == (200, b"")


def rich(here: World, words: str, *contents: bytes) -> dict[str, Any]:
    """The body of a DingTalk message of words and pictures."""
    pictures = [{"type": "picture", "downloadCode": here.dingtalk.keep(content)} for content in contents]
    return {"msgtype": "richText", "content": {"richText": [{"text": words}, *pictures]}}


async def visited(here: World, message_id: str = "d1", *contents: bytes) -> None:
    """A visit to a new client with pictures, over DingTalk; its record is #1."""
    await here.dingtalk_says("0101", "", message_id, **rich(here, "【拜访】海棠诊所 看了样机", *(contents or (PHOTO,))))
    await here.settle()
    await here.dingtalk_says("0101", "1", f"{message_id}-yes")
    await here.settle()
