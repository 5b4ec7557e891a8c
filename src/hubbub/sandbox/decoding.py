"""`decode`: start a process for one file, wait for its result, then kill the process and delete its directory."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

from hubbub.protocol import limits
from hubbub.sandbox import results
from hubbub.sandbox.failures import DecodersBusy, Malformed, TooMuch

log = logging.getLogger("hubbub.sandbox")

_START = (
    "import json, sys; job = json.loads(sys.argv[1]); sys.path[:] = job['path'];"
    "from hubbub.sandbox.child import main; main(job)"
)
_places = threading.BoundedSemaphore(limits.DECODERS_AT_ONCE)
_lock = threading.Lock()
_waiting = 0


class Decoded(NamedTuple):
    """The result of a decoder: `facts` as JSON values, and `data`, such as the bytes of a thumbnail."""

    facts: Any
    data: bytes


def decode(
    function: str,
    data: bytes | Path,
    *,
    options: Mapping[str, Any] | None = None,
    seconds: float = limits.DECODE_SECONDS,
    memory: int = limits.DECODE_MEMORY_BYTES,
) -> Decoded:
    """Run `function`, named `package.module:name`, on a file in another process. Blocks; raises a `DecodeFailed`.

    The function takes the open file and `options` as keywords, and returns `(facts, bytes)`. Its module must import
    everything at its top: later the process can read the Python library only. The name comes from our own code, never
    from input. Each file gets a new process, so no file can affect the next.
    """
    with _place(), _opened(data) as file, _directory() as directory:
        job = {
            "function": function,
            "options": dict(options or {}),
            "path": [entry or os.getcwd() for entry in sys.path],
            "parent": os.getpid(),
            "limits": {
                "memory": memory,
                "cpu": int(limits.DECODE_CPU_SECONDS),
                "file": int(limits.DECODE_FILE_BYTES),
                "open": int(limits.DECODE_OPEN_FILES),
            },
        }
        process = subprocess.Popen(  # noqa: S603  our own interpreter and code
            [sys.executable, "-I", "-S", "-B", "-c", _START, json.dumps(job)],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=directory,
            env={"LANG": "C.UTF-8", "HOME": directory, "TMPDIR": directory},
            start_new_session=True,
        )
        try:
            answer = _read(_pipe_of(process).fileno(), Path(directory), time.monotonic() + seconds)
        finally:
            _end(process)
    return _result(answer, process.returncode)


@contextlib.contextmanager
def _place() -> Iterator[None]:
    """Wait for one of DECODERS_AT_ONCE slots. The queue is bounded and a slot is held for DECODE_SECONDS at most."""
    global _waiting
    with _lock:
        if _waiting >= limits.DECODERS_WAITING:
            raise DecodersBusy(f"{int(limits.DECODERS_WAITING)} files already wait for a decoder.")
        _waiting += 1
    try:
        _places.acquire()
    finally:
        with _lock:
            _waiting -= 1
    try:
        yield
    finally:
        _places.release()


@contextlib.contextmanager
def _opened(data: bytes | Path) -> Iterator[IO[bytes]]:
    if isinstance(data, Path):
        with data.open("rb") as file:
            yield file
    else:
        with tempfile.TemporaryFile() as spooled:
            spooled.write(data)
            spooled.seek(0)
            yield spooled


@contextlib.contextmanager
def _directory() -> Iterator[str]:
    made = tempfile.TemporaryDirectory(prefix="hubbub-decoder-", ignore_cleanup_errors=True)
    try:
        yield made.name
    finally:
        try:
            made.cleanup()
        except Exception:  # such as directories nested so deep that Python cannot remove them
            log.exception("The directory %s of a decoder could not be removed.", made.name)


def _read(pipe: int, directory: Path, deadline: float) -> bytes:
    """Read until the process closes the pipe. TooMuch if that takes too long or writes too much."""
    most = results.HEAD_BYTES + limits.DECODE_RESULT_BYTES
    answer = bytearray()
    while (left := deadline - time.monotonic()) > 0:
        if select.select([pipe], [], [], min(left, 0.1))[0]:
            piece = os.read(pipe, 1 << 16)
            if not piece:
                return bytes(answer)
            answer += piece
            if len(answer) > most:
                raise TooMuch(f"The result has more than {int(limits.DECODE_RESULT_BYTES)} bytes.")
        if _on_disk(directory) > limits.DECODE_FILE_BYTES:
            raise TooMuch(f"The decoder wrote more than {int(limits.DECODE_FILE_BYTES)} bytes to disk.")
    raise TooMuch("The decoder did not end in time.")


def _on_disk(directory: Path) -> int:
    with contextlib.suppress(OSError):
        return sum(entry.stat(follow_symlinks=False).st_size for entry in os.scandir(directory))
    return 0


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and all processes that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    _pipe_of(process).close()
    process.wait()


def _pipe_of(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdout is not None  # noqa: S101  it was asked for
    return process.stdout


def _result(answer: bytes, code: int) -> Decoded:
    # The process is killed after it has closed the pipe, so its exit code matters only if there is no answer.
    if not answer:
        if code == -signal.SIGXCPU:
            raise TooMuch(f"The decoder used more than {int(limits.DECODE_CPU_SECONDS)} s of processor time.")
        if code == -signal.SIGXFSZ:
            raise TooMuch(f"The decoder wrote more than {int(limits.DECODE_FILE_BYTES)} bytes to disk.")
        raise Malformed(f"The decoder ended without a result (exit code {code}).")
    try:
        head, data = results.unpack(answer)
    except ValueError:
        raise Malformed("The decoder answered with something else than a result.") from None
    if "error" in head:
        kind = TooMuch if head["error"].startswith(("MemoryError", "OSError: [Errno 27]")) else Malformed
        raise kind(head["error"])
    return Decoded(head["facts"], data)
