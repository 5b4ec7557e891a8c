"""Deactivating a member."""

from __future__ import annotations

import pytest

from hubbub import actions
from hubbub.models import Member, Room, Token
from hubbub.protocol.objects import Role
from hubbub.publish import DirectoryNotice, EndLogins
from tests.people import Published, asks, refused, says, somebody


def test_it_works(alice: Member, bob: Member, kitchen: Room, published: Published) -> None:
    message = says(bob, kitchen, "I was here")
    published.forget()
    actions.deactivate_member(by=alice, member=bob)

    assert not Member.objects.get(pk=bob.pk).active
    assert [event["member"]["active"] for event in published.on("everyone")] == [False]
    assert [type(notice) for notice in published.notices] == [DirectoryNotice, EndLogins]
    assert kitchen.messages.filter(pk=message.pk).exists()


def test_their_tokens_are_no_longer_valid(alice: Member, bob: Member) -> None:
    _, secret = actions.create_token(member=bob)
    assert Token.objects.for_secret(secret).exists()
    actions.deactivate_member(by=alice, member=bob)
    assert not Token.objects.for_secret(secret).exists()


def test_their_open_socket_can_run_no_more_commands(alice: Member, bob: Member, kitchen: Room) -> None:
    as_the_socket_knows_him = Member.objects.get(pk=bob.pk)
    actions.deactivate_member(by=alice, member=bob)
    for kind, fields in {"snapshot": {}, "timeline": {"room": kitchen.pk}, "member.directory": {}}.items():
        with refused("forbidden", "deactivated"):
            asks(as_the_socket_knows_him, kind, **fields)


def test_the_last_owner_is_not_deactivated(alice: Member) -> None:
    second = somebody("second", Role.OWNER)
    as_the_page_knew_them = Member.objects.get(pk=second.pk)
    actions.change_role(by=alice, member=second, role=Role.MEMBER)
    with refused("invalid", "last owner"):
        actions.deactivate_member(by=as_the_page_knew_them, member=alice)
    assert Member.objects.get(pk=alice.pk).active


def test_members_cannot_deactivate_themselves(alice: Member) -> None:
    somebody("second", Role.OWNER)
    with refused("forbidden"):
        actions.deactivate_member(by=alice, member=alice)


@pytest.mark.parametrize(
    ("by", "whom"),
    [("admin", "owner"), ("admin", "admin"), ("member", "guest"), ("guest", "member"), ("bot", "member")],
)
def test_roles_that_may_not_deactivate_others(by: str, whom: str, alice: Member) -> None:
    actor, other = somebody("actor", Role(by)), somebody("other", Role(whom))
    with refused("forbidden"):
        actions.deactivate_member(by=actor, member=other)
    assert Member.objects.get(pk=other.pk).active
