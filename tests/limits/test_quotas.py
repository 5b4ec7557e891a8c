"""Daily quotas of a member: counted in the database, for all processes and across restarts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from hubbub import actions
from hubbub.actions import quotas
from hubbub.errors import RateLimited
from hubbub.models import Allowance, Member, Membership, Room
from hubbub.protocol import limits
from hubbub.protocol.objects import Role, RoomKind
from tests.people import asks, counted, refused, says, somebody


def settle(*members: Member) -> None:
    """Make them members for more than a day."""
    for member in members:
        member.created_at = timezone.now() - timedelta(hours=limits.NEWCOMER_HOURS, minutes=1)
        member.save(update_fields=["created_at"])


def has_spent(member: Member, quota: quotas.Quota, amount: int) -> None:
    """Count earlier uses, as if from this or another process."""
    Allowance.objects.update_or_create(
        member=member, quota=quota.name, defaults={"spent": amount, "since": timezone.now()}
    )


def refuses_the_next(act: Callable[[], Any], words: str) -> None:
    with refused("rate_limited", words) as caught:
        act()
    assert caught.value.retry_after is not None
    assert 23 * 3600 < caught.value.retry_after <= 24 * 3600


def test_rooms_per_day(bob: Member) -> None:
    settle(bob)
    has_spent(bob, quotas.ROOMS, limits.ROOMS_PER_DAY - 1)
    asks(bob, "room.create", name="the last")
    refuses_the_next(lambda: asks(bob, "room.create", name="one more"), "100 channels in a day")
    assert not Room.objects.filter(name="one more").exists()


def test_directs_per_day(bob: Member, dave: Member, alice: Member) -> None:
    settle(bob)
    has_spent(bob, quotas.DIRECTS, limits.DIRECTS_PER_DAY - 1)
    asks(bob, "room.direct", members=[dave.pk])
    refuses_the_next(lambda: asks(bob, "room.direct", members=[alice.pk]), "200 conversations in a day")
    asks(bob, "room.direct", members=[dave.pk])  # an existing conversation may be opened without limit
    assert Room.objects.filter(kind=RoomKind.DIRECT).count() == 1


def test_additions_per_day(bob: Member, dave: Member, alice: Member) -> None:
    settle(bob)
    room = actions.create_room(by=bob, name="crowded")
    has_spent(bob, quotas.ADDITIONS, limits.ADDITIONS_PER_DAY - 1)
    both = {"room": room.pk, "members": [alice.pk, dave.pk]}
    refuses_the_next(lambda: asks(bob, "room.invite", **both), "1000 people to channels in a day")
    assert room.memberships.count() == 1  # a command is done completely or not at all
    asks(bob, "room.invite", room=room.pk, members=[dave.pk])
    asks(bob, "room.invite", room=room.pk, members=[dave.pk])  # already a member: costs nothing
    refuses_the_next(lambda: asks(bob, "room.invite", room=room.pk, members=[alice.pk]), "in a day")


def test_room_changes_per_day(bob: Member, alice: Member) -> None:
    settle(bob)
    mine = actions.create_room(by=bob, name="mine")
    other = actions.create_room(by=alice, name="hers")
    has_spent(bob, quotas.CHANGES, limits.ROOM_CHANGES_PER_DAY - 1)
    asks(bob, "room.describe", room=mine.pk, description="first")
    tries: dict[str, dict[str, Any]] = {
        "room.describe": {"room": mine.pk, "description": "second"},
        "room.rename": {"room": mine.pk, "name": "ours"},
        "room.archive": {"room": mine.pk, "archived": True},
        "room.join": {"room": other.pk},
    }
    for kind, fields in tries.items():
        refuses_the_next(lambda kind=kind, fields=fields: asks(bob, kind, **fields), "1000 channels in a day")  # type: ignore[misc]
    asks(bob, "room.describe", room=mine.pk, description="first")  # no change, so it costs nothing
    asks(bob, "room.leave", room=mine.pk)  # leaving is never refused


def test_admins_times(alice: Member) -> None:
    """The owner sets up the workspace on its first day."""
    has_spent(alice, quotas.ROOMS, limits.ROOMS_PER_DAY * limits.ADMINS_TIMES - 1)
    actions.create_room(by=alice, name="the last")
    refuses_the_next(lambda: actions.create_room(by=alice, name="one more"), "2000 channels")


@pytest.mark.parametrize("role", [Role.MEMBER, Role.GUEST])
def test_newcomers_part(alice: Member, square: Room, role: Role) -> None:
    eve = somebody("eve", role)
    actions.invite_members(by=alice, room=square, members=[eve])
    part = limits.DIRECTS_PER_DAY // limits.NEWCOMERS_PART
    has_spent(eve, quotas.DIRECTS, part - 1)
    asks(eve, "room.direct", members=[alice.pk])
    refuses_the_next(lambda: asks(eve, "room.direct", members=[eve.pk]), f"{part} conversations")


@pytest.mark.parametrize(
    ("role", "is_new", "is_new_later"),
    [
        (Role.MEMBER, True, False),
        (Role.GUEST, True, True),
        (Role.BOT, False, False),
        (Role.ADMIN, False, False),
    ],
)
def test_newcomer_hours(no_first_room: None, role: Role, is_new: bool, is_new_later: bool) -> None:
    eve = somebody("eve", role)
    assert quotas.is_newcomer(eve) is is_new
    settle(eve)
    assert quotas.is_newcomer(eve) is is_new_later


def test_memberships(alice: Member, bob: Member, dave: Member, square: Room) -> None:
    many = Room.objects.bulk_create(
        [
            Room(kind=RoomKind.PRIVATE, name=f"r{n}", name_key=f"r{n}", member_count=1)
            for n in range(limits.MEMBERSHIPS - dave.memberships.count())
        ]
    )
    Membership.objects.bulk_create([Membership(room=room, member=dave) for room in many])
    garden = actions.create_room(by=alice, name="garden")
    with refused("forbidden", "Dave"):
        asks(alice, "room.invite", room=garden.pk, members=[bob.pk, dave.pk])
    with refused("forbidden", "Dave"):
        asks(alice, "room.direct", members=[dave.pk])
    with refused("forbidden", "Leave one first"):
        asks(dave, "room.join", room=garden.pk)
    with refused("forbidden", "Leave one first"):
        asks(dave, "room.create", name="own")
    asks(dave, "room.leave", room=many[0].pk)
    asks(dave, "room.join", room=garden.pk)


def test_a_new_day_begins_a_day_after_the_first_use(bob: Member) -> None:
    settle(bob)
    has_spent(bob, quotas.ROOMS, limits.ROOMS_PER_DAY)
    Allowance.objects.update(since=timezone.now() - quotas.DAY)
    actions.create_room(by=bob, name="tomorrow")
    assert Allowance.objects.get().spent == 1


def test_a_clock_that_was_set_back_locks_nobody_out(bob: Member) -> None:
    settle(bob)
    has_spent(bob, quotas.ROOMS, limits.ROOMS_PER_DAY)
    Allowance.objects.update(since=timezone.now() + timedelta(days=300))
    actions.create_room(by=bob, name="today")


def test_a_refused_command_costs_nothing(bob: Member) -> None:
    actions.create_room(by=bob, name="taken")
    with refused("conflict"):
        asks(bob, "room.create", name="taken")
    assert Allowance.objects.get(member=bob).spent == 1


def test_quotas_do_not_apply_to_trusted_scripts_and_load_tests(bob: Member, settings: Any) -> None:
    has_spent(bob, quotas.ROOMS, limits.ROOMS_PER_DAY)
    with quotas.lifted():
        actions.create_room(by=bob, name="imported")
    with pytest.raises(RateLimited):
        actions.create_room(by=bob, name="by hand")
    settings.HUBBUB = {**settings.HUBBUB, "RATE_LIMITS": False}
    actions.create_room(by=bob, name="load")


def test_sending_and_reading_messages_need_no_quota_query(bob: Member, square: Room) -> None:
    with counted() as sql:
        says(bob, square, "hello")
    assert not [query for query in sql if "allowance" in query]
