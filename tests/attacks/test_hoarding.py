"""One account tries to fill the database, and other people's sidebars, faster than a person could."""

from __future__ import annotations

from hubbub import actions, queries
from hubbub.errors import RateLimited
from hubbub.models import Member, Message, Room
from hubbub.protocol import commands, limits
from hubbub.protocol.objects import Role
from hubbub.realtime.rates import Rates
from tests.people import asks, somebody
from tests.realtime.fakes import Clock

MANY = 250


def test_a_bot_does_not_fill_a_members_sidebar_with_private_rooms(alice: Member, bob: Member) -> None:
    """Row 67: 211 private rooms with 19 people each, in 22 seconds; the victim's snapshot grew from 7 to 168 kB."""
    bot = somebody("bot", Role.BOT)
    crowd = [bob, *(somebody(f"person{n}") for n in range(18))]
    before = len(queries.snapshot(bob).encode())
    for n in range(MANY):
        try:
            room = asks(bot, "room.create", name=f"spam {n}", private=True).room
            asks(bot, "room.invite", room=room.id, members=[member.pk for member in crowd])
        except RateLimited as refusal:
            assert refusal.retry_after is not None
            assert refusal.retry_after > 3600
    assert Room.objects.filter(created_by=bot).count() == limits.ROOMS_PER_DAY
    assert bob.memberships.count() == limits.ADDITIONS_PER_DAY // len(crowd)
    assert len(queries.snapshot(bob).encode()) - before < 50_000


def test_a_newcomer_does_not_open_direct_rooms_with_everybody(alice: Member, bob: Member) -> None:
    """Row 67: each person who is written to gets another line in the sidebar, for good."""
    people = [somebody(f"person{n}") for n in range(MANY // 5)]
    opened = 0
    for person in people:
        try:
            asks(bob, "room.direct", members=[person.pk])
            opened += 1
        except RateLimited:
            pass
    assert opened == limits.DIRECTS_PER_DAY // limits.NEWCOMERS_PART


def test_a_description_is_not_a_way_to_post_faster(alice: Member, bob: Member, square: Room) -> None:
    """Row 67: a room that was described 219 times stored 219 messages in 6 seconds."""
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
