"""Resident memory over time, and its verdict: a baseline, an end, a slope."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

WARM_UP_SHARE, WARM_UP_SECONDS = 0.2, 300
"""Warm-up, as a share of the run and at most in seconds: caches fill, pools grow, the allocator settles."""
WINDOW_SHARE, WINDOW_SAMPLES = 0.1, 3
"""Baseline and end, each as a share of the rest and at least in seconds."""


@dataclass(frozen=True)
class Sample:
    """`seconds` since the churn began."""

    seconds: float
    mib: float


@dataclass(frozen=True)
class Verdict:
    """Memory after the warm-up, in MiB. `drift` is the end against the baseline, as a share of it."""

    warm_up_seconds: float
    baseline: float
    end: float
    most: float
    mib_per_hour: float

    @property
    def drift(self) -> float:
        return self.end / self.baseline - 1


def judge(samples: Sequence[Sample]) -> Verdict:
    """Medians at both ends, and the straight line through all samples between (least squares)."""
    total = samples[-1].seconds
    warm_up = min(WARM_UP_SHARE * total, WARM_UP_SECONDS)
    kept = [sample for sample in samples if sample.seconds >= warm_up]
    window = max(WINDOW_SAMPLES, round(WINDOW_SHARE * len(kept)))
    slope = statistics.linear_regression([s.seconds for s in kept], [s.mib for s in kept]).slope
    return Verdict(
        warm_up,
        statistics.median(s.mib for s in kept[:window]),
        statistics.median(s.mib for s in kept[-window:]),
        max(s.mib for s in kept),
        slope * 3600,
    )
