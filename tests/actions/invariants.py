"""What holds in every room after every commit (contract, I5, I6, I8), whatever was done before."""

from __future__ import annotations

from collections.abc import Iterable

from hubbub.message_states import state_of
from hubbub.models import Member, Membership, Message, Room
from hubbub.protocol.objects import RoomKind, RoomRole
from hubbub.publish import RoomFrame


def check_rooms() -> None:
    for room in Room.objects.all():
        check_order(room)
        check_places(room)
    directs = Room.objects.filter(kind=RoomKind.DIRECT)
    people = [tuple(room.as_object().participants or ()) for room in directs]
    assert len(people) == len(set(people)), "the same people have two direct rooms"


def check_order(room: Room) -> None:
    """number is 1 … n, seqs are some of 1 … head with the head among them, times rise, posts are counted."""
    messages = list(Message.objects.filter(room=room).order_by("number"))
    assert [message.number for message in messages] == list(range(1, room.last_number + 1))
    seqs = {message.seq for message in messages}
    assert len(seqs) == len(messages)
    assert max(seqs, default=0) == room.seq
    times = [message.created_at for message in messages]
    assert times == sorted(set(times))
    posts = 0
    for message in messages:
        posts += message.system is None
        assert message.post == posts
        assert message.text == "" or not (message.deleted or message.system)
        assert message.text or message.deleted or message.system
    assert room.posts == posts
    if messages:
        assert room.last_at == messages[-1].created_at


def check_places(room: Room) -> None:
    """The member counters are right, and each room with members who may manage it has an admin."""
    places = list(Membership.objects.filter(room=room).select_related("member"))
    assert room.member_count == len(places)
    for place in places:
        assert place.read_number <= room.last_number
        read = Message.objects.filter(room=room, number__lte=place.read_number, system__isnull=True).count()
        assert place.read_posts == read, f"{place}: unread would be wrong"
    if room.kind != RoomKind.DIRECT and any(place.member.active for place in places):
        assert any(place.role == RoomRole.ADMIN for place in places), f"nobody looks after {room}"


def check_published(frames: Iterable[RoomFrame]) -> None:
    """Every state was published, in order, and the last one of each message is what the database has."""
    by_room: dict[int, list[RoomFrame]] = {}
    for frame in frames:
        by_room.setdefault(frame.room, []).append(frame)
    for room in Room.objects.all():
        told = by_room.get(room.pk, [])
        assert [frame.seq for frame in told] == list(range(1, room.seq + 1))
        last = {frame.message.id: frame.message for frame in told}
        assert last == {row.pk: state_of(row) for row in Message.objects.filter(room=room)}


def check_owner() -> None:
    assert Member.objects.active().filter(role="owner").exists(), "the workspace has no owner"
