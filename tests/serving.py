"""The product as it really runs: processes that serve one site, and a shell with the same database.

A `Site` is a data directory with people in it. `served` starts a server for it, in each way that people run one:
`hubbub serve` (ready frames pushed), plain uvicorn and Daphne (any ASGI server). A `Shell` is another Python process
with the same database, as a management command, a task or a person at the prompt would be.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hubbub_site import secret_key_file
from tests.servers.process import Running, die_with_parent, free_port, running

WAYS = ("hubbub serve", "uvicorn", "daphne")
SHELL = Path(__file__).parent / "shell.py"


@dataclass(frozen=True)
class Person:
    """A member's account and the credentials that a test signs in with."""

    name: str
    user: int
    member: int
    token: str
    session: str


@dataclass
class Site:
    """A data directory (or another database, named in `environment`) and its people."""

    data: Path
    environment: dict[str, str] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    def variables(self, **more: str) -> dict[str, str]:
        """The environment of a process of this site; the caller's own settings do not leak into it."""
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("HUBBUB_", "DJANGO_")) and name not in ("DATABASE_URL", "REDIS_URL")
        }
        return {
            **clean,
            "HUBBUB_DATA": str(self.data),
            "HUBBUB_RATE_LIMITS": "off",
            "DJANGO_SETTINGS_MODULE": "hubbub_site.settings",
            **self.environment,
            **more,
        }


@dataclass(frozen=True)
class Server:
    """A server that answers at `port` of the loopback interface."""

    site: Site
    way: str
    running: Running
    log: Path

    @property
    def port(self) -> int:
        return self.running.port

    @property
    def process(self) -> subprocess.Popen[bytes]:
        return self.running.process

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def socket_url(self, path: str = "/ws/") -> str:
        return f"ws://127.0.0.1:{self.port}{path}"

    @property
    def pushes(self) -> bool:
        """Whether it writes ready frames to the transport."""
        return self.way == "hubbub serve"

    def ready(self) -> dict[str, Any]:
        """What /readyz answers: to Alice, if the site has her."""
        alice = self.site.people.get("alice")
        return get_json(f"{self.origin}/readyz", token=alice.token if alice else "")


class Shell:
    """A Python process with the site's database. `ask` evaluates an expression there, `run` runs statements."""

    def __init__(self, site: Site) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(SHELL)],
            env=site.variables(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
        )

    def ask(self, expression: str, **names: Any) -> Any:
        return self._do("eval", expression, names)

    def run(self, statements: str, **names: Any) -> None:
        self._do("exec", statements, names)

    def close(self) -> None:
        self._process.communicate()

    def _do(self, kind: str, code: str, names: Mapping[str, Any]) -> Any:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        stdin.write(json.dumps({"kind": kind, "code": code, "names": names}) + "\n")
        stdin.flush()
        answer = json.loads(stdout.readline() or '{"error": "the shell is gone"}')
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["ok"]


def new_site(data: Path, **environment: str) -> Site:
    """An empty data directory with its secret key, as the first start makes it."""
    secret_key_file.prepare(data)
    return Site(data, environment)


@contextlib.contextmanager
def shell_of(site: Site) -> Iterator[Shell]:
    shell = Shell(site)
    try:
        yield shell
    finally:
        shell.close()


def settle(site: Site, shell: Shell) -> None:
    """Set up the database. Alice owns the workspace, Bob and Dave are members, Carol is a guest."""
    shell.run("migrate()")
    for name, role in (("alice", "owner"), ("bob", "member"), ("carol", "guest"), ("dave", "member")):
        site.people[name] = newcomer(shell, name, role)


def newcomer(shell: Shell, name: str, role: str = "member") -> Person:
    """A new account with a session and a token."""
    return Person(**shell.ask("newcomer(name, role)", name=name, role=role))


@contextlib.contextmanager
def served(
    site: Site, way: str = "hubbub serve", *, descriptors: int | None = None, **environment: str
) -> Iterator[Server]:
    """Serve a site on a free port until the context ends, with at most so many descriptors."""
    port = free_port()
    log = Path(tempfile.mkstemp(prefix=f"{way.split()[0]}-", suffix=".log", dir=site.data)[1])
    variables = site.variables(**environment)
    # `running` starts what it is given in its own environment: `env` sets ours.
    command = ["env", "-i", *(f"{name}={value}" for name, value in variables.items()), *command_of(way, port)]
    if descriptors is not None:
        command = ["sh", "-c", f'ulimit -n {descriptors} && exec "$@"', "sh", *command]
    origin = f"http://127.0.0.1:{port}"
    with running(command, url=origin, port=port, ready=lambda: answers(origin), log=log) as process:
        yield Server(site, way, process, log)
    said = log.read_text(errors="replace")
    # uvicorn's own protocol logs one for text that is not UTF-8, which is the client's fault.
    assert way == "uvicorn" or "Traceback" not in said, f"the server logged a bug:\n{said[-4000:]}"


def command_of(way: str, port: int) -> list[str]:
    application = "hubbub_site.asgi:application"
    if way == "hubbub serve":
        return [sys.executable, "-m", "hubbub_site.cli", "serve", "--port", str(port)]
    if way == "uvicorn":
        return [sys.executable, "-m", "uvicorn", "--port", str(port), "--log-level", "warning", application]
    return [sys.executable, "-m", "daphne", "--port", str(port), "--verbosity", "0", application]


def answers(origin: str) -> bool:
    try:
        return bool(get_json(f"{origin}/readyz")["ready"])
    except (OSError, urllib.error.URLError):
        return False


def get_json(url: str, *, token: str = "") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310  loopback, and no other scheme
    with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310
        found: dict[str, Any] = json.load(response)
    return found
