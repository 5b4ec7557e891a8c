"""Writes the demo workspace into the database in bulk, with correct counters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F

from hubbub import conf
from hubbub.models import Member, Membership, Message, Room
from hubbub.models.member import hue_of
from hubbub.models.room import Head
from hubbub.protocol.appearance import appearance, handle_appearance
from hubbub.protocol.objects import Role, RoomKind, RoomRole, System, SystemKind
from hubbub.protocol.text import name_key
from hubbub_site.accounts.models import User
from hubbub_site.demo.corpus import BEGIN, id_of, text_of, time_of
from hubbub_site.demo.names import name_of

CHUNK = 10_000  # messages per transaction; an interrupted run leaves a smaller, consistent workspace
PEOPLE_IN_A_ROOM = 10
MICROSECOND = timedelta(microseconds=1)

Progress = Callable[[int, int], None]


class Filled(NamedTuple):
    """The numbers of rows that were added."""

    members: int
    rooms: int
    messages: int


class DemoRoom(NamedTuple):
    """A room and the members who write in it."""

    room: int
    members: list[Member]


def fill(*, members: int, rooms: int, messages: int, password: str, progress: Progress) -> Filled:
    """Add what is missing up to these numbers. New members get the password."""
    with transaction.atomic():
        people, new_members = _people(members, password)
        general, made = _room(conf.get("FIRST_ROOM") or "general", people)
        others = [_room(f"room{j}", _circle(people, j)) for j in range(1, rooms + 1)]
    added = _fill_messages(general, [place for place, _ in others], messages, progress)
    return Filled(new_members, made + sum(made for _, made in others), added)


def _people(count: int, password: str) -> tuple[list[Member], int]:
    """member1 … memberN, and how many of them are new. The first becomes the owner if there is none."""
    names = [f"member{i}" for i in range(1, count + 1)]
    present = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    missing = [(i, name) for i, name in enumerate(names, 1) if name not in present]
    owned = Member.objects.filter(role=Role.OWNER).exists()
    # One hash for all: a thousand hashes, slow by design, would take minutes.
    hashed = make_password(password) if missing else ""
    users = User.objects.bulk_create(
        User(username=name, name=name_of(i), password=hashed) for i, name in missing
    )
    Member.objects.bulk_create(
        Member(
            user=user,
            handle=user.username,
            handle_appearance=handle_appearance(user.username),
            name=user.name,
            appearance=appearance(user.name),
            hue=hue_of(user.username),
            role=Role.OWNER if user.username == "member1" and not owned else Role.MEMBER,
        )
        for user in users
    )
    found = {member.handle: member for member in Member.objects.filter(user__username__in=names)}
    return [found[name] for name in names], len(users)


def _circle(people: list[Member], start: int) -> list[Member]:
    """Ten members from the start-th on, counted in a circle."""
    count = min(PEOPLE_IN_A_ROOM, len(people))
    return [people[(start - 1 + step) % len(people)] for step in range(count)]


def _room(name: str, people: list[Member]) -> tuple[DemoRoom, bool]:
    """The public room of that name with these members, and whether it is new."""
    room = Room.objects.named(name).first()
    made = room is None
    if room is None:
        room = Room.objects.create(
            kind=RoomKind.PUBLIC, name=name, name_key=name_key(name), created_by=people[0], last_at=BEGIN
        )
        # The system message of a new room: message 1, not a post.
        created = System(kind=SystemKind.CREATED).model_dump(mode="json", exclude_none=True)
        # Its id differs between rooms and from all ids of the corpus, which begins at 1.
        first = Message(
            id=id_of(-room.pk), room=room, number=1, post=0, seq=1, author=people[0], system=created
        )
        first.created_at = BEGIN
        Message.objects.insert_many([first])
        Room.objects.filter(pk=room.pk).update(seq=1, last_number=1, created_at=BEGIN)
    inside = set(room.memberships.values_list("member", flat=True))
    newcomers = [member for member in people if member.pk not in inside]
    Membership.objects.bulk_create(
        Membership(
            room=room, member=member, role=RoomRole.ADMIN if member == room.created_by else RoomRole.MEMBER
        )
        for member in newcomers
    )
    Room.objects.filter(pk=room.pk).update(member_count=F("member_count") + len(newcomers))
    return DemoRoom(room.pk, people), made


def _fill_messages(general: DemoRoom, others: list[DemoRoom], count: int, progress: Progress) -> int:
    """Add messages of the corpus up to `count`. Returns how many were added."""
    first = _present(count) + 1
    places = [general, *others]
    numbers = iter(range(first, count + 1))
    while chunk := list(islice(numbers, CHUNK)):
        with transaction.atomic():
            heads = Room.objects.lock_heads(place.room for place in places)
            Message.objects.insert_many(_messages(chunk, general, others, heads))
            Room.objects.save_heads(heads.values())
        progress(chunk[-1], count)
    _mark_read(places)
    return count - first + 1


def _present(count: int) -> int:
    """Number of the corpus's last message in the database, up to `count`. They are added in order."""
    low, high = 0, count
    while low < high:
        middle = (low + high + 1) // 2
        if Message.objects.filter(pk=id_of(middle)).exists():
            low = middle
        else:
            high = middle - 1
    return low


def _messages(
    numbers: list[int], general: DemoRoom, others: list[DemoRoom], heads: dict[int, Head]
) -> Iterator[Message]:
    """The rows of the messages, each with its room and number. Updates `heads`."""
    for i in numbers:
        place = others[i // 10 % len(others)] if others and i % 10 == 0 else general
        head = heads[place.room]
        author = place.members[(i * 7 + i // 13) % len(place.members)]
        moment = max(time_of(i), head.last_at + MICROSECOND)
        head = heads[place.room] = Head(head.room, head.seq + 1, head.last_number + 1, head.posts + 1, moment)
        yield Message(
            id=id_of(i),
            room_id=place.room,
            number=head.last_number,
            post=head.posts,
            seq=head.seq,
            author_id=author.pk,
            text=text_of(i),
            created_at=moment,
        )


def _mark_read(places: list[DemoRoom]) -> None:
    """Mark all rooms as read for all members: a million unread messages would not be a useful demo."""
    for place in places:
        room = Room.objects.get(pk=place.room)
        mine = Membership.objects.filter(room=room, member__in=[member.pk for member in place.members])
        mine.update(read_number=room.last_number, read_posts=room.posts)
