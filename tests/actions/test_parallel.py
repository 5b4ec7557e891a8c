"""Several people act in the same instant (faults F22, F23; attack row 71), on each database."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from hubbub import actions
from hubbub.admission import Admission
from hubbub.errors import HubbubError
from hubbub.models import Allowance, Member, Membership, Message, Room
from hubbub.protocol import limits
from hubbub.protocol.ids import make_message_id
from hubbub.protocol.objects import Role, RoomRole
from tests.actions.arena import Arena
from tests.actions.invariants import check_owner, check_rooms
from tests.people import asks, says, somebody

CROWD = 12


@pytest.fixture
def crowd(arena: Arena) -> list[Member]:
    """An owner and eleven members."""
    names = [f"person{n}" for n in range(1, CROWD)]
    return arena.run(lambda: [somebody("owner", Role.OWNER), *(somebody(name) for name in names)])


@pytest.fixture
def room(arena: Arena, crowd: list[Member]) -> Room:
    """A public room of all of them; the owner is its admin."""

    def make() -> Room:
        made = actions.create_room(by=crowd[0], name="square")
        return actions.invite_members(by=crowd[0], room=made, members=crowd[1:])

    return arena.run(make)


def codes(outcomes: list[Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for outcome in outcomes:
        code = outcome.code if isinstance(outcome, HubbubError) else "ok"
        found[code] = found.get(code, 0) + 1
    return found


def test_all_post_at_once(arena: Arena, crowd: list[Member], room: Room) -> None:
    def chat(member: Member) -> list[int]:
        return [says(member, room, f"{member.handle} {n}").number for n in range(5)]

    told = arena.at_once([partial(chat, member) for member in crowd])
    arena.run(check_rooms)
    numbers = [number for one in told for number in one]  # type: ignore[union-attr]
    assert sorted(numbers) == list(range(CROWD + 1, CROWD + 1 + 5 * CROWD))
    assert all(one == sorted(one) for one in told)  # type: ignore[type-var]


def test_the_same_message_from_many_devices_is_one(arena: Arena, crowd: list[Member], room: Room) -> None:
    fields = {"room": room.pk, "message": make_message_id(), "text": "once"}
    told: list[Any] = arena.at_once([partial(asks, crowd[1], "message.send", **fields)] * CROWD)
    assert {reply.message.number for reply in told} == {CROWD + 1}
    assert sorted(bool(reply.dup) for reply in told) == [False] + [True] * (CROWD - 1)
    arena.run(check_rooms)


def test_a_message_id_belongs_to_one_author(arena: Arena, crowd: list[Member], room: Room) -> None:
    fields = {"room": room.pk, "message": make_message_id(), "text": "mine"}
    told = arena.at_once([partial(asks, member, "message.send", **fields) for member in crowd])
    assert codes(told) == {"ok": 1, "conflict": CROWD - 1}
    arena.run(check_rooms)


def test_a_direct_room_opened_by_both_is_one(arena: Arena, crowd: list[Member]) -> None:
    acts = [
        partial(asks, by, "room.direct", members=[other.pk])
        for by, other in [(crowd[1], crowd[2]), (crowd[2], crowd[1])] * 5
    ]
    told: list[Any] = arena.at_once(acts)
    assert len({reply.room.id for reply in told}) == 1
    arena.run(check_rooms)


def test_a_name_is_given_once(arena: Arena, crowd: list[Member]) -> None:
    told = arena.at_once([partial(asks, member, "room.create", name="Garden") for member in crowd])
    assert codes(told) == {"ok": 1, "conflict": CROWD - 1}
    arena.run(check_rooms)


def test_members_who_join_and_leave_at_once_are_counted_correctly(
    arena: Arena, crowd: list[Member], room: Room
) -> None:
    acts = [
        partial(asks, member, kind, room=room.pk)
        for member in crowd[1:5]
        for kind in ("room.leave", "room.join", "room.leave")
    ]
    told = arena.at_once(acts)
    assert set(codes(told)) <= {"ok", "conflict", "unavailable"}
    arena.run(check_rooms)


def test_the_same_person_is_put_out_once(arena: Arena, crowd: list[Member], room: Room) -> None:
    acts = [partial(asks, crowd[0], "room.remove", room=room.pk, member=crowd[3].pk)] * 6
    assert codes(arena.at_once(acts)) == {"ok": 1, "not_found": 5}
    arena.run(check_rooms)


def test_when_all_admins_leave_at_once_the_room_gets_another_admin(
    arena: Arena, crowd: list[Member], room: Room
) -> None:
    admins = crowd[:4]
    everyone_else = Membership.objects.filter(room=room, member__in=admins)
    arena.run(lambda: everyone_else.update(role=RoomRole.ADMIN))
    arena.at_once([partial(asks, admin, "room.leave", room=room.pk) for admin in admins])
    arena.run(check_rooms)


def test_the_heir_may_leave_in_the_same_instant(arena: Arena, crowd: list[Member], room: Room) -> None:
    told = arena.at_once([partial(asks, member, "room.leave", room=room.pk) for member in crowd[:3]])
    assert codes(told) == {"ok": 3}
    arena.run(check_rooms)


def test_owners_who_demote_each_other_leave_an_owner(arena: Arena, crowd: list[Member]) -> None:
    owners = crowd[:4]
    arena.run(lambda: Member.objects.filter(pk__in=[o.pk for o in owners]).update(role=Role.OWNER))
    owners = arena.run(lambda: list(Member.objects.filter(role=Role.OWNER)))
    demote = [
        partial(actions.change_role, by=by, member=other, role=Role.MEMBER)
        for by, other in zip(owners, [*owners[1:], owners[0]], strict=True)
    ]
    arena.at_once(demote)
    arena.run(check_owner)


def test_an_edit_never_writes_into_a_tombstone(arena: Arena, crowd: list[Member], room: Room) -> None:
    messages = arena.run(lambda: [says(crowd[1], room, "secret") for _ in range(6)])
    acts: list[Callable[[], Any]] = []
    for message in messages:
        edit = {"message": message.pk, "text": "edited", "seq": message.seq}
        acts += [
            partial(asks, crowd[1], "message.edit", **edit),
            partial(asks, crowd[0], "message.delete", message=message.pk),
        ]
    told = arena.at_once(acts)
    assert set(codes(told)) <= {"ok", "forbidden"}
    arena.run(check_rooms)
    rows = arena.run(lambda: list(Message.objects.filter(pk__in=[m.pk for m in messages])))
    assert {(row.deleted, row.text) for row in rows} == {(True, "")}


def test_of_two_edits_of_one_state_one_wins(arena: Arena, crowd: list[Member], room: Room) -> None:
    message = arena.run(lambda: says(crowd[1], room, "draft"))
    fields = {"message": message.pk, "seq": message.seq}
    told = arena.at_once(
        [partial(asks, crowd[1], "message.edit", text=f"version {n}", **fields) for n in range(8)]
    )
    assert codes(told) == {"ok": 1, "conflict": 7}
    arena.run(check_rooms)


def test_nothing_is_posted_after_ones_removal(arena: Arena, crowd: list[Member], room: Room) -> None:
    """Contract G9: a post that was allowed by the old membership is placed before the removal, or not at all."""
    bob = crowd[1]
    acts: list[Callable[[], Any]] = [partial(try_all, [partial(says, bob, room, "hi")] * 4) for _ in range(5)]
    acts.append(partial(asks, crowd[0], "room.remove", room=room.pk, member=bob.pk))
    arena.at_once(acts)

    def numbers() -> tuple[int, list[int]]:
        removal = Message.objects.get(room=room, system__kind="removed").number
        return removal, list(room.messages.filter(author=bob).values_list("number", flat=True))

    removal, said = arena.run(numbers)
    assert all(number < removal for number in said)
    arena.run(check_rooms)


def test_nothing_is_posted_into_an_archived_room(arena: Arena, crowd: list[Member], room: Room) -> None:
    acts: list[Callable[[], Any]] = [
        partial(try_all, [partial(says, member, room, "hi")] * 3) for member in crowd[1:7]
    ]
    acts.append(partial(asks, crowd[0], "room.archive", room=room.pk, archived=True))
    arena.at_once(acts)

    def last() -> Message:
        return Message.objects.filter(room=room).latest("number")

    assert (arena.run(last).system or {}).get("kind") == "archived"
    arena.run(check_rooms)


def test_reading_in_many_tabs_never_moves_back(arena: Arena, crowd: list[Member], room: Room) -> None:
    newest = arena.run(lambda: [says(crowd[0], room, str(n)) for n in range(10)])[-1].number
    tabs = [partial(asks, crowd[1], "room.read", room=room.pk, number=newest - n) for n in range(10)]
    arena.at_once(tabs)
    place = arena.run(lambda: Membership.objects.get(room=room, member=crowd[1]))
    assert (place.read_number, place.read_posts) == (newest, 10)


def test_two_requests_of_a_new_user_make_one_member(arena: Arena, settings: Any) -> None:
    settings.HUBBUB = {**settings.HUBBUB, "FIRST_ROOM": "general"}
    eve = arena.run(lambda: get_user_model().objects.create_user("eve"))
    told: list[Any] = arena.at_once([partial(actions.member_for, eve)] * 8)
    assert len({member.pk for member in told}) == 1
    arena.run(check_rooms)


def test_new_users_who_arrive_at_once_are_all_admitted(arena: Arena, settings: Any) -> None:
    """Their handles collide, and each would make the first room."""
    settings.HUBBUB = {**settings.HUBBUB, "FIRST_ROOM": "general", "ADMIT": f"{__name__}.as_bob"}
    users = arena.run(lambda: [get_user_model().objects.create_user(f"user{n}") for n in range(8)])
    told: list[Any] = arena.at_once([partial(actions.member_for, user) for user in users])
    assert codes(told) == {"ok": 8}
    assert len({member.handle for member in told}) == 8
    room = arena.run(lambda: Room.objects.get())
    assert room.member_count == 8
    arena.run(check_rooms)


def as_bob(user: Any) -> Admission:
    return Admission("bob", "Bob")


def try_all(acts: list[Callable[[], Any]]) -> None:
    for act in acts:
        try:
            act()
        except HubbubError as refusal:
            assert refusal.code in {"not_found", "forbidden"}


def test_a_daily_quota_holds_when_its_rest_is_spent_at_once(arena: Arena, crowd: list[Member]) -> None:
    newcomer = crowd[1]

    def make(n: int) -> Room:
        return actions.create_room(by=newcomer, name=f"room {n}")

    outcomes = arena.at_once([partial(make, n) for n in range(CROWD)])
    most = limits.ROOMS_PER_DAY // limits.NEWCOMERS_PART
    assert codes(outcomes) == {"ok": most, "rate_limited": CROWD - most}
    assert arena.run(lambda: Allowance.objects.get().spent) == most
