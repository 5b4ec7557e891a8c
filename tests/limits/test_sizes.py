"""Size limits: at the limit a value is accepted, above it is refused by name."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from hubbub import actions, queries
from hubbub.message_states import state_of
from hubbub.models import Member, Room, Token
from hubbub.protocol import codec, limits
from hubbub.protocol.encoded_once import EncodedOnce
from hubbub.protocol.ids import make_message_id
from tests.people import asks, command, refused, says, somebody


def accepts(kind: str, **fields: Any) -> None:
    assert command(kind, **fields)


def refuses(named: str, kind: str, **fields: Any) -> None:
    with refused("invalid", named):
        command(kind, **fields)


def test_message_bytes() -> None:
    fields: dict[str, Any] = {"room": 1, "message": make_message_id()}
    accepts("message.send", text="x" * limits.MESSAGE_BYTES, **fields)
    refuses("text", "message.send", text="x" * limits.MESSAGE_BYTES + "x", **fields)
    refuses("text", "message.send", text="é" * (limits.MESSAGE_BYTES // 2) + "x", **fields)


def test_frame_bytes() -> None:
    frame = '{"type":"beat"}'
    assert codec.decode(frame + " " * (limits.FRAME_BYTES - len(frame)))
    with pytest.raises(codec.NotTheProtocol, match="65536"):
        codec.decode(frame + " " * (limits.FRAME_BYTES - len(frame) + 1))


def test_room_name_characters() -> None:
    accepts("room.create", name="ü" * limits.ROOM_NAME_CHARACTERS)
    refuses("name", "room.create", name="ü" * limits.ROOM_NAME_CHARACTERS + "x")
    refuses("query", "room.directory", query="x" * (limits.ROOM_NAME_CHARACTERS + 1))


def test_description_characters() -> None:
    accepts("room.describe", room=1, description="ü" * limits.DESCRIPTION_CHARACTERS)
    refuses("description", "room.describe", room=1, description="x" * (limits.DESCRIPTION_CHARACTERS + 1))
    refuses("about", "profile.update", about="x" * (limits.DESCRIPTION_CHARACTERS + 1))


def test_member_name_characters() -> None:
    accepts("profile.update", name="ü" * limits.MEMBER_NAME_CHARACTERS)
    refuses("name", "profile.update", name="x" * (limits.MEMBER_NAME_CHARACTERS + 1))


def test_direct_members(alice: Member) -> None:
    everybody = list(range(1, limits.DIRECT_MEMBERS + 1))
    accepts("room.direct", members=everybody)
    refuses("members", "room.direct", members=[*everybody, 99])
    crowd = [somebody(f"m{n}").pk for n in range(limits.DIRECT_MEMBERS)]
    assert asks(alice, "room.direct", members=crowd[1:]).room.members == limits.DIRECT_MEMBERS
    with refused("invalid"):  # together with the member that is one too many
        asks(alice, "room.direct", members=crowd)


def test_members_at_once() -> None:
    everybody = list(range(1, limits.MEMBERS_AT_ONCE + 1))
    for kind, fields in {"member.list": {}, "room.invite": {"room": 1}}.items():
        accepts(kind, members=everybody, **fields)
        refuses("members", kind, members=[*everybody, 999], **fields)


def test_timeline_page() -> None:
    accepts("timeline", room=1, limit=limits.TIMELINE_PAGE)
    refuses("limit", "timeline", room=1, limit=limits.TIMELINE_PAGE + 1)


def test_directory_page() -> None:
    for kind, fields in {"room.directory": {}, "member.directory": {}, "room.roster": {"room": 1}}.items():
        accepts(kind, limit=limits.DIRECTORY_PAGE, **fields)
        refuses("limit", kind, limit=limits.DIRECTORY_PAGE + 1, **fields)


def test_snapshot_members(bob: Member) -> None:
    Member.objects.bulk_create(
        [Member(handle=f"m{n}", name=f"M{n}") for n in range(limits.SNAPSHOT_MEMBERS + 5)]
    )
    assert len(queries.snapshot(bob).members) == limits.SNAPSHOT_MEMBERS


def test_resume_rooms() -> None:
    rooms = {str(room): 0 for room in range(1, limits.RESUME_ROOMS + 1)}
    accepts("resume", epoch="", rooms=rooms)
    refuses("rooms", "resume", epoch="", rooms={**rooms, "9999": 0})
    assert len(json.dumps({"type": "resume", "epoch": "x" * 32, "rooms": rooms})) < limits.FRAME_BYTES


def test_resume_messages(alice: Member, bob: Member, desk: Room) -> None:
    posts = [actions.Post(alice, desk.pk, make_message_id(), "x") for _ in range(limits.RESUME_MESSAGES)]
    actions.send_messages(posts)
    assert len(missed(bob, desk).messages) == limits.RESUME_MESSAGES
    says(alice, desk, "one more")
    assert (missed(bob, desk).messages, missed(bob, desk).reset) == ([], True)


def test_resume_bytes(alice: Member, bob: Member, desk: Room) -> None:
    """Counted as they are sent: with the other fields of the message, and in JSON, where a control character is six."""
    empty = len(EncodedOnce([state_of(says(alice, desk, "x"))]).encoded) - 1
    says(alice, desk, "\x01" * 10_000 + "x" * 5_000)
    for _ in range(12):
        says(alice, desk, "x" * (limits.MESSAGE_BYTES - 1000))
    left = limits.RESUME_BYTES - len(missed(bob, desk).messages.encoded)
    says(alice, desk, "x" * (left - empty - 10))
    assert limits.RESUME_BYTES - 20 < queries.bytes_of(missed(bob, desk)) <= limits.RESUME_BYTES
    says(alice, desk, "one more")
    assert (missed(bob, desk).messages, missed(bob, desk).reset) == ([], True)


def test_resume_total_bytes(alice: Member, bob: Member) -> None:
    """Rooms are filled in the client's order; the first that does not fit and all after it are reset."""
    rooms = [actions.create_room(by=alice, name=f"room {n}") for n in range(4)]
    long = "x" * (limits.MESSAGE_BYTES - 300)
    for room in rooms:
        actions.invite_members(by=alice, room=room, members=[bob])
        heavy = 12 if room is not rooms[3] else 1
        actions.send_messages([actions.Post(alice, room.pk, make_message_id(), long) for _ in range(heavy)])
    epoch = queries.snapshot(bob).epoch

    def resets(*named: Room) -> list[bool]:
        seqs = {room.pk: 0 for room in named}
        answer = queries.resume(bob, epoch=epoch, seqs=seqs)
        assert [changes.room for changes in answer.changes] == [room.pk for room in named]
        assert sum(queries.bytes_of(changes) for changes in answer.changes) <= limits.RESUME_TOTAL_BYTES
        return [bool(changes.reset) for changes in answer.changes]

    assert resets(*rooms[:2]) == [False, False]
    assert resets(*rooms) == [False, False, True, True]
    assert resets(rooms[3], *rooms[:3]) == [False, False, False, True]


def missed(member: Member, room: Room) -> Any:
    (changes,) = queries.resume(member, epoch=queries.snapshot(member).epoch, seqs={room.pk: 0}).changes
    return changes


def test_token_days(bob: Member) -> None:
    token, secret = actions.create_token(member=bob)
    assert Token.objects.for_secret(secret).exists()
    last_moment = token.created_at + timedelta(days=limits.TOKEN_DAYS)
    assert token.expires_at and abs(token.expires_at - last_moment) < timedelta(seconds=5)
