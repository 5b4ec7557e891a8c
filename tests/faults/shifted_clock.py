"""Shifts the wall clock of a running server.

The shift is in Python, at each place where the product or a library asks for the time of day: `time.time`,
`timezone.now`, and `datetime.now` as hubbub's modules import it. What measures intervals (`time.monotonic`, the event
loop's clock) stays as it is, as on a real machine whose clock is set.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

SEEN = ".seen"


class Clock:
    """The test's end of it: `set` shifts the clock of every server whose CLOCK_FILE is this file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.set(0)

    def set(self, seconds: float) -> None:
        """From now on the wall clock shows the true time and so many seconds more."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{seconds}")
        os.replace(fresh, self.file)  # the server never reads half of it

    def was_read(self, seconds: float) -> bool:
        """Whether a server has asked for the time since it was shifted by so much."""
        seen = self.file.with_suffix(SEEN)
        return seen.exists() and f"{seconds}" == seen.read_text()


def shift_clock(file: Path) -> None:
    """The server's end of it. Call it when models are imported."""
    from django.utils import timezone

    from hubbub import unit
    from hubbub.actions import messages

    true_time, seen = time.time, file.with_suffix(SEEN)
    last = ""

    def shift() -> float:
        nonlocal last
        text = file.read_text()
        if text != last:
            seen.write_text(text)
            last = text
        return float(text)

    class Elsewhen(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=shift())

    for module in (unit, messages):
        assert vars(module)["datetime"] is datetime, "it asks for the time in another way now"
        vars(module)["datetime"] = Elsewhen
    timezone.now = lambda: Elsewhen.now(UTC)
    time.time = lambda: true_time() + shift()
