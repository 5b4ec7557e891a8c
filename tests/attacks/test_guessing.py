"""Guessing passwords: failure counts cannot be evicted, bypassed by spelling, or used to lock out the owner."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from hubbub_site.accounts import limits, sign_in_limits
from hubbub_site.accounts.models import FailureCounter, User
from tests.site.conftest import PASSWORD, alice, bob  # noqa: F401

REFUSED = "Too many failed login attempts"
APP = "/_allauth/app/v1/auth/login"


@pytest.fixture(autouse=True)
def clear_rate_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def sign_in(name: str, password: str, address: str, browser: Client | None = None, **headers: str) -> Any:
    data = {"login": name, "password": password}
    return (browser or Client()).post("/account/login/", data, REMOTE_ADDR=address, headers=headers)


def is_in(response: Any) -> bool:
    assert response.status_code in (200, 302, 429)
    return bool(response.status_code == 302)


def guess(name: str, times: int, addresses: Iterator[str]) -> None:
    for _ in range(times):
        assert not is_in(sign_in(name, "a wrong guess", next(addresses)))


def ask_for_a_link(email: str, address: str) -> int:
    response = Client().post("/account/password/reset/", {"email": email}, REMOTE_ADDR=address)
    return int(response.status_code)


def test_an_exceeded_limit_says_when_to_retry(bob: User) -> None:  # noqa: F811
    for _ in range(6):
        response = Client().post("/account/password/reset/", {"email": "bob@example.org"})
    assert response.status_code == 429
    assert "Too many requests" in response.content.decode()
    assert response.headers["Retry-After"] == "60"


def cheap_requests(addresses: Iterator[str]) -> None:
    """170 requests, each counted by its address and by its account."""
    for number in range(170):
        assert ask_for_a_link(f"{number}@example.org", next(addresses)) == 302


def networks() -> Iterator[str]:
    """An endless sequence of different IPv4 addresses."""
    return (f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in itertools.count(1))


def test_requests_from_other_addresses_do_not_end_a_lock(bob: User) -> None:  # noqa: F811
    """Row 45: the counts were in a cache of 300 entries, which 170 cheap requests filled."""
    guess("bob", 5, itertools.repeat("192.0.2.1"))
    assert REFUSED in sign_in("bob", PASSWORD, "192.0.2.1").content.decode()
    cheap_requests(networks())
    assert REFUSED in sign_in("bob", PASSWORD, "192.0.2.1").content.decode()


def test_requests_from_other_addresses_do_not_reset_the_limit_of_reset_mails(bob: User) -> None:  # noqa: F811
    """Row 45: allauth's other limits are in the cache, which evicts nothing before it expires."""

    elsewhere = networks()
    mails = [ask_for_a_link("bob@example.org", next(elsewhere)) for _ in range(6)]
    assert mails == [302] * 5 + [429]
    cheap_requests(elsewhere)
    assert ask_for_a_link("bob@example.org", next(elsewhere)) == 429


def test_many_addresses_do_not_make_guessing_faster(bob: User) -> None:  # noqa: F811
    """Row 45: each account has its own count, for guesses from any address."""
    guess("bob", limits.FAILURES_OF_ACCOUNT, networks())
    assert REFUSED in sign_in("bob", PASSWORD, "192.0.2.1").content.decode()


@pytest.mark.parametrize("host", ["x{}.localhost", "localhost:{}"])
def test_changing_host_headers_do_not_make_guessing_faster(bob: User, host: str) -> None:  # noqa: F811
    """Rows 45, 74: allauth's key of the lock contained the Host header."""
    for number in range(5):
        sign_in("bob", "a wrong guess", "192.0.2.1", Host=host.format(1000 + number))
    response = sign_in("bob", PASSWORD, "192.0.2.1", Host=host.format(2000))
    assert REFUSED in response.content.decode()


def test_the_headless_api_does_not_make_guessing_faster(bob: User) -> None:  # noqa: F811
    """Rows 6, 45: pages and programs share one count, also with another spelling of the name."""
    guess("bob", 3, itertools.repeat("192.0.2.1"))
    for _ in range(2):
        Client().post(
            APP,
            {"username": "BOB", "password": "wrong"},
            content_type="application/json",
            REMOTE_ADDR="192.0.2.1",
        )
    right = {"username": "bob", "password": PASSWORD}
    refused = Client().post(APP, right, content_type="application/json", REMOTE_ADDR="192.0.2.1")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "too_many_login_attempts"


def test_the_reauthentication_page_does_not_make_guessing_faster(bob: User) -> None:  # noqa: F811
    browser = Client()
    assert is_in(sign_in("bob", PASSWORD, "192.0.2.1", browser))
    for _ in range(5):
        assert browser.post("/account/reauthenticate/", {"password": "wrong"}).status_code == 200
    assert REFUSED in browser.post("/account/reauthenticate/", {"password": PASSWORD}).content.decode()


