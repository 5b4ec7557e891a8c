"""Commands about one open socket. The HTTP API does not have them."""

from __future__ import annotations

from typing import ClassVar, Literal

from hubbub.protocol import replies
from hubbub.protocol.fields import Id
from hubbub.protocol.wire import Command


class SetPresence(Command):
    """Whether the user is looking at this connection's window. Socket only."""

    type: Literal["presence.set"]
    state: Literal["active", "away"]
    reply: ClassVar = replies.Done


class StartTyping(Command):
    """Show “… is typing” to a room; repeat it every few seconds. Socket only."""

    type: Literal["typing"]
    room: Id
    reply: ClassVar = replies.Done


class Beat(Command):
    """The answer to a heartbeat. Socket only."""

    type: Literal["beat"]
    reply: ClassVar = replies.Done
