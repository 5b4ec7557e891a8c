"""The same HTTP clients as in `tests/http`."""

from __future__ import annotations

from tests.http.conftest import browser, browser_of, phone, script, stranger

__all__ = ["browser", "browser_of", "phone", "script", "stranger"]
