"""A token that is still valid works for another lifetime; one that is dead stays dead."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from hubbub import actions
from hubbub.models import Member, Token
from hubbub.protocol import limits
from tests.people import refused


def days_left(token: Token) -> float:
    assert token.expires_at
    return (token.expires_at - timezone.now()) / timedelta(days=1)


def test_it_works(bob: Member) -> None:
    token, secret = actions.create_token(member=bob, expires_at=timezone.now() + timedelta(hours=1))
    renewed = actions.renew_token(by=bob, token=token)
    assert limits.TOKEN_DAYS - 1 < days_left(renewed) <= limits.TOKEN_DAYS
    assert Token.objects.for_secret(secret).exists()


def test_members_renew_only_their_own_tokens(alice: Member, bob: Member) -> None:
    token, _ = actions.create_token(member=bob)
    with refused("forbidden"):
        actions.renew_token(by=alice, token=token)


def test_an_expired_or_revoked_one_stays_dead(bob: Member) -> None:
    expired, secret = actions.create_token(member=bob, expires_at=timezone.now() - timedelta(seconds=1))
    with refused("conflict"):
        actions.renew_token(by=bob, token=expired)
    assert not Token.objects.for_secret(secret).exists()
    revoked, _ = actions.create_token(member=bob)
    stale = Token.objects.get(pk=revoked.pk)
    actions.revoke_token(by=bob, token=revoked)
    with refused("conflict"):
        actions.renew_token(by=bob, token=stale)
