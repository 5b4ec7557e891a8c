"""The checker: clients have what the database has (contract I1 to I4, I6)."""

from __future__ import annotations

from tests.serving import Shell
from tests.sockets import Online


def assert_all_see_the_truth(shell: Shell, room: int, *people: Online) -> None:
    """Everybody is at the room's head, without gaps, and has exactly what is stored."""
    states = shell.ask("states(pk)", pk=room)
    head = shell.ask("room(pk).seq", pk=room)
    numbers = sorted(state["number"] for state in states)
    assert numbers == list(range(1, len(states) + 1)), "numbers have no holes"
    assert len({state["seq"] for state in states}) == len(states), "no two states share a seq"
    assert max(state["seq"] for state in states) == head
    for person in people:
        person.catches_up_to(room, head)
        view = person.view(room)
        assert view.seq == head
        stored = {state["id"]: state for state in states if state["seq"] > view.start}
        known = {id: state for id, state in view.messages.items() if state["seq"] > view.start}
        assert known == stored, f"{person.person.name} sees something else"
        assert_in_order(person, room)


def assert_in_order(person: Online, room: int) -> None:
    """Events of a room came in the order of their seqs (G4)."""
    seqs = [e["seq"] for e in person.events if e["type"] == "message" and e["room"] == room]
    assert seqs == sorted(seqs)
