"""The checks of F26, tried on clients that break the rules: each has to be found, and the honest one has not."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from typing import Any

import pytest

from hubbub import actions, queries
from hubbub.models import Member, Room
from hubbub.protocol.objects import Level, Role
from tests.contract.ear import Ear, Event
from tests.contract.test_contract import plain
from tests.faults.heard import Heard, about_rooms, not_allowed
from tests.faults.inside import truth
from tests.faults.state_check import differences, wrong_presence
from tests.faults.whole_state import WholeState
from tests.people import Published, says

Change = Callable[["Town"], object]


class Town:
    """Bob's client has loaded everything; `changes` does something, and hears of it."""

    def __init__(self, alice: Member, bob: Member, kitchen: Room, published: Published) -> None:
        self.alice, self.bob, self.kitchen, self._published = alice, bob, kitchen, published
        self.state = WholeState(plain(queries.snapshot(bob)))
        for room in self.state.rooms:
            self.state.load(plain(queries.timeline(Room.objects.get(pk=room))))
        self.ear = Ear(bob, queries.snapshot(bob))

    def changes(self, *doings: Change) -> list[Event]:
        """The events that Bob hears."""
        self._published.forget()
        for change in doings:
            change(self)
        for batch in self._published.batches:
            self.ear.hear(batch)
        return self.ear.heard

    def differences(self, state: WholeState) -> list[str]:
        rooms = {int(pk): room for pk, room in truth(list(state.rooms)).items()}
        return differences(state, plain(queries.snapshot(Member.objects.get(pk=self.bob.pk))), rooms)


@pytest.fixture
def town(alice: Member, bob: Member, square: Room, kitchen: Room, desk: Room, published: Published) -> Town:
    says(alice, kitchen, "hello")
    says(bob, kitchen, "hi")
    return Town(alice, bob, kitchen, published)


def bobs_place(town: Town) -> Any:
    return town.bob.memberships.select_related("room").get(room=town.kitchen)


CHANGES: dict[str, Change] = {
    ".name": lambda town: actions.rename_room(by=town.alice, room=town.kitchen, name="café"),
    ".description": lambda town: actions.describe_room(by=town.alice, room=town.kitchen, description="coffee"),
    ".archived": lambda town: actions.archive_room(by=town.alice, room=town.kitchen),
    ".level": lambda town: actions.set_level(membership=bobs_place(town), level=Level.NOTHING),
    ".read_number": lambda town: actions.mark_unread(membership=bobs_place(town), number=1),
    f"members.": lambda town: actions.update_profile(member=town.alice, name="Alicia"),
    "me.role": lambda town: actions.change_role(by=town.alice, member=town.bob, role=Role.ADMIN),
    "workspace.open_rooms": lambda town: actions.change_role(by=town.alice, member=town.bob, role=Role.GUEST),
    "workspace.name": lambda town: actions.name_workspace(name="Elsewhere"),
    "messages.": lambda town: says(town.alice, town.kitchen, "news"),
}
"""What a client has wrong that skips an event → what the event was about."""


@pytest.mark.parametrize("wrong", CHANGES)
def test_an_event_that_a_client_skips_is_found(town: Town, wrong: str) -> None:
    heard = town.changes(CHANGES[wrong])
    honest = copy.deepcopy(town.state)
    for event in heard:
        honest.apply(event)
    assert town.differences(honest) == []
    assert any(wrong in line for line in town.differences(town.state))
    found = []
    for skipped in heard:
        forgetful = copy.deepcopy(town.state)
        for event in heard:
            if event is not skipped and not forgetful.misses(event | {"seq": event.get("seq", 0)}):
                forgetful.apply(event)
        found += town.differences(forgetful)
    assert any(wrong in line for line in found)
