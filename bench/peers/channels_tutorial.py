"""The Channels tutorial under Daphne and under uvicorn, in memory and on Redis: no sign-in, nothing stored."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version

from bench.compiling import CannotMeasure
from bench.contenders import Contender
from bench.generator import Dialect
from bench.machine import BUILT, ROOT
from bench.process import Cluster, Server, free_port, serving
from tests.servers import NotFound
from tests.servers.redis import find_redis

APPLICATION = "bench.peers.tutorial.asgi:application"
DIALECT = Dialect(path="/ws/chat/r%r/", message='{"message": "%m"}')
NOTE = "no sign-in, no policy, nothing stored"

DAPHNE = ("daphne", "-b", "127.0.0.1", "-v", "0", "-p")
UVICORN = (
    "uvicorn",
    "--log-level",
    "warning",
    "--lifespan",
    "off",
    "--ws-per-message-deflate",
    "false",
    "--port",
)


def _in_memory(name: str, command: tuple[str, ...]) -> Contender:
    @contextlib.contextmanager
    def start() -> Iterator[tuple[Server, Dialect]]:
        with _serving(name, command) as server:
            yield server, DIALECT

    return Contender(f"Channels tutorial, {name}", start, f"in-memory layer; {NOTE}")


def _on_redis(name: str, command: tuple[str, ...], layer: str) -> Contender:
    """Redis shares the core of the server, and counts as part of it."""

    @contextlib.contextmanager
    def start() -> Iterator[tuple[Server, Dialect]]:
        with _redis() as redis, _serving(name, command, BENCH_LAYER=layer, BENCH_REDIS=redis.port) as server:
            yield Cluster([server], [redis]), DIALECT

    return Contender(f"Channels tutorial, {name}", start, f"{layer}; {NOTE}")


@contextlib.contextmanager
def _serving(name: str, command: tuple[str, ...], **environment: object) -> Iterator[Server]:
    port = free_port()
    log = BUILT / f"tutorial-{'-'.join(re.findall('[a-zA-Z]+', name))}.log"
    words = [sys.executable, "-m", *command, port, APPLICATION]
    settings = {variable: str(value) for variable, value in environment.items()}
    with serving(words, port=port, log=log, folder=ROOT, environment=settings) as server:
        yield server


@contextlib.contextmanager
def _redis() -> Iterator[Server]:
    port = free_port()
    command = [_redis_program(), "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with serving(command, port=port, log=BUILT / "redis.log", folder=BUILT) as server:
        yield server


def _redis_program() -> str:
    try:
        return str(find_redis())
    except NotFound as reason:
        raise CannotMeasure(str(reason)) from None


def versions() -> dict[str, str]:
    """Versions of the layers on Redis; the other versions are among the machine's packages."""
    layers = {"channels_redis": version("channels_redis")}
    try:
        said = subprocess.run([find_redis(), "--version"], capture_output=True, text=True, check=True).stdout
    except NotFound:
        return layers
    return {**layers, "Redis": said.partition("v=")[2].partition(" ")[0]}


on_daphne = _in_memory("Daphne", DAPHNE)
on_uvicorn = _in_memory("uvicorn", UVICORN)
on_uvicorn_with_redis = _on_redis("uvicorn, Redis", UVICORN, "channels_redis.core.RedisChannelLayer")
on_uvicorn_with_pubsub = _on_redis(
    "uvicorn, Redis pub/sub", UVICORN, "channels_redis.pubsub.RedisPubSubChannelLayer"
)
on_daphne_with_redis = _on_redis("Daphne, Redis", DAPHNE, "channels_redis.core.RedisChannelLayer")
