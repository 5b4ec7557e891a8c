"""Applies notices: changes without a seq, each only if it is newer than what is known here (contract G13).

A notice that the bus delays, repeats or reorders changes nothing: a late "joined" does not attach a removed member,
and a late "left" does not detach a member who has rejoined. A missing notice leaves a gap in the versions, and
`repair_notices` reads its content from the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hubbub.protocol.closing import Close
from hubbub.protocol.events import MemberChanged, Refresh
from hubbub.protocol.objects import Role
from hubbub.publish import (
    DirectoryNotice,
    EndLogin,
    EndLogins,
    Notice,
    PrivateNotice,
    RecheckLogins,
    RoomNotice,
    WorkspaceNotice,
)
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.delivery.connections import Connections
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.subscriptions import Subscriptions
from hubbub.realtime.delivery.versions import About, Versions


class Notices:
    """The versions of members, directory and workspace that this process has sent to its connections."""

    def __init__(
        self,
        connections: Connections,
        subscriptions: Subscriptions,
        *,
        notify_guests: Callable[[DirectoryNotice], None],
        recheck: Callable[[int], None],
        missed_of_member: Callable[[int], None],
        missed_of_directory: Callable[[], None],
    ) -> None:
        self._connections, self._subscriptions = connections, subscriptions
        self._notify_guests, self._recheck = notify_guests, recheck
        self._missed_of_member, self._missed_of_directory = missed_of_member, missed_of_directory
        self.directory: Versions | None = None
        """Changes of the directory that were sent here; None before the first snapshot."""
        self.workspace: int | None = None
        """The version of the workspace's state that was sent here."""

    def forget(self) -> None:
        """The database has another history: known versions mean nothing any more."""
        self.directory = self.workspace = None

    def begin_with(self, *, directory: int | None, workspace: int) -> None:
        """A snapshot with these versions was read. Known versions stay: other connections may have no more than these.

        No `directory` for a guest's snapshot, which does not have the whole directory.
        """
        if self.directory is None and directory is not None:
            self.directory = self._directory_from(directory)
        if self.workspace is None:
            self.workspace = workspace

    def _directory_from(self, version: int) -> Versions:
        """Start counting the directory. Guests that were connected before may have missed something."""
        self.refresh([connection for connection in self._connections if connection.is_guest])
        return Versions(version)

    def versions(self, members: Iterable[int]) -> dict[int, int]:
        """For those of the members who are connected here: the version up to which all their connections know all."""
        found: dict[int, int] = {}
        for member in members:
            connections = self._connections.of_member.get(member, ())
            known = [c.known.whole for c in connections if c.known is not None]
            if known:
                found[member] = min(known)
        return found

    def needs_read(self, member: int) -> bool:
        """Whether a connection of the member needs its state read from the database."""
        return any(c.known and c.known.has_gap for c in self._connections.of_member.get(member, ()))

    def receive(self, notice: Notice) -> None:
        match notice:
            case RoomNotice():
                if feed := self._subscriptions.feeds.get(notice.room):
                    feed.receive_room_state(notice.version, notice.data)
            case PrivateNotice():
                self._send_private(notice)
            case DirectoryNotice():
                self._send_directory(notice)
            case WorkspaceNotice():
                if notice.version > (self.workspace or 0):
                    self.workspace = notice.version
                    self._connections.broadcast(EncodedEvents([notice.data]))
            case EndLogin():
                for connection in list(self._connections.of_login.get(notice.login, ())):
                    end_login(connection)
            case EndLogins():
                self._end_logins(notice)
            case RecheckLogins():
                self._recheck(notice.member)

    def refresh(self, connections: Iterable[Connection]) -> None:
        """Make these clients ask for what they could not be sent."""
        events = EncodedEvents([Refresh().encode()])
        for connection in connections:
            if connection.wants_events and connection.receives_events:
                connection.push(events)

    def _send_directory(self, notice: DirectoryNotice) -> None:
        if self.directory is None:
            # A snapshot that is being read now contains this change, or holds its event back.
            self.directory = self._directory_from(notice.version - 1)
        if self.directory.take(notice.version, notice.member):
            self._apply_role(notice)
            self._connections.broadcast(EncodedEvents([notice.data]), guests=False)
            self._notify_guests(notice)
        if self.directory.has_gap:
            self._missed_of_directory()

    def _apply_role(self, notice: DirectoryNotice) -> None:
        """Update the role of a member's connections: it decides whether they receive what guests must not.

        Guests do not receive every member. So a member who becomes a guest, or stops being one, must ask for all
        members that they see now.
        """
        if connections := self._connections.of_member.get(notice.member):
            changed = MemberChanged.model_validate_json(notice.data).member
            turned = [c for c in connections if c.is_guest != (changed.role == Role.GUEST)]
            for connection in connections:
                connection.member.role = changed.role
            self.refresh(turned)

    def _send_private(self, notice: PrivateNotice) -> None:
        events = EncodedEvents([notice.data])
        for connection in list(self._connections.of_member.get(notice.member, ())):
            if connection.known is None:
                continue  # its first snapshot is being read, and is compared with the member's version afterwards
            if connection.known.knows(notice.version):
                continue
            about: About = notice.room or "permissions"
            if not connection.known.take(notice.version, about):
                # A later change of this membership is known. It does not say whether the member joined or left.
                connection.known.needs_read |= notice.detach or notice.attach is not None
            elif connection.receives_events:
                connection.push(events)
                connection.known.needs_read |= not self._attach_or_detach(connection, notice)
            if connection.known.has_gap:
                self._missed_of_member(notice.member)

    def _attach_or_detach(self, connection: Connection, notice: PrivateNotice) -> bool:
        """False if only the database can decide."""
        if notice.room is None:
            return True
        if notice.detach:
            self._subscriptions.lose(connection, notice.room)
        if notice.attach is None:
            return True
        return self._subscriptions.attach_joined(connection, notice.room, notice.attach)

    def _end_logins(self, notice: EndLogins) -> None:
        member, version = notice.member, notice.version
        for connection in list(self._connections.of_member.get(member, ())):
            if connection.known is not None:
                connection.known.take(version, "logins")
                if connection.known.has_gap:
                    self._missed_of_member(member)
            if connection.login.key == notice.spared:
                continue
            if connection.checked_version < version:
                end_login(connection)
            else:  # checked at this version or later: if at the same moment, only the database knows if it is valid
                self._recheck(member)


def end_login(connection: Connection) -> None:
    connection.close(Close.REVOKED, "This login was ended. Sign in again.")
