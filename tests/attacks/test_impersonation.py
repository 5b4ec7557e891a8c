"""Members try to impersonate others: by name, by handle, by invisible characters."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.apps import apps

from hubbub import actions, queries
from hubbub.admission import Admission
from hubbub.models import Member, Room, Workspace
from hubbub.protocol.objects import Role
from tests.people import Published, asks, refused, somebody

LIKE_ALICE = ["Alice", "ALICE", "AIice", "\u0410lice", "\uff21lice", "Alic\u00e9", "Al ice", "A1ice."]


@pytest.mark.parametrize("name", LIKE_ALICE, ids=ascii)
def test_a_guest_who_takes_the_owners_name_is_marked(
    alice: Member, bob: Member, carol: Member, square: Room, published: Published, name: str
) -> None:
    """Row 56: a guest with the owner's name and colour looked identical in all timelines."""
    published.forget()
    told = asks(carol, "profile.update", name=name, hue=alice.hue)
    assert (told.namesake, told.handle, told.role) == (True, "carol", Role.GUEST)
    # All connected clients are notified that both names now need their handles.
    heard = {event["member"]["id"]: event["member"] for event in published.on("everyone")}
    assert heard[alice.pk]["namesake"] is heard[carol.pk]["namesake"] is True
    marked = {member.id: member.namesake for member in queries.snapshot(bob).members}
    assert marked == {alice.pk: True, carol.pk: True, bob.pk: None}
    # A client that was offline gets this when it resumes, and also the end of it.
    known = queries.snapshot(bob).directory
    asks(carol, "profile.update", name="Carol")
    back = asks(bob, "resume", epoch=queries.snapshot(bob).epoch, rooms={}, directory=known)
    assert {member.id: member.namesake for member in back.members} == {alice.pk: None, carol.pk: None}


def test_a_member_with_the_name_of_a_deactivated_one_is_marked(
    alice: Member, bob: Member, dave: Member
) -> None:
    """Row 56: messages of the former owner stay under that name."""
    actions.deactivate_member(by=alice, member=bob)
    assert asks(dave, "profile.update", name="Bob").namesake is True


def test_a_new_member_or_a_bot_with_a_taken_name_is_marked(alice: Member) -> None:
    """Row 56: names set by host projects and admins are compared like names chosen by members."""
    eve = actions.admit(user=somebody_else("eve"), admission=Admission("eve", "ALlCE"))
    bot = actions.create_bot(by=alice, handle="bot", name="\u0410lice")
    assert [Member.objects.get(pk=m.pk).namesake for m in (alice, eve, bot)] == [True] * 3


@pytest.mark.parametrize(
    "wanted", ["alice", "a1ice", "\u0430lice", "ALICE", "al\u115fice", "\uff41lice"], ids=ascii
)
def test_no_handle_looks_like_another(alice: Member, wanted: str) -> None:
    """Row 56: the handle distinguishes equal names, so handles must not be confusable."""
    eve = actions.admit(user=somebody_else("eve"), admission=Admission(wanted, "Eve"))
    assert eve.handle[-1] == "2"
    assert not set(eve.handle) & set("\u115f\u200b")


@pytest.mark.parametrize(
    "name", ["Admin", "\u0410dmin", "support", "Hubbub", "Tea House", "everyone", "here"]
)
def test_names_that_look_official_are_reserved(alice: Member, bob: Member, name: str) -> None:
    """Row 56: “Admin asks for your password”."""
    actions.name_workspace(name="Tea House")
    with refused("invalid", "another name"):
        asks(bob, "profile.update", name=name)
    eve = actions.admit(user=somebody_else("eve"), admission=Admission(name, name))
    assert (eve.name, eve.handle[-1]) == (eve.handle, "2")
    with refused("invalid", "another name"):
        asks(alice, "profile.update", name="Everyone")


def test_a_name_contains_no_invisible_or_direction_characters(bob: Member) -> None:
    """Row 56: a direction override reverses the following text; zero-width characters make equal-looking names."""
    for name in ("Bob\u202e", "B\u200bob", "Bob\u3164", "B\u00adob", "Bob\U000e0041"):
        with refused("invalid", "invisible"):
            asks(bob, "profile.update", name=name)
    Member.objects.filter(pk=bob.pk).update(name="\u202eBob\u202c" + "\u0335" * 70)
    assert Member.objects.get(pk=bob.pk).as_object().name == "Bob" + "\u0335" * 4


def test_existing_names_are_compared_by_the_migration(no_first_room: None) -> None:
    """Row 56: existing members keep their names and are marked."""
    Member.objects.bulk_create(
        [
            Member(handle=handle, name=name)
            for handle, name in (("a", "Alice"), ("b", "\u0410lice"), ("c", "Carol"))
        ]
    )
    migration: Any = importlib.import_module("hubbub.migrations.0003_names_and_quotas")
    migration.compare_names(apps, None)
    assert list(Member.objects.order_by("handle").values_list("namesake", flat=True)) == [True, True, False]


def test_a_member_with_a_newly_reserved_name_can_change_other_fields(
    bob: Member,
) -> None:
    """Row 56: the client sends the whole profile."""
    Member.objects.filter(pk=bob.pk).update(name="Admin")
    assert asks(bob, "profile.update", name="Admin", about="new").about == "new"
    assert Workspace.objects.the_one()


def somebody_else(username: str) -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user(username, name=username)


def test_two_members_who_take_a_name_are_marked_once(bob: Member, dave: Member, published: Published) -> None:
    """Row 56: a third member with the name changes nothing for the first two."""
    asks(dave, "profile.update", name="Bob")
    published.forget()
    somebody("bob3")
    Member.objects.filter(handle="bob3").update(name="x")
    published.forget()
    asks(Member.objects.get(handle="bob3"), "profile.update", name="Bob")
    assert {event["member"]["handle"] for event in published.on("everyone")} == {"bob3"}
