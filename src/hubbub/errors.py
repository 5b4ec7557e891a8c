"""Errors as callers get them: a code, a sentence that helps, and whether to retry.

Every refusal of an action, a query or a policy is one of these. They cross the wire as
`{"code", "message", "retry_after"?}`; anything else that escapes is a bug and reaches the client as `internal`.
"""

from __future__ import annotations

from typing import ClassVar


class HubbubError(Exception):
    """A refusal. `retry_after` is in seconds; None: a retry does not help."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    retry_after: float | None = None
    request: int | None = None

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        if retry_after is not None:
            self.retry_after = retry_after


class Invalid(HubbubError):
    """The request is malformed or breaks a limit: change it before you retry."""

    code = "invalid"
    status = 422


class SignInRequired(HubbubError):
    """No valid session, token or JWT came with the request."""

    code = "sign_in"
    status = 401


class Forbidden(HubbubError):
    """You may see the thing and may not do this to it."""

    code = "forbidden"
    status = 403


class NotFound(HubbubError):
    """It does not exist, or you may not see it. The caller cannot tell which."""

    code = "not_found"
    status = 404


class Conflict(HubbubError):
    """It changed or exists already; the request was based on something else."""

    code = "conflict"
    status = 409


class RateLimited(HubbubError):
    """Too many requests. Retry after `retry_after`."""

    code = "rate_limited"
    status = 429
    retry_after = 1.0


class Unavailable(HubbubError):
    """The database did not answer in time. The command may have been carried out. Retry after `retry_after`.

    A retry is safe: a message with the same id is posted once, and other commands name the state that they set.
    """

    code = "unavailable"
    status = 503
    retry_after = 1.0


ALL: tuple[type[HubbubError], ...] = (
    Invalid,
    SignInRequired,
    Forbidden,
    NotFound,
    Conflict,
    RateLimited,
    Unavailable,
)
