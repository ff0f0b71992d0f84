"""Letters go before work, and do not stop it."""

from __future__ import annotations

import pytest

from storage.work import LETTER_SECONDS, STREAM_SECONDS, STREAM_SHARE, WORK_SECONDS, Precedence

NOW = 1000.0


def test_work_does_not_wait_where_no_letter_came() -> None:
    precedence = Precedence()
    assert precedence.wait(NOW) == 0
    precedence.worked(NOW, NOW + 0.01)
    assert precedence.wait(NOW + 0.01) == 0


def test_work_waits_for_a_gap_between_letters() -> None:
    precedence = Precedence()
    precedence.worked(NOW - 0.1, NOW)
    precedence.letter(NOW + 0.001)
    assert precedence.wait(NOW + 0.001) == pytest.approx(STREAM_SECONDS)
    precedence.letter(NOW + 0.002)
    assert precedence.wait(NOW + 0.003) == pytest.approx(STREAM_SECONDS - 0.001)
    assert precedence.wait(NOW + 0.002 + STREAM_SECONDS) == 0


def test_a_stream_without_gaps_leaves_work_its_part_of_the_time() -> None:
    precedence, now, worked, began = Precedence(), NOW, 0.0, NOW
    while now < NOW + 10:
        precedence.letter(now)
        if precedence.wait(now) == 0:
            precedence.worked(now, now + 0.005)
            now, worked = now + 0.005, worked + 0.005
        now += 0.0001
    assert worked / (now - began) == pytest.approx(1 / (1 + STREAM_SHARE), rel=0.05)


def test_a_slice_of_work_is_short_while_letters_come() -> None:
    precedence = Precedence()
    assert not precedence.enough(NOW, NOW + WORK_SECONDS)
    assert precedence.enough(NOW, NOW + WORK_SECONDS + 0.001)

    precedence.letter(NOW + 0.001)
    assert not precedence.enough(NOW, NOW + LETTER_SECONDS)
    assert precedence.enough(NOW, NOW + LETTER_SECONDS + 0.001)

    precedence.letter(NOW - STREAM_SECONDS / 2)
    assert precedence.enough(NOW, NOW + LETTER_SECONDS + 0.001)
