"""`hubbub serve --workers 2`: one port and two processes, and clients cannot tell which one they use."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hubbub.protocol.closing import Close
from tests.faults.run_settings import bound
from tests.online import Arrive
from tests.scale.conftest import NewSite
from tests.serving import Server, served
from tests.sockets import Online, dial

SECONDS_TO_WAIT = bound(20)


@pytest.fixture
def server(new_home: NewSite, redis_url: str) -> Iterator[Server]:
    with served(new_home(REDIS_URL=redis_url), HUBBUB_WORKERS="2") as running:
        wait_for(lambda: len(workers_of(running)) == 2, "two workers")
        # Many questions, so that both answer some.
        for _ in range(10):
            wait_for(lambda: is_up(running), "both are ready")
        yield running


def is_up(server: Server) -> bool:
    state = server.ready()
    return (state["ready"], state["bus"]) == (True, "up")


@pytest.fixture
def serving(server: Server) -> Server:
    return server


def workers_of(server: Server) -> list[int]:
    """The processes that serve, by their ids."""
    parent = server.process.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def sockets_at(worker: int) -> set[int]:
    """The inodes of a process's sockets."""
    found = set()
    for link in Path(f"/proc/{worker}/fd").iterdir():
        try:
            target = os.readlink(link)
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            found.add(int(target[8:-1]))
    return found


def home_of(online: Online, server: Server) -> int:
    """The worker that has a person's socket: the kernel knows both ends of it."""
    port = online._socket.socket.getsockname()[1]
    wanted = (f":{server.port:04X}", f":{port:04X}")
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        if columns[1].endswith(wanted[0]) and columns[2].endswith(wanted[1]):
            inode = int(columns[9])
            return next(worker for worker in workers_of(server) if inode in sockets_at(worker))
    raise AssertionError("the kernel does not know this connection")


def wait_for(holds: Callable[[], bool], what: str, within: float = SECONDS_TO_WAIT) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, f"not within {within} s: {what}"
        time.sleep(0.05)


def comes_to_another(comes: Arrive, server: Server, other: Online) -> Online:
    """Bob, at a worker that is not the other person's: the kernel deals out connections as it likes."""
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while time.monotonic() < deadline:
        online = comes("bob")
        if home_of(online, server) != home_of(other, server):
            return online
        online.closes()
    raise AssertionError("everybody lands at the same worker")


def is_cut(online: Online) -> None:
    with pytest.raises(Exception, match="close frame|reset"):
        online.listen(SECONDS_TO_WAIT)


def test_a_worker_that_is_killed_is_replaced_and_its_people_come_back(server: Server, comes: Arrive) -> None:
    alice = comes("alice")
    bob = comes_to_another(comes, server, alice)
    room = alice.creates(private=True, invite=(bob,))
    alice.says(room, "across")
    bob.hears("across", room=room)
    begun = time.monotonic()
    lost = home_of(bob, server)
    os.kill(lost, signal.SIGKILL)
    is_cut(bob)
    alice.says(room, "while you were away")
    back = Online(dial(server, person=bob.person), bob.person)
    back.resumes(bob)
    assert back.view(room).texts == ["across", "while you were away"]
    assert time.monotonic() - begun < bound(10)
    wait_for(lambda: len(workers_of(server)) == 2 and lost not in workers_of(server), "a new worker")
    assert f"Worker {lost} ended (-9); starting another." in server.log.read_text()
    back.says(room, "here again")
    alice.hears("here again", room=room)
    back.closes()


def test_sigterm_asks_everybody_at_every_worker_to_come_back(server: Server, comes: Arrive) -> None:
    alice = comes("alice")
    bob = comes_to_another(comes, server, alice)
    server.process.send_signal(signal.SIGTERM)
    for person in (alice, bob):
        assert person.is_closed(Close.GOING_AWAY, within=SECONDS_TO_WAIT).startswith("retry_after=")
    assert server.process.wait(SECONDS_TO_WAIT) == 0


def test_workers_do_not_outlive_a_parent_that_is_killed(server: Server, comes: Arrive) -> None:
    """Otherwise the port stays taken, and the next `hubbub serve` is refused by ghosts."""
    alice = comes("alice")
    left = workers_of(server)
    server.process.kill()
    alice.is_closed(Close.GOING_AWAY, within=SECONDS_TO_WAIT)
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in left), "the workers have gone")
    with socket.create_server(("127.0.0.1", server.port)):
        pass
