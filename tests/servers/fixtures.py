"""Fixtures `redis_url`, `postgres_url`, `chromium_path`: one server for all tests of a run.

A missing program skips the tests that need it, with a reason. In continuous integration (CI=true) it fails them:
a test that never runs protects nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

from tests.servers import NotFound, find_chromium, running_postgres, running_redis


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """`redis://127.0.0.1:…/0` of a Redis that only these tests use."""
    try:
        with running_redis() as server:
            yield server.url
    except NotFound as reason:
        skip_or_fail(reason)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """`postgresql://hubbub@127.0.0.1:…/hubbub` of an empty database that only these tests use."""
    try:
        with running_postgres() as server:
            yield server.url
    except NotFound as reason:
        skip_or_fail(reason)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The program to give to Playwright as `executable_path`."""
    try:
        return find_chromium()
    except NotFound as reason:
        skip_or_fail(reason)


def skip_or_fail(reason: NotFound) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason} (CI=true: this is an error, not a skip)")
    pytest.skip(str(reason))


@contextmanager
def or_skipped() -> Iterator[None]:
    """Inside, a program that is not found skips the test with the reason; in CI it fails the test."""
    try:
        yield
    except NotFound as reason:
        skip_or_fail(reason)
