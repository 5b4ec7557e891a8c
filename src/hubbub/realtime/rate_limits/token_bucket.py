"""A token bucket; the caller reads the clock."""

from __future__ import annotations


class TokenBucket:
    """Holds `burst` tokens and gains `rate` a second. `take` returns 0.0, or the seconds until there is one."""

    __slots__ = ("_at", "_tokens", "burst", "rate")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate, self.burst = rate, burst
        self._tokens, self._at = float(burst), now

    def take(self, now: float) -> float:
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self.rate

    def charge(self, tokens: int, now: float) -> None:
        """Another process took these. The debt is at most one burst."""
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        self._tokens = max(self._tokens - tokens, -self.burst)

    def give_back(self, now: float) -> None:
        """Return one token."""
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate + 1)
        self._at = now

    def is_full(self, now: float) -> bool:
        return self._tokens + (now - self._at) * self.rate >= self.burst
