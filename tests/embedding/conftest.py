"""The host project as it runs: a database of its own, served by Daphne's runserver or by uvicorn."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.servers.process import free_port, running

HERE = Path(__file__).parent
PASSWORD = "a long summer day"
SECONDS = 10

SERVERS: dict[str, Callable[[int], list[str | Path]]] = {
    "daphne": lambda port: [
        sys.executable,
        HERE / "host" / "manage.py",
        "runserver",
        "--noreload",
        str(port),
    ],
    "uvicorn": lambda port: [sys.executable, "-m", "uvicorn", "host.asgi:application", "--port", str(port)],
    "uvicorn with Hubbub's sockets": lambda port: [
        *(sys.executable, "-m", "uvicorn", "host.asgi:application", "--port", str(port)),
        *("--ws", "hubbub_site.server.push_protocol:PushProtocol", "--ws-max-size", "65536"),
        *("--ws-per-message-deflate", "false"),
    ],
}


@dataclass
class Host:
    """The served host project."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def sign_in(self, email: str) -> Visitor:
        visitor = Visitor(self)
        page = visitor.get("/sign-in/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token
        visitor.post("/sign-in/", {"csrfmiddlewaretoken": token[1], "username": email, "password": PASSWORD})
        return visitor


class Visitor:
    """A browser with cookies, and with a socket."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.cookies = CookieJar()
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str) -> str:
        with self.browser.open(self.host.url + path, timeout=SECONDS) as response:
            return str(response.read().decode())

    def post(self, path: str, fields: dict[str, str]) -> str:
        """The answer. A page of the chat may answer 503 where the client is not built; the sign-in has worked."""
        try:
            with self.browser.open(
                self.host.url + path, urllib.parse.urlencode(fields).encode(), SECONDS
            ) as response:
                return str(response.read().decode())
        except urllib.error.HTTPError as error:
            assert error.code == http.client.SERVICE_UNAVAILABLE, error
            return error.read().decode()

    def socket(self, *, origin: str | None = None, path: str = "/ws/") -> ClientConnection:
        cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)
        return connect(
            self.host.url.replace("http", "ws", 1) + path,
            additional_headers={"Cookie": cookie},
            origin=Origin(origin or self.host.url),
            open_timeout=SECONDS,
        )


def heard(socket: ClientConnection, wanted: Callable[[Any], bool]) -> Any:
    """The next frame that is wanted; other frames are skipped. A frame may hold several, as a JSON array."""
    while True:
        frame = json.loads(socket.recv(timeout=SECONDS))
        for event in frame if isinstance(frame, list) else [frame]:
            if wanted(event):
                return event


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The host's database with its people. Each server gets a copy."""
    file = tmp_path_factory.mktemp("database") / "host.sqlite3"
    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch, file)
        manage("migrate", "-v0")
        manage("shell", "-v0", "-c", PEOPLE)
    return file


@pytest.fixture(scope="session", params=sorted(SERVERS))
def host(
    request: pytest.FixtureRequest, database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    place = tmp_path_factory.mktemp("host")
    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch, Path(shutil.copy(database, place)))
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        ready = lambda: answers(url + "/sign-in/")  # noqa: E731
        with running(SERVERS[request.param](port), url=url, port=port, ready=ready, log=place / "log"):
            yield Host(port)


def set_environment(patch: pytest.MonkeyPatch, database: Path) -> None:
    patch.setenv("HOST_DATABASE", str(database))
    patch.setenv("PYTHONPATH", str(HERE))
    patch.setenv("DJANGO_SETTINGS_MODULE", "host.settings")


PEOPLE = f"""
from host.people.models import Person
for email in ("alice@shop.example", "bob@shop.example"):
    person = Person(email=email)
    person.set_password({PASSWORD!r})
    person.save()
"""


def manage(*arguments: str) -> None:
    command = [sys.executable, str(HERE / "host" / "manage.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stdout + done.stderr


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=SECONDS).close()  # noqa: S310
    except OSError:
        return False
    return True
