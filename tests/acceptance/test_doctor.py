"""`doctor`: every fault is found and told with what to do, a sound bot passes, and no secret is shown."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.cells import cell_len
from rich.console import Console
from sqlmodel import Session, col, select

from bot import doctor
from bot.clock import VirtualClock
from bot.doctor import data, network, setup
from bot.settings import Settings
from bot.types import Check
from main import cli
from storage import events, outbox, people
from storage.migrate import upgrade
from storage.store import open_store
from storage.tables import Event, Person, Setting
from tests.fakes import dingtalk, wecom
from tests.fakes.server import NOON, Fault

WECOM = {
    "wecom_corp_id": wecom.CORP_ID,
    "wecom_agent_id": str(wecom.AGENT_ID),
    "wecom_secret": wecom.SECRET,
    "wecom_token": wecom.TOKEN,
    "wecom_aes_key": wecom.AES_KEY,
}
DINGTALK = {
    "dingtalk_client_id": dingtalk.CLIENT_ID,
    "dingtalk_client_secret": dingtalk.CLIENT_SECRET,
    "dingtalk_corp_id": dingtalk.CORP_ID,
}


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No .env and no settings of the machine that runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def settings(tmp_path: Path, **values: Any) -> Settings:
    return Settings(**{"database_url": f"sqlite:///{tmp_path}/team.db", **values})


async def fill(tmp_path: Path, *works: Callable[[Session], object]) -> None:
    store = open_store(f"sqlite:///{tmp_path}/team.db", durable=False)
    await upgrade(store)
    for work in works:
        await store.write(work)
    await store.close()


async def examined(given: Settings, patience: float = 10.0) -> dict[str, Check]:
    checks = await doctor.examine(given, clock=VirtualClock(NOON), patience=patience)
    found = {check.name: check for check in checks}
    assert len(found) == len(checks)
    for check in checks:
        assert check.ok or check.advice or check.name.startswith(("企业微信", "企微", "钉钉"))
    return found


TEAM = (("乔木", "director", "qiaomu"), ("史泰", "supervisor", "shitai"), ("龚晓岚", "rep", "gongxiaolan"))


def team(session: Session) -> None:
    """乔木 above 史泰 above 龚晓岚, all known in WeCom."""
    above = None
    for name, role, user_id in TEAM:
        person = Person(name=name, role=role, supervisor_id=above, made_at=NOON)
        session.add(person)
        session.flush()
        above = person.id
        people.bind(session, person.id or 0, "wecom", user_id)


async def test_a_sound_bot_passes(tmp_path: Path) -> None:
    def group(session: Session) -> None:
        people.chat(session, "wecom", "g1", "华东群", NOON)
        events.append(session, NOON, "test", "test:1", {"a": 1})

    await fill(tmp_path, team, group)
    async with wecom.FakeWecom() as platform:
        platform.members = {user_id: {"name": name, "status": 1} for name, _, user_id in TEAM}
        given = settings(
            tmp_path, **WECOM, wecom_api_base=platform.base_url, wecom_group_keys="华东群=fake-group-key-1"
        )
        found = await examined(given)
        assert platform.unexpected == []
    assert [check for check in found.values() if not check.ok] == []
    assert set(found) >= {
        "设置",
        "企微应用设置",
        "数据库",
        "结构",
        "磁盘",
        "历史",
        "人员",
        "上级",
        "账号",
        "推送机器人",
        "发件箱",
        "企业微信 凭证",
        "企业微信 时钟",
        "企业微信 回调",
        "企微应用 可见范围",
    }


@pytest.mark.parametrize(
    ("values", "name", "says"),
    [
        (
            {"wecom_corp_id": "ww1"},
            "企微应用设置",
            "还差 WECOM_AGENT_ID、WECOM_SECRET、WECOM_TOKEN、WECOM_AES_KEY",
        ),
        ({"wecom_group_keys": "华东群=k"}, "企微应用设置", "只有 WECOM_GROUP_KEYS"),
        ({**WECOM, "wecom_agent_id": "一号"}, "企微应用设置", "不是数字"),
        ({"dingtalk_client_id": "d1"}, "钉钉设置", "还差 DINGTALK_CLIENT_SECRET"),
        (
            {"dingtalk_group_robots": "华东群=t:s"},
            "钉钉设置",
            "还差 DINGTALK_CLIENT_ID、DINGTALK_CLIENT_SECRET",
        ),
        ({"wecom_bot_id": "b1"}, "企微机器人设置", "还差 WECOM_BOT_SECRET"),
        ({"wecom_bot_token": "t1"}, "企微机器人设置", "还差 WECOM_BOT_AES_KEY"),
        ({"policies_file": "nowhere.toml"}, "时钟规则", "nowhere.toml"),
        ({"database_url": "mysql://root:hush-hush@host/db"}, "数据库", "不是 SQLite 或 PostgreSQL 的地址"),
        ({"database_url": "postgresql://bot:hush-hush@127.0.0.1:1/bot"}, "数据库", "PostgreSQL 读不了"),
        ({"public_url": "http://bot.example"}, "公网地址", "不是 https://"),
    ],
)
async def test_what_is_set_wrong(tmp_path: Path, values: dict[str, Any], name: str, says: str) -> None:
    found = await examined(settings(tmp_path, **values))
    assert not found[name].ok
    assert says in found[name].found
    assert found[name].advice


CONNECTION = {"wecom_bot_id": "b1", "wecom_bot_secret": "hush-bot", "wecom_bot_ws_url": "ws://127.0.0.1:1"}
CALLBACK = {"wecom_bot_token": "hush-token", "wecom_bot_aes_key": "A" * 43}


@pytest.mark.parametrize(
    ("values", "says", "advises"),
    [
        (CONNECTION, "齐全，走长连接", ""),
        (CONNECTION | CALLBACK, "走长连接；回调的两个值不起作用", "去掉 WECOM_BOT_TOKEN"),
        (CONNECTION | {"wecom_bot_ws_url": "ws://relay.example"}, "没有加密", "wss://"),
        (CALLBACK, "不能先开口", "WECOM_BOT_SECRET"),
        (CALLBACK | {"wecom_corp_id": "ww1"}, "不能先开口", ""),
    ],
)
async def test_by_which_road_the_bot_is_heard(tmp_path: Path, values: dict[str, Any], says: str, advises: str) -> None:
    found = {check.name: check for check in setup.checks(settings(tmp_path, **values))}
    assert found["企微机器人设置"].ok
    assert says in found["企微机器人设置"].found
    assert advises in found["企微机器人设置"].advice
    assert "企微应用设置" not in found


async def test_who_never_wrote_to_the_bot_is_named(tmp_path: Path) -> None:
    await fill(tmp_path, team, lambda session: people.bind(session, 1, "wecom_bot", "QiaoMu"))
    found = (await examined(settings(tmp_path, **CONNECTION), 2.0))["账号"]
    assert not found.ok
    assert "史泰" in found.found
    assert "乔木" not in found.found
    assert "我是谁" in found.advice


async def test_what_is_not_used_yet_is_said_without_failing(tmp_path: Path) -> None:
    found = await examined(settings(tmp_path, llm_base_url="https://llm.example", llm_api_key="hush-hush-key"))
    assert found["不起作用"].ok
    assert "不用大语言模型" in found["不起作用"].found


async def test_a_bot_that_was_never_started(tmp_path: Path) -> None:
    found = await examined(settings(tmp_path))
    assert found["数据库"].ok
    assert "serve" in found["数据库"].advice
    assert not (tmp_path / "team.db").exists()
    assert found["平台"].ok


async def test_an_old_database_is_named_and_left_alone(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/team.db")
    await store.write(lambda session: session.connection().exec_driver_sql("CREATE TABLE other (id INTEGER)"))
    await store.close()
    found = await examined(settings(tmp_path))
    assert found["数据库"].ok
    assert not found["结构"].ok
    assert "db upgrade" in found["结构"].advice
    assert "人员" not in found


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "team.db").write_bytes(b"this is a text, not a database " * 99)
    found = await examined(settings(tmp_path))
    assert not found["数据库"].ok
    assert "读不了（the file is no SQLite database）" in found["数据库"].found


async def test_the_probe_leaves_nothing_behind(tmp_path: Path) -> None:
    await fill(tmp_path, team)
    await examined(settings(tmp_path))
    store = open_store(f"sqlite:///{tmp_path}/team.db")
    keys = await store.read(lambda session: list(session.exec(select(Setting.key))))
    await store.close()
    assert "doctor.probe" not in keys


async def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(tmp_path)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=data.LEAST_FREE - 1))
    assert not (await examined(settings(tmp_path)))["磁盘"].ok


async def test_a_history_that_was_edited(tmp_path: Path) -> None:
    def write(session: Session) -> None:
        for count in range(3):
            events.append(session, NOON, "test", f"test:{count}", {"count": count})

    def edit(session: Session) -> None:
        event = session.exec(select(Event).order_by(col(Event.seq)).offset(1)).first()
        assert event is not None
        event.payload = {"count": 99}
        session.add(event)

    await fill(tmp_path, write, edit)
    history = (await examined(settings(tmp_path)))["历史"]
    assert not history.ok
    assert "第 2 条" in history.found


async def test_people_who_miss_something(tmp_path: Path) -> None:
    def lacking(session: Session) -> None:
        session.add(Person(name="田野", role="rep", made_at=NOON))
        session.flush()
        people.stranger(session, "dingtalk", "d-77", "小路", NOON)

    await fill(tmp_path, team, lacking)
    found = await examined(settings(tmp_path))
    assert "不在名单里：小路" in found["人员"].found
    assert found["上级"].found == "没有上级：田野"
    assert found["账号"].found == "在任何平台没有账号，收不到消息：田野"
    assert [found[name].ok for name in ("人员", "上级", "账号")] == [False] * 3

    async with dingtalk.FakeDingtalk() as platform:
        bases = {"dingtalk_api_base": platform.base_url, "dingtalk_oapi_base": platform.base_url}
        robots = "华东群=fake-robot-token:fake-robot-secret"
        found = await examined(settings(tmp_path, **DINGTALK, **bases, dingtalk_group_robots=robots))
    assert found["账号"].found == "在钉钉没有账号，收不到消息：乔木、史泰、龚晓岚、田野"
    assert "华东群" in found["推送机器人"].found
    assert not found["推送机器人"].ok
    assert found["钉钉 凭证"].ok


async def test_messages_that_were_given_up(tmp_path: Path) -> None:
    def dead(session: Session) -> None:
        person = Person(name="田野", role="rep", phone="13900001111", made_at=NOON)
        session.add(person)
        session.flush()
        for count in range(3):
            outbox.queue(session, NOON, key=f"k{count}", kind="reminder", words="13900001111", person_id=person.id)

    await fill(tmp_path, dead)
    check = (await examined(settings(tmp_path)))["发件箱"]
    assert not check.ok
    assert check.found == (
        "3 条死信没人收到。最近的原因：3 条名单里没有他的平台账号（no address is known for this person）"
    )


async def test_a_platform_that_refuses_or_does_not_answer(tmp_path: Path) -> None:
    await fill(tmp_path, team)
    async with wecom.FakeWecom() as platform:
        given = settings(tmp_path, **{**WECOM, "wecom_secret": "another-secret-77"}, wecom_api_base=platform.base_url)
        refused = await examined(given)
        assert not refused["企业微信 凭证"].ok
        assert refused["数据库"].ok

        platform.fail("/cgi-bin/gettoken", Fault(hang=True))
        given = settings(tmp_path, **WECOM, wecom_api_base=platform.base_url)
        silent = await examined(given, patience=0.3)
        assert silent["企微应用"].found == "0.3 秒没有回答"
        assert not silent["企微应用"].ok


def test_the_same_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    async def run() -> dict[str, Check]:
        store = open_store(postgres_url)
        await upgrade(store)
        await store.write(team)
        await store.close()
        return await examined(settings(tmp_path, database_url=postgres_url))

    found = asyncio.run(run())
    assert [check for check in found.values() if not check.ok] == []
    assert found["数据库"].found == "PostgreSQL 能读能写"
    assert {"结构", "历史", "人员", "上级", "账号", "发件箱"} <= set(found)
    assert "磁盘" not in found


async def test_a_clock_that_is_off(tmp_path: Path) -> None:
    async with wecom.FakeWecom() as platform:
        platform.now = NOON.replace(hour=NOON.hour + 1)
        found = await examined(settings(tmp_path, **WECOM, wecom_api_base=platform.base_url))
    assert not found["企业微信 时钟"].ok


def secrets_of(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


SECRETS = [
    wecom.SECRET,
    wecom.TOKEN,
    wecom.AES_KEY,
    dingtalk.CLIENT_SECRET,
    "fake-group-key-1",
    "fake-robot-token",
    "fake-robot-secret",
    "hush-hush",
    "console-token-1",
    "llm-key-1",
]


def test_the_command_fails_with_a_table_and_shows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(fill(tmp_path, team))
    nowhere = "http://127.0.0.1:1"
    for name, value in {
        **WECOM,
        **DINGTALK,
        "wecom_group_keys": "华东群=fake-group-key-1",
        "dingtalk_group_robots": "华南群=fake-robot-token:fake-robot-secret",
        "wecom_api_base": nowhere,
        "dingtalk_api_base": nowhere,
        "dingtalk_oapi_base": nowhere,
        "database_url": f"sqlite:///{tmp_path}/team.db",
        "console_token": "console-token-1",
        "llm_api_key": "llm-key-1",
    }.items():
        monkeypatch.setenv(name.upper(), value)
    table = CliRunner().invoke(cli, ["doctor"])
    assert table.exit_code == 1
    assert table.stderr == ""
    lines = [line.rstrip() for line in table.stdout.splitlines()]
    machine = CliRunner().invoke(cli, ["doctor", "--json"])
    assert machine.exit_code == 1
    told = json.loads(machine.stdout)
    wrong = [check for check in told["checks"] if not check["ok"]]
    assert told["ok"] is False
    assert set(told["checks"][0]) == {"name", "ok", "found", "advice"}
    assert lines[-1] == f"{len(told['checks'])} 项，{len(wrong)} 项不对"
    assert secrets_of(table.output + machine.output) == []


def test_the_command_passes_on_a_sound_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(fill(tmp_path, team))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/team.db")
    result = CliRunner().invoke(cli, ["doctor"])
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1].endswith("项，都对")


async def test_a_secret_in_a_check_is_struck_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def leaking(*_: object) -> list[Check]:
        return [Check("leak", False, "url?access_token=fake-robot-token&x", "use fake-robot-secret")]

    monkeypatch.setattr(network, "platform_checks", leaking)
    robots = "华南群=fake-robot-token:fake-robot-secret"
    check = (await examined(settings(tmp_path, **DINGTALK, dingtalk_group_robots=robots)))["leak"]
    assert (check.found, check.advice) == ("url?access_token=***&x", "use ***")


def test_the_table_is_aligned_where_lines_are_chinese() -> None:
    console = Console(width=100, file=io.StringIO())
    doctor.show([Check("database", True, "甲 found"), Check("企业微信 凭证", False, "乙 found", "丙")], console)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    starts = [cell_len(line[: line.index(mark)]) for line, mark in zip(lines[:3], "甲乙→", strict=True)]
    assert len(set(starts)) == 1
    assert lines[-1] == "2 项，1 项不对"
