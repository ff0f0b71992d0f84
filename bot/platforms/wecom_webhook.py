"""Group robots of WeCom (群 webhook, 消息推送): one key per group, the only way to @ somebody in a group there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.errors import Rejected
from bot.platforms.budget import MINUTE, Budget
from bot.platforms.http import Caller, distinct, nothing_said
from bot.platforms.text import clean
from bot.platforms.wecom_api import checked_call, media_id_of
from bot.platforms.wecom_lane import load
from bot.types import OutFile, Outgoing

MAX_BYTES = 2048
PER_MINUTE = 20


class GroupRobots:
    """The robots by the name of their group; `keys` maps name to key. Held to 20 messages a minute each."""

    def __init__(self, caller: Caller, *, base: str, keys: Mapping[str, str]) -> None:
        self._caller = caller
        self._base = base
        self._keys = dict(keys)
        self._budget = Budget((PER_MINUTE, MINUTE))

    def key(self, chat_name: str | None) -> str | None:
        """Return the key of the robot in the group of this name, None when there is none."""
        return self._keys.get(chat_name or "") or None

    async def send(self, key: str, now: datetime, payload: Mapping[str, Any]) -> None:
        """Send through the robot of `key`; raises a SendError."""
        self._budget.take(key, now)
        await checked_call(
            self._caller, self._base, "POST", "/cgi-bin/webhook/send", now, params={"key": key}, payload=payload
        )

    async def upload(self, key: str, name: str, content: bytes, now: datetime) -> str:
        """Upload a file for the robot of `key` alone; return its media id."""
        with nothing_said():
            answer = await checked_call(
                self._caller,
                self._base,
                "POST",
                "/cgi-bin/webhook/upload_media",
                now,
                params={"key": key, "type": "file"},
                upload=(name, content),
            )
        return media_id_of(answer)


class GroupLane:
    """One group, written to by its push robot: plain text, with an @ for whoever is mentioned."""

    channel = "webhook"

    def __init__(self, robots: GroupRobots, key: str, message: Outgoing) -> None:
        self._robots = robots
        self._key = key
        self._mentions = distinct(user_id for user_id, _ in message.mentions if user_id)

    async def text(self, part: str, *, first: bool, now: datetime) -> str | None:
        body: dict[str, object] = {"content": part}
        if first and self._mentions:
            body["mentioned_list"] = self._mentions
        await self._robots.send(self._key, now, {"msgtype": "text", "text": body})
        return None

    async def file(self, file: OutFile, now: datetime) -> str | None:
        content = await load(file)
        media_id = await self._robots.upload(self._key, clean(file.name), content, now)
        await self._robots.send(self._key, now, {"msgtype": "file", "file": {"media_id": media_id}})
        return None

    async def card(self, card: Mapping[str, Any], now: datetime) -> str | None:
        raise Rejected("a group robot has no buttons")
