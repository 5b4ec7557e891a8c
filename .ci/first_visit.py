"""Starts `hubbub serve` on an empty data directory and goes through the first visit, up to the chat's page.

Usage: first_visit.py HUBBUB DATA, where HUBBUB is the installed command. Exits with a sentence on failure.
"""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

SECONDS_TO_START = 30
SECONDS_TO_STOP = 15

# A visitor with cookies, like a browser; requests ignore the proxies of this machine.
visitor = urllib.request.build_opener(
    urllib.request.HTTPCookieProcessor(CookieJar()), urllib.request.ProxyHandler({})
)


def main(hubbub: str, data: str) -> None:
    started = time.monotonic()
    with serving(hubbub, data) as site:
        welcome = fetch(f"{site}/")
        chat = fetch(
            f"{site}/welcome/",
            code=(Path(data) / "setup-code").read_text().strip(),
            csrfmiddlewaretoken=the_one(r'name="csrfmiddlewaretoken" value="([^"]+)"', welcome),
            workspace="Garden",
            name="Alice",
            username="alice",
            password="correct horse battery staple",  # noqa: S106
        )
        script = the_one(r'<script type="module" src="([^"]+)"', chat)
        style = the_one(r'<link rel="stylesheet" href="([^"]+)"', chat)
        kilobytes = sum(len(fetch(site + path)) for path in (script, style)) // 1024
        print(f"the chat's page, with {kilobytes} KB of client, after {time.monotonic() - started:.1f} s")


@contextlib.contextmanager
def serving(hubbub: str, data: str) -> Iterator[str]:
    port = free_port()
    server = subprocess.Popen([hubbub, "serve", "--data", data, "--port", str(port)])
    try:
        wait_until_healthy(server, f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            server.kill()
            raise SystemExit(f"hubbub serve did not end within {SECONDS_TO_STOP} s of SIGTERM.") from None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit(f"hubbub serve ended with exit code {server.returncode}.")
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            visitor.open(url, timeout=5).close()
            return
        time.sleep(0.1)
    raise SystemExit(f"{url} did not answer within {SECONDS_TO_START} s.")


def fetch(url: str, **form: str) -> str:
    """The page at `url`, after sending `form` to it if there is one."""
    data = urlencode(form).encode() if form else None
    try:
        with visitor.open(url, data, timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as refusal:
        raise SystemExit(f"{url} answered {refusal.code}:\n{refusal.read().decode()[:4000]}") from None


def the_one(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    if found is None:
        raise SystemExit(f"The page has nothing like {pattern}:\n{page[:4000]}")
    return found.group(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
