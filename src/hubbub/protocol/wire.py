"""The base of every wire type, and the field types that several of them share."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hubbub.protocol import limits
from hubbub.protocol.ids import is_message_id


class Wire(BaseModel):
    """A shape on the wire. Unknown fields are refused by name; fields that are None are left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, ser_json_bytes="base64")

    def encode(self) -> bytes:
        """JSON, UTF-8, without the fields that are None."""
        return self.__pydantic_serializer__.to_json(self, exclude_none=True)


class Command(Wire):
    """What a client asks. `id` names the request on the socket; without it no reply is sent."""

    id: Annotated[int, Field(ge=0, le=2**53, strict=True)] | None = None
    reply: ClassVar[Any] = None


class Event(Wire):
    """What a client hears. The same bytes go to everybody who hears it."""


def _fits_a_message(text: str) -> str:
    if _size_of(text) > limits.MESSAGE_BYTES:
        raise ValueError(
            f"a message holds at most {limits.MESSAGE_BYTES} bytes of UTF-8; split it into several"
        )
    if not text or text.isspace():
        raise ValueError("a message needs some text")
    return text


def _without_nul(text: str) -> str:
    _size_of(text)
    return text


def _size_of(text: str) -> int:
    """Bytes of UTF-8. PostgreSQL cannot store U+0000, and half a character cannot be encoded: nobody may send them."""
    try:
        size = len(text) if text.isascii() else len(text.encode())
    except UnicodeEncodeError:
        size = -1
    if size < 0 or "\x00" in text:
        raise ValueError("the text holds a NUL or half a character (a lone surrogate); remove it")
    return size


def tidy(text: str) -> str:
    """NFC, nothing that cannot be seen, one space where there was white space, nothing at the ends."""
    if len(text) > _RAW_CHARACTERS:
        raise ValueError("the text is too long")
    text = unicodedata.normalize("NFC", _without_nul(text))
    seen = "".join(c for c, before in zip(text, "a" + text, strict=False) if _shows(c, before))
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def _first_hidden(text: str) -> str | None:
    """The first character that `tidy` would drop because nobody can see it."""
    pairs = zip(text, "a" + text, strict=False)
    return next((character for character, before in pairs if not _shows(character, before)), None)


def _shows(character: str, before: str) -> bool:
    """Whether a character makes a difference to the eye: default-ignorable ones, controls and blanks do not.

    Zero-width, direction-override and blank characters make two names look like one (attack row 56). Joiners and
    variation selectors stay where they do their work, after letters beyond Hebrew and after pictures: Persian and
    emoji need them.
    """
    if character in _SHAPING:
        return before >= "\u0600" and before not in BLANK
    if character.isspace():
        return True
    return unicodedata.category(character) not in {"Cc", "Cf"} and character not in BLANK


# Putting marks into their order takes the square of their number (attack row 66): 64 KiB of them took half a second.
_RAW_CHARACTERS = 4 * limits.DESCRIPTION_CHARACTERS
_SHAPING = frozenset("\u180b\u180c\u180d\u180f\u200c\u200d") | {
    chr(c) for c in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2065\u2800\u3164\uffa0") | {
    chr(c) for c in (*range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE0100), *range(0xE01F0, 0xE1000))
}


def _room_name(name: str) -> str:
    name = tidy(name)
    if not name:
        raise ValueError("a room needs a name")
    if "/" in name or name.startswith("~") or name in (".", ".."):
        # It is a part of the room's address: browsers resolve dots, and `~12` is a room by its id.
        raise ValueError("a room's name has no “/”, does not start with “~” and is not “.” or “..”")
    if len(name) > limits.ROOM_NAME_CHARACTERS or len(name_key(name)) > NAME_KEY_CHARACTERS:
        raise ValueError(f"a room's name has at most {limits.ROOM_NAME_CHARACTERS} characters")
    return name


NAME_KEY_CHARACTERS = 255
"""Some characters stand for many: “ﷺ” is eighteen letters in its compatibility form."""


def name_key(name: str) -> str:
    """What makes two names of rooms the same: compatibility forms and case do not count."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _person_name(name: str) -> str:
    hidden, name = _first_hidden(name[:_RAW_CHARACTERS]), tidy(name)
    if not name:
        raise ValueError("a name needs at least one visible character")
    if hidden is not None:
        # Dropping them silently would let somebody try until a name looks like another's. People do not type them.
        raise ValueError(
            f"a name has no invisible characters; remove U+{ord(hidden):04X} and type the name again"
        )
    if len(name) > limits.MEMBER_NAME_CHARACTERS:
        raise ValueError(f"a name has at most {limits.MEMBER_NAME_CHARACTERS} characters")
    return name


def _version_7(made: UUID) -> UUID:
    if not is_message_id(made):
        raise ValueError("make a UUID of version 7 (RFC 9562) for a new message")
    return made


# Strict: a number in quotes, `true` or `1.0` is somebody's mistake, and is told so instead of being guessed at.
Id = Annotated[int, Field(ge=1, le=2**53, strict=True)]
IdAsKey = Annotated[int, Field(ge=1, le=2**53)]
"""JSON has no keys but text."""
Seq = Annotated[int, Field(ge=0, le=2**53, strict=True)]
Number = Annotated[int, Field(ge=0, le=2**53, strict=True)]
Flag = Annotated[bool, Field(strict=True)]
MessageText = Annotated[str, AfterValidator(_fits_a_message)]
NewMessageId = Annotated[UUID, AfterValidator(_version_7)]
"""Only of a new message: an older version of Hubbub took other UUIDs, and those messages are still there."""
RoomName = Annotated[str, AfterValidator(_room_name)]
PersonName = Annotated[str, AfterValidator(_person_name)]
ShortText = Annotated[str, AfterValidator(tidy), Field(max_length=limits.DESCRIPTION_CHARACTERS)]
Prefix = Annotated[str, AfterValidator(tidy), Field(max_length=limits.ROOM_NAME_CHARACTERS)]
