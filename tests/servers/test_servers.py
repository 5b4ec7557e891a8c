"""The servers that other tests lean on: they start, they answer, and they are gone afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest
import redis

from tests.servers import NotFound, Running, find_chromium, fixtures, running_postgres, running_redis
from tests.servers.postgres import copy_package, find_postgres, postgres_of_package
from tests.servers.redis import answers_ping, find_redis, redis_of_package

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("find", [find_redis, redis_of_package])
def test_redis_keeps_what_it_is_told(find: Callable[[], Path]) -> None:
    with running_redis(find()) as server, redis.Redis.from_url(server.url) as client:
        client.set("greeting", "hello")
        assert client.get("greeting") == b"hello"


@pytest.mark.parametrize("find", [find_postgres, postgres_of_package])
def test_postgres_has_an_empty_database_in_utf8(find: Callable[[], Path]) -> None:
    with running_postgres(find()) as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_stat_user_tables").fetchone() == (0,)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to hand PostgreSQL to another user")
def test_postgres_of_a_checkout_that_only_root_may_read(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    programs = copy_package(postgres_of_package(), tmp_path)
    with running_postgres(programs) as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("start", [running_redis, running_postgres])
def test_a_server_is_gone_when_its_context_ends(start: Callable[[], AbstractContextManager[Running]]) -> None:
    with start() as server:
        pass
    assert server.process.returncode is not None


@pytest.mark.parametrize("start", [running_redis, running_postgres])
def test_a_stopped_server_is_ended_too(start: Callable[[], AbstractContextManager[Running]]) -> None:
    with start() as server:
        server.process.send_signal(signal.SIGSTOP)
    assert server.process.returncode is not None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child's life to its parent's")
def test_a_server_dies_with_killed_tests(tmp_path: Path) -> None:
    program = """
from tests.servers import running_redis
with running_redis() as server:
    print(server.port, flush=True)
    input()
"""
    tests = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with tests:
        assert tests.stdout is not None
        port = int(tests.stdout.readline())
        assert answers_ping(port)
        tests.kill()
    deadline = time.monotonic() + 5
    while answers_ping(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not answers_ping(port)


def test_chromium_is_found_and_tells_its_version(chromium_path: str) -> None:
    version = subprocess.run([chromium_path, "--version"], capture_output=True, text=True, check=True)
    assert "Chrom" in version.stdout


def test_a_browser_named_by_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mine = tmp_path / "my browser"
    mine.write_text("#!/bin/sh\necho Chromium 1\n")
    mine.chmod(0o755)
    monkeypatch.setenv("HUBBUB_CHROMIUM", str(mine))
    assert find_chromium() == str(mine)


def test_a_missing_program_is_a_skip_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no redis-server"):
        fixtures.skip_or_fail(NotFound("no redis-server on PATH"))


def test_a_missing_program_is_an_error_in_continuous_integration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no redis-server"):
        fixtures.skip_or_fail(NotFound("no redis-server on PATH"))
