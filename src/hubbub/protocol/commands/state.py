"""The commands that read the complete state: on the first connect and after an absence."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from hubbub.protocol import limits, replies
from hubbub.protocol.fields import IdAsKey, Seq
from hubbub.protocol.wire import Command


class TakeSnapshot(Command):
    """The state to start from. After the reply, the socket sends every change of your rooms."""

    type: Literal["snapshot"]
    reply: ClassVar = replies.Snapshot


class Resume(Command):
    """The changes since the seqs that the client has. After the reply, the socket sends every change of your rooms."""

    type: Literal["resume"]
    epoch: str = Field(max_length=64)
    rooms: dict[IdAsKey, Seq] = Field(max_length=limits.RESUME_ROOMS)
    directory: Seq | None = Field(
        default=None, description="the directory you have; without it the reply has all members"
    )
    reply: ClassVar = replies.Resumed
