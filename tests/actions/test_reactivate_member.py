"""Giving access back."""

from __future__ import annotations

from hubbub import actions
from hubbub.models import Member, Room
from tests.people import Published, refused, says


def test_it_works(alice: Member, bob: Member, kitchen: Room, published: Published) -> None:
    actions.deactivate_member(by=alice, member=bob)
    published.forget()
    actions.reactivate_member(by=alice, member=bob)

    assert Member.objects.get(pk=bob.pk).active
    assert [event["member"]["active"] for event in published.on("everyone")] == [True]
    assert says(bob, kitchen, "back").number == 4  # still in the rooms where they were


def test_members_cannot_reactivate_themselves(alice: Member, bob: Member) -> None:
    actions.deactivate_member(by=alice, member=bob)
    with refused("forbidden"):
        actions.reactivate_member(by=bob, member=bob)


def test_an_ordinary_member_cannot_reactivate_others(alice: Member, bob: Member, dave: Member) -> None:
    actions.deactivate_member(by=alice, member=bob)
    with refused("forbidden"):
        actions.reactivate_member(by=dave, member=bob)
