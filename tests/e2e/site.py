"""A served workspace on a data directory of its own: it can be asked by API or shell, killed, and started again."""

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
# What the test session needs in its own environment must not reach the server: there it would change what is tested.
CLEAN = ["env", "-u", "DJANGO_SETTINGS_MODULE", "-u", "DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass(frozen=True)
class Account:
    """Somebody who may sign in with PASSWORD; `token` lets the test act for them without a browser."""

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
    """`hubbub serve`, or any other ASGI server: `command` takes the data directory and the port."""

    def __init__(self, data: Path, command: Any = None) -> None:
        self.data, self.port = data, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.accounts: dict[str, Account] = {}
        self._command = command or hubbub_serve
        self._life = ExitStack()
        self._server: Running | None = None
        self._numbers = count(1)

    def populate(self, *arguments: str) -> None:
        """Make people before the server starts; `arguments` are those of population.py."""
        said = self._python("-m", "tests.e2e.population", *arguments)
        self.accounts = {entry["username"]: Account(**entry) for entry in json.loads(said.splitlines()[-1])}

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
        """As the kernel would: no goodbye to anybody."""
        assert self._server is not None
        self._server.process.kill()
        self._server.process.wait()

    def end(self) -> None:
        """As whoever runs it would: it asks the browsers to come back later."""
        assert self._server is not None
        stop(self._server.process)

    def stop(self) -> None:
        self._life.close()

    def ask(self, username: str, command: str, **fields: object) -> Any:
        """What the server answers to a command of this person; whoever is too fast for it waits as long as it says."""
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
        """What a program in another process, with Django set up on the same data, prints."""
        return self._python(
            "-c", f"from hubbub_site.commands import start\nstart(make=False)\n{code}"
        ).strip()

    def new_room(self, name: str, members: tuple[str, ...], *, private: bool = False) -> Room:
        """A room that only this test uses; the first member opens it."""
        first, *others = members
        name = f"{name} {next(self._numbers)}"
        made = self.ask(first, "room.create", name=name, private=private)["room"]
        if others:
            ids = [self.accounts[other].id for other in others]
            self.ask(first, "room.invite", room=made["id"], members=ids)
        return Room(made["id"], name)

    def new_id(self) -> str:
        """For a message: the sender makes it."""
        return str(make_message_id())

    def leave(self, room: Room, *members: str) -> None:
        for member in members:
            self.ask(member, "room.leave", room=room.id)

    def read_everything(self, username: str) -> None:
        """Nothing is unread for this person any more."""
        snapshot = self.ask(username, "snapshot")
        read = {place["room"]: place["read_number"] for place in snapshot["memberships"]}
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
        """The output of a Python program that works on this site's data."""
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
    """Any other ASGI server runs the same application."""
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
    """What `hubbub serve` has printed: the welcome page, with the set-up code."""
    told = site.data.with_suffix(".log").read_text()
    found = re.search(r"http://\S+/welcome/#\S+", told)
    assert found is not None, told
    return found.group()
