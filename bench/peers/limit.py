"""The minimum work of a chat server: see limit.c."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from bench.compiling import program
from bench.contenders import Contender
from bench.generator import Dialect
from bench.machine import BENCH, BUILT
from bench.process import Server, free_port, serving


@contextlib.contextmanager
def _start() -> Iterator[tuple[Server, Dialect]]:
    port = free_port()
    command = [program(BENCH / "peers" / "limit.c"), str(port)]
    with serving(command, port=port, log=BUILT / "limit.log") as server:
        yield server, Dialect(path="/r%r", message='{"message": "%m"}')


limit = Contender("the limit", _start, "one write a delivery in C; nothing understood, checked or stored")
