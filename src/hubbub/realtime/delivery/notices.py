"""Applies notices: events without a seq, each only if it tells something newer than what is known here (contract G13).

A notice that was held back, repeated or overtaken on its way changes nothing: a late "joined" does not let a removed
member hear, a late "left" does not make a member deaf. One that is missing leaves a gap in the versions, and `repair`
reads from the database what it said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

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
from hubbub.realtime.delivery.encoded_events import EncodedEvents, as_events
from hubbub.realtime.delivery.versions import About, Versions

if TYPE_CHECKING:
    from hubbub.realtime.delivery.hub import Hub


class Notices:
    """What this process knows of members, the workspace and logins, and has told its connections."""

    def __init__(
        self,
        hub: Hub,
        *,
        ask_guests: Callable[[DirectoryNotice], None],
        recheck: Callable[[int], None],
        missed_of_member: Callable[[int], None],
        missed_of_directory: Callable[[], None],
    ) -> None:
        self._hub = hub
        self._ask_guests, self._recheck = ask_guests, recheck
        self._missed_of_member, self._missed_of_directory = missed_of_member, missed_of_directory
        self.directory: Versions | None = None
        """Changes of members that were told here; None before anybody has a snapshot."""
        self.workspace: int | None = None
        """The version of the workspace's name that was told here."""

    def forget(self) -> None:
        """The history is another one now: no version that is known means anything."""
        self.directory = self.workspace = None

    def begin_with(self, *, directory: int | None, workspace: int) -> None:
        """A snapshot was read that knows these versions. Older ones stay: other connections have not been told more.

        No `directory`: a guest's, who knows nothing of those they cannot see.
        """
        if self.directory is None and directory is not None:
            self.directory = self._directory_from(directory)
        if self.workspace is None:
            self.workspace = workspace

    def _directory_from(self, version: int) -> Versions:
        """The directory begins to be counted. Guests that were here before may have missed something."""
        self.refresh([connection for connection in self._hub.connections if connection.is_guest])
        return Versions(version)

    def versions(self, members: Iterable[int]) -> dict[int, int]:
        """Those of the members who are connected here → the version up to which all their connections know all."""
        found: dict[int, int] = {}
        for member in members:
            known = [c.known.whole for c in self._hub.of_member.get(member, ()) if c.known is not None]
            if known:
                found[member] = min(known)
        return found

    def doubts(self, member: int) -> bool:
        """Whether a connection of the member has to ask the database."""
        return any(c.known and c.known.has_gap for c in self._hub.of_member.get(member, ()))

    def receive(self, notice: Notice) -> None:
        match notice:
            case RoomNotice():
                if feed := self._hub.feeds.get(notice.room):
                    feed.describe(notice.version, notice.data)
            case PrivateNotice():
                self._deliver_private(notice)
            case DirectoryNotice():
                self._deliver_directory(notice)
            case WorkspaceNotice():
                if notice.version > (self.workspace or 0):
                    self.workspace = notice.version
                    self._hub.everyone(EncodedEvents([notice.data]))
            case EndLogin():
                for connection in list(self._hub.of_login.get(notice.login, ())):
                    end_login(connection)
            case EndLogins():
                self._end_logins(notice)
            case RecheckLogins():
                self._recheck(notice.member)

    def refresh(self, connections: Iterable[Connection]) -> None:
        """Let these ask for what they could not be told."""
        parcel = EncodedEvents([Refresh().encode()])
        for connection in connections:
            if connection.hears and connection.dialect is as_events:
                connection.push(parcel)

    def _deliver_directory(self, notice: DirectoryNotice) -> None:
        if self.directory is None:
            # A snapshot that is being read now knows this change already, or waits for it with its events.
            self.directory = self._directory_from(notice.version - 1)
        if self.directory.take(notice.version, notice.member):
            self._note_role(notice)
            self._hub.everyone(EncodedEvents([notice.data]), guests=False)
            self._ask_guests(notice)
        if self.directory.has_gap:
            self._missed_of_directory()

    def _note_role(self, notice: DirectoryNotice) -> None:
        """The role of a member with open sockets decides whether these hear what guests must not.

        Guests are not told of everybody. So a member who becomes one, or ceases to be one, asks for all they see now.
        """
        if connections := self._hub.of_member.get(notice.member):
            changed = MemberChanged.model_validate_json(notice.data).member
            turned = [c for c in connections if c.is_guest != (changed.role == Role.GUEST)]
            for connection in connections:
                connection.member.role = changed.role
            self.refresh(turned)

    def _deliver_private(self, notice: PrivateNotice) -> None:
        parcel = EncodedEvents([notice.data])
        for connection in list(self._hub.of_member.get(notice.member, ())):
            if connection.known is None:
                continue  # its first snapshot is being read, and is compared with the member's version afterwards
            if connection.known.knows(notice.version):
                continue
            about: About = notice.room or "permissions"
            if not connection.known.take(notice.version, about):
                # A later change of their place in the room is known. It does not say where they join or leave.
                connection.known.doubtful |= notice.detach or notice.attach is not None
            elif connection.dialect is as_events:
                connection.push(parcel)
                connection.known.doubtful |= not self._attach_or_detach(connection, notice)
            if connection.known.has_gap:
                self._missed_of_member(notice.member)

    def _attach_or_detach(self, connection: Connection, notice: PrivateNotice) -> bool:
        """False if this cannot be decided without the database."""
        if notice.room is None:
            return True
        if notice.detach:
            self._hub.lose(connection, notice.room)
        if notice.attach is None:
            return True
        return self._hub.attach_live(connection, notice.room, notice.attach)

    def _end_logins(self, notice: EndLogins) -> None:
        member, version = notice.member, notice.version
        for connection in list(self._hub.of_member.get(member, ())):
            if connection.known is not None:
                connection.known.take(version, "logins")
                if connection.known.has_gap:
                    self._missed_of_member(member)
            if connection.login.key == notice.spared:
                continue
            if connection.since < version:
                end_login(connection)
            else:  # checked at this version or later: if at the same moment, only the database knows if it is valid
                self._recheck(member)


def end_login(connection: Connection) -> None:
    connection.close(Close.REVOKED, "This login was ended. Sign in again.")
