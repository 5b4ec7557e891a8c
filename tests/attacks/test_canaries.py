"""Words that stand in private places, and outsiders who ask for everything that can be asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from hubbub import actions
from hubbub.models import Member, Message, Room
from tests.people import says

HIDDEN = ["canary-room", "canary-purpose", "canary-said", "canary-direct", "canary-rename", "canary-archived"]
GONE = ["canary-before", "canary-deleted"]
ACCOUNT = ["canary@example.com", "canary-label"]


@pytest.fixture
def planted(alice: Member, bob: Member, carol: Member, dave: Member, square: Room, desk: Room) -> Room:
    """A private room of Alice and Bob, their direct room, and what was taken back in the public square."""
    room = actions.create_room(by=alice, name="canary-room", description="canary-purpose", private=True)
    actions.invite_members(by=alice, room=room, members=[bob])
    says(bob, room, "canary-said")
    actions.rename_room(by=alice, room=room, name="canary-rename")
    says(alice, desk, "canary-direct")
    old = actions.create_room(by=alice, name="canary-archived", private=True)
    actions.archive_room(by=alice, room=old)
    edited, deleted = says(alice, square, "canary-before"), says(alice, square, "canary-deleted")
    actions.edit_message(by=alice, message=edited, text="fine")
    actions.delete_message(by=alice, message=deleted)
    for person in (alice, bob):
        assert person.user is not None
        person.user.email = "canary@example.com"
        person.user.save()
        actions.create_token(member=person, label="canary-label")
    return room


@pytest.mark.parametrize("who", ["dave", "carol"])
def test_no_word_of_a_private_place_reaches_an_outsider(
    who: str, planted: Room, request: pytest.FixtureRequest
) -> None:
    """Rows 2, 19, 23, 27, 28, 29: Dave is a member, Carol a guest; both ask for every id in every way."""
    heard = b"".join(ask_for_everything(request.getfixturevalue(who)))
    assert b"fine" in heard or who == "dave"  # the crawl finds what it may: Carol is in the square
    assert [word for word in [*HIDDEN, *GONE, *ACCOUNT] if word.encode() in heard] == []


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_no_word_that_was_taken_back_or_of_an_account_reaches_an_insider(
    who: str, planted: Room, request: pytest.FixtureRequest
) -> None:
    """Rows 16, 29: not even those who are in the room, nor the owner by way of the chat."""
    heard = b"".join(ask_for_everything(request.getfixturevalue(who)))
    assert b"canary-said" in heard  # the crawl finds what it may
    assert [word for word in [*GONE, *ACCOUNT] if word.encode() in heard] == []


def ask_for_everything(member: Member) -> Iterator[bytes]:
    """The bytes of every answer over HTTP, refusals and headers included."""
    client = Client()
    assert member.user is not None
    client.force_login(member.user)
    _, secret = actions.create_token(member=member)
    headers = {"Authorization": f"Bearer {secret}"}
    for kind, fields in everything_to_ask():
        response = client.post(
            f"/api/{kind}", json.dumps(fields), content_type="application/json", headers=headers
        )
        assert response.status_code < 500
        yield response.content + repr(response.headers).encode()
    for path in (
        "/chat/",
        "/chat/~1/",
        "/chat/~3/2/",
        "/api/openapi.json",
        "/healthz",
        "/readyz",
        "/api/docs",
    ):
        response = client.get(path)
        yield response.content + repr(response.headers).encode()


def everything_to_ask() -> Iterator[tuple[str, dict[str, Any]]]:
    rooms = range(1, Room.objects.order_by("-pk").values_list("pk", flat=True)[0] + 2)
    members = list(range(1, Member.objects.order_by("-pk").values_list("pk", flat=True)[0] + 2))
    messages = [str(pk) for pk in Message.objects.values_list("pk", flat=True)]
    yield "snapshot", {}
    yield "resume", {"epoch": "", "rooms": dict.fromkeys(map(str, rooms), 0)}
    yield "member.list", {"members": members}
    for query in ("", "c", "ca", "can", "canary", "-", "a", "@", "@canary"):
        yield "member.directory", {"query": query}
        for archived in (False, True):
            yield "room.directory", {"query": query, "archived": archived}
    for room in rooms:
        for kind in ("room.get", "timeline", "room.roster", "room.join"):
            yield kind, {"room": room}
        yield "timeline", {"room": room, "after": 0, "limit": 100}
        yield "room.read", {"room": room, "number": 1}
        yield "room.unread", {"room": room, "number": 1}
        yield "room.notify", {"room": room, "level": "all"}
        yield "room.describe", {"room": room, "description": ""}
        yield "room.remove", {"room": room, "member": 2**40}
        yield "room.invite", {"room": room, "members": [2**40]}
    for message in messages:
        yield "message.get", {"message": message}
        yield "message.edit", {"message": message, "text": "x", "seq": 10**6}
        yield "message.send", {"room": rooms[0], "message": message, "text": "a guess"}
