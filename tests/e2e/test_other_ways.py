"""What reaches open browsers from elsewhere: another ASGI server, a shell, the tutorial's own socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Visit
from tests.e2e.person import Person
from tests.e2e.site import Room, Site, daphne
from tests.servers.process import free_port

# The script of the Channels tutorial's room.html, on a page of ours: https://channels.readthedocs.io
TUTORIAL = """
roomName => new Promise((resolve, reject) => {
    window.chatLog = []
    window.chatSocket = new WebSocket("ws://" + window.location.host + "/ws/chat/" + roomName + "/")
    chatSocket.onmessage = e => window.chatLog.push(JSON.parse(e.data).message)
    chatSocket.onclose = e => console.error("Chat socket closed unexpectedly")
    chatSocket.onopen = resolve
})
"""

# Whether the server says hello to a socket that the page opens.
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
    """HTTP and WebSocket under one ASGI application, whatever server runs it."""
    alice, bob = visit(portable_site, "alice"), visit(portable_site, "bob")
    for person in (alice, bob):
        person.goes_to("/chat/general/")
    alice.says("hello from another server")
    bob.sees("hello from another server")
    bob.says("it works the same")
    alice.sees_only("hello from another server", "it works the same")
    alice.sees_here("Bob")
    bob.page.close()
    alice.sees_here("Bob", "Not connected")


def test_what_a_shell_says_reaches_open_browsers(alice: Person, garden: Room, site: Site) -> None:
    """From another process, as a background task would."""
    alice.enters(garden)
    site.in_shell(
        "from hubbub import actions\n"
        "from hubbub.models import Member, Room\n"
        f"room = Room.objects.get(pk={garden.id})\n"
        "actions.send_message(author=Member.objects.get(handle='bob'), room=room, text='the kettle boils')"
    )
    alice.sees("Bob the kettle boils")


def test_the_tutorial_s_page_talks_with_everybody(alice: Person, bob: Person, garden: Room) -> None:
    """A socket per room, `{"message": …}` in and out, in any Unicode name."""
    alice.enters(garden)
    bob.goes_to("/account/")
    bob.page.evaluate(TUTORIAL, garden.name)
    bob.page.evaluate("""chatSocket.send(JSON.stringify({"message": "I followed the tutorial"}))""")
    alice.sees("Bob I followed the tutorial")
    alice.says("and it brought you here")
    bob.page.wait_for_function("() => chatLog.length === 2")
    assert bob.page.evaluate("chatLog") == ["I followed the tutorial", "and it brought you here"]
    bob.page.evaluate("chatSocket.onclose = null")


def test_a_binary_frame_is_as_good_as_a_text(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.goes_to("/account/")
    bob.page.evaluate(TUTORIAL, garden.name)
    bob.page.evaluate("""chatSocket.send(new TextEncoder().encode('{"message": "in ones and noughts"}'))""")
    alice.sees("Bob in ones and noughts")
    bob.page.evaluate("chatSocket.onclose = null")


def test_a_foreign_page_gets_no_socket(alice: Person, site: Site) -> None:
    """A page of another origin, in a browser that is signed in here and sends its cookie, is refused."""
    address = f"ws://127.0.0.1:{site.port}/ws/"
    alice.goes_to("/account/")
    assert alice.page.evaluate(GREETED, address) is True
    alice.expects("WebSocket connection to .* failed")
    elsewhere = f"http://127.0.0.1:{free_port()}/"
    alice.page.route(
        elsewhere, lambda route: route.fulfill(body="<h1>Elsewhere</h1>", content_type="text/html")
    )
    alice.goes_to(elsewhere)
    assert alice.page.evaluate(GREETED, address) is False
