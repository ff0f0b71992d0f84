"""What is kept of what people sent with their records: how much, what waits and why, and whether there is room."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

from sqlmodel import Session

from bot.media import FULL, UNWRITABLE
from bot.media_files import folder_of
from bot.settings import Settings
from bot.types import Check
from storage import media

NAME = "附件"
LEAST_FREE = 500 << 20


def check(session: Session, settings: Settings) -> Check:
    """The one line about attachments. Only reads."""
    states, size, errors = media.states(session), media.size(session), media.errors(session)
    waits = states["queued"] + states["fetching"]
    told = _told(states, size, waits)
    if settings.media == "off":
        return Check(NAME, True, f"不保存（MEDIA=off）；{told}" if states.total() else "不保存（MEDIA=off）")
    if settings.media == "queue":
        advice = f"这个实例不取；确认有一个 MEDIA=on 的实例在运行：{waits} 个在等" if waits else ""
        return Check(NAME, True, f"由别的实例保存（MEDIA=queue）；{told}", advice)
    folder = folder_of(settings).absolute()
    if size >= settings.media_total_gb * (1 << 30) or FULL in errors:
        advice = f"调大 MEDIA_TOTAL_GB（现为 {settings.media_total_gb:g}），或把 {folder} 换到更大的盘"
        return Check(NAME, False, f"存满了，新的附件不再保存；{told}", advice)
    nearest = _nearest(folder)
    if UNWRITABLE in errors or not os.access(nearest, os.W_OK | os.X_OK):
        return Check(NAME, False, f"{folder} 写不进去；{told}", "看权限和磁盘空间；腾出来以后会自己接着存")
    free = shutil.disk_usage(nearest).free
    if free < LEAST_FREE:
        return Check(NAME, False, f"{folder} 只剩 {free >> 20} MB；{told}", "腾出空间，或用 MEDIA_DIR 换一个盘")
    advice = f"有 {waits} 个还没取到，原因：{errors[0]}" if waits and errors else ""
    return Check(NAME, True, told, advice)


def _told(states: Counter[str], size: int, waits: int) -> str:
    told = f"存了 {states['kept']} 个，共 {size / (1 << 20):.1f} MB"
    if waits:
        told += f"，{waits} 个等着取"
    return told + (f"，{states['lost']} 个没能取到" if states["lost"] else "")


def _nearest(folder: Path) -> Path:
    """The folder itself, or the one it will be made in."""
    return next(path for path in (folder, *folder.parents) if path.exists())
