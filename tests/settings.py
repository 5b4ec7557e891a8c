"""Django's settings under test: the product's own, with its data in a directory that ends with the run.

DATABASE_URL and REDIS_URL are taken as in the product, so the same tests run on PostgreSQL and Redis.
"""

import atexit
import os
import shutil
import tempfile

DATA = tempfile.mkdtemp(prefix="hubbub-tests-")
atexit.register(shutil.rmtree, DATA, ignore_errors=True)
os.environ["HUBBUB_DATA"] = DATA
os.environ["HUBBUB_SECRET_KEY"] = "not a secret: signs what tests sign"

from hubbub_site.settings import *  # noqa: E402, F403
from hubbub_site.settings import DATABASES  # noqa: E402

# One connection per thread must see the same rows, which SQLite's in-memory databases only pretend to offer.
if "sqlite3" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(DATA, "test.sqlite3")}

# Argon2 is slow on purpose, and nobody attacks a test.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
