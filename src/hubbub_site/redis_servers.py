"""Parses REDIS_URL (one server, several shards, or a master behind Sentinels) and builds Django's settings from it.

- `redis://:password@host:6379/0`, `rediss://…` (TLS), `unix:///run/redis.sock`: one server
- `redis://one,redis://two`: each room uses one of them, chosen by a consistent hash of its name
- `sentinel://:password@host:26379,host2:26379/mymaster?db=0`: the server that the Sentinels name as master
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from hubbub_site.config import Misconfigured

ONE_SERVER = ("redis://", "rediss://", "unix://")
SENTINELS = ("sentinel://", "sentinels://")
SENTINEL_PORT = 26379
SENTINEL_OPTIONS = {"db", "password", "username", "sentinel_password", "sentinel_username"}

CONNECT_SECONDS = 1.5
"""A server that accepts no connection in this time counts as down."""

ANSWER_SECONDS = 1.5
"""Time for the cache to answer."""

SENTINEL_SECONDS = 0.4
"""Time for a Sentinel to answer. The relay waits one second in total, even if the first two Sentinels are down."""

# The kernel detects a machine that vanished, because a subscriber may receive nothing for hours.
KEEPALIVE = {
    getattr(socket, name): value
    for name, value in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 2), ("TCP_KEEPCNT", 3))
    if hasattr(socket, name)
}


NO_REDIS_WARNING = (
    "No REDIS_URL: messages from other servers on this database arrive seconds late, without presence"
)
"""Shown by a server on PostgreSQL without REDIS_URL."""


@dataclass(frozen=True)
class Sentinels:
    """The Sentinels, which know the master: their addresses, the master's name, and the credentials for both."""

    addresses: tuple[tuple[str, int], ...]
    master: str
    server: dict[str, Any]
    sentinel: dict[str, Any]


def layer_of(url: str) -> dict[str, Any]:
    """The channel layer that carries frames between processes. Raises Misconfigured."""
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    # redis-py 8 closes a connection after five silent seconds unless `socket_timeout` is None.
    socket_timeouts = {"socket_timeout": None, "socket_connect_timeout": CONNECT_SECONDS}
    if named := sentinels_of(url):
        host = {
            "master_name": named.master,
            "sentinels": list(named.addresses),
            "sentinel_kwargs": named.sentinel | sentinel_options() | {"retry": Retry(NoBackoff(), 0)},
        }
        hosts = [host | named.server | socket_timeouts | subscriber_options()]
    else:
        hosts = [{"address": shard} | socket_timeouts | subscriber_options(shard) for shard in shards_of(url)]
    return {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": hosts}}


def cache_of(url: str) -> dict[str, Any]:
    """The cache that all processes share, on the first shard: Django would treat further servers as replicas of the
    first and read from them. Raises Misconfigured."""
    options = request_options()
    if sentinels_of(url):
        where = url
        options["pool_class"] = "hubbub_site.shared_cache.MasterPool"
    else:
        where = shards_of(url)[0]
    return {"BACKEND": "hubbub_site.shared_cache.SharedCache", "LOCATION": [where], "OPTIONS": options}


def shards_of(url: str) -> tuple[str, ...]:
    """The addresses of the shards, or of the one server. Raises Misconfigured."""
    shards = tuple(part.strip() for part in url.split(","))
    for shard in shards:
        if not shard.startswith(ONE_SERVER):
            raise Misconfigured(
                "REDIS_URL must be redis://…, rediss://…, unix://…, several of them with commas between, or "
                f"sentinel://…; “{_without_password(shard)}” is none of these."
            )
        _checked(shard)
    if len(set(shards)) < len(shards):
        raise Misconfigured("REDIS_URL names one server twice.")
    return shards


def sentinels_of(url: str) -> Sentinels | None:
    """The Sentinels of the URL, or None for plain servers. Raises Misconfigured."""
    if not url.startswith(SENTINELS):
        return None
    scheme, _, rest = url.partition("://")
    where, _, query = rest.partition("?")
    netloc, _, master = where.partition("/")
    credentials, _, hosts = netloc.rpartition("@")
    options = dict(parse_qsl(query))
    if unknown := options.keys() - SENTINEL_OPTIONS:
        raise Misconfigured(f"REDIS_URL has an option that Sentinel does not know: {min(unknown)}.")
    if not master:
        raise Misconfigured("REDIS_URL must end with the name of the master: sentinel://host:26379/mymaster.")
    username, _, password = credentials.partition(":")
    server = {
        "username": options.get("username") or unquote(username) or None,
        "password": options.get("password") or unquote(password) or None,
        "db": _number(options.get("db", "0")),
    }
    sentinel = {"username": options.get("sentinel_username"), "password": options.get("sentinel_password")}
    if scheme == "sentinels":
        server["ssl"] = sentinel["ssl"] = True  # type: ignore[assignment]
    return Sentinels(tuple(_address(host) for host in hosts.split(",")), unquote(master), server, sentinel)


def request_options() -> dict[str, Any]:
    """Options of a connection for requests with answers."""
    return {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": CONNECT_SECONDS}


def sentinel_options() -> dict[str, Any]:
    """Options of a connection to a Sentinel."""
    return {"socket_timeout": SENTINEL_SECONDS, "socket_connect_timeout": SENTINEL_SECONDS}


def subscriber_options(url: str = "") -> dict[str, Any]:
    """Options of a connection that mostly receives."""
    on_network = not url.startswith("unix://")
    return {"socket_keepalive": True, "socket_keepalive_options": KEEPALIVE} if on_network else {}


def _checked(url: str) -> None:
    """Refuse at start what redis-py would refuse, or silently misread, at the first message."""
    try:
        parts = urlsplit(url)
        fits = bool(parts.path if parts.scheme == "unix" else parts.hostname and parts.port != 0)
    except ValueError:
        fits = False
    if not fits:
        raise Misconfigured(f"REDIS_URL has “{_without_password(url)}”, which names no server.")
    if parts.scheme != "unix" and parts.path not in ("", "/"):
        _number(parts.path.removeprefix("/"))


def _number(text: str) -> int:
    if not text.isdecimal():
        raise Misconfigured(f"REDIS_URL has “{text}” where the number of a database belongs, such as 0.")
    return int(text)


def _address(text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text.strip()}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host:
        raise Misconfigured(
            f"REDIS_URL has “{text}” where the address of a Sentinel belongs, such as host:26379."
        )
    return host, port or SENTINEL_PORT


def _without_password(url: str) -> str:
    """The URL for a message that may be logged."""
    scheme, separator, rest = url.rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"
