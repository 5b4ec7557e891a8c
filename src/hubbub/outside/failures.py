"""Why a fetch brought nothing. Each says in `again` whether a later try can succeed.

The sentences are for the log and for the operator. Do not show them to the person who named the address: the
difference between "refused" and "timed out" tells which machines of the private network answer.
"""

from __future__ import annotations

from typing import ClassVar


class FetchFailed(Exception):
    """The parent of all: the fetch brought no answer."""

    again: ClassVar[bool] = False


class NotAllowed(FetchFailed):
    """The address or a redirect leads where the server must not go: a private network, another port, a bad URL."""


class Unreachable(FetchFailed):
    """The name does not resolve, nobody answers there, or the certificate is wrong."""

    again = True


class TooSlow(FetchFailed):
    """The deadline passed."""

    again = True


class TooLarge(FetchFailed):
    """The headers or the body are larger than the limit."""


class BadAnswer(FetchFailed):
    """The answer is not the HTTP that was asked for: malformed, compressed, or one redirect too many."""


class TooBusy(FetchFailed):
    """This process already has as many fetches under way and waiting as it may have."""

    again = True
