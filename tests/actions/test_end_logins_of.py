"""Closing all sockets of a member."""

from __future__ import annotations

from hubbub import actions
from hubbub.actions.logins import session_login
from hubbub.models import Member
from tests.people import Published


def test_it_works(bob: Member, published: Published) -> None:
    actions.end_logins_of(bob)
    assert [notice.topic for notice in published.notices] == [f"login.member:{bob.pk}!"]


def test_one_session_may_be_spared(bob: Member, published: Published) -> None:
    actions.end_logins_of(bob, except_session="mine")
    assert published.notices[0].topic == f"login.member:{bob.pk}!{session_login('mine')}"
