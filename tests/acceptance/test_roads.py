"""The real road: a platform's request in, committed, handled, and the answer out to the platform."""

from __future__ import annotations

import asyncio
import io
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from bot.server import MAX_BODY
from storage import sqlite
from storage.store import Store, StoreUnavailable
from storage.tables import Commitment
from tests.acceptance.world import World, turns, world
from tests.fakes import dingtalk as fake_dingtalk
from tests.fakes import wecom as fake_wecom
from tests.fakes.server import NOON

# --- WeCom ------------------------------------------------------------------------------------------------------------


async def test_wecom_a_message_is_acknowledged_and_answered(here: World) -> None:
    assert await here.wecom_says("LiSi", "【承诺】给青禾食品寄样品 今天下午5点", "9001") == (200, b"")
    assert await here.stored() == ["9001"]
    assert here.wecom.sent == []

    await here.settle()
    (sent,) = here.wecom.sent
    assert (sent.to, sent.kind) == ("lisi", "text")
    assert "#1" in sent.text
    assert "17:00" in sent.text


async def test_wecom_the_acknowledgement_waits_for_the_commit(here: World) -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()
    write = here.app.store.write

    async def slow(work: Any, lane: Any = "work") -> Any:
        entered.set()
        await go_on.wait()
        return await write(work, lane)

    setattr(here.app.store, "write", slow)  # noqa: B010
    request = asyncio.create_task(here.wecom_says("lisi", "我的承诺", "9002"))
    await entered.wait()
    await turns()
    assert not request.done()
    assert await here.stored() == []

    go_on.set()
    assert await request == (200, b"")
    assert await here.stored() == ["9002"]


async def test_wecom_a_reminder_comes_by_itself(here: World) -> None:
    await here.wecom_says("lisi", "【承诺】给青禾食品寄样品 今天下午5点", "9003")
    await here.settle()
    here.wecom.sent.clear()

    here.set(NOON + timedelta(hours=2, minutes=59))
    await here.tick()
    assert here.wecom.sent == []
    here.set(NOON + timedelta(hours=3, minutes=5))
    await here.tick()
    await here.tick()

    (sent,) = here.wecom.sent
    assert sent.to == "lisi"
    assert "#1" in sent.text
    assert [row.kind for row in await here.said()] == ["reply", "reminder"]


async def test_wecom_a_report_goes_to_the_supervisor_as_a_file(here: World) -> None:
    await here.wecom_says("lisi", "日报 今日：拜访青禾食品，谈妥试用 明日：寄样品 问题：交期紧", "9004")
    await here.settle()

    by_person = {name: [sent for sent in here.wecom.sent if sent.to == name] for name in ("lisi", "wangwu")}
    assert [sent.kind for sent in by_person["lisi"]] == ["text"]
    assert [sent.kind for sent in by_person["wangwu"]] == ["text", "file"]
    assert by_person["wangwu"][1].file == "日报-邵晴-2026-03-02.pdf"
    assert by_person["wangwu"][1].content.startswith(b"%PDF-")


async def test_wecom_the_address_check_is_answered(lite: World) -> None:
    query = lite.wecom.echo("4823191")
    async with lite.http.get(lite.base_url + "/wecom/app", params=query) as answer:
        assert (answer.status, await answer.read()) == (200, b"4823191")
    assert await lite.stored() == []


async def test_wecom_an_event_is_acknowledged_and_says_nothing(lite: World) -> None:
    stamp = int(NOON.timestamp())
    made = lite.wecom.callback(
        f"<xml><ToUserName>{fake_wecom.CORP_ID}</ToUserName><FromUserName>lisi</FromUserName>"
        f"<CreateTime>{stamp}</CreateTime><MsgType>event</MsgType><Event>enter_agent</Event></xml>"
    )
    assert await lite.post("/wecom/app", made.body, query=made.query) == (200, b"")
    await lite.settle()
    assert await lite.stored() == []
    assert lite.wecom.sent == []


