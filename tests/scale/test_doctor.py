"""What `hubbub doctor` says of the servers beneath: PostgreSQL, Redis, their clocks."""

from __future__ import annotations

import time

import pytest

from hubbub_site.config import Config
from hubbub_site.doctor import servers
from tests.scale.conftest import NewSite
from tests.site.sites import hubbub


def test_it_looks_at_postgresql_and_redis(new_home: NewSite, redis_url: str) -> None:
    """The tests' own PostgreSQL runs without fsync, which no site should."""
    site = new_home(REDIS_URL=redis_url)
    told = hubbub(site, "doctor").stdout.splitlines()
    assert any(line.startswith("ok    PostgreSQL 1") for line in told)
    assert "ok    Commits are durable (synchronous_commit is on)" in told
    assert "ok    The clocks of this machine and of PostgreSQL agree" in told
    assert any(line.startswith("ok    Redis ") and line.endswith(" answers") for line in told)
    assert "FAIL  PostgreSQL has fsync off: messages that were acknowledged can be lost; set it on" in told
    assert not any("max_connections" in line for line in told)


def test_commits_that_are_not_durable_fail(new_home: NewSite) -> None:
    site = new_home()
    site.environment["DATABASE_URL"] += "?options=-c%20synchronous_commit%3Doff"
    told = hubbub(site, "doctor", HUBBUB_WORKERS="50").stdout
    assert "FAIL  PostgreSQL has synchronous_commit off" in told
    assert "Commits are durable" not in told
    assert "FAIL  No REDIS_URL; several workers need one" in told
    assert "warn  max_connections is 200; each process takes up to 20 under load" in told


def test_each_shard_is_named(redis_url: str) -> None:
    found = list(servers.redis(Config(redis_url=f"{redis_url},redis://127.0.0.1:1")))
    assert [finding.grade for finding in found] == ["ok", "fail"]
    assert found[0].text.startswith("Redis 1 of 2 ") and found[1].text.startswith(
        "Redis 2 of 2 does not answer"
    )


@pytest.mark.parametrize(("apart", "grade"), [(0.0, "ok"), (0.8, "ok"), (3.0, "warn"), (-3600.0, "warn")])
def test_a_clock_that_is_off_is_told(apart: float, grade: str) -> None:
    now = time.time()
    found = servers._clock("Redis", now + apart, now)
    assert found.grade == grade
    if grade == "warn":
        assert f"{apart:+.1f} s off" in found.text
