"""The load generator checks what it receives: a run with a lost, doubled or reordered message does not count."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from bench.generator import Dialect, Run, connected
from bench.process import Server

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="the generator is written in C")

LISTENERS = 4
FAULT_AT = 10
DIALECT = Dialect(
    path="/", message='{"message": "%m"}', script=(("hear", "welcome"), ("say", "hi"), ("hear", "in"))
)


class ChatServer:
    """Sends everything to everybody; `fault` may spoil message FAULT_AT for one of them.

    "pairs" is no fault: that one hears two messages at a time, in a binary frame.
    """

    def __init__(self, fault: str) -> None:
        self.fault = fault
        self.everybody: list[ServerConnection] = []
        self.count = 0
        self.withheld = ""
        self.lock = threading.Lock()

    def serve_one(self, connection: ServerConnection) -> None:
        connection.send("welcome")
        assert connection.recv() in ("hi", b"hi")
        with self.lock:
            self.everybody.append(connection)
        connection.send("you are in")
        with suppress(ConnectionClosed):
            for text in connection:
                with self.lock:
                    self.tell(text if isinstance(text, str) else text.decode())

    def tell(self, text: str) -> None:
        for listener in self.everybody[1:]:
            listener.send(text)
        self.tell_victim(self.everybody[0], text)
        self.count += 1

    def tell_victim(self, victim: ServerConnection, text: str) -> None:
        at_fault = self.count == FAULT_AT
        if at_fault and self.fault in ("forgets", "swaps"):
            self.withheld = text
            return
        if self.fault == "pairs":
            self.pair(victim, text)
            return
        if at_fault and self.fault == "mixes rooms":
            text = text.replace("@@0000", "@@0001")
        victim.send(text)
        if at_fault and self.fault == "repeats":
            victim.send(text)
        if self.fault == "swaps" and self.withheld:
            victim.send(self.withheld)
            self.withheld = ""

    def pair(self, victim: ServerConnection, text: str) -> None:
        if self.withheld:
            victim.send((self.withheld + text).encode())
        self.withheld = "" if self.withheld else text


@contextmanager
def chat(fault: str = "none") -> Iterator[Server]:
    chat_server = ChatServer(fault)
    with serve(chat_server.serve_one, "127.0.0.1", 0, compression=None) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        process: Any = SimpleNamespace(pid=os.getpid())
        yield Server(process, listening.socket.getsockname()[1])
        listening.shutdown()
        thread.join()


def measured(fault: str = "none", dialect: Dialect = DIALECT) -> Run:
    with chat(fault) as server, connected(server, dialect, connections=LISTENERS, rooms=1) as generator:
        return generator.rate(100, 0.3)


def test_an_honest_server_counts() -> None:
    run = measured()
    assert (run.valid, run.sent, run.delivered) == (True, 30, 30 * LISTENERS)


@pytest.mark.parametrize(
    ("fault", "seen"),
    [("forgets", "missing"), ("repeats", "repeated"), ("swaps", "repeated"), ("mixes rooms", "foreign")],
)
def test_a_server_that_errs_does_not_count(fault: str, seen: str) -> None:
    run = measured(fault)
    assert not run.valid
    assert getattr(run, seen) == 1


def test_of_several_messages_in_one_binary_frame_each_counts() -> None:
    run = measured("pairs")
    assert (run.valid, run.sent, run.delivered) == (True, 30, 30 * LISTENERS)


def test_what_is_said_can_be_binary() -> None:
    run = measured(dialect=replace(DIALECT, binary=True))
    assert (run.valid, run.sent, run.delivered) == (True, 30, 30 * LISTENERS)


def test_in_a_closed_loop_the_next_message_waits_for_everybody() -> None:
    with chat() as server, connected(server, DIALECT, connections=LISTENERS, rooms=1) as generator:
        runs = [generator.closed(2, 0.2), generator.closed(1, 0.2)]
    assert all(run.valid and run.delivered == run.sent * LISTENERS for run in runs)
