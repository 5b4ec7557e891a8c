"""Signals for host projects. They are sent in the thread that acts, so keep receivers short.

The first three are sent after commit. `audit_event` is sent inside the transaction of the change that it reports. So a
receiver can write an audit log line in the same transaction, and a receiver that raises rolls the change back.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.dispatch import Signal

message_changed = Signal()
"""A message is new or changed. Arguments: `message` (protocol object), `new` (bool). Sender: models.Message."""

member_joined = Signal()
"""A member has joined a room. Arguments: `room` (id), `member` (id). Sender: models.Membership."""

member_left = Signal()
"""A member has left a room or was removed. Arguments: `room` (id), `member` (id). Sender: models.Membership."""

audit_event = Signal()
"""An account or the workspace changed, or a token was used first. Arguments: `what` (AuditEvent), `by` (Member, or None
if the caller named nobody), `about` (Member or None), `address` (text; if empty, the receiver may know the request's
address), `details` (a dict of short texts and numbers, without secrets). Sender: AuditEvent."""


class AuditEvent(StrEnum):
    """The kinds of event that `audit_event` reports. The values are stable: audit logs store them."""

    ROLE_CHANGED = "role_changed"
    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    BOT_MADE = "bot_made"
    TOKEN_MADE = "token_made"  # noqa: S105
    TOKEN_FIRST_USED = "token_first_used"  # noqa: S105
    TOKEN_RENEWED = "token_renewed"  # noqa: S105
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    TOKENS_ENDED = "tokens_ended"
    WORKSPACE_RENAMED = "workspace_renamed"


def report(what: AuditEvent, *, by: Any, about: Any = None, address: str = "", **details: str | int) -> None:
    """Send `audit_event`. `by` and `about` are members or None. Call it inside the change's transaction."""
    audit_event.send(AuditEvent, what=what, by=by, about=about, address=address, details=details)
