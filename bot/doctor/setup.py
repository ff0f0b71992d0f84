"""What the settings alone tell: what is half set, misspelt or without effect, and which policies hold."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from bot.settings import Settings
from bot.types import Check
from scheduler import policy

WECOM_CONSOLE = "管理后台 → 应用管理 → 自建"
WECOM_BOT_CONSOLE = "管理后台 → 安全与管理 → 管理工具 → 智能机器人 → API 模式"
DINGTALK_CONSOLE = "开放平台 → 应用开发 → 该应用 → 凭证与基础信息"
ENV_FILE = ".env"
_ALIKE = 0.8


def checks(settings: Settings) -> list[Check]:
    """The checks that need neither database nor network."""
    source = "来自 .env 和环境变量" if os.path.exists(ENV_FILE) else "来自环境变量；这里没有 .env"
    return [
        _spelling(source),
        _policies(settings),
        *_wecom(settings),
        *_wecom_bot(settings),
        *_dingtalk(settings),
        *_none_configured(settings),
        *_unused(settings),
    ]


def _spelling(source: str) -> Check:
    """A setting whose name is nearly that of another is a slip that no default must hide."""
    known = {name.upper() for name in Settings.model_fields}
    try:
        written = set(dotenv_values(ENV_FILE)) if os.path.exists(ENV_FILE) else set()
    except (OSError, UnicodeDecodeError):
        return Check("设置", False, ".env 读不了", "存成 UTF-8，并让运行一诺的用户可读")
    slips = [
        f"{name}（是 {near[0]} 吗）"
        for name in sorted(written - known)
        if (near := difflib.get_close_matches(name.upper(), known, 1, _ALIKE))
    ]
    if not slips:
        return Check("设置", True, source)
    return Check("设置", False, f".env 里有不认识的名字：{'、'.join(slips)}", "照 .env.example 改名；现在它们不起作用")


def _policies(settings: Settings) -> Check:
    path = settings.policies_file or policy.DEFAULT_FILE
    name = "时钟规则"
    try:
        count = len(policy.load(path))
    except (policy.PolicyError, OSError, ValueError) as error:
        told = str(error) if isinstance(error, policy.PolicyError) else f"{Path(path).name}：{type(error).__name__}"
        return Check(name, False, told, "改好这个文件，或去掉 POLICIES_FILE")
    return Check(name, True, f"{Path(path).name}，{count} 个")


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
    name = "企微应用设置"
    missing = _missing(values)
    if missing:
        advice = f"抄齐：{WECOM_CONSOLE}；Token 和 EncodingAESKey 在“接收消息 → 设置API接收”"
        return [Check(name, False, f"还差 {'、'.join(missing)}，应用没有启用", advice)]
    if settings.wecom_group_keys and not settings.wecom_ready and not settings.wecom_bot_road:
        found = "只有 WECOM_GROUP_KEYS，没有应用或机器人：群里不会有消息"
        return [Check(name, False, found, f"设 WECOM_BOT_ID 和 WECOM_BOT_SECRET（{WECOM_BOT_CONSOLE}）")]
    if not settings.wecom_ready:
        return []
    if not settings.wecom_agent_id.isdecimal():
        return [Check(name, False, "WECOM_AGENT_ID 不是数字", f"抄 AgentId：{WECOM_CONSOLE} → 应用详情页")]
    return [Check(name, True, "齐全")]


def _wecom_bot(settings: Settings) -> list[Check]:
    connection = {
        "WECOM_BOT_ID": settings.wecom_bot_id,
        "WECOM_BOT_SECRET": settings.wecom_bot_secret.get_secret_value(),
    }
    callback = {
        "WECOM_BOT_TOKEN": settings.wecom_bot_token.get_secret_value(),
        "WECOM_BOT_AES_KEY": settings.wecom_bot_aes_key.get_secret_value(),
    }
    name = "企微机器人设置"
    if settings.wecom_bot_road == "connection":
        if any(callback.values()):
            advice = "一个机器人只能走一条路：去掉 WECOM_BOT_TOKEN 和 WECOM_BOT_AES_KEY"
            return [Check(name, True, "齐全，走长连接；回调的两个值不起作用", advice)]
        if urlsplit(settings.wecom_bot_ws_url).scheme == "ws" and not _on_this_machine(settings.wecom_bot_ws_url):
            return [Check(name, True, "齐全，长连接没有加密", "WECOM_BOT_WS_URL 改用 wss://：Secret 会明文经过网络")]
        return [Check(name, True, "齐全，走长连接")]
    if settings.wecom_bot_road == "callback":
        advice = "要主动提醒，就改用长连接：WECOM_BOT_ID 和 WECOM_BOT_SECRET"
        return [Check(name, True, "齐全，走回调：只能回答，不能先开口", advice)]
    missing = _missing(connection) or _missing(callback)
    if not missing:
        return []
    return [Check(name, False, f"还差 {'、'.join(missing)}，机器人没有启用", f"抄齐：{WECOM_BOT_CONSOLE}")]


def _on_this_machine(url: str) -> bool:
    return urlsplit(url).hostname in {"localhost", "127.0.0.1", "::1"}


def _dingtalk(settings: Settings) -> list[Check]:
    needed = {
        "DINGTALK_CLIENT_ID": settings.dingtalk_client_id,
        "DINGTALK_CLIENT_SECRET": settings.dingtalk_client_secret.get_secret_value(),
    }
    beside = settings.dingtalk_robot_code or settings.dingtalk_corp_id or settings.dingtalk_group_robots
    name = "钉钉设置"
    missing = [key for key, value in needed.items() if not value] if beside else _missing(needed)
    if missing:
        return [Check(name, False, f"还差 {'、'.join(missing)}，钉钉没有启用", f"抄齐：{DINGTALK_CONSOLE}")]
    if not settings.dingtalk_ready:
        return []
    mode = {"auto": "两种接收模式都听", "stream": "Stream 模式", "http": "HTTP 模式"}[settings.dingtalk_mode]
    if not settings.dingtalk_corp_id:
        advice = "设上 DINGTALK_CORP_ID（开放平台首页的 CorpId）：别的组织的消息才会被拒绝"
        return [Check(name, True, f"可用，{mode}；没有 DINGTALK_CORP_ID", advice)]
    return [Check(name, True, f"齐全，{mode}")]


def _none_configured(settings: Settings) -> list[Check]:
    if settings.any_platform or settings.wecom_ready or settings.wecom_bot_road or settings.dingtalk_ready:
        return []
    return [Check("平台", True, "一个都没有配，只有试用台", "填 WECOM_* 或 DINGTALK_*，见 .env.example")]


def _unused(settings: Settings) -> list[Check]:
    """Settings that are read but have no effect as the others stand: an operator must not wait for one."""
    found: list[str] = []
    if settings.llm_base_url or settings.llm_model or settings.llm_api_key.get_secret_value():
        found.append("LLM_*（这一版不用大语言模型）")
    if settings.console_token.get_secret_value() and settings.console != "on":
        found.append("CONSOLE_TOKEN（CONSOLE 不是 on）")
    monthly = settings.model_fields_set & {"dingtalk_monthly_calls", "dingtalk_monthly_messages"}
    if monthly and not settings.dingtalk_ready:
        found.append("DINGTALK_MONTHLY_*（没有配钉钉）")
    if not found:
        return []
    return [Check("不起作用", True, "、".join(found), "不需要就去掉，免得误会")]
