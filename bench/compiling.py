"""The two small C programs: compiled on first use, and again after a change."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from bench.machine import BUILT


class CannotMeasure(Exception):
    """A requirement of the measurement is missing; the message names it and says how to get it."""


def program(source: Path) -> Path:
    """The compiled program of a C file."""
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:12]
    target = BUILT / f"{source.stem}-{digest}"
    if not target.exists():
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if compiler is None:
            raise CannotMeasure("A C compiler is needed for the load generator: install gcc or clang.")
        BUILT.mkdir(exist_ok=True)
        subprocess.run([compiler, "-O2", "-o", str(target), str(source)], check=True)
    return target
