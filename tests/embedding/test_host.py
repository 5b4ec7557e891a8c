"""Two users of a host project talk through the chat that it has taken in, on Daphne and on uvicorn.

One ASGI application on any server; messages from a view; sign-in by the host's session and Origin.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from hubbub.protocol.ids import make_message_id
from tests.embedding.conftest import HERE, Host, Visitor, heard


def snapshot(socket: ClientConnection) -> Any:
    """Ask for the state to start from."""
    socket.send(json.dumps({"id": 1, "type": "snapshot"}))
    return heard(socket, lambda frame: frame.get("re") == 1)["ok"]


def test_what_one_says_the_other_hears(host: Host) -> None:
    with (
        host.sign_in("alice@shop.example").socket() as alice,
        host.sign_in("bob@shop.example").socket() as bob,
    ):
        room = snapshot(alice)["rooms"][0]["id"]
        snapshot(bob)
        message = str(make_message_id())
        alice.send(
            json.dumps({"id": 2, "type": "message.send", "room": room, "message": message, "text": "hi"})
        )
        event = heard(bob, lambda frame: frame.get("type") == "message" and frame["message"]["id"] == message)
        assert event["message"]["text"] == "hi"
        assert "ok" in heard(alice, lambda frame: frame.get("re") == 2)


def test_a_view_of_the_host_speaks_and_open_browsers_hear_it(host: Host) -> None:
    alice = host.sign_in("alice@shop.example")
    with host.sign_in("bob@shop.example").socket() as bob:
        snapshot(bob)
        assert alice.get("/order/") == "Thank you."
        event = heard(
            bob, lambda frame: frame.get("type") == "message" and not frame["message"].get("system")
        )
        assert event["message"]["text"] == "I have ordered a boat."


def test_who_is_not_signed_in_has_no_socket_and_is_sent_to_the_hosts_page(host: Host) -> None:
    stranger = Visitor(host)
    assert "<title>The shop</title>" in stranger.get("/chat/")
    with pytest.raises((InvalidStatus, ConnectionClosed)), stranger.socket() as socket:
        snapshot(socket)


def test_a_page_of_another_site_cannot_use_the_cookie(host: Host) -> None:
    alice = host.sign_in("alice@shop.example")
    with (
        pytest.raises((InvalidStatus, ConnectionClosed)),
        alice.socket(origin="https://evil.example") as socket,
    ):
        snapshot(socket)


def test_a_path_without_a_socket_is_refused_and_is_no_error(host: Host) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(f"ws://127.0.0.1:{host.port}/ws/nowhere", proxy=None),
    ):
        pass
    assert refused.value.response.status_code in (403, 404)


def test_the_five_lines_of_the_documentation_are_the_hosts_own() -> None:
    documented = Path(HERE.parents[1] / "docs" / "embedding.md").read_text()
    for file, line in [
        ("settings.py", 'INSTALLED_APPS += ["channels", "hubbub"]'),
        ("settings.py", "CHANNEL_LAYERS = {"),
        ("urls.py", 'path("chat/", include("hubbub.urls"))'),
        ("asgi.py", "URLRouter([*hubbub.routing.websocket_urlpatterns, hubbub.routing.nowhere])"),
        ("urls.py", "actions.send_message(author="),
    ]:
        assert line in (HERE / "host" / file).read_text()
        assert line in documented
