"""The serve and db commands: settings → platforms → the bot in service."""

from __future__ import annotations

import gc

import click
import structlog

from bot.app import App, render_files
from bot.platforms.dingtalk import DingtalkRobot
from bot.platforms.dingtalk_stream import DingtalkStream
from bot.platforms.wecom_app import WecomApp
from bot.platforms.wecom_bot import WecomBot
from bot.platforms.wecom_bot_callback import WecomBotCallback
from bot.settings import DEFAULT_DATABASE, Settings
from bot.types import Platform
from bot.web import console

log = structlog.get_logger("service")


def platforms(settings: Settings) -> dict[str, Platform]:
    """The platforms whose secrets are set; one without them has no route."""
    found: dict[str, Platform] = {}
    group_keys = {name: key.get_secret_value() for name, key in settings.wecom_group_keys.items()}
    if settings.wecom_ready:
        found["wecom"] = WecomApp(
            corp_id=settings.wecom_corp_id,
            agent_id=settings.wecom_agent_id,
            secret=settings.wecom_secret.get_secret_value(),
            token=settings.wecom_token.get_secret_value(),
            aes_key=settings.wecom_aes_key.get_secret_value(),
            api_base=settings.wecom_api_base,
            group_keys=group_keys,
        )
    if settings.wecom_bot_road == "connection":
        if settings.wecom_bot_token.get_secret_value():
            log.warning("the bot's long connection goes before its callback", action="app.two_roads")
        found["wecom_bot"] = WecomBot(
            bot_id=settings.wecom_bot_id,
            secret=settings.wecom_bot_secret.get_secret_value(),
            ws_url=settings.wecom_bot_ws_url,
            bot_name=settings.bot_name,
            corp_id=settings.wecom_corp_id,
            api_base=settings.wecom_api_base,
            group_keys=group_keys,
        )
    elif settings.wecom_bot_road == "callback":
        found["wecom_bot"] = WecomBotCallback(
            token=settings.wecom_bot_token.get_secret_value(),
            aes_key=settings.wecom_bot_aes_key.get_secret_value(),
            bot_id=settings.wecom_bot_id,
            bot_name=settings.bot_name,
            corp_id=settings.wecom_corp_id,
            api_base=settings.wecom_api_base,
            group_keys=group_keys,
        )
    if settings.dingtalk_ready:
        robots = {name: pair.get_secret_value() for name, pair in settings.dingtalk_group_robots.items()}
        robot = DingtalkRobot(
            client_id=settings.dingtalk_client_id,
            client_secret=settings.dingtalk_client_secret.get_secret_value(),
            robot_code=settings.dingtalk_robot_code or settings.dingtalk_client_id,
            corp_id=settings.dingtalk_corp_id,
            api_base=settings.dingtalk_api_base,
            oapi_base=settings.dingtalk_oapi_base,
            group_robots={name: _pair(pair) for name, pair in robots.items()},
        )
        mode = settings.dingtalk_mode
        found["dingtalk"] = robot if mode == "http" else DingtalkStream(robot, callbacks=mode == "auto")
    return found


def _pair(robot: str) -> tuple[str, str]:
    token, _, secret = robot.partition(":")
    return token, secret


def settle() -> None:
    """Sets the interpreter up for serving, once all is loaded: for a process of the bot's own."""
    # What a start loads stays for ever; looking through it again and again took a sixth of every message's time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


async def serve(settings: Settings, host: str, port: int, *, empty: bool = False) -> None:
    """Runs the bot until it is told to stop. Raises ValueError for settings that cannot work."""
    app = App(settings, platforms(settings), render_files())
    await app.prepare()
    if not empty and settings.database_url == DEFAULT_DATABASE and not settings.any_platform:
        from bot import demo

        await demo.load(app.store, app.clock.now(), app.engine, app.calendar)
    page = console.attach(app, host)

    settle()

    def ready() -> None:
        log.info("serving", action="app.serving", host=host, port=port)
        where = f"http://{'127.0.0.1' if host in {'0.0.0.0', ''} else host}:{port}"
        click.echo(f"一诺 is serving on {where}" + (f" · try it: {where}/console" if page else ""), err=True)

    await app.serve(host, port, ready=ready)
