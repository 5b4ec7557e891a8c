"""One room's order, as this process knows it: accept what comes next, drop what is old, repair a jump."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from hubbub.publish import RoomFrame
from hubbub.realtime.delivery.audience import Audience
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.fanout import Turns

if TYPE_CHECKING:
    from hubbub.realtime.delivery.connection import Connection

RING_FRAMES = 128
"""Recent frames kept, so that those who were away for a moment cost no database read."""


class Feed:
    """The head of a room with listeners here, and its recent frames.

    Invariant: every listener has been handed, in order, every frame from its attaching up to `head`. So a listener
    that knows everything up to the seq it attached at misses nothing, and nothing overtakes a removal (G4, G9).
    """

    def __init__(
        self,
        room: int,
        head: int,
        last_number: int,
        *,
        repair: Callable[[Feed], None],
        describe: Callable[[Feed], None],
        leave: Callable[[Feed, int, int], None],
        turns: Turns,
    ) -> None:
        self.room = room
        self.head = head
        self.last_number = last_number
        self.described = head
        """The seq of the newest state of the room itself (name, description …) that listeners know."""
        self._description: tuple[int, bytes] = (head, b"")
        """The newest state of the room that came here: its seq, and the event, which waits for the head to reach it."""
        self.ring: deque[RoomFrame] = deque(maxlen=RING_FRAMES)
        self.audience = Audience(room, turns)
        self.repairing = False
        self.jumps = 0
        self.forked = False
        """Whether a seq was told twice, for two messages: the database has gone back to an earlier state, and on."""
        self._repair, self._describe, self._leave = repair, describe, leave
        self._early: dict[int, RoomFrame] = {}
        self._changed = head
        """The seq of the newest message that says that the room itself has changed."""

    def receive(self, frames: Iterable[RoomFrame]) -> None:
        """Frames of this room, from this process or another. Order and repetition do not matter."""
        self._take(frames)
        if self._early:
            self._repair(self)  # the bus lost something, or two threads committed at once: the database knows

    def repaired(
        self,
        frames: Sequence[RoomFrame],
        head: int,
        last_number: int,
        *,
        whole: bool,
        early: Collection[int] = (),
    ) -> None:
        """What the database says came after this feed's head, up to `head`, and the last number there.

        Not `whole`: too much; listeners fetch it at their own speed. `early`: the seqs of the frames that waited before
        the database was read. It had committed all of these, so one that it does not know is of another history (a
        notice that was held back while the database went back to a backup), and is dropped.
        """
        if whole:
            self._take(frames)
        elif head > self.head:
            self.head = self._changed = head
            self.ring.clear()
            self.audience.leave_out(head)
            self._tell_description()
        self.last_number = max(self.last_number, last_number)
        self._early = {
            seq: frame for seq, frame in self._early.items() if seq > self.head and seq not in early
        }

    @property
    def early(self) -> frozenset[int]:
        """The seqs of frames that wait for those before them."""
        return frozenset(self._early)

    @property
    def is_described(self) -> bool:
        """Whether listeners know the room's own state as the last change that came here left it."""
        return self.described >= self._changed

    def describe(self, version: int, event: bytes) -> None:
        """The room's own state, as it was at the seq `version`. Listeners are told, unless they know a newer one.

        It does not overtake the messages before it: one of these may be the removal of a listener (G9).
        """
        if version > self._description[0]:
            self._description = (version, event)
            if version > self.head:
                self._repair(self)
            self._tell_description()

    def describe_to(self, connection: Connection, seq: int) -> None:
        """Hand the room's own state to a listener that knows the room up to `seq`, if it has changed since."""
        version, event = self._description
        if seq >= self.described:
            return
        if event and version == self.described:
            connection.push(self._parcel_of(event))
        else:  # the feed began later than this listener's state, and has never seen the room's own
            self._description, self.described = (seq, b""), seq
            self._describe(self)

    def _parcel_of(self, event: bytes) -> EncodedEvents:
        return EncodedEvents([event], room=self.room)

    def since(self, seq: int) -> list[RoomFrame] | None:
        """The frames after `seq`, if the ring still has all of them."""
        if seq >= self.head:
            return []
        missed = [frame for frame in self.ring if frame.seq > seq]
        if missed and _before(missed[0]) <= seq:
            return missed
        return None

    def _take(self, frames: Iterable[RoomFrame]) -> None:
        accepted: list[RoomFrame] = []
        for frame in frames:
            self._accept(frame, accepted)
        if accepted:
            self._deliver(accepted)
            self._early = {seq: frame for seq, frame in self._early.items() if seq > self.head}
            self._tell_description()

    def _accept(self, frame: RoomFrame, accepted: list[RoomFrame]) -> None:
        if frame.seq <= self.head:
            self.forked = self.forked or self._contradicts(frame)
            return
        if _before(frame) > self.head:
            self._early[frame.seq] = frame
            return
        following: RoomFrame | None = frame
        while following is not None:
            self.head = following.seq
            accepted.append(following)
            following = self._early.pop(self.head + 1, None)

    def _tell_description(self) -> None:
        version, event = self._description
        if self.described < version <= self.head:
            self.described = version
            self.audience.notice(self._parcel_of(event))
        if not self.is_described:  # its notice mostly comes right after the message; it may also be lost
            self._describe(self)

    def _contradicts(self, old: RoomFrame) -> bool:
        return any(kept.seq == old.seq and kept.message.id != old.message.id for kept in self.ring)

    def _deliver(self, frames: list[RoomFrame]) -> None:
        self.ring.extend(frames)
        start = 0
        for place, frame in enumerate(frames, 1):
            if frame.message.system is not None:
                self._changed = frame.seq
            leaver = frame.leaves
            if leaver is not None or place == len(frames):
                self._deliver_run(frames[start:place], leaver)
                start = place

    def _deliver_run(self, frames: list[RoomFrame], leaver: int | None) -> None:
        self.audience.tell(frames, self.last_number)
        for frame in frames:
            self.last_number = max(self.last_number, frame.number)
        if leaver is not None:
            seq = frames[-1].seq
            self.audience.then(lambda: self._leave(self, leaver, seq))


def _before(frame: RoomFrame) -> int:
    return frame.seq - 1 if frame.after is None else frame.after
