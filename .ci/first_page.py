"""Starts `hubbub serve` on an empty data directory and asks for /healthz, the page and a file of the client.

Usage: first_page.py HUBBUB DATA, where HUBBUB is the installed command. Exits with a sentence on failure.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

SECONDS_TO_START = 30


def main(hubbub: str, data: str) -> None:
    port = free_port()
    started = time.monotonic()
    server = subprocess.Popen([hubbub, "serve", "--data", data, "--port", str(port)])
    try:
        wait_until_healthy(server, f"http://127.0.0.1:{port}/healthz", started + SECONDS_TO_START)
        page = fetch(f"http://127.0.0.1:{port}/")
        assets = re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css))"', page)
        if not assets:
            raise SystemExit(f"The first page names no script or style of the client:\n{page[:2000]}")
        for asset in assets:
            fetch(f"http://127.0.0.1:{port}{asset}")
        print(f"first page and {len(assets)} files of the client after {time.monotonic() - started:.1f} s")
    finally:
        server.terminate()
        server.wait(timeout=15)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(server: subprocess.Popen[bytes], url: str, deadline: float) -> None:
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit(f"hubbub serve ended with exit code {server.returncode}.")
        try:
            fetch(url)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{url} did not answer within {SECONDS_TO_START} s.")


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as response:
        return str(response.read().decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
