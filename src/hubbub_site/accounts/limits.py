"""Limits of the product's account pages and headless API, in the form of `hubbub.protocol.limits`.

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

PROGRAM_BODY_BYTES = Limit(
    16 * 1024, "bytes", "that a program sends to sign in: names, passwords and tokens are short"
)

FAILURES_OF_ACCOUNT = Limit(
    10, "failures", "of one account, from browsers not known to it, before it waits, lifted"
)
FAILURES_FROM_NETWORK = Limit(20, "failures", "from one IPv4 address or IPv6 /56 before it waits, lifted")
FAILURES_OF_ACCOUNT_FROM_NETWORK = Limit(
    5, "failures", "of one account from one network before it waits, lifted"
)
FAILURES_OF_KNOWN_BROWSER = Limit(
    5, "failures", "of one account in a browser that has signed in to it before, lifted"
)
FIRST_WAIT_SECONDS = Limit(
    60, "seconds", "after the last free failure; each further one doubles the wait, lifted"
)
LONGEST_WAIT_SECONDS = Limit(3600, "seconds", "between two guesses, however many have failed, lifted")
FAILURES_KEPT_SECONDS = Limit(24 * 3600, "seconds", "after the last failure, until the count starts over")
FAILURE_COUNTERS = Limit(
    100_000, "rows", "of failure counters; above it, rows that cause no waiting time are removed"
)
COUNTERS_IN_MEMORY = Limit(200_000, "entries", "of one process's request counters; expired ones go first")

KNOWN_BROWSER_SECONDS = Limit(
    400 * 24 * 3600, "seconds", "that a browser stays known: as long as a cookie may live"
)

AUDIT_DETAILS = Limit(8, "entries", "details of one line; more would be a document")
AUDIT_DETAIL_CHARACTERS = Limit(120, "characters", "one detail of a line: a name, a label, a time")
AUDIT_STRANGER_LINES = Limit(
    200, "lines", "that strangers cause in one hour; what comes then is counted on one line"
)
AUDIT_KEPT_DAYS = Limit(30, "days", "in which not even the retention may delete a line")
AUDIT_PAGE = Limit(50, "lines", "one page of the log")


def table() -> dict[str, Limit]:
    """Every limit by name, in reading order."""
    return {name: value for name, value in globals().items() if isinstance(value, Limit)}
