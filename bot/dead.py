"""The dead command: messages nobody could be told, listed and put back in the queue."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlmodel import Session

from prompts import mask
from storage import migrate, outbox
from storage.store import PostgresStore, SqliteStore, open_store
from storage.tables import Chat, Outbox, Person

# What an operator reads of a reason; the word before the colon is the name of a SendError.
_MEANINGS = {
    "Temporary": "平台忙，或者连不上",
    "Throttled": "发得太快，平台一直不让发",
    "Unknown": "发出去了，没有收到回音",
    "Unreachable": "收不到：不在可见范围、已离职，或者机器人不在群里",
    "Rejected": "平台不收这条内容",
    "Misconfigured": "密钥、权限或地址不对",
    "UsedUp": "平台的月额度用完了",
    outbox.NO_ADDRESS: "名单里没有他的平台账号",
    outbox.USED_UP: "平台的月额度用完了，清单先停发",
}


class NotMigrated(Exception):
    """The database is not of the shape this program works with."""


async def listed(url: str, limit: int) -> list[dict[str, Any]]:
    """The newest dead letters: id, at (ISO, UTC), platform, to, kind, error. Without their words."""
    async with _opened(url) as store:
        return await store.read(lambda session: [_shown(session, row) for row in outbox.dead(session, limit)])


async def replay(url: str, ids: Sequence[int] | None, now: datetime) -> tuple[list[int], list[int]]:
    """Puts dead letters back in the queue, all of them when `ids` is None: those that are, and those that cannot be.

    A letter that is not dead, or that has no address, cannot be.
    """

    def again(session: Session) -> tuple[list[int], list[int]]:
        wanted = ids if ids is not None else [row.id or 0 for row in reversed(outbox.dead(session, None))]
        done = [row_id for row_id in dict.fromkeys(wanted) if outbox.replay(session, row_id, now)]
        return done, [row_id for row_id in dict.fromkeys(wanted) if row_id not in done]

    async with _opened(url) as store:
        return await store.write(again)


def explained(error: str) -> str:
    """What a dead letter's reason means, in Chinese, with the reason itself behind it, phone numbers masked."""
    meaning = next((meaning for start, meaning in _MEANINGS.items() if error.startswith(start)), None)
    reason = mask(error)
    return f"{meaning}（{reason}）" if meaning else reason or "没有记下原因"


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[SqliteStore | PostgresStore]:
    store = open_store(url)
    try:
        if await migrate.current(store) != migrate.newest():
            raise NotMigrated("run `python main.py db upgrade` first")
        yield store
    finally:
        await store.close()


def _shown(session: Session, row: Outbox) -> dict[str, Any]:
    chat = session.get(Chat, row.chat_id) if row.chat_id is not None else None
    person = session.get(Person, row.person_id) if row.person_id is not None else None
    return {
        "id": row.id,
        "at": row.made_at.isoformat(timespec="seconds"),
        "platform": row.platform,
        "to": (chat.name or chat.external_id) if chat else person.name if person else row.target_id,
        "kind": row.kind,
        "error": mask(row.error),
    }
