"""People do anything in any order, alone or in one transaction: numbers, seqs and counters stay right."""

from __future__ import annotations

import sys
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from hubbub import publish
from hubbub.dispatch import Job
from hubbub.models import Member, Message, Room
from hubbub.protocol.ids import make_message_id
from hubbub.protocol.objects import Role
from tests.actions.invariants import check_owner, check_published, check_rooms
from tests.people import Published, job, pretend_commit, somebody, together

people = st.integers(0, 3)
places = st.integers(0, 4)
some = st.integers(0, 9)


class Life(RuleBasedStateMachine):
    """Rules only collect commands; `commit` runs all collected ones in one transaction."""

    went_wrong: ClassVar[list[BaseException]] = []
    """The failure itself: Hypothesis reports only that a failure is not reproducible."""

    def __init__(self) -> None:
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()
        self.published = Published()
        pretend_commit()
        publish.set_outlet(self.published.hear)
        roles = {"alice": Role.OWNER, "bob": Role.MEMBER, "carol": Role.GUEST, "dave": Role.ADMIN}
        self.people = [somebody(name, role) for name, role in roles.items()]
        self.rooms: list[int] = [1]
        self.messages: list[UUID] = [make_message_id()]
        self.waiting: list[Job] = []
        self.placed: dict[tuple[int, int], list[int]] = {}
        self.note(0, "room.create", name="square")
        self.note(1, "room.create", name="kitchen", private=True)
        self.commit()

    def note(self, person: int, kind: str, **fields: Any) -> None:
        self.waiting.append(job(self.people[person], kind, **fields))

    def room(self, place: int) -> int:
        return self.rooms[place % len(self.rooms)]

    def message(self, place: int) -> UUID:
        return self.messages[place % len(self.messages)]

    @rule(person=people, place=places)
    def post(self, person: int, place: int) -> None:
        self.messages.append(make_message_id())
        self.note(person, "message.send", room=self.room(place), message=self.messages[-1], text="hi")

    @rule(person=people, place=places, which=some)
    def post_again(self, person: int, place: int, which: int) -> None:
        self.note(person, "message.send", room=self.room(place), message=self.message(which), text="hi")

    @rule(person=people, which=some, base=st.integers(0, 12))
    def edit(self, person: int, which: int, base: int) -> None:
        known = Message.objects.filter(pk=self.message(which)).values_list("seq", flat=True).first()
        seq = base if known is None or base > 6 else known
        self.note(person, "message.edit", message=self.message(which), text=f"edit {base}", seq=seq)

    @rule(person=people, which=some)
    def delete(self, person: int, which: int) -> None:
        self.note(person, "message.delete", message=self.message(which))

    @rule(person=people, others=st.lists(people, min_size=1, max_size=3))
    def open_direct(self, person: int, others: list[int]) -> None:
        self.note(person, "room.direct", members=[self.people[other].pk for other in others])

    @rule(person=people, place=places)
    def join(self, person: int, place: int) -> None:
        self.note(person, "room.join", room=self.room(place))

    @rule(person=people, place=places)
    def leave(self, person: int, place: int) -> None:
        self.note(person, "room.leave", room=self.room(place))

    @rule(person=people, place=places, others=st.lists(people, min_size=1, max_size=3))
    def invite(self, person: int, place: int, others: list[int]) -> None:
        members = [self.people[other].pk for other in others]
        self.note(person, "room.invite", room=self.room(place), members=members)

    @rule(person=people, place=places, other=people)
    def remove(self, person: int, place: int, other: int) -> None:
        self.note(person, "room.remove", room=self.room(place), member=self.people[other].pk)

    @rule(person=people, place=places, name=st.sampled_from(["square", "kitchen", "café"]))
    def rename(self, person: int, place: int, name: str) -> None:
        self.note(person, "room.rename", room=self.room(place), name=name)

    @rule(person=people, place=places, archived=st.booleans())
    def archive(self, person: int, place: int, archived: bool) -> None:
        self.note(person, "room.archive", room=self.room(place), archived=archived)

    @rule(person=people, place=places, number=some, back=st.booleans())
    def read(self, person: int, place: int, number: int, back: bool) -> None:
        kind = "room.unread" if back else "room.read"
        self.note(person, kind, room=self.room(place), number=number + back)

    @rule()
    def commit(self) -> None:
        for done in together(*self.waiting):
            if done.refusal is None:
                self.remember(done)
            else:
                assert done.refusal.code in {"invalid", "forbidden", "not_found", "conflict"}
        self.waiting = []
        self.rooms = list(Room.objects.order_by("pk").values_list("pk", flat=True))

    def remember(self, done: Job) -> None:
        answer: Any = done.answer
        if done.command.type == "message.send" and not answer.dup:  # type: ignore[attr-defined]
            placed = self.placed.setdefault((done.member.pk, answer.message.room), [])
            placed.append(answer.message.number)
            assert placed == sorted(placed), "somebody's messages changed places (I5)"

    @invariant()
    def everything_is_right(self) -> None:
        if not self.waiting:
            check_rooms()
            check_published(self.published.frames)
            check_owner()

    def teardown(self) -> None:
        if (error := sys.exc_info()[1]) is not None:
            self.went_wrong.append(error)
        try:
            self.commit()
            self.everything_is_right()
        finally:
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)


@pytest.mark.usefixtures("no_first_room", "published")
def test_whatever_people_do_the_counters_are_right() -> None:
    Life.went_wrong.clear()
    try:
        live()
    except Flaky as flaky:
        raise (Life.went_wrong or [flaky])[0] from flaky


def live() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Life,
        settings=settings(
            max_examples=25,
            # Shrinking a history of forty steps takes minutes, and the full history is good enough.
            phases=[Phase.generate],
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


def test_the_checks_find_each_violation(alice: Member, kitchen: Room) -> None:
    """A check that nothing can fail proves nothing."""
    check_rooms()
    for field in ("seq", "last_number", "posts", "member_count"):
        right = getattr(kitchen, field)
        Room.objects.filter(pk=kitchen.pk).update(**{field: right + 1})
        with pytest.raises(AssertionError):
            check_rooms()
        Room.objects.filter(pk=kitchen.pk).update(**{field: right})
    place = kitchen.memberships.get(member=alice)
    for field, wrong in {"read_posts": 5, "read_number": 99, "role": "member"}.items():
        right = getattr(place, field)
        kitchen.memberships.filter(pk=place.pk).update(**{field: wrong})
        with pytest.raises(AssertionError):
            check_rooms()
        kitchen.memberships.filter(pk=place.pk).update(**{field: right})
    check_rooms()
