"""Limits of a decoder. `tests/sandbox` checks them against hostile decoders."""

from __future__ import annotations

import inspect
import threading
from typing import Any

import pytest

from hubbub.protocol import limits
from hubbub.sandbox import DecodersBusy, TooMuch, decode, decoding

pytestmark = pytest.mark.standalone


def here(function: str, **options: Any) -> Any:
    return decode(f"tests.sandbox.decoders:{function}", b"", options=options).facts


def usual(name: str) -> object:
    return inspect.signature(decode).parameters[name].default


def test_decode_seconds() -> None:
    assert usual("seconds") == limits.DECODE_SECONDS


def test_decode_cpu_seconds() -> None:
    with pytest.raises(TooMuch, match=f"{int(limits.DECODE_CPU_SECONDS)} s of processor time"):
        decode("tests.sandbox.decoders:loops", b"", seconds=300)


def test_decode_memory_bytes() -> None:
    assert usual("memory") == limits.DECODE_MEMORY_BYTES
    with pytest.raises(TooMuch, match="MemoryError"):
        here("allocates")


def test_decode_file_bytes() -> None:
    fitting = limits.DECODE_FILE_BYTES // 1_000_000 * 1_000_000
    assert here("writes", size=fitting) == {"written": True}
    with pytest.raises(TooMuch):
        here("writes", size=fitting + 2_000_000)


def test_decode_open_files() -> None:
    assert 20 < here("opens")["open"] < limits.DECODE_OPEN_FILES


def test_decode_result_bytes() -> None:
    largest = decode("tests.sandbox.decoders:answers", b"", options={"size": int(limits.DECODE_RESULT_BYTES)})
    assert len(largest.data) == limits.DECODE_RESULT_BYTES
    with pytest.raises(TooMuch, match="result"):
        here("answers", size=limits.DECODE_RESULT_BYTES + 100_000)


def test_decoders_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    most, _ = flooded(monkeypatch)
    assert most == limits.DECODERS_AT_ONCE


def test_decoders_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    _, refused = flooded(monkeypatch)
    assert refused == 1


def flooded(monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Decode one file more than allowed. Returns how many ran at once, and how many were refused."""
    running, most, lock = 0, 0, threading.Lock()
    release, refused = threading.Event(), 0

    def read(*_: object) -> bytes:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        release.wait(60)
        with lock:
            running -= 1
        return b'{"facts": null}\n'

    def one() -> None:
        nonlocal refused
        try:
            here("count")
        except DecodersBusy:
            with lock:
                refused += 1

    monkeypatch.setattr(decoding, "_read", read)
    room = limits.DECODERS_AT_ONCE + limits.DECODERS_WAITING
    threads = [threading.Thread(target=one) for _ in range(room)]
    for thread in threads:
        thread.start()
    while running < limits.DECODERS_AT_ONCE or decoding._waiting < limits.DECODERS_WAITING:
        threading.Event().wait(0.01)
    one()
    release.set()
    for thread in threads:
        thread.join(60)
    return most, refused
