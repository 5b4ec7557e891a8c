"""Who is in a hurry: a thread that works for a request, which nobody lets wait for long (`patience` says for what)."""

from __future__ import annotations

from contextvars import ContextVar

in_a_hurry: ContextVar[bool] = ContextVar("in_a_hurry", default=False)
"""Set for the length of a request; what it asks of other threads is theirs to bound."""
