"""Which connections receive what, and which no longer do."""

from __future__ import annotations

from typing import Any

import pytest

from hubbub.models import Member
from hubbub.protocol.closing import Close
from hubbub.protocol.events import MembershipChanged, RoomLeft
from hubbub.protocol.objects import Level, Membership, Role, RoomRole
from hubbub.publish import (
    Batch,
    DirectoryNotice,
    EndLogin,
    EndLogins,
    Notice,
    PrivateNotice,
    RecheckLogins,
    RoomNotice,
    member_changed,
)
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.fanout import FIRST_WRITES
from hubbub.realtime.delivery.feed import Feed
from hubbub.realtime.delivery.hub import Hub
from hubbub.realtime.delivery.socket_protocols import LINE_PROTOCOL
from tests.realtime.fakes import (
    ALICE,
    BOB,
    CAROL,
    ROOM,
    Clock,
    connected,
    frame,
    pipe_of,
    removal,
    scheduler_of,
)


class WatchedHub(Hub):
    """A hub that notes what it asks of the other parts."""

    def __init__(self) -> None:
        self.repairs: list[int] = []
        self.guests_to_ask: list[DirectoryNotice] = []
        self.rechecked: list[int] = []
        self.described: list[int] = []
        self.missed: list[int] = []
        self.directory_missed = 0
        self.topics: set[str] = set()
        self.clock = Clock()
        super().__init__(
            repair=lambda feed: self.repairs.append(feed.room),
            read_room_state=lambda feed: self.described.append(feed.room),
            missed_of_member=self.missed.append,
            missed_of_directory=self._miss_directory,
            notify_guests=self.guests_to_ask.append,
            recheck=self.rechecked.append,
            subscribe=self._subscribe,
            scheduler=scheduler_of(self.clock),
        )

    def with_(self, *connections: Connection, room: int | None = ROOM, head: int = 0) -> WatchedHub:
        for connection in connections:
            self.connections.add(connection)
            if room is not None:
                self.subscriptions.attach(connection, room, head, head)
        return self

    def hears(self, *of_rooms: Any, notices: tuple[Notice, ...] = ()) -> None:
        self.receive(Batch(list(of_rooms), list(notices)))

    def _miss_directory(self) -> None:
        self.directory_missed += 1

    def _subscribe(self, topic: str, wanted: bool) -> None:
        (self.topics.add if wanted else self.topics.remove)(topic)


@pytest.fixture
def alice() -> Connection:
    return connected(ALICE)


@pytest.fixture
def bob() -> Connection:
    return connected(BOB)


def joined(member: int, room: int, seq: int, *, version: int = 2) -> Notice:
    place = Membership(
        room=room, role=RoomRole.MEMBER, level=Level.ALL, read_number=0, read_posts=0, version=version
    )
    data = MembershipChanged(membership=place).encode()
    return PrivateNotice(member, data, version, room=room, attach=seq)


def left(member: int, room: int, *, version: int = 3) -> Notice:
    data = RoomLeft(room=room, version=version).encode()
    return PrivateNotice(member, data, version, room=room, detach=True)


def test_only_members_of_the_room_get_its_messages(alice: Connection, bob: Connection) -> None:
    hub = WatchedHub().with_(alice).with_(bob, room=None)
    hub.hears(frame(1))
    assert pipe_of(alice).seqs == [1]
    assert pipe_of(bob).texts == []


def test_the_process_subscribes_to_the_topics_of_its_connections(alice: Connection, bob: Connection) -> None:
    hub = WatchedHub().with_(alice, bob)
    assert hub.topics == {f"room.{ROOM}", f"member.{ALICE}", f"member.{BOB}"}
    hub.drop(alice)
    assert hub.topics == {f"room.{ROOM}", f"member.{BOB}"}
    hub.subscriptions.detach(bob, ROOM)
    assert hub.topics == {f"member.{BOB}"}
    assert not hub.feeds
    hub.drop(bob)
    assert not hub.topics


def test_nothing_is_left_of_dropped_connections(alice: Connection) -> None:
    hub = WatchedHub().with_(alice)
    hub.drop(alice)
    hub.drop(alice)
    assert not (
        hub.connections
        or hub.connections.of_member
        or hub.connections.of_login
        or hub.feeds
        or hub.notices.versions([ALICE])
    )


