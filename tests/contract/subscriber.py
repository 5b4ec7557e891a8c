"""The events that one connection receives of everything published: the rules of `realtime`, without sockets."""

from __future__ import annotations

import json
from typing import Any

from hubbub.models import Member
from hubbub.protocol.objects import Role
from hubbub.protocol.replies import Snapshot
from hubbub.publish import (
    Batch,
    DirectoryNotice,
    Notice,
    PrivateNotice,
    RoomFrame,
    RoomNotice,
    WorkspaceNotice,
)

Event = dict[str, Any]


class Subscriber:
    """Attached to the rooms of a snapshot, at their heads; `received` has the events in order."""

    def __init__(self, member: Member, state: Snapshot) -> None:
        self.member = member
        self.heads = {room.id: room.seq for room in state.rooms}
        self.received: list[Event] = []

    def receive(self, batch: Batch) -> None:
        """Take a batch: rooms one after the other, each in its order, then the events without seq."""
        for frame in sorted(batch.frames, key=lambda frame: (frame.room, frame.seq)):
            self._receive_frame(frame)
        for notice in batch.notices:
            self._receive_notice(notice)

    def _receive_frame(self, frame: RoomFrame) -> None:
        if frame.seq <= self.heads.get(frame.room, frame.seq):
            return
        self.heads[frame.room] = frame.seq
        self.received.append(json.loads(frame.data))
        if frame.leaves == self.member.pk:
            del self.heads[frame.room]

    def _receive_notice(self, notice: Notice) -> None:
        if isinstance(notice, PrivateNotice):
            if notice.member != self.member.pk:
                return
            self.received.append(json.loads(notice.data))
            if notice.room is not None and notice.attach is not None:
                self.heads[notice.room] = max(notice.attach, self.heads.get(notice.room, 0))
            if notice.room is not None and notice.detach:
                self.heads.pop(notice.room, None)
        elif (
            isinstance(notice, WorkspaceNotice)
            or (isinstance(notice, DirectoryNotice) and self._may_see(notice.member))
            or (isinstance(notice, RoomNotice) and notice.room in self.heads)
        ):
            self.received.append(json.loads(notice.data))

    def _may_see(self, other: int) -> bool:
        viewer = Member.objects.get(pk=self.member.pk)
        if viewer.role != Role.GUEST:
            return True
        return Member.objects.visible_to(viewer).filter(pk=other).exists()
