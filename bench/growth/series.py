"""A series: one growing quantity, and figures for each of its sizes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.compiling import CannotMeasure
from bench.generator import Run
from bench.rounds import SETTLE_SECONDS, Plan

Point = dict[str, Any]
"""`x` and, for each figure, {median, min, max}."""

GROWTH_PLAN = Plan(warm_ups=1, runs=3, seconds=2.0)


@dataclass(frozen=True)
class Series:
    """`measure(plan, sizes)` yields the points. `figures` names the columns, in order; each of `drawn` gets a chart."""

    name: str
    title: str
    across: str
    sizes: Sequence[int]
    measure: Callable[[Plan, Sequence[int]], Iterator[Point]]
    figures: Mapping[str, str]
    drawn: Sequence[str]
    note: str

    def measured(self, plan: Plan, *, most: int | None, few: bool) -> dict[str, Any]:
        """Up to the size `most`; `few`: only the three smallest. For sizes that cannot be measured here, the reason."""
        sizes = [size for size in self.sizes if most is None or size <= most]
        points: list[Point] = []
        reason = ""
        try:
            points.extend(self.measure(plan, sizes[:3] if few else sizes))
        except CannotMeasure as error:
            reason = str(error)
            print(f"  Not measured beyond this: {reason}", file=sys.stderr, flush=True)
        return {
            "title": self.title,
            "across": self.across,
            "figures": dict(self.figures),
            "drawn": list(self.drawn),
            "note": self.note,
            "points": points,
            "not_measured": reason,
        }


def runs_of(plan: Plan, run: Callable[[], Run]) -> list[Run]:
    """The runs after the warm-ups. A short pause before each lets the server attach new connections."""
    runs = []
    for _ in range(plan.warm_ups + plan.runs):
        time.sleep(SETTLE_SECONDS)
        runs.append(run())
    return runs[plan.warm_ups :]
