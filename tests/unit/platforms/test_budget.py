from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import Throttled
from bot.platforms.budget import HOUR, MINUTE, Budget
from tests.fakes.server import NOON


def wait(budget: Budget, target: str, after: timedelta) -> float:
    """The seconds to wait, nought when the message may go out."""
    try:
        budget.take(target, NOON + after)
    except Throttled as error:
        return error.retry_after
    return 0.0


def test_the_window_slides() -> None:
    budget = Budget((2, MINUTE))
    seconds = [0, 40, 50, 59.5, 60, 61, 100, 101]
    assert [wait(budget, "a", timedelta(seconds=at)) for at in seconds] == [0, 0, 10, 0.5, 0, 39, 0, 19]


def test_what_was_held_back_does_not_count() -> None:
    budget = Budget((1, MINUTE))
    assert [wait(budget, "a", timedelta(seconds=at)) for at in (0, 30, 59, 60)] == [0, 30, 1, 0]


def test_every_window_is_kept() -> None:
    budget = Budget((30, MINUTE), (1000, HOUR))
    for number in range(1000):
        assert wait(budget, "a", timedelta(seconds=number * 2)) == 0
    assert wait(budget, "a", timedelta(seconds=2000)) == 1600
    assert wait(budget, "a", timedelta(seconds=3600)) == 0


def test_targets_do_not_take_from_each_other() -> None:
    budget = Budget((1, MINUTE))
    assert [wait(budget, target, timedelta(0)) for target in ("a", "b", "a")] == [0, 0, 60]


def test_the_targets_longest_silent_are_forgotten() -> None:
    budget = Budget((1, MINUTE), targets=2)
    for target in ("a", "b", "c"):
        budget.take(target, NOON)
    assert [wait(budget, target, timedelta(0)) for target in ("c", "b")] == [60, 60]
    assert wait(budget, "a", timedelta(0)) == 0


def test_the_error_is_one_to_wait_for() -> None:
    budget = Budget((1, MINUTE))
    budget.take("a", NOON)
    with pytest.raises(Throttled) as caught:
        budget.take("a", NOON)
    assert caught.value.code == "budget"
