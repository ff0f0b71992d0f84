"""The serve and db commands: settings → platforms → the bot in service.

It listens first and loads what it needs for answering afterwards: a platform that calls during a restart finds somebody
in two thirds of the time.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click
import structlog

from bot.front import Front
from bot.settings import DEFAULT_DATABASE, Settings
from bot.types import Platform
from bot.web import console
from storage import people

if TYPE_CHECKING:
    from bot.app import App

log = structlog.get_logger("service")


class NotLoaded(Exception):
    """The part of the program that answers cannot be loaded; the log has told why."""


def platforms(settings: Settings) -> dict[str, Platform]:
    """The platforms whose secrets are set; one without them has no route."""
    # Each with the libraries of its own, which no other needs: imported where it is configured.
    found: dict[str, Platform] = {}
    group_keys = {name: key.get_secret_value() for name, key in settings.wecom_group_keys.items()}
    if settings.wecom_ready:
        from bot.platforms.wecom_app import WecomApp

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
        from bot.platforms.wecom_bot import WecomBot

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
        from bot.platforms.wecom_bot_callback import WecomBotCallback

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
        from bot.platforms.dingtalk import DingtalkRobot
        from bot.platforms.dingtalk_stream import DingtalkStream

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
    # An acknowledgement takes turns with the threads that write, several times over; usually a turn is ten times this.
    sys.setswitchinterval(0.0005)


def load() -> Callable[[Front], App]:
    """What makes the bot behind a front: every import that answering needs, most of the work of a start."""
    from bot.app import App, render_files

    return lambda front: App(front, render_files())


async def serve(
    settings: Settings,
    host: str,
    port: int,
    *,
    empty: bool = False,
    load: Callable[[], Callable[[Front], App]] = load,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Runs the bot until SIGTERM or SIGINT, then drains and stops; `ready` is called when it listens.

    Raises ValueError or PolicyError for settings that cannot work, OSError when it cannot listen, StoreUnavailable when
    the database is not there, NotLoaded.
    """
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    front = Front(settings, platforms(settings))
    app: App | None = None
    try:
        page = console.attach(front, host)
        await front.prepare()
        if not empty and settings.database_url == DEFAULT_DATABASE and not settings.any_platform:
            await _show_something(front)
        port = await front.open(host, port)
        log.info("serving", action="app.serving", host=host, port=port)
        where = f"http://{'127.0.0.1' if host in {'0.0.0.0', ''} else host}:{port}"
        click.echo(f"一诺 is serving on {where}" + (f" · try it: {where}/console" if page else ""), err=True)
        ready()
        app = await _loaded(front, load)
        if not stop.is_set():
            await app.take_up()
            await app.start()
            settle()
            log.info("everything is loaded", action="app.loaded")
            click.echo("一诺 is ready", err=True)
            await stop.wait()
    finally:
        log.info("stopping", action="app.stopping")
        await front.shut()
        await (front.close() if app is None else app.stop())
        log.info("stopped", action="app.stopped")


async def _show_something(front: Front) -> None:
    """The demo team, before anybody can open the page and find it empty."""
    if await front.store.read(people.nobody_yet):
        from bot import demo

        await demo.load(front.store, front.clock.now(), front.policies, front.calendar)


async def _loaded(front: Front, load: Callable[[], Callable[[Front], App]]) -> App:
    try:
        # In a thread of its own: what comes in meanwhile is acknowledged.
        return (await asyncio.to_thread(load))(front)
    except Exception as error:
        # To go on taking messages that nobody will answer would be worse than to end.
        log.exception("the bot cannot be loaded", action="app.not_loaded")
        raise NotLoaded(f"the bot could not be loaded ({type(error).__name__}); the log above says why") from error
