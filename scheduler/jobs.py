"""The metronome: APScheduler calls the engine's tick, and nothing else. It keeps no job of its own.

A tick that is late or repeated is harmless, so misfires always run and never pile up.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

TICK_SECONDS = 15
JOB = "tick"


def metronome(tick: Callable[[], Awaitable[None]], *, seconds: int = TICK_SECONDS) -> AsyncIOScheduler:
    """A scheduler that calls `tick` every few seconds once it is started."""
    scheduler = AsyncIOScheduler(job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1})
    scheduler.add_job(tick, IntervalTrigger(seconds=seconds), id=JOB)
    return scheduler


def resume(scheduler: AsyncIOScheduler) -> None:
    """Counts the seconds anew: a clock that was set back would be waited for until it shows the next tick's time."""
    scheduler.reschedule_job(JOB, trigger=IntervalTrigger(seconds=scheduler.get_job(JOB).trigger.interval_length))
