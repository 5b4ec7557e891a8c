"""Decoders that behave as if an attacker's file had taken them over. The sandbox imports this file."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

Result = tuple[Any, bytes]


def count(file: BinaryIO, *, letter: str = "a") -> Result:
    data = file.read()
    return {"bytes": len(data), "letters": data.count(letter.encode())}, data[:3]


def surroundings(file: BinaryIO) -> Result:
    return {"environment": dict(os.environ), "cwd": os.getcwd(), "files": os.listdir(), "argv": sys.argv}, b""


def fails(file: BinaryIO) -> Result:
    raise ValueError("not a picture")


def allocates(file: BinaryIO) -> Result:
    held = []
    while True:
        held.append(bytearray(10_000_000))


def loops(file: BinaryIO) -> Result:
    while True:
        pass


def sleeps(file: BinaryIO) -> Result:
    time.sleep(600)
    return None, b""


def forks(file: BinaryIO) -> Result:
    started = 0
    for _ in range(50):
        with contextlib.suppress(OSError):
            if os.fork() == 0:
                time.sleep(600)
                os._exit(0)
            started += 1
    return {"started": started}, b""


def prints(file: BinaryIO) -> Result:
    for _ in range(10_000):
        print("x" * 10_000)
    return "printed", b""


def answers_without_end(file: BinaryIO) -> Result:
    for number in range(3, 16):
        with contextlib.suppress(OSError):
            os.write(number, b"")
            while True:
                os.write(number, b"x" * 100_000)
    return None, b""


def answers(file: BinaryIO, *, size: int) -> Result:
    return None, b"x" * size


def answers_nonsense(file: BinaryIO, *, text: str) -> Result:
    for number in range(3, 16):
        with contextlib.suppress(OSError):
            os.write(number, text.encode())
    os._exit(0)


def crashes(file: BinaryIO) -> Result:
    ctypes.string_at(0)
    return None, b""


def leaves(file: BinaryIO) -> Result:
    os._exit(0)


def writes(file: BinaryIO, *, size: int, files: int = 1) -> Result:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for number in range(files):
        with open(f"huge-{number}", "wb") as huge:
            for _ in range(size // 1_000_000):
                huge.write(b"x" * 1_000_000)
    return {"written": True}, b""


def opens(file: BinaryIO) -> Result:
    held = []
    with contextlib.suppress(OSError):
        while True:
            held.append(os.open("one", os.O_CREAT | os.O_RDWR))
    return {"open": len(held)}, b""


def tries(file: BinaryIO, *, what: str, where: str = "") -> Result:
    """Try something forbidden and return what happened."""
    deeds = {
        "connect": lambda: socket.create_connection(("127.0.0.1", int(where)), timeout=2),
        "read": lambda: Path(where).read_text(),
        "write": lambda: Path(where).write_text("written"),
        "list": lambda: os.listdir(where),
        "kill": lambda: os.kill(int(where), signal.SIGUSR1),
        "execute": lambda: os.execv("/bin/true", ["/bin/true"]),  # noqa: S606
        "thread": lambda: __import__("_thread").start_new_thread(time.sleep, (0,)),
    }
    try:
        deeds[what]()
    except (OSError, RuntimeError) as error:
        return {"refused": type(error).__name__}, b""
    return {"refused": None}, b""
