"""How many messages a target has been sent lately: some platforms drop what is too much without a word."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta

from bot.errors import Throttled

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Budget:
    """Counts messages per target over sliding windows of (most messages, length).

    Kept in memory for the latest `targets` targets: after a restart it counts anew, and the platform's own refusal
    takes over.
    """

    def __init__(self, *windows: tuple[int, timedelta], targets: int = 10_000) -> None:
        self._windows = windows
        self._targets = targets
        self._longest = max(length for _, length in windows)
        self._sent: OrderedDict[str, deque[datetime]] = OrderedDict()

    def take(self, target: str, now: datetime) -> None:
        """Count one message to `target`. Raises Throttled, with the seconds until there is room, when there is none."""
        sent = self._sent.setdefault(target, deque())
        self._sent.move_to_end(target)
        if sent and sent[-1] > now:
            # The clock was set back: they were sent a moment ago at the latest.
            sent = self._sent[target] = deque(min(at, now) for at in sent)
        while sent and sent[0] <= now - self._longest:
            sent.popleft()
        for most, length in self._windows:
            if len(sent) >= most and sent[-most] > now - length:
                wait = (sent[-most] + length - now).total_seconds()
                raise Throttled("this target was sent as much as is allowed", "budget", wait)
        sent.append(now)
        while len(self._sent) > self._targets:
            self._sent.popitem(last=False)
