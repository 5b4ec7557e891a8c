"""One account tries to fill the database and other members' sidebars with a script."""

from __future__ import annotations

import pytest

from hubbub import actions, queries
from hubbub.actions import quotas
from hubbub.errors import RateLimited
from hubbub.models import Allowance, Member, Message, Room
from hubbub.protocol import commands, limits
from hubbub.protocol.objects import Reach, Role
from hubbub.realtime.rate_limits.command_rates import Rates
from tests.people import asks, refused, somebody
from tests.realtime.fakes import Clock

MANY = 30


def test_a_bot_cannot_flood_a_members_sidebar_with_private_rooms(alice: Member, bob: Member) -> None:
    """Row 67: 211 private rooms with 19 people each, in 22 seconds; the victim's snapshot grew from 7 to 168 kB."""
    bot = somebody("bot", Role.BOT)
    crowd = [bob, *(somebody(f"person{n}") for n in range(18))]
    before = len(queries.snapshot(bob).encode())
    # It started earlier today and has a tenth of its quota left.
    for quota in (quotas.ROOMS, quotas.ADDITIONS):
        Allowance.objects.create(member=bot, quota=quota.name, spent=quota.of(bot) * 9 // 10)
    for n in range(MANY):
        try:
            room = asks(bot, "room.create", name=f"spam {n}", private=True).room
            asks(bot, "room.invite", room=room.id, members=[member.pk for member in crowd])
        except RateLimited as refusal:
            assert refusal.retry_after is not None
            assert refusal.retry_after > 3600
    assert Room.objects.filter(created_by=bot).count() == limits.ROOMS_PER_DAY // 10
    assert bob.memberships.count() == limits.ADDITIONS_PER_DAY // 10 // len(crowd)
    assert len(queries.snapshot(bob).encode()) - before < 5_000


def test_a_new_member_cannot_open_direct_rooms_with_everybody(alice: Member, bob: Member) -> None:
    """Row 67: each recipient permanently gets another line in the sidebar."""
    people = [somebody(f"person{n}") for n in range(MANY)]
    opened = 0
    for person in people:
        try:
            asks(bob, "room.direct", members=[person.pk])
            opened += 1
        except RateLimited:
            pass
    assert opened == limits.DIRECTS_PER_DAY // limits.NEWCOMERS_PART


def test_a_description_is_not_a_way_to_post_faster(alice: Member, bob: Member, square: Room) -> None:
    """Row 67: 219 new descriptions of a room stored 219 messages in 6 seconds."""
    clock = Clock()
    rates = Rates(clock.time)
    rates.lifted = False
    before = Message.objects.count()
    for n in range(219):
        clock.now += 6 / 219
        command = commands.DescribeRoom(type="room.describe", room=square.pk, description=f"no. {n}")
        try:
            rates.check(bob.pk, command)
        except RateLimited:
            continue
        actions.describe_room(by=bob, room=square, description=command.description)
    assert Message.objects.count() - before <= limits.MESSAGES_BURST + 6 * limits.MESSAGES_PER_SECOND


@pytest.mark.parametrize("reach", [Reach.KNOWN, Reach.NOBODY])
def test_members_can_refuse_to_be_added_by_people_they_do_not_know(
    alice: Member, bob: Member, dave: Member, square: Room, reach: Reach
) -> None:
    """Row 67: a member can refuse to be added, or written to, by people without a common private room."""
    asks(bob, "profile.update", reach=reach)
    room = asks(dave, "room.create", name="trap", private=True).room
    asks(dave, "room.join", room=square.pk)  # a common public room does not count
    for kind, fields in {
        "room.invite": {"room": room.id, "members": [bob.pk]},
        "room.direct": {"members": [bob.pk]},
    }.items():
        with refused("forbidden", "Bob"):
            asks(dave, kind, **fields)
    with refused("forbidden", "Bob"):  # also not together with others: the whole command is refused
        asks(dave, "room.invite", room=room.id, members=[alice.pk, bob.pk])
    assert not Room.objects.get(pk=room.id).memberships.exclude(member=dave).exists()
    # Owners and admins may, and existing rooms stay open.
    asks(alice, "room.direct", members=[bob.pk])
    asks(bob, "room.direct", members=[dave.pk])
    asks(dave, "room.direct", members=[bob.pk])


def test_acquaintances_may_still_add_a_member(bob: Member, dave: Member) -> None:
    """Row 67: members of the same private or direct room know each other."""
    asks(bob, "profile.update", reach="known")
    asks(bob, "room.direct", members=[dave.pk])
    room = asks(dave, "room.create", name="ours", private=True).room
    assert asks(dave, "room.invite", room=room.id, members=[bob.pk]).room.members == 2


def test_a_member_can_leave_any_channel_whoever_added_them(alice: Member, bob: Member, carol: Member) -> None:
    """Row 67: guests too, also from an archived room, and without a quota."""
    room = actions.create_room(by=alice, name="sticky", private=True)
    actions.invite_members(by=alice, room=room, members=[bob, carol])
    actions.archive_room(by=alice, room=room)
    for person in (bob, carol):
        Allowance.objects.create(member=person, quota="changes", spent=10**6)
        asks(person, "room.leave", room=room.pk)
    assert room.memberships.count() == 1
