"""How much is too much at the product's own doors: rows of the same shape as `hubbub.protocol.limits`.

Each row has a test in `tests/limits/test_accounts.py`. Rows that end in “lifted” do not apply when
`HUBBUB_RATE_LIMITS=off`.
"""

from __future__ import annotations

from hubbub.protocol.limits import Limit

PASSWORD_KIB = Limit(
    19 * 1024, "KiB", "memory for one password hash: OWASP's least for Argon2id with two passes"
)
PASSWORDS_WAITING = Limit(
    16, "passwords", "waiting to be hashed in one process: fewer than its pooled database connections"
)
PASSWORD_SECONDS = Limit(5, "seconds", "that a password waits for its turn before its page answers 503")


def table() -> dict[str, Limit]:
    """Every limit by name, in reading order."""
    return {name: value for name, value in globals().items() if isinstance(value, Limit)}