@pytest.mark.parametrize("address", ["2001:db8:1:{:x}::{:x}", "::ffff:192.0.2.1"])
def test_the_addresses_of_one_network_count_as_one(bob: User, address: str) -> None:  # noqa: F811
    """A provider gives an IPv6 /56 to each home: 2⁷² addresses."""
    for number in range(limits.FAILURES_FROM_NETWORK):
        one = address.format(number % 256, number + 1)
        with pytest.raises(ZeroDivisionError):
            counted(f"somebody-{number}", one)
    with pytest.raises(sign_in_limits.TooManyFailures):
        sign_in_limits.attempt("bob", address=address.format(7, 99), browser="")
    sign_in_limits.attempt("bob", address="2001:db8:1:100::1", browser="")
    sign_in_limits.attempt("bob", address="::ffff:192.0.2.2", browser="")


def counted(account: str, address: str) -> None:
    sign_in_limits.attempt(account, address=address, browser="")
    raise ZeroDivisionError


class TestAKnownBrowser:
    @pytest.fixture
    def hers(self, alice: User) -> Client:  # noqa: F811
        """Alice's browser, signed out."""
        browser = Client()
        assert is_in(sign_in("alice", PASSWORD, "192.0.2.1", browser))
        browser.post("/account/logout/")
        return browser

    def test_strangers_do_not_lock_alice_out_of_it(self, hers: Client) -> None:
        guess("alice", 2 * limits.FAILURES_OF_ACCOUNT, networks())
        guess("alice", 6, itertools.repeat("192.0.2.1"))
        assert not is_in(sign_in("alice", PASSWORD, "192.0.2.1"))
        assert is_in(sign_in("alice", PASSWORD, "192.0.2.1", hers))

    def test_guesses_in_it_are_slow_too(self, hers: Client) -> None:
        for _ in range(limits.FAILURES_OF_KNOWN_BROWSER):
            sign_in("alice", "a wrong guess", "192.0.2.1", hers)
        assert REFUSED in sign_in("alice", PASSWORD, "192.0.2.1", hers).content.decode()

    def test_it_is_known_to_her_account_only(self, hers: Client, bob: User) -> None:  # noqa: F811
        guess("bob", 10, networks())
        assert not is_in(sign_in("bob", PASSWORD, "192.0.2.1", hers))
        cookie = next(name for name in hers.cookies if "known" in name)
        forged = Client()
        forged.cookies[f"hubbub-known-{bob.pk}"] = hers.cookies[cookie].value
        assert not is_in(sign_in("bob", PASSWORD, "192.0.2.1", forged))

    def test_a_new_password_makes_the_browser_unknown(self, hers: Client, alice: User) -> None:  # noqa: F811
        alice.set_password("another one, chosen well")
        alice.save()
        guess("alice", 10, networks())
        assert not is_in(sign_in("alice", "another one, chosen well", "192.0.2.1", hers))


def test_each_further_failure_doubles_the_wait(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """About forty guesses at one account are possible in a day."""
    now = timezone.now()
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    addresses, end, guesses = networks(), now + timedelta(days=1), 0
    while now < end:
        try:
            sign_in_limits.attempt("bob", address=next(addresses), browser="")
            guesses += 1
        except sign_in_limits.TooManyFailures as refusal:
            now += timedelta(seconds=refusal.retry_after)
    assert limits.FAILURES_OF_ACCOUNT < guesses < 45


def test_success_with_an_own_account_allows_no_more_guesses_at_others(bob: User, alice: User) -> None:  # noqa: F811
    for number in range(limits.FAILURES_FROM_NETWORK):
        sign_in_limits.attempt(f"somebody-{number}", address="192.0.2.1", browser="")
        if number == 10:
            sign_in_limits.attempt("bob", address="192.0.2.1", browser="").succeeded()
    with pytest.raises(sign_in_limits.TooManyFailures):
        sign_in_limits.attempt("alice", address="192.0.2.1", browser="")


def test_a_password_reset_by_link_ends_the_wait(bob: User) -> None:  # noqa: F811
    guess("bob", 10, networks())
    sign_in_limits.reset("bob")
    assert is_in(sign_in("bob", PASSWORD, "192.0.2.1"))


def test_the_table_stores_no_names(bob: User) -> None:  # noqa: F811
    """Text typed as a username may be a password."""
    guess("bob", 1, itertools.repeat("192.0.2.1"))
    rows = str(list(FailureCounter.objects.values()))
    assert "bob" not in rows and "192.0.2" not in rows
