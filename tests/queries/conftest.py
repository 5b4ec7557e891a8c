"""The same real databases as in `tests/actions`."""

from __future__ import annotations

from tests.actions.conftest import arena, database

__all__ = ["arena", "database"]
