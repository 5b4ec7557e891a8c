"""A PostgreSQL server that accepts data and never answers: HTTP requests fail soon instead of waiting for it.

The limit is two seconds; the tests allow more for a busy machine.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from hubbub.protocol.closing import Close
from tests.faults.programs import children
from tests.servers import NotFound, running_postgres
from tests.servers.fixtures import skip_or_fail
from tests.serving import Server, new_site, served, settle, shell_of
from tests.sockets import dial, new_id

TIMEOUT_SECONDS = 6.0


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Stop a process and its children until the context ends. The parent first, because it starts and ends the
    others."""
    os.kill(pid, signal.SIGSTOP)
    processes = [pid, *children(pid)]
    tell(processes, signal.SIGSTOP)
    try:
        yield
    finally:
        tell(processes, signal.SIGCONT)


def tell(processes: list[int], what: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):  # a process of the database that has just ended
            os.kill(process, what)


@pytest.fixture(scope="module")
def site_on_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, int]]:
    """A server, and the process of its database."""
    try:
        with running_postgres() as postgres:
            site = new_site(tmp_path_factory.mktemp("frozen"), DATABASE_URL=postgres.url)
            with shell_of(site) as shell:
                settle(site, shell)
            with served(site) as server:
                yield server, postgres.process.pid
    except NotFound as reason:
        skip_or_fail(reason)


def asks(server: Server, path: str, body: Any = None, *, cookie: bool = False) -> tuple[int, str | None, str]:
    """Status, Retry-After and body of an answer to Bob."""
    bob = server.site.people["bob"]
    headers = {"Cookie": f"sessionid={bob.session}"} if cookie else {"Authorization": f"Bearer {bob.token}"}
    data = None if body is None else json.dumps(body).encode()
    headers["Content-Type"] = "application/json"
    request = urllib.request.Request(server.origin + path, data, headers)  # noqa: S310  loopback, and no other scheme
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return answer.status, answer.headers["Retry-After"], answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers["Retry-After"], refusal.read().decode()


def test_http_requests_fail_soon_and_work_again_after_recovery(
    site_on_postgres: tuple[Server, int],
) -> None:
    server, database = site_on_postgres
    assert asks(server, "/readyz")[0] == 200
    assert asks(server, "/chat/", cookie=True)[0] == 200
    text = {"room": 1, "message": new_id(), "text": "hello"}
    with frozen(database):
        code, _, said = asks(server, "/readyz")
        assert (code, json.loads(said)["database"]) == (503, "down")
        for command, fields in (("room.list", {}), ("message.send", text)):
            code, retry_after, said = asks(server, f"/api/{command}", fields)
            assert (code, retry_after) == (503, "1")
            assert json.loads(said)["error"]["code"] == "unavailable"
        code, retry_after, said = asks(server, "/account/logins/", cookie=True)
        assert (code, retry_after) == (503, "1")
        assert "The database does not answer at present" in said
        assert asks(server, "/healthz")[0] == 200
    deadline = time.monotonic() + 15
    while asks(server, "/readyz")[0] != 200:
        assert time.monotonic() < deadline
    assert asks(server, "/api/message.send", text)[0] == 200
    assert asks(server, "/account/logins/", cookie=True)[0] == 200


def test_a_browser_is_told_when_to_retry(
    site_on_postgres: tuple[Server, int],
) -> None:
    server, database = site_on_postgres
    with frozen(database):
        socket = dial(server, person=server.site.people["bob"], cookie=True, origin=server.origin)
        with pytest.raises(ConnectionClosed) as ended:
            socket.recv(timeout=TIMEOUT_SECONDS)
    assert ended.value.rcvd is not None
    assert ended.value.rcvd.code == Close.GOING_AWAY
    assert ended.value.rcvd.reason.startswith("retry_after=")


def test_a_slow_statement_is_not_cancelled(site_on_postgres: tuple[Server, int]) -> None:
    """The server is slow but alive: it answers each liveness check."""
    from hubbub.database_deadlines import STATEMENT_SILENCE_SECONDS
    from hubbub_site.postgresql_deadline import Connection
    from hubbub_site.request_deadline import has_deadline

    server, _ = site_on_postgres
    here = has_deadline.set(True)
    try:
        with Connection.connect(server.site.environment["DATABASE_URL"]) as connection:
            slow = connection.execute("SELECT 'slow' FROM pg_sleep(%s)", [3 * STATEMENT_SILENCE_SECONDS])
            assert slow.fetchone() == ("slow",)
    finally:
        has_deadline.reset(here)
