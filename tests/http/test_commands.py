"""Each command over HTTP, with each way of signing in: the reply is the same as on the socket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hubbub.models import Member, Message, Room
from hubbub.protocol import commands
from hubbub.protocol.ids import make_message_id
from tests.http.conftest import Asker
from tests.people import says


class Town:
    def __init__(self, kitchen: Room, square: Room, message: Message, dave: Member, carol: Member) -> None:
        self.kitchen, self.square, self.message, self.dave, self.carol = (
            kitchen.pk,
            square.pk,
            message,
            dave.pk,
            carol.pk,
        )


@pytest.fixture
def town(alice: Member, bob: Member, carol: Member, dave: Member, square: Room) -> Town:
    from hubbub import actions

    kitchen = actions.create_room(by=bob, name="bobs kitchen", private=True)
    actions.invite_members(by=bob, room=kitchen, members=[carol])
    return Town(kitchen, square, says(bob, kitchen, "hello"), dave, carol)


FIELDS: dict[str, Callable[[Town], dict[str, Any]]] = {
    "snapshot": lambda t: {},
    "resume": lambda t: {"epoch": "another", "rooms": {str(t.kitchen): 1}},
    "message.send": lambda t: {"room": t.kitchen, "message": str(make_message_id()), "text": "hi"},
    "message.edit": lambda t: {"message": str(t.message.pk), "text": "hey", "seq": t.message.seq},
    "message.delete": lambda t: {"message": str(t.message.pk)},
    "message.get": lambda t: {"message": str(t.message.pk)},
    "timeline": lambda t: {"room": t.kitchen, "around": 2, "limit": 3},
    "room.create": lambda t: {"name": "Küche"},
    "room.direct": lambda t: {"members": [t.dave]},
    "room.get": lambda t: {"name": "bobs kitchen"},
    "room.directory": lambda t: {"query": "sq"},
    "room.rename": lambda t: {"room": t.kitchen, "name": "café"},
    "room.describe": lambda t: {"room": t.kitchen, "description": "food"},
    "room.archive": lambda t: {"room": t.kitchen, "archived": True},
    "room.join": lambda t: {"room": t.square},
    "room.leave": lambda t: {"room": t.square},
    "room.invite": lambda t: {"room": t.kitchen, "members": [t.dave]},
    "room.remove": lambda t: {"room": t.kitchen, "member": t.carol},
    "room.roster": lambda t: {"room": t.kitchen},
    "room.read": lambda t: {"room": t.kitchen, "number": 2},
    "room.unread": lambda t: {"room": t.kitchen, "number": 2},
    "room.notify": lambda t: {"room": t.kitchen, "level": "mentions"},
    "member.list": lambda t: {"members": [t.dave]},
    "member.directory": lambda t: {"query": "da"},
    "profile.update": lambda t: {"about": "cooks"},
}
OVER_HTTP = [kind for kind in commands.ALL if kind not in commands.SOCKET_ONLY]


def test_each_command_is_in_this_list() -> None:
    assert set(FIELDS) == {commands.type_of(kind) for kind in OVER_HTTP}


@pytest.mark.parametrize("way", ["browser", "script", "phone"])
@pytest.mark.parametrize("kind", OVER_HTTP, ids=commands.type_of)
def test_the_reply_matches_its_declared_shape(
    kind: type[commands.Command], way: str, town: Town, request: pytest.FixtureRequest
) -> None:
    name = commands.type_of(kind)
    asker: Asker = request.getfixturevalue(way)
    response = asker.post(name, FIELDS[name](town))
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/json"
    kind.reply.model_validate_json(response.content)  # unknown fields would be refused


@pytest.mark.parametrize("kind", OVER_HTTP, ids=commands.type_of)
def test_it_is_refused_without_sign_in(kind: type[commands.Command], town: Town, stranger: Asker) -> None:
    name = commands.type_of(kind)
    response = stranger.post(name, FIELDS[name](town))
    assert (response.status_code, response.json()["error"]["code"]) == (401, "sign_in")


@pytest.mark.parametrize("base", ["/api/", "/chat/api/"])
def test_the_body_may_contain_the_type_as_on_the_socket(base: str, town: Town, script: Asker) -> None:
    body = {"type": "timeline", "id": 7, "room": town.kitchen}
    assert script.post("timeline", body, base=base).status_code == 200


def test_another_type_in_the_body_is_refused(town: Town, script: Asker) -> None:
    response = script.post("timeline", {"type": "room.leave", "room": town.square})
    assert (response.status_code, response.json()["error"]["code"]) == (422, "invalid")


def test_a_message_posted_over_http_is_published(town: Town, script: Asker, published: Any) -> None:
    reply = script.asks("message.send", **FIELDS["message.send"](town))
    (frame,) = published.frames
    assert str(frame.message.id) == reply["message"]["id"]


def test_fields_without_a_value_are_left_out(town: Town, script: Asker) -> None:
    reply = script.asks("message.get", message=town.message.pk)
    assert "deleted" not in reply
    assert "edited_at" not in reply
