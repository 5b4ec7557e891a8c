"""Servers to break: nodes that are started, killed, frozen and started again on the same data."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

START_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Node:
    """One `hubbub serve` process. With a database and Redis elsewhere, several make a cluster."""

    def __init__(
        self, data: Path, *, environment: dict[str, str] | None = None, script: str | None = None
    ) -> None:
        self.data = data
        self.port = free_port()
        self.starts = 0
        self._environment = {**os.environ, "HUBBUB_RATE_LIMITS": "off", **(environment or {})}
        self._script = script
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the node was never started")
        return self._process.pid

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/"

    def start(self) -> Node:
        """Start the process; returns at once. `ready` waits until it serves."""
        program = [self._script] if self._script else ["-m", "hubbub_site.cli"]
        log = open(self.data / f"node-{self.port}.log", "ab")  # noqa: SIM115  (the process writes to it)
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, *program, "serve", "--data", str(self.data), "--port", str(self.port)],
            env=self._environment,
            stdout=log,
            stderr=log,
        )
        log.close()
        self.starts += 1
        return self

    async def ready(self) -> None:
        """Wait until /readyz says so."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if await asyncio.to_thread(self._answers):
                return
            if self._process and self._process.poll() is not None:
                break
            await asyncio.sleep(0.05)
        raise RuntimeError(
            f"The node does not serve:\n{(self.data / f'node-{self.port}.log').read_text()[-3000:]}"
        )

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nobody is told."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def terminate(self) -> int:
        """SIGTERM, and wait: the exit code."""
        if self._process is None:
            return 0
        self._process.terminate()
        return self._process.wait(30)

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGCONT)

    def rss(self) -> int:
        """Resident memory, in KiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except OSError:
            return False
