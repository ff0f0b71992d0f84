from __future__ import annotations

import base64
import struct
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto.cryptography import WeChatCipher

from bot.platforms.wecom_crypto import Envelope
from bot.types import Refused

TOKEN = "Tk9kMockToken"
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
CORP = "wwmockcorpid00001"
STAMP, NONCE = "1760000000", "n0nce42"
THEN = datetime.fromtimestamp(1760000000, UTC)

ECHO = "4j/AuRx71kQlxVlzbpsMWEvLrpWsM+gCp1mfYzsBsx78HrHhJgqD3NPdsVfPM5f6Cpd+Kwei+1m+NOXeW8XWEQ=="
ECHO_SIGNATURE = "17a255fa0a8668d3a2a0e9d19c9dfeba50bdeee3"
BOT = (
    "4j/AuRx71kQlxVlzbpsMWOvKyHtZMVv9BB/YVNIvSRCWZglc4qYXUOb7yMBZf35PwV1xwkM/O/wGhZuUztlRioWPdzWSKumPKMCM08iPUOWNHZIy"
    "JKNLbJgVyhFDS3hFy88Ux9Y89v47UKUKkYAyjsiGheNcKIJbmL975TXDHamKXfr8PaLSfhh9QOEaljr1CoATTD1LvICbLGrLx0ILMQ=="
)
BOT_SIGNATURE = "f2763ee99005c043be44d83c31c49c3a5adc1ee4"


def sealed_by_hand(plain: bytes) -> str:
    encrypted: bytes = WeChatCipher(base64.b64decode(KEY + "=")).encrypt(plain)
    return base64.b64encode(encrypted).decode()


def refused(envelope: Envelope, encrypted: str, **changed: str) -> Refused:
    given = {"signature": envelope.sign(STAMP, NONCE, encrypted), "timestamp": STAMP, "nonce": NONCE} | changed
    with pytest.raises(Refused) as caught:
        envelope.open(encrypted, given["signature"], given["timestamp"], given["nonce"], THEN)
    return caught.value


def test_the_vector_of_a_self_built_app() -> None:
    envelope = Envelope(TOKEN, KEY, CORP)
    assert envelope.open(ECHO, ECHO_SIGNATURE, STAMP, NONCE, THEN) == b"6151234567890"


def test_the_vector_of_a_bot_without_receive_id() -> None:
    opened = Envelope(TOKEN, KEY, "").open(BOT, BOT_SIGNATURE, STAMP, NONCE, THEN).decode()
    assert opened.startswith('{"msgid":"m-1"')
    assert opened.endswith('{"content":"你好"}}')


@given(message=st.text(), receive_id=st.sampled_from(["", CORP]))
def test_what_is_sealed_opens_again(message: str, receive_id: str) -> None:
    message = message.encode("utf-8", "ignore").decode()
    envelope = Envelope(TOKEN, KEY, receive_id)
    encrypted, signature = envelope.seal(message, STAMP, NONCE)
    assert envelope.open(encrypted, signature, STAMP, NONCE, THEN) == message.encode()


@pytest.mark.parametrize(
    "signature", ["", "0" * 40, ECHO_SIGNATURE[:-1], ECHO_SIGNATURE.upper(), ECHO_SIGNATURE + "0", "签名", "\ud800"]
)
def test_a_wrong_signature_is_refused(signature: str) -> None:
    assert refused(Envelope(TOKEN, KEY, CORP), ECHO, signature=signature).status == 403


def test_another_token_is_refused() -> None:
    signature = Envelope("another", KEY, CORP).sign(STAMP, NONCE, ECHO)
    assert refused(Envelope(TOKEN, KEY, CORP), ECHO, signature=signature).status == 403


def test_somebody_elses_message_is_refused() -> None:
    assert refused(Envelope(TOKEN, KEY, "wwanothercorp"), ECHO).status == 403
    assert refused(Envelope(TOKEN, KEY, ""), ECHO).status == 403
    assert refused(Envelope(TOKEN, KEY, CORP), BOT).status == 403


