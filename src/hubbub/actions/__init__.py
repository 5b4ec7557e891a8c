"""Every change of state: verb_noun, actor first, keyword-only. The only code that writes.

Call them from a view, a task or the shell. In async code, put an `a` before the verb and await it:
`await actions.asend_message(author=…, room=…, text=…)`.
"""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async

from hubbub.actions.logins import (
    create_token,
    end_logins_of,
    end_session,
    end_tokens,
    recheck_logins_of,
    renew_token,
    revoke_token,
)
from hubbub.actions.members import (
    admit,
    change_role,
    create_bot,
    deactivate_member,
    member_for,
    reactivate_member,
    update_profile,
)
from hubbub.actions.memberships import invite_members, join_room, leave_room, remove_member
from hubbub.actions.messages import Post, delete_message, edit_message, send_message, send_messages
from hubbub.actions.reading import mark_read, mark_unread, set_level
from hubbub.actions.rooms import archive_room, create_room, describe_room, open_direct, rename_room
from hubbub.actions.workspace import begin_epoch, name_workspace

__all__ = [
    "Post",
    "admit",
    "archive_room",
    "begin_epoch",
    "change_role",
    "create_bot",
    "create_room",
    "create_token",
    "deactivate_member",
    "delete_message",
    "describe_room",
    "edit_message",
    "end_logins_of",
    "end_session",
    "end_tokens",
    "invite_members",
    "join_room",
    "leave_room",
    "mark_read",
    "mark_unread",
    "member_for",
    "name_workspace",
    "open_direct",
    "reactivate_member",
    "recheck_logins_of",
    "remove_member",
    "rename_room",
    "renew_token",
    "revoke_token",
    "send_message",
    "send_messages",
    "set_level",
    "update_profile",
]


def __getattr__(name: str) -> Any:
    """`asend_message` is `send_message` for async code, and so on for every action."""
    if name.startswith("a") and name[1:] in __all__:
        return sync_to_async(globals()[name[1:]])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
