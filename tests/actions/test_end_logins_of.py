"""Closing all sockets of a member."""

from __future__ import annotations

from hubbub import actions
from hubbub.actions.logins import session_login
from hubbub.models import Member
from hubbub.publish import EndLogins
from tests.people import Published


def test_it_works(bob: Member, published: Published) -> None:
    actions.end_logins_of(bob)
    version = Member.objects.get(pk=bob.pk).version
    assert published.notices == [EndLogins(bob.pk, version)]


def test_one_session_may_be_spared(bob: Member, published: Published) -> None:
    actions.end_logins_of(bob, except_session="mine")
    version = Member.objects.get(pk=bob.pk).version
    assert published.notices == [EndLogins(bob.pk, version, spared=session_login("mine"))]
