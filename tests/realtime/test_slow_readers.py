"""A slow reader delays nobody and loses nothing (contract G11, F13)."""

from __future__ import annotations

import json
import time
from pathlib import Path

from hubbub.protocol import limits
from tests.online import Arrive, ByHand
from tests.raw_socket import RawSocket
from tests.realtime.truth import assert_all_see_the_truth
from tests.serving import Server, Shell
from tests.sockets import Online, dial, new_id

LONG = "x" * 16_000


async def bobs_who_never_read(by_hand: ByHand, count: int) -> list[RawSocket]:
    """With small buffers, so that the network holds little for them."""
    made = []
    for _ in range(count):
        bob = await by_hand("bob", receive_buffer=4096)
        await bob.open()
        await bob.write_command({"id": 1, "type": "snapshot"})
        await bob.read_until(b'{"re":1')
        made.append(bob)
    return made


def flood(alice: Online, room: int, count: int) -> float:
    """Long messages as fast as they are acknowledged; the seconds it took."""
    begun = time.monotonic()
    for start in range(0, count, 20):
        requests = [
            alice.ask("message.send", room=room, message=new_id(), text=f"{n} {LONG}")
            for n in range(start, min(start + 20, count))
        ]
        for request in requests:
            alice.reply_to(request)
    return time.monotonic() - begun


def memory_of(pid: int) -> int:
    """Resident bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


async def test_clients_that_never_read_cost_others_nothing(
    any_server: Server, alice: Online, dave: Online, by_hand: ByHand, shell: Shell
) -> None:
    room = alice.creates(invite=(dave, any_server.site.people["bob"]))
    await bobs_who_never_read(by_hand, 5)
    flood(alice, room, 400)
    assert_all_see_the_truth(shell, room, dave)
    assert any_server.process.poll() is None


async def test_little_is_buffered_for_clients_that_never_read(
    any_server: Server, alice: Online, by_hand: ByHand
) -> None:
    """Much less than what is said, where the server says who reads slowly. Daphne takes all, once for each of them:
    no second copy of that is held by us."""
    room = alice.creates(invite=(any_server.site.people["bob"],))
    flood(alice, room, 400)  # what a server keeps once, it has now
    bobs = await bobs_who_never_read(by_hand, 10)
    before = memory_of(any_server.process.pid)
    messages = 800
    flood(alice, room, messages)
    held = memory_of(any_server.process.pid) - before
    said = messages * len(LONG)
    assert held < (1.5 * len(bobs) * said if any_server.way == "daphne" else said / 2)


async def test_clients_that_vanish_affect_nobody(
    any_server: Server, alice: Online, dave: Online, by_hand: ByHand
) -> None:
    """Connections are reset during a fan-out. Those behind them in the list still receive everything."""
    room = alice.creates(invite=(any_server.site.people["bob"], dave))
    for turn in range(8):
        bobs = await bobs_who_never_read(by_hand, 8)
        late = [comes_to(any_server, "dave") for _ in range(2)]
        asked = [
            alice.ask("message.send", room=room, message=new_id(), text=f"{turn} {n}") for n in range(40)
        ]
        for bob in bobs:
            bob.reset()
        for request in asked:
            alice.reply_to(request)
        for person in late:
            person.catches_up_to(room, alice.command("room.get", room=room)["room"]["seq"])
            assert person.view(room).texts == [f"{turn} {n}" for n in range(40)]
            assert not person.state.get("changes"), "heard, not asked for"
            person.closes()
    dave.hears("7 39")
    seqs = [e["seq"] for e in dave.events if e["type"] == "message" and e["room"] == room]
    assert seqs[-320:] == list(range(seqs[-1] - 319, seqs[-1] + 1))


def comes_to(server: Server, name: str) -> Online:
    online = Online(dial(server, person=server.site.people[name]), server.site.people[name])
    online.takes_snapshot()
    return online


def test_late_is_not_lost(any_server: Server, alice: Online, comes: Arrive, shell: Shell) -> None:
    """A client that reads again receives `lag`, asks, and has everything."""
    bob = comes("bob", max_queue=(2, 1))
    room = alice.creates(invite=(bob,))
    flood(alice, room, 300)
    assert_all_see_the_truth(shell, room, bob)
    assert len(bob.view(room).texts) == 300 or any("reset" in c for c in bob.state["changes"])


async def test_lag_is_sent_once_with_the_head(server: Server, alice: Online, by_hand: ByHand) -> None:
    room = alice.creates(invite=(server.site.people["bob"],))
    (bob,) = await bobs_who_never_read(by_hand, 1)
    flood(alice, room, 400)
    await bob.read_until(b'{"type":"lag"')
    told = json.loads(b'{"type":"lag"' + await bob.read_until(b"}"))
    assert told["room"] == room
    assert told["head"] <= 402


async def test_a_client_that_reads_nothing_for_ten_seconds_is_closed(
    server: Server, comes: Arrive, by_hand: ByHand
) -> None:
    """4008, or a cut if even that cannot be delivered; either way the server holds nothing for them any more."""
    alice = comes("alice")
    room = alice.creates(invite=(server.site.people["bob"],))
    before = server.ready()["connections"]
    await bobs_who_never_read(by_hand, 3)
    assert server.ready()["connections"] == before + 3
    flood(alice, room, 400)
    deadline = time.monotonic() + limits.STALLED_SECONDS + 15
    while (now := server.ready()["connections"]) > before and time.monotonic() < deadline:
        alice.listen(0.5)
    assert now == before
    alice.says(room, "on we go")
