"""The Channels tutorial under Daphne and under uvicorn, with the in-memory layer: no sign-in, nothing stored."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence

from bench.contenders import Contender
from bench.generator import Dialect
from bench.machine import BUILT, ROOT
from bench.process import Server, free_port, serving

APPLICATION = "bench.peers.tutorial.asgi:application"
NOTE = "in-memory layer; no sign-in, no policy, nothing stored"


def _under(name: str, command: Callable[[int], Sequence[str]]) -> Contender:
    @contextlib.contextmanager
    def start() -> Iterator[tuple[Server, Dialect]]:
        port = free_port()
        log = BUILT / f"tutorial-{name}.log"
        with serving([sys.executable, "-m", *command(port)], port=port, log=log, folder=ROOT) as server:
            yield server, Dialect(path="/ws/chat/r%r/", message='{"message": "%m"}')

    return Contender(f"Channels tutorial, {name}", start, NOTE)


on_daphne = _under(
    "Daphne", lambda port: ["daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0", APPLICATION]
)
on_uvicorn = _under(
    "uvicorn",
    lambda port: [
        *["uvicorn", "--port", str(port), "--log-level", "warning", "--lifespan", "off"],
        *["--ws-per-message-deflate", "false", APPLICATION],
    ],
)
