"""Giving a member another role."""

from __future__ import annotations

import pytest

from hubbub import actions
from hubbub.models import Member
from hubbub.protocol.objects import Role
from tests.people import Published, asks, refused, somebody


def test_it_works(alice: Member, bob: Member, published: Published) -> None:
    changed = actions.change_role(by=alice, member=bob, role=Role.ADMIN)

    assert changed.role == Member.objects.get(pk=bob.pk).role == Role.ADMIN
    assert [event["member"]["role"] for event in published.on("everyone")] == ["admin"]


@pytest.mark.parametrize(("role", "may"), [(Role.GUEST, False), (Role.ADMIN, True)])
def test_they_receive_their_new_permissions(
    alice: Member, bob: Member, published: Published, role: Role, may: bool
) -> None:
    actions.change_role(by=alice, member=bob, role=role)
    bob.refresh_from_db()
    assert published.to(bob) == [
        {"type": "permissions", "open_rooms": may, "reach": "everybody", "version": bob.version}
    ]


@pytest.mark.parametrize(
    ("by", "whom", "to", "allowed"),
    [
        ("owner", "owner", "admin", True),
        ("owner", "admin", "owner", True),
        ("owner", "member", "guest", True),
        ("owner", "guest", "admin", True),
        ("owner", "bot", "owner", False),
        ("owner", "member", "bot", False),
        ("admin", "owner", "member", False),
        ("admin", "admin", "member", False),
        ("admin", "member", "admin", False),
        ("admin", "member", "owner", False),
        ("admin", "member", "guest", True),
        ("admin", "guest", "member", True),
        ("admin", "bot", "member", False),
        ("member", "member", "guest", False),
        ("member", "guest", "member", False),
        ("guest", "guest", "member", False),
        ("bot", "member", "guest", False),
    ],
)
def test_the_roles_that_each_role_may_give(by: str, whom: str, to: str, allowed: bool, alice: Member) -> None:
    actor, other = somebody("actor", Role(by)), somebody("other", Role(whom))
    if allowed:
        assert actions.change_role(by=actor, member=other, role=Role(to)).role == to
    else:
        with refused("forbidden"):
            actions.change_role(by=actor, member=other, role=Role(to))
        assert Member.objects.get(pk=other.pk).role == whom


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER, Role.GUEST])
def test_members_cannot_raise_their_own_role(role: Role, alice: Member) -> None:
    eve = somebody("eve", role)
    with refused("forbidden"):
        actions.change_role(by=eve, member=eve, role=Role.OWNER)


def test_the_last_owner_stays_one(alice: Member) -> None:
    with refused("invalid", "last owner"):
        actions.change_role(by=alice, member=alice, role=Role.MEMBER)
    assert Member.objects.get(pk=alice.pk).role == Role.OWNER
    assert actions.change_role(by=alice, member=alice, role=Role.OWNER).role == Role.OWNER


def test_a_deactivated_owner_does_not_count(alice: Member) -> None:
    second = somebody("second", Role.OWNER)
    actions.deactivate_member(by=alice, member=second)
    with refused("invalid"):
        actions.change_role(by=alice, member=alice, role=Role.ADMIN)


def test_it_holds_from_the_next_command_of_an_open_socket(alice: Member, bob: Member) -> None:
    """Bob's socket was opened when he was a member; what it knows of him is old (ASVS 8.3.2)."""
    as_the_socket_knows_him = Member.objects.get(pk=bob.pk)
    actions.change_role(by=alice, member=bob, role=Role.GUEST)
    with refused("forbidden", "Guests"):
        asks(as_the_socket_knows_him, "room.create", name="mine")
    assert asks(as_the_socket_knows_him, "member.directory").members == [
        Member.objects.get(pk=bob.pk).as_object()
    ]


def test_a_new_guest_hands_their_rooms_over(
    alice: Member, bob: Member, dave: Member, published: Published
) -> None:
    shared = actions.create_room(by=bob, name="shared", private=True)
    actions.invite_members(by=bob, room=shared, members=[dave])
    alone = actions.create_room(by=bob, name="alone")
    published.forget()
    actions.change_role(by=alice, member=bob, role=Role.GUEST)

    assert {m.member_id: m.role for m in shared.memberships.all()} == {bob.pk: "member", dave.pk: "admin"}
    (told,) = published.to(dave)
    assert (told["type"], told["membership"]["role"]) == ("membership", "admin")
    assert [e["membership"]["role"] for e in published.to(bob) if e["type"] == "membership"] == ["member"] * 2
    actions.join_room(member=dave, room=alone)
    assert alone.memberships.get(
        member=dave
    ).is_admin  # it had no admin, so the next member who joins becomes one
