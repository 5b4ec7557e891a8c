"""The one way out to addresses that people name: link previews, webhooks, push endpoints, imports.

    answer = await fetch_untrusted("https://example.org/")

It never reaches this machine or its private network, whatever the name, the redirect or the name server says.
Everything it raises is a `FetchFailed`. Code that is not asynchronous calls it through `asgiref.sync.async_to_sync`.
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
