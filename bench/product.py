"""Hubbub as shipped: `hubbub serve` on SQLite, durable, everybody signed in with a bearer token of their own.

The measured server differs from a real one only by HUBBUB_RATE_LIMITS=off.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.compiling import CannotMeasure
from bench.contenders import Contender
from bench.generator import Dialect
from bench.machine import BUILT, ROOT
from bench.process import Server, free_port, serving

HUBBUB = Path(sys.executable).parent / "hubbub"
ENVIRONMENT = {"HUBBUB_RATE_LIMITS": "off", "PYTHONPATH": str(ROOT)}
PASSWORD = "a long enough phrase 42"


@dataclass(frozen=True)
class Workspace:
    """A data directory with member1 … memberN, a token for each, and rooms {name: (id, seq)}."""

    data: Path
    tokens: tuple[str, ...]
    epoch: str
    directory: int
    rooms: dict[str, tuple[int, int]] = field(default_factory=dict)
    databases: Mapping[str, str] = field(default_factory=dict)

    @property
    def token_file(self) -> Path:
        """One token a line, for the generator."""
        file = self.data / "bench-tokens"
        file.write_text("\n".join(self.tokens) + "\n")
        return file

    @contextlib.contextmanager
    def served(self) -> Iterator[Server]:
        port = free_port()
        command = [HUBBUB, "serve", "--data", self.data, "--port", str(port)]
        environment = {**ENVIRONMENT, **self.databases}
        log = self.data / f"serve-{port}.log"
        with serving(command, port=port, log=log, environment=environment) as server:
            yield server
        log.unlink()

    def room_dialect(self, room: str) -> Dialect:
        """The room socket, with the protocol of the Channels tutorial. `room` may contain %r."""
        return Dialect(
            path=f"/ws/chat/{room}/",
            message='{"message": "%m"}',
            headers=("Authorization: Bearer %k",),
            tokens=self.token_file,
        )

    def event_dialect(self, first: dict[str, object]) -> Dialect:
        """The socket of the browser's client. `first` is its first command, and its answer makes a connection ready."""
        return Dialect(
            path="/ws/",
            headers=("Authorization: Bearer %k",),
            script=(("hear", '"hello"'), ("say", json.dumps({"id": 1, **first})), ("hear", '"re":1')),
            answer=('{"type":"heartbeat"}', '{"type":"beat"}'),
            tokens=self.token_file,
        )


@contextlib.contextmanager
def fresh_workspace(
    *, members: int, rooms: int = 0, messages: int = 0, databases: Mapping[str, str] | None = None
) -> Iterator[Workspace]:
    """A temporary workspace; `databases` has DATABASE_URL and REDIS_URL, otherwise it uses SQLite."""
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as place:
        _fill(Path(place), members, rooms, messages, databases or {})
        yield _look_into(Path(place), members, databases or {})


def kept_workspace(*, members: int, messages: int) -> Workspace:
    """A large workspace, filled once and kept, with all messages in `general`. An interrupted filling continues."""
    place = BUILT / f"messages-{messages}"
    done = place / "filled"
    if not done.exists():
        print(
            f"  Filling a workspace with {messages:,} messages; it is kept in {place.relative_to(ROOT)}.",
            flush=True,
        )
        _fill(place, members, 0, messages, {})
        done.touch()
    _run(HUBBUB, "migrate", "--data", place)
    return _look_into(place, members, {})


def hubbub(*, room: str, members: int, rooms: int = 0) -> Contender:
    """The product on its room socket."""

    @contextlib.contextmanager
    def start() -> Iterator[tuple[Server, Dialect]]:
        with fresh_workspace(members=members, rooms=rooms) as workspace, workspace.served() as server:
            yield server, workspace.room_dialect(room)

    return Contender("Hubbub", start, "SQLite, durable before delivery; signed in, policy checked")


def _fill(place: Path, members: int, rooms: int, messages: int, databases: Mapping[str, str]) -> None:
    counts = {"--members": members, "--rooms": rooms, "--messages": messages}
    words = [str(word) for pair in counts.items() for word in pair]
    _run(HUBBUB, "demo", "--data", place, "--password", PASSWORD, *words, environment=databases)


def _look_into(place: Path, members: int, databases: Mapping[str, str]) -> Workspace:
    environment = {"HUBBUB_DATA": str(place), **databases}
    found = json.loads(_run(sys.executable, "-m", "bench.workspace", str(members), environment=environment))
    rooms = {name: (room, seq) for name, (room, seq) in found["rooms"].items()}
    return Workspace(place, tuple(found["tokens"]), found["epoch"], found["directory"], rooms, databases)


def _run(*command: str | Path, environment: Mapping[str, str] | None = None) -> str:
    finished = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env={**os.environ, **ENVIRONMENT, **(environment or {})},
        capture_output=True,
        text=True,
    )
    if finished.returncode:
        raise CannotMeasure(f"{Path(command[0]).name} {command[1]} failed:\n{finished.stderr.strip()}")
    return finished.stdout