@pytest.mark.parametrize("seconds", [-301, 301, 86400 * 365])
def test_a_stale_timestamp_is_refused(seconds: int) -> None:
    envelope = Envelope(TOKEN, KEY, CORP)
    with pytest.raises(Refused) as caught:
        envelope.open(ECHO, ECHO_SIGNATURE, STAMP, NONCE, THEN + timedelta(seconds=seconds))
    assert caught.value.status == 403


@pytest.mark.parametrize("timestamp", ["", "soon", "1760000000.5", "-1", "１７６００００００００", "9" * 400])
def test_a_timestamp_that_is_none_is_refused(timestamp: str) -> None:
    envelope = Envelope(TOKEN, KEY, CORP)
    signature = envelope.sign(timestamp, NONCE, ECHO)
    assert refused(envelope, ECHO, timestamp=timestamp, signature=signature).status == 403


@pytest.mark.parametrize("pad", [0, 33, 255])
def test_an_impossible_padding_is_refused(pad: int) -> None:
    body = b"r" * 16 + struct.pack(">I", 2) + b"hi" + CORP.encode()
    plain = body.ljust(79, b"\0") + bytes([pad])
    assert refused(Envelope(TOKEN, KEY, CORP), sealed_by_hand(plain)).status == 400


def test_a_padding_of_different_bytes_is_refused() -> None:
    body = b"r" * 16 + struct.pack(">I", 2) + b"hi" + CORP.encode()
    pad = 64 - len(body)
    good = body + bytes([pad]) * pad
    envelope = Envelope(TOKEN, KEY, CORP)
    assert envelope.open(*_signed(envelope, sealed_by_hand(good)), THEN) == b"hi"
    assert refused(envelope, sealed_by_hand(good[:-2] + b"\x01" + good[-1:])).status == 400


def _signed(envelope: Envelope, encrypted: str) -> tuple[str, str, str, str]:
    return encrypted, envelope.sign(STAMP, NONCE, encrypted), STAMP, NONCE


@pytest.mark.parametrize("length", [1 << 31, 12, 0xFFFFFFFF])
def test_a_length_beyond_the_end_is_refused(length: int) -> None:
    body = b"r" * 16 + struct.pack(">I", length) + b"hello"
    pad = 32 - len(body)
    assert refused(Envelope(TOKEN, KEY, CORP), sealed_by_hand(body + bytes([pad]) * pad)).status == 400


@pytest.mark.parametrize("encrypted", ["", "AAAA", "====", "?", "密文", ECHO[:-4], ECHO[:21], ECHO[:24], ECHO + "A"])
def test_a_ciphertext_cut_off_or_garbled_is_refused(encrypted: str) -> None:
    assert refused(Envelope(TOKEN, KEY, CORP), encrypted).status in (400, 403)


@given(plain=st.binary(min_size=1, max_size=160).map(lambda raw: raw.ljust(-(-len(raw) // 16) * 16, raw[-1:])))
def test_any_signed_plaintext_is_opened_or_refused(plain: bytes) -> None:
    envelope = Envelope(TOKEN, KEY, CORP)
    with suppress(Refused):
        assert envelope.open(*_signed(envelope, sealed_by_hand(plain)), THEN) in plain


@pytest.mark.parametrize("key", ["", KEY[:-1], KEY + "A", KEY[:-1] + "=", KEY[:-1] + "\n", "钥" * 43])
def test_a_key_of_another_form_is_an_error(key: str) -> None:
    with pytest.raises(ValueError, match="43"):
        Envelope(TOKEN, key, CORP)


def test_a_key_with_spare_bits_in_its_last_character_works() -> None:
    key = KEY[:-1] + "9"
    envelope = Envelope(TOKEN, key, CORP)
    encrypted, signature = envelope.seal("ok", STAMP, NONCE)
    assert envelope.open(encrypted, signature, STAMP, NONCE, THEN) == b"ok"
