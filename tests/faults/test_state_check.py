"""The checks of F26, tried on clients that break the rules: each one is found, and an honest one is not blamed."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from typing import Any

import pytest

from hubbub import actions, queries
from hubbub.models import Member, Room
from hubbub.protocol.objects import Level, Role
from tests.contract.subscriber import Event, Subscriber
from tests.contract.test_contract import plain
from tests.faults.received import Received, not_allowed
from tests.faults.site_process import truth
from tests.faults.state_check import differences, wrong_presence
from tests.faults.whole_state import WholeState
from tests.people import Published, says

Change = Callable[["Town"], object]


class Town:
    """Bob's client has loaded everything; `hears` are the events of some changes."""

    def __init__(self, alice: Member, bob: Member, kitchen: Room, published: Published) -> None:
        self.alice, self.bob, self.kitchen, self._published = alice, bob, kitchen, published
        self.fresh = plain(queries.snapshot(bob))
        self.timelines = [plain(queries.timeline(room)) for room in bob.rooms()]

    def hears(self, *changes: Change) -> list[Event]:
        subscriber = Subscriber(self.bob, queries.snapshot(self.bob))
        self._published.forget()
        for change in changes:
            change(self)
        for batch in self._published.batches:
            subscriber.receive(batch)
        return subscriber.received

    def found(self, client: type[WholeState], events: list[Event]) -> list[str]:
        """The differences of a client that has heard these events."""
        state = client(copy.deepcopy(self.fresh))
        for timeline in self.timelines:
            state.load(copy.deepcopy(timeline))
        for event in events:
            state.apply(event)
        rooms = {int(pk): room for pk, room in truth([room.pk for room in Room.objects.all()]).items()}
        fresh = plain(queries.snapshot(Member.objects.get(pk=self.bob.pk)))
        return differences(state, fresh, rooms)


@pytest.fixture
def town(alice: Member, bob: Member, square: Room, kitchen: Room, desk: Room, published: Published) -> Town:
    says(alice, kitchen, "hello")
    says(bob, kitchen, "hi")
    return Town(alice, bob, kitchen, published)


def renames(name: str) -> Change:
    return lambda town: actions.rename_room(by=town.alice, room=town.kitchen, name=name)


def sets(level: Level) -> Change:
    def change(town: Town) -> Any:
        place = town.bob.memberships.select_related("room").get(room=town.kitchen)
        return actions.set_level(membership=place, level=level)

    return change


def is_called(name: str) -> Change:
    return lambda town: actions.update_profile(member=town.alice, name=name)


def workspace_is_called(name: str) -> Change:
    return lambda town: actions.name_workspace(name=name)


def becomes(role: Role) -> Change:
    return lambda town: actions.change_role(by=town.alice, member=town.bob, role=role)


def talks(town: Town) -> None:
    says(town.alice, town.kitchen, "news")


def removes_bob(town: Town) -> None:
    actions.remove_member(by=town.alice, room=town.kitchen, member=town.bob)


def brings_bob_back(town: Town) -> None:
    actions.invite_members(by=town.alice, room=town.kitchen, members=[town.bob])


@pytest.mark.parametrize(
    ("kind", "change", "wrong"),
    [
        ("room", renames("café"), ".name"),
        ("membership", sets(Level.NOTHING), ".level"),
        ("member", is_called("Alicia"), "members."),
        ("workspace", workspace_is_called("Elsewhere"), "workspace.name"),
        ("permissions", becomes(Role.GUEST), "workspace.open_rooms"),
        ("message", talks, "messages."),
        ("left", removes_bob, "memberships."),
    ],
)
def test_a_client_that_skips_an_event(town: Town, kind: str, change: Change, wrong: str) -> None:
    heard = town.hears(change)
    assert town.found(WholeState, heard) == []
    found = town.found(WholeState, [event for event in heard if event["type"] != kind])
    assert any(wrong in line for line in found), found


class Gullible(WholeState):
    """It takes everything, however late it comes."""

    def apply(self, event: Event) -> None:
        self.version, self.newest = 0, {}
        self.members.pop(event.get("member", {}).get("id"), None)
        self.described = dict.fromkeys(self.described, 0)
        self.workspace = self.workspace | {"version": 0}
        super().apply(event)


@pytest.mark.parametrize(
    ("kind", "changes", "wrong"),
    [
        ("room", [renames("café"), renames("tea room")], ".name"),
        ("membership", [sets(Level.NOTHING), sets(Level.ALL)], ".level"),
        ("membership", [removes_bob, brings_bob_back, removes_bob], "memberships."),
        ("left", [removes_bob, brings_bob_back], "memberships."),
        ("member", [is_called("Alicia"), is_called("Alison")], "members."),
        ("workspace", [workspace_is_called("Elsewhere"), workspace_is_called("Here")], "workspace.name"),
        ("permissions", [becomes(Role.GUEST), becomes(Role.MEMBER)], "workspace.open_rooms"),
    ],
)
def test_a_client_that_applies_late_events(town: Town, kind: str, changes: list[Change], wrong: str) -> None:
    heard = town.hears(*changes)
    late = [*heard, next(event for event in heard if event["type"] == kind)]
    assert all(line.startswith("messages.") for line in town.found(WholeState, late)), (
        "those are paged on return"
    )
    found = town.found(Gullible, late)
    assert any(wrong in line for line in found), found


def test_events_after_a_removal_or_before_a_rejoin(town: Town) -> None:
    begun = time.time()
    removes_bob(town)
    talks(town)
    between = time.time()
    brings_bob_back(town)
    after = time.time()
    rooms = {town.kitchen.pk: truth([town.kitchen.pk])[str(town.kitchen.pk)] | {"participants": []}}
    removed = next(
        message["seq"]
        for message in rooms[town.kitchen.pk]["messages"]
        if message.get("system", {}).get("kind") == "removed"
    )

    def blamed(at: float, seq: int) -> bool:
        return bool(not_allowed([Received(at, town.kitchen.pk, seq, "message")], town.bob.pk, rooms))

    assert not blamed(begun, removed - 1)
    assert not blamed(between, removed)
    assert blamed(between, removed + 1)
    assert not blamed(after, removed + 1)
    assert not_allowed([Received(after, town.kitchen.pk, 1, "room")], town.bob.pk + 1000, rooms)


def test_a_client_that_shows_somebody_as_gone(town: Town) -> None:
    state = WholeState(town.fresh)
    state.presence = {town.bob.pk: "active"}
    everybody = {town.alice.pk, town.bob.pk}
    assert not wrong_presence(state, town.fresh, {town.bob.pk: "active"}, everybody)
    assert wrong_presence(state, town.fresh, dict.fromkeys(everybody, "active"), everybody)
    assert wrong_presence(state, town.fresh, {}, everybody)
