"""One room's order in this process: accepts the next frame, drops frames it already has, repairs a gap."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from hubbub.publish import RoomFrame
from hubbub.realtime.delivery.audience import Audience
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.fanout import WriteScheduler

if TYPE_CHECKING:
    from hubbub.realtime.delivery.connection import Connection

RING_FRAMES = 128
"""Recent frames that are kept, so that clients that were away for a moment cost no database read."""


class Feed:
    """The head of a room with connections here, and its recent frames.

    Invariant: every connection of the audience was handed, in order, every frame from the seq at which it was attached
    up to `head`. So it misses nothing, and nothing overtakes a removal (contract G4, G9).
    """

    def __init__(
        self,
        room: int,
        head: int,
        last_number: int,
        *,
        repair: Callable[[Feed], None],
        read_room_state: Callable[[Feed], None],
        leave: Callable[[Feed, int, int], None],
        scheduler: WriteScheduler,
    ) -> None:
        self.room = room
        self.head = head
        self.last_number = last_number
        self.room_state_seq = head
        """The seq of the newest state of the room itself (name, description …) that the audience has."""
        self._room_state: tuple[int, bytes] = (head, b"")
        """The newest state of the room that came here: its seq, and the event. It waits until the head reaches it."""
        self.ring: deque[RoomFrame] = deque(maxlen=RING_FRAMES)
        self.audience = Audience(room, scheduler)
        self.repairing = False
        self.gaps = 0
        """Counts the repairs that were asked for."""
        self.forked = False
        """Whether one seq came for two messages: the database was restored to an earlier state and went on from it."""
        self._repair, self._read_room_state, self._leave = repair, read_room_state, leave
        self._early: dict[int, RoomFrame] = {}
        self._changed = head
        """The seq of the newest system message: each one says that the room itself has changed."""

    def receive(self, frames: Iterable[RoomFrame]) -> None:
        """Take frames of this room, from this process or another, in any order and repeated."""
        self._take(frames)
        if self._early:
            self._repair(self)  # the bus lost a frame, or two threads committed at once: read the database

    def repaired(
        self,
        frames: Sequence[RoomFrame],
        head: int,
        last_number: int,
        *,
        whole: bool,
        early: Collection[int] = (),
    ) -> None:
        """Apply what the database has after this feed's head, up to `head`, and the last message number there.

        Not `whole`: there was too much to read; clients fetch it themselves. `early`: the seqs of the frames that
        waited here before the read. The database had committed all of these, so a frame that it does not have belongs
        to another history (delivered late, after a backup was restored), and is dropped.
        """
        if whole:
            self._take(frames)
        elif head > self.head:
            self.head = self._changed = head
            self.ring.clear()
            self.audience.report_gap(head)
            self._send_room_state()
        self.last_number = max(self.last_number, last_number)
        self._early = {
            seq: frame for seq, frame in self._early.items() if seq > self.head and seq not in early
        }

    @property
    def early(self) -> frozenset[int]:
        """The seqs of frames that wait for those before them."""
        return frozenset(self._early)

    @property
    def has_room_state(self) -> bool:
        """Whether the audience has the room's own state as of the last system message."""
        return self.room_state_seq >= self._changed

    def receive_room_state(self, seq: int, event: bytes) -> None:
        """Take the room's own state as of `seq`, and send it to the audience unless it has a newer one.

        It never overtakes the messages before it: one of these may be the removal of a connection (G9).
        """
        if seq > self._room_state[0]:
            self._room_state = (seq, event)
            if seq > self.head:
                self._repair(self)
            self._send_room_state()

    def send_room_state_to(self, connection: Connection, seq: int) -> None:
        """Send the room's own state to a connection that has everything up to `seq`, if it has changed since."""
        newest, event = self._room_state
        if seq >= self.room_state_seq:
            return
        if event and newest == self.room_state_seq:
            connection.push(self._encoded(event))
        else:  # the feed is newer here than this connection's state, and never received the room's own
            self._room_state, self.room_state_seq = (seq, b""), seq
            self._read_room_state(self)

    def _encoded(self, event: bytes) -> EncodedEvents:
        return EncodedEvents([event], room=self.room)

    def since(self, seq: int) -> list[RoomFrame] | None:
        """The frames after `seq`; None if the ring no longer has all of them."""
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
            self._send_room_state()

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

    def _send_room_state(self) -> None:
        seq, event = self._room_state
        if self.room_state_seq < seq <= self.head:
            self.room_state_seq = seq
            self.audience.send_event(self._encoded(event))
        if not self.has_room_state:  # its notice mostly follows the message at once; it may also be lost
            self._read_room_state(self)

    def _contradicts(self, old: RoomFrame) -> bool:
        return any(kept.seq == old.seq and kept.message.id != old.message.id for kept in self.ring)

    def _deliver(self, frames: list[RoomFrame]) -> None:
        """Hand frames to the audience, in runs that end where a member loses the room."""
        self.ring.extend(frames)
        start = 0
        for end, frame in enumerate(frames, 1):
            if frame.message.system is not None:
                self._changed = frame.seq
            leaver = frame.leaves
            if leaver is not None or end == len(frames):
                self._deliver_run(frames[start:end], leaver)
                start = end

    def _deliver_run(self, frames: list[RoomFrame], leaver: int | None) -> None:
        self.audience.send_frames(frames, self.last_number)
        for frame in frames:
            self.last_number = max(self.last_number, frame.number)
        if leaver is not None:
            seq = frames[-1].seq
            self.audience.then(lambda: self._leave(self, leaver, seq))


def _before(frame: RoomFrame) -> int:
    return frame.seq - 1 if frame.after is None else frame.after