def test_a_closed_tab_leaves_the_other_tab_alone(alice: Connection) -> None:
    other_tab = connected(ALICE)
    hub = WatchedHub().with_(alice, other_tab)
    hub.drop(alice)
    hub.hears(frame(1))
    assert pipe_of(other_tab).seqs == [1]


def test_joining_attaches_all_tabs_from_that_message_on(bob: Connection) -> None:
    other_tab = connected(BOB)
    hub = WatchedHub().with_(connected(ALICE)).with_(bob, other_tab, room=None)
    hub.hears(frame(1), notices=(joined(BOB, ROOM, 1),))
    hub.hears(frame(2))
    for tab in (bob, other_tab):
        assert [event["type"] for event in pipe_of(tab).events] == ["membership", "message"]
        assert pipe_of(tab).seqs == [2]


def test_a_late_join_notice_brings_the_messages_since(bob: Connection) -> None:
    hub = WatchedHub().with_(connected(ALICE)).with_(bob, room=None)
    hub.hears(frame(1))
    hub.hears(frame(2))
    hub.hears(frame(3), notices=(joined(BOB, ROOM, 1),))
    assert pipe_of(bob).seqs == [2, 3]
    assert hub.repairs == []


def test_a_room_that_is_new_here_is_compared_with_the_database(bob: Connection) -> None:
    hub = WatchedHub().with_(bob, room=None)
    hub.hears(notices=(joined(BOB, ROOM, 5),))
    assert hub.repairs == [ROOM]
    assert hub.feeds[ROOM].head == 5


def test_bob_is_removed_and_gets_nothing_after(alice: Connection, bob: Connection) -> None:
    """G9: the message that removes him is the last."""
    hub = WatchedHub().with_(alice, bob)
    hub.hears(removal(1, of=BOB), notices=(left(BOB, ROOM),))
    hub.hears(frame(2, text="secret"))
    assert pipe_of(bob).seqs == [1]
    assert [event["type"] for event in pipe_of(bob).events] == ["message", "left"]
    assert pipe_of(alice).seqs == [1, 2]


def test_bob_is_removed_also_if_only_the_notice_arrives(alice: Connection, bob: Connection) -> None:
    hub = WatchedHub().with_(alice, bob)
    hub.hears(notices=(left(BOB, ROOM),))
    hub.hears(frame(2, after=0, text="secret"))
    assert pipe_of(bob).seqs == []


def test_bobs_room_socket_ends_when_he_is_removed(alice: Connection) -> None:
    script = connected(BOB, protocol=LINE_PROTOCOL)
    hub = WatchedHub().with_(alice, script)
    hub.hears(removal(1, of=BOB))
    assert script.closing is not None
    assert script.closing[0] == Close.NOT_FOUND


def test_a_member_who_rejoins_before_the_leave_is_written_to_all_stays(bob: Connection) -> None:
    hub = WatchedHub().with_(bob, *(connected(member) for member in range(100, 100 + 2 * FIRST_WRITES)))
    hub.hears(removal(1, of=BOB), notices=(left(BOB, ROOM, version=2),))
    hub.hears(frame(2), notices=(joined(BOB, ROOM, 2, version=3),))
    while hub.clock.soon:
        hub.clock.turn()
    hub.hears(frame(3))
    while hub.clock.soon:
        hub.clock.turn()
    assert pipe_of(bob).seqs[-1] == 3


def test_a_late_removal_does_not_evict_a_member_who_has_rejoined(bob: Connection) -> None:
    """His snapshot was read when this process had not heard of the removal yet."""
    hub = WatchedHub().with_(connected(ALICE)).with_(bob, head=2)
    hub.hears(removal(1, of=BOB))
    hub.hears(frame(2))
    hub.hears(frame(3))
    assert pipe_of(bob).seqs[-1] == 3


def test_too_much_to_repair_does_not_hide_a_removal(alice: Connection, bob: Connection) -> None:
    """G9: among what is skipped may be the message that removed somebody."""
    hub = WatchedHub().with_(alice, bob)
    hub.subscriptions.keep_only(hub.feeds[ROOM], {ALICE})
    hub.hears(frame(1))
    assert pipe_of(bob).texts == []
    assert pipe_of(alice).seqs == [1]


