"""Delayed, repeated and overtaken notices change nothing; a missing one is noticed."""

from __future__ import annotations

import pytest

from hubbub.protocol.events import MembershipChanged, PermissionsChanged
from hubbub.protocol.objects import Level, Membership, Reach, Role, Room, RoomKind, RoomRole
from hubbub.publish import EndLogins, Notice, PrivateNotice, room_changed, workspace_named
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.delivery.versions import Versions
from tests.realtime.fakes import ALICE, BOB, ROOM, connected, frame, pipe_of, removal
from tests.realtime.test_hub import WatchedHub, about, joined, left


@pytest.fixture
def alice() -> Connection:
    return connected(ALICE)


@pytest.fixture
def bob() -> Connection:
    return connected(BOB)


def kinds(connection: Connection) -> list[str]:
    return [event["type"] for event in pipe_of(connection).events]


def test_a_late_invitation_does_not_attach_a_removed_member(alice: Connection, bob: Connection) -> None:
    """Bob was brought in and removed at once. The line to Redis stalled before the first word of it."""
    hub = WatchedHub().with_(alice).with_(bob, room=None)
    hub.hears(notices=(left(BOB, ROOM, version=3),))
    hub.hears(notices=(joined(BOB, ROOM, 1, version=2),))
    hub.hears(frame(1), frame(2, text="secret"))
    assert kinds(bob) == ["left"]


def test_a_late_removal_does_not_detach_a_member_who_has_rejoined(alice: Connection, bob: Connection) -> None:
    hub = WatchedHub().with_(alice, bob)
    hub.hears(frame(1), notices=(joined(BOB, ROOM, 1, version=3),))
    hub.hears(notices=(left(BOB, ROOM, version=2),))
    hub.hears(frame(2))
    assert pipe_of(bob).seqs == [1, 2]
    assert "left" not in kinds(bob)


def test_a_repeated_invitation_sends_nothing_twice(alice: Connection, bob: Connection) -> None:
    hub = WatchedHub().with_(alice).with_(bob, room=None)
    hub.hears(frame(1), frame(2), notices=(joined(BOB, ROOM, 1),))
    hub.hears(frame(3))
    hub.hears(notices=(joined(BOB, ROOM, 1),))
    assert pipe_of(bob).seqs == [2, 3]
    assert kinds(bob).count("membership") == 1


def test_an_invitation_known_from_the_snapshot_replays_nothing(alice: Connection, bob: Connection) -> None:
    """Bob's new tab has read its snapshot, which knew of version 2, before the notice came here."""
    hub = WatchedHub().with_(alice)
    hub.hears(frame(1), frame(2), frame(3))
    bob.known = Versions(2)
    hub.with_(bob, head=3)
    hub.hears(notices=(joined(BOB, ROOM, 1, version=2),))
    assert pipe_of(bob).texts == []


def test_each_tab_gets_what_it_does_not_have(alice: Connection, bob: Connection) -> None:
    new_tab = connected(BOB)
    new_tab.known = Versions(2)
    hub = WatchedHub().with_(alice).with_(bob, room=None).with_(new_tab)
    hub.hears(notices=(joined(BOB, ROOM, 0, version=2),))
    hub.hears(frame(1))
    assert kinds(bob) == ["membership", "message"]
    assert kinds(new_tab) == ["message"]


def test_a_late_invitation_after_the_removal_is_checked_in_the_database(
    alice: Connection, bob: Connection
) -> None:
    """The room's own line was faster: what ends the membership stands in the feed already."""
    hub = WatchedHub().with_(alice).with_(bob, room=None)
    hub.hears(frame(1), removal(2, of=BOB), frame(3, text="secret"))
    hub.hears(notices=(joined(BOB, ROOM, 1),))
    hub.hears(frame(4, text="secret, too"))
    assert pipe_of(bob).seqs == []
    assert hub.missed == [BOB]
    assert hub.notices.needs_read(BOB), "the poll finds it, if this repair fails"


def test_an_invitation_older_than_the_ring_is_checked_in_the_database(
    alice: Connection, bob: Connection
) -> None:
    hub = WatchedHub().with_(alice).with_(bob, room=None)
    hub.hears(*(frame(seq) for seq in range(1, 200)))
    hub.hears(notices=(joined(BOB, ROOM, 1),))
    hub.hears(frame(200))
    assert pipe_of(bob).seqs == []
    assert hub.missed == [BOB]


def level(room: int, *, version: int) -> Notice:
    place = Membership(
        room=room, role=RoomRole.MEMBER, level=Level.NOTHING, read_number=0, read_posts=0, version=version
    )
    return PrivateNotice(BOB, MembershipChanged(membership=place).encode(), version, room=room)


