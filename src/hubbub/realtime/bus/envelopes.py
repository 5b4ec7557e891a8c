"""Packs commits into messages of the channel layer and back: one message for each room, one for each notice.

All processes run the same version, so a notice is its class name and its fields in order.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_args

from pydantic_core import from_json

from hubbub import publish
from hubbub.protocol import objects
from hubbub.publish import Batch, RoomFrame

PREFIX = "hubbub."
"""Of all our groups: a project's channel layer may have others."""

NOTICES: dict[str, Any] = {kind.__name__: kind for kind in get_args(publish.Notice)}
FIELDS = {kind: [field.name for field in fields(kind)] for kind in NOTICES.values()}


def messages_of(batch: Batch, node: str) -> list[tuple[str, dict[str, Any]]]:
    """A batch as pairs of a group of the channel layer and the message for it. `node`: the publishing process."""
    rooms: dict[int, list[list[Any]]] = {}
    for f in batch.frames:
        rooms.setdefault(f.room, []).append([f.seq, f.number, f.data, f.author_name, f.new, f.after])
    found: list[tuple[str, dict[str, Any]]] = [
        (f"{PREFIX}room.{room}", {"type": "hubbub.frames", "node": node, "room": room, "frames": frames})
        for room, frames in rooms.items()
    ]
    for notice in batch.notices:
        kind = type(notice)
        packed = [kind.__name__, *(getattr(notice, name) for name in FIELDS[kind])]
        found.append((PREFIX + notice.topic, {"type": "hubbub.notice", "node": node, "notice": packed}))
    return found


def batch_of(message: dict[str, Any]) -> Batch:
    """The inverse of `messages_of`, for one message."""
    if message["type"] == "hubbub.notice":
        name, *values = message["notice"]
        return Batch([], [NOTICES[name](*values)])
    frames = []
    for seq, number, data, author, new, after in message["frames"]:
        state = objects.Message.model_validate(from_json(data)["message"])
        frames.append(RoomFrame(message["room"], seq, number, data, state, author, new, after))
    return Batch(frames)
