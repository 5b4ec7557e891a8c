"""A share of a core: the kernel stops a process that has used it up until the next period, as if its core were slower.

With it, several server processes, their databases and the generator can be told apart on a machine of two cores:
each server process gets the same small share, and everybody else has plenty.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from bench.compiling import CannotMeasure

OLD, NEW = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")
PERIOD_MICROSECONDS = 10_000
"""Short, so that a process that has to wait waits for milliseconds."""


@contextlib.contextmanager
def share_of_a_core(share: float, process: int) -> Iterator[None]:
    """Within, a running process and its threads get no more. Needs the right to make control groups."""
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
