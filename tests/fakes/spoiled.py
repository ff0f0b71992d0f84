"""Bodies as a broken or hostile sender makes them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

BATCH = 50
BITS = [b"<", b"&a;", b"]]>", b"\x00", b"\xff", b'"', b"[", b"{", b"null", b"-1", b"1e999", b"\\ud800", b"<a>" * 30]


def spoiled(seed: int, valid: list[bytes]) -> Iterator[bytes]:
    """A batch of random bytes and of valid bodies with bytes changed, cut out, put in or doubled."""
    random = Random(seed)
    for _ in range(BATCH):
        if random.random() < 0.2:
            yield random.randbytes(random.randrange(300))
            continue
        body = bytearray(random.choice(valid))
        for _ in range(random.randrange(1, 5)):
            at, to = sorted((random.randrange(len(body) + 1), random.randrange(len(body) + 1)))
            match random.randrange(5):
                case 0 if body and at < len(body):
                    body[at] = random.randrange(256)
                case 1:
                    del body[at : min(to, at + 40)]
                case 2:
                    body[at:at] = random.choice(BITS)
                case 3:
                    body[at:at] = body[at : min(to, at + 40)]
                case _:
                    del body[to:]
        yield bytes(body)
