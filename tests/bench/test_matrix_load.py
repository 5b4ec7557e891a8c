"""The load generator for Matrix checks what it receives, too."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bench.generator import Dialect, Generator, Run
from bench.peers.matrix import synapse
from bench.process import Server

PEOPLE = 4
FAULT_AT = 10


class Homeserver(ThreadingHTTPServer):
    """One room that all accounts receive; `fault` may spoil message FAULT_AT for the first account."""

    def __init__(self, fault: str) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.fault = fault
        self.texts: list[list[str]] = []
        self.news = threading.Condition()
        self.closing = False

    def tell(self, number: int, text: str) -> None:
        faults = {"forgets": [], "repeats": [text, text], "mixes rooms": [text.replace("@@0000", "@@0001")]}
        with self.news:
            for person, texts in enumerate(self.texts):
                texts += faults.get(self.fault, [text]) if (person, number) == (0, FAULT_AT) else [text]
            self.news.notify_all()

    def events(self, who: int, since: int, wait: bool) -> list[Any]:
        with self.news:
            if wait:
                self.news.wait_for(lambda: len(self.texts[who]) > since or self.closing)
            return [{"content": {"body": text}} for text in self.texts[who][since:]]

    def close(self) -> None:
        with self.news:
            self.closing = True
            self.news.notify_all()
        self.shutdown()
        self.server_close()


class Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Homeserver

    def handle(self) -> None:
        with suppress(ConnectionError):  # the generator is killed while it listens
            super().handle()

    def answer(self) -> None:
        url = urlsplit(self.path)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"null")
        answer = json.dumps(self.answer_to(url.path, parse_qs(url.query), body)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = answer

    def answer_to(self, path: str, query: dict[str, list[str]], body: Any) -> dict[str, Any]:
        match path.removeprefix("/_matrix/client/v3/").split("/"):
            case ["register"]:
                self.server.texts.append([])
                return {"access_token": str(len(self.server.texts) - 1), "user_id": body["username"]}
            case ["createRoom"]:
                return {"room_id": "!room:localhost"}
            case ["rooms", _, "send", _, number]:
                self.server.tell(int(number), body["body"])
            case ["sync"]:
                who = int(self.headers["Authorization"].removeprefix("Bearer "))
                since = int(query.get("since", ["0"])[0])
                events = self.server.events(who, since, query["timeout"] != ["0"])
                rooms = {"join": {"!room:localhost": {"timeline": {"events": events}}}}
                return {"next_batch": str(since + len(events)), "rooms": rooms}
        return {}

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def connected(fault: str) -> Iterator[Generator]:
    homeserver = Homeserver(fault)
    thread = threading.Thread(target=homeserver.serve_forever)
    thread.start()
    ourselves: Any = SimpleNamespace(pid=os.getpid())
    server = Server(ourselves, homeserver.server_address[1])
    try:
        with synapse.connect(server, Dialect(path=""), connections=PEOPLE, rooms=1) as generator:
            yield generator
    finally:
        homeserver.close()
        thread.join()


def measured(fault: str = "none") -> Run:
    with connected(fault) as generator:
        return generator.rate(100, 0.3)


def test_an_honest_server_counts() -> None:
    run = measured()
    assert (run.valid, run.sent, run.delivered) == (True, 30, 30 * PEOPLE)


@pytest.mark.parametrize(
    ("fault", "seen"), [("forgets", "missing"), ("repeats", "repeated"), ("mixes rooms", "foreign")]
)
def test_a_server_that_errs_does_not_count(fault: str, seen: str) -> None:
    run = measured(fault)
    assert not run.valid
    assert getattr(run, seen) == 1


def test_in_a_closed_loop_the_next_message_waits_for_everybody() -> None:
    with connected("none") as generator:
        runs = [generator.closed(2, 0.3), generator.closed(1, 0.3)]
    assert all(run.valid and run.delivered == run.sent * PEOPLE for run in runs)
