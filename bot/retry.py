"""When a message that could not be sent is tried again. Pure: the caller owns the clock and the row."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from bot.errors import Misconfigured, Rejected, SendError, Throttled, Unknown, Unreachable

WAITS: tuple[timedelta, ...] = (
    timedelta(seconds=1),
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
)
JITTER = 0.1
# So many waits together stay below the three hours for which a platform that drops repetitions is sure to do so.
REPEATABLE_TRIES = 7


def decide(
    error: SendError, attempt: int, key: str, *, repeated: bool = False, repeatable: bool = False
) -> timedelta | None:
    """Tell how long to wait before the next try, or None when the message goes to the dead letters.

    `attempt` counts the tries made so far, the failed one included: 1 after the first failure, anything less is a
    ValueError. The answer depends on the arguments alone. The waits of `WAITS` carry a jitter of ±10 % taken from
    `key` and `attempt`; a throttled message waits at least the platform's own `retry_after`. A message that may have
    arrived (Unknown) is tried once more, unless this was that try (`repeated`), so that it is never said a third time;
    a platform that drops repetitions (`repeatable`) is tried as long as it is sure to. A refused message, an
    unreachable target and a wrong configuration are not tried again.
    """
    if attempt < 1:
        raise ValueError("attempt counts from 1")
    if isinstance(error, Rejected | Misconfigured | Unreachable):
        return None
    if attempt > len(WAITS):
        return None
    if isinstance(error, Unknown) and (attempt > REPEATABLE_TRIES if repeatable else repeated):
        return None
    spread = _fraction(key, attempt)
    wait = WAITS[attempt - 1] * (1 + JITTER * (2 * spread - 1))
    if isinstance(error, Throttled):
        # Only ever later than asked: an early try would prolong the block.
        wait = max(wait, timedelta(seconds=error.retry_after) * (1 + JITTER * spread))
    return wait


def _fraction(key: str, attempt: int) -> float:
    digest = sha256(f"{attempt}\0{key}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