# --- DingTalk ---------------------------------------------------------------------------------------------------------

ACKED = (200, b'{"msgtype":"empty"}')


async def test_dingtalk_a_message_is_answered_on_its_own_address(here: World) -> None:
    assert await here.dingtalk_says("0101", "【承诺】给青禾食品寄样品 今天下午5点", "d1") == ACKED
    await here.settle()

    (sent,) = here.dingtalk.sent
    assert (sent.to, sent.via) == ("0101", "session")
    assert "#1" in sent.text


async def test_dingtalk_a_bare_command_that_quotes_an_answer_is_said_of_its_record(lite: World) -> None:
    await lite.dingtalk_says("0101", "【承诺】给青禾食品寄样品 今天下午5点；给远帆寄合同 今天下午5点", "d1")
    await lite.settle()
    replied = {"msgType": "text", "msgId": "d0", "content": {"text": "#2 给远帆寄合同 今天 17:00 到期"}}
    reply = {"content": "完成", "isReplyMsg": True, "repliedMsg": replied}
    body = lite.dingtalk.text_body("0101", "完成", "d2") | {"text": reply}
    assert await lite.post("/dingtalk/robot", json.dumps(body).encode(), headers=lite.dingtalk.headers()) == ACKED
    await lite.settle()
    assert "#2" in lite.dingtalk.sent[-1].text
    assert "#1" not in lite.dingtalk.sent[-1].text


async def test_dingtalk_an_expired_address_becomes_a_private_message(here: World) -> None:
    await here.dingtalk_says("0101", "我的承诺", "d2")
    here.shift(timedelta(hours=2))
    await here.settle()

    assert [(sent.to, sent.via) for sent in here.dingtalk.sent] == [("0101", "private")]


async def test_dingtalk_an_address_forgotten_by_the_platform_becomes_a_private_message(here: World) -> None:
    await here.dingtalk_says("0101", "我的承诺", "d3")
    here.dingtalk.forget_sessions()
    await here.settle()

    assert [(sent.to, sent.via) for sent in here.dingtalk.sent] == [("0101", "private")]


IN_GROUP: dict[str, Any] = {"conversationType": "2", "conversationId": "cidSouth==", "conversationTitle": "华东销售群"}


async def test_dingtalk_a_group_is_answered_in_the_group_and_who_is_meant_is_named(here: World) -> None:
    body = IN_GROUP | {"atUsers": [{"dingtalkId": "$:LWCP_v1:$robot"}, {"dingtalkId": "x", "staffId": "0101"}]}
    assert await here.dingtalk_says("0102", "【承诺】给云帆物流报价 今天下午5点", "d4", **body) == ACKED
    await here.settle()

    (sent,) = here.dingtalk.sent
    assert (sent.to, sent.via, sent.at) == ("cidSouth==", "session", ("0101",))
    assert here.dingtalk.unexpected == []
    (row,) = await here.said()
    assert row.kind == "reply"


async def test_dingtalk_a_group_is_pushed_to_by_the_robot(here: World) -> None:
    await here.dingtalk_says("0101", "【承诺】给云帆物流报价 今天下午5点", "d5", **IN_GROUP)
    await here.settle()
    here.dingtalk.sent.clear()

    here.set(NOON + timedelta(hours=3, minutes=5))
    await here.tick()

    (sent,) = here.dingtalk.sent
    assert (sent.to, sent.via) == ("cidSouth==", "group")
    assert "#1" in sent.text


async def test_dingtalk_a_late_answer_to_a_group_is_pushed(here: World) -> None:
    await here.dingtalk_says("0101", "我的承诺", "d6", **IN_GROUP)
    here.shift(timedelta(hours=2))
    await here.settle()

    assert [(sent.to, sent.via) for sent in here.dingtalk.sent] == [("cidSouth==", "group")]


async def test_a_reply_address_of_another_host_is_not_used(here: World) -> None:
    await here.dingtalk_says(
        "0101", "我的承诺", "d7", sessionWebhook="http://127.0.0.1:9/robot/sendBySession?session=1"
    )
    await here.settle()

    assert [(sent.to, sent.via) for sent in here.dingtalk.sent] == [("0101", "private")]


