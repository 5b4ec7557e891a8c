"""Many passwords at once: dozens of concurrent sign-ins exhaust neither memory nor the hashing queue."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.contrib.auth.hashers import (
    MD5PasswordHasher,
    check_password,
    identify_hasher,
    make_password,
)
from django.db import connection
from django.test import Client

from hubbub.models import Member
from hubbub_site.accounts import hashing_threads, limits
from hubbub_site.accounts.account_creation import accept_invitation, claim_workspace, create_account
from hubbub_site.accounts.hashing_threads import HashingThreads, TooBusy
from hubbub_site.accounts.invitations import create_invitation
from tests.serving import Server, new_site, served, settle, shell_of

REAL_HASHERS = ["hubbub_site.accounts.hashers.Argon2", "hubbub_site.accounts.hashers.PBKDF2"]
DJANGOS_ARGON2 = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
MIB = 1024


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    site = new_site(tmp_path_factory.mktemp("floods") / "data")
    with shell_of(site) as shell:
        settle(site, shell)
        shell.run("u = User.objects.get(username='alice'); u.set_password('a long summer day'); u.save()")
    with served(site) as running:
        yield running


def guess(server: Server, name: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    body = json.dumps({"username": name, "password": "a wrong guess"})
    connection.request("POST", "/_allauth/app/v1/auth/login", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    answer = response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    connection.close()
    return answer


def resident_kib(server: Server) -> tuple[int, int]:
    """Present and peak memory of the server process."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    now, most = (re.search(rf"{name}:\s+(\d+)", status) for name in ("VmRSS", "VmHWM"))
    assert now and most
    return int(now[1]), int(most[1])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_the_memory_of_ten_parallel_sign_ins_is_limited(server: Server, name: str) -> None:
    """Row 45: with Django's Argon2 they took 830 MiB. An unknown name costs a hash too."""
    guess(server, name)
    before, _ = resident_kib(server)
    with ThreadPoolExecutor(10) as crowd:
        answers = list(crowd.map(lambda _: guess(server, name), range(10)))
    assert Counter(status for status, _, _ in answers) == {400: 10}
    assert resident_kib(server)[1] - before < 150 * MIB


def test_a_flood_is_refused_with_a_retry_time(server: Server) -> None:
    """Row 45: the queue is bounded, and a refusal is JSON with `Retry-After`, not a logged bug."""
    with ThreadPoolExecutor(80) as crowd:
        answers = list(crowd.map(lambda _: guess(server, "alice"), range(160)))
    found = Counter(status for status, _, _ in answers)
    assert set(found) == {400, 503}
    _, headers, body = next(answer for answer in answers if answer[0] == 503)
    assert int(headers["retry-after"]) > 0
    assert json.loads(body)["errors"][0]["retry_after"] == int(headers["retry-after"])
    assert resident_kib(server)[1] < 400 * MIB


def test_concurrent_guesses_do_not_exceed_the_limit(tmp_path: Path) -> None:
    """Row 45: each is counted before its password is checked."""
    site = new_site(tmp_path / "data")
    with served(site, HUBBUB_RATE_LIMITS="on") as limited, ThreadPoolExecutor(15) as crowd:
        answers = list(crowd.map(lambda _: guess(limited, "bob"), range(15)))
    said = Counter(json.loads(body)["errors"][0]["code"] for _, _, body in answers)
    looked_at = said["username_password_mismatch"]
    assert looked_at == limits.FAILURES_OF_ACCOUNT_FROM_NETWORK
    assert said["too_many_login_attempts"] == 15 - looked_at


@pytest.fixture
def all_threads_are_busy(settings: Any) -> Iterator[None]:
    """All hashing threads are busy, and the queue has no place."""
    settings.PASSWORD_HASHERS = REAL_HASHERS
    begun, release = threading.Event(), threading.Event()
    threads = HashingThreads(1, waiting=0, seconds=1)
    busy = threading.Thread(target=lambda: threads.run(lambda: (begun.set(), release.wait(60))))
    busy.start()
    assert begun.wait(10)
    old, hashing_threads._threads = hashing_threads._threads, threads
    yield
    hashing_threads._threads = old
    release.set()
    busy.join()


WITH_A_PASSWORD = {
    "/account/login/": {"login": "bob", "password": "guessed"},
    "/account/login/?unknown": {"login": "nobody", "password": "guessed"},
}


@pytest.mark.parametrize("path", WITH_A_PASSWORD)
def test_the_sign_in_page_asks_to_try_again(all_threads_are_busy: None, bob: Member, path: str) -> None:
    response = Client(raise_request_exception=False).post(path, WITH_A_PASSWORD[path])
    assert response.status_code == 503
    assert "Too many people are signing in" in response.content.decode()
    assert int(response.headers["retry-after"]) > 0


@pytest.mark.parametrize("hasher", REAL_HASHERS)
def test_making_and_checking_a_hash_use_the_queue(
    all_threads_are_busy: None, settings: Any, hasher: str
) -> None:
    """This covers sign-in, joining, the first run, change, reset and reauthentication."""
    settings.PASSWORD_HASHERS = [hasher]
    encoded = {
        REAL_HASHERS[0]: "argon2$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$3KLnjm7UQpkOZl9jNUVwGA",
        REAL_HASHERS[1]: "pbkdf2_sha256$1$salt$G9lMJvVnVDRLBWFmtXlFKJ4zzwVkTPpSwLyw1nLJbBQ=",
    }[hasher]
    with pytest.raises(TooBusy):
        make_password("a long summer day")
    with pytest.raises(TooBusy):
        check_password("a long summer day", encoded)
    with pytest.raises(TooBusy):
        check_password("a long summer day", "!unusable")


def test_an_old_hash_is_replaced_when_its_owner_signs_in(bob: Member, settings: Any) -> None:
    assert bob.user is not None
    settings.PASSWORD_HASHERS = DJANGOS_ARGON2
    bob.user.set_password("a long summer day")
    bob.user.save()
    assert "m=102400,t=2,p=8" in bob.user.password
    settings.PASSWORD_HASHERS = REAL_HASHERS
    response = Client().post("/account/login/", {"login": "bob", "password": "a long summer day"})
    assert response.status_code == 302
    bob.user.refresh_from_db()
    assert "m=19456,t=2,p=1" in bob.user.password
    assert identify_hasher(bob.user.password).verify("a long summer day", bob.user.password)


class Watchful(MD5PasswordHasher):
    """Records whether a transaction is open during hashing."""

    in_transaction: ClassVar[list[bool]] = []

    def encode(self, password: str, salt: str) -> str:
        self.in_transaction.append(connection.in_atomic_block)
        return super().encode(password, salt)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_password_is_hashed(settings: Any) -> None:
    """On SQLite a transaction blocks other writers, so joining must not hold one while it waits in the queue."""
    settings.PASSWORD_HASHERS = [f"{__name__}.Watchful"]
    Watchful.in_transaction.clear()
    alice = claim_workspace(workspace="Lighthouse", username="alice", name="Alice", password="a long day")
    invitation, _ = create_invitation(by=alice)
    accept_invitation(invitation, username="bob", name="Bob", password="a long night")
    create_account(username="carol", name="Carol", password="a long year")
    assert Watchful.in_transaction == [False, False, False]
