"""What others answer: every configured platform, and our own public address seen from outside."""

from __future__ import annotations

import asyncio
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from bot.platforms.http import new_client
from bot.service import platforms
from bot.settings import Settings
from bot.types import Check, Platform

_TITLES = {"wecom": "企业微信", "wecom_bot": "企业微信机器人", "dingtalk": "钉钉"}


async def platform_checks(settings: Settings, now: datetime, patience: float) -> list[Check]:
    """What every configured platform says of itself: token, right to send, callback, and the clocks' difference."""
    try:
        configured = platforms(settings)
    except ValueError:
        # The settings' own checks say which one cannot work.
        return []
    found = await asyncio.gather(*(_one(platform, now, patience) for platform in configured.values()))
    return [check for checks in found for check in checks]


async def _one(platform: Platform, now: datetime, patience: float) -> list[Check]:
    name = _TITLES.get(platform.name, platform.name)
    try:
        async with asyncio.timeout(patience):
            return await platform.check(now)
    except TimeoutError:
        advice = "Check the network, the proxy (HTTPS_PROXY) and the firewall between this machine and the platform."
        return [Check(name, False, f"no answer within {patience:g} seconds", advice)]
    except Exception as error:  # one platform's failure must not hide the other checks
        advice = "This is a fault of the program, please report it."
        return [Check(name, False, f"the check itself failed ({type(error).__name__})", advice)]
    finally:
        await platform.close()


async def public_check(settings: Settings, client: httpx.AsyncClient | None = None) -> list[Check]:
    """Whether PUBLIC_URL is https and answers /healthz as this program does; nothing when it is not set."""
    name = "public address"
    if not settings.public_url:
        by_callback = settings.dingtalk_ready and settings.dingtalk_mode == "http"
        if not (settings.wecom_ready or settings.wecom_bot_road == "callback" or by_callback):
            return []
        advice = "Set PUBLIC_URL to the https address the platforms call, and it is tried from here."
        return [Check(name, True, "PUBLIC_URL is not set: callbacks were not tried", advice)]
    parts = urlsplit(settings.public_url)
    if parts.scheme != "https" or not parts.hostname:
        advice = "Put the bot behind a reverse proxy with a certificate and set PUBLIC_URL=https://…"
        return [Check(name, False, "PUBLIC_URL is no https:// address: the platforms will not call it", advice)]
    async with client or new_client() as caller:
        return [await _healthz(name, caller, settings.public_url.rstrip("/"), parts.hostname)]


async def _healthz(name: str, client: httpx.AsyncClient, base: str, host: str) -> Check:
    try:
        response = await client.get(f"{base}/healthz")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        if "certificate" in str(error).lower():
            advice = "Renew the certificate and serve its whole chain."
            return Check(name, False, f"the certificate of {host} is not trusted", advice)
        advice = "Check the name, the port and the firewall; 请求不通过 in the console has the same cause."
        return Check(name, False, f"{host} cannot be reached ({type(error).__name__})", advice)
    if response.status_code == 200:
        return Check(name, True, f"https://{host} answers")
    if response.is_redirect:
        advice = "Set PUBLIC_URL to the address it leads to: the platforms follow no redirect."
        return Check(name, False, f"{host} answers with a redirect", advice)
    advice = "Start `python main.py serve` and let the reverse proxy pass every path on to it."
    return Check(name, False, f"{host} answers /healthz with status {response.status_code}", advice)
