"""Changes on the database in memory, with the same frames and notices as the real actions.

`test_model` compares the two.
"""

from __future__ import annotations

from hubbub.protocol.events import PermissionsChanged
from hubbub.protocol.objects import Level, Reach, Role, RoomRole, System, SystemKind
from hubbub.publish import EndLogins, Notice, PrivateNotice, workspace_named
from tests.realtime.model.database import Place
from tests.realtime.model.unit import Unit

NO_HEIRS = (Role.GUEST, Role.BOT)


class Transaction(Unit):
    """Changes that are committed together. Each returns False, and changes nothing, if it is refused."""

    def post(self, member: int, room: int, text: str = "") -> bool:
        if (room, member) not in self.db.places:
            return False
        self._postings.append((room, member, text or f"{self.db.rooms[room].last_number + 1}", None))
        self._place()
        return True

    def edit(self, room: int, number: int, text: str) -> bool:
        """Its author changes a message."""
        message = self.db.rooms[room].messages.get(number)
        if message is None or message.system or (room, message.author) not in self.db.places:
            return False
        self._touched.append((room, number, text))
        return True

    def join(self, member: int, room: int) -> bool:
        return self._bring_in(room, member, by=member, what=System(kind=SystemKind.JOINED))

    def invite(self, by: int, room: int, member: int) -> bool:
        if (room, by) not in self.db.places:
            return False
        return self._bring_in(room, member, by=by, what=System(kind=SystemKind.ADDED, member=member))

    def leave(self, member: int, room: int) -> bool:
        return self._take_out(room, member, by=member, what=System(kind=SystemKind.LEFT))

    def remove(self, by: int, room: int, member: int) -> bool:
        return self._take_out(room, member, by=by, what=System(kind=SystemKind.REMOVED, member=member))

    def rename_room(self, by: int, room: int, name: str) -> bool:
        self.db.rooms[room].name = name
        self._postings.append((room, by, "", System(kind=SystemKind.RENAMED, text=name)))
        self._tell_room(room)
        return True

    # One's own place in a room.

    def read(self, member: int, room: int, number: int, *, back: bool = False) -> bool:
        """Read up to a number; `back`: unread from it on."""
        place, found = self.db.places.get((room, member)), self.db.rooms[room]
        if place is None:
            return False
        number = min(number - back, found.last_number)
        if number == place.read_number or (not back and number < place.read_number):
            return False
        place.read_number = number
        place.read_posts = found.messages[number].post if number else 0
        self._tell_membership(place)
        return True

    def level(self, member: int, room: int, level: Level) -> bool:
        place = self.db.places.get((room, member))
        if place is None:
            return False
        place.level = level
        self._tell_membership(place)
        return True

    # People, the workspace, logins.

    def rename_member(self, member: int, name: str) -> bool:
        self.db.people[member].name = name
        self._tell_member(member)
        return True

    def change_role(self, member: int, role: Role) -> bool:
        self.db.people[member].role = role
        if role == Role.GUEST:
            self.db.guests.add(member)
        self._tell_member(member)

        def permissions() -> Notice:
            version = self._count_private(member)
            may = self.db.people[member].role != Role.GUEST
            event = PermissionsChanged(open_rooms=may, reach=Reach.EVERYBODY, version=version)
            return PrivateNotice(member, event.encode(), version)

        self._notices.append(permissions)
        return True

    def name_workspace(self, name: str) -> bool:
        self.db.name, self.db.version = name, self.db.version + 1
        self._notices.append(lambda: workspace_named(self.db.name, self.db.version))
        return True

    def end_logins(self, member: int, spared: str = "") -> bool:
        """All logins that the member has now, but one, hold no more."""
        for secret, (of, _) in self.db.logins.items():
            if of == member and secret != spared:
                self.db.logins[secret] = (of, False)
        self._notices.append(lambda: EndLogins(member, self._count_private(member), spared))
        return True

    def _bring_in(self, room: int, member: int, *, by: int, what: System) -> bool:
        db, found = self.db, self.db.rooms[room]
        if (room, member) in db.places:
            return False
        heir = db.people[member].role not in NO_HEIRS and not self._admins(room)
        place = Place(room, member, RoomRole.ADMIN if heir else RoomRole.MEMBER)
        place.read_number, place.read_posts = found.last_number, found.posts
        db.places[room, member] = place
        found.members += 1
        self._postings.append((room, by, "", what))
        self._tell_membership(place, joined=True)
        self._tell_room(room)
        return True

    def _take_out(self, room: int, member: int, *, by: int, what: System) -> bool:
        db = self.db
        place = db.places.pop((room, member), None)
        if place is None:
            return False
        db.rooms[room].members -= 1
        if place.role == RoomRole.ADMIN and not self._admins(room):
            heirs = [
                p for p in db.places.values() if p.room == room and db.people[p.member].role not in NO_HEIRS
            ]
            if heirs:
                heirs[0].role = RoomRole.ADMIN
                self._tell_membership(heirs[0])
        self._postings.append((room, by, "", what))
        self._notices.append(lambda: self._left(room, member))
        self._tell_room(room)
        return True
