"""Main function of the decoder process: drop privileges, run one function, write the result, exit."""

from __future__ import annotations

import importlib
import os
import resource
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from hubbub.sandbox import confinement, results

Decoder = Callable[..., tuple[Any, bytes]]


def main(job: dict[str, Any]) -> None:
    """Never returns. Output of the function is discarded; the result is written to the original standard output."""
    result = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    if not confinement.die_with(job["parent"]):
        os._exit(1)
    _limit(job["limits"])
    try:
        answer = _run(job)
    except BaseException as error:
        answer = results.pack_error(error)
    while answer:
        answer = answer[os.write(result, answer) :]
    os._exit(0)


def _run(job: dict[str, Any]) -> bytes:
    module, _, name = job["function"].partition(":")
    function: Decoder = getattr(importlib.import_module(module), name)
    if not confinement.confine(os.getcwd()):
        # Forbids new processes, and new threads too. Has no effect for root.
        _set(resource.RLIMIT_NPROC, 0)
    file: BinaryIO
    with open(0, "rb", closefd=False) as file:
        facts, data = function(file, **job["options"])
    return results.pack(facts, data)


def _limit(most: dict[str, int]) -> None:
    cpu = most["cpu"]
    _set(resource.RLIMIT_CPU, cpu, cpu + 1)
    _set(resource.RLIMIT_FSIZE, most["file"])
    _set(resource.RLIMIT_NOFILE, most["open"])
    _set(resource.RLIMIT_CORE, 0)
    if sys.platform != "darwin":  # macOS defines the name but refuses the limit
        _set(resource.RLIMIT_AS, most["memory"])


def _set(kind: int, soft: int, hard: int | None = None) -> None:
    _, ceiling = resource.getrlimit(kind)
    wanted = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        wanted = min(wanted, ceiling)
    resource.setrlimit(kind, (min(soft, wanted), wanted))
