"""Alice owns the workspace, Bob is a member, Carol a guest, and Dave is in none of the rooms.

Fixtures: the people; `square` (public) and `kitchen` (private), in which all but Dave are; `desk`, Alice's and Bob's
direct room; `published`, everything that was published. Verbs: `says`, `asks`, `together`; `refused` for refusals.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hubbub import actions, errors, publish
from hubbub.admission import Admission
from hubbub.dispatch import Job, run, run_changes
from hubbub.models import Member, Message, Room
from hubbub.protocol import codec
from hubbub.protocol.ids import make_message_id
from hubbub.protocol.objects import Role
from hubbub.protocol.wire import Command
from hubbub.publish import Batch, Notice, PrivateNotice, RoomFrame


def somebody(username: str, role: Role = Role.MEMBER) -> Member:
    """Make a user and admit them as a member."""
    user = get_user_model().objects.create_user(username, name=username.title())
    return actions.admit(user=user, admission=Admission(username, username.title(), role))


@pytest.fixture
def no_first_room(db: None, settings: Any) -> None:
    """New members join no room automatically: each test says who is where."""
    settings.HUBBUB = {**settings.HUBBUB, "FIRST_ROOM": ""}


@pytest.fixture
def alice(no_first_room: None) -> Member:
    return somebody("alice", Role.OWNER)


@pytest.fixture
def bob(no_first_room: None) -> Member:
    return somebody("bob")


@pytest.fixture
def carol(no_first_room: None) -> Member:
    return somebody("carol", Role.GUEST)


@pytest.fixture
def dave(no_first_room: None) -> Member:
    return somebody("dave")


@pytest.fixture
def square(alice: Member, bob: Member, carol: Member) -> Room:
    """A public room of Alice, Bob and Carol; Alice is its admin."""
    room = actions.create_room(by=alice, name="square")
    return actions.invite_members(by=alice, room=room, members=[bob, carol])


@pytest.fixture
def kitchen(alice: Member, bob: Member, carol: Member) -> Room:
    """A private room of Alice, Bob and Carol; Alice is its admin."""
    room = actions.create_room(by=alice, name="kitchen", private=True)
    return actions.invite_members(by=alice, room=room, members=[bob, carol])


@pytest.fixture
def desk(alice: Member, bob: Member) -> Room:
    """The direct room of Alice and Bob."""
    return actions.open_direct(by=alice, members=[bob])


def says(member: Member, room: Room, text: str) -> Message:
    return actions.send_message(author=member, room=room, text=text)


def command(kind: str, /, **fields: Any) -> Command:
    """The command with these fields, decoded as from the wire."""
    return codec.decode(json.dumps({"type": kind, **fields}, default=str))


def asks(who: Member, kind: str, /, **fields: Any) -> Any:
    """Run a command as a socket or the API does and return the reply. Raises the error that refuses it."""
    return run(who, command(kind, **fields))


def job(who: Member, kind: str, /, **fields: Any) -> Job:
    if kind == "message.send":
        fields.setdefault("message", make_message_id())
    return Job(who, command(kind, **fields))


def together(*jobs: Job) -> Sequence[Job]:
    """Run commands in one transaction, as the writer does with a batch."""
    run_changes(jobs)
    return jobs


@contextmanager
def refused(code: str, words: str = "") -> Iterator[pytest.ExceptionInfo[errors.HubbubError]]:
    """The block must raise an error with this code, whose message contains these words."""
    with pytest.raises(errors.HubbubError) as caught:
        yield caught
    assert caught.value.code == code, caught.value.message
    assert words in caught.value.message
    assert caught.value.message


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SQL statements of the block without savepoints; complete when the block has ended."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        yield found
    found += [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]


def no_such_room() -> int:
    """The next free id of a room."""
    newest = Room.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return newest + 1


class Published:
    """Everything that was published: as batches, as the frames of a room, or as the events of a topic."""

    def __init__(self) -> None:
        self._heard: list[Batch] = []

    def hear(self, batch: Batch) -> None:
        self._heard.append(batch)

    @property
    def batches(self) -> list[Batch]:
        pretend_commit()
        return self._heard

    @property
    def frames(self) -> list[RoomFrame]:
        return [frame for batch in self.batches for frame in batch.frames]

    @property
    def notices(self) -> list[Notice]:
        return [notice for batch in self.batches for notice in batch.notices]

    @property
    def attached(self) -> list[PrivateNotice]:
        """The notices that let a member receive a room."""
        return [notice for notice in self.notices if isinstance(notice, PrivateNotice) and notice.attach]

    def in_room(self, room: Room) -> list[RoomFrame]:
        return [frame for frame in self.frames if frame.room == room.pk]

    def on(self, topic: str) -> list[dict[str, Any]]:
        """The events without seq for a topic."""
        notices = [notice for notice in self.notices if notice.topic == topic]
        return [json.loads(data) for notice in notices if (data := getattr(notice, "data", b""))]

    def to(self, member: Member) -> list[dict[str, Any]]:
        """The events for this member only."""
        return self.on(publish.member_topic(member.pk))

    def forget(self) -> None:
        pretend_commit()
        self._heard.clear()


@pytest.fixture
def published() -> Iterator[Published]:
    """Records what is published from here on."""
    recorder, usual = Published(), publish._outlet
    pretend_commit()
    publish.set_outlet(recorder.hear)
    yield recorder
    publish.set_outlet(usual)


def pretend_commit() -> None:
    """Run the on-commit callbacks. The transaction around a test never commits."""
    while connection.connection is not None and connection.run_on_commit:
        act = connection.run_on_commit.pop(0)[1]
        act()
