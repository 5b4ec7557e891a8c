"""Looking at once whether a member's logins still hold."""

from __future__ import annotations

from hubbub import actions
from hubbub.models import Member
from hubbub.publish import RecheckLogins
from tests.people import Published


def test_it_works(bob: Member, published: Published) -> None:
    actions.recheck_logins_of(bob)
    assert published.notices == [RecheckLogins(bob.pk)]


def test_saving_a_user_rechecks_their_logins(bob: Member, published: Published) -> None:
    assert bob.user is not None
    bob.user.is_active = False
    bob.user.save()
    assert published.notices == [RecheckLogins(bob.pk)]
