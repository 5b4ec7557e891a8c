"""The member that a host's user is."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model

from hubbub import actions
from hubbub.admission import Admission
from hubbub.models import Member
from hubbub.protocol.objects import Role
from tests.people import counted, refused


def user(username: str = "eve", **fields: Any) -> Any:
    return get_user_model().objects.create_user(username, **fields)


def test_it_works(no_first_room: None) -> None:
    eve = user(name="Eve Adams")
    member = actions.member_for(eve)
    assert (member.user, member.handle, member.name, member.role) == (eve, "eve", "Eve Adams", Role.MEMBER)


def test_the_second_time_it_is_one_look(no_first_room: None) -> None:
    eve = user()
    first = actions.member_for(eve)
    with counted() as queries:
        assert actions.member_for(eve) == first
    assert len(queries) == 1


def test_a_user_refused_by_admit_has_no_access(no_first_room: None, settings: Any) -> None:
    settings.HUBBUB = {**settings.HUBBUB, "ADMIT": f"{__name__}.nobody"}
    with refused("forbidden", "no access"):
        actions.member_for(user())
    assert not Member.objects.exists()


def test_admit_gives_handle_name_and_role(no_first_room: None, settings: Any) -> None:
    settings.HUBBUB = {**settings.HUBBUB, "ADMIT": f"{__name__}.a_guest"}
    member = actions.member_for(user())
    assert (member.handle, member.name, member.role) == ("visitor", "A visitor", Role.GUEST)


@pytest.mark.parametrize("field", ["member", "user"])
def test_a_deactivated_member_or_user_has_no_access(field: str, no_first_room: None) -> None:
    eve = user()
    member = actions.member_for(eve)
    if field == "member":
        Member.objects.filter(pk=member.pk).update(active=False)
    else:
        eve.is_active = False
    with refused("forbidden", "deactivated"):
        actions.member_for(eve)


def nobody(user: Any) -> None:
    return None


def a_guest(user: Any) -> Admission:
    return Admission("visitor", "A visitor", Role.GUEST)
