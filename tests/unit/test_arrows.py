"""The house keeps its arrows: which room may import which."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEAVES = {"bot.types", "bot.clock", "bot.calendar", "bot.errors", "bot.retry", "bot.settings"}
PACKAGES = ("bot", "handlers", "scheduler", "storage", "prompts")

# Who may import what, by the longest prefix; a room may always import itself.
ALLOWED: dict[str, set[str]] = {
    "storage": set(),
    "prompts": set(),
    **dict.fromkeys(LEAVES, LEAVES),
    "bot.platforms": LEAVES,
    "handlers.language": LEAVES,
    "handlers": LEAVES | {"handlers.language", "storage", "prompts"},
    "scheduler": LEAVES | {"storage", "prompts"},
    "bot.letters": LEAVES,
    "bot.logs": LEAVES,
    "bot.client_search": {"handlers.language"},
    "bot.client_file": {"bot.client_search", "handlers.language"},
    "bot.client_index": LEAVES | {"bot.client_file", "handlers.language", "storage"},
    "bot.worker": LEAVES | {"bot.letters", "bot.client_file", "bot.client_index", "bot.runner", "handlers", "storage"},
    "bot.server": LEAVES | {"bot.letters", "storage"},
    "bot.delivery": LEAVES | {"bot.outgoing", "bot.runner", "storage"},
    "bot.outgoing": LEAVES | {"storage"},
    "bot.runner": {"storage"},
    "bot.media": LEAVES | {"bot.media_files", "bot.runner", "storage"},
    "bot.media_files": LEAVES | {"storage"},
    "bot.introductions": LEAVES | {"storage"},
    "bot.listening": LEAVES | {"storage"},
    # What listens while the rest is being loaded: nothing here may need a handler.
    "bot.front": LEAVES | {"bot.server", "bot.platforms", "scheduler.policy", "storage"},
    "bot.web": LEAVES | {"bot.letters", "storage"},
    "bot.sheets": LEAVES | {"storage"},
    "bot.exports": LEAVES | {"bot.sheets", "storage", "prompts"},
    "bot.leads": LEAVES | {"bot.sheets", "handlers", "scheduler", "storage", "prompts"},
    "bot.team": LEAVES | {"storage"},
    "bot.privacy": LEAVES | {"bot.media_files", "storage"},
    # The rooms that build the bot out of the others, for one command each; main.py calls them.
    **{
        room: set(PACKAGES)
        for room in (
            "bot.app",
            "bot.service",
            "bot.replay",
            "bot.replaying",
            "bot.doctor",
            "bot.demo",
            "bot.dead",
            "bot.leads",
        )
    },
}


def room_of(module: str) -> str:
    """The longest room a module lies in."""
    found = [room for room in ALLOWED if module == room or module.startswith(f"{room}.")]
    return max(found, key=len, default="")


def modules() -> list[tuple[str, Path]]:
    """Every module of the product."""
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            parts = path.relative_to(ROOT).with_suffix("").parts
            found.append((".".join(part for part in parts if part != "__init__"), path))
    return found


def imported(path: Path) -> Iterator[str]:
    """All modules that a file imports when it runs."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides the arrow"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from names


def imports(path: Path) -> Iterator[str]:
    """The modules of ours that a file imports when it runs."""
    return (name for name in imported(path) if name.partition(".")[0] in PACKAGES)


@pytest.mark.parametrize(("module", "path"), modules(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_room_imports_only_what_it_may(module: str, path: Path) -> None:
    if module in PACKAGES or module == "":
        return
    room = room_of(module)
    assert room, f"{module} lies in no room: give it one in ALLOWED"
    for name in imports(path):
        target = room_of(name)
        fine = (
            target == room
            or any(name == allowed or name.startswith(f"{allowed}.") for allowed in ALLOWED[room])
            or any(target == allowed for allowed in ALLOWED[room])
        )
        assert fine, f"{module} must not import {name}"


def test_the_check_sees_a_broken_arrow(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("from handlers.routes import handle\nimport storage.inbox\n", encoding="utf-8")
    assert list(imports(broken)) == ["handlers.routes.handle", "storage.inbox"]
    assert room_of("handlers.routes") not in ALLOWED["storage"]


def test_language_does_no_input_and_output() -> None:
    worldly = {"sqlite3", "tempfile", "pathlib", "shutil", "socket", "subprocess", "asyncio", "aiohttp"}
    for module, path in modules():
        if room_of(module) == "handlers.language":
            assert not worldly & {name.partition(".")[0] for name in imported(path)}, (
                f"{module} reaches beyond its arguments"
            )


def test_only_one_room_reads_the_clock() -> None:
    for module, path in modules():
        if module in {"bot.clock", ""}:
            continue
        text = path.read_text(encoding="utf-8")
        for spelling in ("datetime.now(", "datetime.utcnow(", "date.today(", "time.time("):
            assert spelling not in text, f"{module} reads the clock"
