"""The field types that several commands share, with their validation."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from hubbub.protocol import limits
from hubbub.protocol.ids import is_message_id
from hubbub.protocol.text import (
    NAME_KEY_CHARACTERS,
    RAW_CHARACTERS,
    first_invisible,
    name_key,
    size_of,
    tidy,
)


def _message_text(text: str) -> str:
    if size_of(text) > limits.MESSAGE_BYTES:
        raise ValueError(
            f"a message holds at most {limits.MESSAGE_BYTES} bytes of UTF-8; split it into several"
        )
    if not text or text.isspace():
        raise ValueError("a message needs some text")
    return text


def _room_name(name: str) -> str:
    name = tidy(name)
    if not name:
        raise ValueError("a room needs a name")
    if "/" in name or name.startswith("~") or name in (".", ".."):
        # The name is part of the room's address: browsers resolve dots, and `~12` is a room by its id.
        raise ValueError("a room's name has no “/”, does not start with “~” and is not “.” or “..”")
    if len(name) > limits.ROOM_NAME_CHARACTERS or len(name_key(name)) > NAME_KEY_CHARACTERS:
        raise ValueError(f"a room's name has at most {limits.ROOM_NAME_CHARACTERS} characters")
    return name


def _person_name(name: str) -> str:
    invisible, name = first_invisible(name[:RAW_CHARACTERS]), tidy(name)
    if not name:
        raise ValueError("a name needs at least one visible character")
    if invisible is not None:
        # Dropping it silently would let people try until a name looks like another's. Nobody types it by accident.
        raise ValueError(
            f"a name has no invisible characters; remove U+{ord(invisible):04X} and type the name again"
        )
    if len(name) > limits.MEMBER_NAME_CHARACTERS:
        raise ValueError(f"a name has at most {limits.MEMBER_NAME_CHARACTERS} characters")
    return name


def _version_7(made: UUID) -> UUID:
    if not is_message_id(made):
        raise ValueError("make a UUID of version 7 (RFC 9562) for a new message")
    return made


# Strict: a number in quotes, `true` or `1.0` is a client's mistake. It is refused instead of being converted.
Id = Annotated[int, Field(ge=1, le=2**53, strict=True)]
IdAsKey = Annotated[int, Field(ge=1, le=2**53)]
"""Not strict: keys in JSON are always text."""
Seq = Annotated[int, Field(ge=0, le=2**53, strict=True)]
Number = Annotated[int, Field(ge=0, le=2**53, strict=True)]
Flag = Annotated[bool, Field(strict=True)]
MessageText = Annotated[str, AfterValidator(_message_text)]
NewMessageId = Annotated[UUID, AfterValidator(_version_7)]
"""Only for new messages: an older version of Hubbub accepted other UUIDs, and those messages still exist."""
RoomName = Annotated[str, AfterValidator(_room_name)]
PersonName = Annotated[str, AfterValidator(_person_name)]
ShortText = Annotated[str, AfterValidator(tidy), Field(max_length=limits.DESCRIPTION_CHARACTERS)]
Prefix = Annotated[str, AfterValidator(tidy), Field(max_length=limits.ROOM_NAME_CHARACTERS)]

Offset = Annotated[int, Field(ge=0, le=2**31, strict=True, description="how many entries to skip")]
MemberIds = Annotated[list[Id], Field(min_length=1, max_length=limits.MEMBERS_AT_ONCE)]
