"""The checker itself (tests.faults.history): honest books pass, and each planted violation is found and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from hubbub.protocol.ids import make_message_id
from tests.faults.history import Broken, Said, Truth, View, check

ROOM, ALICE, BOB, DAVE = 1, 11, 12, 14
TEXTS = ["one", "two", "three", "four"]


@dataclass
class Books:
    """What Alice said, what Alice, Bob and Dave saw of it, and what the database has. Dave was removed at seq 3."""

    said: list[Said]
    views: dict[str, dict[int, View]]
    truth: dict[int, Truth]

    def check(self) -> dict[str, int]:
        return check(self.said, self.views, self.truth, {"Alice": ALICE, "Bob": BOB, "Dave": DAVE})

    @property
    def stored(self) -> list[dict[str, Any]]:
        return self.truth[ROOM].messages

    def view(self, name: str) -> View:
        return self.views[name][ROOM]

    def message(self, text: str) -> dict[str, Any]:
        return next(message for message in self.stored if message["text"] == text)


@pytest.fixture
def books() -> Books:
    """In order: "one", "two", Dave is removed, "three", "four"."""
    said = [Said(make_message_id(), ROOM, ALICE, text, 0.0, "acked", number=0) for text in TEXTS]
    posts = [_stored(message.id, message.text) for message in said]
    removal = _stored(make_message_id(), "") | {"system": {"kind": "removed", "member": DAVE}}
    messages = [*posts[:2], removal, *posts[2:]]
    for place, stored in enumerate(messages, 1):
        stored |= {"number": place, "seq": place, "created_at": f"2026-01-01T00:00:0{place}Z"}
    for message, post in zip(said, posts, strict=True):
        message.number = post["number"]
    truth = Truth(seq=5, last_number=5, posts=4, messages=messages, read={str(BOB): (4, 3)})
    views = {name: {ROOM: _view(messages)} for name in ("Alice", "Bob")}
    views["Dave"] = {ROOM: _view(messages[:3])}
    views["Dave"][ROOM].left_at = 3
    return Books(said, views, {ROOM: truth})


def _stored(pk: UUID, text: str) -> dict[str, Any]:
    return {"id": str(pk), "room": ROOM, "author": ALICE, "text": text}


def _view(messages: list[dict[str, Any]]) -> View:
    view = View(start=0, seq=messages[-1]["seq"])
    for message in messages:
        _hears(view, message)
    return view


def _hears(view: View, message: dict[str, Any]) -> None:
    view.states[UUID(message["id"])] = dict(message)
    view.seen[message["seq"]] = json.dumps(message, sort_keys=True).encode()


def _forgets(view: View, message: dict[str, Any]) -> None:
    del view.states[UUID(message["id"])], view.seen[message["seq"]]


def test_correct_records_pass(books: Books) -> None:
    figures = books.check()
    assert (figures["said"], figures["acked"], figures["lost"], figures["doubled"]) == (4, 4, 0, 0)


def test_an_edited_message_may_differ_from_its_first_text(books: Books) -> None:
    edited = books.message("four")
    edited |= {"text": "FOUR", "edited_at": "2026-01-01T00:00:09Z"}
    for name in ("Alice", "Bob"):
        _hears(books.view(name), edited)
    books.check()


def test_a_message_without_an_outcome_may_be_stored_or_not(books: Books) -> None:
    books.said[-1].outcome = "unknown"
    books.said.append(Said(make_message_id(), ROOM, ALICE, "five", 0.0))
    books.check()


def test_events_from_before_the_end_may_arrive_after_it(books: Books) -> None:
    """Dave hears by a resume that he has left, and after it the message that says so."""
    books.view("Dave").left_at = 2
    books.check()


# ── what is planted ──


def lost(books: Books) -> None:
    """Acknowledged, and gone from the database."""
    books.stored.remove(books.message("four"))


def refused_and_stored(books: Books) -> None:
    books.said[-1].outcome = "failed"


def moved(books: Books) -> None:
    """Acknowledged under another number than it has."""
    books.said[-1].number = 4


def another_text(books: Books) -> None:
    """The database has a text that nobody said, and all views agree with it."""
    for view in (books.view("Alice"), books.view("Bob")):
        _hears(view, books.message("four") | {"text": "fourty"})
    books.message("four")["text"] = "fourty"


def sent_again_under_another_id(books: Books) -> None:
    twin = books.message("four") | {"id": str(make_message_id()), "number": 6, "seq": 6}
    books.stored.append(twin)


def stored_twice(books: Books) -> None:
    books.stored.append(dict(books.message("four")))


def unheard(books: Books) -> None:
    """Bob stands at the head, and has not heard a message."""
    _forgets(books.view("Bob"), books.message("two"))


def unheard_at_the_end(books: Books) -> None:
    """Bob does not stand at the head."""
    books.view("Bob").seq = 4


def another_state(books: Books) -> None:
    """Bob shows another text than the database has."""
    books.view("Bob").states[UUID(books.message("two")["id"])]["text"] = "twoo"


def invented(books: Books) -> None:
    """Bob heard of a message whose transaction was rolled back."""
    phantom = _stored(make_message_id(), "never") | {"number": 5, "seq": 5}
    books.view("Bob").states[UUID(phantom["id"])] = phantom


def other_bytes(books: Books) -> None:
    """Bob was told otherwise of what Alice was told, and corrected later."""
    books.view("Bob").seen[2] = b'{"text":"twoo"}'


def out_of_order(books: Books) -> None:
    """Alice said "one" before "two", and it has the higher number."""
    books.said[0].number, books.said[1].number = books.said[1].number, books.said[0].number


def hole_in_the_numbers(books: Books) -> None:
    books.message("four")["number"] = 6


def same_seq_twice(books: Books) -> None:
    books.message("three")["seq"] = 5


def head_ahead(books: Books) -> None:
    """The room's counter is ahead of its messages."""
    books.truth[ROOM].seq = 6


