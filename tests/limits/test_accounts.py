"""The limits in `hubbub_site/accounts/limits.py`."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.core.internal.ratelimit import truncate_ip
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone

from hubbub.networks import network_of
from hubbub.protocol.limits import NETWORK_BITS
from hubbub_site import databases
from hubbub_site.accounts import known_browsers, limits, sign_in_failure_rows, sign_in_limits
from hubbub_site.accounts.hashing_threads import HashingThreads, TooBusy
from hubbub_site.accounts.models import FailureCounter, User
from hubbub_site.request_counters import RequestCounters


def test_password_kib(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["hubbub_site.accounts.hashers.Argon2"]
    assert f"$m={limits.PASSWORD_KIB},t=2,p=1$" in make_password("a long summer day")


class Occupied:
    """A hashing thread that is busy until it is released."""

    def __init__(self, *, waiting: int, seconds: float) -> None:
        self.threads = HashingThreads(1, waiting=waiting, seconds=seconds)
        self._begun, self._release = threading.Event(), threading.Event()
        self._crowd = [threading.Thread(target=self.threads.run, args=(self._work,))]
        self._crowd[0].start()
        assert self._begun.wait(10)

    def _work(self) -> bool:
        self._begun.set()
        return self._release.wait(60)

    def somebody_waits(self) -> None:
        one = threading.Thread(target=self.threads.run, args=(lambda: None,))
        places = self.threads._places._value
        one.start()
        self._crowd.append(one)
        while self.threads._places._value == places and one.is_alive():
            one.join(0.001)

    def release(self) -> None:
        self._release.set()
        for one in self._crowd:
            one.join()


def test_passwords_waiting() -> None:
    occupied = Occupied(waiting=limits.PASSWORDS_WAITING, seconds=60)
    for _ in range(limits.PASSWORDS_WAITING):
        occupied.somebody_waits()
    with pytest.raises(TooBusy):
        occupied.threads.run(lambda: None)
    occupied.release()
    assert occupied.threads.run(lambda: 7) == 7  # the queue is empty again
    # A waiting request may hold a database connection: some must be left for other requests.
    assert databases.POSTGRESQL_POOL["max_size"] > limits.PASSWORDS_WAITING


def test_password_seconds() -> None:
    """A password that waits too long leaves the queue and frees its place."""
    assert limits.PASSWORD_SECONDS < 10
    occupied = Occupied(waiting=1, seconds=0.05)
    for _ in range(3):
        with pytest.raises(TooBusy):
            occupied.threads.run(lambda: None)
    occupied.release()
    assert occupied.threads.run(lambda: 7) == 7


def guesses(clock: Clock, *, browser: str = "", account: str = "bob", address: str = "192.0.2.{}") -> int:
    """How many guesses are allowed before the first must wait. `{}` is replaced by a new number each time."""
    for done in range(1000):
        try:
            sign_in_limits.attempt(account.format(done), address=address.format(done), browser=browser)
        except sign_in_limits.TooManyFailures as refusal:
            assert refusal.retry_after == limits.FIRST_WAIT_SECONDS + 1
            return done
    raise AssertionError("nothing was refused")


class Clock:
    def __init__(self) -> None:
        self.now = timezone.now()

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock(db: None, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock.now)
    return clock


def test_failures_of_account(clock: Clock) -> None:
    assert guesses(clock) == limits.FAILURES_OF_ACCOUNT


def test_failures_from_network(clock: Clock) -> None:
    assert guesses(clock, account="somebody-{}", address="192.0.2.1") == limits.FAILURES_FROM_NETWORK


def test_failures_of_account_from_network(clock: Clock) -> None:
    assert guesses(clock, address="192.0.2.1") == limits.FAILURES_OF_ACCOUNT_FROM_NETWORK


def test_failures_of_known_browser(clock: Clock) -> None:
    assert guesses(clock, browser="an id") == limits.FAILURES_OF_KNOWN_BROWSER


def test_first_wait_seconds(clock: Clock) -> None:
    guesses(clock)
    clock.pass_by(limits.FIRST_WAIT_SECONDS)
    sign_in_limits.attempt("bob", address="192.0.2.200", browser="")
    with pytest.raises(sign_in_limits.TooManyFailures) as refusal:
        sign_in_limits.attempt("bob", address="192.0.2.201", browser="")
    assert refusal.value.retry_after == 2 * limits.FIRST_WAIT_SECONDS + 1


def test_longest_wait_seconds() -> None:
    longest = timedelta(seconds=limits.LONGEST_WAIT_SECONDS)
    assert sign_in_limits.wait_after(1000, free=5) == longest
    assert sign_in_limits.wait_after(9, free=5) == timedelta(seconds=16 * limits.FIRST_WAIT_SECONDS) < longest


def test_failures_kept_seconds(clock: Clock) -> None:
    guesses(clock)
    clock.pass_by(limits.FAILURES_KEPT_SECONDS + 1)
    assert guesses(clock) == limits.FAILURES_OF_ACCOUNT
    assert limits.FAILURES_KEPT_SECONDS > limits.LONGEST_WAIT_SECONDS
    clock.pass_by(limits.FAILURES_KEPT_SECONDS + 1)
    sign_in_failure_rows.remove_old()
    assert not FailureCounter.objects.exists()


def test_failure_counters(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """An attacker who creates rows evicts rows like their own, never one that causes a waiting time."""
    assert limits.FAILURE_COUNTERS >= 10_000
    monkeypatch.setattr(limits, "FAILURE_COUNTERS", 20)
    guesses(clock)
    waiting = set(FailureCounter.objects.filter(closed_until__gt=clock.now).values_list("key", flat=True))
    FailureCounter.objects.bulk_create(
        FailureCounter(key=f"junk-{n}", failures=1, last_failure_at=clock.now) for n in range(100)
    )
    sign_in_failure_rows.remove_old()
    assert FailureCounter.objects.count() == 20
    assert waiting <= set(FailureCounter.objects.values_list("key", flat=True))


def test_counters_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Valid entries stay; expired ones do not accumulate."""
    assert RequestCounters("one", {})._max_entries == limits.COUNTERS_IN_MEMORY
    counters = RequestCounters("another", {})
    for n in range(5000):
        counters.set(f"old-{n}", 1, timeout=1)
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 10)
    for n in range(10_000):
        counters.set(f"new-{n}", 1, timeout=60)
    assert all(counters.get(f"new-{n}") == 1 for n in range(10_000))
    assert len(counters._cache) == 10_000


