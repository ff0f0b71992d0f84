"""Checks every platform makes alike for `doctor`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.errors import SendError, UsedUp
from bot.types import Check, Probe, RawRequest, Received, Refused

MAX_SKEW = 60.0


def clock_check(name: str, server: datetime | None, now: datetime) -> Check:
    """Compare our clock with the platform's, as its latest answer told it; over a minute apart is not right."""
    if server is None:
        return Check(name, False, "平台没有回应，无法核对", "先解决连接的问题")
    skew = (now - server).total_seconds()
    if abs(skew) <= MAX_SKEW:
        return Check(name, True, f"与平台相差 {abs(skew):.0f} 秒")
    side = "快" if skew > 0 else "慢"
    return Check(name, False, f"本机时钟{side} {abs(skew):.0f} 秒", "启用 NTP 校时：差 300 秒以上的回调会被拒绝")


def failure(error: SendError) -> str:
    """Return why a call failed, short and in Chinese, with the platform's own code."""
    match error.code:
        case "connect":
            return "连不上平台"
        case "no-answer":
            return "平台没有回答"
        case "ban":
            return "平台的网关暂时拦下了本机"
        case None:
            return f"没有成功（{error.reason}）"
    what = "额度用完" if isinstance(error, UsedUp) else "平台拒绝"
    return f"{what}（{error.code}）"


async def callback_check(
    name: str, receive: Callable[[RawRequest, datetime], Awaitable[Received]], probe: Probe, now: datetime, advice: str
) -> Check:
    """Let a platform take a request that it has sealed itself: what is told apart from the public road."""
    try:
        received = await receive(probe.request, now)
        answer, reason = (received.status, received.body), "回答不对"
    except Refused as refused:
        answer, reason = (refused.status, b""), refused.reason
    if answer == (probe.status, probe.body):
        return Check(name, True, "验签自检通过")
    return Check(name, False, f"验签自检没有通过（{reason}）", advice)
