"""What operators get stuck on, one by one: what each looks like to the bot, and what `doctor` says of it."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from sqlmodel import Session

from bot.clock import VirtualClock
from bot.doctor import examine, network
from bot.front import SHIFT
from bot.listening import PREFIX
from bot.platforms.client import Client, NotConnected, Response
from bot.server import Server
from bot.service import platforms
from bot.settings import Settings
from bot.types import Check
from storage import outbox, people, quota
from storage import settings as kept
from storage.migrate import upgrade
from storage.store import open_store
from storage.tables import Inbox, Person
from tests.fakes import dingtalk, wecom
from tests.fakes.dingtalk_gateway import OPEN, FakeGateway
from tests.fakes.server import NOON, Fault

PUBLIC = "https://bot.example"
ROUTE = "企微应用 公网回调"
RANGE = "企微应用 可见范围"
BOT = {"wecom_bot_id": "aibExample1", "wecom_bot_secret": "hush-bot-secret", "wecom_bot_ws_url": "ws://127.0.0.1:1"}

Answer = Callable[[Mapping[str, str]], Response]


@dataclass
class Scene:
    """A bot that is set up right in every way; a trap changes one thing. `seen` is what the public address answers."""

    folder: Path
    wecom: wecom.FakeWecom
    dingtalk: FakeGateway
    values: dict[str, Any]
    works: list[Callable[[Session], object]] = field(default_factory=list)
    seen: Answer | None = None
    served: dict[str, Any] = field(default_factory=dict)

    def set(self, **values: Any) -> None:
        """Change settings for doctor and for the bot in service alike."""
        self.values |= values

    def at(self, work: Callable[[Session], object]) -> None:
        """Have something in the database."""
        self.works.append(work)

    def told(self, platform: str, state: str, **more: str) -> None:
        """Have the instance that holds a long connection tell of it."""
        report = {"state": state, "at": NOON.isoformat(), "reason": "", "taken_at": ""} | more
        self.at(lambda session: kept.put(session, PREFIX + platform, json.dumps(report)))

    def settings(self, **more: Any) -> Settings:
        """The settings of the scene."""
        return Settings(_env_file=None, **(self.values | more))


class Relay(Client):
    """The internet: leads the public address to a server of this machine, or to what answers in its place."""

    def __init__(self, local: str, seen: Answer | None) -> None:
        super().__init__()
        self._local = local.rstrip("/")
        self._seen = seen

    async def call(self, method: str, url: str, **more: Any) -> Response:
        if self._seen is not None:
            return self._seen(more["params"])
        return await super().call(method, url.replace(PUBLIC, self._local, 1), **more)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the newest shape with a small team in it."""

    async def make() -> None:
        store = open_store(f"sqlite:///{path}")
        await upgrade(store)
        await store.write(_team)
        await store.close()

    path = tmp_path_factory.mktemp("team") / "team.db"
    asyncio.run(make())
    return path


def _team(session: Session) -> None:
    above = None
    for name, role, ids in (
        ("乔木", "director", ("zhaoliu", "manager7")),
        ("史泰", "supervisor", ("wangwu", "0102")),
        ("龚晓岚", "rep", ("lisi", "0101")),
    ):
        person = Person(name=name, role=role, supervisor_id=above, made_at=NOON)
        session.add(person)
        session.flush()
        above = person.id
        for platform, user_id in zip(("wecom", "dingtalk"), ids, strict=True):
            people.bind(session, person.id or 0, platform, user_id)
    kept.put(session, "clock.tick", NOON.isoformat())
    kept.put(session, f"{PREFIX}dingtalk", json.dumps({"state": "listening", "at": NOON.isoformat()}))
    for platform in ("wecom", "dingtalk"):
        _hear(session, platform, "done")


def _hear(session: Session, platform: str, state: str, ago: timedelta = timedelta(0)) -> None:
    at = NOON - ago
    row = Inbox(
        platform=platform,
        message_id=state,
        lane=f"{platform}:lisi",
        sent_at=at,
        received_at=at,
        state=state,
        payload={},
    )
    session.add(row)


@pytest.fixture
async def scene(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    shutil.copy(template, tmp_path / "team.db")
    async with wecom.FakeWecom() as app, FakeGateway() as stream:
        app.members = {user_id: {"name": user_id, "status": 1} for user_id in app.people}
        yield Scene(
            tmp_path,
            app,
            stream,
            {
                "database_url": f"sqlite:///{tmp_path}/team.db",
                "public_url": PUBLIC,
                "console": "off",
                "wecom_corp_id": wecom.CORP_ID,
                "wecom_agent_id": str(wecom.AGENT_ID),
                "wecom_secret": wecom.SECRET,
                "wecom_token": wecom.TOKEN,
                "wecom_aes_key": wecom.AES_KEY,
                "wecom_api_base": app.base_url,
                "dingtalk_mode": "stream",
                "dingtalk_client_id": dingtalk.CLIENT_ID,
                "dingtalk_client_secret": dingtalk.CLIENT_SECRET,
                "dingtalk_corp_id": dingtalk.CORP_ID,
                "dingtalk_api_base": stream.base_url,
                "dingtalk_oapi_base": stream.base_url,
            },
        )


async def found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> dict[str, Check]:
    """What doctor finds, with the bot in service behind the public address."""
    store = open_store(scene.values["database_url"], durable=False)
    for work in scene.works:
        await store.write(work)
    clock = VirtualClock(NOON)
    serving = platforms(scene.settings(**scene.served))
    async with TestServer(Server(store, clock, serving).app) as server:
        local = str(server.make_url("/"))
        monkeypatch.setattr(network, "Client", lambda: Relay(local, scene.seen))
        checks = await examine(scene.settings(), clock=clock, patience=20.0)
    for platform in serving.values():
        await platform.close()
    await store.close()
    assert len({check.name for check in checks}) == len(checks)
    return {check.name: check for check in checks}


async def test_a_bot_set_up_right_has_nothing_to_tell(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = await found(scene, monkeypatch)
    assert {check for check in checks.values() if check.advice or not check.ok} == set()
    assert checks[ROUTE].found.startswith("通")
    assert {"企微应用 可见范围", "钉钉 可见范围", "钉钉 Stream", "钉钉 在线", "运行", "收件箱", "发件箱"} <= set(checks)
    assert (scene.wecom.sent, scene.dingtalk.sent, scene.dingtalk.all_links) == ([], [], [])
    assert scene.wecom.unexpected + scene.dingtalk.unexpected == []


def _answers(status: int, text: str = "", **headers: str) -> Answer:
    return lambda query: Response(status, headers, text.encode())


def _breaks(error: Exception) -> Answer:
    def fail(query: Mapping[str, str]) -> Response:
        raise error

    return fail


def _quoted(query: Mapping[str, str]) -> Response:
    return Response(200, {}, f'"{query["echostr"]}"'.encode())


def _dead(session: Session) -> None:
    session.add(Person(name="田野", role="admin", made_at=NOON))
    session.flush()
    outbox.queue(session, NOON, key="k1", kind="reminder", words="记得回电", person_id=4)


def _half(session: Session) -> None:
    session.add(Person(name="田野", role="rep", made_at=NOON))


def _spent(used: int) -> Callable[[Session], object]:
    limits = {("dingtalk", "calls"): 100}
    return lambda session: quota.spend(session, NOON, "dingtalk", {"calls": used}, limits)


def _dotenv(scene: Scene) -> None:
    (scene.folder / ".env").write_text("WECOM_CORPID=ww1\nEDITOR=vi\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Trap:
    """`name` of the check that tells of it; it fails unless `warns`; `says` are words of what it tells and advises."""

    what: str
    spring: Callable[[Scene], object]
    name: str
    says: tuple[str, ...]
    warns: bool = False


def _both(*springs: Callable[[Scene], object]) -> Callable[[Scene], object]:
    def spring(scene: Scene) -> None:
        for one in springs:
            one(scene)

    return spring


def _denied(code: str, message: str = "") -> Callable[[Scene], object]:
    fault = Fault(status=403, body={"code": code, "message": message})
    return lambda scene: scene.dingtalk.fail(dingtalk.BATCH_SEND, fault)


def _refuses(code: int) -> Callable[[Scene], object]:
    return lambda scene: scene.wecom.fail("/cgi-bin/agent/get", Fault(body={"errcode": code, "errmsg": "no"}))


TRAPS = [
    # The app of WeCom.
    Trap("wrong secret", lambda s: s.set(wecom_secret="another-secret-77"), "企业微信 凭证", ("40001", "WECOM_SECRET")),
    Trap("wrong corp", lambda s: s.set(wecom_corp_id="wwother"), "企业微信 凭证", ("40013", "WECOM_CORP_ID")),
    Trap("wrong agent", lambda s: s.set(wecom_agent_id="7"), "企业微信 应用", ("301002", "WECOM_AGENT_ID")),
    Trap("address not trusted", lambda s: setattr(s.wecom, "allow_ip", False), "企业微信 应用", ("203.0.113.9",)),
    Trap("app disabled", lambda s: setattr(s.wecom, "closed", 1), "企业微信 应用", ("停用", "启用")),
    Trap("app disabled, by its code", _refuses(50003), "企业微信 应用", ("50003", "启用")),
    Trap("no right on the call", _refuses(48002), "企业微信 应用", ("48002", "可调用接口的应用")),
    Trap("domain of another owner", _refuses(85005), "企业微信 应用", ("85005", "备案主体")),
    Trap("key cut short", lambda s: s.set(wecom_aes_key="abc"), "企业微信 回调", ("3 个字符", "43", "EncodingAESKey")),
    Trap("clock off", lambda s: setattr(s.wecom, "now", NOON + timedelta(minutes=9)), "企业微信 时钟", ("540", "NTP")),
    Trap(
        "no network", lambda s: s.set(wecom_api_base="http://127.0.0.1:1"), "企业微信 凭证", ("连不上", "HTTPS_PROXY")
    ),
    Trap("out of the visible range", lambda s: s.wecom.members.pop("lisi"), RANGE, ("龚晓岚", "可见范围")),
    Trap("has left", lambda s: s.wecom.members["lisi"].update(status=5), RANGE, ("龚晓岚", "离职")),
    # Its callback, seen from outside.
    Trap(
        "saved in the console, never in .env", lambda s: s.served.update(wecom_token=""), ROUTE, ("404", "/wecom/app")
    ),
    Trap("another token in service", lambda s: s.served.update(wecom_token="other"), ROUTE, ("403", "重启")),
    Trap("bot not running", lambda s: setattr(s, "seen", _answers(502)), ROUTE, ("502", "serve")),
    Trap("a page in between", lambda s: setattr(s, "seen", _answers(200, "<html>warning")), ROUTE, ("改过", "隧道")),
    Trap("quotes around the answer", lambda s: setattr(s, "seen", _quoted), ROUTE, ("改过", "原样转发")),
    Trap("redirect", lambda s: setattr(s, "seen", _answers(301, location="https://x.example")), ROUTE, ("跳转",)),
    Trap(
        "certificate",
        lambda s: setattr(s, "seen", _breaks(NotConnected("ClientConnectorCertificateError"))),
        ROUTE,
        ("证书",),
    ),
    Trap(
        "port closed",
        lambda s: setattr(s, "seen", _breaks(NotConnected("ConnectionTimeoutError"))),
        ROUTE,
        ("连不上", "防火墙"),
    ),
    Trap("no https", lambda s: s.set(public_url="http://bot.example"), "公网地址", ("https://",)),
    Trap("address of the house", lambda s: s.set(public_url="https://192.168.1.9"), "公网地址", ("内网",)),
    Trap("tunnel", lambda s: s.set(public_url="https://a.ngrok.io"), "公网地址", ("隧道", "备案"), warns=True),
    Trap("no public address", lambda s: s.set(public_url=""), "公网地址", ("PUBLIC_URL",), warns=True),
    # The 智能机器人.
    Trap(
        "two roads for one bot",
        lambda s: s.set(**BOT, wecom_bot_token="t1", wecom_bot_aes_key="A" * 43),
        "企微机器人设置",
        ("长连接", "去掉 WECOM_BOT_TOKEN"),
        warns=True,
    ),
    Trap("gateway blocked", lambda s: s.set(**BOT), "企微机器人 长连接", ("连不上", "WECOM_BOT_WS_URL")),
    Trap("never connected", lambda s: s.set(**BOT), "企微机器人 在线", ("还没有连上过", "serve"), warns=True),
    Trap("nobody heard", lambda s: s.set(**BOT), "企微机器人 收消息", ("API 模式", "URL 回调"), warns=True),
    Trap(
        "subscription refused",
        _both(
            lambda s: s.set(**BOT),
            lambda s: s.told("wecom_bot", "misconfigured", reason="the bot id or its secret is wrong"),
        ),
        "企微机器人 在线",
        ("the bot id or its secret is wrong", "WECOM_BOT_SECRET"),
    ),
    Trap(
        "two programs on one bot",
        _both(lambda s: s.set(**BOT), lambda s: s.told("wecom_bot", "listening", taken_at=NOON.isoformat())),
        "企微机器人 在线",
        ("挤掉", "停掉另一个"),
    ),
    Trap(
        "holder died",
        lambda s: s.told("dingtalk", "listening", at=(NOON - timedelta(hours=3)).isoformat()),
        "钉钉 在线",
        ("3 小时没有实例在听", "serve"),
        warns=True,
    ),
    # DingTalk.
    Trap("wrong secret", lambda s: s.set(dingtalk_client_secret="nope-nope"), "钉钉 凭证", ("DINGTALK_CLIENT_SECRET",)),
    Trap(
        "permission missing",
        lambda s: setattr(s.dingtalk, "missing_scope", "Robot.Send"),
        "钉钉 发送权限",
        ("Robot.Send", f"https://open-dev.dingtalk.com/appscope/apply?content={dingtalk.CLIENT_ID}%23Robot.Send"),
    ),
    Trap("robot of another app", _denied("robotCode.auth"), "钉钉 发送权限", ("DINGTALK_ROBOT_CODE",)),
    Trap("calls used up", _denied("Forbidden.AccessDenied.ApiCountLimitForOrg"), "钉钉 发送权限", ("用完", "升级")),
    Trap(
        "address not listed",
        _denied("Forbidden.AccessDenied.IpNotInWhiteList", "the ip 203.0.113.8 is refused"),
        "钉钉 发送权限",
        ("安全设置", "203.0.113.8"),
    ),
    Trap(
        "HTTP mode in the console, Stream here",
        lambda s: s.dingtalk.fail(OPEN, Fault(status=401, body={"code": "authFailed", "message": ""})),
        "钉钉 Stream",
        ("选 Stream", "DINGTALK_MODE=http"),
    ),
    Trap(
        "out of the visible range", lambda s: s.dingtalk.people.discard("0101"), "钉钉 可见范围", ("龚晓岚", "可用范围")
    ),
    Trap(
        "contacts not readable",
        lambda s: s.dingtalk.fail(
            dingtalk.USER, Fault(body={"errcode": 88, "sub_code": "60011", "errmsg": "no right"}), times=9
        ),
        "钉钉 可见范围",
        ("qyapi_get_member", "不影响收发"),
        warns=True,
    ),
    Trap(
        "heard in either mode, and Stream is off",
        _both(
            lambda s: s.set(dingtalk_mode="auto"),
            lambda s: s.dingtalk.fail(OPEN, Fault(status=401, body={"code": "authFailed", "message": ""})),
        ),
        "钉钉 Stream",
        ("HTTP 模式时不需要", "选 Stream"),
        warns=True,
    ),
    Trap(
        "heard in either mode, and the proxy knows one",
        _both(lambda s: s.set(dingtalk_mode="auto"), lambda s: s.served.update(dingtalk_mode="stream")),
        "钉钉 公网回调",
        ("404", "走长连接时不必管"),
        warns=True,
    ),
    Trap("no corp id", lambda s: s.set(dingtalk_corp_id=""), "钉钉设置", ("DINGTALK_CORP_ID",), warns=True),
    Trap("nearly used up", lambda s: s.at(_spent(80)), "钉钉 本月调用", ("80 / 100", "清单会停"), warns=True),
    Trap("used up", lambda s: s.at(_spent(100)), "钉钉 本月调用", ("100 / 100", "DINGTALK_MONTHLY_CALLS")),
    # The team, and the bot in service.
    Trap("no user id", lambda s: s.at(_half), "账号", ("田野", "dingtalk_userid")),
    Trap("nobody above", lambda s: s.at(_half), "上级", ("田野", "逾期报不上去")),
    Trap("group not bound", lambda s: s.set(wecom_group_keys="华东群=k-1234"), "推送机器人", ("华东群", "绑定")),
    Trap(
        "group without a name",
        lambda s: s.at(lambda session: people.chat(session, "wecom_bot", "g1", "", NOON)),
        "群",
        ("1 个没有名字", "绑定"),
        warns=True,
    ),
    Trap("given up", lambda s: s.at(_dead), "发件箱", ("1 条死信", "dead replay")),
    Trap(
        "backlog",
        lambda s: s.at(lambda session: _hear(session, "wecom", "queued", timedelta(minutes=20))),
        "收件箱",
        ("20 分钟", "worker.failed"),
    ),
    Trap(
        "no tick",
        lambda s: s.at(lambda session: kept.put(session, "clock.tick", (NOON - timedelta(hours=5)).isoformat())),
        "运行",
        ("5 小时没有看过时钟", "serve"),
        warns=True,
    ),
    Trap(
        "clock set back",
        lambda s: s.at(lambda session: kept.put(session, "clock.tick", (NOON + timedelta(hours=5)).isoformat())),
        "运行",
        ("晚 5 小时", "NTP"),
    ),
    Trap(
        "the demo's database",
        lambda s: s.at(lambda session: kept.put(session, SHIFT, "172800")),
        "运行",
        ("拨快了 2 天", "DATABASE_URL"),
    ),
    Trap("misspelt setting", _dotenv, "设置", ("WECOM_CORPID（是 WECOM_CORP_ID 吗）",)),
    Trap("setting without effect", lambda s: s.set(llm_model="m"), "不起作用", ("LLM_*",), warns=True),
]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.what)
async def test_a_trap_is_told_with_what_to_do(trap: Trap, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    trap.spring(scene)
    check = (await found(scene, monkeypatch))[trap.name]
    told = f"{check.found} → {check.advice}"
    assert check.ok is trap.warns, told
    assert check.advice
    assert [words for words in trap.says if words not in told] == [], told
    assert (scene.wecom.sent, scene.dingtalk.sent) == ([], [])


async def test_a_slow_callback_is_told_before_the_platform_refuses_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "SLOW_SECONDS", -1.0)
    check = (await found(scene, monkeypatch))[ROUTE]
    assert check.ok
    assert "1 秒内" in check.advice


async def test_every_callback_is_asked_and_keeps_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.set(dingtalk_mode="http", wecom_bot_token="t-bot", wecom_bot_aes_key=wecom.AES_KEY)
    before = inbox_rows(scene)
    checks = await found(scene, monkeypatch)
    for name in (ROUTE, "企微机器人 公网回调", "钉钉 公网回调"):
        assert checks[name].found.startswith("通"), checks[name]
    assert inbox_rows(scene) == before


def inbox_rows(scene: Scene) -> int:
    """How many messages are stored."""
    with closing(sqlite3.connect(scene.folder / "team.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM inbox").fetchone()[0])


async def test_a_platform_that_never_answers_holds_nobody_up(scene: Scene) -> None:
    scene.wecom.fail("/cgi-bin/gettoken", Fault(hang=True))
    configured = {"wecom": platforms(scene.settings())["wecom"]}
    (check,) = await network.platform_checks(configured, NOON, 0.2)
    assert (check.name, check.ok, check.found) == ("企微应用", False, "0.2 秒没有回答")
    await configured["wecom"].close()


@pytest.mark.parametrize(("mode", "told"), [("http", True), ("auto", False), ("stream", False)])
async def test_only_callbacks_need_a_public_address(scene: Scene, mode: str, told: bool) -> None:
    scene.set(public_url="", dingtalk_mode=mode, wecom_corp_id="")
    given = scene.settings()
    configured = platforms(given)
    checks = await network.public_checks(given, configured, NOON, 5.0)
    assert [check.name for check in checks] == ["公网地址"] * told
    for platform in configured.values():
        await platform.close()
