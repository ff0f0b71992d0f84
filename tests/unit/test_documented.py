"""What is written about the bot is all of it: settings, commands, help."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from bot.settings import Settings
from handlers.routes import ROUTES
from main import cli
from prompts import HELP

ROOT = Path(__file__).resolve().parents[2]
SETTING = re.compile(r"^#([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)


@pytest.fixture
def example() -> str:
    return (ROOT / ".env.example").read_text(encoding="utf-8")


def test_every_setting_is_in_the_example_and_nothing_else(example: str) -> None:
    named = [name for name, _ in SETTING.findall(example)]
    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)


def test_the_example_sets_nothing_and_shows_the_defaults(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    (tmp_path / "as it is").write_text(example, encoding="utf-8")
    (tmp_path / "all set").write_text(SETTING.sub(r"\1=\2", example), encoding="utf-8")
    defaults = Settings(_env_file=None)
    assert Settings(_env_file=tmp_path / "as it is").model_fields_set == set()
    uncommented = Settings(_env_file=tmp_path / "all set")
    assert uncommented == defaults
    assert len(uncommented.model_fields_set) > 10


def test_every_setting_is_explained(example: str) -> None:
    lines = example.splitlines()
    for number, line in enumerate(lines):
        if SETTING.match(line):
            assert re.match(r"# \S.*[.)]|# .*:", lines[number - 1]), f"{line} has no explanation above it"


def commands(group: click.Group, path: tuple[str, ...] = ()) -> set[str]:
    """Every command as it is typed; one that takes a choice first counts once for each."""
    found: set[str] = set()
    for name, command in group.commands.items():
        here = (*path, name)
        if isinstance(command, click.Group):
            found |= commands(command, here)
            continue
        arguments = [parameter for parameter in command.params if isinstance(parameter, click.Argument)]
        kinds = arguments[0].type.choices if arguments and isinstance(arguments[0].type, click.Choice) else ("",)
        found |= {" ".join((*here, str(kind))).strip() for kind in kinds}
    return found


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_every_command_is_in_the_table_and_nothing_else(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    documented = re.findall(r"^\| `python main\.py ([a-z]+(?: [a-z]+)?)\b", text, re.MULTILINE)
    assert sorted(documented) == sorted(commands(cli))


def test_every_command_tells_what_it_does() -> None:
    def told(group: click.Group) -> list[str]:
        inner = [command for command in group.commands.values() if isinstance(command, click.Group)]
        silent = [name for name, command in group.commands.items() if not command.get_short_help_str()]
        return silent + [name for command in inner for name in told(command)]

    assert told(cli) == []


def test_every_topic_of_the_routes_has_its_help_and_no_other() -> None:
    assert {route.topic for route in ROUTES} == set(HELP)


@pytest.mark.parametrize("topic", sorted(HELP))
def test_a_topic_of_the_help_is_whole(topic: str) -> None:
    entry = HELP[topic]
    assert set(entry) - {"about", "nearest"} == {"title", "words", "short", "text"}
    assert entry["words"]
    assert set(entry.get("nearest", ())) <= {"person", "client", "late", "team", "travel"}
    assert entry["text"].strip()
    others = {word for name, other in HELP.items() if name != topic for word in (other["title"], *other["words"])}
    shared = others & {entry["title"], *entry["words"]}
    assert not shared, "帮助 with this word could mean two topics"


@pytest.mark.parametrize("topic", sorted(HELP))
def test_what_the_help_tells_to_write_is_read_as_that_command(topic: str) -> None:
    entry = HELP[topic]
    for example in (*entry["short"].split(" · "), *entry.get("nearest", {}).values()):
        # A route before it may read it too, and pass it on.
        assert topic in [route.topic for route in ROUTES if route.read(example) is not None], example
