"""What memory over time is taken to say: where it stood after the warm-up, where at the end, how it rose between."""

from __future__ import annotations

import pytest

from bench.steady.memory import Sample, judge

MINUTES = 30


def half_an_hour(mib_at_minute: dict[int, float]) -> list[Sample]:
    """A sample each five seconds; from each of the minutes on, so much."""
    return [
        Sample(second, mib_at_minute[max(minute for minute in mib_at_minute if minute * 60 <= second)])
        for second in range(0, MINUTES * 60, 5)
    ]


def test_memory_that_stays_has_no_drift() -> None:
    verdict = judge(half_an_hour({0: 80.0}))
    assert (verdict.baseline, verdict.end, verdict.most) == (80, 80, 80)
    assert verdict.drift == 0 and verdict.mib_per_hour == pytest.approx(0)


def test_what_is_taken_while_warming_up_is_not_held_against_it() -> None:
    assert judge(half_an_hour({0: 60.0, 4: 80.0})).drift == 0


def test_a_leak_is_seen_at_the_end_and_in_the_slope() -> None:
    verdict = judge([Sample(second, 80 + second / 60) for second in range(0, MINUTES * 60, 5)])
    assert verdict.mib_per_hour == pytest.approx(60)
    assert verdict.drift > 0.2


def test_a_peak_is_told_though_it_passes() -> None:
    verdict = judge(half_an_hour({0: 80.0, 15: 200.0, 16: 80.0}))
    assert (verdict.most, verdict.drift) == (200, 0)
