"""`hubbub serve` as a process: when it refuses to start, and how it stops."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hubbub.protocol.closing import Close
from tests.raw_socket import RawSocket
from tests.servers.process import free_port
from tests.serving import Server, Site, new_site, served
from tests.sockets import Online, dial, new_id

SERVE = [sys.executable, "-m", "hubbub_site.cli", "serve"]


@pytest.fixture
def own(a_copy_of: Callable[[], Site]) -> Iterator[Server]:
    """A server that the test may stop."""
    with served(a_copy_of()) as server:
        yield server


def arrives(server: Server, name: str) -> Online:
    online = Online(dial(server, person=server.site.people[name]), server.site.people[name])
    online.takes_snapshot()
    return online


def attempt(site: Site, *flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Try to serve; what it says when it refuses."""
    return subprocess.run(
        [*SERVE, *flags], env=site.variables(**environment), capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_draining_asks_clients_to_reconnect_and_finishes_their_commands(own: Server, number: int) -> None:
    """F16: 4012 with a time to come back after, spread; commands in flight are answered; exit code 0."""
    people = [arrives(own, name) for name in ("alice", "bob", "dave", "bob", "alice")]
    alice, bob = people[0], people[1]
    room = alice.creates(invite=(bob,))
    requests = [alice.ask("message.send", room=room, message=new_id(), text=f"{n}") for n in range(50)]
    alice.hears("0")
    os.kill(own.process.pid, number)
    reasons = [person.is_closed(Close.GOING_AWAY, within=15) for person in people]
    waits = [float(re.fullmatch(r"retry_after=([\d.]+)", reason)[1]) for reason in reasons]  # type: ignore[index]
    assert len(set(waits)) == len(waits), "they do not all come back at once"
    assert all(0 < wait < 10 for wait in waits)
    assert own.process.wait(20) == 0
    assert [alice.reply_to(request)["message"]["text"] for request in requests] == [f"{n}" for n in range(50)]


async def test_it_stops_although_a_client_never_reads(own: Server) -> None:
    bob = RawSocket(own.socket_url(), own.site.people["bob"].token, receive_buffer=4096)
    await bob.connect()
    await bob.open()
    await bob.write_command({"id": 1, "type": "snapshot"})
    alice = arrives(own, "alice")
    room = alice.creates(invite=(own.site.people["bob"],))
    for _ in range(100):
        alice.says(room, "x" * 16_000)
    own.process.send_signal(signal.SIGTERM)
    assert own.process.wait(30) == 0
    bob.close()


def test_it_does_not_die_of_a_second_signal(own: Server) -> None:
    alice = arrives(own, "alice")
    own.process.send_signal(signal.SIGTERM)
    own.process.send_signal(signal.SIGTERM)
    alice.is_closed(Close.GOING_AWAY, within=15)
    assert own.process.wait(20) == 0


def test_a_second_server_on_the_same_data_is_refused_with_a_sentence(own: Server) -> None:
    """Two would not hear each other."""
    refused = attempt(own.site, "--port", str(free_port()))
    assert refused.returncode == 2
    assert f"process {own.process.pid}) already serves {own.site.data}" in refused.stderr
    assert "another --data directory" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert own.ready()["ready"]


def test_the_data_is_free_again_however_the_server_ended(own: Server) -> None:
    own.process.kill()
    own.process.wait()
    with served(own.site) as again:
        assert again.ready()["ready"]


def test_several_workers_without_redis_are_refused_with_a_sentence(a_copy_of: Callable[[], Site]) -> None:
    refused = attempt(a_copy_of(), "--port", str(free_port()), "--workers", "2")
    assert refused.returncode == 2
    assert "2 workers need a Redis server" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_port_in_use_is_refused_with_a_sentence(own: Server, a_copy_of: Callable[[], Site]) -> None:
    refused = attempt(a_copy_of(), "--port", str(own.port))
    assert refused.returncode == 2
    assert f"Port {own.port}" in refused.stderr and "--port" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_several_workers_share_one_port_and_exchange_messages(
    a_copy_of: Callable[[], Site], redis_url: str
) -> None:
    """One SQLite file, two processes, a Redis between them; all of them go when they are told to."""
    site = a_copy_of()
    with served(site, REDIS_URL=redis_url, HUBBUB_WORKERS="2") as server:
        people = [arrives(server, name) for name in ("alice", "bob") * 4]
        room = people[0].creates(invite=(people[1],))
        for n, person in enumerate(people):
            person.says(room, f"{n}")
        for person in people:
            for n in range(len(people)):
                person.hears(f"{n}", room=room)
        server.process.send_signal(signal.SIGTERM)
        for person in people:
            person.is_closed(Close.GOING_AWAY, within=20)
        assert server.process.wait(30) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the workers in /proc")
def test_a_worker_that_dies_is_replaced(a_copy_of: Callable[[], Site], redis_url: str) -> None:
    with served(a_copy_of(), REDIS_URL=redis_url, HUBBUB_WORKERS="2") as server:
        workers = workers_of(server.process.pid)
        assert len(workers) == 2
        os.kill(workers[0], signal.SIGKILL)
        for _ in range(10):
            assert arrives_at_last(server)


def workers_of(supervisor: int) -> list[int]:
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    return [int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def arrives_at_last(server: Server) -> bool:
    """Reconnect after each close, as clients do. True if a connection stays."""
    for _ in range(20):
        try:
            online = arrives(server, "alice")
        except (OSError, EOFError, json.JSONDecodeError):
            continue
        online.closes()
        return True
    return False


def test_a_new_site_is_ready_at_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    with served(new_site(tmp_path_factory.mktemp("new"))) as server:
        assert server.ready() == {
            "ready": True,
            "realtime": "serving",
            "bus": "none",
            "draining": False,
            "database": "sqlite",
        }
