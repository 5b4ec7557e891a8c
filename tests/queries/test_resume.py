"""Catching up after any absence."""

from __future__ import annotations

import pytest

from hubbub import actions, queries
from hubbub.message_states import state_of
from hubbub.models import Member, Membership, Message, Room, Workspace
from hubbub.protocol import limits
from hubbub.protocol.ids import make_message_id
from hubbub.protocol.objects import Changes
from hubbub.protocol.replies import Resumed
from tests.people import asks, refused, says


def resume(member: Member, **rooms: int) -> Resumed:
    return queries.resume(member, epoch=epoch(), seqs={int(room[1:]): seq for room, seq in rooms.items()})


def since(member: Member, room: Room, seq: int) -> Changes:
    """What one room has missed."""
    (changes,) = queries.resume(member, epoch=epoch(), seqs={room.pk: seq}).changes
    return changes


def epoch() -> str:
    return Workspace.objects.with_history().history


def head(room: Room) -> int:
    room.refresh_from_db()
    return room.seq


def test_a_client_that_missed_nothing_gets_no_changes(bob: Member, kitchen: Room) -> None:
    assert since(bob, kitchen, head(kitchen)) == Changes(room=kitchen.pk, seq=head(kitchen))


def test_it_has_new_messages_in_order(alice: Member, bob: Member, kitchen: Room) -> None:
    start = head(kitchen)
    told = [state_of(says(alice, kitchen, f"m{n}")) for n in range(3)]
    assert since(bob, kitchen, start) == Changes(room=kitchen.pk, seq=start + 3, messages=told)


def test_changed_and_deleted_messages_have_their_last_state_in_order_of_change(
    alice: Member, bob: Member, kitchen: Room
) -> None:
    first, second, third = (says(bob, kitchen, text) for text in ("one", "two", "three"))
    start = head(kitchen)
    actions.edit_message(by=bob, message=third, text="3")
    deleted = state_of(actions.delete_message(by=bob, message=first))
    edited = state_of(actions.edit_message(by=bob, message=third, text="drei"))
    new = state_of(says(alice, kitchen, "four"))

    found = since(bob, kitchen, start)
    assert found.messages == [deleted, edited, new]
    assert [m.seq for m in found.messages] == sorted(m.seq for m in found.messages)
    assert second.pk not in {m.id for m in found.messages}


def test_bobs_rooms_and_memberships_are_complete(alice: Member, bob: Member, kitchen: Room) -> None:
    resumed, fresh = resume(bob), queries.snapshot(bob)
    assert resumed.model_dump(exclude={"changes", "reset"}) == fresh.model_dump()
    assert (resumed.changes, resumed.reset) == ([], None)


def test_a_room_that_is_not_his_is_left_out_as_if_it_did_not_exist(
    bob: Member, dave: Member, square: Room, kitchen: Room
) -> None:
    found = queries.resume(dave, epoch=epoch(), seqs={square.pk: 0, kitchen.pk: 0, 10**6: 0})
    assert found.changes == []
    assert found.reset is None


def test_a_room_that_bob_has_left_is_left_out(alice: Member, bob: Member, kitchen: Room) -> None:
    start = head(kitchen)
    says(alice, kitchen, "still for Bob")
    actions.remove_member(by=alice, room=kitchen, member=bob)
    says(alice, kitchen, "about Bob")
    found = queries.resume(bob, epoch=epoch(), seqs={kitchen.pk: start})
    assert found.changes == []
    assert "about Bob" not in found.model_dump_json()


def test_a_membership_that_ends_between_two_reads_returns_no_messages(
    alice: Member, bob: Member, kitchen: Room
) -> None:
    """The sidebar was read while Bob was still in; the messages are read with his membership again (attack row 26)."""
    start = head(kitchen)
    says(alice, kitchen, "secret")
    Membership.objects.filter(room=kitchen, member=bob).delete()
    assert queries.changes_since(kitchen.pk, start, head(kitchen), listener=bob).messages == []


@pytest.mark.parametrize(
    ("many", "reset"), [(limits.RESUME_MESSAGES, None), (limits.RESUME_MESSAGES + 1, True)]
)
def test_too_many_changes_are_a_reset_and_never_a_part(
    many: int, reset: bool | None, alice: Member, bob: Member, kitchen: Room
) -> None:
    start = head(kitchen)
    posts = [actions.Post(alice, kitchen.pk, make_message_id(), "x") for _ in range(many)]
    actions.send_messages(posts)
    found = since(bob, kitchen, start)
    assert (found.seq, found.reset) == (start + many, reset)
    assert len(found.messages) == (0 if reset else many)


def test_too_many_bytes_are_a_reset(alice: Member, bob: Member, kitchen: Room) -> None:
    start = head(kitchen)
    text = "€" * (limits.MESSAGE_BYTES // 3)
    fit = limits.RESUME_BYTES // (len(text.encode()) + 300)
    for _ in range(fit):
        says(alice, kitchen, text)
    assert len(since(bob, kitchen, start).messages) == fit
    says(alice, kitchen, text)
    assert since(bob, kitchen, start) == Changes(room=kitchen.pk, seq=start + fit + 1, reset=True)


def test_of_many_rooms_one_that_is_reset_resets_no_other(
    alice: Member, bob: Member, kitchen: Room, square: Room
) -> None:
    seqs = {kitchen.pk: head(kitchen), square.pk: head(square)}
    actions.send_messages([actions.Post(alice, kitchen.pk, make_message_id(), "x") for _ in range(501)])
    message = state_of(says(alice, square, "hi"))
    found = {c.room: c for c in queries.resume(bob, epoch=epoch(), seqs=seqs).changes}
    assert found[kitchen.pk].reset
    assert found[square.pk].messages == [message]


def test_another_epoch_resets_everything(bob: Member, kitchen: Room) -> None:
    found = queries.resume(bob, epoch="another", seqs={kitchen.pk: 1})
    assert (found.reset, found.changes) == (True, [])
    assert found.rooms == queries.snapshot(bob).rooms


def test_a_seq_that_this_database_has_not_reached_is_a_reset(bob: Member, kitchen: Room) -> None:
    """A backup was restored without a new epoch."""
    assert since(bob, kitchen, head(kitchen) + 1).reset


def test_messages_removed_by_retention_are_left_out(alice: Member, bob: Member, desk: Room) -> None:
    for n in range(4):
        says(alice, desk, f"m{n}")
    Message.objects.filter(room=desk, number__lte=2).delete()
    Room.objects.filter(pk=desk.pk).update(floor=2)
    assert [m.number for m in since(bob, desk, 0).messages] == [3, 4]
    Message.objects.filter(room=desk).delete()
    assert since(bob, desk, 1) == Changes(room=desk.pk, seq=4)


def test_more_rooms_than_fit_are_refused(bob: Member) -> None:
    with refused("invalid", "rooms"):
        asks(bob, "resume", epoch="", rooms={str(n): 0 for n in range(1, limits.RESUME_ROOMS + 2)})
