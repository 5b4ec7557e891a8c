"""Reasons for which a fetch fails. The attribute `again` says whether a later retry can succeed.

The sentences are for the log and for the operator. Do not show them to the person who named the address: the
difference between "refused" and "timed out" tells which machines of the private network answer.
"""

from __future__ import annotations

from typing import ClassVar


class FetchFailed(Exception):
    """Base class: the fetch returned no answer."""

    again: ClassVar[bool] = False


class NotAllowed(FetchFailed):
    """The address or a redirect leads to a target that is not allowed: a private network, another port, a bad URL."""


class Unreachable(FetchFailed):
    """The name does not resolve, the host does not answer, or the certificate is wrong."""

    again = True


class TooSlow(FetchFailed):
    """The deadline passed."""

    again = True


class TooLarge(FetchFailed):
    """The headers or the body are larger than the limit."""


class BadAnswer(FetchFailed):
    """The answer is malformed or compressed, or there are too many redirects."""


class TooBusy(FetchFailed):
    """The limit of running and waiting fetches in this process is reached."""

    again = True
