"""`doctor`: what is set, reachable, whole and known, and what to do about everything that is not."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from collections.abc import Iterable, Sequence

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy.engine import make_url

from bot.clock import Clock, SystemClock
from bot.doctor import data, network, setup
from bot.settings import Settings
from bot.types import Check

PATIENCE = 10.0
_SHORTEST_SECRET = 4
_WIDTH_OF_A_FILE = 120
_NARROW = 72


async def examine(settings: Settings, *, clock: Clock | None = None, patience: float = PATIENCE) -> list[Check]:
    """Every check, in the order of setting up; changes nothing and raises nothing.

    Waits at most `patience` seconds for each thing it asks. No check holds a secret.
    """
    now = (clock or SystemClock()).now()
    platforms = network.open_platforms(settings)
    try:
        stored, answered, public = await asyncio.gather(
            data.examine(settings, now, patience),
            network.platform_checks(platforms, now, patience),
            network.public_checks(settings, platforms, now, patience),
        )
        ranged = await network.range_checks(platforms, stored.addresses, now, patience)
    finally:
        await asyncio.gather(*(platform.close() for platform in platforms.values()))
    found = [*setup.checks(settings), *stored.checks, *answered, *public, *ranged]
    secrets = list(_secrets(settings))
    return [_without(check, secrets) for check in found]


def _secrets(settings: Settings) -> Iterable[str]:
    """Whatever must not be shown, the longest first."""
    values = [value for _, value in settings]
    plain = [value for value in values if isinstance(value, SecretStr)]
    named = [secret for value in values if isinstance(value, dict) for secret in value.values()]
    found = {part for secret in (*plain, *named) for part in (secret.get_secret_value(), *_parts(secret))}
    try:
        found.add(make_url(settings.database_url).password or "")
    except Exception:  # an address nobody can read is told of by its own check
        found.add(settings.database_url)
    return sorted((secret for secret in found if len(secret) >= _SHORTEST_SECRET), key=len, reverse=True)


def _parts(secret: SecretStr) -> list[str]:
    return secret.get_secret_value().split(":")


def _without(check: Check, secrets: Sequence[str]) -> Check:
    found, advice = check.found, check.advice
    for secret in secrets:
        found, advice = found.replace(secret, "***"), advice.replace(secret, "***")
    return dataclasses.replace(check, found=found, advice=advice)


def as_dict(check: Check) -> dict[str, str | bool]:
    """A check as JSON: name, ok, found, advice."""
    return dataclasses.asdict(check)


def show(checks: Sequence[Check], console: Console | None = None) -> None:
    """Prints the checks on stdout, and how many are not right.

    A wide terminal gets a table, aligned also where a line is Chinese; on one narrower than 72 columns each check
    stands under its name.
    """
    if console is None:
        width = None if sys.stdout.isatty() else _WIDTH_OF_A_FILE
        console = Console(file=sys.stdout, width=width, markup=False, emoji=False, highlight=False)
    narrow = console.width < _NARROW
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2 if not narrow else 1, 0, 0))
    table.add_column(no_wrap=True)
    if not narrow:
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        mark, style = ("✗", "red") if not check.ok else ("!", "yellow") if check.advice else ("✓", "green")
        words = Text(f"{check.name}：{check.found}" if narrow else check.found)
        if check.advice:
            # Without a space: after one, a long Chinese line would begin anew below.
            words.append(f"\n→{check.advice}", style="bold" if not check.ok else "")
        table.add_row(Text(mark, style=style), *([] if narrow else [Text(check.name)]), words)
    console.print(table)
    wrong = sum(not check.ok for check in checks)
    console.print(f"{len(checks)} 项，{wrong} 项不对" if wrong else f"{len(checks)} 项，都对")
