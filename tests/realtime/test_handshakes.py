"""Rate limits for sockets before sign-in."""

from __future__ import annotations

from typing import Any

import pytest

from hubbub.protocol import limits
from hubbub.realtime import runtime
from hubbub.realtime.rate_limits.command_rates import Rates
from hubbub.realtime.rate_limits.handshake_rates import Handshakes, address_of
from hubbub.realtime.sockets import handshake
from tests.realtime.fakes import Clock


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("192.0.2.7", 4711), "192.0.2.7"),
        (["192.0.2.7", 4711], "192.0.2.7"),
        (("::ffff:192.0.2.7", 4711), "192.0.2.7"),
        (("2001:db8:1:aabb::1", 4711), "2001:db8:1:aa00::/56"),
        (("2001:db8:1:aaff:ffff::9", 4711), "2001:db8:1:aa00::/56"),
        (("fe80::1%eth0", 4711), "fe80::/56"),
        (("", 0), None),
        (("testclient", 50000), None),
        ((None, 0), None),
        (None, None),
    ],
)
def test_the_address_that_counts(client: Any, address: str | None) -> None:
    assert address_of({"client": client}) == address


def test_a_household_with_many_addresses_has_one_bucket() -> None:
    addresses = {address_of({"client": (f"2001:db8:1:aa{n:02x}::{n}", 1)}) for n in range(256)}
    assert len(addresses) == 1


def test_one_address_cannot_use_up_the_bucket_of_all() -> None:
    handshakes = Handshakes(0.0)
    refused = [handshakes.admit("192.0.2.7", 0.0) > 0 for _ in range(10 * limits.HANDSHAKES_BURST)]
    assert refused.count(False) == limits.ADDRESS_HANDSHAKES_BURST
    assert handshakes.admit("198.51.100.1", 0.0) == 0


def test_those_who_sign_in_do_not_count_for_their_address() -> None:
    """An office behind one address comes back after a restart."""
    handshakes = Handshakes(0.0)
    for n in range(limits.HANDSHAKES_BURST):
        assert handshakes.admit("192.0.2.7", n / limits.HANDSHAKES_PER_SECOND) == 0
        handshakes.signed_in("192.0.2.7", n / limits.HANDSHAKES_PER_SECOND)


def test_a_server_that_knows_no_addresses_has_the_bucket_of_all() -> None:
    handshakes = Handshakes(0.0)
    assert not any(handshakes.admit(None, 0.0) for _ in range(limits.HANDSHAKES_BURST))
    assert handshakes.admit(None, 0.0) > 0


def test_the_setting_lifts_it() -> None:
    rates = Rates(Clock().time)
    rates.lifted = True
    assert not any(rates.admit("192.0.2.7") for _ in range(2 * limits.ADDRESS_HANDSHAKES_BURST))


async def test_a_handshake_counts_once() -> None:
    rates = runtime.runtime().rates
    rates.lifted = False
    scope: dict[str, Any] = {"client": ("192.0.2.7", 1)}
    for _ in range(limits.ADDRESS_HANDSHAKES_BURST + 1):
        assert handshake.admit(scope) == 0
        scope = dict(scope)  # as middleware does
    await runtime.stop()
