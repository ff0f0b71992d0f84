"""What a proof of many requests looks at on its way: no traceback in the log, no growth of memory."""

from __future__ import annotations

import io

import psutil

from bot.logs import set_up

GROWTH = 24 << 20


class Watch:
    """Looks ten times in the course of `total` steps; what is needed once is there after a fifth of them."""

    def __init__(self, logs: io.StringIO, total: int) -> None:
        # Once more, now that the test runs: pytest's own handlers would keep every record.
        set_up("DEBUG", "json")
        self._logs = logs
        self._every = total // 10
        self._process = psutil.Process()
        self._used: list[int] = []
        self._steps = 0

    def step(self) -> None:
        """Counts one step."""
        self._steps += 1
        if self._steps % self._every == 0:
            text = self._logs.getvalue()
            assert "Traceback" not in text, text[max(0, text.index("Traceback") - 200) :][:4000]
            self._logs.seek(0)
            self._logs.truncate()
            self._used.append(self._process.memory_info().rss)

    def growth(self) -> str:
        """What memory did, in words for the one who reads the proof; fails when it grew too much."""
        growth = max(self._used[2:]) - self._used[1]
        assert growth < GROWTH
        return f"memory grew by {growth / 1e6:.1f} MB from {self._used[1] / 1e6:.0f} MB"