def test_an_invitation_overtaken_by_a_later_change_is_read_from_the_database(
    alice: Connection, bob: Connection
) -> None:
    """Bob joins (2) and turns the room down (3). The second comes first, and does not say where he joined."""
    hub = WatchedHub().with_(alice).with_(bob, room=None)
    hub.hears(notices=(level(ROOM, version=3),))
    hub.missed.clear()
    hub.hears(notices=(joined(BOB, ROOM, 1, version=2),))
    assert hub.missed == [BOB]
    assert hub.notices.needs_read(BOB)
    assert bob.known is not None
    bob.known.learn(3)
    assert not hub.notices.needs_read(BOB)


def test_a_pending_read_hides_no_removal(alice: Connection, bob: Connection) -> None:
    """The removal (3) is known when the invitation (2) cannot be carried out; a second copy of that changes nothing."""
    hub = WatchedHub().with_(alice).with_(bob, room=None)
    hub.hears(frame(1), removal(2, of=BOB))
    hub.hears(notices=(left(BOB, ROOM, version=3), joined(BOB, ROOM, 1, version=2)))
    hub.hears(notices=(joined(BOB, ROOM, 1, version=2),))
    hub.hears(frame(3, text="secret"))
    assert pipe_of(bob).seqs == []


def test_a_gap_in_bobs_versions_is_noticed(bob: Connection) -> None:
    hub = WatchedHub().with_(bob, room=None)
    hub.hears(notices=(joined(BOB, ROOM, 1, version=2),))
    assert hub.missed == []
    hub.hears(notices=(joined(BOB, ROOM + 2, 1, version=4),))
    assert hub.missed == [BOB]
    hub.hears(notices=(joined(BOB, ROOM + 1, 1, version=3),))
    assert hub.missed == [BOB]
    assert bob.rooms == {ROOM, ROOM + 1, ROOM + 2}


def test_a_tab_without_a_snapshot_gets_no_notices(bob: Connection) -> None:
    """Its snapshot is compared with the member's version before it is answered."""
    bob.known, bob.live = None, False
    hub = WatchedHub().with_(bob, room=None)
    hub.hears(notices=(joined(BOB, ROOM, 1),))
    assert (pipe_of(bob).texts, bob.rooms) == ([], set())


def test_held_events_of_a_lost_room_are_dropped(alice: Connection, bob: Connection) -> None:
    """A snapshot is being read: what comes meanwhile waits, and may be from after the removal."""
    hub = WatchedHub().with_(alice, bob)
    bob.hold()
    hub.hears(frame(1, text="secret"))
    hub.hears(notices=(left(BOB, ROOM, version=2),))
    bob.release()
    assert kinds(bob) == ["left"]


def named(seq: int) -> Notice:
    room = Room(
        id=ROOM,
        kind=RoomKind.PUBLIC,
        name=f"name {seq}",
        description="",
        archived=False,
        seq=seq,
        last_number=seq,
        last_at="2026-11-20T12:00:00Z",
        posts=0,
        floor=0,
        members=2,
    )
    return room_changed(room)


def names(connection: Connection) -> list[str]:
    return [event["room"]["name"] for event in pipe_of(connection).events if event["type"] == "room"]


def test_an_older_state_of_a_room_is_not_sent_after_a_newer_one(alice: Connection) -> None:
    hub = WatchedHub().with_(alice)
    hub.hears(frame(1), frame(2), frame(3))
    hub.hears(notices=(named(3), named(2), named(3)))
    assert names(alice) == ["name 3"]


def test_a_rooms_state_does_not_overtake_a_removal(alice: Connection, bob: Connection) -> None:
    """Bob is removed (1), the room is renamed (2); the second comes first, and is none of his business (G9)."""
    hub = WatchedHub().with_(alice, bob)
    hub.hears(frame(2), notices=(named(2),))
    assert names(alice) == names(bob) == []
    assert ROOM in hub.repairs
    hub.hears(removal(1, of=BOB))
    assert names(alice) == ["name 2"]
    assert (names(bob), pipe_of(bob).seqs) == ([], [1])


def test_a_connection_that_was_behind_gets_the_rooms_state_too(alice: Connection, bob: Connection) -> None:
    """Bob was brought in (1) before the room was renamed (2), and that is told later."""
    hub = WatchedHub().with_(alice).with_(bob, room=None)
    hub.hears(frame(1), frame(2), notices=(named(2),))
    hub.hears(notices=(joined(BOB, ROOM, 1),))
    assert pipe_of(bob).seqs == [2]
    assert names(bob) == ["name 2"]
    assert names(alice) == ["name 2"]


