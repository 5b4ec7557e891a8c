"""Messages reach browsers through another ASGI server, from a shell, and through the Channels tutorial's socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Visit
from tests.e2e.person import Person
from tests.e2e.site import Room, Site, daphne
from tests.servers.process import free_port

# The script of room.html in the Channels tutorial (https://channels.readthedocs.io), run in our page.
TUTORIAL = """
roomName => new Promise((resolve, reject) => {
    window.chatLog = []
    window.chatSocket = new WebSocket("ws://" + window.location.host + "/ws/chat/" + roomName + "/")
    chatSocket.onmessage = e => window.chatLog.push(JSON.parse(e.data).message)
    chatSocket.onclose = e => console.error("Chat socket closed unexpectedly")
    chatSocket.onopen = resolve
})
"""

# Resolves to true if the server sends its first frame on a socket that the page opens.
GREETED = """
address => new Promise((resolve, reject) => {
    const socket = new WebSocket(address)
    socket.onmessage = () => { socket.close(); resolve(true) }
    socket.onclose = () => resolve(false)
    setTimeout(() => reject(new Error("the socket neither opens nor closes")), 10000)
})
"""


@pytest.fixture
def portable_site(tmp_path: Path) -> Iterator[Site]:
    """The same application under Daphne."""
    site = Site(tmp_path / "data", daphne)
    site.populate("alice", "bob")
    site.start()
    yield site
    site.stop()


def test_two_people_talk_under_daphne(portable_site: Site, visit: Visit) -> None:
    """HTTP and WebSocket are one ASGI application that any server can run."""
    alice, bob = visit(portable_site, "alice"), visit(portable_site, "bob")
    for person in (alice, bob):
        person.goes_to("/chat/general/")
    alice.says("hello from another server")
    bob.sees("hello from another server")
    bob.says("it works the same")
    alice.sees_only("hello from another server", "it works the same")
    alice.sees_presence("Bob")
    bob.page.close()
    alice.sees_presence("Bob", "Not connected")


def test_a_message_sent_from_a_shell_reaches_open_browsers(alice: Person, garden: Room, site: Site) -> None:
    """From another process, as a background task would send it."""
    alice.enters(garden)
    site.in_shell(
        "from hubbub import actions\n"
        "from hubbub.models import Member, Room\n"
        f"room = Room.objects.get(pk={garden.id})\n"
        "actions.send_message(author=Member.objects.get(handle='bob'), room=room, text='the kettle boils')"
    )
    alice.sees("Bob the kettle boils")


def test_the_tutorials_page_exchanges_messages_with_the_client(
    alice: Person, bob: Person, garden: Room
) -> None:
    """A socket per room with `{"message": …}` in both directions, for any Unicode name."""
    alice.enters(garden)
    bob.goes_to("/account/")
    bob.page.evaluate(TUTORIAL, garden.name)
    bob.page.evaluate("""chatSocket.send(JSON.stringify({"message": "I followed the tutorial"}))""")
    alice.sees("Bob I followed the tutorial")
    alice.says("and it brought you here")
    bob.page.wait_for_function("() => chatLog.length === 2")
    assert bob.page.evaluate("chatLog") == ["I followed the tutorial", "and it brought you here"]
    bob.page.evaluate("chatSocket.onclose = null")


def test_the_tutorials_socket_accepts_binary_frames(alice: Person, bob: Person, garden: Room) -> None:
    """JSON in a binary frame is read like text."""
    alice.enters(garden)
    bob.goes_to("/account/")
    bob.page.evaluate(TUTORIAL, garden.name)
    bob.page.evaluate("""chatSocket.send(new TextEncoder().encode('{"message": "in ones and noughts"}'))""")
    alice.sees("Bob in ones and noughts")
    bob.page.evaluate("chatSocket.onclose = null")


def test_a_page_of_another_origin_gets_no_socket(alice: Person, site: Site) -> None:
    """Even in a signed-in browser that sends its cookie."""
    address = f"ws://127.0.0.1:{site.port}/ws/"
    alice.goes_to("/account/")
    assert alice.page.evaluate(GREETED, address) is True
    alice.expects_error("WebSocket connection to .* failed")
    elsewhere = f"http://127.0.0.1:{free_port()}/"
    alice.page.route(
        elsewhere, lambda route: route.fulfill(body="<h1>Elsewhere</h1>", content_type="text/html")
    )
    alice.goes_to(elsewhere)
    assert alice.page.evaluate(GREETED, address) is False