def test_known_browser_seconds(clock: Clock) -> None:
    user = User.objects.create_user("bob", "a long summer day")
    response, request = HttpResponse(), HttpRequest()
    known_browsers.remember(response, user)
    (cookie,) = response.cookies.values()
    assert cookie["max-age"] == limits.KNOWN_BROWSER_SECONDS
    request.COOKIES = {cookie.key: cookie.value}
    assert known_browsers.id_for(request, user)


def test_network_bits() -> None:
    assert network_of("2001:db8:0:ff::1") == f"2001:db8::/{NETWORK_BITS}"
    assert network_of("2001:db8:0:100::1") != network_of("2001:db8:0:ff::1")
    assert truncate_ip("2001:db8:0:ff::1") == "2001:db8::"  # what allauth counts by
    assert network_of("192.0.2.1") == network_of("::ffff:192.0.2.1") == "192.0.2.1"


def test_program_body_bytes(db: None) -> None:
    def sent(size: int) -> str:
        body = json.dumps({"username": "x", "password": ""})
        body += " " * (size - len(body))
        response = Client().post("/_allauth/app/v1/auth/login", body, content_type="application/json")
        assert response.status_code == 400
        return str(response.json()["errors"])

    assert "longer than" not in sent(limits.PROGRAM_BODY_BYTES)
    assert "longer than" in sent(limits.PROGRAM_BODY_BYTES + 1)
