"""The state that a client starts from, and its price."""

from __future__ import annotations

import pytest

from hubbub import actions, queries
from hubbub.models import Member, Membership, Room
from hubbub.protocol import limits
from hubbub.protocol.objects import PresenceState, RoomKind
from hubbub.queries import presence
from tests.people import counted, says, somebody


def test_it_has_the_state_that_bob_needs(
    alice: Member, bob: Member, carol: Member, dave: Member, square: Room, kitchen: Room, desk: Room
) -> None:
    says(alice, kitchen, "hello")
    actions.create_room(by=dave, name="elsewhere")
    state = queries.snapshot(bob)

    bob.refresh_from_db()
    assert state.me == bob.as_object()
    assert state.version == bob.version
    assert [room.id for room in state.rooms] == [square.pk, kitchen.pk, desk.pk]
    assert [place.room for place in state.memberships] == [square.pk, kitchen.pk, desk.pk]
    assert {member.name for member in state.members} == {"Alice", "Bob", "Carol", "Dave"}
    (of_kitchen,) = [room for room in state.rooms if room.id == kitchen.pk]
    assert (of_kitchen.posts, of_kitchen.last_number, of_kitchen.members) == (1, 4, 3)
    (of_desk,) = [room for room in state.rooms if room.id == desk.pk]
    assert of_desk.participants == [alice.pk, bob.pk]
    assert state.workspace.open_rooms


def test_a_guest_gets_only_those_they_share_a_room_with(
    alice: Member, bob: Member, carol: Member, dave: Member, square: Room
) -> None:
    state = queries.snapshot(carol)
    assert {member.name for member in state.members} == {"Alice", "Bob", "Carol"}
    assert not state.workspace.open_rooms


def test_the_snapshot_of_a_new_member_is_nearly_empty(dave: Member, square: Room, kitchen: Room) -> None:
    state = queries.snapshot(dave)
    assert (state.rooms, state.memberships) == ([], [])


def test_deactivated_members_are_in_it_as_authors(alice: Member, bob: Member, kitchen: Room) -> None:
    actions.deactivate_member(by=alice, member=bob)
    assert [m.active for m in queries.snapshot(alice).members if m.id == bob.pk] == [False]


@pytest.mark.parametrize("ask", ["snapshot", "sidebar", "resume"])
@pytest.mark.parametrize("kind", [RoomKind.PUBLIC, RoomKind.DIRECT])
def test_it_asks_the_database_as_often_for_many_rooms_as_for_one(
    ask: str, kind: RoomKind, bob: Member
) -> None:
    asked = []
    for many in (1, 200):
        rooms_of(bob, kind, many)
        epoch = queries.snapshot(bob).epoch
        assert len(queries.sidebar(bob).rooms) == many
        with counted() as sql:
            match ask:
                case "snapshot":
                    queries.snapshot(bob)
                case "sidebar":
                    queries.sidebar(bob)
                case "resume":
                    queries.resume(bob, epoch=epoch, seqs=dict.fromkeys(queries.room_ids(bob), 0))
        asked.append(len(sql))
    assert asked[0] == asked[1] <= {"snapshot": 6, "sidebar": 4, "resume": 7}[ask]


def test_a_guests_costs_no_more_per_room(carol: Member) -> None:
    asked = []
    for many in (1, 100):
        rooms_of(carol, RoomKind.DIRECT, many)
        with counted() as sql:
            queries.snapshot(carol)
        asked.append(len(sql))
    assert asked[0] == asked[1]


def test_on_a_big_site_it_holds_the_people_of_ones_direct_rooms_and_some_more(bob: Member) -> None:
    crowd = Member.objects.bulk_create(
        [Member(handle=f"m{n}", name=f"M{n}") for n in range(limits.SNAPSHOT_MEMBERS + 20)]
    )
    actions.open_direct(by=bob, members=[crowd[-1]])
    members = [member.id for member in queries.snapshot(bob).members]
    assert len(members) == limits.SNAPSHOT_MEMBERS + 1
    assert {bob.pk, crowd[-1].pk} <= set(members)


@pytest.fixture
def connected(alice: Member, dave: Member) -> None:
    presence.set_source(lambda: {alice.pk: PresenceState.ACTIVE, dave.pk: PresenceState.AWAY})


@pytest.fixture(autouse=True)
def nobody_is_connected_afterwards() -> object:
    yield
    presence.set_source(None)


def test_it_has_the_connected_members(bob: Member, connected: None, square: Room) -> None:
    assert {p.member: p.state for p in queries.snapshot(bob).presence} == presence.states()


def test_snapshots_between_two_changes_share_one_presence_list(
    alice: Member, bob: Member, dave: Member, square: Room
) -> None:
    here = {alice.pk: PresenceState.ACTIVE}
    presence.set_source(lambda: here)
    first = queries.snapshot(bob).presence
    assert queries.snapshot(dave).presence is first
    here = {**here, dave.pk: PresenceState.AWAY}
    assert [p.member for p in queries.snapshot(bob).presence] == [alice.pk, dave.pk]


def test_of_many_connected_members_some_are_sent_and_all_of_direct_rooms(
    alice: Member, bob: Member, dave: Member, desk: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SNAPSHOT_MEMBERS", 2)
    here = dict.fromkeys([dave.pk, dave.pk + 1, dave.pk + 2, alice.pk], PresenceState.ACTIVE)
    presence.set_source(lambda: here)
    assert [p.member for p in queries.snapshot(bob).presence] == [dave.pk, dave.pk + 1, alice.pk]
    assert [p.member for p in queries.snapshot(dave).presence] == [dave.pk, dave.pk + 1]


def test_a_guest_does_not_receive_the_presence_of_others(
    alice: Member, carol: Member, connected: None, square: Room
) -> None:
    assert [p.member for p in queries.snapshot(carol).presence] == [alice.pk]


def rooms_of(member: Member, kind: RoomKind, many: int) -> None:
    """Let them be in so many rooms of that kind, each with one other person."""
    have = member.rooms().count()
    other = Member.objects.filter(handle="other").first() or somebody("other")
    named = kind == RoomKind.PUBLIC
    rooms = Room.objects.bulk_create(
        Room(
            kind=kind,
            name=f"room{n}" if named else "",
            name_key=f"room{n}" if named else None,
            direct_key=None if named else f"{member.pk}/{n}",
            member_count=2,
        )
        for n in range(have, many)
    )
    Membership.objects.bulk_create(Membership(room=r, member=m) for r in rooms for m in (member, other))
