"""Settings from the environment and `.env`, read once. Names are fixed by the documentation; see .env.example.

Raises pydantic.ValidationError naming the setting that is wrong. Secrets are SecretStr: they do not print.
"""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DEFAULT_DATABASE = "sqlite:///data/yinuo.db"


def _clock_pair(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = value.replace("–", "-").split("-")
    if len(parts) != 2:
        raise ValueError("two times of day are needed, like 09:00-18:00")
    return tuple(time.fromisoformat(part.strip()) for part in parts)


def _named_pairs(value: object) -> object:
    """`群名=value,群名=value` as a dict."""
    if not isinstance(value, str):
        return value
    pairs = [part.strip() for part in value.replace("，", ",").split(",") if part.strip()]
    if any("=" not in pair for pair in pairs):
        raise ValueError("write it as 群名=key,群名=key")
    return {name.strip(): rest.strip() for name, _, rest in (pair.partition("=") for pair in pairs)}


def _base(value: str) -> str:
    if not value.startswith(("http://", "https://", "ws://", "wss://")):
        raise ValueError("an address beginning with https:// is needed")
    return value.rstrip("/")


ClockPair = Annotated[tuple[time, time], NoDecode, BeforeValidator(_clock_pair)]
NamedPairs = Annotated[dict[str, SecretStr], NoDecode, BeforeValidator(_named_pairs)]
Base = Annotated[str, AfterValidator(_base)]


class Settings(BaseSettings):
    """Everything an operator may set."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True)

    database_url: str = DEFAULT_DATABASE
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    public_url: str = ""
    bot_name: str = "一诺"
    timezone: str = "Asia/Shanghai"
    work_hours: ClockPair = (time(9), time(18))
    quiet_hours: ClockPair = (time(21), time(8, 30))
    policies_file: Path | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    wecom_corp_id: str = ""
    wecom_agent_id: str = ""
    wecom_secret: SecretStr = SecretStr("")
    wecom_token: SecretStr = SecretStr("")
    wecom_aes_key: SecretStr = SecretStr("")
    wecom_api_base: Base = "https://qyapi.weixin.qq.com"
    wecom_bot_id: str = ""
    wecom_bot_secret: SecretStr = SecretStr("")
    wecom_bot_ws_url: Base = "wss://openws.work.weixin.qq.com"
    wecom_bot_token: SecretStr = SecretStr("")
    wecom_bot_aes_key: SecretStr = SecretStr("")
    wecom_group_keys: NamedPairs = {}

    dingtalk_client_id: str = ""
    dingtalk_client_secret: SecretStr = SecretStr("")
    dingtalk_robot_code: str = ""
    dingtalk_corp_id: str = ""
    dingtalk_mode: Literal["auto", "stream", "http"] = "auto"
    dingtalk_api_base: Base = "https://api.dingtalk.com"
    dingtalk_oapi_base: Base = "https://oapi.dingtalk.com"
    dingtalk_group_robots: NamedPairs = {}
    dingtalk_monthly_calls: int = Field(5000, ge=0)
    dingtalk_monthly_messages: int = Field(3000, ge=0)

    media: Literal["on", "queue", "off"] = "on"
    media_dir: Path | None = None
    media_max_mb: int = Field(30, ge=1, le=200)
    media_total_gb: float = Field(10.0, gt=0)

    console: Literal["", "on", "off"] = ""
    console_token: SecretStr = SecretStr("")

    llm_base_url: str = ""
    llm_api_key: SecretStr = SecretStr("")
    llm_model: str = ""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("not a time zone; for example Asia/Shanghai") from error
        return value

    @field_validator("work_hours")
    @classmethod
    def _in_order(cls, value: tuple[time, time]) -> tuple[time, time]:
        if not value[0] < value[1]:
            raise ValueError("working hours must begin before they end")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Settings:
        if self.console == "on" and not self.console_token.get_secret_value():
            raise ValueError("CONSOLE=on needs a CONSOLE_TOKEN")
        for robot in self.dingtalk_group_robots.values():
            if ":" not in robot.get_secret_value():
                raise ValueError("DINGTALK_GROUP_ROBOTS is written 群名=token:secret,…")
        return self

    @property
    def wecom_ready(self) -> bool:
        """Are all secrets of the WeCom app set?"""
        return bool(
            self.wecom_corp_id
            and self.wecom_agent_id
            and self.wecom_secret.get_secret_value()
            and self.wecom_token.get_secret_value()
            and self.wecom_aes_key.get_secret_value()
        )

    @property
    def wecom_bot_road(self) -> Literal["", "connection", "callback"]:
        """How the 智能机器人 is heard: over its long connection when id and secret are set, else by callbacks, or not.

        WeCom itself keeps one of the two only; with both set here the connection wins.
        """
        if self.wecom_bot_id and self.wecom_bot_secret.get_secret_value():
            return "connection"
        if self.wecom_bot_token.get_secret_value() and self.wecom_bot_aes_key.get_secret_value():
            return "callback"
        return ""

    @property
    def dingtalk_ready(self) -> bool:
        """Are all secrets of the DingTalk robot set?"""
        return bool(self.dingtalk_client_id and self.dingtalk_client_secret.get_secret_value())

    @property
    def quotas(self) -> dict[tuple[str, str], int]:
        """The rights that a platform sells by the month, by platform and name: how much there is, 0 for no limit."""
        if not self.dingtalk_ready:
            return {}
        return {
            ("dingtalk", "calls"): self.dingtalk_monthly_calls,
            ("dingtalk", "messages"): self.dingtalk_monthly_messages,
        }

    @property
    def any_platform(self) -> bool:
        """Is any setting of a platform given? Then no demo team may mix in."""
        return bool(
            self.wecom_corp_id
            or self.wecom_bot_id
            or self.dingtalk_client_id
            or self.wecom_bot_token.get_secret_value()
        )
