"""Pages of a room's messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub import actions, queries
from hubbub.models import Member, Message, Room
from hubbub.protocol import limits
from hubbub.protocol.ids import make_message_id
from hubbub.protocol.replies import Timeline
from tests.people import asks, counted, refused, says


@pytest.fixture
def ten(alice: Member, bob: Member) -> Room:
    """A direct room with the messages 1 … 10: no system lines there."""
    room = actions.open_direct(by=alice, members=[bob])
    for n in range(1, 11):
        says(alice if n % 2 else bob, room, f"m{n}")
    room.refresh_from_db()
    return room


def page(found: Timeline) -> tuple[list[int], bool, bool]:
    """Its numbers, and whether there are more before and after it."""
    return [message.number for message in found.messages], found.before, found.after


def test_the_newest_come_oldest_first(ten: Room) -> None:
    assert page(queries.timeline(ten, limit=4)) == ([7, 8, 9, 10], True, False)


def test_it_has_the_head_at_which_it_was_read(ten: Room) -> None:
    assert (queries.timeline(ten).room, queries.timeline(ten).seq) == (ten.pk, 10)


def test_a_page_that_holds_all(ten: Room) -> None:
    assert page(queries.timeline(ten, limit=50)) == (list(range(1, 11)), False, False)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (11, ([8, 9, 10], True, False)),
        (10, ([7, 8, 9], True, True)),
        (5, ([2, 3, 4], True, True)),
        (4, ([1, 2, 3], False, True)),
        (2, ([1], False, True)),
        (1, ([], False, True)),
        (0, ([], False, True)),
        (99, ([8, 9, 10], True, False)),
    ],
)
def test_before_a_number(before: int, expected: object, ten: Room) -> None:
    assert page(queries.timeline(ten, before=before, limit=3)) == expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (0, ([1, 2, 3], False, True)),
        (6, ([7, 8, 9], True, True)),
        (7, ([8, 9, 10], True, False)),
        (9, ([10], True, False)),
        (10, ([], True, False)),
        (99, ([], True, False)),
    ],
)
def test_after_a_number(after: int, expected: object, ten: Room) -> None:
    assert page(queries.timeline(ten, after=after, limit=3)) == expected


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        (5, ([3, 4, 5, 6], True, True)),
        (1, ([1, 2, 3, 4], False, True)),
        (2, ([1, 2, 3, 4], False, True)),
        (9, ([7, 8, 9, 10], True, False)),
        (10, ([7, 8, 9, 10], True, False)),
        (11, ([7, 8, 9, 10], True, False)),
        (2**53, ([7, 8, 9, 10], True, False)),
        (0, ([1, 2, 3, 4], False, True)),
    ],
)
def test_around_a_number(around: int, expected: object, ten: Room) -> None:
    assert page(queries.timeline(ten, around=around, limit=4)) == expected


@pytest.mark.parametrize(("around", "number"), [(5, 5), (1, 1), (10, 10), (99, 10), (0, 1)])
def test_around_a_number_with_room_for_one(around: int, number: int, ten: Room) -> None:
    assert [m.number for m in queries.timeline(ten, around=around, limit=1).messages] == [number]


@pytest.mark.parametrize("anchor", [{}, {"before": 5}, {"after": 0}, {"around": 1}])
def test_a_room_without_messages(anchor: dict[str, int], desk: Room) -> None:
    assert page(queries.timeline(desk, **anchor)) == ([], False, False)


def test_messages_below_the_floor_are_not_returned(ten: Room) -> None:
    """Retention has removed 1 … 6 for good."""
    Message.objects.filter(room=ten, number__lte=6).delete()
    Room.objects.filter(pk=ten.pk).update(floor=6)
    assert page(queries.timeline(ten, limit=50)) == ([7, 8, 9, 10], False, False)
    assert page(queries.timeline(ten, before=9, limit=2)) == ([7, 8], False, True)
    assert page(queries.timeline(ten, before=7, limit=2)) == ([], False, True)
    assert page(queries.timeline(ten, around=2, limit=3)) == ([7, 8, 9], False, True)
    assert page(queries.timeline(ten, after=0, limit=3)) == ([7, 8, 9], False, True)


def test_a_room_whose_messages_are_all_below_the_floor(ten: Room) -> None:
    Message.objects.filter(room=ten).delete()
    Room.objects.filter(pk=ten.pk).update(floor=10)
    for anchor in ({}, {"before": 5}, {"after": 5}, {"around": 5}):
        assert queries.timeline(ten, **anchor).messages == []
        assert not queries.timeline(ten, **anchor).before


def test_a_deleted_message_keeps_its_number(alice: Member, ten: Room) -> None:
    actions.delete_message(by=alice, message=ten.messages.get(number=5))
    found = queries.timeline(ten, around=5, limit=3)
    assert [(m.number, m.text, m.deleted) for m in found.messages] == [
        (4, "m4", None),
        (5, "", True),
        (6, "m6", None),
    ]
    assert found.seq == 11


def test_walking_back_sees_each_message_once(ten: Room) -> None:
    seen: list[int] = []
    found = queries.timeline(ten, limit=3)
    while True:
        seen = [m.number for m in found.messages] + seen
        if not found.before:
            break
        found = queries.timeline(ten, before=found.messages[0].number, limit=3)
    assert seen == list(range(1, 11))


def test_walking_on_sees_each_message_once(ten: Room) -> None:
    seen: list[int] = []
    found = queries.timeline(ten, after=0, limit=3)
    while True:
        seen += [m.number for m in found.messages]
        if not found.after:
            break
        found = queries.timeline(ten, after=found.messages[-1].number, limit=3)
    assert seen == list(range(1, 11))


@pytest.mark.django_db
class TestWhateverIsAsked:
    """One room for all examples: pages are only read."""

    @given(
        anchor=st.sampled_from(["before", "after", "around", None]),
        number=st.integers(0, 14),
        limit=st.integers(1, 12),
    )
    def test_pages_are_complete_and_report_older_and_newer_messages(
        self, anchor: str | None, number: int, limit: int
    ) -> None:
        room = room_of_ten()
        found = queries.timeline(room, **({anchor: number} if anchor else {}), limit=limit)
        numbers, before, after = page(found)
        assert len(numbers) <= limit
        if numbers:
            assert numbers == list(range(numbers[0], numbers[-1] + 1))
            assert (before, after) == (numbers[0] > 1, numbers[-1] < 10)
        if anchor in (None, "around"):
            assert len(numbers) == min(limit, 10)
        if anchor == "around" and 1 <= number <= 10:
            assert number in numbers


def room_of_ten() -> Room:
    room = Room.objects.filter(name="ten").first()
    if room is None:
        eve = Member.objects.create(handle="eve", name="Eve")
        room = actions.create_room(by=eve, name="ten")
        for n in range(2, 11):
            says(eve, room, f"m{n}")
    return room


def test_it_costs_the_same_wherever_one_looks(alice: Member, ten: Room) -> None:
    asked = []
    for anchor in ({}, {"before": 5}, {"after": 5}):
        with counted() as sql:
            queries.timeline(ten, **anchor, limit=2)
        asked.append(len(sql))
        assert not any("OFFSET" in query for query in sql)
    assert asked == [2, 2, 2]


@pytest.mark.parametrize(
    "fields",
    [
        {"before": 1, "after": 1},
        {"around": 1, "before": 1},
        {"limit": 0},
        {"limit": limits.TIMELINE_PAGE + 1},
    ],
)
def test_invalid_anchors_are_refused(fields: dict[str, int], alice: Member, ten: Room) -> None:
    with refused("invalid"):
        asks(alice, "timeline", room=ten.pk, **fields)


def test_it_has_no_messages_of_other_rooms(alice: Member, ten: Room, kitchen: Room) -> None:
    actions.send_message(author=alice, room=kitchen, text="elsewhere", id=make_message_id())
    assert {m.room for m in queries.timeline(ten, limit=100).messages} == {ten.pk}
