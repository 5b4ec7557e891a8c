"""Progress of a long command: one updated line in a terminal, a line every ten per cent in a log."""

from __future__ import annotations

import sys


class Progress:
    """Call it as often as you like, with the number done and the total."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown = -1

    def __call__(self, done: int, total: int) -> None:
        per_cent = 100 * done // total if total else 100
        if per_cent == self._shown and done < total:
            return
        if sys.stderr.isatty():
            print(
                f"\r{self._what}: {done:,} of {total:,} ({per_cent} %)", end="", file=sys.stderr, flush=True
            )
            if done >= total:
                print(file=sys.stderr)
        elif per_cent // 10 > self._shown // 10 or self._shown < 0:
            print(f"{self._what}: {done:,} of {total:,}", file=sys.stderr, flush=True)
        self._shown = per_cent
