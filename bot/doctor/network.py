"""What others answer: every configured platform, its contacts, and our own callbacks seen from outside."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from bot.doctor import running
from bot.doctor.running import TITLES
from bot.doctor.team import Address, listed
from bot.errors import SendError
from bot.platforms.client import CallError, Client, Response
from bot.service import platforms
from bot.settings import Settings
from bot.types import Check, Platform, Probe, Probed, Ranged, RawRequest

# WeCom gives up saving an address that answers later than this.
SLOW_SECONDS = 1.0
MOST_ASKED = 200
_AT_ONCE = 4
_TUNNELS = ("ngrok.io", "ngrok-free.app", "ngrok.app", "trycloudflare.com", "loca.lt", "serveo.net")


def open_platforms(settings: Settings) -> dict[str, Platform]:
    """The configured platforms, to be closed by the caller; none when a setting keeps them from being made."""
    try:
        return platforms(settings)
    except ValueError:
        # The settings' own checks say which one cannot work.
        return {}


async def platform_checks(configured: Mapping[str, Platform], now: datetime, patience: float) -> list[Check]:
    """What every configured platform says of itself: token, right to send, callback, and the clocks' difference."""
    found = await asyncio.gather(*(_one(platform, now, patience) for platform in configured.values()))
    return [check for checks in found for check in checks]


async def _one(platform: Platform, now: datetime, patience: float) -> list[Check]:
    name = TITLES.get(platform.name, platform.name)
    try:
        async with asyncio.timeout(patience):
            return await platform.check(now)
    except TimeoutError:
        advice = "检查本机到平台的网络、代理（HTTPS_PROXY）和防火墙"
        return [Check(name, False, f"{patience:g} 秒没有回答", advice)]
    except Exception as error:  # one platform's failure must not hide the other checks
        return [Check(name, False, f"检查本身出错（{type(error).__name__}）", "这是程序的错误，请报告")]


async def range_checks(
    configured: Mapping[str, Platform], addresses: Sequence[Address], now: datetime, patience: float
) -> list[Check]:
    """Whom of the roster each platform's app cannot write to. Nobody is written to."""
    found = []
    for name, platform in configured.items():
        known = [address for address in addresses if address.platform == name]
        if isinstance(platform, Ranged) and known:
            found.append(await _range(f"{TITLES[name]} 可见范围", platform, known, now, patience))
    return found


async def _range(name: str, platform: Ranged, known: list[Address], now: datetime, patience: float) -> Check:
    room = asyncio.Semaphore(_AT_ONCE)

    async def reaches(address: Address) -> bool:
        async with room:
            return await platform.reaches(address.user_id, now)

    asked = known[:MOST_ASKED]
    try:
        # A group, and not `gather`: when one is refused, the others are not to go on behind a closed platform.
        async with asyncio.timeout(patience), asyncio.TaskGroup() as group:
            asking = [group.create_task(reaches(address)) for address in asked]
    except TimeoutError:
        return Check(name, True, f"{patience:g} 秒没有查完", "再试一次")
    except ExceptionGroup as several:
        error = several.exceptions[0]
        if not isinstance(error, SendError):
            raise
        advice = "应用读不到通讯录：开通读取成员的权限（钉钉 qyapi_get_member）就能查；不影响收发"
        return Check(name, True, f"没有查成（{error.code}）", advice)
    outside = [address.name for address, task in zip(asked, asking, strict=True) if not task.result()]
    more = f"（只查了前 {MOST_ASKED} 人）" if len(known) > MOST_ASKED else ""
    if not outside:
        return Check(name, True, f"{len(asked)} 人都够得着{more}")
    advice = "在应用的可见范围（可用范围）里加上他们；已离职的从名单里去掉；再核对账号"
    return Check(name, False, f"够不着：{listed(outside)}{more}", advice)