# --- the same message again -------------------------------------------------------------------------------------------


async def test_a_redelivered_message_is_acknowledged_and_answered_once(here: World) -> None:
    made = here.wecom.text_callback("lisi", "【承诺】给青禾食品寄样品 周五", "9010")
    data = here.dingtalk.text_body("0101", "【承诺】给云帆物流报价 周五", "d10")

    async def dingtalk() -> int:
        headers = here.dingtalk.headers()
        async with here.http.post(here.base_url + "/dingtalk/robot", json=data, headers=headers) as answer:
            return answer.status

    first = await asyncio.gather(*(here.post("/wecom/app", made.body, query=made.query) for _ in range(4)))
    assert first == [(200, b"")] * 4
    assert await asyncio.gather(*(dingtalk() for _ in range(4))) == [200] * 4
    await here.settle()
    assert await here.post("/wecom/app", made.body, query=made.query) == (200, b"")
    assert await dingtalk() == 200
    await here.settle()

    assert sorted(await here.stored()) == ["9010", "d10"]
    assert len(here.wecom.sent) == len(here.dingtalk.sent) == 1
    assert len(await here.said()) == 2


# --- what is refused --------------------------------------------------------------------------------------------------


async def refused(here: World, answer: tuple[int, bytes], status: int) -> None:
    assert answer == (status, b"")
    await here.settle()
    assert await here.stored() == []
    assert not here.wecom.sent
    assert not here.dingtalk.sent


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"msg_signature": "0" * 40}, 403),
        ({"msg_signature": ""}, 403),
        ({"nonce": "another"}, 403),
        ({"timestamp": "1"}, 403),
        ({"timestamp": "soon"}, 403),
    ],
    ids=str,
)
async def test_wecom_a_wrong_signature_is_refused(lite: World, change: dict[str, str], status: int) -> None:
    made = lite.wecom.text_callback("lisi", "我的承诺", "9020")
    await refused(lite, await lite.post("/wecom/app", made.body, query=made.query | change), status)


async def test_wecom_a_message_of_yesterday_is_refused(lite: World) -> None:
    made = lite.wecom.text_callback("lisi", "我的承诺", "9021")
    lite.shift(timedelta(days=1))
    await refused(lite, await lite.post("/wecom/app", made.body, query=made.query), 403)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"<xml>", b"{}", b"<xml><Encrypt/></xml>", b"a" * 4096])
async def test_wecom_a_broken_body_is_refused(lite: World, body: bytes) -> None:
    made = lite.wecom.text_callback("lisi", "我的承诺", "9022")
    await refused(lite, await lite.post("/wecom/app", body, query=made.query), 400)


@pytest.mark.parametrize("path", ["/wecom/app", "/dingtalk/robot"])
async def test_a_body_over_the_limit_is_refused(lite: World, path: str) -> None:
    await refused(lite, await lite.post(path, b"x" * (MAX_BODY + 1), headers=lite.dingtalk.headers()), 413)


@pytest.mark.parametrize("path", ["/wecom/app", "/dingtalk/robot"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
async def test_another_method_is_refused(lite: World, path: str, method: str) -> None:
    async with lite.http.request(method, lite.base_url + path) as answer:
        await refused(lite, (answer.status, await answer.read()), 405)


async def test_dingtalk_is_not_read_with_get(lite: World) -> None:
    async with lite.http.get(lite.base_url + "/dingtalk/robot", headers=lite.dingtalk.headers()) as answer:
        await refused(lite, (answer.status, await answer.read()), 405)


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"sign": "AAAA"}, 403), ({"sign": ""}, 403), ({"timestamp": "1"}, 403), ({"timestamp": "x"}, 403)],
    ids=str,
)
async def test_dingtalk_a_wrong_signature_is_refused(lite: World, headers: dict[str, str], status: int) -> None:
    answer = await lite.post("/dingtalk/robot", b"{}", headers=lite.dingtalk.headers() | headers)
    await refused(lite, answer, status)


