"""Checks for sites with several processes: PostgreSQL, Redis, and their clocks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import connection

from hubbub_site import databases, redis_servers
from hubbub_site.config import Config
from hubbub_site.doctor.finding import Finding

if TYPE_CHECKING:
    from redis import Redis

CLOCK_SECONDS = 1.0
"""With a larger difference, displayed times jump. The order of messages does not depend on clocks."""

SHARE_OF_CONNECTIONS = databases.POSTGRESQL_POOL["max_size"]


def postgresql(config: Config) -> Iterator[Finding]:
    """Whether commits are durable, and whether there are enough connections for all processes."""
    asked = time.time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8, pg_is_in_recovery()")
        clock, standby = cursor.fetchone()
        names = ("server_version", "synchronous_commit", "fsync", "full_page_writes", "max_connections")
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(names)])
        settings = dict(cursor.fetchall())
    yield Finding("ok", f"PostgreSQL {settings['server_version'].split()[0]}")
    if standby:
        yield Finding(
            "fail", "This PostgreSQL is a standby and takes no writes; name the primary in DATABASE_URL"
        )
    for name in ("synchronous_commit", "fsync", "full_page_writes"):
        if settings[name] == "off":
            yield Finding(
                "fail", f"PostgreSQL has {name} off: messages that were acknowledged can be lost; set it on"
            )
    if settings["synchronous_commit"] != "off":
        yield Finding("ok", f"Commits are durable (synchronous_commit is {settings['synchronous_commit']})")
    if (room := int(settings["max_connections"])) < config.workers * SHARE_OF_CONNECTIONS:
        text = f"max_connections is {room}; each process takes up to {SHARE_OF_CONNECTIONS} under load"
        yield Finding("warn", text)
    yield _clock("PostgreSQL", clock, asked)


def redis(config: Config) -> Iterator[Finding]:
    """Whether every server in REDIS_URL answers, and the master that the Sentinels name."""
    if not config.redis_url:
        if config.workers > 1:
            yield Finding("fail", "No REDIS_URL; several workers need one")
        elif config.database_url:
            yield Finding("warn", redis_servers.NO_REDIS_WARNING)
        else:
            yield Finding("ok", "No REDIS_URL: one process")
    elif named := redis_servers.sentinels_of(config.redis_url):
        yield from _sentinels(named)
    else:
        from redis import Redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        shards = redis_servers.shards_of(config.redis_url)
        for number, url in enumerate(shards, 1):
            client = Redis.from_url(url, **redis_servers.request_options(), retry=Retry(NoBackoff(), 0))
            yield from _server(client, f"Redis {number} of {len(shards)}" if shards[1:] else "Redis")


def _sentinels(named: redis_servers.Sentinels) -> Iterator[Finding]:
    from redis.exceptions import RedisError

    from hubbub_site.shared_cache import sentinel_of

    for host, port in named.addresses:
        alone = sentinel_of(replace(named, addresses=((host, port),)))
        try:
            master = alone.discover_master(named.master)
            replicas = alone.discover_slaves(named.master)
        except (RedisError, OSError) as error:
            reason = str(error).partition(" : ")[0]
            yield Finding("warn", f"Sentinel {host}:{port} does not help ({reason})")
            continue
        yield Finding("ok", f"Sentinel {host}:{port}: the master is {master[0]}:{master[1]}")
        if not replicas:
            yield Finding("warn", f"Sentinel {host}:{port} knows no replica that could take over")
    client: Redis = sentinel_of(named).master_for(
        named.master, **named.server, **redis_servers.request_options()
    )
    yield from _server(client, "Redis, the master,")


def _server(client: Redis, name: str) -> Iterator[Finding]:
    from redis.exceptions import RedisError

    try:
        asked = time.time()
        seconds, microseconds = client.time()
        version = client.info("server")["redis_version"]
    except (RedisError, OSError, ValueError) as error:
        reason = str(error).partition(" : ")[0]
        yield Finding("fail", f"{name} does not answer ({reason}); is REDIS_URL right?")
        return
    yield Finding("ok", f"{name} {version} answers")
    clock = _clock(name, seconds + microseconds / 1e6, asked)
    if clock.grade != "ok":
        yield clock


def _clock(name: str, there: float, asked: float) -> Finding:
    """Compare with the middle of the round trip."""
    apart = there - (asked + time.time()) / 2
    if abs(apart) > CLOCK_SECONDS:
        return Finding("warn", f"The clock of {name} is {apart:+.1f} s off this machine's; use NTP on both")
    return Finding("ok", f"The clocks of this machine and of {name} agree")
