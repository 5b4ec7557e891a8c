"""Reads that span tables, as protocol objects. With `actions`, the public Python API."""

from hubbub.queries.directory import browse_members, browse_rooms, list_members, roster
from hubbub.queries.presence import presence_for
from hubbub.queries.sidebar import room_ids, room_state, sidebar
from hubbub.queries.snapshot import (
    SnapshotRequest,
    bytes_of,
    changes_since,
    reset,
    resume,
    resumed,
    snapshot,
    snapshots,
)
from hubbub.queries.timeline import timeline

__all__ = [
    "SnapshotRequest",
    "browse_members",
    "browse_rooms",
    "bytes_of",
    "changes_since",
    "list_members",
    "presence_for",
    "reset",
    "resume",
    "resumed",
    "room_ids",
    "room_state",
    "roster",
    "sidebar",
    "snapshot",
    "snapshots",
    "timeline",
]
