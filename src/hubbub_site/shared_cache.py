"""Django's cache in Redis, in which all processes count requests to the account pages, by address and by account.

While Redis is down, each process counts on its own instead of refusing all sign-ins.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

from hubbub_site import redis_servers
from hubbub_site.request_counters import RequestCounters

log = logging.getLogger("hubbub")

AWAY_SECONDS = 5.0
"""After a failure Redis is not asked for so long, so that a page does not wait for it at every step."""

SHARED = (
    "add",
    "get",
    "set",
    "touch",
    "delete",
    "get_many",
    "has_key",
    "incr",
    "set_many",
    "delete_many",
    "clear",
)


class SharedCache(RedisCache):
    """Django's Redis cache, with this process's memory as fallback."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._alone = RequestCounters("shared-cache", {})
        self._away_until = 0.0

    def _either(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return getattr(super(), name)(*args, **kwargs)
            except (RedisError, OSError) as error:
                self._away_until = time.monotonic() + AWAY_SECONDS
                reason = str(error).partition(" : ")[0]
                log.warning("Redis does not work at present (%s); each process counts by itself.", reason)
        return getattr(self._alone, name)(*args, **kwargs)


def _shared(name: str) -> Callable[..., Any]:
    def method(self: SharedCache, *args: Any, **kwargs: Any) -> Any:
        return self._either(name, *args, **kwargs)

    method.__name__ = name
    return method


for _name in SHARED:
    setattr(SharedCache, _name, _shared(_name))


class MasterPool(SentinelConnectionPool):
    """Connections to the server that the Sentinels name as master, from a `sentinel://` URL."""

    @classmethod
    def from_url(cls, url: str, **options: Any) -> MasterPool:
        named = redis_servers.sentinels_of(url)
        if named is None:
            raise ValueError(f"{url} names no Sentinel")
        return cls(named.master, sentinel_of(named), **named.server, **options)


def sentinel_of(named: redis_servers.Sentinels) -> Any:
    """A client that asks the Sentinels one after another, each once."""
    options = named.sentinel | redis_servers.sentinel_options() | {"retry": Retry(NoBackoff(), 0)}
    return Sentinel(list(named.addresses), sentinel_kwargs=options)  # type: ignore[no-untyped-call]
