"""A cache for counting requests. It removes entries only when they expire.

Django's in-memory cache holds 300 entries and then evicts a third of them, expired or not: an attacker could reset a
count with cheap requests from other addresses.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any

from django.core.cache.backends.locmem import LocMemCache

from hubbub_site.accounts.limits import COUNTERS_IN_MEMORY

FEWEST = 1000
"""With fewer entries nothing is swept."""

_sweep_at: dict[str, int] = {}


class RequestCounters(LocMemCache):
    """Sweeps expired entries when the number of entries has doubled, so the cost per request is small. The limit is
    more than a process can count in the longest period (three minutes)."""

    _cache: OrderedDict[str, bytes]
    _expire_info: dict[str, float | None]

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(name, params)
        self._name = name
        self._max_entries = int(COUNTERS_IN_MEMORY)

    def _set(self, key: str, value: bytes, timeout: Any = None) -> None:
        if len(self._cache) >= _sweep_at.get(self._name, FEWEST):
            self._sweep()
            _sweep_at[self._name] = max(FEWEST, 2 * len(self._cache))
        super()._set(key, value, timeout)  # type: ignore[misc]

    def _sweep(self) -> None:
        now = time.time()
        expired = [key for key, until in self._expire_info.items() if until is not None and until <= now]
        for key in expired:
            del self._cache[key]
            del self._expire_info[key]
