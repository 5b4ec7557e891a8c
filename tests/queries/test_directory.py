"""What there is to find: rooms, members, and who belongs to a room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hubbub import actions, queries
from hubbub.models import Member, Room
from hubbub.protocol.objects import PresenceState
from hubbub.queries import presence
from tests.people import asks, counted, somebody


@pytest.fixture(autouse=True)
def nobody_is_connected_afterwards() -> Iterator[None]:
    yield
    presence.set_source(None)


# ── rooms ──


@pytest.fixture
def rooms(alice: Member) -> None:
    for name in ("Garden", "garage", "Küche", "Ärger", "zoo", "Old"):
        actions.create_room(by=alice, name=name)
    actions.create_room(by=alice, name="garrison", private=True)
    actions.archive_room(by=alice, room=Room.objects.get(name="Old"))


def names(member: Member, **fields: object) -> list[str]:
    return [room.name for room in asks(member, "room.directory", **fields).rooms]


def test_public_rooms_are_found_by_name(dave: Member, rooms: None) -> None:
    assert names(dave) == ["garage", "Garden", "Küche", "zoo", "Ärger"]


def test_they_are_found_by_a_part_of_it_in_any_case(dave: Member, rooms: None) -> None:
    assert names(dave, query="GAR") == ["garage", "Garden"]
    assert names(dave, query="ÜCH") == ["Küche"]
    assert names(dave, query="ärg") == ["Ärger"]
    assert names(dave, query="den") == ["Garden"]
    assert names(dave, query="nothing like it") == []


@pytest.mark.parametrize("query", ["%", "_", "g%n", "'", '"', "\\", "*"])
def test_signs_that_databases_love_are_letters(query: str, dave: Member, rooms: None) -> None:
    assert names(dave, query=query) == []


def test_private_and_direct_rooms_are_not_in_it_not_even_ones_own(
    alice: Member, rooms: None, desk: Room
) -> None:
    assert "garrison" not in names(alice)
    assert "" not in names(alice)


def test_archived_rooms_have_their_own_list(dave: Member, rooms: None) -> None:
    assert names(dave, archived=True) == ["Old"]


def test_pages_go_on_after_the_last_name_and_never_overlap(dave: Member, rooms: None) -> None:
    seen: list[str] = []
    while True:
        page = asks(dave, "room.directory", after=seen[-1] if seen else "", limit=2)
        seen += [room.name for room in page.rooms]
        if not page.more:
            break
    assert seen == names(dave)


def test_it_has_the_rooms_that_the_member_has_joined(alice: Member, dave: Member, rooms: None) -> None:
    garage = actions.join_room(member=dave, room=Room.objects.get(name="garage")).room
    assert asks(dave, "room.directory").joined == [garage.pk]
    page = asks(alice, "room.directory", limit=2)
    assert page.joined == sorted(room.id for room in page.rooms)


def test_a_guest_finds_only_rooms_they_are_in(carol: Member, rooms: None, square: Room) -> None:
    assert names(carol) == ["square"]


# ── members ──


def found(member: Member, query: str) -> list[str]:
    return [m.name for m in asks(member, "member.directory", query=query).members]


def test_members_are_found_by_the_beginning_of_a_name_a_later_word_or_a_handle(
    alice: Member, bob: Member, dave: Member
) -> None:
    actions.update_profile(member=dave, name="David Bobson")
    assert found(bob, "bob") == ["Bob", "David Bobson"]
    assert found(bob, "DAV") == ["David Bobson"]
    assert found(bob, "@dave") == ["David Bobson"]
    assert found(bob, "son") == []
    assert found(bob, "") == ["Alice", "Bob", "David Bobson"]


@pytest.mark.parametrize("query", ["öberg", "Öberg", "ÖBERG", "öb", "Ö", "anna Ö", "łukasz", "Ёлка", "ёлка"])
def test_capitals_do_not_count_in_any_script(query: str, bob: Member, alice: Member) -> None:
    actions.update_profile(
        member=alice, name={"ł": "Łukasz", "ё": "Ёлка"}.get(query[0].lower(), "Anna Öberg")
    )
    assert len(found(bob, query)) == 1


@pytest.mark.parametrize("query", ["%", "_", "\\", "@%", "'"])
def test_wildcards_of_databases_match_nothing(query: str, bob: Member) -> None:
    assert found(bob, query) == []


def test_deactivated_members_are_not_found_by_name_but_by_id(alice: Member, bob: Member) -> None:
    actions.deactivate_member(by=alice, member=bob)
    assert found(alice, "bob") == []
    (known,) = asks(alice, "member.list", members=[bob.pk]).members
    assert not known.active


def test_a_guest_finds_those_they_share_a_room_with(
    alice: Member, bob: Member, carol: Member, dave: Member, square: Room
) -> None:
    assert found(carol, "") == ["Alice", "Bob", "Carol"]
    everybody = [alice.pk, bob.pk, carol.pk, dave.pk, 10**6]
    assert [m.name for m in asks(carol, "member.list", members=everybody).members] == [
        "Alice",
        "Bob",
        "Carol",
    ]


def test_a_guest_in_no_room_knows_themself(carol: Member, alice: Member) -> None:
    assert found(carol, "") == ["Carol"]


def test_sharing_two_rooms_is_no_reason_to_be_listed_twice(
    carol: Member, square: Room, kitchen: Room
) -> None:
    assert found(carol, "") == ["Alice", "Bob", "Carol"]


def test_pages_of_members_never_overlap(bob: Member) -> None:
    for n in range(7):
        somebody(f"m{n}")
    seen: list[int] = []
    while True:
        page = asks(bob, "member.directory", after=len(seen), limit=3)
        seen += [m.id for m in page.members]
        if not page.more:
            break
    assert len(seen) == len(set(seen)) == 8


def test_a_page_far_behind_the_end_is_empty(bob: Member) -> None:
    page = asks(bob, "member.directory", after=2**31)
    assert (page.members, page.more) == ([], False)


# ── roster ──


def test_the_roster_lists_those_connected_first_then_by_name(
    alice: Member, bob: Member, carol: Member, dave: Member, square: Room
) -> None:
    presence.set_source(lambda: {carol.pk: PresenceState.AWAY, dave.pk: PresenceState.ACTIVE})
    roster = asks(dave, "room.roster", room=square.pk)
    assert [(e.member, e.role, e.state) for e in roster.entries] == [
        (carol.pk, "member", "away"),
        (alice.pk, "admin", "offline"),
        (bob.pk, "member", "offline"),
    ]
    assert [m.id for m in roster.members] == [e.member for e in roster.entries]


def test_a_roster_can_be_searched_and_paged(bob: Member, square: Room) -> None:
    assert [m.name for m in asks(bob, "room.roster", room=square.pk, query="car").members] == ["Carol"]
    first = asks(bob, "room.roster", room=square.pk, limit=2)
    rest = asks(bob, "room.roster", room=square.pk, limit=2, after=2)
    assert [m.name for m in [*first.members, *rest.members]] == ["Alice", "Bob", "Carol"]
    assert (first.more, rest.more) == (True, False)


def test_deactivated_members_are_not_in_it(alice: Member, bob: Member, square: Room) -> None:
    actions.deactivate_member(by=alice, member=bob)
    assert [m.name for m in asks(alice, "room.roster", room=square.pk).members] == ["Alice", "Carol"]


def test_a_long_roster_costs_no_more_queries(alice: Member, square: Room) -> None:
    with counted() as short:
        queries.roster(square, query="", after=0, limit=100)
    actions.invite_members(by=alice, room=square, members=[somebody(f"m{n}") for n in range(40)])
    with counted() as long:
        assert len(queries.roster(square, query="", after=0, limit=100).entries) == 43
    assert len(short) == len(long) == 2


# ── one room ──


def test_a_room_is_found_by_its_name_however_it_is_spelled(bob: Member, kitchen: Room) -> None:
    for name in ("kitchen", "KITCHEN", "Kit\u200bchen", "ｋitchen"):
        state = asks(bob, "room.get", name=name)
        assert (state.room.id, state.membership.room) == (kitchen.pk, kitchen.pk)


def test_a_public_room_is_shown_without_a_membership(dave: Member, square: Room) -> None:
    state = asks(dave, "room.get", room=square.pk)
    assert (state.room.id, state.membership) == (square.pk, None)
