"""A member without a user."""

from __future__ import annotations

from hubbub import actions
from hubbub.models import Member, Membership
from hubbub.protocol.objects import Role
from tests.people import Published, refused


def test_it_works(alice: Member, published: Published) -> None:
    bot = actions.create_bot(by=alice, handle="Weather", name="The weather")

    assert (bot.user, bot.handle, bot.name, bot.role) == (None, "weather", "The weather", Role.BOT)
    assert [event["member"]["role"] for event in published.on("everyone")] == ["bot"]
    assert not Membership.objects.filter(member=bot).exists()


def test_it_signs_in_with_a_token(alice: Member) -> None:
    from hubbub.realtime.logins.sign_in import login_from_secret

    bot = actions.create_bot(by=alice, handle="weather", name="The weather")
    _, secret = actions.create_token(member=bot)
    assert login_from_secret(secret).member == bot


def test_an_empty_name_is_refused(alice: Member) -> None:
    with refused("invalid"):
        actions.create_bot(by=alice, handle="weather", name=" ")


def test_a_member_makes_none(bob: Member) -> None:
    with refused("forbidden", "Only admins"):
        actions.create_bot(by=bob, handle="mine", name="Mine")
