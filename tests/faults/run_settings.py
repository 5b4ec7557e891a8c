"""The settings of a run: how long faults last, the seed of random choices, and how strict the bounds are.

A long run (`bin/faults`, which sets FAULTS_SECONDS for each row) holds the bounds of the contract as they stand. A
short one is part of every `bin/test`, on machines that do much else besides: there a bound is ROOM times as wide and
the load is a third, so that what fails is the product and not the neighbour. What is lost or doubled fails both.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

LONG = "FAULTS_SECONDS" in os.environ
SECONDS = float(os.environ.get("FAULTS_SECONDS", "3"))
SEED = int(os.environ.get("FAULTS_SEED", "1"))
ROOM = 1 if LONG else 5


def bound(seconds: float) -> float:
    """A bound of the contract, as it is asserted in this run."""
    return seconds * ROOM


def load(per_second: float) -> float:
    """How much is said in this run, where a long one says so much."""
    return per_second if LONG else per_second / 3


def turns(seconds: float, *, at_least: int = 1) -> Iterator[int]:
    """0, 1, 2 … until the time is over, and never fewer than `at_least`: what must happen does, however slowly."""
    until = time.monotonic() + seconds
    turn = 0
    while turn < at_least or time.monotonic() < until:
        yield turn
        turn += 1
