"""Ending all tokens of one member."""

from __future__ import annotations

from hubbub import actions
from hubbub.models import Member
from hubbub.realtime.logins.sign_in import login_from_secret, still_valid


def test_it_works(alice: Member, bob: Member) -> None:
    secrets = [actions.create_token(member=bob)[1] for _ in range(3)]
    logins = [login_from_secret(secret) for secret in secrets]
    hers = login_from_secret(actions.create_token(member=alice)[1])
    assert actions.end_tokens(member=bob) == 3
    assert still_valid([*logins, hers]) == {hers.key}


def test_a_member_without_tokens_ends_none(bob: Member) -> None:
    assert actions.end_tokens(member=bob) == 0
