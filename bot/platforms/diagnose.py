"""Checks every platform makes alike for `doctor`."""

from __future__ import annotations

from datetime import datetime

from bot.types import Check

MAX_SKEW = 60.0


def clock_check(name: str, server: datetime | None, now: datetime) -> Check:
    """Compare our clock with the platform's, as its latest answer told it; over a minute apart is not right."""
    if server is None:
        return Check(name, False, "平台没有回应,无法核对时钟", "请先解决连接问题")
    skew = (now - server).total_seconds()
    if abs(skew) <= MAX_SKEW:
        return Check(name, True, f"与平台相差 {abs(skew):.0f} 秒")
    side = "快" if skew > 0 else "慢"
    return Check(name, False, f"本机时钟{side} {abs(skew):.0f} 秒", "请启用 NTP 校时:时钟不准会使回调验签失败")
