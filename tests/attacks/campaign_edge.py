"""The long attacks below the level of commands: floods of frames, and endless HTTP."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.attacks import floods, http_abuse
from tests.attacks.attacked_server import AttackedServer, Seen
from tests.serving import newcomer
from tests.sockets import Online, dial

MEGABYTES = 200
ROUND_SECONDS = 15.0

REFUSED = {413, 414, 431}
DEADLINE = 45.0
"""Seconds until a slow connection is cut, with time for a busy machine: its longest deadline is 30 s."""


def flooding(here: AttackedServer) -> Seen:
    """A guest floods in one way after another, at full speed, while Alice and Bob talk."""
    seen, waits = Seen(), floods.Latencies()
    alice, bob = _online(here, "alice"), _online(here, "bob")
    room, end, rounds = here.known.named["hidden"], time.monotonic() + here.seconds, 0
    while time.monotonic() < end or rounds == 0:
        kind = floods.KINDS[rounds % len(floods.KINDS)]
        guest = newcomer(here.shell, f"guest{rounds}", "guest")
        with floods.flooding(here.server, [(guest, kind)], seconds=ROUND_SECONDS) as flood:
            found = floods.talk(here.server, alice, bob, room, lambda flood=flood: flood.is_over)  # type: ignore[misc]
            (outcome,) = flood.outcomes()
        waits.posts += found.posts
        seen.figures[f"{kind}: closed with"] = str(outcome.code)
        if outcome.is_open:
            seen.broken.append(f"{kind}: the flood was not ended")
        rounds += 1
    alice.closes()
    bob.closes()
    seen.figures |= {
        "posts meanwhile": len(waits.posts),
        "posts p99 ms": round(waits.p99(waits.posts) * 1000, 1),
        "posts longest ms": round(max(waits.posts) * 1000, 1),
    }
    return seen


def pouring(here: AttackedServer) -> Seen:
    """A client sends endless bodies, headers and URLs. The server refuses each and stores nothing."""
    target = http_abuse.Target(here.server.port, here.server.process.pid)
    ways = [
        lambda: http_abuse.declared_body(target, "/account/login/", MEGABYTES),
        lambda: http_abuse.declared_body(target, "/nowhere/", MEGABYTES),
        lambda: http_abuse.chunked_body(target, "/api/message.send", MEGABYTES),
        lambda: http_abuse.endless_header(target, MEGABYTES),
        lambda: http_abuse.many_headers(target, MEGABYTES),
        lambda: http_abuse.endless_url(target, MEGABYTES),
        lambda: http_abuse.endless_trailer(target, MEGABYTES),
        lambda: http_abuse.endless_chunk_extension(target, MEGABYTES),
    ]
    written, statuses, poured = http_abuse.written_bytes(target.pid), Counter[int](), 0
    end = time.monotonic() + here.seconds
    while time.monotonic() < end or poured < len(ways):
        statuses[http_abuse.status(ways[poured % len(ways)]())] += 1
        poured += 1
    broken = [f"{times} times status {status}" for status, times in statuses.items() if status not in REFUSED]
    return Seen(
        {
            "attacks": poured,
            **{f"status {status}": times for status, times in statuses.most_common()},
            "written to disk MiB": round((http_abuse.written_bytes(target.pid) - written) / 2**20, 1),
        },
        broken,
    )


def dripping(here: AttackedServer) -> Seen:
    """Clients hold hundreds of connections open and send nothing, or single bytes. Each is closed."""
    target = http_abuse.Target(here.server.port, here.server.process.pid)
    lives: dict[str, float] = {}
    sources = tuple(f"127.0.{n // 200 + 1}.{n % 200 + 1}" for n in range(400))
    end = time.monotonic() + here.seconds
    with http_abuse.connections(target, 400, sources=sources) as held:
        while time.monotonic() < end or not lives:
            at_most = max(DEADLINE, min(60.0, here.seconds))
            with ThreadPoolExecutor(len(http_abuse.SLOW)) as threads:
                ages = threads.map(partial(http_abuse.lives, target, at_most=at_most), http_abuse.SLOW)
                for attack, age in zip(http_abuse.SLOW, ages, strict=True):
                    lives[attack] = max(lives.get(attack, 0.0), age)
        still_open = sum(http_abuse.is_open(connection) for connection in held)
    broken = [f"{attack}: open after {age:.0f} s" for attack, age in lives.items() if age >= DEADLINE]
    if still_open:
        broken.append(f"{still_open} silent connections are still open")
    return Seen({f"{attack}, longest s": round(age, 1) for attack, age in lives.items()}, broken)


def _online(here: AttackedServer, name: str) -> Online:
    person = here.known.people[name]
    somebody = Online(dial(here.server, person=person), person)
    somebody.takes_snapshot()
    return somebody
