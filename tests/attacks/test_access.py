"""Members outside of a room get nothing of it, with any command at any time."""

from __future__ import annotations

import json
from typing import Any

from hubbub import actions, queries
from hubbub.models import Member, Message, Room
from hubbub.protocol import commands
from hubbub.protocol.objects import RosterEntry
from tests.people import Published, asks, no_such_room, refused, says


def test_a_removed_member_gets_no_later_messages_with_an_old_cursor(
    alice: Member, bob: Member, kitchen: Room
) -> None:
    """Rows 1, 22: Campfire's and Synapse's readers kept reading."""
    seq = queries.snapshot(bob).rooms[0].seq
    actions.remove_member(by=alice, room=kitchen, member=bob)
    for n in range(100):
        says(alice, kitchen, f"about Bob {n}")
    epoch = queries.snapshot(bob).epoch
    for cursor in (0, 1, seq, seq + 1, seq + 50, 2**53):
        answer = asks(bob, "resume", epoch=epoch, rooms={str(kitchen.pk): cursor})
        assert answer.changes == []
        assert "about Bob" not in answer.model_dump_json()
    for anchor in ({}, {"after": 0}, {"around": seq}, {"before": seq}):
        with refused("not_found"):
            asks(bob, "timeline", room=kitchen.pk, **anchor)


def test_guessed_ids_open_no_room(dave: Member, square: Room, kitchen: Room, desk: Room) -> None:
    """Row 3: Discourse's MessageBus took any channel's number."""
    epoch = queries.snapshot(dave).epoch
    guesses = {str(room): 0 for room in range(1, 60)}
    assert asks(dave, "resume", epoch=epoch, rooms=guesses).changes == []


def test_a_guest_does_not_read_public_rooms_they_are_not_in(alice: Member, carol: Member) -> None:
    """Row 4: Zulip's guests did."""
    room = actions.create_room(by=alice, name="garden")
    message = says(alice, room, "for members")
    asking: dict[str, dict[str, Any]] = {
        "timeline": {"room": room.pk},
        "message.get": {"message": message.pk},
        "room.get": {"room": room.pk},
        "room.roster": {"room": room.pk},
        "room.join": {"room": room.pk},
    }
    for kind, fields in asking.items():
        with refused("not_found"):
            asks(carol, kind, **fields)
    assert asks(carol, "room.directory").rooms == []


def test_a_message_is_not_found_through_another_room() -> None:
    """Row 17: Discourse checked the channel but not the thread. Here no command takes both a message and its room."""
    for kind in commands.ALL:
        if kind is not commands.SendMessage:
            assert not {"message", "room"} <= set(kind.model_fields)


def test_a_member_who_left_gets_no_news_of_the_room(
    alice: Member, bob: Member, carol: Member, kitchen: Room
) -> None:
    """Row 21: Zulip's ex-subscribers still got name, topic and members."""
    actions.leave_room(member=bob, room=kitchen)
    actions.rename_room(by=alice, room=kitchen, name="the new name")
    state = queries.snapshot(bob)
    assert kitchen.pk not in {room.id for room in state.rooms}
    assert "the new name" not in state.model_dump_json()
    for kind in ("room.get", "room.roster", "timeline"):
        with refused("not_found"):
            asks(bob, kind, room=kitchen.pk)
    with refused("not_found"):
        asks(bob, "room.get", name="the new name")


def test_read_positions_are_not_published_to_others(
    alice: Member, bob: Member, kitchen: Room, published: Published
) -> None:
    """Row 30: Mattermost published a member's read position to others."""
    message = says(alice, kitchen, "hello")
    published.forget()
    asks(bob, "room.read", room=kitchen.pk, number=message.number)
    asks(bob, "room.unread", room=kitchen.pk, number=message.number)
    assert {notice.topic for notice in published.notices} == {f"member.{bob.pk}"}
    assert published.frames == []
    assert set(RosterEntry.model_fields) == {"member", "role", "state"}
    told = asks(alice, "room.get", room=kitchen.pk)
    assert told.membership.read_number == message.number  # her own, because she wrote the message


def test_no_message_is_edited_in_a_room_without_the_right_to_post(
    alice: Member, bob: Member, square: Room
) -> None:
    """Row 32: Mattermost's edit skipped what its create checked."""
    message = says(bob, square, "before")
    fields = {"message": message.pk, "text": "after", "seq": message.seq}
    endings = [
        lambda: actions.archive_room(by=alice, room=square),
        lambda: actions.remove_member(by=alice, room=square, member=bob),
        lambda: actions.deactivate_member(by=alice, member=bob),
    ]
    for end in endings:
        end()
        with refused("forbidden"):
            asks(bob, "message.edit", **fields)
    assert Message.objects.get(pk=message.pk).text == "before"


