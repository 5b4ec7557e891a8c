"""A bearer token for scripts, devices and bots."""

from __future__ import annotations

from datetime import timedelta

from django.core import serializers
from django.utils import timezone

from hubbub import actions
from hubbub.models import Member, Token


def test_it_works(bob: Member) -> None:
    token, secret = actions.create_token(member=bob, label="my script")

    assert Token.objects.for_secret(secret).get() == token
    assert (token.member, token.label, token.hint) == (bob, "my script", secret[:8])
    assert secret.startswith("hub_")
    assert len(secret) >= 40


def test_its_secret_is_stored_nowhere(bob: Member) -> None:
    token, secret = actions.create_token(member=bob)
    stored = serializers.serialize("json", [token])
    assert secret not in stored
    assert secret[len("hub_") + 8 :] not in stored


def test_no_two_are_alike(bob: Member) -> None:
    assert len({actions.create_token(member=bob)[1] for _ in range(20)}) == 20


def test_it_ends_when_it_should(bob: Member) -> None:
    soon, late = (timezone.now() + timedelta(hours=hours) for hours in (-1, 1))
    _, expired = actions.create_token(member=bob, expires_at=soon)
    _, valid = actions.create_token(member=bob, expires_at=late)
    assert not Token.objects.for_secret(expired).exists()
    assert Token.objects.for_secret(valid).exists()


def test_it_expires_after_ninety_days_by_default(bob: Member) -> None:
    token, _ = actions.create_token(member=bob)
    assert token.expires_at
    assert abs(token.expires_at - timezone.now() - timedelta(days=90)) < timedelta(minutes=1)
    token, _ = actions.create_token(member=bob, never_expires=True)
    assert token.expires_at is None


def test_only_the_exact_secret_is_it(bob: Member) -> None:
    _, secret = actions.create_token(member=bob)
    for other in (secret[:-1], secret + "A", secret.upper(), f" {secret}", "hub_", "", secret[4:], "%"):
        assert not Token.objects.for_secret(other).exists()
