"""The machine and the versions of a measurement, and the assignment of cores."""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "bench"
BUILT = BENCH / ".build"
"""Files that are built once: the generator, the limit, the workspaces with a million messages."""

PACKAGES = ("Django", "channels", "uvicorn", "uvloop", "websockets", "pydantic", "daphne")


def describe() -> dict[str, str]:
    """The machine and the versions, for the head of a report."""
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": platform.python_version(),
        "commit": commit(),
        **{package: version(package) for package in PACKAGES},
    }


def commit() -> str:
    """The current commit, with a + if uncommitted changes could affect the figures."""
    short = _git("rev-parse", "--short", "HEAD")
    return short + ("+" if _git("status", "--porcelain", "--", "src", "bench/load.c") else "")


def server_core() -> set[int]:
    """The one core on which every server runs."""
    return {min(os.sched_getaffinity(0))}


def generator_core() -> set[int]:
    """The core of the generator. If there is only one core, it is the same, and the figures mean little."""
    others = sorted(os.sched_getaffinity(0) - server_core())
    return {others[0]} if others else server_core()


def beside_the_generator() -> AbstractContextManager[None]:
    """Processes started inside run on the generator's core: databases, so that the server has its core to itself."""
    return _on(generator_core())


def beside_the_server() -> AbstractContextManager[None]:
    """Processes started inside run on the server's core, because they are part of the server."""
    return _on(server_core())


@contextlib.contextmanager
def _on(core: set[int]) -> Iterator[None]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, core)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _git(*arguments: str) -> str:
    try:
        return subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
