"""What each database reads in its own way: order, signs that mean something in a pattern, names in any script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hubbub import actions
from hubbub.models import Member, Room
from hubbub.protocol.objects import PresenceState, Role
from hubbub.queries import presence
from tests.actions.arena import Arena
from tests.people import asks, somebody


@pytest.fixture(autouse=True)
def nobody_is_connected_afterwards() -> Iterator[None]:
    yield
    presence.set_source(None)


@pytest.fixture
def room(arena: Arena) -> Room:
    """Zoe, who came first, and Adam and Mia, whom she brought in."""

    def make() -> Room:
        zoe, mia, adam = somebody("zoe", Role.OWNER), somebody("mia"), somebody("adam")
        room = actions.create_room(by=zoe, name="square")
        return actions.invite_members(by=zoe, room=room, members=[mia, adam])

    return arena.run(make)


def names(room: Room) -> list[str]:
    zoe = Member.objects.get(handle="zoe")
    return [member.name for member in asks(zoe, "room.roster", room=room.pk).members]


def test_a_roster_is_in_order_whether_or_not_anybody_is_connected(arena: Arena, room: Room) -> None:
    assert arena.run(lambda: names(room)) == ["Adam", "Mia", "Zoe"]
    mia = arena.run(lambda: Member.objects.get(handle="mia").pk)
    presence.set_source(lambda: {mia: PresenceState.ACTIVE})
    assert arena.run(lambda: names(room)) == ["Mia", "Adam", "Zoe"]


@pytest.mark.parametrize("sign", ["%", "_", "\\", "'", '"', "*", "["])
def test_a_sign_in_a_search_is_that_sign(sign: str, arena: Arena, room: Room) -> None:
    def search() -> tuple[int, int, list[str]]:
        zoe = Member.objects.get(handle="zoe")
        asks(zoe, "room.create", name=f"a{sign}b")
        found = [room.name for room in asks(zoe, "room.directory", query=f"a{sign}").rooms]
        rooms = asks(zoe, "room.directory", query=f"q{sign}r").rooms
        return len(rooms), len(asks(zoe, "member.directory", query=sign).members), found

    assert arena.run(search) == (0, 0, [f"a{sign}b"])


def test_pages_of_rooms_meet_in_any_script(arena: Arena, room: Room) -> None:
    def pages() -> tuple[list[str], list[str]]:
        zoe = Member.objects.get(handle="zoe")
        for name in ("Ärger", "apfel", "Zoo", "éclair", "日本", "#1", "комната", "Öl", "über"):
            asks(zoe, "room.create", name=name)

        def ask(after: str, limit: int) -> list[str]:
            page = asks(zoe, "room.directory", after=after, limit=limit)
            return [room.name for room in page.rooms]

        walked: list[str] = []
        while page := ask(walked[-1] if walked else "", 3):
            walked += page
        return walked, ask("", 100)

    walked, whole = arena.run(pages)
    assert walked == whole
    assert len(whole) == 10
