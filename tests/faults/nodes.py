"""`hubbub serve` to break: one process on SQLite, or several on one PostgreSQL and one Redis."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import urllib.request
from pathlib import Path
from typing import Any

from tests.faults.programs import Program


class Node(Program):
    """One server process. `script`: a program that stands before the command line (see tests.faults.failing)."""

    def __init__(
        self, data: Path, environment: dict[str, str] | None = None, *, script: str | None = None
    ) -> None:
        super().__init__(data, {"HUBBUB_RATE_LIMITS": "off", **(environment or {})})
        self._script = script
        self.token = ""
        """Of somebody who is there. /readyz tells strangers less."""

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/"

    @property
    def command(self) -> list[str]:
        program = self._script or "hubbub_site.cli"
        return [sys.executable, "-m", program, "serve", "--data", str(self.data), "--port", str(self.port)]

    def answers(self) -> bool:
        return self.readiness() is not None

    async def ready(self) -> None:
        """Wait until /readyz says so."""
        await asyncio.to_thread(self.wait)

    def connections(self) -> int | None:
        """How many sockets the node believes to be open; None unless it is ready."""
        assert self.token, "nobody has come who may ask"
        found = self.readiness({"Authorization": f"Bearer {self.token}"})
        return None if found is None else int(found["connections"])

    def readiness(self, headers: dict[str, str] | None = None) -> dict[str, Any] | None:
        """What /readyz says; None unless it says 200."""
        url = f"http://127.0.0.1:{self.port}/readyz"
        request = urllib.request.Request(url, headers=headers or {})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=2) as answer:  # noqa: S310
                document: dict[str, Any] = json.load(answer)
                return document
        except OSError:
            return None

    def rss(self) -> int:
        """Resident memory, in KiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))
