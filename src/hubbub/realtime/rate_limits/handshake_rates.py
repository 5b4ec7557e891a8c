"""Rate limits for handshakes: one bucket for the process, and one for each address that does not sign in.

A handshake is charged to its address before anything is looked up, and given back after sign-in. So an office behind
one address can reconnect at once, and a stranger who guesses tokens uses up only the bucket of their own address.
"""

from __future__ import annotations

from typing import Any

from hubbub.networks import network_of
from hubbub.protocol import limits
from hubbub.realtime.rate_limits.token_bucket import TokenBucket


def address_of(scope: dict[str, Any]) -> str | None:
    """The address that a handshake counts for: an IPv4 address, or an IPv6 /56. None if the server does not know it.

    It is `scope["client"]` as the server sees it: behind a proxy that the server trusts, the address the proxy names.
    """
    client = scope.get("client")
    return network_of(str(client[0])) if client else None


class Handshakes:
    """The buckets of one process."""

    def __init__(self, now: float) -> None:
        self._all = TokenBucket(limits.HANDSHAKES_PER_SECOND, limits.HANDSHAKES_BURST, now)
        self._addresses: dict[str, TokenBucket] = {}

    def __len__(self) -> int:
        """Addresses that are remembered."""
        return len(self._addresses)

    def admit(self, address: str | None, now: float) -> float:
        """Count a handshake: 0.0, or the seconds until a retry."""
        if address is None:
            return self._all.take(now)
        return self._of(address, now).take(now) or self._all.take(now)

    def signed_in(self, address: str | None, now: float) -> None:
        """The handshake has signed in: it does not count for the address."""
        if address is not None and (bucket := self._addresses.get(address)):
            bucket.give_back(now)

    def forget_idle(self, now: float) -> None:
        for address in [a for a, bucket in self._addresses.items() if bucket.is_full(now)]:
            del self._addresses[address]

    def _of(self, address: str, now: float) -> TokenBucket:
        bucket = self._addresses.get(address)
        if bucket is None:
            if len(self._addresses) >= limits.HANDSHAKE_ADDRESSES:
                del self._addresses[next(iter(self._addresses))]
            bucket = self._addresses[address] = TokenBucket(
                limits.ADDRESS_HANDSHAKES_PER_SECOND, limits.ADDRESS_HANDSHAKES_BURST, now
            )
        return bucket
