"""Marks work that belongs to an HTTP request or a handshake, so that PostgreSQL must answer it within a deadline."""

from __future__ import annotations

from contextvars import ContextVar

has_deadline: ContextVar[bool] = ContextVar("has_deadline", default=False)
"""True while a request is handled. `postgresql_deadline` reads it. Other threads have their own deadlines."""
