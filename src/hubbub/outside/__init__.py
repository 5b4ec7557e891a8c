"""Fetches URLs that users supply: link previews, webhooks, push endpoints, imports. Nothing else may fetch them.

    answer = await fetch_untrusted("https://example.org/")

It never reaches this machine or its private network, whatever a name, a redirect or a DNS server says (no SSRF).
All its errors are `FetchFailed`. Synchronous code calls it through `asgiref.sync.async_to_sync`.
"""

from hubbub.outside.failures import (
    BadAnswer,
    FetchFailed,
    NotAllowed,
    TooBusy,
    TooLarge,
    TooSlow,
    Unreachable,
)
from hubbub.outside.fetching import Answer, Fetcher, fetch_untrusted

__all__ = [
    "Answer",
    "BadAnswer",
    "FetchFailed",
    "Fetcher",
    "NotAllowed",
    "TooBusy",
    "TooLarge",
    "TooSlow",
    "Unreachable",
    "fetch_untrusted",
]
