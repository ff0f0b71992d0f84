"""What the database tells of itself: reachable, writable, newest, whole."""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlmodel import Session

from bot.doctor import media, running, team
from bot.settings import Settings
from bot.types import Check
from storage import events, migrate
from storage import settings as kept
from storage.store import PostgresStore, SqliteStore, StoreUnavailable, open_store

LEAST_FREE = 500 << 20


class _Probe(Exception):
    """Undoes the row written to see whether the database takes one."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The checks of the database and of what is in it, and how the platforms name whom it knows."""

    checks: list[Check]
    addresses: list[team.Address] = field(default_factory=list)


async def examine(settings: Settings, now: datetime, patience: float) -> Stored:
    """The checks of the database; those it does not answer are left out. Changes nothing."""
    try:
        url = make_url(settings.database_url)
        path = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
        if path is not None and not path.exists():
            return Stored(_not_yet(path))
        store = open_store(settings.database_url)
    except Exception:  # whatever is wrong with the address, the advice is the same
        advice = "写成 sqlite:///data/yinuo.db 或 postgresql://user:password@host/name"
        return Stored([Check("数据库", False, "DATABASE_URL 不是 SQLite 或 PostgreSQL 的地址", advice)])
    try:
        async with asyncio.timeout(patience):
            return await _open(store, settings, now, path)
    except TimeoutError:
        advice = "看是什么让它忙，或再试一次"
        return Stored([Check("数据库", False, f"{patience:g} 秒没有回答", advice)])
    finally:
        await store.close()


def _not_yet(path: Path) -> list[Check]:
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not os.access(folder, os.W_OK):
        advice = f"让运行一诺的用户能写 {folder}"
        return [Check("数据库", False, f"{path} 不存在，也建不了", advice)]
    advice = "`python main.py serve` 会建好"
    return [Check("数据库", True, f"{path} 还不存在", advice), _disk(folder)]


async def _open(store: SqliteStore | PostgresStore, settings: Settings, now: datetime, path: Path | None) -> Stored:
    where = str(path) if path else "PostgreSQL"
    try:
        current = await migrate.current(store)
    except Exception as error:  # a driver's words may hold the address with its password
        advice = (
            "看它是不是 SQLite 数据库，能不能读"
            if path
            else "看 PostgreSQL 是否在运行，DATABASE_URL 的主机、端口、用户、密码对不对"
        )
        return Stored([Check("数据库", False, f"{where} 读不了（{_kind(error)}）", advice)])
    found = [await _writable(store, where), _migrations(current)]
    if path is not None:
        found.append(_disk(path.parent))
    if not all(check.ok for check in found[:2]):
        return Stored(found)
    try:
        inside, addresses = await store.read(lambda session: _contents(session, settings, now))
    except Exception as error:  # a damaged file fails where it is read
        advice = "从备份恢复，或用 SQLite、PostgreSQL 的工具查看"
        return Stored([*found, Check("内容", False, f"读不了（{_kind(error)}）", advice)])
    return Stored([*found, *inside], addresses)


async def _writable(store: SqliteStore | PostgresStore, where: str) -> Check:
    def probe(session: Session) -> None:
        # Every shape of the database has this table; an empty one has nothing to write to.
        if session.connection().dialect.has_table(session.connection(), "setting"):
            kept.put(session, "doctor.probe", "1")
            session.flush()
        raise _Probe

    try:
        await store.write(probe)
    except _Probe:
        return Check("数据库", True, f"{where} 能读能写")
    except Exception as error:  # a driver's words may hold the address with its password
        advice = "看权限、磁盘空间，有没有别的程序锁着它"
        return Check("数据库", False, f"{where} 写不了（{_kind(error)}）", advice)
    raise AssertionError("the probe did not undo itself")


def _kind(error: Exception) -> str:
    return str(error) if isinstance(error, StoreUnavailable) else type(error).__name__


def _migrations(current: str | None) -> Check:
    newest = migrate.newest()
    if current == newest:
        return Check("结构", True, f"最新（{newest}）")
    found = f"数据库是 {current or '空的'}，程序要 {newest}"
    return Check("结构", False, found, "`python main.py db upgrade`；数据库更新的，换新版程序")


def _disk(folder: Path) -> Check:
    folder = folder.absolute()
    free = shutil.disk_usage(folder).free
    advice = "" if free >= LEAST_FREE else f"腾出空间：少于 {LEAST_FREE >> 20} MB，消息可能存不下"
    return Check("磁盘", free >= LEAST_FREE, f"{folder} 剩 {free >> 20} MB", advice)


def _contents(session: Session, settings: Settings, now: datetime) -> tuple[list[Check], list[team.Address]]:
    checks = [
        _history(session),
        *team.checks(session, settings),
        *running.checks(session, settings, now),
        media.check(session, settings),
    ]
    return checks, team.addresses(session)


def _history(session: Session) -> Check:
    broken = events.verify(session)
    if broken is None:
        return Check("历史", True, "哈希链完整")
    advice = "有人直接改过数据库：与之前的备份对照，两份都留着"
    return Check("历史", False, f"哈希链断在第 {broken} 条", advice)