def test_bobs_private_changes_reach_only_bob(alice: Connection, bob: Connection) -> None:
    hub = WatchedHub().with_(alice, bob)
    hub.hears(notices=(joined(BOB, ROOM + 1, 1),))
    assert pipe_of(alice).texts == []
    assert len(pipe_of(bob).texts) == 1


def test_the_room_socket_gets_no_json_events() -> None:
    script = connected(BOB, protocol=LINE_PROTOCOL)
    hub = WatchedHub().with_(script)
    hub.connections.broadcast(EncodedEvents([b"{}"]))
    hub.hears(notices=(joined(BOB, ROOM + 1, 1), RoomNotice(ROOM, b"{}", 9)))
    assert pipe_of(script).texts == []


def test_a_connection_without_a_snapshot_gets_no_broadcast(alice: Connection) -> None:
    alice.live = False
    WatchedHub().with_(alice).connections.broadcast(EncodedEvents([b"{}"]))
    assert pipe_of(alice).texts == []


@pytest.mark.parametrize(
    ("ended", "closed"),
    [
        (EndLogin("session:a"), {"session:a"}),
        (EndLogin("token:2"), {"token:2"}),
        (EndLogins(BOB, 1), {"session:a", "session:b", "token:2"}),
        (EndLogins(BOB, 1, spared="session:b"), {"session:a", "token:2"}),
        (EndLogin("session:other"), set()),
    ],
)
def test_the_end_of_a_login_closes_its_sockets_and_no_others(ended: Notice, closed: set[str]) -> None:
    """G10"""
    bobs = [connected(BOB, login=key) for key in ("session:a", "session:b", "token:2")]
    alice = connected(ALICE)
    hub = WatchedHub().with_(alice, *bobs)
    hub.hears(notices=(ended,))
    assert {c.login.key for c in bobs if c.closing and c.closing[0] == Close.REVOKED} == closed
    assert alice.closing is None


def test_a_changed_account_is_rechecked(bob: Connection) -> None:
    hub = WatchedHub().with_(bob)
    hub.hears(notices=(RecheckLogins(BOB),))
    assert hub.rechecked == [BOB]
    assert bob.closing is None


def about(member: int, role: Role = Role.MEMBER, *, version: int = 1) -> DirectoryNotice:
    person = Member(pk=member, handle=f"m{member}", name="Somebody", role=role, changed=version)
    return member_changed(person.as_object())


def test_guests_get_a_changed_member_only_after_a_visibility_check(alice: Connection) -> None:
    carol = connected(CAROL, role=Role.GUEST)
    hub = WatchedHub()
    hub.notices.begin_with(directory=0, workspace=0)
    hub.with_(alice, carol)
    hub.hears(notices=(about(BOB),))
    assert len(pipe_of(alice).texts) == 1
    assert pipe_of(carol).texts == []
    assert [notice.member for notice in hub.guests_to_ask] == [BOB]


def test_becoming_a_guest_takes_effect_on_open_sockets(bob: Connection) -> None:
    hub = WatchedHub().with_(bob)
    hub.hears(notices=(about(BOB, Role.GUEST),))
    hub.hears(notices=(about(ALICE, version=2),))
    assert [event["type"] for event in pipe_of(bob).events] == ["refresh"], "he asks whom he still sees"
    assert bob.is_guest


async def test_waiting_until_all_connections_have_closed(alice: Connection) -> None:
    hub = WatchedHub()
    await hub.connections.emptied()
    hub.with_(alice)
    hub.drop(alice)
    await hub.connections.emptied()


def test_a_feed_of_a_room_that_all_have_left_makes_way_for_a_new_one(alice: Connection) -> None:
    hub = WatchedHub().with_(alice, head=3)
    old: Feed = hub.feeds[ROOM]
    hub.subscriptions.detach(alice, ROOM)
    hub.subscriptions.attach(alice, ROOM, 9, 9)
    assert hub.feeds[ROOM] is not old
    hub.hears(frame(10))
    assert pipe_of(alice).seqs == [10]
