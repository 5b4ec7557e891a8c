"""Two servers on one PostgreSQL and one Redis: members on either share all rooms."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from hubbub.protocol.closing import Close
from hubbub.realtime.presence.presence import LEASE_SECONDS
from tests.online import Arrive
from tests.realtime.truth import assert_all_see_the_truth
from tests.serving import Person, Server, Shell, new_site, newcomer, served, settle, shell_of
from tests.sockets import Online, new_id

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.standalone

Pair = tuple[Server, Server]


@pytest.fixture(scope="module")
def _pair(
    tmp_path_factory: pytest.TempPathFactory, postgres_url: str, redis_url: str
) -> Iterator[tuple[Pair, Shell, Shell]]:
    """Two servers, a shell that publishes through the same Redis, and one that knows of no Redis."""
    shared = {"DATABASE_URL": postgres_url, "REDIS_URL": redis_url, "HUBBUB_SECRET_KEY": "the same on both"}
    site = new_site(tmp_path_factory.mktemp("one"), **shared)
    with ExitStack() as stack:
        shell = stack.enter_context(shell_of(site))
        settle(site, shell)
        deaf = new_site(tmp_path_factory.mktemp("two"), **{**shared, "REDIS_URL": ""})
        deaf_shell = stack.enter_context(shell_of(deaf))
        first, second = (stack.enter_context(served(site)) for _ in range(2))
        yield (first, second), shell, deaf_shell


@pytest.fixture
def pair(_pair: tuple[Pair, Shell, Shell]) -> Pair:
    return _pair[0]


@pytest.fixture
def serving(pair: Pair) -> Server:
    """People of these tests come to the first server unless they say otherwise."""
    return pair[0]


@pytest.fixture
def shell(_pair: tuple[Pair, Shell, Shell]) -> Shell:
    """Another process that has the bus."""
    return _pair[1]


@pytest.fixture
def deaf_shell(_pair: tuple[Pair, Shell, Shell]) -> Shell:
    """Another process without the bus: whatever it does, the servers have to find out."""
    return _pair[2]


@pytest.fixture
def bob(pair: Pair, comes: Arrive) -> Online:
    """On the other server than everybody else."""
    return comes("bob", at=pair[1])


def test_a_message_reaches_the_other_server(alice: Online, bob: Online, shell: Shell) -> None:
    """The Redis layer."""
    room = alice.creates(invite=(bob,))
    begun = time.monotonic()
    for n in range(20):
        alice.says(room, f"here {n}")
        bob.says(room, f"there {n}")
    assert time.monotonic() - begun < 5
    assert_all_see_the_truth(shell, room, alice, bob)


def test_both_talk_at_once_and_all_see_one_order(
    pair: Pair, alice: Online, bob: Online, shell: Shell
) -> None:
    """G4 across processes."""
    room = alice.creates(invite=(bob,))

    def talk(person: Online) -> None:
        asked = [person.ask("message.send", room=room, message=new_id(), text=f"{n}") for n in range(60)]
        for request in asked:
            person.reply_to(request)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(talk, (alice, bob)))
    assert_all_see_the_truth(shell, room, alice, bob)
    assert len(alice.view(room).texts) == 120


def test_the_same_message_from_twenty_sockets_on_two_servers(
    pair: Pair, alice: Online, comes: Arrive, shell: Shell
) -> None:
    """F22"""
    room = alice.creates()
    people = [comes("alice", at=pair[n % 2]) for n in range(20)]
    message = new_id()
    ready = threading.Barrier(20)

    def send(person: Online) -> object:
        ready.wait()
        return person.sends(room, "only once", id=message).get("dup")

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(send, people)).count(None) == 1
    assert_all_see_the_truth(shell, room, alice, *people)


def test_bob_is_removed_on_the_other_server_in_the_middle_of_a_flood(
    pair: Pair, alice: Online, bob: Online, comes: Arrive
) -> None:
    """G9 and attack row 1, on another node: his last is the message that removes him."""
    dave = comes("dave", at=pair[1])
    room = alice.creates(private=True, invite=(bob, dave))
    requests = []
    for n in range(100):
        requests.append(alice.ask("message.send", room=room, message=new_id(), text=f"canary {n}"))
        if n == 50:
            requests.append(alice.ask("room.remove", room=room, member=bob.me))
    for request in requests:
        alice.reply_to(request)
    dave.hears("canary 99")
    bob.hears_event("left", lambda e: e["room"] == room)
    bob.listen(0.5)
    heard = [e for e in bob.events if e["type"] == "message" and e["room"] == room]
    assert heard[-1]["message"]["system"] == {"kind": "removed", "member": bob.me}


@pytest.mark.parametrize("which", ["shell", "deaf_shell"])
def test_another_process_removes_bob(
    request: pytest.FixtureRequest, alice: Online, bob: Online, shell: Shell, which: str
) -> None:
    """With and without the bus: nothing said after the removal reaches him."""
    room = alice.creates(private=True, invite=(bob,))
    alice.says(room, "before")
    bob.hears("before")
    remover: Shell = request.getfixturevalue(which)
    remover.run("actions.remove_member(by=member('alice'), room=room(pk), member=member('bob'))", pk=room)
    for n in range(20):
        alice.says(room, f"canary {n}")
    alice.hears("canary 19")
    bob.listen(1)
    removed_at = shell.ask("Message.objects.get(room=pk, system__kind='removed').seq", pk=room)
    heard = [e["seq"] for e in bob.events if e["type"] == "message" and e["room"] == room]
    assert max(heard) <= removed_at


@pytest.mark.parametrize(
    "ending",
    [
        "actions.revoke_token(by=member('alice'), token=Token.objects.get(member=pk))",
        "actions.deactivate_member(by=member('alice'), member=Member.objects.get(pk=pk))",
        "user = Member.objects.get(pk=pk).user; user.set_password('another, and long'); user.is_active = False;"
        " user.save()",
    ],
)
def test_a_login_ends_on_every_server(pair: Pair, comes: Arrive, shell: Shell, ending: str) -> None:
    """G10, attack row 9"""
    erin = newcomer(shell, f"erin-{new_id()[-8:]}")
    tabs = [comes(erin, at=server) for server in pair]
    shell.run(ending, pk=erin.member)
    for tab in tabs:
        tab.is_closed(Close.REVOKED, within=3)


def test_everybody_sees_who_is_connected_on_either(
    pair: Pair, alice: Online, comes: Arrive, shell: Shell
) -> None:
    """Both servers have one roster. A member who reloads onto the other server stays in it."""
    erin = Person(**shell.ask("newcomer(name, 'member')", name=f"erin-{new_id()[-8:]}"))
    there = comes(erin, at=pair[1])
    alice.hears_event("presence", lambda e: {"member": erin.member, "state": "active"} in e["presence"])
    there.closes()
    here = comes(erin, at=pair[0])
    alice.listen(4)
    assert erin.member not in alice.news_of_presence()
    here.closes()
    alice.hears_event("presence", lambda e: {"member": erin.member, "state": "offline"} in e["presence"])


def test_typing_here_is_seen_there(alice: Online, bob: Online) -> None:
    room = alice.creates(invite=(bob,))
    alice.says(room, "now I type")
    bob.hears("now I type")
    alice.command("typing", room=room)
    assert bob.hears_event("typing")["members"] == [alice.me]


def test_joining_on_one_server_gets_messages_of_the_other_at_once(alice: Online, bob: Online) -> None:
    """Subscribe, then read: nothing falls between the bus and the database."""
    for n in range(10):
        room = alice.creates()
        joining = bob.ask("room.join", room=room)
        for m in range(3):
            alice.says(room, f"{n} {m}")
        bob.reply_to(joining)
        bob.hears_event("membership", lambda e: e["membership"]["room"] == room)  # noqa: B023
        begun = time.monotonic()
        bob.catches_up_to(room, alice.command("room.get", room=room)["room"]["seq"])
        assert time.monotonic() - begun < 3


def test_a_message_from_the_shell_reaches_every_server(
    pair: Pair, alice: Online, bob: Online, shell: Shell
) -> None:
    """With Redis."""
    room = alice.creates(invite=(bob,))
    shell.run("actions.send_message(author=member('alice'), room=room(pk), text='to all')", pk=room)
    for person in (alice, bob):
        person.hears("to all")


def test_a_lost_message_of_the_bus_is_found_by_comparing_heads(
    alice: Online, bob: Online, deaf_shell: Shell, shell: Shell
) -> None:
    """G7: though nothing else happens in the room."""
    room = alice.creates(invite=(bob,))
    deaf_shell.run("actions.send_message(author=member('alice'), room=room(pk), text='unheard of')", pk=room)
    begun = time.monotonic()
    for person in (alice, bob):
        person.hears("unheard of")
    assert time.monotonic() - begun < 8
    assert_all_see_the_truth(shell, room, alice, bob)


def test_the_other_redis_layer_serves_as_well(pair: Pair, comes: Arrive, shell: Shell) -> None:
    """Any CHANNEL_LAYERS of a Channels project, here `channels_redis.core` under plain uvicorn."""
    variables = {"DJANGO_SETTINGS_MODULE": "tests.realtime.core_layer", "PYTHONPATH": str(ROOT)}
    with (
        served(pair[0].site, "uvicorn", **variables) as one,
        served(pair[0].site, "uvicorn", **variables) as two,
    ):
        alice, bob = comes("alice", at=one), comes("bob", at=two)
        room = alice.creates(invite=(bob,))
        begun = time.monotonic()
        for n in range(20):
            alice.says(room, f"here {n}")
            bob.says(room, f"there {n}")
        alice.hears("there 19")
        bob.hears("there 19")
        assert time.monotonic() - begun < 4, "by the bus: heads are compared every five seconds only"
        assert_all_see_the_truth(shell, room, alice, bob)


def test_a_killed_servers_members_expire_and_resume_elsewhere(
    pair: Pair, alice: Online, comes: Arrive, shell: Shell
) -> None:
    """F4, in small: acknowledged is kept; the roster is right before long."""
    erin = Person(**shell.ask("newcomer(name, 'member')", name=f"erin-{new_id()[-8:]}"))
    frank = Person(**shell.ask("newcomer(name, 'member')", name=f"frank-{new_id()[-8:]}"))
    with served(pair[0].site) as third:
        there = [comes(person, at=third) for person in (erin, frank)]
        alice.hears_event("presence", lambda e: {"member": frank.member, "state": "active"} in e["presence"])
        room = there[0].creates(invite=(alice,))
        said = [there[0].says(room, f"{n}")["text"] for n in range(10)]
        third.process.kill()
        third.process.wait()
    back = comes(erin, at=pair[1], snapshot=False)
    back.resumes(there[0])
    assert back.view(room).texts == said
    begun = time.monotonic()
    while {"member": frank.member, "state": "offline"} not in [
        p for e in alice.events if e["type"] == "presence" for p in e["presence"]
    ]:
        assert time.monotonic() - begun < LEASE_SECONDS + 5
        alice.listen(0.2)
    assert_all_see_the_truth(shell, room, alice, back)