async def test_dingtalk_a_stale_message_is_refused(lite: World) -> None:
    headers = lite.dingtalk.headers(NOON - timedelta(hours=2))
    await refused(lite, await lite.post("/dingtalk/robot", b"{}", headers=headers), 403)


@pytest.mark.parametrize(("body", "status"), [(b"", 400), (b"[]", 400), (b"{", 400), (b"\xff", 400), (b"{}", 403)])
async def test_dingtalk_a_broken_body_is_refused(lite: World, body: bytes, status: int) -> None:
    await refused(lite, await lite.post("/dingtalk/robot", body, headers=lite.dingtalk.headers()), status)


async def test_an_unknown_path_does_not_exist(lite: World) -> None:
    for path in ("/", "/wecom", "/wecom/app/", "/wecom/bot", "/admin", "/../etc/passwd"):
        status, _ = await lite.get(path)
        assert status == 404


@pytest.mark.parametrize("configured", ["wecom", "dingtalk"])
async def test_a_platform_without_its_secrets_has_no_route(tmp_path: Path, configured: str) -> None:
    async with world(f"sqlite:///{tmp_path / 'yinuo.db'}", platforms=[configured]) as here:
        made = here.wecom.text_callback("lisi", "我的承诺", "9030")
        wecom, _ = await here.post("/wecom/app", made.body, query=made.query)
        dingtalk, _ = await here.dingtalk_says("0101", "我的承诺", "d30")
        assert {"wecom": wecom, "dingtalk": dingtalk} == {"wecom": 404, "dingtalk": 404} | {configured: 200}


# --- without the database ---------------------------------------------------------------------------------------------


