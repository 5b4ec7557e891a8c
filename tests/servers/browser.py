"""The Chromium or Chrome that browser tests drive; bin/find-browser decides which one."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.servers.process import NotFound

FIND_BROWSER = Path(__file__).parents[2] / "bin" / "find-browser"

# Inside containers Chromium's own sandbox cannot start; the rest keeps it from talking to anybody else.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


def find_chromium() -> str:
    """The path of the browser's program, for Playwright's `executable_path`."""
    found = subprocess.run([FIND_BROWSER], capture_output=True, text=True, check=False)
    if found.returncode != 0:
        raise NotFound(found.stderr.strip())
    return found.stdout.strip()
