"""What the bot in service has left in the database: its last look at the clocks, its connections, what waits."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot import listening
from bot.dead import explained
from bot.front import SHIFT
from bot.server import BACKLOG_LIMIT
from bot.settings import Settings
from bot.types import Check
from storage import inbox, outbox, quota
from storage import settings as kept
from storage.tables import Inbox, QuotaUse

TITLES = {"wecom": "企微应用", "wecom_bot": "企微机器人", "dingtalk": "钉钉"}
TICK_LATE = timedelta(minutes=2)
LONG_WAIT = timedelta(minutes=5)
TAKEN_LATELY = timedelta(hours=1)
_MODES = {"stream": "connection", "http": "callback", "auto": "either"}
_ACCEPTED = {
    "wecom_bot": "核对 WECOM_BOT_ID、WECOM_BOT_SECRET，API 模式选长连接",
    "dingtalk": "核对 DINGTALK_CLIENT_ID、DINGTALK_CLIENT_SECRET，接收模式选 Stream 并发布",
}
_RIGHTS = {"calls": "调用", "messages": "消息"}


def checks(session: Session, settings: Settings, now: datetime) -> list[Check]:
    """The checks of the bot in service, seen from beside it. Only reads."""
    return [
        _tick(session, settings, now),
        *connections(session, settings, now),
        *_unheard(session, settings),
        *(_quota(row, quota.share(row, now)) for row in quota.of_month(session, now)),
        _inbox(session, now),
        _outbox(session),
    ]


def configured(settings: Settings) -> dict[str, str]:
    """How each configured platform is heard: by `connection`, by `callback`, or by `either` of them."""
    roads = {
        "wecom": "callback" if settings.wecom_ready else "",
        "wecom_bot": settings.wecom_bot_road,
        "dingtalk": _MODES[settings.dingtalk_mode] if settings.dingtalk_ready else "",
    }
    return {name: road for name, road in roads.items() if road}


def _ago(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return (
        f"{minutes} 分钟" if minutes < 120 else f"{minutes // 60} 小时" if minutes < 2880 else f"{minutes // 1440} 天"
    )


def _tick(session: Session, settings: Settings, now: datetime) -> Check:
    name = "运行"
    shift = float(kept.get(session, SHIFT) or 0)
    if shift and settings.any_platform:
        advice = "正式团队换一个数据库（DATABASE_URL）：这个在试用台里用过"
        return Check(name, False, f"这个库的时钟拨快了 {_ago(timedelta(seconds=shift))}", advice)
    last = kept.moment(session, "clock.tick")
    if last is None:
        return Check(name, True, "还没有启动过", "`python main.py serve`")
    silent = now + timedelta(seconds=shift) - last
    if silent > TICK_LATE:
        advice = "没在运行就启动 `python main.py serve`；在运行就看日志里的 tick.failed"
        return Check(name, True, f"{_ago(silent)}没有看过时钟，提醒不会发出", advice)
    if silent < -TICK_LATE:
        return Check(name, False, f"上次看时钟的时间比现在晚 {_ago(-silent)}", "本机时钟倒退了：启用 NTP 校时")
    return Check(name, True, "在运行，时钟刚看过")


def connections(session: Session, settings: Settings, now: datetime) -> Iterator[Check]:
    """What the instances that hold long connections have told of them last, and which have never been made."""
    told = {key.removeprefix(listening.PREFIX): value for key, value in kept.under(session, listening.PREFIX)}
    roads = configured(settings)
    for platform in dict.fromkeys((*roads, *told)):
        if roads.get(platform) == "callback":
            continue
        name = f"{TITLES.get(platform, platform)} 在线"
        if platform in told:
            check = _connection(name, platform, json.loads(told[platform]), now)
            if roads.get(platform) == "either" and not check.ok:
                check = replace(check, ok=True, advice=f"机器人在 HTTP 模式时不必管；要用 Stream：{check.advice}")
            yield check
        else:
            yield Check(name, True, "还没有连上过", "`python main.py serve` 启动后一分钟再看")


def _connection(name: str, platform: str, report: dict[str, str], now: datetime) -> Check:
    silent = now - datetime.fromisoformat(report["at"])
    if silent.total_seconds() > 3 * listening.REPORT_SECONDS:
        return Check(name, True, f"{_ago(silent)}没有实例在听", "启动 `python main.py serve`")
    taken_at = report.get("taken_at")
    if taken_at and now - datetime.fromisoformat(taken_at) < TAKEN_LATELY:
        advice = "停掉另一个用同一 WECOM_BOT_ID 的程序；测试环境另建机器人"
        return Check(name, False, "一小时内被别的程序挤掉过", advice)
    if report["state"] == "listening":
        return Check(name, True, "有一个实例连着")
    if report["state"] == "misconfigured":
        why = report.get("reason") or "设置不对"
        return Check(name, False, f"平台不接受（{why}）", f"{_ACCEPTED.get(platform, '核对设置')}；改好后重启")
    return Check(name, False, "占着，但没连上", "检查网络和代理，看日志里的 listening.broke")


def _unheard(session: Session, settings: Settings) -> list[Check]:
    """A platform that has never been heard is most often in another mode than the settings say."""
    silent = [
        platform
        for platform in configured(settings)
        if session.exec(select(Inbox.id).where(col(Inbox.platform) == platform).limit(1)).first() is None
    ]
    modes = {
        "wecom": "应用“接收消息”页要存过回调地址",
        "wecom_bot": "API 模式要与设置一致（长连接或 URL 回调）",
        "dingtalk": "机器人的接收模式要与 DINGTALK_MODE 一致，并已发布",
    }
    return [
        Check(f"{TITLES[platform]} 收消息", True, "还没有收到过一条", f"给它发 我是谁；没有反应：{modes[platform]}")
        for platform in silent
    ]


def _quota(row: QuotaUse, share: int) -> Check:
    title, right = TITLES.get(row.platform, row.platform), _RIGHTS.get(row.right, row.right)
    found = f"已用 {row.used} / {row.allowed}" if row.allowed else f"已用 {row.used}"
    if row.withheld:
        found += f"；有 {row.withheld} 条消息没给正文，没人读到"
    if row.refused_at is not None:
        found += f"；{row.refused_at:%m-%d %H:%M} UTC 平台说用完了"
    setting = f"{row.platform}_monthly_{row.right}".upper()
    advice = ""
    if share >= 100:
        advice = f"早晚清单停到下月：升级套餐并调高 {setting}"
    elif share >= 70:
        advice = f"用完后清单会停：省着用，或升级并调高 {setting}"
    return Check(f"{title} 本月{right}", share < 100, found, advice)


def _inbox(session: Session, now: datetime) -> Check:
    name, waiting = "收件箱", inbox.waiting(session)
    if not waiting:
        return Check(name, True, "没有积压")
    states = col(Inbox.state).in_(["queued", "working"])
    oldest = session.exec(select(Inbox.received_at).where(states).order_by(col(Inbox.id)).limit(1)).first()
    age = now - oldest if oldest is not None else timedelta(0)
    found = f"{waiting} 条待处理，最早的等了 {_ago(age)}"
    if waiting > BACKLOG_LIMIT or age > LONG_WAIT:
        return Check(name, False, found, "看 serve 是否在运行，日志里有没有 worker.failed")
    return Check(name, True, found)


def _outbox(session: Session) -> Check:
    count = outbox.dead_count(session)
    if not count:
        return Check("发件箱", True, f"{outbox.waiting(session)} 条待发，没有死信")
    reasons = Counter(explained(row.error) for row in outbox.dead(session))
    told = "；".join(f"{times} 条{reason}" for reason, times in reasons.most_common(3))
    advice = "消除原因后重发：`python main.py dead list`，`python main.py dead replay`"
    return Check("发件箱", False, f"{count} 条死信没人收到。最近的原因：{told}", advice)
