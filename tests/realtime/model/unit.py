"""One commit on the database in memory: places messages and builds frames and notices as `hubbub.unit` does."""

from __future__ import annotations

from collections.abc import Callable

from hubbub.protocol.events import MembershipChanged, RoomLeft
from hubbub.protocol.objects import Message, RoomRole, System
from hubbub.publish import (
    Batch,
    Notice,
    PrivateNotice,
    RoomFrame,
    frame_of,
    member_changed,
    room_changed,
)
from tests.realtime.model.database import Database, Place, RoomRow


class Unit:
    """Rows change at once; messages are placed and notices built at the end."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._postings: list[tuple[int, int, str, System | None]] = []
        self._touched: list[tuple[int, int, str]] = []
        self._notices: list[Callable[[], Notice | None]] = []
        self._frames: list[RoomFrame] = []

    def commit(self) -> Batch:
        """Place what was posted and build what is told. The caller delivers the batch."""
        self._place()
        notices = [notice for build in self._notices if (notice := build())]
        return Batch(sorted(self._frames, key=lambda frame: (frame.room, frame.seq)), notices)

    def _admins(self, room: int) -> list[Place]:
        return [p for p in self.db.places.values() if p.room == room and p.role == RoomRole.ADMIN]

    def _tell_room(self, room: int) -> None:
        self._notices.append(lambda: room_changed(self.db.rooms[room].as_object()))

    def _tell_member(self, member: int) -> None:
        def notice() -> Notice:
            self.db.directory += 1
            self.db.people[member].changed = self.db.directory
            return member_changed(self.db.people[member].as_object())

        self._notices.append(notice)

    def _tell_membership(self, place: Place, *, joined: bool = False) -> None:
        def notice() -> Notice | None:
            if self.db.places.get((place.room, place.member)) is not place:
                return None  # ended in the same transaction
            room = self.db.rooms[place.room]
            place.version = self._count_private(place.member)
            event = MembershipChanged(
                membership=place.as_object(as_of=None if joined else room.last_number),
                room=room.as_object() if joined else None,
            )
            return PrivateNotice(
                place.member,
                event.encode(),
                place.version,
                room=room.id,
                attach=room.seq if joined else None,
            )

        self._notices.append(notice)

    def _left(self, room: int, member: int) -> Notice:
        version = self._count_private(member)
        event = RoomLeft(room=room, version=version)
        return PrivateNotice(member, event.encode(), version, room=room, detach=True)

    def _count_private(self, member: int) -> int:
        person = self.db.people[member]
        person.version += 1
        return person.version

    # Placing.

    def _place(self) -> None:
        touched, self._touched = self._touched, []
        for (room, number), text in {(room, number): text for room, number, text in touched}.items():
            found = self.db.rooms[room]
            found.seq += 1
            change = {"seq": found.seq, "text": text, "edited_at": self.db.next_moment()}
            self._put(found, found.messages[number].model_copy(update=change), new=False)
        postings, self._postings = self._postings, []
        for room, author, text, system in postings:
            self._place_new(self.db.rooms[room], author, text, system)

    def _place_new(self, room: RoomRow, author: int, text: str, system: System | None) -> None:
        room.seq, room.last_number = room.seq + 1, room.last_number + 1
        room.posts += system is None
        room.last_at = self.db.next_moment()
        room.placed[room.last_number] = room.seq
        message = Message(
            id=self.db.next_id(),
            room=room.id,
            number=room.last_number,
            post=room.posts,
            seq=room.seq,
            author=author,
            text=text,
            created_at=room.last_at,
            system=system,
        )
        self._put(room, message, new=True)
        if system is None and (place := self.db.places.get((room.id, author))):
            place.read_number, place.read_posts = message.number, message.post

    def _put(self, room: RoomRow, message: Message, *, new: bool) -> None:
        room.messages[message.number] = message
        frame = frame_of(message, self.db.people[message.author].name, new=new)
        if frame.leaves is not None:
            self.db.ended[room.id, frame.leaves] = frame.seq
        self._frames.append(frame)
