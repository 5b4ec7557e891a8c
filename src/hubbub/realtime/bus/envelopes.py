"""What was committed, as the channel layer carries it: one message for each room, one for each notice."""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json

from hubbub.protocol import objects
from hubbub.publish import EVERYONE, Batch, Notice, RoomFrame

PREFIX = "hubbub."
"""Of all our groups: a project's channel layer may have others."""


def messages_of(batch: Batch, node: str) -> list[tuple[str, dict[str, Any]]]:
    """A batch as groups of the channel layer and what is sent to each. `node`: which process says it."""
    rooms: dict[int, list[list[Any]]] = {}
    for f in batch.frames:
        rooms.setdefault(f.room, []).append([f.seq, f.number, f.data, f.author_name, f.after])
    found: list[tuple[str, dict[str, Any]]] = [
        (f"{PREFIX}room.{room}", {"type": "hubbub.frames", "node": node, "room": room, "frames": frames})
        for room, frames in rooms.items()
    ]
    for n in batch.notices:
        group = PREFIX + (EVERYONE if n.topic.startswith("login.") else n.topic)
        notice = [n.topic, n.data, n.version, n.room, n.attach, n.detach, n.about]
        found.append((group, {"type": "hubbub.notice", "node": node, "notice": notice}))
    return found


def batch_of(message: dict[str, Any]) -> Batch:
    """The inverse of `messages_of`, for one message."""
    if message["type"] == "hubbub.notice":
        return Batch([], [Notice(*message["notice"])])
    frames = []
    for seq, number, data, author, after in message["frames"]:
        state = objects.Message.model_validate(from_json(data)["message"])
        frames.append(RoomFrame(message["room"], seq, number, data, state, author, after))
    return Batch(frames)