def posts_miscounted(books: Books) -> None:
    books.truth[ROOM].posts = 5


def time_falls(books: Books) -> None:
    books.message("three")["created_at"] = "2025-12-31T23:59:59Z"


def heard_after_leaving(books: Books) -> None:
    """Dave has noticed that he was removed, and still hears."""
    _hears(books.view("Dave"), books.message("three"))


def noticed_the_removal_late(books: Books) -> None:
    """Dave has heard two messages after his removal before he noticed it."""
    for text in ("three", "four"):
        _hears(books.view("Dave"), books.message(text))
    books.view("Dave").left_at = 5


def heard_after_a_login_ended(books: Books) -> None:
    """Bob still belongs to the room; his login was revoked at seq 4, and he heard one message more."""
    books.view("Bob").left_at = 4


def unread_miscounted(books: Books) -> None:
    """Bob has read up to number 4, which are three posts."""
    books.truth[ROOM].read[str(BOB)] = (4, 4)


PLANTED: list[tuple[Callable[[Books], None], str]] = [
    (lost, "I1"),
    (refused_and_stored, "I1"),
    (moved, "I1"),
    (another_text, "I1"),
    (stored_twice, "I1"),
    (sent_again_under_another_id, "I2"),
    (unheard, "I3"),
    (unheard_at_the_end, "I3"),
    (another_state, "I3"),
    (invented, "I3"),
    (other_bytes, "I4"),
    (out_of_order, "I5"),
    (hole_in_the_numbers, "I6"),
    (same_seq_twice, "I6"),
    (head_ahead, "I6"),
    (posts_miscounted, "I6"),
    (time_falls, "I6"),
    (heard_after_leaving, "I7"),
    (noticed_the_removal_late, "I7"),
    (heard_after_a_login_ended, "I7"),
    (unread_miscounted, "I8"),
]


@pytest.mark.parametrize(("plant", "invariant"), PLANTED, ids=[plant.__name__ for plant, _ in PLANTED])
def test_a_planted_violation_is_found_and_named(
    books: Books, plant: Callable[[Books], None], invariant: str
) -> None:
    plant(books)
    with pytest.raises(Broken, match=rf"(?m)^{invariant}: "):
        books.check()


def test_many_violations_are_counted_and_the_first_are_reported(books: Books) -> None:
    books.stored.clear()
    books.said += [
        Said(make_message_id(), ROOM, ALICE, f"more {n}", 0.0, "acked", number=9 + n) for n in range(30)
    ]
    with pytest.raises(Broken, match=r"… \d+ in all"):
        books.check()
