"""Posting many messages at once: each succeeds or fails for itself."""

from __future__ import annotations

from hubbub import actions
from hubbub.actions import Post
from hubbub.errors import Conflict, Forbidden, NotFound
from hubbub.models import Member, Room
from hubbub.protocol.ids import make_message_id
from tests.people import Published


def post(author: Member, room: Room, text: str) -> Post:
    return Post(author=author, room=room.pk, id=make_message_id(), text=text)


def test_it_works(alice: Member, bob: Member, kitchen: Room, square: Room, published: Published) -> None:
    postings = actions.send_messages(
        [post(alice, kitchen, "a"), post(bob, square, "b"), post(bob, kitchen, "c")]
    )

    assert [(p.message.room_id, p.message.number) for p in postings] == [
        (kitchen.pk, 4),
        (square.pk, 4),
        (kitchen.pk, 5),
    ]
    (batch,) = published.batches
    assert [(f.room, f.seq) for f in batch.frames] == sorted(
        [(kitchen.pk, 4), (kitchen.pk, 5), (square.pk, 4)]
    )


def test_no_posts_are_no_work(published: Published, db: None) -> None:
    assert actions.send_messages([]) == []
    assert published.batches == []


def test_a_refused_one_harms_no_other(
    alice: Member, bob: Member, dave: Member, kitchen: Room, square: Room
) -> None:
    taken = post(alice, kitchen, "taken")
    postings = actions.send_messages(
        [
            taken,
            post(dave, kitchen, "who is Dave?"),
            Post(author=bob, room=kitchen.pk, id=taken.id, text="mine now"),
            post(dave, square, "not joined"),
            post(bob, kitchen, "fine"),
        ]
    )

    kinds = [type(p.refusal) if p.refusal else None for p in postings]
    assert kinds == [None, NotFound, Conflict, Forbidden, None]
    assert [m.text for m in kitchen.messages.filter(system__isnull=True).order_by("number")] == [
        "taken",
        "fine",
    ]


def test_the_same_message_twice_among_them_is_one(bob: Member, kitchen: Room) -> None:
    twice = post(bob, kitchen, "once")
    first, second = actions.send_messages([twice, twice])
    assert (first.dup, second.dup) == (False, True)
    assert first.message.number == second.message.number == 4
    assert kitchen.messages.filter(text="once").count() == 1
