"""Ending a bearer token."""

from __future__ import annotations

from hubbub import actions
from hubbub.models import Member, Token
from hubbub.publish import EndLogin
from tests.people import Published, refused


def test_it_works(bob: Member, published: Published) -> None:
    token, secret = actions.create_token(member=bob)
    token_id = token.pk
    actions.revoke_token(by=bob, token=token)

    assert not Token.objects.for_secret(secret).exists()
    assert published.notices == [EndLogin(f"token:{token_id}")]  # its sockets are closed (G10)


def test_an_admin_revokes_anybodys(alice: Member, bob: Member) -> None:
    token, _ = actions.create_token(member=bob)
    actions.revoke_token(by=alice, token=token)
    assert not Token.objects.exists()


def test_other_members_cannot_revoke_it(bob: Member, dave: Member, published: Published) -> None:
    token, secret = actions.create_token(member=bob)
    with refused("forbidden", "your own"):
        actions.revoke_token(by=dave, token=token)
    assert Token.objects.for_secret(secret).exists()
    assert published.batches == []
