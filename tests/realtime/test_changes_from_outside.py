"""Messages from the shell, a view, a task or over HTTP reach open sockets at once."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.online import Arrive, Enter
from tests.realtime.truth import assert_all_see_the_truth
from tests.serving import Person, Server, Shell, Site, served
from tests.sockets import Online, dial, new_id

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def host(a_copy_of: Callable[[], Site]) -> Iterator[Server]:
    """A host project with Hubbub in it, under plain uvicorn."""
    with served(
        a_copy_of(), "uvicorn", DJANGO_SETTINGS_MODULE="tests.realtime.host_settings", PYTHONPATH=str(ROOT)
    ) as server:
        yield server


def test_a_message_from_the_shell_reaches_open_browsers(
    any_server: Server, alice: Online, bob: Online, shell: Shell
) -> None:
    room = alice.creates(invite=(bob,))
    begun = time.monotonic()
    shell.run("actions.send_message(author=member('alice'), room=room(pk), text='from the shell')", pk=room)
    bob.hears("from the shell")
    assert time.monotonic() - begun < 3, "well before the next comparison of heads"
    alice.hears("from the shell")
    assert_all_see_the_truth(shell, room, alice, bob)


def test_a_message_from_async_code_reaches_open_browsers(
    any_server: Server, alice: Online, bob: Online, shell: Shell
) -> None:
    room = alice.creates(invite=(bob,))
    shell.run(
        "say = async_to_sync(actions.asend_message);"
        " say(author=member('alice'), room=pk, text='from a coroutine')",
        pk=room,
    )
    bob.hears("from a coroutine")


def test_a_message_from_the_shell_reaches_room_sockets(
    any_server: Server, enters: Enter, shell: Shell
) -> None:
    script = enters("general", "alice")
    shell.run(
        "actions.send_message(author=member('bob'), room=Room.objects.named('general').get(), text='tap, tap')"
    )
    assert script.hears("tap, tap")["author"] == "Bob"


def test_the_shell_and_a_socket_that_post_at_once_have_one_order(
    server: Server, alice: Online, bob: Online, shell: Shell
) -> None:
    """G4: two processes write; the jump that the server sees is repaired from the database."""
    room = alice.creates(invite=(bob,))
    for n in range(20):
        request = alice.ask("message.send", room=room, message=new_id(), text=f"socket {n}")
        shell.run("actions.send_message(author=member('bob'), room=pk, text=f'shell {n}')", pk=room, n=n)
        alice.reply_to(request)
    assert_all_see_the_truth(shell, room, alice, bob)
    assert len(bob.view(room).texts) == 40


def test_everything_the_shell_changes_is_seen(
    server: Server, alice: Online, bob: Online, shell: Shell
) -> None:
    """Without a bus the server is told only that something has changed: clients ask what."""
    shell.run("actions.create_room(by=member('alice'), name='made in the shell ' + x)", x=new_id())
    bob_joins = "actions.join_room(member=member('bob'), room=Room.objects.order_by('-pk').first())"
    shell.run(bob_joins)
    bob.hears_event("refresh")
    room = bob.resumes()["rooms"][-1]["id"]
    shell.run("actions.send_message(author=member('alice'), room=pk, text='welcome')", pk=room)
    bob.hears("welcome")


@pytest.mark.parametrize("page", ["view", "async-view", "thread"])
def test_a_message_from_a_view_of_the_host_reaches_open_browsers(host: Server, page: str) -> None:
    alice = Online(dial(host, person=host.site.people["alice"]), host.site.people["alice"])
    alice.takes_snapshot()
    room = alice.creates()
    url = f"{host.origin}/{page}/?room={room}&text=from-the-{page}"
    with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310
        assert response.status == 200
    begun = time.monotonic()
    alice.hears(f"from-the-{page}")
    assert time.monotonic() - begun < 3
    alice.closes()


def post(server: Server, command: str, token: str, **fields: object) -> dict[str, object]:
    request = urllib.request.Request(  # noqa: S310
        f"{server.origin}/api/{command}",
        json.dumps(fields).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            answer: dict[str, object] = json.load(response)
            return answer
    except urllib.error.HTTPError as error:
        with error:
            return {"status": error.code, **json.load(error)}


def test_the_same_commands_over_http(any_server: Server, alice: Online, bob: Online) -> None:
    """One table of handlers, two transports: what is posted is heard, and refused the same way."""
    room = alice.creates(invite=(bob,))
    token, message = bob.person.token, new_id()
    sent = post(any_server, "message.send", token, room=room, message=message, text="by post")
    assert alice.hears("by post") == sent["message"]
    again = post(any_server, "message.send", token, room=room, message=message, text="by post")
    assert again == {"message": sent["message"], "dup": True}
    refused = post(any_server, "message.send", token, room=10**9, message=new_id(), text="nowhere")
    assert (refused["status"], refused["error"]) == (
        404,
        {"code": "not_found", "message": "There is no such room."},
    )
    assert post(any_server, "beat", token)["status"] == 404, "socket only"


def test_http_and_sockets_agree_on_who_is_here(
    any_server: Server, alice: Online, comes: Arrive, erin: Person
) -> None:
    """For scripts that ask once."""
    comes(erin)
    alice.hears_event("presence", lambda e: {"member": erin.member, "state": "active"} in e["presence"])
    roster = post(any_server, "room.roster", alice.person.token, room=alice.room("general"))
    states = {entry["member"]: entry["state"] for entry in roster["entries"]}  # type: ignore[attr-defined]
    assert states[erin.member] == "active"
