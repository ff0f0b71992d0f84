"""What a bot that dies again and again has left to do, and how much more it is given."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from sqlalchemy import func
from sqlmodel import Session, col, select

from storage import lanes
from storage.store import PostgresStore, SqliteStore
from storage.tables import Inbox, Outbox

# What a killed process had taken on is free again after its lease: only then does stillness tell something.
STILL = 2 * lanes.LEASE.total_seconds()


@dataclass(frozen=True, slots=True)
class State:
    """The states of the rows of the inbox and of the outbox, and how many replies each message has."""

    inbox: Counter[str]
    outbox: Counter[str]
    replies: Counter[int | None]

    @property
    def done(self) -> bool:
        """Everything heard is handled, everything queued is said."""
        return set(self.inbox) <= {"done"} and set(self.outbox) <= {"sent"}


def state(session: Session) -> State:
    replies = select(Outbox.inbox_id, func.count()).where(col(Outbox.is_reply)).group_by(col(Outbox.inbox_id))
    return State(
        Counter(session.exec(select(Inbox.state))),
        Counter(session.exec(select(Outbox.state))),
        Counter(dict(session.exec(replies).all())),
    )


@dataclass(slots=True)
class Load:
    """How many messages the next life is given: `most`, and once the backlog is `high` only what the last one did."""

    least: int = 10
    most: int = 60
    high: int = 240
    next: int = field(init=False)
    _said: int = 0

    def __post_init__(self) -> None:
        self.next = self.most

    def learn(self, acknowledged: int, said: int) -> None:
        """Takes in how a life ended: how many messages were acknowledged and how many answers said, ever.

        The database is not asked: whoever opens it after a kill mends what the next life must be able to mend.
        """
        worked_off, self._said = said - self._said, said
        room = acknowledged - said < self.high
        self.next = self.most if room else max(self.least, min(self.most, worked_off))


async def worked_off(store: SqliteStore | PostgresStore, news: Callable[[float], Awaitable[object]]) -> State:
    """Returns once all is done; `news` returns when something may have moved, or after so many seconds.

    Raises TimeoutError when nothing at all has moved for `STILL` seconds: how long the whole takes is the machine's.
    """
    last, moved = await store.read(state), time.monotonic()
    while not last.done:
        await news(2)
        seen = await store.read(state)
        if seen != last:
            last, moved = seen, time.monotonic()
        elif time.monotonic() - moved > STILL:
            raise TimeoutError(f"nothing has moved for {STILL:.0f} s: inbox {seen.inbox}, outbox {seen.outbox}")
    return last