async def public_checks(
    settings: Settings,
    configured: Mapping[str, Platform],
    now: datetime,
    patience: float,
    client: Client | None = None,
) -> list[Check]:
    """Every callback asked at PUBLIC_URL as its platform would, signed; without any, whether /healthz answers there.

    The bot in service takes each request and keeps nothing of it.
    """
    roads = running.configured(settings)
    if not settings.public_url:
        if "callback" not in roads.values():
            return []
        advice = "设上 PUBLIC_URL（平台回调的 https 地址），就从这里试一次"
        return [Check("公网地址", True, "没有 PUBLIC_URL，回调没有试", advice)]
    parts = urlsplit(settings.public_url)
    if parts.scheme != "https" or not parts.hostname:
        advice = "放一个带证书的反向代理，PUBLIC_URL 写 https://…"
        return [Check("公网地址", False, "PUBLIC_URL 不是 https://，平台不会回调", advice)]
    probes = {
        f"{TITLES[name]} 公网回调": (probe, roads[name])
        for name, platform in configured.items()
        if platform.paths and isinstance(platform, Probed) and (probe := platform.probe(now)) is not None
    } or {"公网地址": (Probe(RawRequest("GET", "/healthz", {}, {}, b""), 200, b"ok"), "callback")}
    base = settings.public_url.rstrip("/")
    async with client or Client() as caller:
        found = await asyncio.gather(
            *(_ask(name, caller, base, probe, patience) for name, (probe, _) in probes.items())
        )
    spared = [
        replace(check, ok=True, advice=f"走长连接时不必管；要用回调：{check.advice}")
        if road == "either" and not check.ok
        else check
        for check, (_, road) in zip(found, probes.values(), strict=True)
    ]
    return [*_host(parts.hostname), *spared]


def _host(host: str) -> list[Check]:
    try:
        private = not ipaddress.ip_address(host).is_global
        bare = True
    except ValueError:
        private = host == "localhost" or host.endswith((".local", ".lan", ".internal"))
        bare = False
    if private:
        return [Check("公网地址", False, f"{host} 只在内网有效", "换成公网能访问的域名")]
    if bare:
        return [Check("公网地址", True, f"{host} 是 IP", "已认证的企业要用备案主体一致的域名")]
    if host.endswith(_TUNNELS):
        return [Check("公网地址", True, f"{host} 是临时隧道", "平台多半不接受；用自己备案过的域名，或改走长连接")]
    return []


async def _ask(name: str, client: Client, base: str, probe: Probe, patience: float) -> Check:
    request, clock = probe.request, asyncio.get_running_loop()
    started = clock.time()
    try:
        async with asyncio.timeout(patience):
            response = await client.call(
                request.method,
                base + request.path,
                params=dict(request.query),
                headers=dict(request.headers),
                body=request.body or None,
            )
    except (CallError, TimeoutError) as error:
        return _unreachable(name, error)
    took = clock.time() - started
    if (response.status, response.body.strip()) == (probe.status, probe.body):
        if took > SLOW_SECONDS:
            return Check(name, True, f"通，但用了 {took:.1f} 秒", "要在 1 秒内：检查代理和网络，平台可能判为不通过")
        return Check(name, True, f"通，{took * 1000:.0f} 毫秒")
    return _wrong(name, response, probe)


def _unreachable(name: str, error: Exception) -> Check:
    if "certificate" in str(error).lower():
        return Check(name, False, "证书不被信任", "续期证书，并带上整条证书链")
    advice = "检查域名、端口、防火墙，反向代理是否在运行；管理后台的“请求不通过”也是这个原因"
    return Check(name, False, f"连不上（{str(error) or type(error).__name__}）", advice)


def _wrong(name: str, response: Response, probe: Probe) -> Check:
    status, path = response.status, probe.request.path
    if 300 <= status < 400:
        return Check(name, False, "回答的是跳转", "PUBLIC_URL 改成跳转后的地址：平台不跟跳转")
    if status == 404:
        advice = f"代理要转发 {path}；运行中的一诺也要有这些设置（改过 .env 就重启）"
        return Check(name, False, f"{path} 是 404", advice)
    if status == 403:
        advice = "运行中的一诺用的是别的 Token、密钥，或时钟不准：改过 .env 就重启；代理不要改查询参数"
        return Check(name, False, "验签没有通过（403）", advice)
    if status == probe.status or b"<html" in response.body[:500].lower():
        return Check(
            name, False, "回答被改过", "中间有别的页面或改写（隧道提示页、防火墙、加引号的代理）：让它原样转发"
        )
    return Check(name, False, f"回答了 {status}", "启动 `python main.py serve`，让代理转到它的端口")
