"""Messages on their way through the inbox: whole, but for what somebody else said."""

from __future__ import annotations

from datetime import UTC, datetime

from bot import letters
from bot.types import Attachment, Inbound, Mention

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def test_a_message_comes_out_as_it_went_in() -> None:
    message = Inbound(
        platform="dingtalk",
        message_id="m1",
        user_id="0101",
        text="完成",
        sent_at=AT,
        user_name="小邹",
        chat_id="cid1",
        chat_name="华南群",
        mentions=(Mention("0102", "周青"),),
        attachments=(Attachment("image", "单.jpg", "ref"),),
        reply_url="https://example.com/r",
        reply_until=AT,
        quoted="#12 #13",
        spoken=True,
    )
    assert letters.unpack("dingtalk", "m1", AT, letters.pack(message)) == message


def test_of_a_quote_the_record_numbers_alone_are_kept() -> None:
    message = Inbound("dingtalk", "m1", "0101", "完成", AT, quoted="#12 给周青 13800138000 送样，明天到期 #1234567890")
    assert letters.pack(message)["quoted"] == "#12"
    assert "quoted" not in letters.pack(Inbound("dingtalk", "m1", "0101", "完成", AT, quoted="给周青送样"))
