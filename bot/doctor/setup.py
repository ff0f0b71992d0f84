"""What the settings alone tell: what is half set, what this version does not use, which policies hold."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from bot.settings import Settings
from bot.types import Check
from scheduler import policy

WECOM_CONSOLE = "WeCom admin console (管理后台 → 应用管理 → 自建)"
WECOM_BOT_CONSOLE = "they are in the WeCom admin console (安全与管理 → 管理工具 → 智能机器人 → API 模式)"
DINGTALK_CONSOLE = "DingTalk open platform (开放平台 → 应用开发 → 凭证与基础信息)"


def checks(settings: Settings) -> list[Check]:
    """The checks that need neither database nor network."""
    source = ".env and the environment" if os.path.exists(".env") else "the environment; there is no .env here"
    return [
        Check("settings", True, f"read from {source}"),
        _policies(settings),
        *_wecom(settings),
        *_wecom_bot(settings),
        *_dingtalk(settings),
        *_none_configured(settings),
        *_unused(settings),
    ]


def _policies(settings: Settings) -> Check:
    path = settings.policies_file or policy.DEFAULT_FILE
    name = "policies"
    try:
        count = len(policy.load(path))
    except (policy.PolicyError, OSError, ValueError) as error:
        told = str(error) if isinstance(error, policy.PolicyError) else type(error).__name__
        return Check(name, False, f"{Path(path).name}: {told}", "Correct that file, or unset POLICIES_FILE.")
    return Check(name, True, f"{count} clocks in {Path(path).name}")


def _missing(values: dict[str, str]) -> list[str]:
    """The names without a value, when some have one."""
    return [name for name, value in values.items() if not value] if any(values.values()) else []


def _wecom(settings: Settings) -> list[Check]:
    app = settings.wecom_agent_id or settings.wecom_secret.get_secret_value()
    values = {
        # Beside the bot the corp id stands alone: it tells members from guests.
        "WECOM_CORP_ID": "" if settings.wecom_bot_road and not app else settings.wecom_corp_id,
        "WECOM_AGENT_ID": settings.wecom_agent_id,
        "WECOM_SECRET": settings.wecom_secret.get_secret_value(),
        "WECOM_TOKEN": settings.wecom_token.get_secret_value(),
        "WECOM_AES_KEY": settings.wecom_aes_key.get_secret_value(),
    }
    name = "WeCom settings"
    missing = _missing(values)
    if missing:
        advice = (
            f"Copy what is missing from the {WECOM_CONSOLE}: the id and secret from the app's page, "
            "token and key from its receiving page (接收消息 → 设置API接收)."
        )
        return [Check(name, False, f"{', '.join(missing)} not set: the bot has no WeCom", advice)]
    if settings.wecom_group_keys and not settings.wecom_ready and not settings.wecom_bot_road:
        found = "WECOM_GROUP_KEYS is set, but neither an app nor a bot: no group is written to"
        return [Check(name, False, found, f"Set WECOM_BOT_ID and WECOM_BOT_SECRET of a bot; {WECOM_BOT_CONSOLE}.")]
    if not settings.wecom_ready:
        return []
    if not settings.wecom_agent_id.isdecimal():
        return [Check(name, False, "WECOM_AGENT_ID is not a number", f"Copy AgentId from the {WECOM_CONSOLE}.")]
    return [Check(name, True, "complete")]


def _wecom_bot(settings: Settings) -> list[Check]:
    connection = {
        "WECOM_BOT_ID": settings.wecom_bot_id,
        "WECOM_BOT_SECRET": settings.wecom_bot_secret.get_secret_value(),
    }
    callback = {
        "WECOM_BOT_TOKEN": settings.wecom_bot_token.get_secret_value(),
        "WECOM_BOT_AES_KEY": settings.wecom_bot_aes_key.get_secret_value(),
    }
    name = "WeCom bot settings"
    if settings.wecom_bot_road == "connection":
        if any(callback.values()):
            advice = "WeCom keeps one road per bot: unset WECOM_BOT_TOKEN and WECOM_BOT_AES_KEY."
            return [Check(name, True, "the long connection is used; the callback's values have no effect", advice)]
        if urlsplit(settings.wecom_bot_ws_url).scheme == "ws" and not _on_this_machine(settings.wecom_bot_ws_url):
            advice = "The secret travels in the clear: use wss:// in WECOM_BOT_WS_URL."
            return [Check(name, True, "complete, by a long connection without encryption", advice)]
        return [Check(name, True, "complete, by the long connection")]
    if settings.wecom_bot_road == "callback":
        advice = "To be written to unasked as well, use the long connection: WECOM_BOT_ID and WECOM_BOT_SECRET."
        return [Check(name, True, "complete, by callbacks: the bot can answer, and not begin", advice)]
    missing = _missing(connection) or _missing(callback)
    if not missing:
        return []
    advice = f"Copy what is missing; {WECOM_BOT_CONSOLE}."
    return [Check(name, False, f"{', '.join(missing)} not set: the bot (智能机器人) is not connected", advice)]


def _on_this_machine(url: str) -> bool:
    return urlsplit(url).hostname in {"localhost", "127.0.0.1", "::1"}


def _dingtalk(settings: Settings) -> list[Check]:
    needed = {
        "DINGTALK_CLIENT_ID": settings.dingtalk_client_id,
        "DINGTALK_CLIENT_SECRET": settings.dingtalk_client_secret.get_secret_value(),
    }
    beside = settings.dingtalk_robot_code or settings.dingtalk_corp_id or settings.dingtalk_group_robots
    name = "DingTalk settings"
    missing = [key for key, value in needed.items() if not value] if beside else _missing(needed)
    if missing:
        advice = f"Copy Client ID and Client Secret from the {DINGTALK_CONSOLE}."
        return [Check(name, False, f"{', '.join(missing)} not set: the bot has no DingTalk", advice)]
    if not settings.dingtalk_ready:
        return []
    if not settings.dingtalk_corp_id:
        advice = "Set DINGTALK_CORP_ID (CorpId on the open platform's front page): it keeps other companies out."
        return [Check(name, True, "complete, but DINGTALK_CORP_ID is not set", advice)]
    return [Check(name, True, "complete")]


def _none_configured(settings: Settings) -> list[Check]:
    if settings.any_platform or settings.wecom_ready or settings.wecom_bot_road or settings.dingtalk_ready:
        return []
    advice = "To talk in WeCom or DingTalk, set WECOM_* or DINGTALK_*; .env.example names them."
    return [Check("platforms", True, "none is configured: only the console page is served", advice)]


def _unused(settings: Settings) -> list[Check]:
    """Settings that are read but have no effect in this version: an operator must not wait for one."""
    found: list[Check] = []
    if settings.llm_base_url or settings.llm_model or settings.llm_api_key.get_secret_value():
        advice = "Nothing is missing without it; LLM_* may be unset."
        found.append(Check("LLM_*", True, "set, but this version asks no language model yet", advice))
    return found
