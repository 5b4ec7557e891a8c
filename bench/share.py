"""A share of a core: the kernel pauses a process that has used its share until the next period, like a slower core.

This separates several server processes from their databases and the generator on a machine of two cores: each server
process gets the same small share, and the others have enough.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from bench.compiling import CannotMeasure

OLD, NEW = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")
PERIOD_MICROSECONDS = 10_000
"""Microseconds; short, so that a paused process waits only for milliseconds."""


@contextlib.contextmanager
def share_of_a_core(share: float, process: int) -> Iterator[None]:
    """Inside, a running process and its threads get no more than this. Needs the right to create control groups."""
    quota = round(share * PERIOD_MICROSECONDS)
    if (OLD / "cpu.cfs_quota_us").exists():
        top = OLD
        limits = {"cpu.cfs_period_us": str(PERIOD_MICROSECONDS), "cpu.cfs_quota_us": str(quota)}
    else:
        top = NEW
        limits = {"cpu.max": f"{quota} {PERIOD_MICROSECONDS}"}
    group = top / f"hubbub-bench-{process}"
    try:
        group.mkdir()
    except OSError as error:
        raise _cannot() from error
    try:
        for name, value in limits.items():
            (group / name).write_text(value)
        (group / "cgroup.procs").write_text(str(process))
        yield
    except PermissionError as error:
        raise _cannot() from error
    finally:
        (top / "cgroup.procs").write_text(str(process))
        group.rmdir()


def _cannot() -> CannotMeasure:
    return CannotMeasure(
        "Only root can give processes a share of a core, where control groups with `cpu` are mounted."
    )
