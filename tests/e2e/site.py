"""A running server with its own data directory. Tests can use its API and shell, kill it, and start it again."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hubbub.protocol.ids import make_message_id
from tests.servers.process import Running, free_port, running, stop

PASSWORD = "a long summer day"
PROGRAMS = Path(sys.executable).parent
# These variables of the test process must not reach the server, because they would change its behaviour.
CLEAN = ["env", "-u", "DJANGO_SETTINGS_MODULE", "-u", "DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass(frozen=True)
class Account:
    """An account with PASSWORD; `token` lets the test act for it without a browser."""

    username: str
    name: str
    id: int
    token: str


@dataclass(frozen=True)
class Room:
    id: int
    name: str = ""

    @property
    def path(self) -> str:
        return f"/chat/{quote(self.name, safe='') or f'~{self.id}'}/"


class Site:
    """Runs `hubbub serve`, or another server: `command(data, port)` returns its command line."""

    def __init__(self, data: Path, command: Any = None) -> None:
        self.data, self.port = data, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.accounts: dict[str, Account] = {}
        self._command = command or hubbub_serve
        self._life = ExitStack()
        self._server: Running | None = None
        self._numbers = count(1)

    def populate(self, *arguments: str) -> None:
        """Create accounts before the server starts; `arguments` are those of population.py."""
        output = self._python("-m", "tests.e2e.population", *arguments)
        self.accounts = {entry["username"]: Account(**entry) for entry in json.loads(output.splitlines()[-1])}

    def start(self) -> None:
        log = self.data.with_suffix(".log")
        self._server = self._life.enter_context(
            running(
                [*CLEAN, *self._command(self.data, self.port)],
                url=self.url,
                port=self.port,
                ready=self._answers,
                log=log,
            )
        )

    def kill(self) -> None:
        """Kill the server with SIGKILL, without closing its sockets properly."""
        assert self._server is not None
        self._server.process.kill()
        self._server.process.wait()

    def shut_down(self) -> None:
        """Stop the server gracefully: it asks its clients to reconnect later."""
        assert self._server is not None
        stop(self._server.process)

    def stop(self) -> None:
        self._life.close()

    def ask(self, username: str, command: str, **fields: object) -> Any:
        """Send a command of this person over HTTP and return the reply. Waits and retries while rate-limited."""
        headers = {
            "Authorization": f"Bearer {self.accounts[username].token}",
            "Content-Type": "application/json",
        }
        while True:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
                connection.request("POST", f"/api/{command}", json.dumps(fields), headers)
                response = connection.getresponse()
                answer = json.loads(response.read())
            if response.status != HTTPStatus.TOO_MANY_REQUESTS:
                break
            time.sleep(answer["error"]["retry_after"])
        assert response.status == HTTPStatus.OK, answer
        return answer

    def in_shell(self, code: str) -> str:
        """Run Python code in another process, with Django set up on this site's data, and return its output."""
        return self._python(
            "-c", f"from hubbub_site.commands import start\nstart(make=False)\n{code}"
        ).strip()

    def new_room(self, name: str, members: tuple[str, ...], *, private: bool = False) -> Room:
        """Create a room that only this test uses. The first member creates it."""
        first, *others = members
        name = f"{name} {next(self._numbers)}"
        made = self.ask(first, "room.create", name=name, private=private)["room"]
        if others:
            ids = [self.accounts[other].id for other in others]
            self.ask(first, "room.invite", room=made["id"], members=ids)
        return Room(made["id"], name)

    def new_id(self) -> str:
        """A new message id, made by the sender."""
        return str(make_message_id())

    def leave(self, room: Room, *members: str) -> None:
        for member in members:
            self.ask(member, "room.leave", room=room.id)

    def read_everything(self, username: str) -> None:
        """Mark all rooms of this person as read."""
        snapshot = self.ask(username, "snapshot")
        read = {membership["room"]: membership["read_number"] for membership in snapshot["memberships"]}
        for room in snapshot["rooms"]:
            if read.get(room["id"], 0) < room["last_number"]:
                self.ask(username, "room.read", room=room["id"], number=room["last_number"])

    def _answers(self) -> bool:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)) as connection:
            try:
                connection.request("GET", "/readyz")
                return connection.getresponse().status == 200
            except OSError:
                return False

    def _python(self, *arguments: str) -> str:
        """Run Python on this site's data and return its output."""
        root = str(Path(__file__).parents[2])
        paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
        environment = {**os.environ, "HUBBUB_DATA": str(self.data), "PYTHONPATH": paths}
        command = [*CLEAN, sys.executable, *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


def hubbub_serve(data: Path, port: int) -> list[str | Path]:
    return [PROGRAMS / "hubbub", "serve", "--data", data, "--port", str(port)]


def daphne(data: Path, port: int) -> list[str | Path]:
    """The command line of Daphne: any other ASGI server runs the same application."""
    settings = [f"HUBBUB_DATA={data}", "DJANGO_SETTINGS_MODULE=hubbub_site.settings"]
    return [
        *settings,
        PROGRAMS / "daphne",
        "-b",
        "127.0.0.1",
        "-p",
        str(port),
        "hubbub_site.asgi:application",
    ]


def printed_address(site: Site) -> str:
    """The URL that `hubbub serve` has printed: the welcome page with the set-up code."""
    log = site.data.with_suffix(".log").read_text()
    found = re.search(r"http://\S+/welcome/#\S+", log)
    assert found is not None, log
    return found.group()
