"""How much the audit log takes, of itself and of strangers. Each row has a test in `tests/limits`."""

from __future__ import annotations

from hubbub.protocol.limits import Limit

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
