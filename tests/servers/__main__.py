"""Run a command with DATABASE_URL and REDIS_URL of servers that live as long as it does.

Usage: python -m tests.servers COMMAND [ARGUMENT …]
"""

from __future__ import annotations

import os
import subprocess
import sys

from tests.servers import NotFound, running_postgres, running_redis


def main(command: list[str]) -> int:
    if not command:
        raise SystemExit(__doc__)
    try:
        with running_postgres() as postgres, running_redis() as redis:
            urls = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url, "TESTS_SERVERS": "yes"}
            environment = {**os.environ, **urls}
            return subprocess.run(command, env=environment, check=False).returncode
    except NotFound as reason:
        raise SystemExit(str(reason)) from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
