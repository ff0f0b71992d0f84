"""The command line: machine output on stdout only, one readable line on stderr, a non-zero status on failure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from main import cli

ROOT = Path(__file__).resolve().parents[2]

TEAM = """
bot = "一诺"
timezone = "Asia/Shanghai"
work_hours = ["09:00", "18:00"]
[[people]]
name = "陈静"
role = "supervisor"
region = "华东"
department = "销售部"
[[people]]
name = "王磊"
role = "rep"
supervisor = "陈静"
region = "华东"
department = "销售部"
[[chats]]
name = "华东群"
kind = "group"
members = ["陈静", "王磊"]
region = "华东"
[[clients]]
name = "云川机械有限公司"
aliases = ["云川"]
owner = "王磊"
region = "华东"
"""

LOG = [
    {
        "at": "2026-11-23T10:00:00+08:00",
        "chat": "华东群",
        "from": "王磊",
        "text": "@一诺 【承诺】给云川寄样 周三",
        "id": "a",
    },
    {"at": "2026-11-23T10:05:00+08:00", "chat": "华东群", "from": "陈静", "text": "大家辛苦了", "id": "b"},
    {"at": "2026-11-23T10:10:00+08:00", "chat": None, "from": "王磊", "text": "完成 {a}", "id": "c"},
]


def run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """`main.py` with these arguments, in an environment without settings of this machine's own."""
    clean = {
        key: value for key, value in os.environ.items() if not key.startswith(("WECOM_", "DINGTALK_", "DATABASE_"))
    }
    return subprocess.run(
        [sys.executable, "main.py", *arguments],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env=clean | {"PYTHONWARNINGS": "error"} | environment,
        timeout=120,
    )


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A log and a team."""
    log, team = tmp_path / "log.jsonl", tmp_path / "team.toml"
    log.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in LOG), encoding="utf-8")
    team.write_text(TEAM, encoding="utf-8")
    return log, team


def test_parse_reads_json_lines() -> None:
    lines = [
        {"id": "1", "now": "2026-11-23T10:00:00+08:00", "text": "【承诺】寄样 周三"},
        {"id": "2", "now": "2026-11-23T10:00:00+08:00", "text": "【承诺】发报价"},
    ]
    done = run("parse", stdin="".join(json.dumps(line) + "\n" for line in lines))
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"id": "1", "items": [{"matter": "寄样", "due": "2026-11-25T18:00", "issue": None}]},
        {"id": "2", "items": [{"matter": "发报价", "due": None, "issue": "none"}]},
    ]


def test_parse_shows_people_what_was_understood() -> None:
    done = run("parse", "--now", "2026-11-23T10:00:00+08:00", "【承诺】寄样 周三")
    assert done.returncode == 0, done.stderr
    assert "2026-11-25 18:00" in done.stdout


def test_parse_tells_what_it_did_not_read() -> None:
    texts = {"short": "【承诺】寄样 周三", "long": "【承诺】\n" + "周三寄样\n" * 31}
    lines = [{"id": name, "now": "2026-11-23T10:00:00+08:00", "text": text} for name, text in texts.items()]
    done = run("parse", stdin="".join(json.dumps(line) + "\n" for line in lines))
    assert done.returncode == 0, done.stderr
    assert [len(json.loads(line)["items"]) for line in done.stdout.splitlines()] == [1, 30]
    (told,) = done.stderr.strip().splitlines()
    assert "long" in told
    assert "more than 30 items" in told


@pytest.mark.parametrize(
    "stdin", ["not json\n", '{"id": "1", "text": "x"}\n', '{"id": "1", "now": "gestern", "text": "x"}\n']
)
def test_parse_refuses_broken_lines_in_one_line(stdin: str) -> None:
    done = run("parse", stdin=stdin)
    assert done.returncode != 0
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1


def test_match(tmp_path: Path) -> None:
    clients = tmp_path / "clients.csv"
    clients.write_text("name,aliases\n云川机械有限公司,云川\n松山机电有限公司,\n松山建材有限公司,\n", encoding="utf-8")
    lines = [{"id": "1", "mention": "云川"}, {"id": "2", "message": "给大家发个通知"}, {"id": "3", "mention": "松山"}]
    done = run("match", "--clients", str(clients), stdin="".join(json.dumps(line) + "\n" for line in lines))
    assert done.returncode == 0, done.stderr
    first, second, third = (json.loads(line) for line in done.stdout.splitlines())
    assert first == {"id": "1", "candidates": ["云川机械有限公司"], "ask": False}
    assert second == {"id": "2", "candidates": [], "ask": False}
    assert third["ask"]
    assert set(third["candidates"]) == {"松山机电有限公司", "松山建材有限公司"}


def test_replay_answers_each_heard_line_once_and_resolves_references(files: tuple[Path, Path]) -> None:
    log, team = files
    done = run("replay", str(log), "--team", str(team))
    assert done.returncode == 0, done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(item["reply_to"], item["kind"], item["to"], item["about"]) for item in said] == [
        ("a", "reply", {"chat": "华东群"}, ["#1"]),
        ("c", "reply", {"person": "王磊"}, ["#1"]),
    ]
    assert all(
        list(item) == ["at", "to", "mention", "kind", "clock", "about", "text", "files", "reply_to"] for item in said
    )
    assert "heard" in done.stderr


def test_replay_twice_gives_the_same_bytes(files: tuple[Path, Path]) -> None:
    log, team = files
    arguments = ("replay", str(log), "--team", str(team), "--until", "2026-11-27T20:00:00+08:00")
    first, second = run(*arguments), run(*arguments)
    assert first.returncode == 0
    assert len(first.stdout.splitlines()) > 4
    assert first.stdout == second.stdout


def test_replay_on_a_kept_database_says_nothing_twice(files: tuple[Path, Path], tmp_path: Path) -> None:
    log, team = files
    arguments = ("replay", str(log), "--team", str(team), "--db", f"sqlite:///{tmp_path / 'kept.db'}")
    assert len(run(*arguments).stdout.splitlines()) == 2
    assert run(*arguments).stdout == ""


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ('{"at": "2026-11-23T10:00:00", "from": "王磊", "text": "x"}', "offset"),
        ('{"from": "王磊", "text": "x"}', "at is missing"),
        ("[1]", ":1:"),
        ("", "no line"),
    ],
)
def test_replay_names_what_is_wrong_in_a_log(files: tuple[Path, Path], broken: str, told: str) -> None:
    log, team = files
    log.write_text(broken + "\n", encoding="utf-8")
    done = run("replay", str(log), "--team", str(team))
    assert done.returncode != 0
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ('role = "rep"', 'role = "boss"', "role 'boss'"),
        ('supervisor = "陈静"', 'supervisor = "谁"', "is nobody in this team"),
        ('name = "云川机械有限公司"', "", "has no name"),
        ('members = ["陈静", "王磊"]', 'members = ["无名"]', "is nobody in this team"),
    ],
)
def test_replay_names_what_is_wrong_in_a_team(files: tuple[Path, Path], wrong: str, right: str, told: str) -> None:
    log, team = files
    team.write_text(TEAM.replace(wrong, right, 1), encoding="utf-8")
    done = run("replay", str(log), "--team", str(team))
    assert done.returncode != 0
    assert told in done.stderr


def test_policies_with_a_mistake_are_told_with_file_and_line(files: tuple[Path, Path], tmp_path: Path) -> None:
    log, team = files
    policies = tmp_path / "policies.toml"
    policies.write_text(
        '[x]\nopens = ["a.b"]\ndue = "subject"\nsteps = [{ at = "0", to = "nobody" }]\n', encoding="utf-8"
    )
    done = run("replay", str(log), "--team", str(team), "--policies", str(policies))
    assert done.returncode != 0
    assert f"{policies}:1: [x] to = 'nobody'" in done.stderr


def test_db_status_and_upgrade(bare_database_url: str) -> None:
    assert run("db", "status", DATABASE_URL=bare_database_url).returncode == 1
    assert run("db", "upgrade", DATABASE_URL=bare_database_url).returncode == 0
    done = run("db", "status", DATABASE_URL=bare_database_url)
    assert done.returncode == 0
    assert "newest" in done.stdout


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("DATABASE_URL", "mysql://x/y", "sqlite:///"),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", "nobody listens"),
        ("PORT", "70000", "PORT"),
        ("TIMEZONE", "Mars/Base", "TIMEZONE"),
        ("WORK_HOURS", "all day", "WORK_HOURS"),
        ("WORK_HOURS", "18:00-09:00", "WORK_HOURS"),
        ("CONSOLE", "on", "CONSOLE_TOKEN"),
    ],
)
def test_a_wrong_setting_is_told_in_one_line(setting: str, value: str, told: str) -> None:
    done = run("db", "status", **{setting: value})
    assert done.returncode != 0
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("nosuch", "No such command"),
        ("match 协和", "--clients"),
        ("import", "Missing command"),
        ("serve --port 70000", "--port"),
        ("export followups", "FILE"),
    ],
)
def test_wrong_use_is_told_in_one_line(words: str, told: str) -> None:
    done = CliRunner().invoke(cli, words.split())
    assert done.exit_code == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not done.stdout


def test_an_end_that_is_no_moment_is_told_by_its_option(tmp_path: Path) -> None:
    log, team = tmp_path / "log.jsonl", tmp_path / "team.toml"
    log.write_text(json.dumps(LOG[0], ensure_ascii=False), encoding="utf-8")
    team.write_text(TEAM, encoding="utf-8")
    done = run("replay", str(log), "--team", str(team), "--until", "2026-13-01")
    assert done.returncode == 1
    assert "--until: '2026-13-01' is not a moment" in done.stderr


@pytest.mark.parametrize("words", ["db status", "import people {file}", "export events {file}", "dead list"])
def test_a_file_that_is_no_database_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is a text, not a database " * 99)
    file = tmp_path / "people.csv"
    file.write_text("name,role\n王磊,rep\n", encoding="utf-8")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{broken}")
    done = CliRunner().invoke(cli, words.format(file=file).split())
    assert done.exit_code == 1
    assert "no SQLite database" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "command",
    [
        "serve",
        "parse",
        "match",
        "replay",
        "import people",
        "import clients",
        "export",
        "doctor",
        "db upgrade",
        "db status",
    ],
)
def test_every_command_has_help(command: str) -> None:
    done = run(*command.split(), "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout
