"""What people sent, fetched from each platform: whole, or one typed error that says whether to try again."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from aiohttp import web

from bot.errors import Misconfigured, Rejected, SendError, Temporary, Throttled, Unreachable, UsedUp
from bot.platforms.client import Client
from bot.platforms.dingtalk import CALLS, DingtalkRobot
from bot.platforms.dingtalk_stream import DingtalkStream
from bot.platforms.download import allowed, download, host_of
from bot.platforms.wecom_app import WecomApp
from bot.platforms.wecom_bot_callback import WecomBotCallback
from bot.platforms.wecom_bot_media import MediaRef
from bot.types import Fetched, Fetcher
from tests.fakes import dingtalk as fake_dingtalk
from tests.fakes import wecom as fake_wecom
from tests.fakes import wecom_bot as fake_wecom_bot
from tests.fakes.dingtalk import DOWNLOAD, FILE, FakeDingtalk
from tests.fakes.server import BAN_PAGE, NOON, FakeServer, Fault
from tests.fakes.wecom import MEDIA, FakeWecom
from tests.fakes.wecom_gateway import FakeGateway

PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
MOST = 20_000


@dataclass
class Stage:
    """A platform in front of its fake, the reference of a photo there, and the path its bytes come from."""

    fetch: Callable[..., Awaitable[Fetched]]
    fake: FakeWecom | FakeDingtalk | FakeGateway
    ref: str
    path: str

    async def error(self, ref: str | None = None, most: int = MOST) -> SendError:
        with pytest.raises(SendError) as caught:
            await self.fetch(self.ref if ref is None else ref, NOON, most)
        return caught.value


@asynccontextmanager
async def wecom() -> AsyncIterator[Stage]:
    async with FakeWecom() as fake:
        app = WecomApp(
            corp_id=fake_wecom.CORP_ID,
            agent_id=fake_wecom.AGENT_ID,
            secret=fake_wecom.SECRET,
            token=fake_wecom.TOKEN,
            aes_key=fake_wecom.AES_KEY,
            api_base=fake.base_url,
        )
        assert isinstance(app, Fetcher)
        fake.files["sent-1"] = ("现场.jpg", PHOTO, NOON + timedelta(days=3))
        yield Stage(app.fetch, fake, "sent-1", MEDIA)
        await app.close()


def robot_of(fake: FakeDingtalk) -> DingtalkRobot:
    return DingtalkRobot(
        client_id=fake_dingtalk.CLIENT_ID,
        client_secret=fake_dingtalk.CLIENT_SECRET,
        api_base=fake.base_url,
        oapi_base=fake.base_url,
    )


@asynccontextmanager
async def dingtalk() -> AsyncIterator[Stage]:
    async with FakeDingtalk() as fake:
        robot = robot_of(fake)
        assert isinstance(robot, Fetcher)
        assert isinstance(DingtalkStream(robot), Fetcher)
        yield Stage(DingtalkStream(robot).fetch, fake, fake.keep(PHOTO), FILE)
        await robot.close()


@asynccontextmanager
async def wecom_bot() -> AsyncIterator[Stage]:
    async with FakeGateway() as fake:
        bot = WecomBotCallback(
            token=fake_wecom_bot.TOKEN,
            aes_key=fake_wecom_bot.AES_KEY,
            api_base=fake.base_url,
            media_hosts=(fake.base_url,),
        )
        assert isinstance(bot, Fetcher)
        ref = MediaRef(fake.encrypted("photo", PHOTO, fake_wecom_bot.AES_KEY)["url"]).pack()
        yield Stage(bot.fetch, fake, ref, "/media/photo")
        await bot.close()


STAGES = {"wecom": wecom, "dingtalk": dingtalk, "wecom_bot": wecom_bot}


@pytest.fixture(params=STAGES)
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with STAGES[request.param]() as made:
        yield made


@pytest.fixture
async def app() -> AsyncIterator[Stage]:
    async with wecom() as made:
        yield made


@pytest.fixture
async def robot() -> AsyncIterator[Stage]:
    async with dingtalk() as made:
        yield made


async def test_a_photo_comes_as_it_was_sent(stage: Stage) -> None:
    assert (await stage.fetch(stage.ref, NOON, len(PHOTO))).content == PHOTO
    assert stage.fake.unexpected == []


async def test_a_file_that_is_too_large_is_not_tried_again(stage: Stage) -> None:
    assert isinstance(await stage.error(most=len(PHOTO) - 64), Rejected)


async def test_a_reference_that_is_over_is_not_tried_again(stage: Stage) -> None:
    stage.fake.now += timedelta(days=3)
    assert isinstance(await stage.error(), Unreachable)


def broken(stage: Stage, fault: Fault) -> None:
    # The gateway fails by commands; its files by their path as everywhere.
    # What only asks is asked once more by itself when the connection breaks off.
    for _ in range(2 if fault.reset else 1):
        FakeServer.fail(stage.fake, stage.path, fault)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(status=500, body="no"), Temporary),
        (Fault(status=504, body="no"), Temporary),
        (Fault(status=429, body="no"), Throttled),
        (Fault(reset=True), Temporary),
        (Fault(status=404, body="no"), Unreachable),
        (Fault(status=302, body="no"), Rejected),
    ],
    ids=lambda value: value.status if isinstance(value, Fault) else value.__name__,
)
async def test_what_a_failure_means(stage: Stage, fault: Fault, kind: type[SendError]) -> None:
    broken(stage, fault)
    assert type(await stage.error()) is kind
    if issubclass(kind, Temporary):
        assert (await stage.fetch(stage.ref, NOON, MOST)).content == PHOTO


async def test_no_error_and_no_log_holds_the_reference_or_the_address(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for fault in (Fault(status=500, body="no"), Fault(reset=True), Fault(status=403, body="no")):
        broken(stage, fault)
        told = str(await stage.error())
        assert "http" not in told
        assert "token" not in told
        assert stage.ref not in told + caplog.text


# --- WeCom's app ------------------------------------------------------------------------------------------------------


async def test_a_refused_token_is_renewed_once(app: Stage) -> None:
    await app.fetch(app.ref, NOON, MOST)
    app.fake.expire_tokens()
    assert (await app.fetch(app.ref, NOON, MOST)).content == PHOTO
    assert app.fake.count("/cgi-bin/gettoken") == 2


@pytest.mark.parametrize(
    ("code", "kind"), [(40007, Unreachable), (45009, Throttled), (-1, Temporary), (60020, Misconfigured)]
)
async def test_an_error_told_as_json_is_no_file(app: Stage, code: int, kind: type[SendError]) -> None:
    app.fake.fail(MEDIA, Fault(body={"errcode": code, "errmsg": "no"}))
    assert type(await app.error()) is kind


async def test_a_file_that_holds_json_is_a_file(app: Stage) -> None:
    content = b'{"errcode": 40014, "errmsg": "mine"}'
    assert isinstance(app.fake, FakeWecom)
    app.fake.files["sent-2"] = ("配置.json", content, NOON + timedelta(days=3))
    assert (await app.fetch("sent-2", NOON, MOST)).content == content


# --- DingTalk ---------------------------------------------------------------------------------------------------------


async def test_a_file_takes_one_call_also_when_its_bytes_do_not_come(robot: Stage) -> None:
    assert (await robot.fetch(robot.ref, NOON, MOST)).spent == {CALLS: 1}
    broken(robot, Fault(status=500, body="no"))
    assert (await robot.error()).spent == {CALLS: 1}
    robot.fake.fail(DOWNLOAD, Fault(status=500, body="no"))
    assert (await robot.error()).spent == {}


async def test_a_month_that_is_used_up_is_told_apart(robot: Stage) -> None:
    robot.fake.fail(DOWNLOAD, Fault(403, {"code": "Forbidden.AccessDenied.ApiCountLimitForOrg", "message": "no"}))
    assert isinstance(await robot.error(), UsedUp)


async def test_the_ban_of_the_gateway_is_kept_to(robot: Stage) -> None:
    robot.fake.fail(DOWNLOAD, Fault(403, BAN_PAGE))
    assert isinstance(await robot.error(), Throttled)
    assert isinstance(await robot.error(), Throttled)
    assert robot.fake.count(DOWNLOAD) == 1


HOSTILE = (
    "http://127.0.0.1:9/x",
    "http://169.254.169.254/latest/meta-data",
    "https://[::1]/x",
    "http://10.0.0.8/x",
    "https://dingtalk.com.evil.test/x",
    "https://evildingtalk.com/x",
    "https://down.dingtalk.com@127.0.0.1/x",
    "https://down.dingtalk.com:8443/x",
    "http://down.dingtalk.com:443/x",
    "https://DOWN.dingtalk.com%2eevil.test/x",
    "https://down.dingtalk.com\\@evil.test/x",
    "//down.dingtalk.com/x",
    "file:///etc/passwd",
    "ftp://down.dingtalk.com/x",
    "https://down.dingtalk.com/\nx",
    "https://[::1",
    "https://down.dingtalk.com/" + "x" * 9000,
)


@pytest.mark.parametrize("url", HOSTILE, ids=lambda url: url[:40])
async def test_a_file_elsewhere_is_never_fetched(robot: Stage, url: str) -> None:
    assert isinstance(robot.fake, FakeDingtalk)
    robot.fake.elsewhere = url
    assert isinstance(await robot.error(), Rejected)


@pytest.mark.parametrize(
    "url",
    ["https://down.dingtalk.com/x?s=1", "http://team.oss-cn-beijing.aliyuncs.com/x", "https://IMG.alicdn.com:443/x"],
)
def test_the_hosts_of_the_platform_are_allowed(url: str) -> None:
    assert allowed(url, (".dingtalk.com", ".aliyuncs.com", ".alicdn.com"), ("https", "http"))


def test_of_an_address_the_log_gets_the_host_alone() -> None:
    assert host_of("https://user:secret@evil.test/path?token=1") == "evil.test"
    assert host_of("https://[::1") == "?"


# --- what anybody may answer ------------------------------------------------------------------------------------------


class Strange(FakeServer):
    """A host of files that is not to be trusted."""

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/endless", self._endless), web.get("/packed", self._packed), web.get("/nothing", self._none)]

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            try:
                await response.write(b"x" * 4096)
            except ConnectionError:
                return response

    async def _packed(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})

    async def _none(self, request: web.Request) -> web.StreamResponse:
        return web.Response()


@pytest.mark.parametrize(("path", "kind"), [("/endless", Rejected), ("/packed", Rejected), ("/nothing", Temporary)])
async def test_a_strange_answer_ends(path: str, kind: type[SendError]) -> None:
    async with Strange() as fake, Client(trust_env=False) as client:
        with pytest.raises(kind):
            await download(client, fake.base_url + path, most=100_000)


async def test_an_address_nobody_can_read_is_rejected() -> None:
    async with Client(trust_env=False) as client:
        with pytest.raises(Rejected):
            await download(client, "http://a\x00b/", most=10)