def test_a_feed_newer_than_a_connections_state_reads_the_room(alice: Connection, bob: Connection) -> None:
    hub = WatchedHub().with_(bob, head=2)
    hub.connections.add(alice)
    hub.subscriptions.attach_and_catch_up(alice, ROOM, 1, 1)
    assert hub.described == [ROOM]
    hub.hears(notices=(named(2),))
    assert names(alice) == ["name 2"]


def test_a_held_state_of_a_lost_room_is_dropped(alice: Connection, bob: Connection) -> None:
    hub = WatchedHub().with_(alice, bob)
    bob.hold()
    hub.hears(frame(1), notices=(named(1),))
    hub.hears(notices=(left(BOB, ROOM, version=2),))
    bob.release()
    assert kinds(bob) == ["left"]


def test_a_missing_state_of_a_room_is_read(alice: Connection) -> None:
    hub = WatchedHub().with_(alice)
    hub.hears(removal(1, of=BOB))
    assert hub.described == [ROOM]
    assert not hub.feeds[ROOM].has_room_state
    hub.hears(notices=(named(1),))
    assert hub.feeds[ROOM].has_room_state


def test_an_ordinary_message_changes_nothing_of_the_room(alice: Connection) -> None:
    hub = WatchedHub().with_(alice)
    hub.hears(frame(1))
    assert hub.described == []


def test_an_unrepaired_gap_may_hide_a_change_of_the_room(alice: Connection) -> None:
    hub = WatchedHub().with_(alice)
    hub.feeds[ROOM].repaired([], 900, 900, whole=False)
    assert hub.described == [ROOM]


def test_an_older_name_of_a_member_is_not_sent_after_a_newer_one(alice: Connection) -> None:
    hub = WatchedHub().with_(alice)
    hub.hears(notices=(about(BOB, version=1), about(BOB, version=3), about(BOB, version=2)))
    assert [event["member"]["version"] for event in pipe_of(alice).events] == [1, 3]
    assert hub.directory_missed == 1
    assert hub.notices.directory is not None
    assert (hub.notices.directory.whole, hub.notices.directory.has_gap) == (3, False)


def test_the_directory_starts_at_the_first_snapshots_version(alice: Connection) -> None:
    hub = WatchedHub().with_(alice)
    hub.notices.begin_with(directory=7, workspace=2)
    hub.notices.begin_with(directory=9, workspace=3)
    hub.hears(notices=(about(BOB, version=7), about(BOB, version=9)))
    assert [event["member"]["version"] for event in pipe_of(alice).events] == [9]
    assert hub.directory_missed == 1


def test_guests_connected_before_the_directory_started_refresh() -> None:
    carol = connected(3, role=Role.GUEST)
    hub = WatchedHub().with_(carol)
    hub.notices.begin_with(directory=None, workspace=1)
    assert kinds(carol) == []
    hub.notices.begin_with(directory=4, workspace=1)
    assert kinds(carol) == ["refresh"]
    assert hub.notices.workspace == 1


def test_a_tab_gets_refresh_after_the_snapshot_that_is_being_read(alice: Connection) -> None:
    alice.live = False
    hub = WatchedHub().with_(alice)
    alice.hold()
    hub.notices.refresh([alice])
    alice.release()
    assert kinds(alice) == ["refresh"]


def test_an_older_name_of_the_workspace_is_not_sent_after_a_newer_one(alice: Connection) -> None:
    hub = WatchedHub().with_(alice)
    hub.hears(notices=(workspace_named("newest", 2), workspace_named("new", 1)))
    assert [event["name"] for event in pipe_of(alice).events] == ["newest"]


def test_an_end_of_logins_does_not_hide_a_change_of_permissions(bob: Connection) -> None:
    """Both are about Bob and no room; the later one came first."""
    spared = EndLogins(BOB, 3, spared=bob.login.key)
    event = PermissionsChanged(open_rooms=False, reach=Reach.EVERYBODY, version=2)
    hub = WatchedHub().with_(bob, room=None)
    hub.hears(notices=(spared, PrivateNotice(BOB, event.encode(), 2)))
    assert kinds(bob) == ["permissions"]
    assert hub.missed == [BOB]


def test_a_late_end_of_logins_spares_newer_logins(bob: Connection) -> None:
    """Bob chose a new password and signed in again, before this process heard of the first."""
    again = connected(BOB, login="session:new")
    again.checked_version = 5
    hub = WatchedHub().with_(bob, again, room=None)
    hub.hears(notices=(EndLogins(BOB, 5),))
    assert bob.closing is not None
    assert again.closing is None
    assert hub.rechecked == [BOB]
