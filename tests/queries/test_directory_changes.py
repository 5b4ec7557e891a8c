"""The members in a resume: only those that have changed."""

from __future__ import annotations

import pytest

from hubbub import actions, queries
from hubbub.models import Member, Room, Workspace
from hubbub.protocol import limits
from hubbub.protocol.objects import Role
from hubbub.protocol.replies import Resumed
from tests.people import somebody


def back(member: Member, directory: int) -> Resumed:
    epoch = Workspace.objects.with_history().history
    return queries.resume(member, epoch=epoch, seqs={}, directory=directory)


def names(state: Resumed) -> list[str]:
    return [member.name for member in state.members]


def test_it_has_the_members_changed_while_bob_was_away_and_no_others(
    alice: Member, bob: Member, dave: Member
) -> None:
    start = queries.snapshot(bob)
    assert names(back(bob, start.directory)) == []
    actions.update_profile(member=alice, name="Alicia")
    somebody("eve")
    resumed = back(bob, start.directory)
    assert names(resumed) == ["Alicia", "Eve"]
    assert names(back(bob, resumed.directory)) == []


def test_without_a_directory_everybody_comes(alice: Member, bob: Member) -> None:
    epoch = Workspace.objects.with_history().history
    assert names(queries.resume(bob, epoch=epoch, seqs={})) == ["Alice", "Bob"]


def test_another_epoch_brings_everybody(alice: Member, bob: Member) -> None:
    directory = queries.snapshot(bob).directory
    assert names(queries.resume(bob, epoch="older", seqs={}, directory=directory)) == ["Alice", "Bob"]


def test_many_changes_are_sent_in_parts_without_gaps(
    alice: Member, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = queries.snapshot(bob).directory
    for number in range(5):
        somebody(f"person{number}")
    monkeypatch.setattr(limits, "SNAPSHOT_MEMBERS", 2)
    heard: list[str] = []
    for _ in range(4):
        part = back(bob, start)
        heard += names(part)
        start = part.directory
    assert heard == [f"Person{number}" for number in range(5)]


def test_carol_sees_only_members_who_share_a_room_with_her(
    alice: Member, bob: Member, carol: Member, dave: Member, kitchen: Room
) -> None:
    directory = queries.snapshot(carol).directory
    actions.update_profile(member=dave, name="Canary")
    assert "Canary" not in names(back(carol, directory))


def test_a_former_guest_gets_all_members(alice: Member, bob: Member, dave: Member) -> None:
    """As a guest they did not receive members that they could not see."""
    directory = queries.snapshot(bob).directory
    actions.change_role(by=alice, member=bob, role=Role.GUEST)
    bob.refresh_from_db()
    actions.update_profile(member=dave, name="David")
    resumed = back(bob, directory)
    assert "David" not in names(resumed)
    actions.change_role(by=alice, member=bob, role=Role.MEMBER)
    bob.refresh_from_db()
    assert "David" in names(back(bob, resumed.directory))
