"""The product's settings for tests: a data directory of its own, a database that is a file, a fast password hasher.

A file and not `:memory:`, because the server's writer and readers are connections of several threads. Under
`python -m tests.servers` it is the PostgreSQL and the Redis that were started for the tests.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_data = tempfile.mkdtemp(prefix="hubbub-tests-")
atexit.register(shutil.rmtree, _data, ignore_errors=True)
for _name in [name for name in os.environ if name.startswith("HUBBUB_") and name != "HUBBUB_CHROMIUM"]:
    del os.environ[_name]
# The developer's own servers are none of the tests'.
if os.environ.pop("TESTS_SERVERS", None) is None:
    for _name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(_name, None)
os.environ["HUBBUB_DATA"] = _data

from hubbub_site.settings import *  # noqa: E402, F403
from hubbub_site.settings import DATABASES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(_data) / "test.sqlite3")}
# Argon2 is slow on purpose; what it is for is tested where it matters.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
