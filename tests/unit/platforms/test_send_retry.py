from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Misconfigured, Rejected, SendError, Temporary, Throttled, Unknown, Unreachable
from bot.retry import WAITS, decide


@pytest.mark.parametrize(("attempt", "seconds"), list(enumerate((1, 5, 30, 120, 600, 1800, 7200, 18000, 36000), 1)))
def test_the_waits_grow_within_a_tenth(attempt: int, seconds: int) -> None:
    waits = {decide(Temporary("busy"), attempt, f"key-{number}") for number in range(50)}

    assert all(wait is not None and 0.9 * seconds <= wait.total_seconds() <= 1.1 * seconds for wait in waits)
    assert len(waits) > 40


def test_the_tenth_failure_is_the_last() -> None:
    assert decide(Temporary("busy"), len(WAITS), "k") is not None
    assert decide(Temporary("busy"), len(WAITS) + 1, "k") is None


@pytest.mark.parametrize("error", [Rejected("r"), Misconfigured("m"), Unreachable("u")])
def test_what_cannot_get_better_is_not_tried_again(error: SendError) -> None:
    assert decide(error, 1, "k") is None


def test_what_may_have_arrived_is_said_at_most_twice() -> None:
    assert decide(Unknown("?"), 1, "k") is not None
    assert decide(Unknown("?"), 2, "k", repeated=True) is None
    # The first that may have arrived, after others that have not.
    assert decide(Unknown("?"), 5, "k") is not None


def test_a_platform_that_drops_repetitions_is_tried_as_long_as_it_does() -> None:
    tries = range(1, len(WAITS) + 1)
    waits = [decide(Unknown("?"), attempt, "k", repeated=True, repeatable=True) for attempt in tries]
    assert [wait is not None for wait in waits] == [True] * 7 + [False] * 2
    assert sum((wait for wait in waits if wait is not None), timedelta()) < timedelta(hours=3)


@given(retry_after=st.floats(0, 1e5), attempt=st.integers(1, len(WAITS)), key=st.text())
def test_a_throttled_message_never_comes_early(retry_after: float, attempt: int, key: str) -> None:
    wait = decide(Throttled("slow", retry_after=retry_after), attempt, key)

    assert wait is not None
    assert wait >= timedelta(seconds=retry_after)
    assert wait >= WAITS[attempt - 1] * 0.9
    assert wait == decide(Throttled("slow", retry_after=retry_after), attempt, key)


def test_attempts_count_from_one() -> None:
    with pytest.raises(ValueError, match="from 1"):
        decide(Temporary("busy"), 0, "k")
