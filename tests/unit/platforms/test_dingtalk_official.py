"""The official client hears and acknowledges what our fake gateway sends: the fake speaks the real protocol."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import dingtalk_stream
import pytest
from dingtalk_stream import AckMessage, CallbackMessage, ChatbotMessage

from tests.fakes.dingtalk import CLIENT_ID, CLIENT_SECRET
from tests.fakes.dingtalk_gateway import OPEN, ROBOT, FakeGateway
from tests.patience import PATIENCE


class Handler(dingtalk_stream.ChatbotHandler):  # type: ignore[misc]
    """Keeps what was said."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[ChatbotMessage] = []

    async def process(self, callback: CallbackMessage) -> tuple[int, str]:
        self.heard.append(ChatbotMessage.from_dict(callback.data))
        return AckMessage.STATUS_OK, "OK"


def official(gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch, secret: str = CLIENT_SECRET) -> Any:
    monkeypatch.setattr(dingtalk_stream.DingTalkStreamClient, "OPEN_CONNECTION_API", gateway.base_url + OPEN)
    logger = logging.getLogger("official-client")
    client = dingtalk_stream.DingTalkStreamClient(dingtalk_stream.Credential(CLIENT_ID, secret), logger)
    client.get_host_ip = lambda: "127.0.0.1"
    return client


async def test_the_official_client_hears_and_acknowledges(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakeGateway() as gateway:
        client, handler = official(gateway, monkeypatch), Handler()
        client.register_callback_handler(ROBOT, handler)
        # It opens with a call that blocks, hence beside the loop; the second time it is told to stop.
        answers = [await asyncio.to_thread(client.open_connection)]

        def once() -> Any:
            if not answers:
                raise KeyboardInterrupt
            return answers.pop()

        client.open_connection = once
        running = asyncio.create_task(client.start())
        link = await gateway.link()
        assert link.topics == {("CALLBACK", ROBOT)}

        answer = await link.ack(await link.say("0101", "周三前给青禾食品寄样品", "m1"))
        assert (answer["code"], answer["data"]) == (200, {"response": "OK"})
        (message,) = handler.heard
        assert (message.sender_staff_id, message.message_id) == ("0101", "m1")
        assert message.text.content.strip() == "周三前给青禾食品寄样品"
        assert message.session_webhook.startswith(gateway.base_url)

        assert (await link.ping())["data"] == {"opaque": "7f3a-01"}
        await link.announce_end()
        await link.gone()
        async with asyncio.timeout(PATIENCE):
            await running
        assert gateway.unexpected == []

        leftover = [task for task in asyncio.all_tasks() if "keepalive" in repr(task.get_coro())]
        for task in leftover:
            task.cancel()
        await asyncio.gather(*leftover, return_exceptions=True)


async def test_the_official_client_is_refused_with_a_wrong_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakeGateway() as gateway:
        assert await asyncio.to_thread(official(gateway, monkeypatch, "wrong").open_connection) is None
        assert gateway.opened == []
