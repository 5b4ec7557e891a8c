"""Small temporary disks for tests, which can be filled or made read-only."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, size: str = "24m") -> Iterator[Path]:
    """A tmpfs at `folder` until the context ends. Skips the test unless root runs it."""
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("not proven here: only root can mount a small tmpfs")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"not proven here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill_up(ballast: Path) -> None:
    """Write a file until its disk has no space left."""
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


def make_read_only(disk: Path) -> None:
    """Remount the disk read-only. No process may have one of its files open for writing."""
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
