"""The envelope WeCom puts around callbacks, the same for self-built apps (XML) and 智能机器人 (JSON).

Sealing is wechatpy's. Its way of opening compares signatures in a time that tells of them, looks at no timestamp,
checks no padding and builds its ciphers anew each time, so opening is done here on `cryptography`; and all that can be
wrong ends in one error type.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bot.types import Probe, RawRequest, Refused

FRESHNESS = timedelta(seconds=300)
KEY_CHARS = 43

_BLOCK = 32
_HEAD = 20  # 16 random bytes and the length
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


class Envelope:
    """Opens and seals what is exchanged under one callback token and key.

    `aes_key` is the EncodingAESKey of the console, 43 characters; anything else is a ValueError. `receive_id` is the
    corp id for a self-built app and empty for a 智能机器人.
    """

    def __init__(self, token: str, aes_key: str, receive_id: str, freshness: timedelta = FRESHNESS) -> None:
        if not re.fullmatch(rf"[A-Za-z0-9+/]{{{KEY_CHARS}}}", aes_key):
            raise ValueError(f"the EncodingAESKey has {KEY_CHARS} letters and digits")
        self._token = token.encode("utf-8", "replace")
        self._key = base64.b64decode(aes_key + "=")
        self._cipher = Cipher(AES(self._key), CBC(self._key[:16]))
        self._receive_id = receive_id.encode()
        self._freshness = freshness.total_seconds()

    def open(self, encrypted: str, signature: str, timestamp: str, nonce: str, now: datetime) -> bytes:
        """Return the message inside, verified to be WeCom's, meant for us, and fresh at `now`.

        Raises Refused: 403 for a wrong signature, a stale timestamp or somebody else's message, 400 for one that
        cannot be decrypted.
        """
        expected = self.sign(timestamp, nonce, encrypted)
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
            raise Refused("wrong signature")
        if not _TIMESTAMP.fullmatch(timestamp):
            raise Refused("unreadable timestamp")
        skew = now.timestamp() - int(timestamp)
        if abs(skew) > self._freshness:
            raise Refused(f"stale: the timestamp is {skew:.0f} s old")
        message, receive_id = self._decrypt(encrypted)
        if not hmac.compare_digest(receive_id, self._receive_id):
            raise Refused("meant for another receiver")
        return message

    def seal(self, message: str, timestamp: str, nonce: str) -> tuple[str, str]:
        """Return `message` encrypted, in base64, with its signature."""
        # Needed by `doctor` alone, and slow to load: it brings a whole client along.
        from wechatpy.enterprise.crypto import PrpCrypto

        encrypted: bytes = PrpCrypto(self._key).encrypt(message, self._receive_id)
        text = encrypted.decode("ascii")
        return text, self.sign(timestamp, nonce, text)

    def probe(self, path: str, now: datetime) -> Probe:
        """Return the address check of WeCom's console, to be answered with the words sealed in it."""
        timestamp, nonce, said = str(int(now.timestamp())), secrets.token_hex(8), secrets.token_hex(16)
        echo, signature = self.seal(said, timestamp, nonce)
        query = {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": echo}
        return Probe(RawRequest("GET", path, query, {}, b""), 200, said.encode())

    def sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """Return WeCom's signature over the three, in lower-case hex."""
        parts = [self._token, *(part.encode("utf-8", "replace") for part in (timestamp, nonce, encrypted))]
        parts.sort()
        return hashlib.sha1(b"".join(parts), usedforsecurity=False).hexdigest()

    def _decrypt(self, encrypted: str) -> tuple[bytes, bytes]:
        try:
            ciphertext = binascii.a2b_base64(encrypted, strict_mode=True)
        except (binascii.Error, ValueError):
            raise Refused("the ciphertext is not base64", 400) from None
        if not ciphertext or len(ciphertext) % 16:
            raise Refused("the ciphertext is cut off", 400)
        decryptor = self._cipher.decryptor()
        plain = decryptor.update(ciphertext) + decryptor.finalize()
        pad = plain[-1]
        if not 1 <= pad <= _BLOCK or pad > len(plain) - _HEAD or plain[-pad:] != bytes([pad]) * pad:
            raise Refused("wrong padding", 400)
        content = plain[:-pad]
        length = int.from_bytes(content[16:_HEAD], "big")
        if length > len(content) - _HEAD:
            raise Refused("wrong length inside", 400)
        return content[_HEAD : _HEAD + length], content[_HEAD + length :]
