"""What a host project can listen to, in the thread that acts; keep receivers short.

The first three are sent after commit. `deed_done` is sent inside the transaction: a receiver that writes a line of an
audit log writes it with the deed or not at all, and one that raises undoes the deed.
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

deed_done = Signal()
"""Somebody used a right over an account or the workspace. Arguments: `what` (Deed), `by` (Member, or None if the caller
named nobody), `about` (Member or None), `address` (text, empty if the caller's context knows it better), `details` (a
dict of short texts and numbers, without secrets). Sender: Deed."""


class Deed(StrEnum):
    """The deeds that `deed_done` reports. The values are stable: audit logs store them."""

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


def report(what: Deed, *, by: Any, about: Any = None, address: str = "", **details: str | int) -> None:
    """Send `deed_done`. `by` and `about` are members or None. Call it inside the deed's transaction."""
    deed_done.send(Deed, what=what, by=by, about=about, address=address, details=details)
