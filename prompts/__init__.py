"""What the bot says: one Jinja2 template per utterance, rendered from facts. No logic of the trade lives here.

Templates are the `*.j2` files beside this module; a sales director may edit them. Moments are handed in in the
team's zone and written as 11月25日 周三 18:00. What is said in a group never shows a phone number. A line may be marked
by a tone (good, warn, bad, quiet) or as an option to choose, for platforms that can show that.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

_FOLDER = Path(__file__).parent
_WEEKDAYS = "一二三四五六日"
CHANNELS = {"call": "电话", "wechat": "微信", "visit": "拜访", "other": "跟进"}
ROLES = {
    "rep": "销售",
    "supervisor": "主管",
    "manager": "经理",
    "director": "总监",
    "finance": "财务",
    "legal": "法务",
    "support": "支持",
    "admin": "管理员",
}
_PHONE = re.compile(r"(?<![\d#])(?:\+?86[ -]?)?(1[3-9]\d)[ -]?(\d{4})[ -]?(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})[ -](\d{3,4})(\d{4})(?!\d)|(?<!\d)(400)[ -]?(\d{3})[ -]?(\d{4})(?!\d)")


def mask(text: str) -> str:
    """`text` with every phone number made unreadable but for its ends: 138****8000."""
    text = _PHONE.sub(r"\1****\3", text.translate(_FULL_WIDTH) if _has_wide_digits(text) else text)
    return _LANDLINE.sub(lambda found: f"{found[1] or found[4]}-****{found[3] or found[6]}", text)


_FULL_WIDTH = {ord("０") + i: str(i) for i in range(10)}


def _has_wide_digits(text: str) -> bool:
    return any("０" <= char <= "９" for char in text)


def _year(context: Context, moment: date) -> str:
    now = context.get("now")
    return "" if now is None or now.year == moment.year else f"{moment.year}年"


@pass_context
def _day(context: Context, moment: date | datetime | None) -> str:
    if moment is None:
        return "未定日期"
    text = f"{_year(context, moment)}{moment.month}月{moment.day}日 周{_WEEKDAYS[moment.weekday()]}"
    return f"{text} {moment:%H:%M}" if isinstance(moment, datetime) else text


def span(length: timedelta) -> str:
    """A length of time in words: 3 天, 2 小时, 40 分钟."""
    minutes = max(0, round(abs(length).total_seconds() / 60))
    if minutes < 60:
        return f"{minutes} 分钟"
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} 小时" if rest < 10 or hours >= 10 else f"{hours} 小时 {rest} 分钟"
    return f"{minutes // (24 * 60)} 天"


def _money(yuan: int | None) -> str:
    if yuan is None:
        return ""
    if yuan >= 10_000:
        return f"{yuan / 10_000:g}万"
    return f"{yuan}元"


def _refs(numbers: list[int]) -> str:
    return " ".join(f"#{number}" for number in numbers)


# Templates mark a line by a filter on anything in it: {{ ""|bad }}. The marks are taken out again.
_TONES = {"good": "\ue101", "warn": "\ue102", "bad": "\ue103", "quiet": "\ue104"}
_OPTION = "\ue105"
_ANY_MARK = re.compile("[\ue101-\ue105]")
MOST_OPTIONS = 5


def _marking(mark: str) -> Callable[[object], str]:
    return lambda value: f"{mark}{value}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    environment.filters |= {
        "day": _day,
        "span": span,
        "mask": mask,
        "money": _money,
        "refs": _refs,
        "channel": lambda name: CHANNELS.get(name, name),
        "role": lambda name: ROLES.get(name, name),
        "option": _marking(_OPTION),
        **{tone: _marking(mark) for tone, mark in _TONES.items()},
    }
    return environment


def names() -> list[str]:
    """The names of all utterances."""
    return sorted(path.stem for path in _FOLDER.glob("*.j2") if not path.stem.startswith("_"))


@cache
def exists(name: str) -> bool:
    """Is there an utterance of this name?"""
    return (_FOLDER / f"{name}.j2").is_file()


@dataclass(frozen=True, slots=True)
class Words:
    """What is said: `text`, a tone for each of its lines, and the options its reader may choose from.

    An option is a label and the words that choose it. `tones` are of good, warn, bad, quiet and plain.
    """

    text: str
    tones: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()

    def then(self, other: Words, *, apart: bool = True) -> Words:
        """Both, `apart` by a blank line; options are offered as long as only one of them has any."""
        options = () if self.options and other.options else self.options or other.options
        between = ("plain",) if apart else ()
        text = ("\n\n" if apart else "\n").join((self.text, other.text))
        return Words(text, (*self.tones, *between, *other.tones), options)


def compose(name: str, /, *, in_group: bool, **facts: Any) -> Words:
    """The words of an utterance. Raises jinja2.UndefinedError when a fact it needs is not given."""
    rendered = _environment().get_template(f"{name}.j2").render(in_group=in_group, **facts)
    lines: list[tuple[str, str]] = []
    options: list[tuple[str, str]] = []
    for line in (mask(rendered) if in_group else rendered).strip().splitlines():
        bare = _ANY_MARK.sub("", line).rstrip()
        if bare or (lines and lines[-1][0]):
            lines.append((bare, next((tone for tone, mark in _TONES.items() if mark in line), "plain")))
        if _OPTION in line:
            chosen_by, _, label = bare.partition(" ")
            options.append((label, chosen_by))
    if lines and not lines[-1][0]:
        lines.pop()
    # More than so many are easier to answer by a number than to find among buttons.
    offered = tuple(options) if len(options) <= MOST_OPTIONS else ()
    return Words("\n".join(text for text, _ in lines), tuple(tone for _, tone in lines), offered)


def say(name: str, /, *, in_group: bool, **facts: Any) -> str:
    """The text of an utterance alone. Raises jinja2.UndefinedError when a fact it needs is not given."""
    return compose(name, in_group=in_group, **facts).text


def actions(name: str, **facts: Any) -> tuple[tuple[str, str], ...]:
    """The buttons under an utterance, each a label and the words it stands for; see actions.toml."""
    return tuple((label, says.format(**facts)) for label, says in _actions().get(name, {}).items())


@cache
def _actions() -> dict[str, dict[str, str]]:
    return tomllib.loads((_FOLDER / "actions.toml").read_text(encoding="utf-8"))


def _read_help() -> dict[str, dict[str, Any]]:
    return tomllib.loads((_FOLDER / "help.toml").read_text(encoding="utf-8"))


HELP: dict[str, dict[str, Any]] = _read_help()
