"""Commands about messages."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, model_validator

from hubbub.protocol import limits, objects, replies
from hubbub.protocol.fields import Id, MessageText, NewMessageId, Number, Seq
from hubbub.protocol.wire import Command


class SendMessage(Command):
    """Post a message. `message` is a UUIDv7 made by the sender: sending it again is harmless."""

    type: Literal["message.send"]
    room: Id
    message: NewMessageId
    text: MessageText
    reply: ClassVar = replies.Sent


class EditMessage(Command):
    """Change the text of your own message. `seq` is that of the state you have; if it has changed: conflict."""

    type: Literal["message.edit"]
    message: UUID
    text: MessageText
    seq: Seq
    reply: ClassVar = objects.Message


class DeleteMessage(Command):
    """Delete a message: its text is gone for good, its number stays."""

    type: Literal["message.delete"]
    message: UUID
    reply: ClassVar = objects.Message


class GetMessage(Command):
    """One message by its id, for links to messages."""

    type: Literal["message.get"]
    message: UUID
    reply: ClassVar = objects.Message


class ReadTimeline(Command):
    """A page of messages: before, after or around a number (exclusive, exclusive, inclusive), or the newest ones."""

    type: Literal["timeline"]
    room: Id
    before: Number | None = None
    after: Number | None = None
    around: Number | None = None
    limit: Annotated[int, Field(ge=1, le=limits.TIMELINE_PAGE, strict=True)] = 50
    reply: ClassVar = replies.Timeline

    @model_validator(mode="after")
    def _one_anchor(self) -> ReadTimeline:
        if sum(anchor is not None for anchor in (self.before, self.after, self.around)) > 1:
            raise ValueError("give one of before, after, around")
        return self
