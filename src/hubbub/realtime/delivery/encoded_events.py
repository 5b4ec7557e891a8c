"""One or more events for clients, encoded once for each way of sending."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_core import to_json

from hubbub.protocol.objects import Message, System, SystemKind
from hubbub.publish import RoomFrame


class EncodedEvents:
    """One or more JSON texts that go out together. All receivers share one encoding, so it never changes.

    `texts` are for servers that send message by message. `wire` is the same as ready WebSocket frames in one piece,
    for a server that lets us write to the transport. `room` and `head` are set for events of a room; `ephemeral`
    events may be dropped.
    """

    __slots__ = ("_wire", "ephemeral", "head", "room", "texts")

    def __init__(
        self, texts: Sequence[bytes], *, room: int | None = None, head: int = 0, ephemeral: bool = False
    ) -> None:
        self.texts = texts
        self.room = room
        self.head = head
        self.ephemeral = ephemeral
        self._wire: bytes | None = None

    @property
    def wire(self) -> bytes:
        if self._wire is None:
            self._wire = b"".join([frame_header(len(text)) + text for text in self.texts])
        return self._wire

    @property
    def size(self) -> int:
        return sum(map(len, self.texts)) + 10 * len(self.texts)


def frame_header(size: int) -> bytes:
    """The header of an unmasked, final text frame (RFC 6455 §5.2)."""
    if size < 126:
        return bytes((0x81, size))
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big")
    return b"\x81\x7f" + size.to_bytes(8, "big")


def as_events(frames: Sequence[RoomFrame], _: int) -> EncodedEvents:
    """For `/ws/`: every state, as it is."""
    return EncodedEvents([frame.data for frame in frames], room=frames[0].room, head=frames[-1].seq)


def as_lines(frames: Sequence[RoomFrame], last_number: int) -> EncodedEvents:
    """For the room socket: new messages only, in the shape of the Channels tutorial."""
    lines = []
    for frame in frames:
        if frame.number > last_number:
            last_number = frame.number
            lines.append(line_of(frame.message, frame.author_name))
    return EncodedEvents(lines, room=frames[0].room)


def line_of(message: Message, author: str) -> bytes:
    """`{"message", "author", "number"}`; system messages have no author."""
    if message.system:
        return to_json(
            {"message": _system_text(message.system, author), "author": None, "number": message.number}
        )
    return to_json({"message": message.text, "author": author, "number": message.number})


_SYSTEM_TEXTS = {
    SystemKind.CREATED: "{author} opened the room",
    SystemKind.JOINED: "{author} joined",
    SystemKind.ADDED: "{author} brought somebody in",
    SystemKind.LEFT: "{author} left",
    SystemKind.REMOVED: "{author} removed somebody",
    SystemKind.RENAMED: "{author} renamed the room to {text}",
    SystemKind.DESCRIBED: "{author} described the room: {text}",
    SystemKind.ARCHIVED: "{author} archived the room",
    SystemKind.UNARCHIVED: "{author} opened the room again",
}


def _system_text(system: System, author: str) -> str:
    return _SYSTEM_TEXTS[system.kind].format(author=author, text=system.text or "")