def test_a_read_position_cannot_be_forged(alice: Member, bob: Member, dave: Member, kitchen: Room) -> None:
    """Row 33: Synapse took a read receipt for any event."""
    message = says(alice, kitchen, "newest")
    for kind in ("room.read", "room.unread"):
        for room in (kitchen.pk, no_such_room()):
            with refused("not_found"):
                asks(dave, kind, room=room, number=1)
    ahead = asks(bob, "room.read", room=kitchen.pk, number=2**53)
    assert ahead.read_number == message.number
    for number in (0, -1):
        with refused("invalid"):
            asks(bob, "room.unread", room=kitchen.pk, number=number)


def test_a_direct_room_does_not_become_another_kind_of_room(
    alice: Member, bob: Member, dave: Member, desk: Room
) -> None:
    """Row 36: in Campfire a direct room could be made public."""
    assert not [kind for kind in commands.ALL if "kind" in kind.model_fields]
    tries: dict[str, dict[str, Any]] = {
        "room.rename": {"name": "ours"},
        "room.describe": {"description": "ours"},
        "room.archive": {"archived": True},
        "room.invite": {"members": [dave.pk]},
        "room.remove": {"member": bob.pk},
        "room.leave": {},
    }
    before = Room.objects.values().get(pk=desk.pk)
    for kind, fields in tries.items():
        with refused("forbidden"):
            asks(alice, kind, room=desk.pk, **fields)
    assert Room.objects.values().get(pk=desk.pk) == before


def test_a_member_cannot_delete_a_room_or_messages_of_others(
    bob: Member, alice: Member, kitchen: Room
) -> None:
    """Rows 31, 36: every other command and object is in `tests/policy`."""
    message = says(alice, kitchen, "hers")
    with refused("forbidden"):
        asks(bob, "message.delete", message=message.pk)
    assert not [name for name in commands.BY_TYPE if name.startswith("room.") and "delete" in name]


def test_deleted_text_cannot_be_read_again(alice: Member, bob: Member, kitchen: Room) -> None:
    """Rows 20, 24: no command returns a deleted or replaced text."""
    epoch = queries.snapshot(bob).epoch
    gone, changed = says(alice, kitchen, "swordfish"), says(alice, kitchen, "sturgeon")
    asks(alice, "message.delete", message=gone.pk)
    asks(alice, "message.edit", message=changed.pk, text="carp", seq=changed.seq)
    answers = [
        asks(bob, "timeline", room=kitchen.pk),
        asks(bob, "resume", epoch=epoch, rooms={str(kitchen.pk): 0}),
        asks(bob, "message.get", message=gone.pk),
        asks(bob, "message.get", message=changed.pk),
        asks(alice, "message.send", room=kitchen.pk, message=gone.pk, text="swordfish"),
    ]
    bytes_of_all = b"".join(answer.encode() for answer in answers)
    assert b"swordfish" not in bytes_of_all
    assert b"sturgeon" not in bytes_of_all


def test_events_contain_no_secrets_of_members(
    alice: Member, bob: Member, dave: Member, kitchen: Room, published: Published
) -> None:
    """Row 16: Mattermost's events contained more than their readers should know. This is the list of all fields."""
    other = dave
    assert other.user is not None
    other.user.email = "canary@example.com"
    other.user.set_password("canary-password")
    other.user.save()
    actions.create_token(member=other, label="canary-label")
    actions.invite_members(by=alice, room=kitchen, members=[other])
    actions.update_profile(member=other, name="Somebody Else")
    actions.set_level(membership=kitchen.memberships.get(member=bob), level="nothing")  # type: ignore[arg-type]
    said = b"".join(all_data(published))
    for word in (b"canary", other.user.password.encode(), b"password", b"email", b"digest"):
        assert word not in said
    fields = {event["type"]: set(event) for event in map(json.loads, filter(None, all_data(published)))}
    assert fields["member"] == {"type", "member"}
    assert fields["message"] == {"type", "room", "seq", "message"}
    members = [event["member"] for event in published.on("everyone")]
    assert {key for member in members for key in member} == {
        "id",
        "handle",
        "name",
        "role",
        "about",
        "version",
        "hue",
        "active",
    }


def all_data(published: Published) -> list[bytes]:
    notices = [getattr(notice, "data", b"") for notice in published.notices]
    return [*notices, *(frame.data for frame in published.frames)]
