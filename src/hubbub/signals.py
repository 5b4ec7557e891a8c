"""What a host project can listen to. Sent after commit, in the thread that committed; keep receivers short."""

from __future__ import annotations

from django.dispatch import Signal

message_changed = Signal()
"""A message is new or changed. Arguments: `message` (protocol object), `new` (bool). Sender: models.Message."""

member_joined = Signal()
"""A member has joined a room. Arguments: `room` (id), `member` (id). Sender: models.Membership."""

member_left = Signal()
"""A member has left a room or was removed. Arguments: `room` (id), `member` (id). Sender: models.Membership."""
