"""How others see one."""

from __future__ import annotations

import pytest

from hubbub import actions, queries
from hubbub.models import Member
from hubbub.protocol.objects import Reach
from hubbub.publish import DirectoryNotice
from tests.people import Published, refused


def test_it_works(bob: Member, published: Published) -> None:
    changed = actions.update_profile(member=bob, name="  Robert ", about="cooks", hue=200)

    assert (changed.name, changed.about, changed.hue) == ("Robert", "cooks", 200)
    (told,) = published.on("everyone")
    assert told == {
        "type": "member",
        "member": Member.objects.get(pk=bob.pk).as_object().model_dump(mode="json", exclude_none=True),
    }
    (notice,) = published.notices
    assert isinstance(notice, DirectoryNotice)
    assert notice.member == bob.pk


def test_fields_that_are_left_out_stay(bob: Member) -> None:
    actions.update_profile(member=bob, name="Robert", about="cooks", hue=7)
    changed = actions.update_profile(member=bob, about="")
    assert (changed.name, changed.about, changed.hue) == ("Robert", "", 7)


def test_a_change_from_another_tab_stays(bob: Member, published: Published) -> None:
    one_tab, other_tab = Member.objects.get(pk=bob.pk), Member.objects.get(pk=bob.pk)
    actions.update_profile(member=one_tab, name="Robert")
    changed = actions.update_profile(member=other_tab, hue=90)
    assert (changed.name, Member.objects.get(pk=bob.pk).name) == ("Robert", "Robert")
    assert [event["member"]["name"] for event in published.on("everyone")] == ["Robert", "Robert"]


def test_an_update_without_fields_publishes_nothing(bob: Member, published: Published) -> None:
    actions.update_profile(member=bob)
    assert published.batches == []


def test_hues_go_round(bob: Member) -> None:
    assert actions.update_profile(member=bob, hue=360).hue == 0


@pytest.mark.parametrize("name", ["", " ", "\u200b", "x" * 81, "\x00"], ids=ascii)
def test_a_name_keeps_the_rules_of_the_wire(name: str, bob: Member) -> None:
    with refused("invalid"):
        actions.update_profile(member=bob, name=name, about="not kept either")
    bob.refresh_from_db()
    assert (bob.name, bob.about) == ("Bob", "")


def test_too_long_a_story_is_refused(bob: Member) -> None:
    with refused("invalid"):
        actions.update_profile(member=bob, about="x" * 501)


def test_only_the_member_receives_who_may_add_them_to_rooms(bob: Member, published: Published) -> None:
    assert actions.update_profile(member=bob, reach=Reach.KNOWN).reach == Reach.KNOWN
    assert published.on("everyone") == []
    assert [(event["type"], event["reach"]) for event in published.to(bob)] == [("permissions", "known")]
    assert queries.snapshot(bob).reach == Reach.KNOWN
