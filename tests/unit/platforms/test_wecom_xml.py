from __future__ import annotations

import pytest

from bot.platforms.wecom_xml import MAX_DEPTH, MAX_ELEMENTS, Malformed, read_fields


def test_the_text_directly_under_the_root_is_read() -> None:
    document = "<xml><A><![CDATA[a<b]]> &amp; &#x597d;</A>\n<B>1</B><Empty/></xml>"
    assert read_fields(document.encode()) == {"A": "a<b & 好", "B": "1", "Empty": ""}


def test_what_lies_deeper_is_passed_over() -> None:
    document = b"<xml><List>x<Item>1</Item><Item>2</Item>y</List><After>z</After></xml>"
    assert read_fields(document) == {"After": "z"}


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<xml>",
        b"<other><A>1</A></other>",
        b"<xml><A>1</A><A>2</A></xml>",
        b"<xml><A>&unknown;</A></xml>",
        b"<xml><A>\x00</A></xml>",
        b"<xml><A>&#0;</A></xml>",
        b"<xml><A>&#xD800;</A></xml>",
        b"<xml><A>\xed\xa0\x80</A></xml>",
        b"<!DOCTYPE xml><xml><A>1</A></xml>",
        b'<!DOCTYPE xml [<!ENTITY a "b">]><xml><A>1</A></xml>',
        b'<!DOCTYPE xml SYSTEM "file:///etc/hostname"><xml><A>1</A></xml>',
        "<xml><A>中</A></xml>".encode("gb18030"),
    ],
)
def test_anything_else_is_malformed(document: bytes) -> None:
    with pytest.raises(Malformed):
        read_fields(document)


def test_depth_and_number_are_bounded() -> None:
    def nested(depth: int) -> bytes:
        return b"<xml>" + b"<a>" * (depth - 1) + b"</a>" * (depth - 1) + b"</xml>"

    def many(count: int) -> bytes:
        return b"<xml><a>" + b"<b/>" * (count - 2) + b"</a></xml>"

    assert read_fields(nested(MAX_DEPTH)) == {}
    assert read_fields(many(MAX_ELEMENTS)) == {}
    for document in (nested(MAX_DEPTH + 1), many(MAX_ELEMENTS + 1), nested(100_000)):
        with pytest.raises(Malformed):
            read_fields(document)
