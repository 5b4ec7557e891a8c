"""Password hashers: Argon2id with 19 MiB and two passes, run on a few threads (`hashing_threads.py`).

Django's own hasher takes 100 MiB and eight threads per password. Its hashes are still accepted, and are replaced when
their owners sign in. All code that checks or sets a password uses these classes.
"""

from __future__ import annotations

from functools import partial

from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher

from hubbub_site.accounts import hashing_threads
from hubbub_site.accounts.limits import PASSWORD_KIB


class Argon2(Argon2PasswordHasher):
    time_cost = 2
    memory_cost = int(PASSWORD_KIB)
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        return hashing_threads.run(partial(super().encode, password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        return hashing_threads.run(partial(super().verify, password, encoded))


class PBKDF2(PBKDF2PasswordHasher):
    """For accounts that were copied from another Django site. Its `verify` calls `encode`."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        return hashing_threads.run(partial(super().encode, password, salt, iterations))