async def test_a_message_the_database_cannot_take_is_not_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    async with world(f"sqlite:///{tmp_path / 'yinuo.db'}") as here:
        other = sqlite3.connect(tmp_path / "yinuo.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        made = here.wecom.text_callback("lisi", "【承诺】给青禾食品寄样品 周五", "9040")

        assert await here.post("/wecom/app", made.body, query=made.query) == (503, b"")
        assert await here.dingtalk_says("0101", "我的承诺", "d40") == (503, b"")
        assert (await here.get("/healthz"))[0] == 200
        assert (await here.get("/readyz"))[0] == 503
        assert await here.stored() == []

        other.execute("ROLLBACK")
        other.close()
        assert (await here.get("/readyz"))[0] == 200
        assert await here.post("/wecom/app", made.body, query=made.query) == (200, b"")
        await here.settle()
        assert len(here.wecom.sent) == 1


@asynccontextmanager
async def full_disk(store: Store, room: int) -> AsyncIterator[None]:
    """In here the file of this store finds room for this many pages more and for no others, whoever opens it."""

    def used(session: Session) -> int:
        return int(session.connection().exec_driver_sql("PRAGMA page_count").scalar_one())

    def cap(raw: Any, _record: Any) -> None:
        raw.execute(f"PRAGMA max_page_count = {limit}")

    limit = await store.read(used) + room
    event.listen(Engine, "connect", cap)
    try:
        # The connection there is already.
        await store.write(lambda session: cap(session.connection().connection, None))
        yield
    finally:
        event.remove(Engine, "connect", cap)
        limit = 2**30
        await store.write(lambda session: cap(session.connection().connection, None))


async def test_a_full_disk_acknowledges_nothing_that_is_not_stored(tmp_path: Path) -> None:
    texts = {f"f{number}": f"【承诺】给青禾食品寄样品{number} 周五，" + "样" * 400 for number in range(30)}
    statuses: dict[str, int] = {}
    async with world(f"sqlite:///{tmp_path / 'yinuo.db'}") as here:
        async with full_disk(here.app.store, room=6):
            for key, text in texts.items():
                statuses[key] = (await here.wecom_says("lisi", text, key))[0]
                statuses["d" + key] = (await here.dingtalk_says("0101", text, "d" + key))[0]
            assert set(statuses.values()) == {200, 503}
            taken = {key for key, status in statuses.items() if status == 200}
            assert set(await here.stored()) == taken

            # What was acknowledged finds no room to be handled in: it stays in line, and nobody hears of it by halves.
            for _ in range(8):
                with pytest.raises(StoreUnavailable):
                    await here.app.worker.drain()
                here.shift(timedelta(minutes=1))
            await here.app.delivery.drain()
            assert not here.wecom.sent
            assert not here.dingtalk.sent

        for key in texts.keys() - taken:
            assert (await here.wecom_says("lisi", texts[key], key))[0] == 200
        await here.settle()
        matters = await here.app.store.read(lambda session: session.exec(select(Commitment.matter)).all())
        assert len(matters) == len(taken | texts.keys())
        verdict = await here.app.store.read(lambda s: s.connection().exec_driver_sql("PRAGMA integrity_check").scalar())
        assert verdict == "ok"


@pytest.mark.postgres
async def test_a_postgres_that_goes_and_comes_back(postgres_url: str, postgres_server: str) -> None:
    name = urlsplit(postgres_url).path.removeprefix("/")
    async with world(postgres_url) as here:
        admin = await asyncpg.connect(postgres_server)
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        made = here.wecom.text_callback("lisi", "我的承诺", "9041")
        assert await here.post("/wecom/app", made.body, query=made.query) == (503, b"")
        assert (await here.get("/readyz"))[0] == 503
        assert (await here.get("/healthz"))[0] == 200

        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        await admin.close()
        assert await here.post("/wecom/app", made.body, query=made.query) == (200, b"")
        assert (await here.get("/readyz"))[0] == 200
        await here.settle()
        assert len(here.wecom.sent) == 1


# --- what operators see -----------------------------------------------------------------------------------------------


async def test_health_readiness_and_metrics(here: World) -> None:
    assert await here.get("/healthz") == (200, "ok\n")
    assert await here.get("/readyz") == (200, "ready: inbox 0, outbox 0\n")
    await here.wecom_says("lisi", "我的承诺", "9050")
    assert await here.get("/readyz") == (200, "ready: inbox 1, outbox 0\n")
    await here.post("/wecom/app", b"x")
    await here.settle()

    status, text = await here.get("/metrics")
    assert status == 200
    assert 'yinuo_messages_received_total{platform="wecom"} 1.0' in text
    assert 'yinuo_requests_refused_total{platform="wecom",status="400"} 1.0' in text
    assert 'yinuo_messages_said_total{kind="reply"} 1.0' in text
    assert "yinuo_inbox_waiting 0.0" in text


async def test_no_secret_and_no_phone_number_is_logged(lite: World, all_logs: io.StringIO) -> None:
    words = "【线索】青禾食品 汪经理 13912345678 官网 预算30万 上海"
    assert (await lite.wecom_says("lisi", words, "9060"))[0] == 200
    assert (await lite.dingtalk_says("0101", words.replace("青禾", "云帆"), "d60"))[0] == 200
    await lite.settle()
    lite.wecom.expire_tokens()
    lite.wecom.people.clear()
    await lite.wecom_says("lisi", "我的承诺", "9061")
    await lite.post("/wecom/app", b"<xml>13912345678</xml>", query={"msg_signature": "x", "timestamp": "1"})
    await lite.post("/dingtalk/robot", b'{"phone": "13912345678"}', headers=lite.dingtalk.headers())
    await lite.settle()

    text = all_logs.getvalue()
    assert "worker.answered" in text
    assert "delivery.failed" in text
    assert "server.refused" in text
    for secret in (
        "13912345678",
        "13700001234",
        "fake-token",
        fake_wecom.SECRET,
        fake_wecom.TOKEN,
        fake_wecom.AES_KEY,
        fake_dingtalk.CLIENT_SECRET,
        "session=0000",
        "青禾",
    ):
        assert secret not in text
