"""Finds and starts the programs that tests need besides Python: Redis, PostgreSQL, a browser, a C compiler.

Each is looked for on this machine first and in a Python package second, so that a checkout can be tested
without installing anything. `NotFound` says what was looked for and how to get it.
"""

from __future__ import annotations

from tests.servers.browser import find_chromium
from tests.servers.compiler import find_compiler
from tests.servers.postgres import running_postgres
from tests.servers.process import NotFound, Running
from tests.servers.redis import Guarded, running_redis, running_sentinels

__all__ = [
    "Guarded",
    "NotFound",
    "Running",
    "find_chromium",
    "find_compiler",
    "running_postgres",
    "running_redis",
    "running_sentinels",
]
